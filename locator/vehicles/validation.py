"""Tell whether a timetable that was kept in a file holds together, and fits its city.

A file may be whole and still wrong: made by another program, or for another city.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from locator.base.geo import FloatArray, IntArray
from locator.base.reading import is_integer
from locator.vehicles.timetable import Timetable

if TYPE_CHECKING:
    from locator.city.model import City

MARGIN_DEGREES = 1.0
"""Lines leave the city; a stop further from its bounds is not one of a line of this city."""

Problem = tuple[str, str, str]
"""Member, what is wrong, what is allowed."""


def inconsistencies(table: Timetable) -> Iterator[Problem]:
    """Yield what does not hold together in `table`; nothing for a timetable that can be used.

    Parameters
    ----------
    table : Timetable

    Yields
    ------
    tuple of str
        A `Problem`.
    """
    broken = list(_lengths(table))
    yield from broken
    if broken:  # nothing can be looked up in arrays that do not belong together
        return
    if not len(table.trip_ids):
        yield "trip_ids", "holds no trip", "at least one"
    yield from _indexes("path_stop", table.path_stop, len(table.stop_ids))
    yield from _indexes("trip_path", table.trip_path, len(table.lines))
    yield from _indexes("trip_service", table.trip_service, len(table.services))
    yield from _indexes("trip_block", table.trip_block + 1, np.iinfo(np.int32).max)
    yield from _order(table)
    lon, lat = table.stop_lonlat.T
    wrong = int(((np.abs(lon) > 180) | (np.abs(lat) > 90)).sum())
    if wrong:
        yield "stop_lonlat", f"{wrong} stops lie nowhere on Earth", "lon, lat in degrees"


def unfit(table: Timetable, city: City) -> Iterator[Problem]:
    """Yield what of a sound timetable does not fit `city`: its clock, its place.

    Parameters
    ----------
    table : Timetable
        One without `inconsistencies`.
    city : City

    Yields
    ------
    tuple of str
        A `Problem`.
    """
    zone = city.catalogue.timezone
    if table.timezone != zone:
        yield "timezone", f"is {table.timezone}", zone
    west, south, east, north = city.boundary.bounds
    lon, lat = table.stop_lonlat.T
    far = (lon < west - MARGIN_DEGREES) | (lon > east + MARGIN_DEGREES)
    far |= (lat < south - MARGIN_DEGREES) | (lat > north + MARGIN_DEGREES)
    if far.any():
        first = int(np.flatnonzero(far)[0])
        where = f"{table.stop_names[first]} at {lon[first]:g}, {lat[first]:g}"
        said = f"{int(far.sum())} stops lie outside the city, the first is {where}"
        yield "stop_lonlat", said, f"stops at most {MARGIN_DEGREES:g} degree from the city"


def misassigned(vehicle: Mapping[str, Any], table: Timetable) -> Iterator[Problem]:
    """Yield what of a facility's ``vehicle`` the folder's own timetable does not have.

    A vehicle that names no direction is free to run on a line that only an imported timetable has.

    Parameters
    ----------
    vehicle : mapping
        What a facility says of its vehicle.
    table : Timetable
        The folder's own.

    Yields
    ------
    tuple of str
        A `Problem`.
    """
    line, headsign, first = (vehicle.get(key) for key in ("line", "headsign", "first_departure"))
    if not isinstance(line, str) or not isinstance(headsign, str):
        return
    towards = {
        way for named, way in zip(table.lines, table.headsigns, strict=True) if named == line
    }
    if not towards:
        yield "line", f"is {line!r}", ", ".join(map(repr, sorted(set(table.lines))))
    elif headsign not in towards:
        yield "headsign", f"is {headsign!r}", ", ".join(map(repr, sorted(towards)))
    elif is_integer(first):
        trips = table.working_day_trips(line, headsign)
        if 60.0 * float(str(first)) not in table.trip_start_s[trips]:
            yield "first_departure", f"is {first!r}", "a working-day departure of the line"


def _lengths(table: Timetable) -> Iterator[Problem]:
    calls = len(table.path_stop)
    stops, paths, trips = len(table.stop_ids), len(table.lines), len(table.trip_ids)
    wanted = {
        **dict.fromkeys(("stop_names", "stop_lonlat", "stop_wheelchair"), stops),
        **dict.fromkeys(("headsigns", "modes"), paths),
        "path_first": paths + 1,
        **dict.fromkeys(("path_arrive_s", "path_depart_s"), calls),
        **dict.fromkeys(("path_board", "path_alight"), calls),
        **dict.fromkeys(("trip_path", "trip_service", "trip_start_s", "trip_block"), trips),
        "trip_wheelchair": trips,
    }
    for member, length in wanted.items():
        values = getattr(table, member)
        shape = (length, 2) if member == "stop_lonlat" else (length,)
        if np.shape(values) != shape:
            yield member, f"has the shape {np.shape(values)}", str(shape)


def _indexes(member: str, values: IntArray, length: int) -> Iterator[Problem]:
    wrong = int(((values < 0) | (values >= length)).sum())
    if wrong:
        yield member, f"{wrong} values point at nothing", f"0 to {length - 1}"


def _order(table: Timetable) -> Iterator[Problem]:
    first = table.path_first
    if first[0] != 0 or first[-1] != len(table.path_stop) or (np.diff(first) < 1).any():
        yield "path_first", "does not part the calls into paths", "ascending, from 0 to all calls"
        return
    inside = np.ones(len(table.path_stop), dtype=bool)
    inside[first[:-1]] = False  # the first call of a path follows no other
    back = _descends(table.path_arrive_s, table.path_depart_s, inside)
    if back:
        yield "path_arrive_s", f"{back} calls come before the one before", "times in order"


def _descends(arrive_s: FloatArray, depart_s: FloatArray, inside: np.ndarray) -> int:
    before = np.concatenate([[0.0], depart_s[:-1]])
    return int(((depart_s < arrive_s) | (inside & (arrive_s < before))).sum())
