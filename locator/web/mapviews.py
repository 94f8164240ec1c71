"""Serve the maps: their scripts, their data, and Leaflet's own files."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import folium
from flask import Blueprint, Response, current_app, request
from werkzeug.datastructures import MultiDict
from xstatic.pkg import leaflet, leaflet_markercluster

from locator.coverage import CoverageQuery, coverage
from locator.errors import N_, NotFoundError
from locator.maps import background, views
from locator.maps.background import Collection, compact_json
from locator.maps.figure import RenderedMap, render
from locator.maps.labels import LABELS
from locator.maps.symbols import Symbol, symbol
from locator.walking.walkable import WalkableCity
from locator.web.finding import find_origin, find_rows
from locator.web.i18n import current_language, gettext, percent, text, url
from locator.web.mapdata import coverage_areas, facility_features, nearest_features, walk_features
from locator.web.queries import CoverageParams, NearestParams, known_layer, parse
from locator.web.security import expensive
from locator.web.state import state
from locator.web.static_files import static_url

blueprint = Blueprint("mapviews", __name__)

FOREVER = "public, max-age=31536000, immutable"
PERSONAL = "private, no-cache"
SHARE_BREAKS = (0.2, 0.4, 0.6, 0.8)
GEOJSON = "application/geo+json"

Args = Mapping[str, Any]


@dataclass(frozen=True)
class PageMap:
    """A map for a page's template.

    Attributes
    ----------
    html : str
        The element that the map fills.
    styles, scripts : tuple of str
        Style sheets and libraries, in order.
    script_url : str
        The map's own script, to be loaded after the libraries.
    """

    html: str
    styles: tuple[str, ...]
    scripts: tuple[str, ...]
    script_url: str


def map_for(kind: str, args: Args) -> PageMap:
    """Return the map of a page.

    Parameters
    ----------
    kind : str
        ``city`` (``layer``: which are shown at first), ``layer`` (``layer``), ``nearest`` (the
        parameters of the page), ``facility`` (``id``) or ``coverage`` (the parameters of the page
        and ``layer``).
    args : mapping
        Query parameters; a list where one is repeated.

    Raises
    ------
    LocatorError
        If a parameter is wrong or names something that does not exist.
    """
    known = _plain(args)
    rendered = _rendered(kind, known)
    return PageMap(
        html=rendered.html,
        styles=rendered.styles,
        scripts=rendered.scripts,
        script_url=url("mapviews.script", kind=kind, **known.to_dict(flat=False)),
    )


def _plain(args: Args) -> MultiDict[str, str]:
    """Return `args` as query parameters, without those that are empty."""
    plain: MultiDict[str, str] = MultiDict()
    given = args.to_dict(flat=False) if isinstance(args, MultiDict) else args
    for name, value in given.items():
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if item is not None and str(item).strip():
                plain.add(name, str(item))
    return plain


def _rendered(kind: str, args: MultiDict[str, str]) -> RenderedMap:
    if kind not in _BUILDERS:
        raise NotFoundError(N_("There is no map {kind}."), parameter="kind", kind=kind)
    return render(_BUILDERS[kind](args), asset_url=asset_url, name=kind)


# The maps -----------------------------------------------------------------------------------


def _city(args: MultiDict[str, str]) -> folium.Map:
    layers = state().catalogue.layers
    chosen = [layer for layer in args.getlist("layer") if layer in layers]
    return views.city_map(
        ground(gettext("Map of all services")),
        symbols=[_symbol(layer) for layer in layers],
        features_url=_versioned("mapviews.features", _features_bytes(None)),
        nearest_url=url("residents.nearest"),
        hidden=[layer for layer in layers if chosen and layer not in chosen],
    )


def _layer(args: MultiDict[str, str]) -> folium.Map:
    layer = known_layer(state().catalogue, args.get("layer", ""))
    return views.layer_map(
        ground(gettext("Map: {layer}", layer=text(layer.names))),
        symbol=_symbol(layer.id),
        features_url=_versioned("mapviews.features", _features_bytes(layer.id), layer=layer.id),
        nearest_url=url("residents.nearest", layer=layer.id),
    )


def _nearest(args: MultiDict[str, str]) -> folium.Map:
    city = state().city
    params = parse(NearestParams, args)
    layers = [known_layer(city.catalogue, layer).id for layer in params.layer]
    origin, _ = find_origin(city, params)
    given = args.to_dict(flat=False)
    kept = {name: value for name, value in given.items() if name not in ("q", "lat", "lon")}
    fixed = [layer.id for layer in city.catalogue.layers.values() if not layer.moves]
    return views.nearest_map(
        ground(gettext("Map of the results")),
        symbols=[_symbol(layer) for layer in layers or fixed],
        origin=(origin.lon, origin.lat, gettext("Start: {place}", place=origin.label)),
        features_url=url("mapviews.nearest", **given),
        walks_url=url("mapviews.walks", **given),
        nearest_url=url("residents.nearest", **kept),
        walk_labels={
            "walk": gettext("the walk along streets"),
            "walk-estimate": gettext("direction of the walk; not a way along streets"),
        },
    )


def _facility(args: MultiDict[str, str]) -> folium.Map:
    city = state().city
    identifier = _known_facility(args.get("id", ""))
    row = city.facilities.loc[identifier]
    if row.geometry is None:
        raise NotFoundError(
            N_("It is not known where {name} is."), parameter="id", name=str(row["name"])
        )
    return views.facility_map(
        ground(gettext("Map: {name}", name=str(row["name"]))),
        symbol=_symbol(str(row["layer"])),
        lon=row.geometry.x,
        lat=row.geometry.y,
        features_url=url("mapviews.features", id=identifier),
    )


def _coverage(args: MultiDict[str, str]) -> folium.Map:
    params = parse(CoverageParams, args)
    layer = known_layer(state().catalogue, params.layer)
    rest = {name: value for name, value in args.items() if name != "layer"}
    edges = (0.0, *SHARE_BREAKS, 1.0)
    return views.coverage_map(
        ground(gettext("Map of the reach: {layer}", layer=text(layer.names))),
        areas_url=url("mapviews.coverage_data", layer_id=layer.id, **rest),
        shading=views.Shading(
            title=gettext("Share of people served, and number of districts"),
            value="share",
            breaks=SHARE_BREAKS,
            class_labels=tuple(
                gettext("{low} to {high}", low=percent(low), high=percent(high))
                for low, high in zip(edges, edges[1:], strict=False)
            ),
            gap_label=gettext("largest gaps: people beyond the standard"),
        ),
        symbol=_symbol(layer.id),
        features_url=_versioned("mapviews.features", _features_bytes(layer.id), layer=layer.id),
    )


_BUILDERS: dict[str, Callable[[MultiDict[str, str]], folium.Map]] = {
    "city": _city,
    "layer": _layer,
    "nearest": _nearest,
    "facility": _facility,
    "coverage": _coverage,
}


def add_map(kind: str, build: Callable[[MultiDict[str, str]], folium.Map]) -> None:
    """Let another module of the web draw maps of its own `kind`."""
    _BUILDERS[kind] = build


def ground(label: str) -> views.Ground:
    """Return what every map of this city shares, in the reader's language."""
    city = state().city
    west, south, east, north = city.boundary.bounds
    return views.Ground(
        bounds=(west, south, east, north),
        label=label,
        labels={key: gettext(word) for key, word in LABELS.items()},
        attribution=text(city.catalogue.attribution),
        background_url=_versioned("mapviews.background_data", _background_bytes()),
        names_url=_versioned("mapviews.names", _names_bytes()),
        facility_url=url("residents.facility", facility_id="__id__"),
        about_url=url("residents.data"),
        tiles=current_app.config["TILES"] or None,
        tiles_attribution=current_app.config["TILES_ATTRIBUTION"] or None,
    )


def _symbol(layer_id: str) -> Symbol:
    return symbol(state().catalogue.layers[layer_id], language=current_language())


def _known_facility(identifier: str) -> str:
    if identifier not in state().city.facilities.index:
        raise NotFoundError(
            N_("There is no service with the id “{id}”."), parameter="id", id=identifier
        )
    return identifier


# Their scripts and data ---------------------------------------------------------------------


@blueprint.get("/maps/<kind>.js")
def script(kind: str) -> Response:
    """Serve a map's own script."""
    response = Response(_rendered(kind, request.args).script, mimetype="text/javascript")
    response.headers["Cache-Control"] = PERSONAL
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.get("/maps/background.geojson")
def background_data() -> Response:
    """Serve the districts and the river."""
    return kept(_background_bytes())


@blueprint.get("/maps/names.json")
def names() -> Response:
    """Serve the names of stops and streets."""
    return kept(_names_bytes(), mimetype="application/json")


@blueprint.get("/maps/features.geojson")
def features() -> Response:
    """Serve all facilities, those of one layer, or a single one."""
    identifier, layer = request.args.get("id"), request.args.get("layer")
    if identifier is not None:
        only = facility_features(state().city, [_known_facility(identifier)])
        return kept(compact_json(only))
    if layer is not None:
        known_layer(state().catalogue, layer)
    return kept(_features_bytes(layer))


@blueprint.get("/maps/nearest.geojson")
@expensive
def nearest() -> Response:
    """Serve the results that the page "nearest" lists."""
    _, rows, _ = _answer()
    return _personal(nearest_features(state().city, rows))


@blueprint.get("/maps/walks.geojson")
@expensive
def walks() -> Response:
    """Serve the walks to the results that the page "nearest" lists."""
    origin, rows, ground = _answer()
    return _personal(walk_features(ground, origin.lon, origin.lat, list(rows.index)))


@blueprint.get("/maps/coverage/<layer_id>.geojson")
@expensive
def coverage_data(layer_id: str) -> Response:
    """Serve the districts with their shares, and the gaps."""
    app = state()
    params = parse(CoverageParams, request.args, layer=layer_id)
    known_layer(app.catalogue, params.layer)
    query = CoverageQuery(
        layer=params.layer,
        minutes=params.minutes,
        group=params.group,
        pace_m_s=params.pace,
    )

    def made() -> bytes:
        return compact_json(coverage_areas(app.city, coverage(app.ground, query)))

    return kept(app.memo.get(("map-coverage", current_language(), query), made))


def _answer() -> tuple[Any, Any, WalkableCity]:
    """Return origin and rows of the search that the query string asks for, and what it walks."""
    app = state()
    params = parse(NearestParams, request.args)
    for layer in params.layer:
        known_layer(app.catalogue, layer)
    origin, _ = find_origin(app.city, params)
    ground = app.ground_for(params.profile)
    return origin, find_rows(ground, params, origin, params.at or app.now()), ground


def _features_bytes(layer: str | None) -> bytes:
    """Return the facilities of a layer (or all) in the reader's language; made once."""
    app = state()
    frame = app.city.facilities

    def made() -> bytes:
        ids = frame.index if layer is None else frame.index[frame["layer"] == layer]
        return compact_json(facility_features(app.city, ids))

    return app.memo.get(("map-features", current_language(), layer), made)


def _background_bytes() -> bytes:
    app = state()
    return app.memo.get("map-background", lambda: compact_json(background.background(app.city)))


def _names_bytes() -> bytes:
    app = state()
    return app.memo.get("map-names", lambda: compact_json(background.names(app.city)))


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=6).hexdigest()


def _versioned(endpoint: str, data: bytes, **values: str) -> str:
    """Return the address of data; it changes when they do, so they may be kept for a year."""
    return url(endpoint, v=_digest(data), **values)


def kept(data: bytes, *, mimetype: str = GEOJSON) -> Response:
    """Return map data that may be kept: for a year where the address carries their version."""
    response = Response(data, mimetype=mimetype)
    current = request.args.get("v") == _digest(data)
    response.headers["Cache-Control"] = FOREVER if current else "no-cache"
    response.set_etag(_digest(data))
    response.make_conditional(request)
    return response


def _personal(answer: Collection) -> Response:
    response = Response(compact_json(answer), mimetype=GEOJSON)
    response.headers["Cache-Control"] = PERSONAL
    return response


# Leaflet's own files ------------------------------------------------------------------------

_PACKAGES: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "leaflet": (
        leaflet,
        "XStatic-Leaflet",
        (
            "leaflet.js",
            "leaflet.css",
            "images/layers.png",
            "images/layers-2x.png",
            "images/marker-icon.png",
            "images/marker-icon-2x.png",
            "images/marker-shadow.png",
        ),
    ),
    "markercluster": (
        leaflet_markercluster,
        "XStatic-Leaflet-MarkerCluster",
        ("leaflet.markercluster.js", "MarkerCluster.css", "MarkerCluster.Default.css"),
    ),
}
"""Package -> module, distribution, and the only files that are served."""


@blueprint.get("/vendor/<package>/<version>/<path:name>")
def vendor(package: str, version: str, name: str) -> Response:
    """Serve one file of a library; a fixed list, nothing else."""
    path = _vendor_files().get((package, version, name))
    if path is None:
        raise NotFoundError(N_("There is no such file."))
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = Response(path.read_bytes(), mimetype=kind)
    response.headers["Cache-Control"] = FOREVER
    return response


def asset_url(asset: str) -> str:
    """Return the address of an asset of `locator.maps.figure`; it carries no language."""
    package, _, name = asset.partition("/")
    if package == "locator":
        return static_url(name)
    root = str(request.environ.get("locator.root", ""))
    return f"{root}/vendor/{package}/{_version(package)}/{name}"


@cache
def _version(package: str) -> str:
    return metadata.version(_PACKAGES[package][1])


@cache
def _vendor_files() -> dict[tuple[str, str, str], Path]:
    return {
        (package, _version(package), name): Path(module.BASE_DIR) / name
        for package, (module, _, names) in _PACKAGES.items()
        for name in names
    }
