"""Compute from which instants a vehicle at a stop is met in time, by each demand point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy import sparse

from locator.analysis.aed.intervals import Intervals, joined
from locator.base.geo import IntArray
from locator.vehicles.calendar import DayType
from locator.vehicles.positions import Fleet
from locator.vehicles.runs import Run, service_spans
from locator.walking.reach_matrix import reach
from locator.walking.walkable_city import WalkableCity


def pairs(walks: sparse.csc_array, columns: IntArray) -> tuple[IntArray, IntArray]:
    """Return, for each stored entry of each of `columns`, position in `columns` and in the data."""
    counts = np.diff(walks.indptr)[columns]
    pair = np.repeat(np.arange(len(columns)), counts)
    before = np.cumsum(counts) - counts
    entry = np.arange(counts.sum()) - before[pair] + walks.indptr[columns][pair]
    return pair, entry.astype(np.int64)


@dataclass(frozen=True)
class StopReach:
    """Walks from the demand points to every stop that a vehicle calls at.

    Attributes
    ----------
    column : mapping of (timetable, stop) to int
        Column of `walks`; a timetable is known by its place in memory, which the fleet holds.
    walks : (n, m) csc_array
        Metres.
    """

    column: Mapping[int, IntArray]
    walks: sparse.csc_array

    @classmethod
    def of(
        cls, walkable_city: WalkableCity, fleet: Fleet, days: Mapping[DayType, date], reach_m: float
    ) -> StopReach:
        """Return the walks to the stops at which the vehicles call on these days."""
        used: dict[int, set[int]] = {id(table): set() for table in fleet.timetables}
        for day in days.values():
            for run in runs_round(fleet, day):
                used[id(run.timetable)].update(np.unique(run.stop).tolist())
        column, lonlat = {}, [np.empty((0, 2))]
        first = 0
        for table in fleet.timetables:
            stops = np.array(sorted(used[id(table)]), dtype=np.int64)
            numbers = np.full(len(table.stop_ids), -1, dtype=np.int64)
            numbers[stops] = np.arange(first, first + len(stops))
            column[id(table)] = numbers
            lonlat.append(table.stop_lonlat[stops])
            first += len(stops)
        places = walkable_city.model.snap(
            walkable_city.city.projection.to_metric(np.concatenate(lonlat))
        )
        return cls(
            column, reach(walkable_city.model, walkable_city.demand, places, limit_m=reach_m)
        )

    def intervals(
        self, runs: list[Run], midnight_t: float, *, limit_s: float, pace_m_s: float
    ) -> Intervals:
        """Return the instants from which each point has one of the vehicles in time."""
        stop, arrive, depart = [np.empty(0, dtype=np.int64)], [np.empty(0)], [np.empty(0)]
        for run in runs:
            stop.append(self.column[id(run.timetable)][run.stop])
            arrive.append(run.arrive_t - midnight_t)
            depart.append(run.depart_t - midnight_t)
        pair, entry = pairs(self.walks, np.concatenate(stop))
        walk_s = self.walks.data[entry] / pace_m_s
        return Intervals(
            self.walks.indices[entry].astype(np.int64),
            np.concatenate(arrive)[pair] + walk_s - limit_s,
            np.concatenate(depart)[pair] - walk_s,
        )


def runs_round(fleet: Fleet, day: date) -> list[Run]:
    """Return the runs that may be under way on the calendar day `day`: its own and its eve's.

    Of the vehicles that the city has named; an assumed one is not counted.
    """
    known = fleet.confirmed
    return [
        run
        for other in (day - timedelta(days=1), day)
        for vehicle, run in fleet.runs(other).items()
        if vehicle in known
    ]


def in_service(runs: list[Run], midnight_t: float) -> Intervals:
    """Return the spans of the day in which some vehicle is in service, joined."""
    spans = service_spans({str(number): run for number, run in enumerate(runs)}) - midnight_t
    return joined(Intervals(np.zeros(len(spans), dtype=np.int64), spans[:, 0], spans[:, 1]))
