"""Count who is served within a standard, who is not, and where.

Over 350 lines, because one layer in full and all at a glance are counted by the same rules, which
are read together.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    people_by_district,
    walking_times,
)
from locator.analysis.access.caveats import coverage_caveats
from locator.analysis.access.gaps import facility_reach_m, find_gaps
from locator.base.errors import N_, InvalidParameterError, NotComputableError, Said
from locator.base.geo import Flags, FloatArray
from locator.base.rounding import whole
from locator.city.catalogue import Layer
from locator.city.facility_filter import EVERYTHING, FacilityFilter
from locator.city.history import Standing, standing
from locator.city.lookup import standing_layer
from locator.city.model import City
from locator.city.register import PeopleFrom
from locator.walking import ModelName
from locator.walking.walkable_city import WalkableCity, nearest_facilities, remembered

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
class FilterCount:
    """How many facilities of a layer a filter lets count, a centre with several sites once.

    Attributes
    ----------
    which : FacilityFilter
    counted : int
        On the map and known to fit.
    barred, undetermined : int
        Usable, on the map or not: known not to fit; of which nobody knows, so that they do not
        count either.
    """

    which: FacilityFilter
    counted: int
    barred: int
    undetermined: int


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
        mean_s=_finite(mean_s),
        median_s=_finite(median_s),
        p90_s=_finite(p90_s),
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


def coverage_overview(walkable_city: WalkableCity, *, minutes: float | None = None) -> pd.DataFrame:
    """Return every layer at a glance, at its own group and pace; without gaps, so it is quick.

    Parameters
    ----------
    walkable_city : WalkableCity
        Its chosen facilities count.
    minutes : float, optional
        One standard for all; by default each layer's own.

    Returns
    -------
    DataFrame
        Index: layer id, in catalogue order. Columns ``computable`` (False for layers that move,
        whose numbers are missing), ``group``, ``minutes``, ``pace_m_s``, ``people``, ``served``,
        ``unserved``, ``share``, ``mean_s``, ``median_s``, ``p90_s``, ``counted``.
    """
    return pd.DataFrame(
        [
            _glance(walkable_city, layer, minutes)
            for layer in walkable_city.city.catalogue.layers.values()
        ],
        index=pd.Index(list(walkable_city.city.catalogue.layers), name="layer", dtype=object),
    ).astype(dict.fromkeys(("people", "served", "unserved", "counted"), "Int64"))


def counted_rows(walkable_city: WalkableCity, layer: str) -> tuple[int, ...]:
    """Return the facilities that count for the coverage of a layer: usable, located and chosen.

    Parameters
    ----------
    walkable_city : WalkableCity
    layer : str
        Id.

    Returns
    -------
    tuple of int
        Rows of ``walkable_city.city.facilities``, ascending.
    """
    return tuple(walkable_city.usable_rows[layer].tolist())


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


def standing_rows(
    walkable_city: WalkableCity, layer: str, at: date
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return which located and chosen facilities of a layer stood on a day.

    Parameters
    ----------
    walkable_city : WalkableCity
    layer : str
        Id.
    at : date

    Returns
    -------
    tuple of int
        Rows of those that surely stood.
    tuple of int
        Rows of those that may have.
    """
    located, then = walkable_city.located_rows[layer], _standing(walkable_city, at)
    located = located[walkable_city.fit.known[located]]
    sure, possible = (located[flags[located]] for flags in (then.sure, then.possible))
    return tuple(sure.tolist()), tuple(possible.tolist())


@remembered
def _standing(walkable_city: WalkableCity, at: date) -> Standing:
    return standing(walkable_city.city, at)


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


def filter_count_of(walkable_city: WalkableCity, layers: Iterable[str]) -> FilterCount:
    """Return how many facilities of some layers count, and how many a filter leaves out.

    Parameters
    ----------
    walkable_city : WalkableCity
        With what is chosen.
    layers : iterable of str
        Ids, each once.

    Returns
    -------
    FilterCount
    """
    counts = [filter_count(walkable_city, layer) for layer in layers]
    return FilterCount(
        which=walkable_city.which,
        counted=sum(one.counted for one in counts),
        barred=sum(one.barred for one in counts),
        undetermined=sum(one.undetermined for one in counts),
    )


def filter_count(
    walkable_city: WalkableCity,
    layer: str,
    rows: tuple[int, ...] | None = None,
    *,
    at: date | None = None,
) -> FilterCount:
    """Return how many facilities of a layer count, and how many a filter leaves out.

    Parameters
    ----------
    walkable_city : WalkableCity
        With what is chosen.
    layer : str
        Id.
    rows : tuple of int, optional
        Those that count; by default `counted_rows`.
    at : date, optional
        Of those that may have stood on this day.

    Returns
    -------
    FilterCount
    """
    rows = counted_rows(walkable_city, layer) if rows is None else rows
    fit, centre = walkable_city.fit, walkable_city.centre
    usable: Flags = walkable_city.city.usable
    if at is not None:
        usable = _standing(walkable_city, at).possible
    usable = usable & walkable_city.city.facilities["layer"].eq(layer).to_numpy()
    chosen = np.unique(centre[usable & fit.known])
    undetermined = len(np.setdiff1d(centre[usable & fit.unknown], chosen))
    barred = len(np.unique(centre[usable])) - len(chosen) - undetermined
    counted = counted_facilities(walkable_city, rows)
    return FilterCount(walkable_city.which, counted, barred, undetermined)


def _glance(walkable_city: WalkableCity, layer: Layer, minutes: float | None) -> dict[str, object]:
    """Return the row of one layer in the overview."""
    minutes = float(layer.standard_min if minutes is None else minutes)
    known: dict[str, object] = {
        "computable": not layer.moves,
        "group": layer.group,
        "minutes": minutes,
        "pace_m_s": layer.pace_m_s,
    }
    numbers = ("people", "served", "unserved", "share", "mean_s", "median_s", "p90_s", "counted")
    if layer.moves:
        return known | dict.fromkeys(numbers)
    rows = counted_rows(walkable_city, layer.id)
    walk_s = nearest_facilities(walkable_city, rows)[0] / layer.pace_m_s
    people = walkable_city.city.demand.people[layer.group]
    served = walk_s <= minutes * 60 + SAME_TIME_S
    total, total_served = (
        int(people_by_district(walkable_city.city, weights).sum())
        for weights in (people, people * served)
    )
    times = (_finite(time_s) for time_s in walking_times(walk_s, people))
    share = total_served / total if total else None
    found = (
        total,
        total_served,
        total - total_served,
        share,
        *times,
        counted_facilities(walkable_city, rows),
    )
    return known | dict(zip(numbers, found, strict=True))


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def counted_facilities(walkable_city: WalkableCity, rows: tuple[int, ...]) -> int:
    """Return how many facilities the sites in `rows` are, a centre counted once."""
    return len(np.unique(walkable_city.centre[list(rows)]))
