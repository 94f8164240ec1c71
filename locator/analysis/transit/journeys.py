"""Go from door to door by tram or bus beside the walk: walk, ride, walk, arriving the earliest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from locator.analysis.nearest import NearestResult, Reached
from locator.analysis.transit.basis import TransitBasis, running_at
from locator.analysis.transit.journey import Journey, Leg
from locator.analysis.transit.stop_walks import stop_walks, stops_near
from locator.base.geo import FloatArray
from locator.vehicles.raptor import Footpaths, Ride, Running, Search, search
from locator.vehicles.transit import TransitNetwork, line_of, step_free_known
from locator.walking import SnappedPoints
from locator.walking.walkable_city import WalkableCity

WALK_LIMIT_S = 900.0
"""The longest walk to the first stop, and from the last one, where nobody says another."""

LATER_S = 3600.0
"""A later departure is told if it arrives within so much of the time that the walk would take."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Transit:
    """The journeys beside the walks of an answer.

    Attributes
    ----------
    basis : TransitBasis
    journeys : mapping of str to tuple of Journey
        By facility, those of which the first arrives before the walk would: it, and the one that
        leaves next.
    """

    basis: TransitBasis
    journeys: dict[str, tuple[Journey, ...]]


def transit(
    walkable_city: WalkableCity,
    network: TransitNetwork,
    result: NearestResult,
    *,
    step_free: bool = False,
    walk_limit_s: float = WALK_LIMIT_S,
    longer_than_s: float = 0.0,
    most: int | None = None,
) -> Transit:
    """Return the journeys to the facilities of an answer that arrive before the walk would.

    One leaves at the moment of the answer or later; arrives the earliest with at most two changes;
    of journeys that arrive alike that with the fewest changes counts, then the shorter walks.

    Parameters
    ----------
    walkable_city : WalkableCity
    network : TransitNetwork
    result : NearestResult
        Of `walkable_city`.
    step_free : bool
        Only trips and stops that the timetable says a wheelchair can use, if it says so of any.
    walk_limit_s : float
        The longest walk to the first stop, and from the last one.
    longer_than_s : float
        Only beside walks that take longer.
    most : int, optional
        Only beside so many walks, the first ones of the answer.

    Returns
    -------
    Transit

    Raises
    ------
    NoTimetableError
        The city has no timetable that tells where one gets on and off.
    OutsideTimetableError
        It has no trips within a day from then.
    """
    depart_t = result.at.timestamp()
    running, basis = running_at(network, result.at, step_free=step_free)
    asked = [one for one in result.found[:most] if one.walk_s > longer_than_s]
    zone = ZoneInfo(walkable_city.city.catalogue.timezone)
    found: dict[str, tuple[Journey, ...]] = {}
    for pace_m_s in sorted({one.pace_m_s for one in asked}):
        limit_m = walk_limit_s * pace_m_s
        start = _Start(walkable_city, network, running, result.origin, pace_m_s, limit_m, zone)
        found |= start.journeys([one for one in asked if one.pace_m_s == pace_m_s], depart_t)
    return Transit(basis, {one.id: found[one.id] for one in asked if one.id in found})


# From one start -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Found:
    """How a search reaches a facility: when, after which round, and from which stop."""

    arrive_t: float
    round: int
    stop: int
    walk_m: float


@dataclass(frozen=True)
class _Start:
    """Where journeys start, and how they are walked and ridden."""

    walkable_city: WalkableCity
    network: TransitNetwork
    running: Sequence[Running]
    origin: SnappedPoints
    pace_m_s: float
    limit_m: float
    zone: ZoneInfo

    @cached_property
    def access_m(self) -> FloatArray:
        """Metres to every stop; ``inf`` beyond the limit."""
        stops = stop_walks(self.walkable_city, self.network).stops
        return self.walkable_city.model.walk_m(self.origin, stops, limit_m=self.limit_m)

    @cached_property
    def footpaths(self) -> Footpaths:
        """The walks between stops at this pace."""
        return stop_walks(self.walkable_city, self.network).footpaths(self.pace_m_s)

    def search(self, depart_t: float, latest_t: float) -> Search:
        """Return what is reached by leaving at `depart_t`."""
        return search(
            self.running,
            self.footpaths,
            self.access_m / self.pace_m_s,
            depart_t=depart_t,
            latest_t=latest_t,
        )

    def journeys(
        self, facilities: Sequence[Reached], depart_t: float
    ) -> dict[str, tuple[Journey, ...]]:
        """Return the journeys to each of some facilities that beat the walk, and the next ones."""
        searched = self.search(depart_t, depart_t + max(one.walk_s for one in facilities))
        told: dict[str, tuple[Journey, ...]] = {}
        for one in facilities:
            found = self.reach(searched, one.row)
            if found is None or found.arrive_t >= depart_t + one.walk_s:
                continue
            first = self.tell(searched, found)
            told[one.id] = (self.tell_legs(*first), *self.later(first[0], one))
        return told

    def later(self, rides: Sequence[Ride], facility: Reached) -> tuple[Journey, ...]:
        """Return the journey that leaves next after one, by another trip; or nothing."""
        first = rides[0]
        leave_t = first.depart_t - self.access_m[first.from_stop] / self.pace_m_s
        latest_t = leave_t + facility.walk_s + LATER_S
        while True:
            searched = self.search(leave_t + 1.0, latest_t)
            found = self.reach(searched, facility.row)
            if found is None or found.arrive_t > latest_t:
                return ()
            following, walk_m = self.tell(searched, found)
            if (following[0].running, following[0].trip) != (first.running, first.trip):
                return (self.tell_legs(following, walk_m),)
            leave_t = following[0].depart_t - (
                self.access_m[following[0].from_stop] / self.pace_m_s
            )

    def reach(self, searched: Search, row: int) -> _Found | None:
        """Return how a facility is reached the earliest; with fewer changes where that is alike."""
        stops, walk_m = stops_near(self.walkable_city, self.network, row, self.limit_m)
        best: _Found | None = None
        for number, round_ in enumerate(searched.rounds if len(stops) else ()):
            arrive_t = round_.arrive_t[stops] + walk_m / self.pace_m_s
            nearest = int(np.argmin(arrive_t))
            there_t = float(arrive_t[nearest])
            if np.isfinite(there_t) and (best is None or there_t < best.arrive_t):
                best = _Found(there_t, number, int(stops[nearest]), float(walk_m[nearest]))
        return best

    def tell(self, searched: Search, found: _Found) -> tuple[tuple[Ride, ...], float]:
        """Return the rides to a facility, and the metres from the last stop."""
        return searched.rides_to(found.stop, round_=found.round), found.walk_m

    def tell_legs(self, rides: Sequence[Ride], egress_m: float) -> Journey:
        """Return the journey of some rides."""
        first, last = rides[0], rides[-1]
        access_m = float(self.access_m[first.from_stop])
        legs = [
            self.walk(access_m, first.depart_t - access_m / self.pace_m_s, None, first.from_stop)
        ]
        for before, after in pairwise(rides):
            legs.append(self.ride(before))
            if before.to_stop != after.from_stop:
                walk_s = self.footpaths.walk_between_s(before.to_stop, after.from_stop)
                between = (before.to_stop, after.from_stop)
                legs.append(self.walk(walk_s * self.pace_m_s, before.arrive_t, *between))
        legs += [self.ride(last), self.walk(egress_m, last.arrive_t, last.to_stop, None)]
        return Journey(tuple(legs))

    def walk(self, walk_m: float, depart_t: float, start: int | None, end: int | None) -> Leg:
        """Return the leg of a walk between stops; None for the start or the destination."""
        return Leg(
            mode="walk",
            departure=self.moment(depart_t),
            arrival=self.moment(depart_t + walk_m / self.pace_m_s),
            from_stop=None if start is None else self.network.stop_names[start],
            to_stop=None if end is None else self.network.stop_names[end],
            walk_m=walk_m,
        )

    def ride(self, ride: Ride) -> Leg:
        """Return the leg of a ride."""
        day = ride.running.trips
        mode, line, headsign = line_of(day, ride.trip)
        ends = np.array([ride.from_stop, ride.to_stop])
        return Leg(
            mode=mode,
            departure=self.moment(ride.depart_t),
            arrival=self.moment(ride.arrive_t),
            from_stop=self.network.stop_names[ride.from_stop],
            to_stop=self.network.stop_names[ride.to_stop],
            line=line,
            headsign=headsign,
            stops=int(day.position[ride.alight_call] - day.position[ride.board_call]),
            step_free=step_free_known(day, ride.trip, ends) or None,
        )

    def moment(self, t: float) -> datetime:
        """Return an instant in the city's time zone, to the second."""
        return (EPOCH + timedelta(seconds=round(t))).astimezone(self.zone)
