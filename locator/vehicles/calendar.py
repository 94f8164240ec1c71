"""Decide which services run on a date, and when a service day's clock starts.

Times of a timetable count from *noon minus twelve hours* of the service day (the GTFS rule): on
all but two days of the year that is midnight, in the nights when the clocks change it is an hour
off, and a trip keeps its true length. They may run past 24:00.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from locator.base.opening_hours.calendar import is_public

DayType = Literal["working", "saturday", "sunday"]
DAY_TYPES: tuple[DayType, ...] = ("working", "saturday", "sunday")

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Service:
    """The days on which a group of trips runs.

    Attributes
    ----------
    id : str
        Namespaced by feed: ``"T:service_1"``.
    weekdays : frozenset of int
        Monday is 0.
    start, end : date
        First and last day of validity, both included.
    added, removed : frozenset of date
        Exceptions, public holidays among them; they win over everything else.
    """

    id: str
    weekdays: frozenset[int]
    start: date
    end: date
    added: frozenset[date] = frozenset()
    removed: frozenset[date] = frozenset()

    def runs_on(self, day: date) -> bool:
        """Tell whether the trips run on `day`."""
        if day in self.added or day in self.removed:
            return day in self.added
        return self.start <= day <= self.end and day.weekday() in self.weekdays


def day_type(day: date, *, country: str) -> DayType:
    """Return what kind of day `day` is; a public holiday is a Sunday."""
    if day.weekday() == 6 or is_public_holiday(day, country=country):
        return "sunday"
    return "saturday" if day.weekday() == 5 else "working"


def is_public_holiday(day: date, *, country: str) -> bool:
    """Tell whether `day` is a public holiday in `country` (ISO 3166-1 alpha-2).

    The calendar is the one that opening hours are read with, so that a door and a tram never
    disagree about what day it is.
    """
    return bool(is_public(day, country))


def representative_days(
    services: Iterable[Service], *, country: str, timezone: str, around: date
) -> dict[DayType, date]:
    """Return one ordinary date of each day type on which some service runs.

    The nearest dates to `around` are taken, from it onwards first. A working day is a Tuesday,
    Wednesday or Thursday whose day before is a working day too, so that what runs past midnight
    belongs to the same type; a Saturday and a Sunday are never holidays. Days on which the clocks
    change are passed over. A day type without any service is left out.

    Parameters
    ----------
    services : iterable of Service
    country : str
        ISO 3166-1 alpha-2, for public holidays.
    timezone : str
        IANA name.
    around : date

    Returns
    -------
    dict of str to date
    """
    services = tuple(services)
    found: dict[DayType, date] = {}
    for offset in sorted(range(-400, 401), key=lambda days: (abs(days), -days)):
        day = around + timedelta(days=offset)
        kind = day_type(day, country=country)
        if kind in found or is_public_holiday(day, country=country):
            continue
        if _changes_clocks(day, timezone):
            continue
        if kind == "working" and not (
            1 <= day.weekday() <= 3 and not is_public_holiday(day - DAY, country=country)
        ):
            continue
        if any(service.runs_on(day) for service in services):
            found[kind] = day
        if len(found) == len(DAY_TYPES):
            break
    return found


def _changes_clocks(day: date, timezone: str) -> bool:
    zone = ZoneInfo(timezone)
    midnights = [datetime.combine(d, time(0), tzinfo=zone) for d in (day, day + DAY)]
    return midnights[0].utcoffset() != midnights[1].utcoffset()


def ordinary_days(
    services: Iterable[Service], *, country: str, timezone: str, around: date
) -> dict[DayType, date]:
    """Return an ordinary date of every day type, 24 hours long.

    Those of `representative_days` where something runs; else the nearest plain date of the type.

    Parameters
    ----------
    services : iterable of Service
    country : str
        ISO 3166-1 alpha-2, for public holidays.
    timezone : str
        IANA name; a day on which clocks change is not ordinary.
    around : date
        The nearest to it is taken.

    Returns
    -------
    dict of str to date
        Each of `DAY_TYPES` has one.
    """
    found = representative_days(services, country=country, timezone=timezone, around=around)
    every_day = Service("any", frozenset(range(7)), date.min, date.max)
    plain = representative_days([every_day], country=country, timezone=timezone, around=around)
    return {kind: found.get(kind, plain[kind]) for kind in DAY_TYPES}


@lru_cache(maxsize=256)
def service_day_zero(day: date, *, timezone: str) -> datetime:
    """Return the instant from which the times of service day `day` count: noon minus 12 h."""
    zone = ZoneInfo(timezone)
    noon = datetime.combine(day, time(12), tzinfo=zone)
    # Instants are subtracted, not wall clocks: by way of UTC the hour lost or won counts.
    return (noon.astimezone(ZoneInfo("UTC")) - timedelta(hours=12)).astimezone(zone)


def service_days_at(at: datetime, *, timezone: str) -> tuple[date, ...]:
    """Return the service days whose trips may be running at `at`, latest first.

    Yesterday's trips may run past midnight; in the night when the clocks go forward, tomorrow's
    day starts at 23:00.
    """
    today = at.astimezone(ZoneInfo(timezone)).date()
    return (today + DAY, today, today - DAY)
