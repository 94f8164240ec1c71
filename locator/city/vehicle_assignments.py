"""Check which vehicles the moving facilities are said to ride on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from locator.base.reading import FaultLog, is_integer

LAST_MINUTE = 36 * 60  # a service day may end after midnight: 24:30 is 1470

ASSIGNMENTS = ("assumed", "confirmed")
"""Whether it is known which vehicle carries an AED."""


def check_vehicles(
    facilities: gpd.GeoDataFrame,
    stops: pd.DataFrame | None,
    log: Callable[[str], FaultLog],
) -> None:
    """Note what is wrong with the ``vehicle`` of facilities that move.

    A vehicle is an object: ``unit`` (number of the device), ``fleet_number`` (text or null),
    ``assignment`` (``assumed`` or ``confirmed``), ``line``, ``headsign``, ``first_departure``
    (minutes after midnight, a departure of the working day), ``base`` (``name``, and
    ``stop``: an index of ``stops.csv`` or null).
    """
    moving = facilities["vehicle"].map(lambda value: isinstance(value, dict))
    taken: dict[str, set[tuple[str, object]]] = defaultdict(set)
    for name, row in facilities[moving].iterrows():
        vehicle = row["vehicle"]
        faults = [*_faults_of_shape(vehicle, stops), *_twice(vehicle, taken[row["layer"]])]
        for field, problem, allowed in faults:
            log(f"{row['layer']}.geojson").add(name, f"vehicle.{field}", problem, allowed)


def _twice(
    vehicle: Mapping[str, Any], taken: set[tuple[str, object]]
) -> Iterator[tuple[str, str, str]]:
    """Yield what another vehicle has already; what is this one's goes into `taken`."""
    for field in ("unit", "fleet_number"):
        value = vehicle.get(field)
        if not isinstance(value, int | str):
            continue
        if (field, value) in taken:
            yield field, f"is {value!r}, as another one's", "each once"
        taken.add((field, value))


def _faults_of_shape(
    vehicle: Mapping[str, Any], stops: pd.DataFrame | None
) -> Iterator[tuple[str, str, str]]:
    if not is_integer(vehicle.get("unit")):
        yield "unit", f"is {vehicle.get('unit')!r}", "a whole number"
    number = vehicle.get("fleet_number")
    if number is not None and not isinstance(number, str):
        yield "fleet_number", f"is {number!r}", "a text or null"
    for field in ("line", "headsign"):
        if vehicle.get(field) is not None and not isinstance(vehicle[field], str):
            yield field, f"is {vehicle[field]!r}", "a text or null"
    first = vehicle.get("first_departure")
    if first is not None and not (is_integer(first) and 0 <= first <= LAST_MINUTE):
        yield "first_departure", f"is {first!r}", f"minutes, 0 to {LAST_MINUTE}, or null"
    if vehicle.get("assignment") not in ASSIGNMENTS:
        yield "assignment", f"is {vehicle.get('assignment')!r}", ", ".join(ASSIGNMENTS)
    base = vehicle.get("base")
    stop = base.get("stop") if isinstance(base, dict) else None
    if not isinstance(base, dict) or not isinstance(base.get("name"), str):
        yield "base", f"is {base!r}", "an object with name and stop"
    elif stop is not None and stops is not None and not _is_index(stop, len(stops)):
        yield "base.stop", f"is {stop!r}", "an index of stops.csv or null"


def _is_index(value: object, length: int) -> bool:
    return is_integer(value) and value in range(length)
