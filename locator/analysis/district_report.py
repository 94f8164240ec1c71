"""Gather everything that a report says of one layer, for the city or for one district."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from locator.analysis.access.aggregate import SAME_TIME_S, curve_by_minute, walking_times
from locator.analysis.access.claims import ClaimAnswer, answer_claim
from locator.analysis.access.coverage import Coverage, CoverageQuery, coverage
from locator.analysis.access.coverage_parts import Part, coverage_parts
from locator.analysis.access.equity import Equity, equity
from locator.analysis.access.gaps import facility_reach_m, find_gaps
from locator.analysis.access.inequality import gini
from locator.analysis.access.ranges import Ranges, gap_ranges, ranges
from locator.analysis.access.supply import Supply, supply
from locator.analysis.scenario.change import Scenario
from locator.analysis.scenario.compare import ScenarioComparison, compare
from locator.analysis.siting.solve import PLANNED, Siting, SitingQuery, where_next
from locator.base.errors import N_, NotComputableError, NotFoundError
from locator.base.geo import Flags, FloatArray
from locator.city.facility_filter import EVERYTHING, FacilityFilter
from locator.city.model import City
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
    minutes, group, pace_m_s
        As in `locator.analysis.access.coverage.CoverageQuery`.
    sites : int
        How many new sites to suggest.
    which : FacilityFilter
        Which facilities count.
    profile : str
        Whose ways are walked; who asks sees to it that the city is walked so.
    """

    layer: str
    district: int | None = None
    minutes: float | None = None
    group: str | None = None
    pace_m_s: float | None = None
    sites: int = 5
    which: FacilityFilter = EVERYTHING
    profile: Profile = "foot"


@dataclass(frozen=True)
class Scope:
    """The people a report is about: the city's or one district's.

    Attributes
    ----------
    people, served, unserved : int
    share : float
        NaN without people.
    mean_s, median_s, p90_s : float
        NaN or ``inf`` where there is no such time.
    curve : DataFrame
        ``minutes``, ``people``, ``share``.
    gini : float
        Of the walking times; NaN where nobody can walk to a facility.
    """

    people: int
    served: int
    unserved: int
    share: float
    mean_s: float
    median_s: float
    p90_s: float
    curve: pd.DataFrame
    gini: float


@dataclass(frozen=True)
class DistrictReport:
    """All results of one report.

    Attributes
    ----------
    query : ReportQuery
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
    supply : Supply or None
        None where no capacity is known.
    siting : Siting or None
        None where nothing can be sited.
    facilities : GeoDataFrame
        The layer's facilities in the scope, as listed.
    parts : tuple of Part
        What the city's own facilities, and all public ones, serve in the whole city.
    ranges : Ranges
        Between which values the shares of city and districts lie.
    gap_ranges : DataFrame
        Between which values the people of the gaps lie (`low`, `high`).
    changes : tuple of ClaimAnswer
        What the city's statements on the layer mean; none in a district's report.
    """

    query: ReportQuery
    coverage: Coverage
    scope: Scope
    inside: Flags
    gaps: gpd.GeoDataFrame
    equity: Equity
    planned: ScenarioComparison | None
    supply: Supply | None
    siting: Siting | None
    facilities: gpd.GeoDataFrame
    parts: tuple[Part, ...]
    ranges: Ranges
    gap_ranges: pd.DataFrame
    changes: tuple[ClaimAnswer, ...]


def district_report(walkable_city: WalkableCity, query: ReportQuery) -> DistrictReport:
    """Return everything a report says.

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
    walkable_city = walkable_city.choosing(query.which)
    found = coverage(
        walkable_city,
        CoverageQuery(query.layer, query.minutes, query.group, query.pace_m_s, which=query.which),
    )
    facilities = city.facilities[city.facilities["layer"] == query.layer]
    if query.district is not None:
        facilities = facilities[facilities["district"] == query.district]
    gaps = _gaps(walkable_city, found, query.district)
    return DistrictReport(
        query=query,
        coverage=found,
        scope=_scope(walkable_city, found, query.district),
        inside=_inside(city, query),
        gaps=gaps,
        equity=equity(found, city.demand.people[found.group]),
        planned=_planned(walkable_city, query, found),
        supply=_supply(walkable_city, found),
        siting=_siting(walkable_city, query, found),
        facilities=facilities,
        changes=_changes(walkable_city, query),
        parts=coverage_parts(
            walkable_city,
            city.catalogue.layers[found.layer],
            group=found.group,
            minutes=found.minutes,
            pace_m_s=found.pace_m_s,
        ),
        ranges=ranges(walkable_city, found),
        gap_ranges=gap_ranges(walkable_city, found, gaps),
    )


def _inside(city: City, query: ReportQuery) -> Flags:
    """Return which demand points a report is about."""
    if query.district is None:
        return np.ones(len(city.demand), dtype=bool)
    inside: Flags = city.demand.district == query.district
    return inside


def _gaps(walkable_city: WalkableCity, found: Coverage, district: int | None) -> gpd.GeoDataFrame:
    """Return the ten largest gaps of the scope; few of the city's ten lie in any one district."""
    if district is None:
        return found.gaps
    demand = walkable_city.city.demand
    unserved = found.walk_s > found.minutes * 60 + SAME_TIME_S
    return find_gaps(
        walkable_city,
        unserved & (demand.district == district),
        demand.people[found.group],
        found.walk_s,
        reach_m=facility_reach_m(
            walkable_city.city, minutes=found.minutes, pace_m_s=found.pace_m_s
        ),
    ).largest


def _scope(walkable_city: WalkableCity, found: Coverage, district: int | None) -> Scope:
    people = walkable_city.city.demand.people[found.group]
    if district is None:
        times = (found.mean_s, found.median_s, found.p90_s)
        mean_s, median_s, p90_s = (np.nan if time_s is None else time_s for time_s in times)
        return Scope(
            found.people,
            found.served,
            found.unserved,
            found.share,
            mean_s,
            median_s,
            p90_s,
            found.curve,
            _gini(found, people),
        )
    row = found.districts.loc[district].to_dict()
    inside = np.where(walkable_city.city.demand.district == district, people, 0.0)
    mean_s, median_s, p90_s = walking_times(found.walk_s, inside)
    total = int(row["people"])
    return Scope(
        total,
        int(row["served"]),
        int(row["unserved"]),
        row["share"],
        mean_s,
        median_s,
        p90_s,
        curve_by_minute(walkable_city.city, inside, found.walk_s, max(total, 1)),
        _gini(found, inside),
    )


def _gini(found: Coverage, people: FloatArray) -> float:
    reached = np.isfinite(found.walk_s)
    return gini(found.walk_s[reached], people[reached])


def _changes(walkable_city: WalkableCity, query: ReportQuery) -> tuple[ClaimAnswer, ...]:
    """Return what the city's statements on the layer mean; they are about the whole city."""
    if query.district is not None:
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
    )
    return compare(walkable_city, change, before=found)


def _supply(walkable_city: WalkableCity, found: Coverage) -> Supply | None:
    try:
        return supply(walkable_city, found.layer, group=found.group, pace_m_s=found.pace_m_s)
    except NotComputableError:
        return None


def _siting(walkable_city: WalkableCity, query: ReportQuery, found: Coverage) -> Siting | None:
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
                planned=True,
                method="exact",
                time_limit_s=SOLVER_S,
                which=found.which,
            ),
        )
    except NotComputableError:
        return None
