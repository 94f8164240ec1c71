"""Write geometries as RFC 7946 has them: WGS84, rings by the right-hand rule, few decimals."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

DEGREE_DIGITS = 6
"""Decimals of a coordinate: 0.1 m."""

Collection = dict[str, Any]


def collection(features: Iterable[Mapping[str, Any]], **members: Any) -> Collection:
    """Return a FeatureCollection; `members` stand beside the features.

    Parameters
    ----------
    features : iterable of mapping
        As `feature` makes them; read once.
    **members : object
        Foreign members (RFC 7946, 6.1), such as ``attribution``.

    Returns
    -------
    dict
    """
    return {"type": "FeatureCollection", **members, "features": list(features)}


def feature(
    properties: Mapping[str, Any],
    geometry: BaseGeometry | None,
    *,
    id_: str | int | None = None,
    digits: int = DEGREE_DIGITS,
) -> dict[str, Any]:
    """Return a feature; without a geometry it stays in the list (RFC 7946, 3.2).

    Parameters
    ----------
    properties : mapping
        What JSON can hold.
    geometry : shapely geometry or None
        WGS84.
    id_ : str or int, optional
        The feature's identifier; without it the feature has none.
    digits : int
        Decimals of a degree that are kept; 6 are some 10 cm.

    Returns
    -------
    dict
        A GeoJSON Feature.
    """
    head: dict[str, Any] = {"type": "Feature"} if id_ is None else {"type": "Feature", "id": id_}
    return head | {"geometry": geometry_json(geometry, digits), "properties": dict(properties)}


def geometry_json(
    geometry: BaseGeometry | None, digits: int = DEGREE_DIGITS
) -> dict[str, Any] | None:
    """Return a WGS84 geometry; None for none and for an empty one.

    Outer rings run counterclockwise, holes clockwise (RFC 7946, 3.1.6), as rounded.

    Parameters
    ----------
    geometry : shapely geometry or None
        WGS84, of any kind.
    digits : int
        Decimals of a degree that are kept.

    Returns
    -------
    dict or None
        A GeoJSON geometry, lon before lat.
    """
    if geometry is None or geometry.is_empty:
        return None
    if geometry.geom_type == "Point":  # most are: not worth a way through text
        place = shapely.get_coordinates(geometry)[0].round(digits).tolist()
        return {"type": "Point", "coordinates": place}
    if geometry.geom_type == "LineString":  # nor are walks
        places = shapely.get_coordinates(geometry).round(digits).tolist()
        return {"type": "LineString", "coordinates": places}
    rounded = shapely.transform(geometry, lambda lonlat: lonlat.round(digits))
    made: dict[str, Any] = json.loads(shapely.to_geojson(shapely.orient_polygons(rounded)))
    return made
