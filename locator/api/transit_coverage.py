"""Answer machines who is within a standard from door to door on foot or by tram or bus."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from locator.analysis.access.coverage import Coverage, CoverageQuery
from locator.analysis.nearest import local_moment
from locator.analysis.transit.coverage import (
    MINUTES,
    Ride,
    TransitCoverage,
    transit_coverage,
    usual_departure,
)
from locator.api.context import AppState
from locator.api.geojson import SHARE_DIGITS, area_json, decimal, whole
from locator.api.planning_queries import ReportByParams
from locator.api.queries import ReachByParams
from locator.api.schemas import Area
from locator.api.schemas_transit import TransitDistrict, TransitGap, TransitReach
from locator.api.transit import basis_json
from locator.walking.network.profile import Profile

COUNTED = ("served", "low", "high", "walking", "gained", "share", "share_low", "share_high")
"""What is counted of a district and of the city."""


def transit_coverage_of(
    app: AppState, asked: ReachByParams, query: CoverageQuery, found: Coverage
) -> TransitCoverage:
    """Return who is within the standard on foot or by tram or bus, computed once for a question.

    Parameters
    ----------
    app : AppState
    asked : ReachByParams
        For a wheelchair only what the timetable says is step-free counts, if it says so of any.
    query : CoverageQuery
        What is asked.
    found : Coverage
        Its answer on foot.

    Returns
    -------
    TransitCoverage

    Raises
    ------
    NoTimetableError, OutsideTimetableError
        As for `locator.analysis.transit.coverage.transit_coverage`.
    """
    return ridden_of(app, query, found, _ride(app, asked), profile=asked.profile)


def ridden_of(
    app: AppState, query: CoverageQuery, found: Coverage, ride: Ride, *, profile: Profile
) -> TransitCoverage:
    """Return the same for a ride that is known, remembered as the same answer.

    Parameters
    ----------
    app : AppState
    query : CoverageQuery
    found : Coverage
        Its answer on foot.
    ride : Ride
    profile : str
        Whose ways are walked.

    Returns
    -------
    TransitCoverage

    Raises
    ------
    NoTimetableError, OutsideTimetableError
        As for `locator.analysis.transit.coverage.transit_coverage`.
    """
    return app.memo.get(
        ("transit coverage", query, profile, ride),
        lambda: transit_coverage(
            app.walkable_city_for(profile), app.transit_network, query, found, ride
        ),
    )


def ride_of(app: AppState, asked: ReportByParams) -> Ride | None:
    """Return what a report is asked of trams and buses; None where it is about walks alone.

    Parameters
    ----------
    app : AppState
    asked : ReportByParams
        Without a moment one leaves at the usual one (`usual_departure`).

    Returns
    -------
    Ride or None
    """
    return _ride(app, asked) if asked.by == "transit" else None


def _ride(app: AppState, asked: ReachByParams | ReportByParams) -> Ride:
    if asked.depart is None:
        depart = usual_departure(app.transit_network, app.city, app.now().date())
    else:
        depart = local_moment(app.city, asked.depart)
    return Ride(depart, 60.0 * asked.max_walk, step_free=asked.profile == "wheelchair")


def transit_reach(reached: TransitCoverage) -> TransitReach:
    """Return who is within the standard from door to door as it is answered.

    Parameters
    ----------
    reached : TransitCoverage

    Returns
    -------
    TransitReach
    """
    rows: Any = reached.gaps.itertuples()
    return {
        "depart": reached.ride.depart.isoformat(timespec="seconds"),
        "departures": MINUTES,
        "max_walk": reached.ride.walk_limit_s / 60,
        "basis": basis_json(reached.basis),
        "people": reached.people,
        "served": reached.served,
        "low": reached.low,
        "high": reached.high,
        "walking": reached.walking,
        "gained": reached.gained,
        "share": round(reached.share, SHARE_DIGITS),
        "share_low": round(reached.low / reached.people, SHARE_DIGITS),
        "share_high": round(reached.high / reached.people, SHARE_DIGITS),
        "districts": _districts(reached),
        "gaps_total": reached.gaps_total,
        "gaps": [_gap(row) for row in rows],
    }


def transit_rows(reached: TransitCoverage) -> list[dict[str, object]]:
    """Return what a table has beside the walks: the districts in their order, then the city.

    Parameters
    ----------
    reached : TransitCoverage

    Returns
    -------
    list of dict
        Columns that start with ``transit_``.
    """
    asked = {
        "transit_depart": reached.ride.depart.isoformat(timespec="seconds"),
        "transit_modes": " ".join(sorted(reached.basis.modes)),
    }
    rows: list[Any] = [*_districts(reached), transit_reach(reached)]
    return [asked | {f"transit_{key}": row[key] for key in COUNTED} for row in rows]


def _districts(reached: TransitCoverage) -> list[TransitDistrict]:
    rows: Any = reached.districts.to_dict("index")
    return [
        {
            "number": int(number),
            "name": str(row["name"]),
            "people": int(row["people"]),
            "served": int(row["served"]),
            "low": int(row["low"]),
            "high": int(row["high"]),
            "walking": int(row["walking"]),
            "gained": int(row["gained"]),
            "share": decimal(row["share"], SHARE_DIGITS),
            "share_low": decimal(row["share_low"], SHARE_DIGITS),
            "share_high": decimal(row["share_high"], SHARE_DIGITS),
        }
        for number, row in rows.items()
    ]


def _gap(row: Any) -> TransitGap:
    return {
        "people": round(row.people),
        "district": int(row.district),
        "district_name": str(row.district_name),
        "place": None if pd.isna(row.place) else str(row.place),
        "walk_s": whole(row.walk_s),
        "geometry": cast(Area, area_json(row.geometry)),  # a gap is never empty
    }
