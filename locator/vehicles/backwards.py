"""Search the latest departures that still arrive in time: the same search with time turned round.

A timetable read backwards is a timetable: trips run from their last stop to their first, one gets
on where one got off. Whoever arrives the earliest there leaves the latest here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from locator.base.geo import FloatArray
from locator.vehicles.day_trips import SPAN_S, DayTrips
from locator.vehicles.raptor import MOST_RIDES, Footpaths, Running, search

_TURN_S = SPAN_S / 2
"""Later than any time of a service day: what is left until then is positive, and less than it."""


@dataclass(frozen=True)
class Backwards:
    """Trips and walks between stops with time turned round: an instant t is at -t there.

    Attributes
    ----------
    running : tuple of Running
        Rides cannot be told of them.
    footpaths : Footpaths
    """

    running: tuple[Running, ...]
    footpaths: Footpaths

    def latest_t(
        self,
        egress_s: FloatArray,
        *,
        arrive_t: float,
        earliest_t: float = -np.inf,
        rides: int = MOST_RIDES,
    ) -> FloatArray:
        """Return when one has to be at each stop at the latest, to ride and arrive in time.

        Parameters
        ----------
        egress_s : (s,) float array
            Seconds from each stop to the destination; ``inf`` where one does not walk there.
        arrive_t : float
            POSIX seconds: one has to be there by then.
        earliest_t : float
            Nobody gets off before that.
        rides : int
            At most so many.

        Returns
        -------
        (s,) float array
            POSIX seconds; ``-inf`` where no ride leads there in time.
        """
        found = search(
            self.running,
            self.footpaths,
            egress_s,
            depart_t=-arrive_t,
            latest_t=-earliest_t,
            rides=rides,
        )
        latest_t = np.full(len(egress_s), -np.inf)
        for one in found.rounds:
            latest_t = np.maximum(latest_t, -one.arrive_t)
        return latest_t


def backwards(running: Sequence[Running], footpaths: Footpaths) -> Backwards:
    """Return trips and walks that run backwards in time.

    Parameters
    ----------
    running : sequence of Running
    footpaths : Footpaths

    Returns
    -------
    Backwards
    """
    turned = [Running(_turned(one.trips), -(one.zero_t + _TURN_S)) for one in running]
    return Backwards(tuple(turned), _turned_walks(footpaths))


def _turned(day: DayTrips) -> DayTrips:
    """Return the trips of a day from end to start, the last one first."""
    counts = np.diff(day.event)
    call = np.arange(len(counts))
    depart_s = day.depart_key - np.repeat(call, counts) * SPAN_S
    lengths = np.bincount(day.pattern)
    trips = np.diff(day.trip_first)[::-1]
    return replace(
        day,
        stop=day.stop[::-1],
        pattern=(len(lengths) - 1 - day.pattern)[::-1],
        position=(lengths[day.pattern] - 1 - day.position)[::-1],
        board=day.alight[::-1],
        alight=day.board[::-1],
        event=np.concatenate([[0], np.cumsum(counts[::-1])]),
        depart_key=(_TURN_S - day.arrive_s)[::-1] + np.repeat(call, counts[::-1]) * SPAN_S,
        arrive_s=(_TURN_S - depart_s)[::-1],
        trip_first=np.concatenate([[0], np.cumsum(trips)]),
        trip=day.trip[::-1],
    )


def _turned_walks(footpaths: Footpaths) -> Footpaths:
    """Return the walks between stops, each from its end to its start."""
    to_stop = np.repeat(np.arange(len(footpaths.first) - 1), np.diff(footpaths.first))
    order = np.argsort(footpaths.from_stop, kind="stable")
    first = np.searchsorted(footpaths.from_stop[order], np.arange(len(footpaths.first)))
    return Footpaths(to_stop[order], first.astype(np.int64), footpaths.walk_s[order])
