"""Read where in a city dwellings stand, and how much of them: what census cells are spread by.

``dwellings.npz`` is a packed file (`locator.base.packed`) of points with one number column,
``weight``: the floor area, in square metres, that counts as dwellings in one square of `SQUARE_M`.
The point is the middle of the square's addresses, weighted by that area, so that a walk starts
where people live. Only the shares inside a census cell matter. The file says of itself ``source``,
``source_date``, ``licence``, ``parameters``, and ``held_out``: the share of people that the method
puts into the wrong cell where only the people of 2 x 2 cells are known (``misplaced``), and that
an even spread does (``misplaced_evenly``).

The file is optional: without it every cell is spread evenly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from locator.base.geo import FloatArray
from locator.base.packed import PackedFileError, read_packed
from locator.base.reading import WHOLE, FaultLog, is_iso_date

FILE = "dwellings.npz"
SQUARE_M = 50.0
_ALLOWED = "a file made by `locator people spread` for this city"


@dataclass(frozen=True)
class Parameters:
    """What the weights depend on; fitted to one half of Kraków's census cells, tried on the other.

    Attributes
    ----------
    number_m : float
        A house number belongs to the nearest building within this distance.
    small_m2 : float
        A footprint up to this, with unknown floors, is a small house.
    house_m2 : float
        A small house weighs the geometric mean of its footprint and this.
    hall_m2 : float
        A footprint above this, with unknown floors, is a hall.
    floors : float
        Floors of a larger building with no known neighbour.
    neighbours, neighbours_m : int, float
        Otherwise it has the median floors of so many nearest known ones, within this distance.
    known_m2 : float
        Footprint from which a building's floors tell about its neighbours.
    mixed : float
        Factor outside residential land.
    businesses, business_m : float
        Weight falls to 1/e with so many businesses within this distance.
    """

    number_m: float = 15.0
    small_m2: float = 250.0
    house_m2: float = 150.0
    hall_m2: float = 2500.0
    floors: float = 2.0
    neighbours: int = 5
    neighbours_m: float = 250.0
    known_m2: float = 200.0
    mixed: float = 0.8
    businesses: float = 30.0
    business_m: float = 75.0


@dataclass(frozen=True)
class Dwellings:
    """Where people can live, n squares in all.

    Attributes
    ----------
    lonlat : (n, 2) float array
        WGS84.
    weight : (n,) float array
        Square metres of dwellings, all above 0.
    source, source_date, licence : str
    parameters : Parameters
    misplaced, misplaced_evenly : float
        Shares 0 to 1, of the method and of the even spread: see above.
    """

    lonlat: FloatArray
    weight: FloatArray
    source: str
    source_date: str
    licence: str
    parameters: Parameters
    misplaced: float
    misplaced_evenly: float


def read_dwellings(folder: Path, log: FaultLog) -> Dwellings | None:
    """Return the dwellings of `folder`; None without the file, or with the faults in `log`."""
    if not (folder / log.file).exists():
        return None
    try:
        frame, about = read_packed(folder / log.file)
    except PackedFileError as error:
        log.add(WHOLE, WHOLE, error.message, _ALLOWED)
        return None
    before = len(log.faults)
    for fault in (*_said_wrong(about), *_held_wrong(frame)):
        log.add(*fault)
    if len(log.faults) > before:
        return None
    checked = about["held_out"]
    return Dwellings(
        lonlat=shapely.get_coordinates(frame.geometry.values),
        weight=frame["weight"].to_numpy(dtype=np.float64),
        source=about["source"],
        source_date=about["source_date"],
        licence=about["licence"],
        parameters=Parameters(**about["parameters"]),
        misplaced=float(checked["misplaced"]),
        misplaced_evenly=float(checked["misplaced_evenly"]),
    )


Problem = tuple[str, str, str, str]
"""Point or whole, field, what is wrong, what is allowed: see `FaultLog.add`."""


def _said_wrong(about: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with what the file says of itself."""
    for name in ("source", "licence"):
        if not isinstance(about.get(name), str) or not about[name].strip():
            yield WHOLE, name, "is not said", "a text"
    if not is_iso_date(about.get("source_date")):
        yield WHOLE, "source_date", f"is {about.get('source_date')!r}", "YYYY[-MM[-DD]]"
    for name, wanted in (
        ("parameters", [field.name for field in fields(Parameters)]),
        ("held_out", ["misplaced", "misplaced_evenly"]),
    ):
        values = about.get(name)
        if not isinstance(values, Mapping) or sorted(values) != sorted(wanted):
            yield WHOLE, name, "is not as it should be", ", ".join(wanted)
            continue
        for key, value in values.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                yield WHOLE, f"{name}.{key}", f"is {value!r}", "a number, 0 or more"


def _held_wrong(frame: gpd.GeoDataFrame) -> Iterator[Problem]:
    """Yield what is wrong with the points and their weights."""
    kinds = shapely.get_type_id(frame.geometry.values)
    if (kinds != shapely.GeometryType.POINT).any():
        yield WHOLE, "geometry", "is not of points", "one point for each square"
    elif len(frame):
        lonlat = shapely.get_coordinates(frame.geometry.values)
        for row in np.flatnonzero(~(np.abs(lonlat) <= (180, 90)).all(axis=1)):
            yield f"point {row + 1}", "geometry", f"is {lonlat[row].tolist()}", "degrees, lon lat"
    if "weight" not in frame.columns or not pd.api.types.is_numeric_dtype(frame["weight"]):
        yield WHOLE, "weight", "the column of numbers is missing", _ALLOWED
        return
    weight = frame["weight"].to_numpy(dtype=np.float64)
    for row in np.flatnonzero(~(np.isfinite(weight) & (weight > 0))):
        yield f"point {row + 1}", "weight", f"is {weight[row]:g}", "a number above 0"
