"""Write a toy timetable, a few patterns with their departures, as a GTFS feed.

A pattern becomes one trip for each type of day, repeated at its departures by ``frequencies.txt``
with ``exact_times``: a twentieth of what a row for each call would take. Public holidays become
exceptions of the calendar. The feed holds what the timetable held, and no more.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from locator.vehicles.calendar import DAY, is_public_holiday
from locator.vehicles.gtfs_tables import WEEKDAYS

WEEKDAYS_OF: Mapping[str, Sequence[int]] = {
    "working_day": range(5),
    "saturday": (5,),
    "sunday": (6,),
}
"""Type of day, and id of its service, to weekdays; a public holiday is a Sunday."""

TRAM = 0
"""As ``route_type``."""

_EPOCH = (1980, 1, 1, 0, 0, 0)

Row = Sequence[object]


def gtfs_of(
    toy: Mapping[str, Any],
    stops: pd.DataFrame,
    *,
    country: str,
    timezone: str,
    publisher_url: str,
    language: str,
    version: str,
) -> bytes:
    """Return the GTFS feed of a toy timetable, the same bytes each time.

    Parameters
    ----------
    toy : mapping
        Members ``source``, ``licence``, ``valid_from``, ``valid_to`` and ``patterns``.
    stops : DataFrame
        Columns ``name``, ``lon``, ``lat``; the patterns refer to its rows, whose index becomes
        ``stop_id``.
    country, timezone : str
        For public holidays and the service day.
    publisher_url, language, version : str
        As the feed says them.
    """
    first, last = (date.fromisoformat(toy[key]) for key in ("valid_from", "valid_to"))
    publisher = toy["source"].partition(",")[0]
    patterns = list(enumerate(toy["patterns"]))
    used = stops.iloc[sorted({stop for _, pattern in patterns for stop in pattern["stops"]})]
    period = (_day(first), _day(last))
    tables: dict[str, tuple[str, Iterable[Row]]] = {
        "agency": (
            "agency_name,agency_url,agency_timezone,agency_lang",
            [(publisher, publisher_url, timezone, language)],
        ),
        "feed_info": (
            "feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date,"
            "feed_version",
            [(publisher, publisher_url, language, *period, version)],
        ),
        "attributions": (
            "organization_name,is_producer,attribution_url",
            [(f"{toy['source']}; {toy['licence']}", 1, publisher_url)],
        ),
        "stops": (
            "stop_id,stop_name,stop_lat,stop_lon",
            [(index, row["name"], row["lat"], row["lon"]) for index, row in used.iterrows()],
        ),
        "routes": (
            "route_id,route_short_name,route_type",
            [(line, line, TRAM) for line in dict.fromkeys(p["line"] for _, p in patterns)],
        ),
        "calendar": (
            f"service_id,{','.join(WEEKDAYS)},start_date,end_date",
            [
                (name, *(int(weekday in days) for weekday in range(7)), *period)
                for name, days in WEEKDAYS_OF.items()
            ],
        ),
        "calendar_dates": ("service_id,date,exception_type", _exceptions(first, last, country)),
        "trips": (
            "route_id,service_id,trip_id,trip_headsign",
            [
                (pattern["line"], name, f"{number}:{name}", pattern["headsign"])
                for number, pattern, name in _runs(patterns)
            ],
        ),
        "stop_times": (
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence",
            (row for run in _runs(patterns) for row in _calls(*run, stops)),
        ),
        "frequencies": (
            "trip_id,start_time,end_time,headway_secs,exact_times",
            (
                (f"{number}:{name}", _time(start), _time(end, 1), 60 * headway, 1)
                for number, pattern, name in _runs(patterns)
                for start, end, headway in _headways(pattern[name])
            ),
        ),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, (columns, rows) in tables.items():
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows([columns.split(","), *rows])
            entry = zipfile.ZipInfo(f"{name}.txt", _EPOCH)
            archive.writestr(entry, text.getvalue(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _runs(
    patterns: Iterable[tuple[int, Mapping[str, Any]]],
) -> Iterator[tuple[int, Mapping[str, Any], str]]:
    """Yield number, pattern and type of day of whatever departs at all."""
    for number, pattern in patterns:
        for name in WEEKDAYS_OF:
            if pattern[name]:
                yield number, pattern, name


def _calls(
    number: int, pattern: Mapping[str, Any], name: str, stops: pd.DataFrame
) -> Iterator[Row]:
    start = pattern[name][0] - pattern["minutes"][0]
    for order, (stop, minute) in enumerate(zip(pattern["stops"], pattern["minutes"], strict=True)):
        at = _time(start + minute)
        yield f"{number}:{name}", at, at, stops.index[stop], order


def _headways(departures: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Yield spans of even departures, minutes: the first one, the last one, the time between."""
    at = 0
    while at < len(departures):
        last = at + 1
        headway = departures[last] - departures[at] if last < len(departures) else 1
        while last < len(departures) and departures[last] - departures[last - 1] == headway:
            last += 1
        yield departures[at], departures[last - 1], headway
        at = last


def _exceptions(first: date, last: date, country: str) -> Iterator[Row]:
    day = first
    while day <= last:
        if is_public_holiday(day, country=country):
            for name, weekdays in WEEKDAYS_OF.items():
                if (name == "sunday") != (day.weekday() in weekdays):
                    yield name, _day(day), 1 if name == "sunday" else 2
        day += DAY


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


def _time(minutes: int, seconds: int = 0) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
