"""Answer machines how to go by tram or bus where the walk is long."""

from __future__ import annotations

from typing import cast

from locator.analysis.nearest import NearestResult
from locator.analysis.transit.basis import TransitBasis as Basis
from locator.analysis.transit.journey import Journey, Leg
from locator.analysis.transit.journeys import Transit, transit
from locator.api.context import AppState
from locator.api.queries import NearestParams
from locator.api.schemas_transit import Mode, TransitBasis, TransitJourney, TransitLeg
from locator.walking.walkable_city import WalkableCity

MOST = 20
"""Beside so many walks journeys are told: each takes some milliseconds."""


def transit_beside(
    app: AppState,
    walkable_city: WalkableCity,
    result: NearestResult,
    asked: NearestParams,
    *,
    longer_than_s: float = 0.0,
    most: int = MOST,
) -> Transit:
    """Return the journeys beside the walks of an answer; errors and options as for `transit`.

    Parameters
    ----------
    app : AppState
    walkable_city : WalkableCity
        The city as who asks walks it.
    result : NearestResult
        Of `walkable_city`.
    asked : NearestParams
        For a wheelchair only what the timetable says is step-free counts, if it says so of any.
    longer_than_s, most
        As for `locator.analysis.transit.journeys.transit`.

    Returns
    -------
    Transit
    """
    return transit(
        walkable_city,
        app.transit_network,
        result,
        step_free=asked.profile == "wheelchair",
        walk_limit_s=60.0 * asked.max_walk,
        longer_than_s=longer_than_s,
        most=most,
    )


def basis_json(basis: Basis) -> TransitBasis:
    """Return what journeys rest on as it is answered."""
    return {
        "sources": list(basis.sources),
        "valid_from": basis.valid_from.isoformat(),
        "valid_to": basis.valid_to.isoformat(),
        "modes": [cast(Mode, mode) for mode in sorted(basis.modes)],
        "step_free": basis.step_free,
    }


def journey_json(journey: Journey) -> TransitJourney:
    """Return a journey as it is answered."""
    return {
        "departure": journey.departure.isoformat(timespec="seconds"),
        "arrival": journey.arrival.isoformat(timespec="seconds"),
        "duration_s": round(journey.duration_s),
        "changes": journey.changes,
        "walk_s": round(journey.walk_s),
        "walk_m": round(journey.walk_m),
        "legs": [_leg_json(leg) for leg in journey.legs],
    }


def _leg_json(leg: Leg) -> TransitLeg:
    return {
        "mode": cast(Mode, leg.mode),
        "line": leg.line,
        "headsign": leg.headsign,
        "from_stop": leg.from_stop,
        "to_stop": leg.to_stop,
        "departure": leg.departure.isoformat(timespec="seconds"),
        "arrival": leg.arrival.isoformat(timespec="seconds"),
        "duration_s": round(leg.duration_s),
        "walk_m": round(leg.walk_m),
        "stops": leg.stops,
        "step_free": leg.step_free,
    }
