"""Read the neighbourhood units of a city, which lie below its districts.

The file is optional: a packed file (`locator.base.packed`) of polygons with the text columns
``unit`` (its code, such as ``"VIII.5"``) and ``name``; a unit of several parts has a row for each.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from locator.base.geo import WGS84, FloatArray
from locator.base.packed import PackedFileError, read_packed
from locator.base.reading import WHOLE, FaultLog

FILE = "units.npz"
COLUMNS = ("unit", "name")


def read_units(folder: Path, log: FaultLog) -> gpd.GeoDataFrame:
    """Return the units of `folder`, none where it has no file; faults are noted in `log`.

    Returns
    -------
    GeoDataFrame
        Index: code of the unit, sorted. Column ``name``; geometry in WGS84.
    """
    nothing = gpd.GeoDataFrame({"name": []}, geometry=[], crs=WGS84)
    if not (folder / log.file).exists():
        return nothing
    try:
        frame, about = read_packed(folder / log.file)
    except PackedFileError as error:
        log.add(WHOLE, WHOLE, error.message, "a packed file of polygons")
        return nothing
    if about["geometry"] != "polygon" or not set(COLUMNS) <= set(frame.columns):
        log.add(WHOLE, WHOLE, "holds no units", "polygons with the columns unit and name")
        return nothing
    before = len(log.faults)
    for column in COLUMNS:
        for row in np.flatnonzero(frame[column].isna()):
            log.add(f"row {row + 1}", column, "is missing", "a text")
    for row in np.flatnonzero(~frame.geometry.is_valid):
        reason = shapely.is_valid_reason(frame.geometry.iloc[row])
        log.add(f"row {row + 1}", "geometry", reason, "a valid polygon")
    if len(log.faults) > before:
        return nothing
    names = frame.groupby("unit")["name"].nunique()
    for unit in names.index[names > 1]:
        log.add(unit, "name", "differs between the unit's parts", "one name for each unit")
    return frame[["unit", "name", "geometry"]].dissolve("unit")


def unit_names(lonlat: FloatArray, units: gpd.GeoDataFrame) -> np.ndarray:
    """Return the (n,) names of the units that (n, 2) lon, lat lie in; None outside all."""
    return _of_units(lonlat, units, units["name"].to_numpy(dtype=object))


def unit_codes(lonlat: FloatArray, units: gpd.GeoDataFrame) -> np.ndarray:
    """Return the (n,) codes of the units that (n, 2) lon, lat lie in; None outside all.

    Parameters
    ----------
    lonlat : (n, 2) float array
        NaN lies nowhere.
    units : GeoDataFrame
        Index: their codes.

    Returns
    -------
    (n,) array of str or None
    """
    return _of_units(lonlat, units, units.index.to_numpy(dtype=object))


def _of_units(lonlat: FloatArray, units: gpd.GeoDataFrame, words: np.ndarray) -> np.ndarray:
    found = np.full(len(lonlat), None, dtype=object)
    if len(units) == 0:
        return found
    points = shapely.points(lonlat)
    at, of = shapely.STRtree(units.geometry.values).query(points, predicate="intersects")
    # The last one written stays: on a shared edge the first unit of the list keeps the point.
    order = np.argsort(-of, kind="stable")
    found[at[order]] = words[of[order]]
    return found
