"""Serve the data that the maps fetch, under addresses that change with them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import brotli
from flask import Blueprint, Response, request

from locator.analysis.access.counted import counted_rows, standing_rows
from locator.analysis.nearest import local_moment
from locator.api.coverage_found import query_of
from locator.api.queries import NearestParams, ReachParams, filter_of
from locator.base.compact import compact_json
from locator.base.echo import cut
from locator.base.errors import N_, NotFoundError
from locator.base.geojson import Collection
from locator.city.lookup import known_layer
from locator.walking.walkable_city import WalkableCity
from locator.web.ahead import same_for_all
from locator.web.i18n import current_language, url
from locator.web.map.data import coverage_areas, facility_features, nearest_features, walk_features
from locator.web.security import counted, expensive
from locator.web.state import question, state
from locator.web.words.found import find_nearest
from locator.web.words.starting import find_origin

blueprint = Blueprint("mapfeeds", __name__)

FOREVER = "public, max-age=31536000, immutable"
PERSONAL = "private, no-cache"
GEOJSON = "application/geo+json"
SQUEEZED = 9
"""How hard data are compressed that are the same for everybody: more takes seconds."""


# The addresses ------------------------------------------------------------------------------


def features_url(layer: str | None = None) -> str:
    """Return where the facilities of a layer are, or all."""
    return url("mapfeeds.features", {"v": _features(layer).version, "layer": layer})


def versioned(endpoint: str, data: bytes, **values: str | None) -> str:
    """Return the address of data; it changes when they do, so they may be kept for a year."""
    return url(endpoint, {"v": _digest(data), **values})


def known_facility(identifier: str) -> str:
    """Return `identifier` if there is a facility of this id.

    Raises
    ------
    NotFoundError
        There is none.
    """
    if identifier not in state().city.facilities.index:
        raise NotFoundError(
            N_("There is no service with the id “{id}”."),
            parameter="id",
            id=cut(identifier),
        )
    return identifier


# The routes ---------------------------------------------------------------------------------


@blueprint.get("/maps/features.geojson")
@same_for_all
def features() -> Response:
    """Serve all facilities, those of one layer, or a single one."""
    identifier, layer = request.args.get("id"), request.args.get("layer")
    if identifier is not None:
        only = facility_features(state().city, [known_facility(identifier)])
        return kept(compact_json(only))
    if layer is not None:
        known_layer(state().catalogue, layer)
    found = _features(layer)
    if request.accept_encodings["br"] <= 0:
        return kept(found.data, version=found.version)
    small = state().memo.get(("map-features", found.version), found.squeezed)
    return kept(small, version=found.version, encoding="br")


@blueprint.get("/maps/nearest.geojson")
@counted
def nearest() -> Response:
    """Serve the results that the page "nearest" lists."""
    _, found, _ = _answer()
    return _personal(nearest_features(state().city, found))


@blueprint.get("/maps/walks.geojson")
@counted
def walks() -> Response:
    """Serve the walks to the results that the page "nearest" lists."""
    origin, found, ground = _answer()
    ids = [one.id for one in found]
    return _personal(walk_features(ground, origin.lon, origin.lat, ids))


@blueprint.get("/maps/coverage/<layer_id>.geojson")
@expensive
def coverage_data(layer_id: str) -> Response:
    """Serve the districts with their shares, and the gaps."""
    app = state()
    params = question(ReachParams, request.args, layer=layer_id)
    query = query_of(params, params.layer)

    def made() -> bytes:
        found = app.coverage(query, profile=params.profile)
        return compact_json(coverage_areas(app.city, found))

    return kept(app.memo.get(("map-coverage", current_language(), query, params.profile), made))


@blueprint.get("/maps/coverage/<layer_id>/places.geojson")
@expensive
def coverage_places(layer_id: str) -> Response:
    """Serve the facilities that count."""
    app = state()
    params = question(ReachParams, request.args, layer=layer_id)
    city = app.walkable_city_for(params.profile).choosing(filter_of(params))
    if params.at is None:
        rows = counted_rows(city, params.layer)
    else:
        rows = standing_rows(city, params.layer, params.at)[1]
    return kept(compact_json(facility_features(app.city, app.city.ids[list(rows)])))


def kept(
    data: bytes, *, mimetype: str = GEOJSON, version: str | None = None, encoding: str | None = None
) -> Response:
    """Return map data that may be kept: for a year where the address carries their version.

    Parameters
    ----------
    data : bytes
    mimetype : str
    version : str, optional
        Of the data, where that is known.
    encoding : str, optional
        In which they are compressed.
    """
    version = version or _digest(data)
    response = Response(data, mimetype=mimetype)
    current = request.args.get("v") == version
    response.headers["Cache-Control"] = FOREVER if current else "no-cache"
    if encoding:
        response.content_encoding = encoding
    response.set_etag(f"{version}:{encoding}" if encoding else version)
    response.make_conditional(request)
    return response


def unkept(answer: Collection) -> Response:
    """Return map data that hold for this moment only."""
    response = Response(compact_json(answer), mimetype=GEOJSON)
    response.headers["Cache-Control"] = "no-store"
    return response


def _personal(answer: Collection) -> Response:
    response = Response(compact_json(answer), mimetype=GEOJSON)
    response.headers["Cache-Control"] = PERSONAL
    return response


# The data -----------------------------------------------------------------------------------


def _answer() -> tuple[Any, Any, WalkableCity]:
    """Return origin and results of the search that the query string asks for, and what it walks."""
    app = state()
    params = question(NearestParams, request.args)
    origin, _ = find_origin(app.city, params)
    ground = app.walkable_city_for(params.profile, at_night=params.night == "yes")
    return (
        origin,
        find_nearest(ground, params, origin, local_moment(app.city, params.at)).found,
        ground,
    )


@dataclass(frozen=True)
class _Features:
    """What a map draws of all facilities, or of a layer's; `version` changes with them."""

    data: bytes
    version: str

    def squeezed(self) -> bytes:
        """Return the data as small as brotli makes them, which is made once."""
        return bytes(brotli.compress(self.data, quality=SQUEEZED))


def _features(layer: str | None) -> _Features:
    """Return the facilities of a layer (or all) in the reader's language; made once."""
    app = state()
    frame = app.city.facilities

    def made() -> _Features:
        ids = frame.index if layer is None else frame.index[frame["layer"] == layer]
        data = compact_json(facility_features(app.city, ids))
        return _Features(data, _digest(data))

    return app.memo.get(("map-features", current_language(), layer), made)


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=6).hexdigest()
