"""Turn facilities into properties of GeoJSON: the schema's, nothing that JSON cannot say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, cast

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from locator.api.schemas import Area, Point
from locator.base.geojson import DEGREE_DIGITS, geometry_json
from locator.base.i18n import text
from locator.city.facilities import FIELDS
from locator.city.field_types import Text

PROPERTIES = ("layer", "address", *(field.name for field in FIELDS if field.name != "id"))

SHARE_DIGITS = 4
"""Digits of a share from 0 to 1."""


def properties_of(
    facilities: gpd.GeoDataFrame, kinds: Mapping[str, Text]
) -> dict[str, dict[str, Any]]:
    """Return the properties of each facility by id; what is not known is null.

    Beside ``kind``, which is in the words of the source, stands ``kind_name``: the name that
    `kinds` has for it in the current language.
    """
    columns = {name: _values(facilities[name]) for name in PROPERTIES}
    named = {kind: text(names) for kind, names in kinds.items()}
    columns["kind_name"] = [named.get(kind) for kind in columns["kind"]]
    return {
        id_: {"id": id_} | {name: values[row] for name, values in columns.items()}
        for row, id_ in enumerate(map(str, facilities.index))
    }


def point_json(lon: float | None, lat: float | None) -> Point | None:
    """Return a GeoJSON point; None where there is no place."""
    if lon is None or lat is None or not math.isfinite(lon) or not math.isfinite(lat):
        return None
    coordinates = [round(lon, DEGREE_DIGITS), round(lat, DEGREE_DIGITS)]
    return {"type": "Point", "coordinates": coordinates}


def area_json(area: BaseGeometry | None) -> Area | None:
    """Return a GeoJSON polygon, or several; None for none and for an empty one."""
    return cast(Area | None, geometry_json(area))


def whole(value: float | None) -> int | None:
    """Return `value` rounded to a whole number; None for what is unknown or endless."""
    return None if value is None or not math.isfinite(value) else round(value)


def decimal(value: float | None, digits: int) -> float | None:
    """Return `value` rounded to `digits`; None for what is unknown or endless."""
    return None if value is None or not math.isfinite(value) else round(float(value), digits)


def _values(column: pd.Series[Any]) -> list[Any]:
    values = column.astype(object)
    return list(values.where(column.notna(), None))
