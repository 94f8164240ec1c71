"""Find the AEDs that a person can fetch now, by the time to fetch one and come back.

The written rules:

- A fixed AED counts when a stranger may take it (`locator.usable`) and its place is open at the
  moment that one gets there: its hours on file say so, or it has none, stands outdoors and is
  not bound to customers or a permit. One with unknown hours is given apart, never as open.
- An AED on a vehicle counts at a stop where the vehicle and the person can both be: one walks to
  the stop, waits if need be, and walks back. Of all stops the one with the earliest return is
  taken. A vehicle at its base is locked away; one whose next stops are not known is given apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from locator.city import City
from locator.errors import N_, InvalidParameterError
from locator.geo import FloatArray
from locator.hours import opening_state
from locator.nearest import place_origin
from locator.vehicles import Position
from locator.vehicles.poller import FeedState
from locator.vehicles.positions import Calls, Fleet, Plan, plans, position, upcoming_calls
from locator.walking import Placed
from locator.walking.walkable import WalkableCity

FIXED_LAYER = "aeds"
"""Id of the layer of AEDs that stay where they are; those on vehicles are the layers that move."""
HORIZON = timedelta(minutes=20)
"""A vehicle's AED is not looked for when it could not be back within this time."""
PACE_M_S = 2.0

DOORLESS_ACCESS = ("yes", "permissive", None)

State = Literal["open", "closed", "unknown"]
Sure = Literal["hours", "outdoors", "live", "timetable"]


@dataclass(frozen=True)
class AedQuery:
    """What a person who needs an AED asks.

    Attributes
    ----------
    lon, lat : float
        Where the AED is needed, WGS84.
    at : datetime or None
        When; without a time zone it is the city's clock; None means now.
    pace_m_s : float
        How fast one runs for it.
    k : int
        How many answers at most.
    """

    lon: float
    lat: float
    at: datetime | None = None
    pace_m_s: float = PACE_M_S
    k: int = 8


@dataclass(frozen=True)
class Option:
    """One AED and what it takes to have it here.

    Attributes
    ----------
    id, layer, name : str
        Of the facility.
    kind : str
        ``fixed`` or ``vehicle``.
    lon, lat : float
        Where it is at the moment asked about.
    walk_m, walk_s : float
        One way: to the AED, or to the stop.
    wait_s : float
        At the stop, until the vehicle is there.
    total_s : float
        There, waiting, and back.
    state : str
        ``open``, ``closed`` or ``unknown``; of a vehicle ``open``.
    next_change : datetime or None
        When a door opens or closes.
    sure : str or None
        What the answer rests on: ``hours`` on file, ``outdoors``, a ``live`` position with its
        trip, or the ``timetable``; None where it is unknown.
    access : str or None
        As on file; None is not known.
    position : Position or None
        Of a vehicle.
    stop : str or None
        Where the vehicle is met.
    stop_lon, stop_lat : float or None
    catch_at : datetime or None
        When both are at the stop.
    line : str or None
        What the vehicle runs as when it is met.
    """

    id: str
    layer: str
    name: str
    kind: Literal["fixed", "vehicle"]
    lon: float
    lat: float
    walk_m: float
    walk_s: float
    wait_s: float
    total_s: float
    state: State
    next_change: datetime | None = None
    sure: Sure | None = None
    access: str | None = None
    position: Position | None = None
    stop: str | None = None
    stop_lon: float | None = None
    stop_lat: float | None = None
    catch_at: datetime | None = None
    line: str | None = None


@dataclass(frozen=True)
class AedAnswer:
    """The AEDs round a place at a moment.

    Attributes
    ----------
    query : AedQuery
    at : datetime
        The moment, in the city's time zone.
    model : str
        The walking model.
    options : tuple of Option
        Can be fetched, soonest back first.
    unknown : tuple of Option
        Nearer than the last of `options`, hours unknown.
    closed : tuple of Option
        Nearer than the last of `options`, closed when one gets there.
    adrift : tuple of Option
        Vehicles seen live whose next stops are not known; times are to where they are now.
    off_service : int
        Vehicles at their base.
    """

    query: AedQuery
    at: datetime
    model: str
    options: tuple[Option, ...]
    unknown: tuple[Option, ...]
    closed: tuple[Option, ...]
    adrift: tuple[Option, ...]
    off_service: int


def nearest_aed(
    ground: WalkableCity, fleet: Fleet, query: AedQuery, *, feeds: Sequence[FeedState] = ()
) -> AedAnswer:
    """Return the AEDs that can be fetched at a place and moment, soonest back first.

    Parameters
    ----------
    ground : WalkableCity
    fleet : Fleet
        The vehicles of the same city.
    query : AedQuery
    feeds : sequence of FeedState
        What is known live.

    Raises
    ------
    OutsideCityError
        For a place outside the city.
    InvalidParameterError
        For a pace or `k` that makes no sense.
    """
    if not 0 < query.pace_m_s < np.inf or query.k < 1:
        raise InvalidParameterError(
            N_("The pace and the number of answers must be more than 0."), parameter="pace"
        )
    origin = place_origin(ground, query.lon, query.lat)
    at = local_moment(ground.city, query.at)
    known = plans(fleet, at, feeds)
    met = vehicle_options(ground, origin, known, pace_m_s=query.pace_m_s)
    fixed = _fixed_options(ground, origin, at, query)
    open_now = [option for option in fixed if option.state == "open"]
    options = sorted([*open_now, *met], key=lambda option: (option.total_s, option.id))[: query.k]
    furthest_s = options[-1].total_s if len(options) == query.k else np.inf
    nearer = [option for option in fixed if option.total_s <= furthest_s]
    return AedAnswer(
        query=query,
        at=at,
        model=ground.model.name,
        options=tuple(options),
        unknown=_first(nearer, "unknown", query.k),
        closed=_first(nearer, "closed", query.k),
        adrift=_adrift(ground, origin, known, query.pace_m_s),
        off_service=sum(position(plan).basis == "base" for plan in known),
    )


def local_moment(city: City, at: datetime | None) -> datetime:
    """Return `at` in the city's time zone; now for None; naive moments are local ones."""
    zone = ZoneInfo(city.catalogue.timezone)
    if at is None:
        return datetime.now(zone)
    moment = at.replace(tzinfo=zone) if at.tzinfo is None else at
    # By way of UTC: a time that the clocks skip in spring becomes the one an hour later.
    return moment.astimezone(UTC).astimezone(zone)


def _first(options: Iterable[Option], state: State, count: int) -> tuple[Option, ...]:
    return tuple(option for option in options if option.state == state)[:count]


# Fixed AEDs ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class FixedAed:
    """What decides of an AED that stays where it is; texts are None where nothing is on file."""

    id: str
    name: str
    lon: float
    lat: float
    hours: str | None
    access: str | None
    doorless: bool


@lru_cache(maxsize=2)
def fixed_aeds(ground: WalkableCity) -> tuple[tuple[FixedAed, ...], Placed]:
    """Return the usable AEDs that stand, and where, ready for the model; read once for a city."""
    rows = ground.usable_rows.get(FIXED_LAYER, np.empty(0, dtype=np.int64))
    found = ground.city.facilities.iloc[rows]
    aeds = tuple(
        FixedAed(
            id=str(index),
            name=str(aed["name"]),
            lon=float(aed["geometry"].x),
            lat=float(aed["geometry"].y),
            hours=text_or_none(aed["opening_hours"]),
            access=text_or_none(aed["access"]),
            doorless=is_doorless(aed),
        )
        for index, aed in found.iterrows()
    )
    return aeds, ground.placed(rows)


def _fixed_options(
    ground: WalkableCity, origin: Placed, at: datetime, query: AedQuery
) -> list[Option]:
    """Return the fixed AEDs by walking time, as far as the k-th that is open."""
    aeds, placed = fixed_aeds(ground)
    walk_m = ground.model.walk_m(origin, placed)
    found: list[Option] = []
    open_so_far = 0
    for i in np.argsort(walk_m, kind="stable"):
        if open_so_far == query.k or not np.isfinite(walk_m[i]):
            break
        option = _fixed_option(ground.city, aeds[i], float(walk_m[i]), at, query.pace_m_s)
        open_so_far += option.state == "open"
        found.append(option)
    return found


def _fixed_option(
    city: City, aed: FixedAed, walk_m: float, at: datetime, pace_m_s: float
) -> Option:
    walk_s = walk_m / pace_m_s
    state, next_change, sure = fixed_state(city, aed, at=at, walk_s=walk_s)
    return Option(
        id=aed.id,
        layer=FIXED_LAYER,
        name=aed.name,
        kind="fixed",
        lon=aed.lon,
        lat=aed.lat,
        walk_m=walk_m,
        walk_s=walk_s,
        wait_s=0.0,
        total_s=2 * walk_s,
        state=state,
        next_change=next_change,
        sure=sure,
        access=aed.access,
    )


def fixed_state(
    city: City, aed: FixedAed, *, at: datetime, walk_s: float
) -> tuple[State, datetime | None, Sure | None]:
    """Return whether a fixed AED can be had after a walk, the next change, and why.

    ``open`` and ``closed`` are about the moment of arrival; the next change is the one after
    `at`, which a person on the way wants to know.
    """
    if aed.hours is None:
        return ("open", None, "outdoors") if aed.doorless else ("unknown", None, None)
    state_at = partial(
        opening_state,
        aed.hours,
        country=city.catalogue.country,
        timezone=city.catalogue.timezone,
    )
    now = state_at(at)
    state = now.state
    if now.next_change is not None and now.next_change <= at + timedelta(seconds=walk_s):
        state = state_at(at + timedelta(seconds=walk_s)).state
    return state, now.next_change, "hours" if state == "open" else None


def is_doorless(aed: pd.Series) -> bool:
    """Tell whether an AED stands outdoors for everyone, so that no hours are needed."""
    outdoors = aed["indoor"]
    return pd.notna(outdoors) and not outdoors and text_or_none(aed["access"]) in DOORLESS_ACCESS


def text_or_none(value: object) -> str | None:
    """Return a text of a frame; None for what is missing."""
    return value if isinstance(value, str) and value.strip() else None


# AEDs on vehicles ---------------------------------------------------------------------------


def vehicle_options(
    ground: WalkableCity, origin: Placed, known: Iterable[Plan], *, pace_m_s: float
) -> list[Option]:
    """Return each vehicle that can be met, at the stop with the earliest return.

    Parameters
    ----------
    ground : WalkableCity
    origin : Placed
        One point.
    known : iterable of Plan
    pace_m_s : float
    """
    known = [plan for plan in known if plan.predictable]
    calls = [upcoming_calls(plan, within=HORIZON) for plan in known]
    reach_m = HORIZON.total_seconds() * pace_m_s / 2
    lonlat = np.concatenate([np.empty((0, 2)), *(some.lonlat for some in calls)])
    xy = ground.city.projection.to_metric(lonlat)
    walk_m = np.full(len(xy), np.inf)
    near = np.flatnonzero(np.hypot(*(xy - origin.xy[0]).T) <= reach_m)
    if not len(near):
        return []
    # All stops of all vehicles at once: on a street graph that is one search, not one each.
    walk_m[near] = ground.model.walk_m(origin, ground.model.place(xy[near]), limit_m=reach_m)
    parts = np.split(walk_m, np.cumsum([len(some) for some in calls])[:-1])
    met = [
        _meeting(plan, some, part, pace_m_s)
        for plan, some, part in zip(known, calls, parts, strict=True)
    ]
    return [option for option in met if option is not None]


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
    met_s, back_s : (n,) float arrays
        Seconds from now; ``inf`` where one comes too late.
    """
    met_s = np.where(walk_s <= depart_s, np.maximum(walk_s, arrive_s), np.inf)
    return met_s, met_s + walk_s


def _meeting(plan: Plan, calls: Calls, walk_m: FloatArray, pace_m_s: float) -> Option | None:
    """Return where a vehicle is met for the earliest return; None beyond the horizon."""
    walk_s = walk_m / pace_m_s
    now_t = plan.at.timestamp()
    met_s, back_s = catch(walk_s, calls.arrive_t - now_t, calls.depart_t - now_t)
    call = int(np.argmin(back_s)) if len(back_s) else -1
    if call < 0 or not back_s[call] <= HORIZON.total_seconds():
        return None
    where = position(plan)
    return Option(
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
        sure="live" if where.basis == "live" else "timetable",
        position=where,
        stop=calls.names[call],
        stop_lon=float(calls.lonlat[call, 0]),
        stop_lat=float(calls.lonlat[call, 1]),
        catch_at=plan.at + timedelta(seconds=float(met_s[call])),
        line=calls.lines[call],
    )


def _adrift(
    ground: WalkableCity, origin: Placed, known: Iterable[Plan], pace_m_s: float
) -> tuple[Option, ...]:
    found = []
    for plan in known:
        if plan.live is None or plan.predictable:
            continue
        where = position(plan)
        xy = ground.city.projection.to_metric([(where.lon, where.lat)])
        walk_m = float(ground.model.walk_m(origin, ground.model.place(xy))[0])
        walk_s = walk_m / pace_m_s
        if 2 * walk_s > HORIZON.total_seconds():
            continue
        found.append(
            Option(
                id=plan.vehicle.id,
                layer=plan.vehicle.layer,
                name=plan.vehicle.name,
                kind="vehicle",
                lon=where.lon,
                lat=where.lat,
                walk_m=walk_m,
                walk_s=walk_s,
                wait_s=0.0,
                total_s=2 * walk_s,
                state="unknown",
                position=where,
            )
        )
    return tuple(sorted(found, key=lambda option: option.total_s))
