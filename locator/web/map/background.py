"""Draw the ground of the maps from the city's own data: districts, river, names.

Shapes are made simple enough to travel in a few kilobytes; nothing is computed with them.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from locator.base import geojson
from locator.base.compact import compact_json
from locator.base.geo import WGS84
from locator.base.geojson import Collection
from locator.city.model import City

SIMPLIFY_M = 25.0
"""How far a drawn border may lie from the true one."""

STREET_NAME_M = 700.0
"""A street's name is written about once in so many metres."""

_ESCAPES = {
    character: f"\\u{ord(character):04x}" for character in ("<", ">", "&", "\u2028", "\u2029")
}

DECIMALS = 5
SAME_STOP_M = 300.0
"""Platforms of one name that are no further apart are one stop."""


def simplified(city: City) -> list[Any]:
    """Return the districts in WGS84, simplified together so that they still share borders."""
    metric = city.districts.geometry.to_crs(city.catalogue.crs_metric)
    coarse = shapely.coverage_simplify(np.asarray(metric), SIMPLIFY_M)
    return list(gpd.GeoSeries(coarse, crs=city.catalogue.crs_metric).to_crs(WGS84))


def script_json(value: Any) -> str:
    """Return `value` as JSON that no markup round it can be mistaken for."""
    text = compact_json(value).decode()
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)  # a tenth of what str.translate takes
    return text


def feature(geometry: Any, *, identifier: str | None = None, **properties: Any) -> Collection:
    """Return a GeoJSON feature with coordinates of about a metre; None properties are left out."""
    known = {key: value for key, value in properties.items() if value is not None}
    return geojson.feature(known, geometry, id_=identifier, digits=DECIMALS)
