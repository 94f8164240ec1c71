"""Read the districts of a city and find the district of a point."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape

from locator.base.geo import WGS84, FloatArray, IntArray, Projection
from locator.base.reading import WHOLE, FaultLog, is_integer, read_features

FILE = "districts.geojson"
OVERLAP_M2 = 100.0
"""Neighbours may share this much ground: rounding of coordinates, nothing more."""


def read_districts(folder: Path, projection: Projection, log: FaultLog) -> gpd.GeoDataFrame | None:
    """Return the districts of `folder`, or None with the faults noted in `log`.

    Parameters
    ----------
    folder : Path
        City folder.
    projection : Projection
        To the city's metres, in which overlaps are measured.
    log : FaultLog
        Names the file, and takes its faults.

    Returns
    -------
    GeoDataFrame or None
        Index: number, ascending. Columns ``roman`` ("" in a city that has no numerals), ``name``,
        ``residents`` (Int64, may be null), geometry (WGS84).
    """
    before = len(log.faults)
    rows, shapes = [], []
    for position, item in enumerate(read_features(folder, log), 1):
        properties = item["properties"]
        number = properties.get("number")
        name = number if is_integer(number) else f"feature {position}"
        if not is_integer(number) or number < 1:
            log.add(name, "number", f"is {number!r}", "a whole number from 1")
        if not isinstance(properties.get("name"), str) or not properties["name"]:
            log.add(name, "name", f"is {properties.get('name')!r}", "a text")
        if not isinstance(properties.get("roman"), str):
            given = properties.get("roman")
            log.add(name, "roman", f"is {given!r}", 'a text; "" where the city has no numerals')
        residents = properties.get("residents")
        if residents is not None and (not is_integer(residents) or residents < 0):
            log.add(name, "residents", f"is {residents!r}", "a whole number or null")
        area = _area(name, item["geometry"], log)
        if area is not None:
            rows.append({key: properties.get(key) for key in ("number", "roman", "name")})
            rows[-1]["residents"] = residents
            shapes.append(area)
    numbers = [row["number"] for row in rows if is_integer(row["number"])]
    for number, count in Counter(numbers).items():
        if count > 1:
            log.add(number, "number", "is used twice", "one feature for each district")
    if not rows and len(log.faults) == before:
        log.add(WHOLE, WHOLE, "has no districts", "at least one")
    if len(log.faults) > before:
        return None
    _check_overlaps([row["number"] for row in rows], shapes, projection, log)
    if len(log.faults) > before:
        return None
    frame = pd.DataFrame(rows).astype({"residents": "Int64", "roman": object, "name": object})
    frame = frame.set_index("number")
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=WGS84).sort_index()


def _area(name: object, geometry: Any, log: FaultLog) -> Any:
    allowed = "a valid Polygon or MultiPolygon"
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        kind = geometry.get("type") if isinstance(geometry, dict) else geometry
        log.add(name, "geometry", f"is a {kind}", allowed)
        return None
    try:
        area = shape(geometry)
    except (
        ShapelyError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OverflowError,
    ) as error:
        log.add(name, "geometry", f"cannot be read: {error}", allowed)
        return None
    if area.is_empty or not area.is_valid:
        reason = "is empty" if area.is_empty else shapely.is_valid_reason(area)
        log.add(name, "geometry", reason, allowed)
        return None
    west, south, east, north = area.bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        log.add(name, "geometry", "is not in degrees", "lon -180 to 180, lat -90 to 90")
        return None
    return area


def _check_overlaps(
    numbers: list[int], shapes: list[Any], projection: Projection, log: FaultLog
) -> None:
    if shapely.coverage_is_valid(shapes):
        return
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="intersects")
    for i, j in zip(first, second, strict=True):
        if numbers[i] < numbers[j]:
            common = shapely.transform(
                shapely.intersection(shapes[i], shapes[j]), projection.to_metric
            )
            if common.area > OVERLAP_M2:
                log.add(
                    numbers[i],
                    "geometry",
                    f"overlaps district {numbers[j]} by {common.area:.0f} m²",
                    "districts side by side",
                )


def city_boundary(districts: gpd.GeoDataFrame) -> Any:
    """Return the union of the districts (WGS84), prepared for many point queries.

    Parameters
    ----------
    districts : GeoDataFrame
        As `read_districts` returns them.

    Returns
    -------
    shapely geometry
        Polygon or multipolygon.
    """
    shapes = districts.geometry.to_numpy()
    if shapely.coverage_is_valid(shapes):
        boundary = shapely.coverage_union_all(shapes)
    else:
        boundary = shapely.union_all(shapes)
    shapely.prepare(boundary)
    return boundary


def district_of(lonlat: FloatArray, districts: gpd.GeoDataFrame) -> IntArray:
    """Return (n,) district numbers of (n, 2) lon, lat; 0 where a point is in none.

    Parameters
    ----------
    lonlat : array of float, shape (n, 2)
        Degrees, WGS84.
    districts : GeoDataFrame
        As `read_districts` returns them.

    Returns
    -------
    array of int64, shape (n,)
        On a shared edge the lower number.
    """
    found = np.zeros(len(lonlat), dtype=np.int64)
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    # Ascending: on a shared boundary the lower number keeps the point.
    for number, area in zip(districts.index, districts.geometry, strict=True):
        west, south, east, north = area.bounds
        near = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north) & (found == 0)
        rows = np.flatnonzero(near)
        shapely.prepare(area)
        found[rows[shapely.intersects_xy(area, lonlat[rows])]] = number
    return found
