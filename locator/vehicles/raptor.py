"""Search the earliest arrivals by tram and bus with few changes, round by round, on whole arrays.

RAPTOR (Delling, Pajor and Werneck 2012, doi:10.1137/1.9781611972924.13): the n-th round rides one
trip more than the one before. Within a round every call of every pattern is looked at together:
one binary search finds the trip that can be caught there, a running minimum along the pattern the
trip that one then sits in. What was searched is kept, so that the rides can be told afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from locator.base.geo import FloatArray, IntArray
from locator.vehicles.day_trips import NONE, SPAN_S, DayTrips

CHANGE_S = 60.0
"""Between two rides at the least, the walk between their stops apart: timetables tell minutes."""

MOST_RIDES = 3
"""Two changes."""


@dataclass(frozen=True)
class Running:
    """The trips of one service day.

    Attributes
    ----------
    trips : DayTrips
    zero_t : float
        POSIX seconds of the service day's zero.
    """

    trips: DayTrips
    zero_t: float

    def within(self, from_t: float, until_t: float) -> bool:
        """Tell whether any of them is under way between two instants."""
        first_s, last_s = self.trips.span_s
        return self.zero_t + first_s <= until_t and self.zero_t + last_s >= from_t


@dataclass(frozen=True)
class Footpaths:
    """Walks between stops that are near each other, sorted by where they lead; f in all.

    Every stop leads to itself.

    Attributes
    ----------
    from_stop : (f,) int array
    first : (s + 1,) int array
        Where the walks to each stop begin.
    walk_s : (f,) float array
    """

    from_stop: IntArray
    first: IntArray
    walk_s: FloatArray

    def onward_t(self, arrive_t: FloatArray) -> FloatArray:
        """Return when one can be at each stop who gets off at `arrive_t`, to board again."""
        there_t = np.minimum.reduceat(arrive_t[self.from_stop] + self.walk_s, self.first[:-1])
        ready_t: FloatArray = there_t + CHANGE_S
        return ready_t

    def walk_between_s(self, from_stop: int, to_stop: int) -> float:
        """Return the seconds from one stop to another; ``inf`` where they are not near."""
        part = slice(self.first[to_stop], self.first[to_stop + 1])
        return float(self.walk_s[part][self.from_stop[part] == from_stop].min(initial=np.inf))


@dataclass(frozen=True)
class Round:
    """What one more ride reaches.

    Attributes
    ----------
    ready_t : (s,) float array
        When one can board at each stop; ``inf`` where that is no better than with fewer rides.
    boarded, aboard : tuple of (q,) int arrays, one for each of `Running`
        The trip that can be caught at each call, and the one that gets there; counted within the
        pattern, `NONE` where there is none.
    arrive_t : (s,) float array
        When one gets off at each stop; ``inf`` where no ride leads.
    """

    ready_t: FloatArray
    boarded: tuple[IntArray, ...]
    aboard: tuple[IntArray, ...]
    arrive_t: FloatArray


@dataclass(frozen=True)
class Ride:
    """One ride of a journey.

    Attributes
    ----------
    running : Running
        What it is one of.
    trip : int
        Index in the timetable.
    board_call, alight_call : int
        Of ``running.trips``.
    from_stop, to_stop : int
        Among the stops of all timetables.
    depart_t, arrive_t : float
        POSIX seconds.
    """

    running: Running
    trip: int
    board_call: int
    alight_call: int
    from_stop: int
    to_stop: int
    depart_t: float
    arrive_t: float


@dataclass(frozen=True)
class Search:
    """The rounds of a search; the n-th is of n + 1 rides.

    Attributes
    ----------
    running : tuple of Running
        The service days whose trips counted.
    footpaths : Footpaths
    access_s : (s,) float array
        Seconds from the start to each stop; ``inf`` where one does not walk there.
    rounds : tuple of Round
    """

    running: tuple[Running, ...]
    footpaths: Footpaths
    access_s: FloatArray
    rounds: tuple[Round, ...]

    def rides_to(self, stop: int, *, round_: int) -> tuple[Ride, ...]:
        """Return the rides that reach `stop` as early as a round found, in order.

        Of rides that arrive alike, those that are boarded after the shorter walk; every ride but
        the last as late as the next one allows, so that nobody waits at a change for long.
        """
        rides: list[Ride] = []
        for n in range(round_, -1, -1):
            ride, before = self._ride_to(stop, n)
            rides.insert(0, ride)
            stop = before
        return self._delayed(rides)

    def _ride_to(self, stop: int, n: int) -> tuple[Ride, int]:
        """Return the last of n + 1 rides to a stop, and the stop where the one before it ends."""
        number, call = self._alighted(stop, n)
        running, round_ = self.running[number], self.rounds[n]
        day, trip = running.trips, round_.aboard[number][call]
        calls = np.arange(call - day.position[call], call)
        calls = calls[round_.boarded[number][calls] == trip]
        rides = [self._ride(running, int(one), call, int(trip)) for one in calls]
        walks = [self._walk_before(ride, n) for ride in rides]
        chosen = min(range(len(rides)), key=lambda i: (walks[i][0], -i))
        return rides[chosen], walks[chosen][1]

    def _alighted(self, stop: int, n: int) -> tuple[int, int]:
        """Return which of `running`, and which of its calls, is the earliest at a stop."""
        arrive_t = self.rounds[n].arrive_t[stop]
        for number, running in enumerate(self.running):
            calls, there_t = _arrivals_t(running, self.rounds[n].aboard[number])
            here = (running.trips.stop[calls] == stop) & (there_t == arrive_t)
            for call in calls[here].tolist():
                return number, int(call)
        raise LookupError(stop)

    def _walk_before(self, ride: Ride, n: int) -> tuple[float, int]:
        """Return the seconds of the shortest walk to a ride of a round, and from which stop."""
        stop, paths = ride.from_stop, self.footpaths
        if n == 0:
            return float(self.access_s[stop]), -1
        part = slice(paths.first[stop], paths.first[stop + 1])
        came_t = self.rounds[n - 1].arrive_t[paths.from_stop[part]] + paths.walk_s[part]
        early = np.flatnonzero(came_t + CHANGE_S <= ride.depart_t)
        least = early[np.argmin(paths.walk_s[part][early])]
        return float(paths.walk_s[part][least]), int(paths.from_stop[part][least])

    def _delayed(self, rides: list[Ride]) -> tuple[Ride, ...]:
        """Return the rides with every one but the last as late as the next one allows."""
        for i in range(len(rides) - 2, -1, -1):
            ride, following = rides[i], rides[i + 1]
            walk_s = self.footpaths.walk_between_s(ride.to_stop, following.from_stop)
            latest_s = following.depart_t - walk_s - CHANGE_S - ride.running.zero_t
            arrivals_s = ride.running.trips.arrivals_s(ride.alight_call)
            trip = int(np.searchsorted(arrivals_s, latest_s, side="right")) - 1
            rides[i] = self._ride(ride.running, ride.board_call, ride.alight_call, trip)
        return tuple(rides)

    @staticmethod
    def _ride(running: Running, board_call: int, alight_call: int, trip: int) -> Ride:
        day = running.trips
        return Ride(
            running=running,
            trip=int(day.trip[day.trip_first[day.pattern[board_call]] + trip]),
            board_call=board_call,
            alight_call=alight_call,
            from_stop=int(day.stop[board_call]),
            to_stop=int(day.stop[alight_call]),
            depart_t=running.zero_t + day.depart_s(board_call, trip),
            arrive_t=running.zero_t + float(day.arrivals_s(alight_call)[trip]),
        )


def search(
    running: Sequence[Running],
    footpaths: Footpaths,
    access_s: FloatArray,
    *,
    depart_t: float,
    latest_t: float = np.inf,
    rides: int = MOST_RIDES,
) -> Search:
    """Return the earliest arrivals at every stop with one ride, two, and so on.

    Parameters
    ----------
    running : sequence of Running
        All service days whose trips may count; those that do not run in time cost nothing.
    footpaths : Footpaths
    access_s : (s,) float array
        Seconds from the start to each stop; ``inf`` where one does not walk there.
    depart_t : float
        POSIX seconds.
    latest_t : float
        Nobody boards later than that.
    rides : int
        At most so many.

    Returns
    -------
    Search
    """
    in_time = tuple(one for one in running if one.within(depart_t, latest_t))
    ready_t = depart_t + access_s
    rounds: list[Round] = []
    best_t = np.full(len(access_s), np.inf)
    for _ in range(rides):
        ready_t = np.where((ready_t < best_t) & (ready_t <= latest_t), ready_t, np.inf)
        best_t = np.minimum(best_t, ready_t)
        if not np.isfinite(ready_t).any():
            break
        rounds.append(_round(in_time, ready_t))
        ready_t = footpaths.onward_t(rounds[-1].arrive_t)
    return Search(in_time, footpaths, access_s, tuple(rounds))


def _round(running: Sequence[Running], ready_t: FloatArray) -> Round:
    arrive_t = np.full(len(ready_t), np.inf)
    ridden = [_ridden(one, ready_t) for one in running]
    for one, (_, aboard) in zip(running, ridden, strict=True):
        calls, there_t = _arrivals_t(one, aboard)
        np.minimum.at(arrive_t, one.trips.stop[calls], there_t)
    boarded = tuple(boarded for boarded, _ in ridden)
    return Round(ready_t, boarded, tuple(aboard for _, aboard in ridden), arrive_t)


def _ridden(running: Running, ready_t: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the trip that can be caught at each call, and the one aboard on getting there."""
    day = running.trips
    there_t = ready_t[day.stop]
    calls = np.flatnonzero(day.board & (there_t < np.inf))
    ready_s = np.maximum(there_t[calls] - running.zero_t, 0.0)
    found = np.searchsorted(day.depart_key, calls * SPAN_S + ready_s)
    boarded = np.full(len(day.stop), NONE)
    boarded[calls] = np.where(found < day.event[calls + 1], found - day.event[calls], NONE)
    aboard = np.empty_like(boarded)
    aboard[1:] = boarded[:-1]  # one gets off at a later call than one gets on
    aboard[day.begins] = NONE
    aboard += day.falling
    aboard = np.minimum.accumulate(aboard) - day.falling
    return boarded, aboard


def _arrivals_t(running: Running, aboard: IntArray) -> tuple[npt.NDArray[np.intp], FloatArray]:
    """Return the calls at which somebody who is aboard may get off, and when."""
    day = running.trips
    calls = np.flatnonzero(day.alight & (aboard < NONE))
    return calls, running.zero_t + day.arrive_s[day.event[calls] + aboard[calls]]
