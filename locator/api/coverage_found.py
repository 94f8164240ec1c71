"""Find who is served, once for the same question, for whoever shows it: pages, files, programs."""

from __future__ import annotations

import pandas as pd

from locator.analysis.access.as_of import AsOf, as_of
from locator.analysis.access.coverage import Coverage, CoverageQuery, counted_by
from locator.analysis.access.coverage_parts import Part, coverage_parts
from locator.analysis.access.part_ranges import unit_ranges
from locator.analysis.access.ranges import Ranges, ranges
from locator.analysis.transit.coverage import TransitCoverage
from locator.api.context import AppState
from locator.api.queries import ReachByParams, ReachParams, filter_of
from locator.api.transit_coverage import transit_coverage_of
from locator.city.facility_filter import EVERYTHING, FacilityFilter
from locator.city.lookup import known_layer
from locator.city.register import PeopleFrom
from locator.walking.network.profile import Profile


def query_of(asked: ReachParams, layer: str) -> CoverageQuery:
    """Return what is asked of a layer that is known.

    Parameters
    ----------
    asked : ReachParams
    layer : str
        Id.

    Returns
    -------
    CoverageQuery
    """
    return CoverageQuery(
        layer,
        asked.minutes,
        asked.group,
        asked.pace,
        asked.people,
        asked.at,
        which=filter_of(asked),
    )


def coverage_of(app: AppState, asked: ReachParams) -> Coverage:
    """Return the coverage that is asked for, computed once for the same question.

    Parameters
    ----------
    app : AppState
    asked : ReachParams

    Returns
    -------
    Coverage
    """
    layer = known_layer(app.catalogue, asked.layer)
    return app.coverage(query_of(asked, layer.id), profile=asked.profile)


def transit_of(app: AppState, asked: ReachByParams, found: Coverage) -> TransitCoverage:
    """Return who is within the standard on foot or by tram or bus, computed once for a question.

    Parameters
    ----------
    app : AppState
    asked : ReachByParams
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
    return transit_coverage_of(app, asked, query_of(asked, found.layer), found)


def as_of_day(app: AppState, asked: ReachParams) -> AsOf | None:
    """Return between which values a coverage lay on the day asked for; None without a day.

    Parameters
    ----------
    app : AppState
    asked : ReachParams

    Returns
    -------
    AsOf or None
    """
    if asked.at is None:
        return None
    ground = counted_by(app.walkable_city_for(asked.profile), asked.people)
    return as_of(ground, coverage_of(app, asked), asked.at)


def ranges_of(app: AppState, found: Coverage, *, profile: Profile = "foot") -> Ranges:
    """Return between which values a coverage lies, computed once for the same question.

    Parameters
    ----------
    app : AppState
    found : Coverage
        Of today's facilities.
    profile : str
        Whose ways are walked.

    Returns
    -------
    Ranges
    """
    return ranges(app.walkable_city_for(profile), found)


def parts_of(
    app: AppState,
    layer: str,
    group: str,
    minutes: float,
    pace_m_s: float,
    people: PeopleFrom = "census",
    *,
    profile: Profile = "foot",
    which: FacilityFilter = EVERYTHING,
) -> tuple[Part, ...]:
    """Return what the parts of a layer serve, computed once for the same question.

    Parameters
    ----------
    app : AppState
    layer, group : str
        Ids.
    minutes : float
        Standard.
    pace_m_s : float
        Walking speed, metres a second.
    people : str
        Whose count of the people holds.
    profile : str
        Whose ways are walked.
    which : FacilityFilter
        Which facilities count.

    Returns
    -------
    tuple of Part
    """
    declared = app.catalogue.layers[layer]
    return app.memo.get(
        ("parts", layer, group, minutes, pace_m_s, people, profile, which),
        lambda: coverage_parts(
            counted_by(app.walkable_city_for(profile), people).choosing(which),
            declared,
            group=group,
            minutes=minutes,
            pace_m_s=pace_m_s,
        ),
    )


def district_ranges(app: AppState, asked: ReachParams, found: Coverage) -> pd.DataFrame:
    """Return between which values the share of each district lies.

    Parameters
    ----------
    app : AppState
    asked : ReachParams
    found : Coverage
        What was asked for.

    Returns
    -------
    DataFrame
        Index: number. Columns ``low``, ``high``, ``rank``, ``rank_low``, ``rank_high``; as of a
        day nobody ranks.
    """
    then = as_of_day(app, asked)
    if then is not None:
        return then.districts.assign(rank=None, rank_low=None, rank_high=None)
    return ranges_of(app, found, profile=asked.profile).districts


def ranges_of_units(app: AppState, asked: ReachParams, found: Coverage) -> pd.DataFrame | None:
    """Return between which values the share of each unit lies, once; None as of a day.

    Parameters
    ----------
    app : AppState
    asked : ReachParams
    found : Coverage
        What was asked for.

    Returns
    -------
    DataFrame or None
        As `locator.analysis.access.part_ranges.unit_ranges` has it.
    """
    if asked.at is not None or app.city.units.empty:
        return None
    return unit_ranges(app.walkable_city_for(asked.profile), found)
