"""Find the report of a vehicle, and the trip in a timetable that a report tells of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import numpy as np

from locator.base.geo import FloatArray
from locator.vehicles.calendar import service_days_at
from locator.vehicles.realtime import ReportedPosition
from locator.vehicles.runs import Run, block_of, lay_out
from locator.vehicles.timetable import Timetable

OFF_PATH_M = 500.0
"""A live vehicle further from its trip's stops and the lines between them is not on that trip."""
TRIP_SLACK_S = 3600.0
"""A live trip is looked for among those that run within this time of the report."""


def match_report(
    fleet_number: str | None, reports: Mapping[str, Iterable[ReportedPosition]]
) -> ReportedPosition | None:
    """Return the one report of the vehicle with `fleet_number`; None when none or several are.

    With a feed in front (``"T:302"``) only that feed is looked at, since numbers repeat.
    """
    if fleet_number is None:
        return None
    feed, _, number = fleet_number.rpartition(":")
    looked_at = [feed] if feed else list(reports)
    hits = [r for name in looked_at for r in reports.get(name, ()) if number in r.numbers]
    return hits[0] if len(hits) == 1 else None


def run_of_report(
    timetables: Iterable[Timetable], report: ReportedPosition
) -> tuple[Run, int, float] | None:
    """Return the run, trip and delay in seconds that a report names, where they are on file.

    Static and realtime data of different periods use the same ids for different trips: the trip
    must run on that day, about then, and the vehicle must be near its path.
    """
    seen = datetime.fromtimestamp(report.observed_t, UTC)
    for table in timetables:
        trip = table.trip_index.get(report.trip_id or "")
        if trip is None:
            continue
        for day in service_days_at(seen, timezone=table.timezone):
            active = table.active(day)
            if trip not in active:
                continue
            run = lay_out(table, block_of(table, trip, active) or [trip], day)
            calls = np.flatnonzero(run.trip == trip)
            begin, end = run.depart_t[calls[0]], run.arrive_t[calls[-1]]
            if not begin - TRIP_SLACK_S <= report.observed_t <= end + TRIP_SLACK_S:
                continue
            scheduled_t = _scheduled_time(run, calls[0], calls[-1], report)
            if scheduled_t is not None:
                return run, trip, report.observed_t - scheduled_t
    return None


def _scheduled_time(run: Run, first: int, last: int, report: ReportedPosition) -> float | None:
    """Return when the trip of calls `first`..`last` should be where the report is, POSIX seconds.

    The nearest point of the lines between its stops; of several about as near (a line that
    doubles back), the one nearest in time.
    """
    lonlat = run.timetable.stop_lonlat[run.stop[first : last + 1]]
    scale = np.array([np.cos(np.radians(report.lat)), 1.0]) * 111_320.0
    metres: FloatArray = (lonlat - np.array([report.lon, report.lat])) * scale
    begin, step = metres[:-1], np.diff(metres, axis=0)
    length2 = np.maximum((step**2).sum(axis=1), 1e-9)
    share = np.clip(-(begin * step).sum(axis=1) / length2, 0.0, 1.0)
    away_m = np.linalg.norm(begin + share[:, None] * step, axis=1)
    if not len(away_m) or away_m.min() > OFF_PATH_M:
        return None
    leave = run.depart_t[first:last]
    times = leave + share * (run.arrive_t[first + 1 : last + 1] - leave)
    near = np.flatnonzero(away_m <= away_m.min() + 50.0)
    return float(times[near[np.argmin(np.abs(times[near] - report.observed_t))]])
