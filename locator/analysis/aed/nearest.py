"""Find the AEDs that a person can fetch now, by the time to fetch one and come back.

The written rules:

- A fixed AED counts when a stranger may take it (`locator.city.usability`) and its place is open
  at the
  moment that one gets there: its hours on file say so, or it has none, stands outdoors and is
  not bound to customers or a permit. One with unknown hours is given apart, never as open.
- An AED on a vehicle counts if the city has named the vehicle, at a stop where the vehicle and
  the person can both be: one walks to the stop, waits if need be, and walks back. Of all stops
  the one with the earliest return is taken. A vehicle at its base is locked away; one whose next
  stops are not known is given apart.
- Ranked by how sure it is and how long it takes: what is less sure (it closes within ten minutes
  after one gets there, has to be asked for, or is on a vehicle by the timetable) comes before what
  is sure only where it takes no more than half the time.
- Beside the first stands the likeliest of those with unknown hours, where it takes no more than
  half the time: one that a rule of the city folder (`locator.city.likely_open`) calls likely before
  all others, then the nearest.
- A vehicle that is only assumed to carry an AED is never ranked or counted: it is given apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from locator.analysis.aed.fixed import fixed_options
from locator.analysis.aed.onboard import vehicle_options, way_unknown_options
from locator.analysis.aed.option import FIXED_LAYER, LESS_SURE_FACTOR, PACE_M_S, AedOption, State
from locator.analysis.nearest import local_moment, place_origin
from locator.base.errors import N_, InvalidParameterError
from locator.vehicles.poller import FeedState
from locator.vehicles.positions import Fleet, plans, position
from locator.walking import ModelName
from locator.walking.walkable_city import WalkableCity

__all__ = ["FIXED_LAYER", "AedAnswer", "AedQuery", "AedOption", "nearest_aed"]


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
class AedAnswer:
    """The AEDs round a place at a moment.

    Attributes
    ----------
    query : AedQuery
    at : datetime
        The moment, in the city's time zone.
    model : str
        The walking model.
    options : tuple of AedOption
        Can be fetched, by sureness and time (`AedOption.rank_s`).
    unknown : tuple of AedOption
        Nearer than the last of `options`, hours unknown; `beside` before the others.
    beside : AedOption or None
        The likeliest of unknown hours, where it takes at most half of what the first takes.
    closed : tuple of AedOption
        Nearer than the last of `options`, closed when one gets there.
    way_unknown : tuple of AedOption
        Vehicles seen live whose next stops are not known: walks to where each was seen, which are
        no times to have it.
    unconfirmed : tuple of AedOption
        By an assumed tour only, soonest back first: nobody has said that the vehicle carries one.
    off_service : int
        Vehicles at their base, assumed ones not counted.
    """

    query: AedQuery
    at: datetime
    model: ModelName
    options: tuple[AedOption, ...]
    unknown: tuple[AedOption, ...]
    beside: AedOption | None
    closed: tuple[AedOption, ...]
    way_unknown: tuple[AedOption, ...]
    unconfirmed: tuple[AedOption, ...]
    off_service: int


def nearest_aed(
    walkable_city: WalkableCity, fleet: Fleet, query: AedQuery, *, feeds: Sequence[FeedState] = ()
) -> AedAnswer:
    """Return the AEDs that can be fetched at a place and moment, the surest and soonest first.

    Parameters
    ----------
    walkable_city : WalkableCity
    fleet : Fleet
        The vehicles of the same city.
    query : AedQuery
    feeds : sequence of FeedState
        What is known live.

    Returns
    -------
    AedAnswer

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
    origin = place_origin(walkable_city, query.lon, query.lat)
    at = local_moment(walkable_city.city, query.at)
    known = plans(fleet, at, feeds)
    # This order: the search for the fixed ones goes further and serves the other, too.
    fixed = fixed_options(walkable_city, origin, at, pace_m_s=query.pace_m_s, k=query.k)
    met = vehicle_options(walkable_city, fleet, origin, known, pace_m_s=query.pace_m_s)
    open_now = [option for option in fixed if option.state == "open"]
    named = fleet.confirmed
    riding = [option for option in met if option.id in named]
    options = _ranked([*open_now, *riding], query.k)
    furthest_s = max(option.total_s for option in options) if len(options) == query.k else np.inf
    beside = _beside(options, fixed)
    nearer = [option for option in fixed if option.total_s <= furthest_s]
    # Whatever is left out of a short list: not the one that is worth a second helper.
    nearer.sort(key=lambda option: option is not beside)
    return AedAnswer(
        query=query,
        at=at,
        model=walkable_city.model.name,
        options=options,
        unknown=_first(nearer, "unknown", query.k),
        beside=beside,
        closed=_first(nearer, "closed", query.k),
        way_unknown=way_unknown_options(walkable_city, origin, known, query.pace_m_s),
        unconfirmed=_ranked([option for option in met if option.id not in named], query.k),
        off_service=sum(
            position(plan).basis == "base" for plan in known if plan.vehicle.id in named
        ),
    )


def _ranked(options: Iterable[AedOption], count: int) -> tuple[AedOption, ...]:
    return tuple(sorted(options, key=lambda one: (one.rank_s, one.total_s, one.id))[:count])


def _beside(options: Sequence[AedOption], fixed: Iterable[AedOption]) -> AedOption | None:
    """Return the likeliest unknown one that is much nearer than the first that is known."""
    most_s = options[0].total_s / LESS_SURE_FACTOR if options else np.inf
    near = [one for one in fixed if one.state == "unknown" and one.total_s <= most_s]
    return min(near, key=lambda one: (one.sureness != "likely", one.total_s), default=None)


def _first(options: Iterable[AedOption], state: State, count: int) -> tuple[AedOption, ...]:
    return tuple(option for option in options if option.state == state)[:count]
