"""Know what runs on a day, of all timetables of a city together, ready to be searched.

Of several timetables the first that runs on a day and has a line counts, as for the vehicles. The
days of the same services share what was arranged for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import count
from typing import Any

import numpy as np

from locator.base.geo import FloatArray, IntArray
from locator.base.memory import Memory
from locator.vehicles.calendar import service_day_zero, service_days_at
from locator.vehicles.day_trips import DayTrips, day_trips
from locator.vehicles.raptor import Running
from locator.vehicles.timetable import ACCESSIBLE, Timetable

HELD_B = 48_000_000
"""Of arranged days: a working day of a whole city takes some 6 MB, and there are a few kinds."""

_NUMBERS = count()


def _arranged_b(pair: tuple[Any, tuple[DayTrips, ...]]) -> int:
    return sum(one.size_b for one in pair[1])


@dataclass(frozen=True, eq=False)
class TransitNetwork:
    """The stops and trips of all timetables of a city that tell where one gets on and off.

    Attributes
    ----------
    timetables : tuple of Timetable
    number : int
        Tells what is remembered of it from what is of others.
    """

    timetables: tuple[Timetable, ...]
    number: int = field(default_factory=_NUMBERS.__next__, init=False, repr=False)
    _held: Memory = field(
        default_factory=lambda: Memory(HELD_B, largest_b=HELD_B, size=_arranged_b), repr=False
    )

    @cached_property
    def first_stop(self) -> tuple[int, ...]:
        """Number of the first stop of each timetable."""
        counts = [len(table.stop_ids) for table in self.timetables]
        return tuple(np.concatenate([[0], np.cumsum(counts)]).tolist()[:-1])

    @cached_property
    def stop_lonlat(self) -> FloatArray:
        """(s, 2) degrees of the stops of all timetables."""
        return np.concatenate([table.stop_lonlat for table in self.timetables])

    @cached_property
    def stop_names(self) -> tuple[str, ...]:
        """Of the stops of all timetables."""
        return tuple(name for table in self.timetables for name in table.stop_names)

    def running_at(self, at: datetime, *, step_free: bool = False) -> tuple[Running, ...]:
        """Return the trips of the service days round an instant.

        Parameters
        ----------
        at : datetime
            Aware.
        step_free : bool
            Only trips and stops that the timetable says a wheelchair can use, if it says so of
            any.
        """
        if not self.timetables:
            return ()
        days = service_days_at(at, timezone=self.timetables[0].timezone)
        return tuple(one for day in days for one in self._running_on(day, step_free=step_free))

    def _running_on(self, day: date, *, step_free: bool) -> tuple[Running, ...]:
        """Return the trips of one service day, of each timetable that has some."""
        runs = tuple(_services_on(table, day) for table in self.timetables)
        arranged = self._held.get(
            (runs, step_free), lambda: self._arranged(runs, step_free=step_free)
        )
        return tuple(
            Running(trips, service_day_zero(day, timezone=trips.table.timezone).timestamp())
            for trips in arranged
        )

    def _arranged(
        self, runs: Sequence[tuple[int, ...]], *, step_free: bool
    ) -> tuple[DayTrips, ...]:
        arranged: list[DayTrips] = []
        known: set[str] = set()
        for table, services, first in zip(self.timetables, runs, self.first_stop, strict=True):
            trips = np.flatnonzero(np.isin(table.trip_service, services))
            lines = np.array(table.lines, dtype=object)[table.trip_path[trips]]
            trips = trips[[line not in known for line in lines]]
            known.update(lines)
            if step_free and table.trip_wheelchair.any():
                trips = trips[table.trip_wheelchair[trips] == ACCESSIBLE]
            if len(trips):
                arranged.append(day_trips(table, trips, step_free=step_free, first_stop=first))
        return tuple(arranged)


def transit_network(timetables: Sequence[Timetable]) -> TransitNetwork:
    """Return the timetables that tell enough to ride by, the first that has a line counting.

    Parameters
    ----------
    timetables : sequence of Timetable

    Returns
    -------
    TransitNetwork
        Of those that tell where one gets on and off; may hold none.
    """
    return TransitNetwork(tuple(table for table in timetables if table.tells_rides))


def _services_on(table: Timetable, day: date) -> tuple[int, ...]:
    return tuple(i for i, service in enumerate(table.services) if service.runs_on(day))


def line_of(day: DayTrips, trip: int) -> tuple[str, str, str]:
    """Return mode, line and headsign of a trip.

    Parameters
    ----------
    day : DayTrips
    trip : int
        Its row in the timetable.

    Returns
    -------
    tuple of str
    """
    path = int(day.table.trip_path[trip])
    return day.table.modes[path], day.table.lines[path], day.table.headsigns[path]


def step_free_known(day: DayTrips, trip: int, stops: IntArray) -> bool:
    """Tell whether the timetable says that a wheelchair can use a trip, and get on and off.

    Parameters
    ----------
    day : DayTrips
    trip : int
        Its row in the timetable.
    stops : array of int64
        Stops of the network where one gets on or off.

    Returns
    -------
    bool
        False where the timetable does not say.
    """
    table = day.table
    at = stops - day.first_stop
    return bool(
        table.trip_wheelchair[trip] == ACCESSIBLE
        and (table.stop_wheelchair[at] == ACCESSIBLE).all()
    )
