"""Turn facilities into GeoJSON features: the schema's properties, nothing that JSON cannot say."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from locator.catalogue import Text
from locator.facilities import FIELDS
from locator.geo import FloatArray
from locator.web.i18n import text

DEGREE_DIGITS = 6
"""Decimals of a coordinate: 0.1 m."""

PROPERTIES = ("layer", "address", *(field.name for field in FIELDS if field.name != "id"))


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


def feature(
    properties: Mapping[str, Any], geometry: BaseGeometry | None, *, id_: str | int | None = None
) -> dict[str, Any]:
    """Return a GeoJSON feature; without a geometry it stays in the list (RFC 7946, 3.2)."""
    made: dict[str, Any] = {"type": "Feature"}
    if id_ is not None:
        made["id"] = id_
    return made | {"geometry": geometry_json(geometry), "properties": dict(properties)}


def collection(features: Iterable[Mapping[str, Any]], **members: Any) -> dict[str, Any]:
    """Return a GeoJSON collection; `members` stand beside the features."""
    return {"type": "FeatureCollection", **members, "features": list(features)}


def geometry_json(geometry: BaseGeometry | None) -> dict[str, Any] | None:
    """Return a WGS84 geometry as GeoJSON, coordinates to 0.1 m, rings as RFC 7946 winds them."""
    if geometry is None or geometry.is_empty:
        return None
    oriented = shapely.orient_polygons(geometry)
    rounded = shapely.transform(oriented, _rounded)
    made: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
    return made


def _rounded(coordinates: FloatArray) -> FloatArray:
    return coordinates.round(DEGREE_DIGITS)


def whole(value: float | None) -> int | None:
    """Return `value` rounded to a whole number; None for what is unknown or endless."""
    return None if value is None or not math.isfinite(value) else round(value)


def decimal(value: float | None, digits: int) -> float | None:
    """Return `value` rounded to `digits`; None for what is unknown or endless."""
    return None if value is None or not math.isfinite(value) else round(float(value), digits)


def _values(column: pd.Series[Any]) -> list[Any]:
    values = column.astype(object)
    return list(values.where(column.notna(), None))
