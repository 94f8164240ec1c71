"""Say where to build next: the sites that serve most people, and the facility least missed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy import sparse

from locator.candidates import SPACING_M, candidates
from locator.counting import SAME_TIME_S, people_by_district
from locator.errors import N_, InvalidParameterError, NotComputableError, NotFoundError
from locator.geo import FloatArray, IntArray
from locator.mclp import exact_cover, greedy_cover
from locator.pmedian import p_median
from locator.rounding import whole
from locator.walking.reach import reach
from locator.walking.walkable import WalkableCity, nearest_facilities

MAX_SITES = 20
MEDIAN_SPACING_M = 250.0
"""p-median weighs every pair, so people and candidates are joined to squares of this side."""

PLANNED = ("under_construction", "modernisation", "planned")

FAR_M = 1e6
"""Stands for "cannot be reached" where a sum has to stay finite."""


@dataclass(frozen=True, kw_only=True)
class SitingQuery:
    """Where should the next facilities of a layer stand?

    Attributes
    ----------
    layer : str
    count : int
        Sites to choose, 1 to `MAX_SITES`.
    objective : str
        ``"cover"``: most people within the standard; ``"median"``: shortest walks in sum.
    method : str
        ``"greedy"`` answers at once; ``"exact"`` proves it (`locator.proving`).
    minutes, group, pace_m_s
        As in `locator.coverage.CoverageQuery`; the layer's own by default.
    with_planned : bool
        Take what is being built as if it were open.
    capacity : float or None
        People that one new site can take (``"cover"`` only). Facilities that exist serve whoever
        is within the standard of them, as in `locator.coverage`.
    district : int or None
        Only candidates in this district; people anywhere count.
    avoid : tuple of int
        Districts in which no site may stand; people in them count.
    forbidden : shapely geometry or None
        WGS84; no site there.
    time_limit_s : float
        For the proof.
    """

    layer: str
    count: int = 5
    objective: Literal["cover", "median"] = "cover"
    method: Literal["greedy", "exact"] = "greedy"
    minutes: float | None = None
    group: str | None = None
    pace_m_s: float | None = None
    with_planned: bool = False
    capacity: float | None = None
    district: int | None = None
    avoid: tuple[int, ...] = ()
    forbidden: Any | None = None
    time_limit_s: float = 20.0


@dataclass(frozen=True)
class Siting:
    """Sites, and how sure it is that there are none better.

    Attributes
    ----------
    query : SitingQuery
        With the layer's defaults filled in.
    model : str
        The walking model's name.
    sites : DataFrame
        Columns ``rank``, ``name``, ``kind``, ``lon``, ``lat``, ``district``, ``gained``,
        ``total``: people gained by each further site (cover), or person-minutes saved (median).
        People are whole, counted as `locator.coverage.Coverage` counts them, so that a scenario
        with the same sites gains the same.
    people : float
        People of the group in the city.
    unserved_before : float
        People beyond the standard before anything is built. Both are whole, summed by district,
        as in `locator.coverage.Coverage`.
    bound : float
        No choice of as many sites can gain more.
    gap : float
        0 means proven best; 0.05 means at most 5 % from the best.
    timed_out : bool
    candidates : int
        Places that were weighed.
    """

    query: SitingQuery
    model: str
    sites: pd.DataFrame
    people: float
    unserved_before: float
    bound: float
    gap: float
    timed_out: bool
    candidates: int


def where_next(ground: WalkableCity, query: SitingQuery) -> Siting:
    """Return the best sites for new facilities, around those that exist.

    Raises
    ------
    InvalidParameterError, NotFoundError, NotComputableError
        For a count out of range, an unknown layer, group or district, a layer that moves, shortest
        walks with a capacity, or no candidate left.
    """
    query = completed(ground, query)
    places = candidate_places(ground, query)
    people = ground.city.demand.people[str(query.group)]
    current_m, _ = nearest_facilities(ground, existing_rows(ground, query))
    unserved = np.where(current_m > limit_m(query), people, 0.0)
    choice = (
        _median_choice(ground, query, places, current_m, people)
        if query.objective == "median"
        else _cover_choice(ground, query, places, people, unserved)
    )
    in_all = people_by_district(ground.city, people).sum()
    return Siting(
        query=query,
        model=ground.model.name,
        sites=_sites(ground, places, choice),
        people=float(in_all),
        unserved_before=float(in_all - people_by_district(ground.city, people - unserved).sum()),
        bound=choice.bound,
        gap=choice.gap,
        timed_out=choice.timed_out,
        candidates=len(places),
    )


def existing_rows(ground: WalkableCity, query: SitingQuery) -> tuple[int, ...]:
    """Return the rows of ``city.facilities`` that count as existing for `query`."""
    rows = ground.usable_rows[query.layer]
    if query.with_planned:
        all_rows = ground.located_rows[query.layer]
        status = ground.city.facilities["status"].to_numpy(dtype=object)[all_rows]
        rows = np.union1d(rows, all_rows[np.isin(status, PLANNED)])
    return tuple(rows.tolist())


@dataclass(frozen=True)
class _Choice:
    chosen: IntArray
    gains: FloatArray
    bound: float
    gap: float
    timed_out: bool


def completed(ground: WalkableCity, query: SitingQuery) -> SitingQuery:
    """Return `query` with the layer's defaults, or say what is wrong with it."""
    catalogue = ground.city.catalogue
    if query.layer not in catalogue.layers:
        raise NotFoundError(
            N_("There is no layer {given}. Layers: {known}."),
            parameter="layer",
            given=query.layer,
            known=", ".join(catalogue.layers),
        )
    layer = catalogue.layers[query.layer]
    if layer.moves:
        raise NotComputableError(
            N_("These facilities move; a fixed site cannot be chosen for them."), parameter="layer"
        )
    if not 1 <= query.count <= MAX_SITES:
        raise InvalidParameterError(
            N_("{name} has to be a whole number from {least} to {most}; given: {given}."),
            parameter="n",
            name="n",
            least=1,
            most=MAX_SITES,
            given=query.count,
        )
    if query.capacity is not None and query.capacity <= 0:
        raise InvalidParameterError(
            N_("The capacity of a site has to be more than 0."), parameter="capacity"
        )
    if query.capacity is not None and query.objective != "cover":
        raise NotComputableError(
            N_("A capacity can be given only where the most people within the standard count."),
            parameter="capacity",
        )
    group = query.group or layer.group
    if group not in catalogue.groups:
        raise NotFoundError(
            N_("There is no age group {given}. Age groups: {known}."),
            parameter="group",
            given=group,
            known=", ".join(catalogue.groups),
        )
    return replace(
        query,
        group=group,
        minutes=query.minutes if query.minutes is not None else float(layer.standard_min),
        pace_m_s=query.pace_m_s if query.pace_m_s is not None else layer.pace_m_s,
    )


def limit_m(query: SitingQuery) -> float:
    """Return the longest walk within the standard, metres, of a completed query."""
    assert query.minutes is not None and query.pace_m_s is not None  # `completed` fills them
    # The same tolerance as coverage has, so that both draw the line at the same people.
    return (query.minutes * 60 + SAME_TIME_S) * query.pace_m_s


@lru_cache(maxsize=2)
def _all_candidates(ground: WalkableCity, spacing_m: float) -> pd.DataFrame:
    return candidates(ground.city, spacing_m=spacing_m)


def candidate_places(ground: WalkableCity, query: SitingQuery) -> pd.DataFrame:
    """Return the candidates that `query` allows; the index is that of all candidates."""
    spacing_m = MEDIAN_SPACING_M if query.objective == "median" else SPACING_M
    places = _all_candidates(ground, spacing_m)
    if query.district is not None:
        _known_district(ground, query.district, parameter="district")
        places = places[places["district"] == query.district]
    if query.avoid:
        for number in query.avoid:
            _known_district(ground, number, parameter="avoid")
        places = places[~places["district"].isin(query.avoid)]
    if query.forbidden is not None:
        shapely.prepare(query.forbidden)
        points = np.asarray(shapely.points(places[["lon", "lat"]].to_numpy()))
        places = places[~shapely.intersects(query.forbidden, points)]
    if places.empty:
        raise NotComputableError(
            N_("No candidate site is left: there is no address or stop outside the forbidden area.")
        )
    return places


def _known_district(ground: WalkableCity, number: int, *, parameter: str) -> None:
    if number not in ground.city.districts.index:
        raise NotFoundError(N_("There is no district {given}."), parameter=parameter, given=number)


@lru_cache(maxsize=4)
def _all_walks(ground: WalkableCity, limit_m: float) -> sparse.csc_array:
    """The walks to every candidate, kept because a planner asks about one standard many times."""
    return reach(
        ground.model,
        ground.demand,
        ground.model.place(_all_candidates(ground, SPACING_M)[["x", "y"]].to_numpy()),
        limit_m=limit_m,
    )


def walks_to(ground: WalkableCity, places: pd.DataFrame, query: SitingQuery) -> sparse.csc_array:
    """Return the (n, m) walks within the standard; the columns follow `places`."""
    return _all_walks(ground, limit_m(query))[:, places.index.to_numpy()]


def _cover_choice(
    ground: WalkableCity,
    query: SitingQuery,
    places: pd.DataFrame,
    people: FloatArray,
    unserved: FloatArray,
) -> _Choice:
    walks = walks_to(ground, places, query)
    cover = (
        exact_cover(
            walks,
            unserved,
            query.count,
            capacity=query.capacity,
            time_limit_s=query.time_limit_s,
        )
        if query.method == "exact"
        else greedy_cover(walks, unserved, query.count, capacity=query.capacity)
    )
    if query.capacity is None:
        reached = walks[:, cover.chosen].toarray() > 0
        totals = _whole_totals(ground, people, unserved, reached)
    else:  # who of those within reach comes is the greedy choice's own affair
        totals = whole(np.cumsum(cover.gains))
    gains = np.diff(totals, prepend=0).astype(np.float64)
    bound = max(cover.bound, float(gains.sum()))
    return _Choice(cover.chosen, gains, bound, cover.gap, cover.timed_out)


def _whole_totals(
    ground: WalkableCity,
    people: FloatArray,
    unserved: FloatArray,
    reached: npt.NDArray[np.bool_],
) -> IntArray:
    """Return the whole people gained by the first site, by the first two, and so on."""
    city = ground.city
    served = people_by_district(city, people - unserved).sum()
    within = np.logical_or.accumulate(reached, axis=1)
    then = [people_by_district(city, np.where(one, people, people - unserved)) for one in within.T]
    return np.array([one.sum() - served for one in then], dtype=np.int64)


def _median_choice(
    ground: WalkableCity,
    query: SitingQuery,
    places: pd.DataFrame,
    current_m: FloatArray,
    people: FloatArray,
) -> _Choice:
    """Choose by p-median over squares of people; gains are person-minutes saved."""
    if not np.isfinite(current_m).any():
        raise NotComputableError(
            N_("No facility of this layer exists yet, so there is no walk to shorten.")
        )
    which, weights, now_m = _squares(ground, current_m, people)
    walk_m = _square_walks(ground)[np.ix_(which, places.index.to_numpy())]
    limit_s = query.time_limit_s if query.method == "exact" else None
    median = p_median(walk_m, now_m, weights, query.count, time_limit_s=limit_s)
    per_minute = 60 * float(query.pace_m_s or 1.0)
    return _Choice(
        median.chosen,
        median.saved_person_m / per_minute,
        (median.person_m_before - median.bound_person_m) / per_minute,
        median.gap,
        median.timed_out,
    )


@lru_cache(maxsize=2)
def _square_of(ground: WalkableCity) -> tuple[IntArray, FloatArray]:
    """Return the square of each demand point, and the middle of each square's points."""
    squares = np.floor(ground.city.demand.xy / MEDIAN_SPACING_M).astype(np.int64)
    _, which = np.unique(squares, axis=0, return_inverse=True)
    which = which.ravel()
    count = np.bincount(which)
    middle = np.column_stack(
        [np.bincount(which, ground.city.demand.xy[:, axis]) / count for axis in (0, 1)]
    )
    return which, middle


@lru_cache(maxsize=2)
def _square_walks(ground: WalkableCity) -> FloatArray:
    """Return metres between every square and every candidate; what takes longest, kept."""
    squares = ground.model.place(_square_of(ground)[1])
    sites = ground.model.place(_all_candidates(ground, MEDIAN_SPACING_M)[["x", "y"]].to_numpy())
    walk_m = np.empty((len(squares), len(sites)))
    for one in range(len(sites)):
        walk_m[:, one] = ground.model.walk_m(sites.take(slice(one, one + 1)), squares)
    return np.minimum(walk_m, FAR_M)


def _squares(
    ground: WalkableCity, current_m: FloatArray, people: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return the inhabited squares, their people, and those people's mean walk now."""
    which, _ = _square_of(ground)
    total = np.bincount(which, people)
    walked = np.bincount(which, people * np.minimum(current_m, FAR_M))
    inhabited = np.flatnonzero(total > 0).astype(np.int64)
    mean_m = walked[inhabited] / total[inhabited]
    return inhabited, total[inhabited].astype(np.float64), mean_m.astype(np.float64)


def _sites(ground: WalkableCity, places: pd.DataFrame, choice: _Choice) -> pd.DataFrame:
    chosen = places.iloc[choice.chosen].reset_index(drop=True)
    names = ground.city.districts["name"]
    return pd.DataFrame(
        {
            "rank": np.arange(1, len(chosen) + 1),
            "name": chosen["name"],
            "kind": chosen["kind"],
            "lon": chosen["lon"],
            "lat": chosen["lat"],
            "district": chosen["district"],
            "district_name": chosen["district"].map(names),
            "gained": choice.gains,
            "total": np.cumsum(choice.gains),
        }
    )
