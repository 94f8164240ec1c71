"""Serve the pages and the API; the only place that knows Flask."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from locator.api.context import AppState
from locator.base.folders import bundled
from locator.city.kept import kept_city
from locator.city.model import default_folder
from locator.walking.choose import choose_model
from locator.walking.graph.osm import Progress, silent
from locator.walking.network.model import NetworkModel
from locator.walking.walkable_city import walkable
from locator.walking.warmup import warm_in_background
from locator.web import (
    ahead,
    embedding,
    errors,
    found,
    i18n,
    keeping,
    layout,
    moved,
    open_data,
    pieces,
    readiness,
    reloading,
    rendering,
    reporting,
    routes,
    security,
    static_files,
    tiles,
)
from locator.web.map import code, feeds
from locator.web.map import pages as maps
from locator.web.pages import PAGES

__all__ = ["AppState", "create_app", "load_state"]

DEFAULTS: dict[str, Any] = {
    "GEODATA": None,  # city folder; None: LOCATOR_GEODATA or geodata/ of the project
    "TILES": None,  # base-map tiles, e.g. https://tiles.example.org/{z}/{x}/{y}.png
    "TILES_ATTRIBUTION": "",
    "FEEDS": "",  # GTFS-Realtime feeds of the vehicles: NAME=https://address, comma between
    "EMBED_ORIGINS": "",  # whose pages may frame a widget: https://a.example.org, comma between
    "COUNTRY": None,  # table that `locator country build` made; None: one in the city folder
    "REPORTS": None,  # SQLite file of residents' reports; None: beside the city folder
    "REPORTS_PER_DAY": 30,  # reports of one visitor on a day; 0: any number
    "REPORTS_KEEP_DAYS": 90,  # how long reports are kept that were decided on
    "SECRET_KEY": None,  # signs forms and the moderators' sessions; None: another at each start
    "SECURITY_CONTACT": "",  # whom to tell of faults of security: mailto:, https:// or tel:
    "PROXIES": 0,  # reverse proxies in front whose X-Forwarded-* headers are believed
    "LIMIT_PER_MINUTE": 300,  # expensive requests of one address; 0: no limit
    "LIMIT_AT_ONCE": 2,  # expensive requests worked on at the same time
    "APART": 1,  # those in a process of their own, where the server forks processes; 0: in threads
}
"""Settings and their defaults; each may also come from the environment as LOCATOR_<NAME>."""

COMPRESSION = {
    # zstd at its usual level: pages as small as by brotli at 3, in less than half of the time.
    "COMPRESS_ALGORITHM": ["zstd", "br", "gzip"],
    "COMPRESS_ALGORITHM_STREAMING": ["zstd", "br"],
    "COMPRESS_BR_LEVEL": 3,  # 4: a twentieth smaller, for nearly twice the time
    "COMPRESS_MIMETYPES": [
        "text/html",
        "text/css",
        "text/csv",
        "text/plain",
        "text/javascript",
        "application/javascript",
        "application/json",
        "application/geo+json",
        "application/manifest+json",
        "image/svg+xml",
        "application/xml",
    ],
}

RESOURCES = (moved, maps, feeds, code, tiles, found, keeping, open_data, readiness)
"""Modules with a blueprint that are no pages."""


def create_app(config: Mapping[str, Any] | None = None, *, progress: Progress = silent) -> Flask:
    """Return the application, its city loaded and ready to answer.

    Parameters
    ----------
    config : mapping, optional
        Overrides of `DEFAULTS` (and of any Flask setting).
    progress : callable
        Called while a street graph is made (`locator.walking.graph.ready`).

    Raises
    ------
    CityFolderError
        If the city folder has faults; it carries all of them.
    ValueError
        If a setting does not have an accepted value.
    """
    app = make_app(config, progress=progress)
    state: AppState = app.extensions["locator"]
    state.live_fleet.poller.start()
    warm = readiness.readiness(app).warm
    if isinstance(state.walkable_city.model, NetworkModel):
        # Last: it takes its time from whatever is still to be made.
        then = (
            state.warm_names,
            state.warm_aeds,
            state.warm_transit,
            warm.set,
            state.warm_transit_coverage,
            state.keep_variants,
        )
        warm_in_background(state.walkable_city, then=then)
    else:
        warm.set()
    return app


def make_app(config: Mapping[str, Any] | None = None, *, progress: Progress = silent) -> Flask:
    """Return the application without any thread of its own, so that processes can be forked.

    Parameters
    ----------
    config, progress
        As for `create_app`.

    Raises
    ------
    CityFolderError, ValueError
        As for `create_app`.
    """
    app = Flask(
        __name__, template_folder=str(bundled("templates")), static_folder=str(static_files.STATIC)
    )
    app.config.from_mapping(DEFAULTS | COMPRESSION)
    app.config.from_mapping(_environment())
    app.config.from_mapping(config)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    rendering.install(app)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    corrected = reloading.signature(city_folder(app.config["GEODATA"]))
    state = load_state(app.config["GEODATA"], feeds=app.config["FEEDS"] or "", progress=progress)
    app.extensions["locator"] = state
    readiness.install(app)
    errors.install(app)
    Compress(app)
    static_files.install(app)
    tiles.install(app)
    reloading.install(app, corrected)
    reporting.install(app)
    routes.install(app)
    layout.install(app)
    pieces.install(app)
    for name in PAGES:
        app.register_blueprint(import_module(f"locator.web.pages.{name}").blueprint)
    for module in RESOURCES:
        app.register_blueprint(module.blueprint)
    i18n.install(app)
    found.install(app)
    embedding.install(app)
    security.install(app)
    ahead.install(app)
    if app.config["PROXIES"]:
        hops = int(app.config["PROXIES"])
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops
        )
    return app


def load_state(
    folder: str | Path | None = None, *, feeds: str = "", progress: Progress = silent
) -> AppState:
    """Return the state over the city folder, loaded once for the life of the application."""
    city = kept_city(city_folder(folder))
    started = datetime.now(ZoneInfo(city.catalogue.timezone)).replace(microsecond=0)
    walkable_city = walkable(city, choose_model(city, progress=progress))
    return AppState(city=city, walkable_city=walkable_city, started=started, feeds=feeds)


def city_folder(given: str | Path | None) -> Path:
    """Return the city folder of a setting; the default one where it is None."""
    return Path(given) if given else default_folder()


def _environment() -> dict[str, Any]:
    """Return the settings found in the environment, in the type of their default."""
    found: dict[str, Any] = {}
    for name, default in DEFAULTS.items():
        value = os.environ.get(f"LOCATOR_{name}")
        if value:
            found[name] = int(value) if isinstance(default, int) else value
    return found
