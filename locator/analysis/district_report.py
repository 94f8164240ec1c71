"""Gather all that a report says of one layer, for the city, a district or a neighbourhood unit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from locator.analysis.access.aggregate import SAME_TIME_S
from locator.analysis.access.claims import ClaimAnswer, answer_claim
from locator.analysis.access.coverage import Coverage, CoverageQuery, counted_by, coverage
from locator.analysis.access.coverage_parts import Part, coverage_parts
from locator.analysis.access.equity import Equity, equity
from locator.analysis.access.gaps import facility_reach_m, find_gaps
from locator.analysis.access.supply import Supply, supply
from locator.analysis.report_ranges import ReportRanges, report_ranges
from locator.analysis.report_scope import (
    Scope,
    ScopeChange,
    district_of_unit,
    points_inside,
    scope_change,
    scope_of,
)
from locator.analysis.scenario.change import Scenario
from locator.analysis.scenario.compare import ScenarioComparison, compare
from locator.analysis.siting.solve import PLANNED, Siting, SitingQuery, where_next
from locator.analysis.transit.coverage import Reached, Ride, TransitCoverage, reached_in
from locator.base.errors import N_, InvalidParameterError, NotComputableError, NotFoundError
from locator.base.geo import Flags
from locator.city.facility_filter import EVERYTHING, FacilityFilter
from locator.city.model import City
from locator.city.register import PeopleFrom
from locator.city.units import unit_codes
from locator.walking.network.profile import Profile
from locator.walking.walkable_city import WalkableCity

STANDARDS_MIN = (5, 10, 15, 20, 30)
"""Standards that every report sets side by side."""

SOLVER_S = 5.0
"""Most that a report waits for the proof that its sites are the best; it says when it has none."""


@dataclass(frozen=True, kw_only=True)
class ReportQuery:
    """What a report is about.

    Attributes
    ----------
    layer : str
    district : int or None
        Number of a district; None for the whole city.
    unit : str or None
        Code of a neighbourhood unit, instead of a district.
    minutes, group, pace_m_s
        As in `locator.analysis.access.coverage.CoverageQuery`.
    sites : int
        How many new sites to suggest.
    which : FacilityFilter
        Which facilities count.
    profile : str
        Whose ways are walked; who asks sees to it that the city is walked so.
    people : str
        Whose count of the people holds.
    ride : Ride or None
        Who asks adds who is within reach by tram or bus (`with_ride`); None: on foot only.
    """

    layer: str
    district: int | None = None
    unit: str | None = None
    minutes: float | None = None
    group: str | None = None
    pace_m_s: float | None = None
    sites: int = 5
    which: FacilityFilter = EVERYTHING
    profile: Profile = "foot"
    people: PeopleFrom = "census"
    ride: Ride | None = None

    @property
    def coverage(self) -> CoverageQuery:
        """The coverage that the report is of."""
        standard = (self.layer, self.minutes, self.group, self.pace_m_s)
        return CoverageQuery(*standard, self.people, which=self.which)


@dataclass(frozen=True)
class DistrictReport:
    """All results of one report.

    Attributes
    ----------
    query : ReportQuery
    district : int or None
        The district of the scope, that of its unit, too; None for the whole city.
    coverage : Coverage
        Of the whole city.
    scope : Scope
    inside : (n,) bool array
        Demand points of the scope.
    gaps : GeoDataFrame
        The ten largest gaps of the scope.
    equity : Equity
        Of the whole city.
    planned : ScenarioComparison or None
        What the facilities under way will change; None where there are none.
    change : ScopeChange or None
        The same for the people of the scope.
    supply : Supply or None
        None where no capacity is known.
    siting : Siting or None
        None where nothing can be sited.
    facilities : GeoDataFrame
        The layer's facilities in the scope, as listed.
    parts : tuple of Part
        What the city's own facilities, and all public ones, serve in the whole city.
    changes : tuple of ClaimAnswer
        What the city's statements on the layer mean; none in a district's report.
    ridden : TransitCoverage or None
        Who of the whole city is within reach by tram or bus; None where that is not asked.
    scope_ridden : Reached or None
        The people of the scope who are.
    within : ReportRanges or None
        Between which values all that lies; None as long as it is still being counted.
    """

    query: ReportQuery
    district: int | None
    coverage: Coverage
    scope: Scope
    inside: Flags
    gaps: gpd.GeoDataFrame
    equity: Equity
    planned: ScenarioComparison | None
    change: ScopeChange | None
    supply: Supply | None
    siting: Siting | None
    facilities: gpd.GeoDataFrame
    parts: tuple[Part, ...]
    changes: tuple[ClaimAnswer, ...]
    ridden: TransitCoverage | None = None
    scope_ridden: Reached | None = None
    within: ReportRanges | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the report is about the whole city."""
        return self.query.district is None and self.query.unit is None


def district_report(walkable_city: WalkableCity, query: ReportQuery) -> DistrictReport:
    """Return everything a report says, with its ranges.

    Parameters
    ----------
    walkable_city, query
        As for `counted_report`.

    Returns
    -------
    DistrictReport

    Raises
    ------
    NotFoundError, InvalidParameterError, NotComputableError
        As `counted_report` does.
    """
    return with_ranges(walkable_city, counted_report(walkable_city, query))


def with_ranges(walkable_city: WalkableCity, report: DistrictReport) -> DistrictReport:
    """Return a report with between which values its numbers lie.

    Parameters
    ----------
    walkable_city : WalkableCity
    report : DistrictReport
        Of it, without.

    Returns
    -------
    DistrictReport
    """
    query = report.query
    within = report_ranges(
        walkable_city.choosing(query.which),
        report.coverage,
        district=query.district,
        unit=query.unit,
        inside=report.inside,
        gaps=report.gaps,
        planned=report.planned,
        siting=report.siting,
        supply=report.supply,
    )
    return replace(report, within=within)


def with_ride(
    walkable_city: WalkableCity, report: DistrictReport, ridden: TransitCoverage
) -> DistrictReport:
    """Return a report with who is within reach by tram or bus.

    Parameters
    ----------
    walkable_city : WalkableCity
    report : DistrictReport
        Of it, without.
    ridden : TransitCoverage
        Of the whole city.

    Returns
    -------
    DistrictReport
    """
    query = report.query
    ground = counted_by(walkable_city.choosing(query.which), query.people)
    scope = reached_in(ground, ridden, report.coverage, report.inside)
    return replace(report, ridden=ridden, scope_ridden=scope)


def counted_report(walkable_city: WalkableCity, query: ReportQuery) -> DistrictReport:
    """Return everything a report says but between which values it lies, and who rides.

    Parameters
    ----------
    walkable_city : WalkableCity
    query : ReportQuery

    Returns
    -------
    DistrictReport

    Raises
    ------
    NotFoundError
        For an unknown layer or district.
    InvalidParameterError, NotComputableError
        As `locator.analysis.access.coverage.coverage` does.
    """
    city = walkable_city.city
    if query.district is not None and query.district not in city.districts.index:
        raise NotFoundError(
            N_("There is no district {given}."), parameter="district", given=query.district
        )
    if query.unit is not None and query.unit not in city.units.index:
        raise NotFoundError(
            N_("There is no neighbourhood unit {given}."), parameter="unit", given=query.unit
        )
    if query.unit is not None and query.district is not None:
        raise InvalidParameterError(
            N_("A report is about a district or a neighbourhood unit, not about both."),
            parameter="unit",
        )
    walkable_city = walkable_city.choosing(query.which)
    found = coverage(walkable_city, query.coverage)
    ground = counted_by(walkable_city, query.people)  # ranges know of both counts
    inside = points_inside(city, district=query.district, unit=query.unit)
    planned = _planned(walkable_city, query, found)
    return DistrictReport(
        query=query,
        district=query.district
        if query.unit is None
        else district_of_unit(city, query.unit, inside),
        coverage=found,
        scope=scope_of(ground, found, inside),
        inside=inside,
        gaps=_gaps(ground, found, inside),
        equity=equity(found, ground.city.demand.people[found.group]),
        planned=planned,
        change=None if planned is None else scope_change(ground, planned, inside),
        supply=_supply(ground, found),
        siting=_siting(ground, query, found),
        facilities=_facilities(city, query),
        changes=_changes(walkable_city, query),
        parts=coverage_parts(
            ground,
            city.catalogue.layers[found.layer],
            group=found.group,
            minutes=found.minutes,
            pace_m_s=found.pace_m_s,
        ),
    )


def _gaps(walkable_city: WalkableCity, found: Coverage, inside: Flags) -> gpd.GeoDataFrame:
    """Return the ten largest gaps of the scope; few of the city's ten lie in any one district."""
    if inside.all():
        return found.gaps
    unserved = found.walk_s > found.minutes * 60 + SAME_TIME_S
    gaps = find_gaps(
        walkable_city,
        unserved & inside,
        walkable_city.city.demand.people[found.group],
        found.walk_s,
        reach_m=facility_reach_m(
            walkable_city.city, minutes=found.minutes, pace_m_s=found.pace_m_s
        ),
    ).largest
    return gaps[gaps["people"] > 0]  # in a small area the tenth may be empty but for a fraction


def _facilities(city: City, query: ReportQuery) -> gpd.GeoDataFrame:
    """Return the layer's facilities in the scope, as listed."""
    facilities = city.facilities[city.facilities["layer"] == query.layer]
    if query.unit is not None:
        lonlat = np.column_stack([facilities.geometry.x, facilities.geometry.y])
        return facilities[unit_codes(lonlat, city.units) == query.unit]
    if query.district is not None:
        return facilities[facilities["district"] == query.district]
    return facilities


def _changes(walkable_city: WalkableCity, query: ReportQuery) -> tuple[ClaimAnswer, ...]:
    """Return what the city's statements on the layer mean; they are about the whole city."""
    if query.district is not None or query.unit is not None:
        return ()
    claims = walkable_city.city.claims.claims.values()
    return tuple(answer_claim(walkable_city, one.id) for one in claims if one.layer == query.layer)


def _planned(
    walkable_city: WalkableCity, query: ReportQuery, found: Coverage
) -> ScenarioComparison | None:
    facilities = walkable_city.city.facilities
    under_way = (facilities["layer"] == query.layer) & facilities["status"].isin(PLANNED)
    if not under_way.any():
        return None
    change = Scenario(
        layer=query.layer,
        planned=True,
        minutes=found.minutes,
        pace_m_s=found.pace_m_s,
        group=found.group,
        which=found.which,
        people=query.people,
    )
    return compare(walkable_city, change, before=found)


def _supply(walkable_city: WalkableCity, found: Coverage) -> Supply | None:
    try:
        return supply(walkable_city, found.layer, group=found.group, pace_m_s=found.pace_m_s)
    except NotComputableError:
        return None


def _outside(city: City, unit: str) -> Any:
    """Return all of the city but a unit: a report of the unit suggests sites in it."""
    west, south, east, north = city.boundary.bounds
    return shapely.box(west - 1, south - 1, east + 1, north + 1) - city.units.geometry[unit]


def _siting(walkable_city: WalkableCity, query: ReportQuery, found: Coverage) -> Siting | None:
    city = walkable_city.city
    try:
        return where_next(
            walkable_city,
            SitingQuery(
                layer=query.layer,
                count=query.sites,
                minutes=found.minutes,
                group=found.group,
                pace_m_s=found.pace_m_s,
                district=query.district,
                forbidden=None if query.unit is None else _outside(city, query.unit),
                planned=True,
                method="exact",
                time_limit_s=SOLVER_S,
                which=found.which,
            ),
        )
    except NotComputableError:
        return None
