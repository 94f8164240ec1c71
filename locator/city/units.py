"""Read the neighbourhood units of a city, which lie below its districts.

The file is optional: a packed file (`locator.base.packed`) of polygons with the text columns
``unit`` (its code, such as ``"VIII.5"``) and ``name``; a unit of several parts has a row for each.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from locator.base.echo import cut
from locator.base.errors import N_, NotFoundError
from locator.base.geo import WGS84, FloatArray, IntArray
from locator.base.packed import PackedFileError, read_packed
from locator.base.reading import WHOLE, FaultLog

FILE = "units.npz"
COLUMNS = ("unit", "name")
NO_UNIT = N_("There is no neighbourhood unit {given}.")


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
    """Return the (n,) names of the units that (n, 2) lon, lat lie in; None outside all.

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
    names = np.array([*units["name"], None], dtype=object)
    found: np.ndarray = names[unit_rows(lonlat, units)]
    return found


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
    codes = np.array([*units.index, None], dtype=object)
    found: np.ndarray = codes[unit_rows(lonlat, units)]
    return found


def unit_rows(lonlat: FloatArray, units: gpd.GeoDataFrame) -> IntArray:
    """Return the (n,) rows of `units` that (n, 2) lon, lat lie in; -1 outside all.

    Parameters
    ----------
    lonlat : (n, 2) float array
        NaN lies nowhere.
    units : GeoDataFrame
        Index: their codes.

    Returns
    -------
    (n,) int array
        On a shared edge the first.
    """
    found = np.full(len(lonlat), -1, dtype=np.int64)
    if len(units) == 0:
        return found
    points = shapely.points(lonlat)
    at, of = shapely.STRtree(units.geometry.values).query(points, predicate="intersects")
    # The last one written stays: on a shared edge the first unit of the list keeps the point.
    order = np.argsort(-of, kind="stable")
    found[at[order]] = of[order]
    return found


def known_unit(units: gpd.GeoDataFrame, code: str) -> str:
    """Return the code of a unit, or raise `NotFoundError` where there is none.

    Parameters
    ----------
    units : GeoDataFrame
        Index: their codes.
    code : str

    Returns
    -------
    str

    Raises
    ------
    NotFoundError
        There is no such unit.
    """
    if code not in units.index:
        raise NotFoundError(NO_UNIT, parameter="unit", given=cut(code))
    return code
