"""Find earliest arrivals by tram and bus in the plainest way: the oracle of the real search.

Reads GTFS tables with the csv module and goes through all connections of three service days in
the order of time, with dictionaries. Nothing of `locator` is used.
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

CHANGE_S = 60.0
RIDES = 3
ZONE = ZoneInfo("Europe/Warsaw")

Call = tuple[str, int, int, bool, bool]
"""Stop, arrival and departure in seconds, whether one gets on, whether one gets off."""


@dataclass
class PlainFeed:
    """A feed as it stands: who runs when, and the calls of every trip."""

    stops: dict[str, tuple[float, float]] = field(default_factory=dict)
    calls: dict[str, list[Call]] = field(default_factory=dict)
    service: dict[str, str] = field(default_factory=dict)
    calendar: dict[str, dict[str, str]] = field(default_factory=dict)
    exceptions: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def services(self) -> set[str]:
        """Ids of all services."""
        return {*self.calendar, *(service for service, _ in self.exceptions)}

    def runs(self, service: str, day: date) -> bool:
        """Tell whether the trips of a service run on a service day."""
        text = day.strftime("%Y%m%d")
        if (service, text) in self.exceptions:
            return self.exceptions[service, text] == "1"
        row = self.calendar.get(service)
        if row is None or not row["start_date"] <= text <= row["end_date"]:
            return False
        return row[day.strftime("%A").lower()] == "1"


def read_plain(feeds: Mapping[str, Path]) -> PlainFeed:
    """Return feeds as one, each id with the name of its feed in front."""
    plain = PlainFeed()
    for name, path in feeds.items():
        with zipfile.ZipFile(path) as archive:
            _read_one(plain, name, archive)
    return plain


def _read_one(plain: PlainFeed, feed: str, archive: zipfile.ZipFile) -> None:
    for row in _rows(archive, "stops"):
        plain.stops[f"{feed}:{row['stop_id']}"] = (float(row["stop_lon"]), float(row["stop_lat"]))
    for row in _rows(archive, "calendar"):
        plain.calendar[f"{feed}:{row['service_id']}"] = row
    for row in _rows(archive, "calendar_dates"):
        plain.exceptions[f"{feed}:{row['service_id']}", row["date"]] = row["exception_type"]
    calls: defaultdict[str, list[tuple[int, Call]]] = defaultdict(list)
    for row in _rows(archive, "stop_times"):
        on, off = row.get("pickup_type") != "1", row.get("drop_off_type") != "1"
        times = (_seconds(row["arrival_time"]), _seconds(row["departure_time"]))
        call = (sys.intern(f"{feed}:{row['stop_id']}"), *times, on, off)
        calls[row["trip_id"]].append((int(row["stop_sequence"]), call))
    starts: defaultdict[str, list[int]] = defaultdict(list)
    for row in _rows(archive, "frequencies"):
        span = (_seconds(row["start_time"]), _seconds(row["end_time"]), int(row["headway_secs"]))
        starts[row["trip_id"]] += range(*span)
    for row in _rows(archive, "trips"):
        own = [call for _, call in sorted(calls[row["trip_id"]])]
        for start in starts.get(row["trip_id"], [own[0][2]] if own else []):
            trip, late = f"{feed}:{row['trip_id']}@{start}", start - own[0][2]
            plain.service[trip] = f"{feed}:{row['service_id']}"
            plain.calls[trip] = [(s, a + late, d + late, on, off) for s, a, d, on, off in own]


def _rows(archive: zipfile.ZipFile, table: str) -> Iterator[dict[str, str]]:
    if f"{table}.txt" in archive.namelist():
        with archive.open(f"{table}.txt") as file:
            lines = csv.reader(io.TextIOWrapper(file, "utf-8-sig"))
            names = next(lines)
            for line in lines:
                yield dict(zip(names, line, strict=True))


@cache
def _seconds(text: str) -> int:
    hours, minutes, seconds = map(int, text.split(":"))
    return hours * 3600 + minutes * 60 + seconds


Connection = tuple[float, float, str, str, str, bool, bool]
"""Departure, arrival (POSIX), trip of a day, from, to, whether one gets on, whether off."""


def connections(plain: PlainFeed, from_t: float, until_t: float) -> list[Connection]:
    """Return all rides from one stop to the next that begin between two instants, in order."""
    found: list[tuple[float, int, Connection]] = []
    today = datetime.fromtimestamp(from_t, ZONE).date()
    for day in (today - timedelta(days=1), today, today + timedelta(days=1)):
        noon = datetime.combine(day, time(12), tzinfo=ZONE).astimezone(UTC)
        zero_t = (noon - timedelta(hours=12)).timestamp()
        running = {service for service in plain.services if plain.runs(service, day)}
        for trip, calls in plain.calls.items():
            if zero_t + calls[0][2] > until_t or zero_t + calls[-1][1] < from_t:
                continue
            if plain.service[trip] not in running:
                continue
            for order, (start, end) in enumerate(zip(calls, calls[1:], strict=False)):
                depart_t, arrive_t = zero_t + start[2], zero_t + end[1]
                if not from_t <= depart_t <= until_t:
                    continue
                ends = (start[0], end[0], start[3], end[4])
                found.append((depart_t, order, (depart_t, arrive_t, f"{day}{trip}", *ends)))
    found.sort(key=lambda one: one[:2])
    return [connection for _, _, connection in found]


def plain_arrivals(
    rides: Iterable[Connection],
    access: Mapping[str, float],
    foot: Mapping[str, Iterable[tuple[str, float]]],
    *,
    depart_t: float,
) -> list[dict[str, float]]:
    """Return the earliest arrival at each stop with one ride, two and three.

    `foot` leads from each stop to others near it, itself among them.
    """
    ready: list[dict[str, float]] = [{stop: depart_t + s for stop, s in access.items()}]
    ready += [{} for _ in range(RIDES)]
    arrive: list[dict[str, float]] = [{} for _ in range(RIDES)]
    aboard: list[set[str]] = [set() for _ in range(RIDES)]
    for depart, there, trip, start, end, on, off in rides:
        for k in range(RIDES):
            if on and ready[k].get(start, float("inf")) <= depart:
                aboard[k].add(trip)
            if trip not in aboard[k] or not off or there >= arrive[k].get(end, float("inf")):
                continue
            arrive[k][end] = there
            for other, walk_s in foot[end]:
                again = there + walk_s + CHANGE_S
                if again < ready[k + 1].get(other, float("inf")):
                    ready[k + 1][other] = again
    return arrive
