"""Draw the ground of the maps from the city's own data: districts, river, names.

Shapes are made simple enough to travel in a few kilobytes; nothing is computed with them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from locator.city import City
from locator.geo import WGS84

SIMPLIFY_M = 25.0
"""How far a drawn border may lie from the true one."""

STREET_NAME_M = 700.0
"""A street's name is written about once in so many metres."""

DECIMALS = 5
SAME_STOP_M = 300.0
"""Platforms of one name that are no further apart are one stop."""

Collection = dict[str, Any]


def simplified(city: City) -> list[Any]:
    """Return the districts in WGS84, simplified together so that they still share borders."""
    metric = city.districts.geometry.to_crs(city.catalogue.crs_metric)
    coarse = shapely.coverage_simplify(np.asarray(metric), SIMPLIFY_M)
    return list(gpd.GeoSeries(coarse, crs=city.catalogue.crs_metric).to_crs(WGS84))


def compact_json(value: Any) -> bytes:
    """Return `value` as UTF-8 JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def collection(features: Iterable[Collection], **members: Any) -> Collection:
    """Return a FeatureCollection; further members stand beside the features."""
    return {"type": "FeatureCollection", "features": list(features), **members}


def feature(geometry: Any, *, identifier: str | None = None, **properties: Any) -> Collection:
    """Return a GeoJSON feature with coordinates of about a metre; None properties are left out."""
    head = {"type": "Feature"} if identifier is None else {"type": "Feature", "id": identifier}
    return {
        **head,
        "geometry": None if geometry is None else _rounded(shapely.geometry.mapping(geometry)),
        "properties": {key: value for key, value in properties.items() if value is not None},
    }


def _rounded(value: Any) -> Any:
    """Round every number in nested coordinates."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return round(value, DECIMALS) if isinstance(value, float) else value
