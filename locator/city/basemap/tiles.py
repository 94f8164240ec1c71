"""Cut one tile of the base map out of a city's ground."""

from __future__ import annotations

from locator.city.basemap.files import LAND_KINDS, LINE_KINDS
from locator.city.basemap.ground import COARSE, MapGround, street_kind
from locator.city.basemap.lettering import Offer, line_offers, point_offers
from locator.city.basemap.mvt import (
    LINE,
    POINT,
    POLYGON,
    Attributes,
    TileLayer,
    features_of,
    line_geometry,
    points_geometry,
    tile_bytes,
)
from locator.city.basemap.shapes import cut

BORDERS = ("district", "city")


def tile(ground: MapGround, zoom: int, x: int, y: int) -> bytes:
    """Return a vector tile.

    Layers ``land``, ``lines``, ``borders`` (attribute ``kind``), ``buildings``, ``streets``
    (``class``, and ``level`` where it is a bridge or a tunnel) and ``names`` (``name``, ``kind``;
    points and lines, the most important first).
    """
    found = ground.coarse[zoom] if zoom <= COARSE else ground.layers
    layers = []
    for name, shapes in found.items():
        layer = TileLayer(name)
        for code, geometry in features_of(cut(shapes, zoom, x, y), polygons=shapes.polygons):
            layer.add(POLYGON if shapes.polygons else LINE, geometry, _attributes(name, code))
        layers.append(layer)
    names = TileLayer("names")
    for offer in (*point_offers(ground.at, zoom, x, y), *line_offers(ground.along, zoom, x, y)):
        names.add(*_encoded(offer), {"name": offer.text, "kind": offer.kind})
    return tile_bytes([*layers, names])


def _encoded(offer: Offer) -> tuple[int, bytes]:
    if len(offer.xy) == 1:
        return POINT, points_geometry(offer.xy)
    return LINE, line_geometry(offer.xy)


def _attributes(layer: str, code: int) -> Attributes:
    if layer == "streets":
        return street_kind(code)
    kinds = {"land": LAND_KINDS, "lines": LINE_KINDS, "borders": BORDERS}.get(layer)
    return {} if kinds is None else {"kind": kinds[code]}
