"""Serve the pages and the API; the only place that knows Flask."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, request
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from locator import city as cities
from locator.walking.choose import choose_model
from locator.walking.walkable import walkable
from locator.web import errors, i18n, security
from locator.web.state import AppState, Memo, state

__all__ = ["AppState", "Memo", "create_app", "state"]

ROOT = Path(__file__).resolve().parents[2]
STATIC = Path(__file__).parent / "static"

DEFAULTS: dict[str, Any] = {
    "GEODATA": None,  # city folder; None: LOCATOR_GEODATA or geodata/ of the project
    "TILES": None,  # base-map tiles, e.g. https://tiles.example.org/{z}/{x}/{y}.png
    "TILES_ATTRIBUTION": "",
    "FEEDS": "",  # GTFS-Realtime feeds of the vehicles: NAME=https://address, comma between
    "PROXIES": 0,  # reverse proxies in front whose X-Forwarded-* headers are believed
    "LIMIT_PER_MINUTE": 300,  # expensive requests of one address; 0: no limit
    "LIMIT_AT_ONCE": 4,  # expensive requests worked on at the same time
}
"""Settings and their defaults; each may also come from the environment as LOCATOR_<NAME>."""

COMPRESSION = {
    "COMPRESS_ALGORITHM": ["br", "gzip"],
    "COMPRESS_ALGORITHM_STREAMING": ["br"],
    "COMPRESS_BR_LEVEL": 5,
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
    ],
}

API = ("api", "api_walks", "api_coverage", "apidocs", "api_network", "api_vehicles", "api_planning")
BLUEPRINTS = ("api", "residents", "planners", "mapviews", "whatif", "together", "emergency")


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Return the application, its city loaded and ready to answer.

    Parameters
    ----------
    config : mapping, optional
        Overrides of `DEFAULTS` (and of any Flask setting).

    Raises
    ------
    CityFolderError
        If the city folder has faults; it carries all of them.
    ValueError
        If a setting does not have an accepted value.
    """
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(STATIC))
    app.config.from_mapping(DEFAULTS | COMPRESSION)
    app.config.from_mapping(_environment())
    app.config.from_mapping(config)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.extensions["locator"] = load_state(app.config["GEODATA"])
    errors.install(app)
    Compress(app)
    security.install(app)
    _install_static(app)
    modules = {name: _imported(name) for name in (*API, *BLUEPRINTS)}
    for name in BLUEPRINTS:
        if modules[name]:
            app.register_blueprint(modules[name].blueprint)
    moving = _imported("moving")
    if moving:
        moving.install(app)
    i18n.install(app)
    if app.config["PROXIES"]:
        hops = int(app.config["PROXIES"])
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops
        )
    return app


def _imported(name: str) -> Any:
    try:
        return import_module(f"{__name__}.{name}")
    except ImportError as missing:
        print(f"{name} is left out: {missing}", file=sys.stderr)
        return None


def load_state(folder: str | Path | None = None) -> AppState:
    """Return the state over the city folder, loaded once for the life of the application."""
    city = cities.load_city(Path(folder) if folder else cities.default_folder())
    started = datetime.now(ZoneInfo(city.catalogue.timezone)).replace(microsecond=0)
    return AppState(city=city, ground=walkable(city, choose_model(city)), started=started)


def _environment() -> dict[str, Any]:
    """Return the settings found in the environment, in the type of their default."""
    found: dict[str, Any] = {}
    for name, default in DEFAULTS.items():
        value = os.environ.get(f"LOCATOR_{name}")
        if value:
            found[name] = int(value) if isinstance(default, int) else value
    return found


# Static files -------------------------------------------------------------------------------


def _install_static(app: Flask) -> None:
    app.jinja_env.globals["static_url"] = static_url

    @app.after_request
    def keep_versioned_files(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 304):
            forever = "public, max-age=31536000, immutable"
            response.headers["Cache-Control"] = forever if "v" in request.args else "no-cache"
            if response.is_streamed:
                # Compression would read the open file and never close it.
                response.direct_passthrough = False
                response.make_sequence()
        return response


def static_url(filename: str) -> str:
    """Return the address of a static file; it changes when the file does, so it keeps for a year.

    Static files do not depend on the language: their address carries none.
    """
    path = STATIC / filename
    version = _version(path, path.stat().st_mtime_ns)
    return f"{request.environ.get('locator.root', '')}/static/{filename}?v={version}"


@cache
def _version(path: Path, _modified_ns: int) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=6).hexdigest()
