"""Turn the timetable that comes with a city folder into the arrays that vehicles run by.

It has one profile of minutes per pattern and departures by type of day: services for working
days, Saturdays, and Sundays with public holidays, within its dates of validity. A timetable that
has been imported (`compact`) comes first, where it runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from locator.base.errors import N_
from locator.city.model import City
from locator.city.tram_timetable import SERVICES, Pattern
from locator.vehicles.calendar import Service
from locator.vehicles.timetable import PathRow, Timetable, TripRow, build_timetable
from locator.vehicles.timetable_file import FILE_NAME, TimetableFileError, load_timetable
from locator.vehicles.validation import unfit

_WORKING, _SATURDAY, _SUNDAY = range(5), (5,), (6,)


def timetables_of(city: City) -> tuple[Timetable, ...]:
    """Return the timetables of the city folder: the imported one first, then the embedded.

    Raises
    ------
    TimetableFileError
        The imported file is there and cannot be read, or is not one of this city.
    """
    found = (imported_timetable(city), embedded_timetable(city))
    return tuple(table for table in found if table is not None)


def imported_timetable(city: City) -> Timetable | None:
    """Return the timetable that was imported into the folder; None where none was.

    Raises
    ------
    TimetableFileError
        It is there and cannot be read, or is not one of this city.
    """
    path = city.folder / FILE_NAME
    if not path.exists():
        return None
    table = load_timetable(path)
    refuse_unfit(table, city, path.name)
    return table


def refuse_unfit(table: Timetable, city: City, name: str) -> None:
    """Raise TimetableFileError where `table`, called `name`, is not a timetable of `city`."""
    for member, problem, allowed in unfit(table, city):
        raise TimetableFileError(
            N_("{file} is not of this city ({member}: {problem}; allowed: {allowed})"),
            file=name,
            member=member,
            problem=problem,
            allowed=allowed,
        )


def embedded_timetable(city: City) -> Timetable | None:
    """Return the folder's own timetable; None where it has none."""
    given = city.timetable
    if given is None:
        return None
    start, end = date.fromisoformat(given.valid_from), date.fromisoformat(given.valid_to)
    weekdays = (_WORKING, _SATURDAY, _SUNDAY)
    return build_timetable(
        source=given.source,
        country=city.catalogue.country,
        timezone=city.catalogue.timezone,
        services=[
            Service(name, frozenset(days), start, end, holidays=name == "sunday")
            for name, days in zip(SERVICES, weekdays, strict=True)
        ],
        stop_ids=[str(index) for index in city.stops.index],
        stop_names=city.stops["name"],
        stop_lonlat=city.stops[["lon", "lat"]].to_numpy(),
        paths=[_path(pattern) for pattern in given.patterns],
        trips=[trip for i, p in enumerate(given.patterns) for trip in _trips(i, p)],
    )


def _path(pattern: Pattern) -> PathRow:
    seconds = tuple(60.0 * (minute - pattern.minutes[0]) for minute in pattern.minutes)
    return PathRow(pattern.line, pattern.headsign, pattern.stops, seconds, seconds)


def _trips(position: int, pattern: Pattern) -> Iterator[TripRow]:
    for service, name in enumerate(SERVICES):
        for minute in getattr(pattern, name):
            yield TripRow(f"{position}:{name}:{minute}", position, service, minute * 60.0)
