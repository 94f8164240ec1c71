"""Say where to build next: the sites that serve most people, or shorten all walks most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from locator.analysis.access.aggregate import people_by_district
from locator.analysis.access.supply import supply
from locator.analysis.siting.capacitated import Loads
from locator.analysis.siting.lagrangian import gap
from locator.analysis.siting.mclp import exact_cover, gains_of, greedy_cover
from locator.analysis.siting.pmedian import p_median, saved_walks
from locator.analysis.siting.query import (
    MAX_SITES,
    PLANNED,
    SitingQuery,
    candidate_places,
    completed,
    existing_rows,
    limit_m,
    time_limit_s,
    walks_to,
)
from locator.analysis.siting.ties import Beside, preferred, ties
from locator.analysis.siting.walks import inhabited_squares, rows_of, square_walks
from locator.base.errors import N_, NotComputableError
from locator.base.geo import FloatArray, IntArray
from locator.base.rounding import whole
from locator.walking import ModelName
from locator.walking.walkable_city import WalkableCity, nearest_facilities

__all__ = ["MAX_SITES", "PLANNED", "Siting", "SitingQuery", "where_next"]


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
        People are whole, counted as `locator.analysis.access.coverage.Coverage` counts them, so
        that a scenario
        with the same sites gains the same. ``ties``: how many other places would gain as much in
        the place of this one (`locator.analysis.siting.ties`, which also says how one of them is
        preferred).
    people : float
        People of the group in the city.
    unserved_before : float
        People beyond the standard before anything is built. Both are whole, summed by district,
        as in `locator.analysis.access.coverage.Coverage`.
    bound : float
        No choice of as many sites can gain more.
    gap : float
        0 means proven best; 0.05 means that another choice can gain at most 5 % more than this
        one gains. With both objectives it is a share of the gain
        (`locator.analysis.siting.lagrangian.gap`).
    timed_out : bool
    candidates : int
        Places that were weighed.
    """

    query: SitingQuery
    model: ModelName
    sites: pd.DataFrame
    people: float
    unserved_before: float
    bound: float
    gap: float
    timed_out: bool
    candidates: int

    @property
    def proven(self) -> bool:
        """Tell whether no other choice of as many sites can gain more."""
        return self.gap == 0

    @property
    def ties(self) -> int:
        """Return how many other choices are known to gain as much: those one site away."""
        return int(self.sites["ties"].sum())


def where_next(walkable_city: WalkableCity, query: SitingQuery) -> Siting:
    """Return the best sites for new facilities, around those that exist.

    Parameters
    ----------
    walkable_city : WalkableCity
    query : SitingQuery

    Returns
    -------
    Siting

    Raises
    ------
    InvalidParameterError, NotFoundError, NotComputableError
        For a count out of range, an unknown layer, group or district, a layer that moves, shortest
        walks with a capacity, or no candidate left.
    """
    query = completed(walkable_city, query)
    places = candidate_places(walkable_city, query)
    people = walkable_city.city.demand.people[str(query.group)]
    current_m, _ = nearest_facilities(walkable_city, existing_rows(walkable_city, query))
    unserved = np.where(current_m > limit_m(query), people, 0.0)
    choice = (
        _median_choice(walkable_city, query, places, current_m, people)
        if query.objective == "median"
        else _cover_choice(walkable_city, query, places, people, unserved)
    )
    in_all = people_by_district(walkable_city.city, people).sum()
    return Siting(
        query=query,
        model=walkable_city.model.name,
        sites=_sites(walkable_city, places, choice),
        people=float(in_all),
        unserved_before=float(
            in_all - people_by_district(walkable_city.city, people - unserved).sum()
        ),
        bound=choice.bound,
        gap=choice.gap,
        timed_out=choice.timed_out,
        candidates=len(places),
    )


@dataclass(frozen=True)
class _Choice:
    chosen: IntArray
    gains: FloatArray
    bound: float
    gap: float
    timed_out: bool
    ties: IntArray


def _cover_choice(
    walkable_city: WalkableCity,
    query: SitingQuery,
    places: pd.DataFrame,
    people: FloatArray,
    unserved: FloatArray,
) -> _Choice:
    left_out = np.flatnonzero(unserved > 0)
    walks = rows_of(walks_to(walkable_city, places, query, unserved), left_out)
    waiting = unserved[left_out]
    cover = (
        greedy_cover(walks, waiting, query.count, capacity=query.capacity)
        if query.method == "greedy"
        else exact_cover(
            walks,
            waiting,
            query.count,
            capacity=query.capacity,
            time_limit_s=time_limit_s(query),
        )
    )
    table = (
        gains_of(walks, waiting)
        if query.capacity is None
        else Loads.of(walks, waiting, query.capacity)
    )
    chosen = cover.chosen.tolist()
    if ties(table, chosen).any():
        chosen = preferred(table, chosen, _beside(walkable_city, query, walks, left_out))
    chosen, added = table.ordered(chosen)
    if query.capacity is None:
        reached = np.zeros((len(people), len(chosen)), dtype=np.bool_)
        reached[left_out] = walks[:, chosen].toarray() > 0
        totals = _whole_totals(walkable_city, people, unserved, reached)
    else:  # who of those within reach comes is the affair of the sites that have room
        totals = whole(np.cumsum(added))
    return _Choice(
        np.array(chosen, dtype=np.int64),
        np.diff(totals, prepend=0).astype(np.float64),
        max(cover.bound, float(totals[-1]) if len(totals) else 0.0),
        gap(cover.bound, sum(added)),
        cover.timed_out,
        ties(table, chosen),
    )


def _beside(
    walkable_city: WalkableCity, query: SitingQuery, walks: sparse.csc_array, points: IntArray
) -> Beside:
    """Return what matters beside the gain, at the demand points `points`, which `walks` are of."""
    assert query.pace_m_s is not None  # `completed` fills it
    people = walkable_city.city.demand.people[str(query.group)]
    try:
        found = supply(walkable_city, query.layer, group=query.group, pace_m_s=query.pace_m_s)
        short = np.where(found.short, people, 0.0)
    except NotComputableError:  # no facility of this layer has a known number of places
        short = np.zeros(len(people))
    capacity = np.inf if query.capacity is None else query.capacity
    return Beside(walks, short[points], 60 * query.pace_m_s, capacity)


def _whole_totals(
    walkable_city: WalkableCity,
    people: FloatArray,
    unserved: FloatArray,
    reached: npt.NDArray[np.bool_],
) -> IntArray:
    """Return the whole people gained by the first site, by the first two, and so on."""
    city = walkable_city.city
    served = people_by_district(city, people - unserved).sum()
    within = np.logical_or.accumulate(reached, axis=1)
    then = [people_by_district(city, np.where(one, people, people - unserved)) for one in within.T]
    return np.array([one.sum() - served for one in then], dtype=np.int64)


def _median_choice(
    walkable_city: WalkableCity,
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
    which, weights, now_m = inhabited_squares(walkable_city, current_m, people)
    walk_m = square_walks(walkable_city, places.index.to_numpy(), which, shorter_m=now_m)
    limit_s = None if query.method == "greedy" else time_limit_s(query)
    median = p_median(walk_m.T, now_m, weights, query.count, time_limit_s=limit_s)
    per_minute = 60 * float(query.pace_m_s or 1.0)
    return _Choice(
        median.chosen,
        median.saved_person_m / per_minute,
        median.bound_person_m / per_minute,
        median.gap,
        median.timed_out,
        ties(saved_walks(walk_m.T, now_m, weights), median.chosen.tolist()),
    )


def _sites(walkable_city: WalkableCity, places: pd.DataFrame, choice: _Choice) -> pd.DataFrame:
    chosen = places.iloc[choice.chosen].reset_index(drop=True)
    names = walkable_city.city.districts["name"]
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
            "ties": choice.ties,
        }
    )
