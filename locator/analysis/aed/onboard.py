"""Find where an AED on a vehicle can be met on foot, and when one is back with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import numpy as np

from locator.analysis.aed.option import HORIZON, AedOption
from locator.base.geo import FloatArray
from locator.city.model import City
from locator.vehicles.positions import Calls, Fleet, Plan, position, upcoming_calls
from locator.walking import SnappedPoints
from locator.walking.walkable_city import WalkableCity


def vehicle_options(
    walkable_city: WalkableCity,
    fleet: Fleet,
    origin: SnappedPoints,
    known: Sequence[Plan],
    *,
    pace_m_s: float,
) -> list[AedOption]:
    """Return each vehicle that can be met, at the stop with the earliest return.

    Parameters
    ----------
    walkable_city : WalkableCity
    fleet : Fleet
    origin : SnappedPoints
        One point.
    known : sequence of Plan
        Of the vehicles of `fleet`, all at one instant.
    pace_m_s : float
    """
    reach_m = HORIZON.total_seconds() * pace_m_s / 2
    known = _coming_near(walkable_city.city, fleet, origin, known, reach_m)
    calls = [upcoming_calls(plan, within=HORIZON) for plan in known]
    lonlat = np.concatenate([np.empty((0, 2)), *(some.lonlat for some in calls)])
    xy = walkable_city.city.projection.to_metric(lonlat)
    walk_m = np.full(len(xy), np.inf)
    near = np.flatnonzero(np.hypot(*(xy - origin.xy[0]).T) <= reach_m)
    if not len(near):
        return []
    # All stops of all vehicles at once: on a street graph that is one search, not one each.
    walk_m[near] = walkable_city.model.walk_m(
        origin, walkable_city.model.snap(xy[near]), limit_m=reach_m
    )
    parts = np.split(walk_m, np.cumsum([len(some) for some in calls])[:-1])
    met = [
        _meeting(plan, some, part, pace_m_s)
        for plan, some, part in zip(known, calls, parts, strict=True)
    ]
    return [option for option in met if option is not None]


def _coming_near(
    city: City, fleet: Fleet, origin: SnappedPoints, known: Sequence[Plan], reach_m: float
) -> list[Plan]:
    """Return the plans whose next calls are known, without those that stay away."""
    if not known:
        return []
    corners = origin.xy[0] + reach_m * np.array([(-1, -1), (-1, 1), (1, -1), (1, 1)])
    lonlat = city.projection.to_lonlat(corners)
    low, high = lonlat.min(axis=0), lonlat.max(axis=0)
    # A line that is straight in metres is bent in degrees, by much less than this.
    more = (high - low) / 10
    passing = fleet.passing(known[0].at, HORIZON, np.stack([low - more, high + more]))
    return [
        plan
        for plan in known
        if plan.predictable and (plan.is_reported or plan.vehicle.id in passing)
    ]


def catch(
    walk_s: FloatArray, arrive_s: FloatArray, depart_s: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return, for calls at stops, when both are there and when one is back.

    Parameters
    ----------
    walk_s : (n,) float array
        Seconds to walk to each stop.
    arrive_s, depart_s : (n,) float array
        Seconds from now until the vehicle comes to the stop and leaves it.

    Returns
    -------
    met_s : (n,) float array
        Seconds from now; ``inf`` where one comes too late.
    back_s : (n,) float array
        The same.
    """
    met_s = np.where(walk_s <= depart_s, np.maximum(walk_s, arrive_s), np.inf)
    return met_s, met_s + walk_s


def _meeting(plan: Plan, calls: Calls, walk_m: FloatArray, pace_m_s: float) -> AedOption | None:
    """Return where a vehicle is met for the earliest return; None beyond the horizon."""
    walk_s = walk_m / pace_m_s
    now_t = plan.at.timestamp()
    met_s, back_s = catch(walk_s, calls.arrive_t - now_t, calls.depart_t - now_t)
    call = int(np.argmin(back_s)) if len(back_s) else -1
    if call < 0 or not back_s[call] <= HORIZON.total_seconds():
        return None
    where = position(plan)
    return AedOption(
        id=plan.vehicle.id,
        layer=plan.vehicle.layer,
        name=plan.vehicle.name,
        kind="vehicle",
        lon=where.lon,
        lat=where.lat,
        walk_m=float(walk_m[call]),
        walk_s=float(walk_s[call]),
        wait_s=float(met_s[call] - walk_s[call]),
        total_s=float(back_s[call]),
        state="open",
        evidence="live" if where.basis == "live" else "timetable",
        sureness="sure" if where.basis == "live" else "less_sure",
        position=where,
        stop=calls.names[call],
        stop_lon=float(calls.lonlat[call, 0]),
        stop_lat=float(calls.lonlat[call, 1]),
        meet_at=plan.at + timedelta(seconds=float(met_s[call])),
        line=calls.lines[call],
    )


def way_unknown_options(
    walkable_city: WalkableCity, origin: SnappedPoints, known: Iterable[Plan], pace_m_s: float
) -> tuple[AedOption, ...]:
    """Return the live vehicles near whose next stops are not known, nearest first.

    The walk is the one to where each was seen. It has driven on since, so that there is no time
    to wait for it and none to have it: both are NaN.
    """
    model, found = walkable_city.model, []
    # There and back within the horizon: nobody looks farther, to the metre.
    limit_m = HORIZON.total_seconds() / 2 * pace_m_s + 1.0
    for plan in known:
        if plan.live is None or plan.predictable:
            continue
        where = position(plan)
        xy = walkable_city.city.projection.to_metric([(where.lon, where.lat)])
        walk_m = float(model.walk_m(origin, model.snap(xy), limit_m=limit_m)[0])
        walk_s = walk_m / pace_m_s
        if 2 * walk_s > HORIZON.total_seconds():
            continue
        found.append(
            AedOption(
                id=plan.vehicle.id,
                layer=plan.vehicle.layer,
                name=plan.vehicle.name,
                kind="vehicle",
                lon=where.lon,
                lat=where.lat,
                walk_m=walk_m,
                walk_s=walk_s,
                wait_s=np.nan,
                total_s=np.nan,
                state="unknown",
                sureness="unknown",
                position=where,
            )
        )
    return tuple(sorted(found, key=lambda option: (option.walk_m, option.id)))
