"""Count who is within a standard from door to door on foot or by tram or bus, in an hour.

One leaves at each of the 60 minutes of an hour. For each, one search backwards from all facilities
together tells when one has to be at every stop to arrive in time; who can walk there by then is
within reach. Whom that holds for in at least half of the minutes counts, so that the median of the
times from door to door is within the standard.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import sparse

from locator.analysis.access.aggregate import SAME_TIME_S, people_by_district
from locator.analysis.access.coverage import Coverage, CoverageQuery, counted_by, query_rows
from locator.analysis.access.gaps import facility_reach_m, find_gaps
from locator.analysis.transit.basis import TransitBasis, running_at
from locator.analysis.transit.journeys import WALK_LIMIT_S
from locator.analysis.transit.stop_walks import stop_walks
from locator.base.geo import Flags, FloatArray, IntArray
from locator.city.model import City
from locator.vehicles.backwards import Backwards, backwards
from locator.vehicles.calendar import representative_days
from locator.vehicles.transit import TransitNetwork
from locator.walking.reach_matrix import reach
from locator.walking.walkable_city import WalkableCity

MINUTES = 60
"""One leaves at each of so many minutes, from the moment asked for on."""

USUAL_HOUR = time(10)
"""When one leaves where nobody says: in the morning, after the peak, while most places are open."""

USUAL_WALK_M = 1200.0
"""A quarter of an hour at a usual pace, or a little more."""


@dataclass(frozen=True)
class Ride:
    """When one leaves, and how far one walks to a tram or bus.

    Attributes
    ----------
    depart : datetime
        Aware; the first of the minutes at which one leaves, the last is `MINUTES` - 1 later.
    walk_limit_s : float
        The longest walk to the first stop, and from the last one.
    step_free : bool
        Only trips and stops that the timetable says a wheelchair can use, if it says so of any.
    """

    depart: datetime
    walk_limit_s: float = WALK_LIMIT_S
    step_free: bool = False


@dataclass(frozen=True)
class Reached:
    """How many people are within a standard from door to door. They are whole, as in `Coverage`.

    Attributes
    ----------
    people : int
        All who are asked about.
    served : int
        Of them, those within it in at least half of the `MINUTES`.
    low, high : int
        Those within it in every one, and in at least one.
    walking : int
        Of `served`, those who are within it on foot.
    """

    people: int
    served: int
    low: int
    high: int
    walking: int

    @property
    def gained(self) -> int:
        """People who are within the standard only by riding."""
        return self.served - self.walking

    @property
    def share(self) -> float:
        """Part of the people who are; NaN without people."""
        return self.served / self.people if self.people else np.nan


@dataclass(frozen=True)
class TransitCoverage(Reached):
    """Who is within a standard from door to door: the people of a city.

    Attributes
    ----------
    people, served, low, high, walking : int
        As `Reached` has them.
    basis : TransitBasis
    ride : Ride
    reached_min : (n,) int array
        In how many of the `MINUTES` each demand point is within the standard.
    districts : DataFrame
        Index: number. Columns ``name``, ``people``, ``served``, ``low``, ``high``, ``walking``,
        ``gained``, ``share``, ``share_low``, ``share_high``; shares NaN where there is nobody.
    gaps : GeoDataFrame
        The ten largest areas of people who are not `served` (``Coverage.gaps``).
    gaps_total : int
        How many there are.
    """

    basis: TransitBasis
    ride: Ride
    reached_min: IntArray
    districts: pd.DataFrame
    gaps: gpd.GeoDataFrame
    gaps_total: int


def usual_departure(network: TransitNetwork, city: City, today: date) -> datetime:
    """Return when one leaves where nobody says: on an ordinary working day in about a week.

    Parameters
    ----------
    network : TransitNetwork
    city : City
    today : date

    Returns
    -------
    datetime
        In the city's time zone, on the nearest day to a week from `today` on which something runs.
    """
    around = today + timedelta(days=7)
    zone = city.catalogue.timezone
    services = [service for table in network.timetables for service in table.services]
    days = representative_days(
        services, country=city.catalogue.country, timezone=zone, around=around
    )
    return datetime.combine(days.get("working", around), USUAL_HOUR, tzinfo=ZoneInfo(zone))


def transit_coverage(
    walkable_city: WalkableCity,
    network: TransitNetwork,
    query: CoverageQuery,
    found: Coverage,
    ride: Ride,
) -> TransitCoverage:
    """Return who of a group is within a standard from door to door on foot, by tram or by bus.

    Parameters
    ----------
    walkable_city : WalkableCity
        As who asks walks it, all facilities and the people of the census in it.
    network : TransitNetwork
    query : CoverageQuery
    found : Coverage
        Its answer on foot.
    ride : Ride

    Returns
    -------
    TransitCoverage

    Raises
    ------
    NoTimetableError
        The city has no timetable that tells where one gets on and off.
    OutsideTimetableError
        It has no trips within a day from then.
    """
    running, basis = running_at(network, ride.depart, step_free=ride.step_free, parameter="depart")
    stops = stop_walks(walkable_city, network)
    ground = counted_by(walkable_city, query.people).choosing(query.which)
    rows = np.array(query_rows(ground, query), dtype=np.int64)
    limit_m = ride.walk_limit_s * found.pace_m_s
    egress_m, _ = walkable_city.model.nearest(stops.stops, walkable_city.snapped(rows))
    spare_s = _spare_s(
        backwards(running, stops.footpaths(found.pace_m_s)),
        np.where(egress_m <= limit_m, egress_m, np.inf) / found.pace_m_s,
        depart_t=ride.depart.timestamp(),
        within_s=60 * found.minutes,
    )
    on_foot = _on_foot(found)
    walks_m = walks_to_stops(walkable_city, network, limit_m=limit_m)
    spare_m = np.minimum(spare_s * found.pace_m_s, limit_m)
    reached_min = np.where(on_foot, MINUTES, _reached_min(walks_m, spare_m))
    return _counted(ground, found, basis, ride, reached_min, on_foot)


def reached_in(
    ground: WalkableCity, reached: TransitCoverage, found: Coverage, inside: Flags
) -> Reached:
    """Return how many people of some demand points are within a standard from door to door.

    Parameters
    ----------
    ground : WalkableCity
        Whose people count.
    reached : TransitCoverage
        Of all of them.
    found : Coverage
        The answer on foot.
    inside : (n,) bool array

    Returns
    -------
    Reached
    """
    people = np.where(inside, ground.city.demand.people[found.group], 0.0)
    counts = _by_district(ground.city, people, reached.reached_min, _on_foot(found))
    return Reached(**{name: int(count.sum()) for name, count in counts.items()})


def _spare_s(
    timetable: Backwards, egress_s: FloatArray, *, depart_t: float, within_s: float
) -> FloatArray:
    """Return how long one may walk to each stop, leaving at each minute: (`MINUTES`, s)."""
    leave_t = depart_t + 60.0 * np.arange(MINUTES)
    latest_t = [
        timetable.latest_t(egress_s, arrive_t=at_t + within_s, earliest_t=at_t) for at_t in leave_t
    ]
    spare_s: FloatArray = np.stack(latest_t) - leave_t[:, None] + SAME_TIME_S
    return spare_s


def walks_to_stops(
    walkable_city: WalkableCity, network: TransitNetwork, *, limit_m: float = 0.0
) -> sparse.csr_array:
    """Return the metres from each demand point to the stops within a walk.

    Parameters
    ----------
    walkable_city : WalkableCity
    network : TransitNetwork
    limit_m : float
        At least the walks of so many metres; those of any usual pace and limit are found once.

    Returns
    -------
    (n, s) csr_array
    """
    limit_m = max(limit_m, USUAL_WALK_M)
    everything = walkable_city.everything
    stops = stop_walks(everything, network).stops
    return everything.memory.get(
        (everything.number, "walks to stops", network.number, limit_m),
        lambda: reach(everything.model, everything.demand, stops, limit_m=limit_m).tocsr(),
    )


def _reached_min(walks_m: sparse.csr_array, spare_m: FloatArray) -> IntArray:
    """Return in how many of some minutes each demand point reaches a stop in time: (n,)."""
    walk_m, stop = walks_m.data, walks_m.indices
    useful = np.flatnonzero(walk_m <= spare_m.max(axis=0)[stop])
    walk_m, stop = walk_m[useful], stop[useful]
    point = np.repeat(np.arange(walks_m.shape[0]), np.diff(walks_m.indptr))[useful]
    points, first = np.unique(point, return_index=True)
    reached_min = np.zeros(walks_m.shape[0], dtype=np.int64)
    if len(points):
        for most_m in spare_m:
            reached_min[points] += np.logical_or.reduceat(walk_m <= most_m[stop], first)
    return reached_min


def _counted(
    ground: WalkableCity,
    found: Coverage,
    basis: TransitBasis,
    ride: Ride,
    reached_min: IntArray,
    on_foot: Flags,
) -> TransitCoverage:
    city, people = ground.city, ground.city.demand.people[found.group]
    counts = _by_district(city, people, reached_min, on_foot)
    districts = found.districts[["name"]].assign(**counts)
    districts["gained"] = districts["served"] - districts["walking"]
    for share, count in (("share", "served"), ("share_low", "low"), ("share_high", "high")):
        districts[share] = districts[count] / districts["people"].where(districts["people"] > 0)
    reach_m = facility_reach_m(city, minutes=found.minutes, pace_m_s=found.pace_m_s)
    gaps = find_gaps(ground, ~_is_served(reached_min), people, found.walk_s, reach_m=reach_m)
    return TransitCoverage(
        basis=basis,
        ride=ride,
        reached_min=reached_min,
        **{name: int(count.sum()) for name, count in counts.items()},
        districts=districts,
        gaps=gaps.largest,
        gaps_total=gaps.count,
    )


def _on_foot(found: Coverage) -> Flags:
    within: Flags = found.walk_s <= 60 * found.minutes + SAME_TIME_S
    return within


def _is_served(reached_min: IntArray) -> Flags:
    served: Flags = 2 * reached_min >= MINUTES
    return served


def _by_district(
    city: City, people: FloatArray, reached_min: IntArray, on_foot: Flags
) -> dict[str, IntArray]:
    """Return what `Reached` counts, for each district."""
    flags = {
        "people": np.ones(len(people), dtype=bool),
        "served": _is_served(reached_min),
        "low": reached_min == MINUTES,
        "high": reached_min > 0,
        "walking": on_foot,
    }
    return {name: people_by_district(city, people * flag) for name, flag in flags.items()}
