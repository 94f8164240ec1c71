"""Count who is served within a standard, who is not, and where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd

from locator.analysis.access.aggregate import (
    SAME_TIME_S,
    by_band,
    by_district,
    by_unit,
    curve_by_minute,
    finite,
    walking_times,
)
from locator.analysis.access.caveats import coverage_caveats
from locator.analysis.access.counted import (
    FilterCount,
    counted_facilities,
    counted_rows,
    filter_count,
    standing_rows,
)
from locator.analysis.access.gaps import facility_reach_m, find_gaps
from locator.base.errors import N_, InvalidParameterError, NotComputableError, Said
from locator.base.geo import FloatArray
from locator.base.rounding import whole
from locator.city.catalogue import Layer
from locator.city.facility_filter import EVERYTHING, FacilityFilter
from locator.city.lookup import standing_layer
from locator.city.model import City
from locator.city.register import PeopleFrom
from locator.walking import ModelName
from locator.walking.walkable_city import WalkableCity, nearest_facilities

NOBODY = N_("How many people of this group live here is not known, so nobody can be counted.")


@dataclass(frozen=True)
class CoverageQuery:
    """What a planner asks.

    Attributes
    ----------
    layer : str
        Id of a layer.
    minutes : float or None
        The standard: walking minutes that count as served. None means the layer's own.
    group : str or None
        Id of an age group. None means the layer's own.
    pace_m_s : float or None
        Walking speed. None means the layer's own.
    people : str
        Whose count of the people holds: the census, or the city's register of residents.
    at : date or None
        Count all that may have stood on this day (`locator.analysis.access.as_of`). None counts
        what is open by the data.
    which : FacilityFilter
        Which facilities count.
    """

    layer: str
    minutes: float | None = None
    group: str | None = None
    pace_m_s: float | None = None
    people: PeopleFrom = "census"
    at: date | None = None
    which: FacilityFilter = EVERYTHING


@dataclass(frozen=True)
class Coverage:
    """Who is served. People are whole; every total is the sum of its districts.

    Attributes
    ----------
    layer, group : str
    minutes, pace_m_s : float
        What was asked, the layer's own values filled in.
    model : str
        The walking model that made the answer.
    people_from : str
        Who counted the people.
    people, served, unserved : int
        Of the group, in the city; ``served + unserved == people``.
    share : float
        ``served / people``.
    mean_s, median_s, p90_s : float or None
        Walking time to the nearest facility, weighted by people. The mean is over those who can
        walk to one; None where nobody can, or where more than the quantile cannot.
    unreachable : int
        People who cannot walk to any facility.
    districts : DataFrame
        Index: number. Columns ``name``, ``people``, ``served``, ``unserved``, ``share``,
        ``beyond`` (share outside the standard), ``mean_s``, ``median_s``, ``p90_s``; NaN where
        there is nobody, or no way.
    curve : DataFrame
        ``minutes`` (0 to 60), ``people`` served within them, ``share``.
    distribution : DataFrame
        ``from_min``, ``to_min`` (``inf`` for the last band), ``people``, ``share``: how many have
        their nearest facility more than ``from_min`` and at most ``to_min`` minutes away. The
        first band includes 0, the last includes those who cannot walk to any.
    gaps : GeoDataFrame
        The ten largest areas of unserved people (see `locator.analysis.access.gaps.Gaps`).
    gaps_total, gaps_rest_people : int
        How many gaps there are; unserved people outside the ten.
    walk_s : (n,) float array
        Seconds to the nearest facility for each demand point; ``inf`` where there is none.
    counted, counted_sites : int
        Usable, located facilities, a centre with several sites once; and their sites.
    chosen : FilterCount
        Which of them were chosen, and how many were left out.
    completeness : Series
        The layer's row of `locator.city.completeness`.
    caveats : tuple of Said
        What has to be known with the numbers.
    """

    layer: str
    group: str
    minutes: float
    pace_m_s: float
    model: ModelName
    people_from: PeopleFrom
    people: int
    served: int
    unserved: int
    share: float
    mean_s: float | None
    median_s: float | None
    p90_s: float | None
    unreachable: int
    districts: pd.DataFrame
    curve: pd.DataFrame
    distribution: pd.DataFrame
    gaps: gpd.GeoDataFrame
    gaps_total: int
    gaps_rest_people: int
    walk_s: FloatArray
    counted: int
    counted_sites: int
    chosen: FilterCount
    completeness: pd.Series
    caveats: tuple[Said, ...]

    @property
    def which(self) -> FacilityFilter:
        """Which facilities were chosen."""
        return self.chosen.which


def coverage(walkable_city: WalkableCity, query: CoverageQuery) -> Coverage:
    """Return who of a group reaches the nearest usable facility of a layer within a standard.

    Parameters
    ----------
    walkable_city : WalkableCity
    query : CoverageQuery
        What it leaves open is the layer's own.

    Returns
    -------
    Coverage

    Raises
    ------
    NotFoundError
        For a layer that the city does not have.
    InvalidParameterError
        For a group, standard or pace that makes no sense.
    NotComputableError
        For a layer that moves, or a group without people.
    """
    walkable_city = counted_by(walkable_city, query.people).choosing(query.which)
    asked = _resolve(walkable_city.city, query)
    rows = query_rows(walkable_city, query)
    return _counted(walkable_city, asked, rows, nearest_facilities(walkable_city, rows)[0])


def coverage_of(
    walkable_city: WalkableCity, query: CoverageQuery, rows: tuple[int, ...], walk_m: FloatArray
) -> Coverage:
    """Return the coverage that other facilities than today's would give.

    Parameters
    ----------
    walkable_city, query
        As in `coverage`.
    rows : tuple of int
        The facilities of ``walkable_city.city.facilities`` that count, ascending.
    walk_m : (n,) float array
        Metres from each demand point to the nearest of them, or of sites besides them.
    """
    walkable_city = counted_by(walkable_city, query.people).choosing(query.which)
    return _counted(walkable_city, _resolve(walkable_city.city, query), rows, walk_m)


def counted_by(walkable_city: WalkableCity, people: PeopleFrom) -> WalkableCity:
    """Return the city with the people of the census, or of its register.

    Parameters
    ----------
    walkable_city : WalkableCity
        With those of the census.
    people : str
        Whose count holds.

    Returns
    -------
    WalkableCity
    """
    return walkable_city if people == "census" else walkable_city.by_register


def _counted(
    walkable_city: WalkableCity, asked: _Asked, rows: tuple[int, ...], walk_m: FloatArray
) -> Coverage:
    walk_s = walk_m / asked.pace_m_s
    people = walkable_city.city.demand.people[asked.group]
    served = walk_s <= asked.minutes * 60 + SAME_TIME_S
    districts = by_district(walkable_city.city, people, served, walk_s)
    total, total_served = int(districts["people"].sum()), int(districts["served"].sum())
    curve = curve_by_minute(walkable_city.city, people, walk_s, total)
    reach_m = facility_reach_m(walkable_city.city, minutes=asked.minutes, pace_m_s=asked.pace_m_s)
    gaps = find_gaps(walkable_city, ~served, people, walk_s, reach_m=reach_m)
    mean_s, median_s, p90_s = walking_times(walk_s, people)
    unreachable = int(whole(people[np.isinf(walk_s)].sum()))
    return Coverage(
        layer=asked.layer.id,
        group=asked.group,
        minutes=asked.minutes,
        pace_m_s=asked.pace_m_s,
        model=walkable_city.model.name,
        people_from=asked.people,
        people=total,
        served=total_served,
        unserved=total - total_served,
        share=total_served / total,
        mean_s=finite(mean_s),
        median_s=finite(median_s),
        p90_s=finite(p90_s),
        unreachable=unreachable,
        districts=districts,
        curve=curve,
        distribution=by_band(curve, total),
        gaps=gaps.largest,
        gaps_total=gaps.count,
        gaps_rest_people=max(0, total - total_served - int(gaps.largest["people"].sum())),
        walk_s=walk_s,
        counted=counted_facilities(walkable_city, rows),
        counted_sites=len(rows),
        chosen=filter_count(walkable_city, asked.layer.id, rows, at=asked.at),
        completeness=walkable_city.completeness.T[asked.layer.id],
        caveats=coverage_caveats(
            walkable_city, rows, layer=asked.layer.id, group=asked.group, unreachable=unreachable
        ),
    )


def coverage_by_unit(walkable_city: WalkableCity, found: Coverage) -> pd.DataFrame:
    """Return the table of neighbourhood units of a coverage.

    Parameters
    ----------
    walkable_city : WalkableCity
        That it was counted in.
    found : Coverage

    Returns
    -------
    DataFrame
        As `locator.analysis.access.aggregate.by_unit` has it; empty where the city has no units.
    """
    city = counted_by(walkable_city, found.people_from).city
    served = found.walk_s <= found.minutes * 60 + SAME_TIME_S
    return by_unit(city, city.demand.people[found.group], served, found.walk_s)


def query_rows(walkable_city: WalkableCity, query: CoverageQuery) -> tuple[int, ...]:
    """Return the facilities that count for a question: today's, or what may have stood on its day.

    Parameters
    ----------
    walkable_city : WalkableCity
        Where those are chosen that the question asks for.
    query : CoverageQuery

    Returns
    -------
    tuple of int
        Rows of ``walkable_city.city.facilities``, ascending.
    """
    if query.at is None:
        return counted_rows(walkable_city, query.layer)
    return standing_rows(walkable_city, query.layer, query.at)[1]


@dataclass(frozen=True)
class _Asked:
    """A query with the layer's own values filled in."""

    layer: Layer
    group: str
    minutes: float
    pace_m_s: float
    people: PeopleFrom
    at: date | None


def _resolve(city: City, query: CoverageQuery) -> _Asked:
    layer = standing_layer(city.catalogue, query.layer)
    group = layer.group if query.group is None else query.group
    if group not in city.demand.people:
        raise InvalidParameterError(
            N_("{name} has to be one of: {choices}; given: {given}."),
            parameter="group",
            name="group",
            choices=", ".join(city.catalogue.groups),
            given=group,
        )
    if not city.demand.people[group].sum() >= 0.5:
        raise NotComputableError(
            NOBODY,
            parameter="group",
        )
    minutes = float(layer.standard_min if query.minutes is None else query.minutes)
    if not 0 < minutes < np.inf:
        raise InvalidParameterError(
            N_("The standard must be more than 0 minutes, not {minutes}."),
            parameter="minutes",
            minutes=query.minutes,
        )
    pace_m_s = layer.pace_m_s if query.pace_m_s is None else query.pace_m_s
    if not 0 < pace_m_s < np.inf:
        raise InvalidParameterError(
            N_("The pace must be more than 0 metres a second, not {pace}."),
            parameter="pace",
            pace=pace_m_s,
        )
    return _Asked(layer, group, minutes, pace_m_s, query.people, query.at)
