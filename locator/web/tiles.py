"""Serve the base map's tiles, to our own maps and to any map that reads vector tiles."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from typing import Any, cast

import brotli
from flask import Blueprint, Flask, Response, current_app, jsonify, request
from werkzeug.exceptions import ServiceUnavailable

from locator.base.errors import N_, NotFoundError
from locator.base.folders import cache_folder
from locator.city.basemap.serving import BaseMap
from locator.city.basemap.store import BusyError
from locator.city.basemap.worldgrid import HIGHEST, LOWEST
from locator.web.apart import aside_of
from locator.web.i18n import text
from locator.web.lanes import may_wait
from locator.web.map.style import gl_style
from locator.web.state import state
from locator.web.static_files import STATIC

blueprint = Blueprint("tiles", __name__)

FOREVER = "public, max-age=31536000, immutable"
AN_HOUR = "public, max-age=3600"
MIMETYPE = "application/vnd.mapbox-vector-tile"
THEMES = ("light", "dark")

LAYERS = {
    "land": {"kind": "String"},
    "lines": {"kind": "String"},
    "borders": {"kind": "String"},
    "buildings": {},
    "streets": {"class": "String", "level": "Number"},
    "names": {"name": "String", "kind": "String"},
}
"""Layers of a tile and their attributes, as `locator.city.basemap.tiles` writes them."""


def install(app: Flask) -> None:
    """Give the application its base map; its files are read when a tile is asked for."""
    cache = None
    with suppress(RuntimeError):  # a user without a home has no cache either
        cache = cache_folder()
    app.extensions["locator.city.basemap"] = BaseMap(app.extensions["locator"].city, cache)


def warm(app: Flask) -> None:
    """Read the base map's files beside the first requests."""
    cast(BaseMap, app.extensions["locator.city.basemap"]).warm()


def base_map() -> BaseMap:
    """Return the base map of the application that answers the current request."""
    return cast(BaseMap, current_app.extensions["locator.city.basemap"])


def tiles_url() -> str:
    """Return where our maps find tiles: an address that changes with what is drawn."""
    return f"{_root()}/tiles/{base_map().version}/{{z}}/{{x}}/{{y}}.pbf"


def _root() -> str:
    return str(request.environ.get("locator.root", ""))


@blueprint.get("/tiles/<int:z>/<int:x>/<int:y>.pbf")
@blueprint.get("/tiles/<version>/<int:z>/<int:x>/<int:y>.pbf")
@may_wait
def tile(z: int, x: int, y: int, version: str | None = None) -> Response:
    """Serve one tile; of another version than the present one, the present one."""
    known = base_map()
    if not known.has(z, x, y):
        raise NotFoundError(N_("There is no such file."))
    aside = aside_of(current_app)
    try:
        squeezed = known.tile(z, x, y) if aside is None else known.kept_tile(z, x, y)
        if squeezed is None and aside is not None:
            return aside.answer(request.environ, b"")  # there lies what tiles are drawn from
    except BusyError:
        raise ServiceUnavailable(retry_after=1) from None
    assert squeezed is not None
    plain = request.accept_encodings["br"] <= 0
    response = Response(brotli.decompress(squeezed) if plain else squeezed, mimetype=MIMETYPE)
    if not plain:
        response.content_encoding = "br"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = FOREVER if version == known.version else AN_HOUR
    # Tiles say nothing of anybody: any map may draw them, as any page may read the API.
    response.headers["Access-Control-Allow-Origin"] = "*"
    digest = hashlib.blake2b(squeezed, digest_size=8).hexdigest()
    response.set_etag(digest if plain else f"{digest}-br")
    response.make_conditional(request)
    return response


@blueprint.get("/tiles/<any(light, dark):theme>.json")
def style(theme: str) -> Response:
    """Serve the look of the map as a style of vector tiles, as QGIS and MapLibre read it."""
    root = request.url_root.rstrip("/")
    response = jsonify(
        gl_style(
            f"{root}/tiles/{{z}}/{{x}}/{{y}}.pbf",
            colours=_colours(theme),
            box=base_map().box,
            zooms=(LOWEST, HIGHEST),
            attribution=text(state().catalogue.attribution),
        )
    )
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/tiles.json")
def tilejson() -> Response:
    """Describe the tiles as TileJSON 3.0, for MapLibre, QGIS and others."""
    known = base_map()
    west, south, east, north = known.box
    response = jsonify(
        {
            "tilejson": "3.0.0",
            "name": text(state().catalogue.names),
            "version": "1.0.0",
            "attribution": text(state().catalogue.attribution),
            "scheme": "xyz",
            "tiles": [f"{request.host_url.rstrip('/')}{_root()}/tiles/{{z}}/{{x}}/{{y}}.pbf"],
            "minzoom": LOWEST,
            "maxzoom": HIGHEST,
            "bounds": [west, south, east, north],
            "center": [(west + east) / 2, (south + north) / 2, (LOWEST + HIGHEST) // 2],
            "vector_layers": [{"id": name, "fields": fields} for name, fields in LAYERS.items()],
        }
    )
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = AN_HOUR
    return response


def _colours(theme: str) -> dict[str, str]:
    """Return the colours of the style sheet, which is the one place where they stand."""
    sheet = (STATIC / "map" / "basemap.css").read_text(encoding="utf-8")
    light, _, dark = sheet.partition("@media (prefers-color-scheme: dark)")
    found: dict[str, Any] = dict(re.findall(r"--map-([\w-]+): (#[0-9a-f]{6});", light))
    if theme == "dark":
        found |= dict(re.findall(r"--map-([\w-]+): (#[0-9a-f]{6});", dark))
    return found
