"""Say where to build next: the sites that serve most people, or shorten all walks most."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from locator.analysis.access.aggregate import people_by_district
from locator.analysis.siting.capacitated import Loads
from locator.analysis.siting.choice import SiteChoice
from locator.analysis.siting.farthest import centre_choice
from locator.analysis.siting.lagrangian import gap
from locator.analysis.siting.least import ENOUGH, Enough, least_sites
from locator.analysis.siting.mclp import (
    Cover,
    budget_cover,
    exact_cover,
    gains_of,
    greedy_cover,
)
from locator.analysis.siting.merits import beside_of
from locator.analysis.siting.nearer import median_choice
from locator.analysis.siting.placing import places_choice
from locator.analysis.siting.query import (
    MAX_SITES,
    MOST_SITES,
    PLANNED,
    SitingQuery,
    budget_of,
    candidate_places,
    completed,
    existing_rows,
    known_places,
    limit_m,
    walks_to,
    work_of,
)
from locator.analysis.siting.ties import Addable, Within, preferred, ties
from locator.analysis.siting.walks import rows_of
from locator.analysis.siting.work import Work
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
        ``total``: people gained by each further site (cover), person-minutes saved (median), or
        minutes off the longest walk (centre).
        People are whole, counted as `locator.analysis.access.coverage.Coverage` counts them, so
        that a scenario
        with the same sites gains the same. ``ties``: how many other places would gain as much in
        the place of this one (`locator.analysis.siting.ties`, which also says how one of them is
        preferred). ``price``: what the site costs, NaN where no money is asked about.
    people : float
        People of the group in the city; where places are asked about, those who want one.
    unserved_before : float
        People beyond the standard, or without a place, before anything is built. Both are whole,
        summed by district, as in `locator.analysis.access.coverage.Coverage`.
    bound : float
        No choice of as many sites, or for the same money, can gain more; for a target, no choice
        of fewer sites than this reaches it.
    gap : float
        0 means proven best; 0.05 means that another choice can gain at most 5 % more than this
        one gains. It is a share of the gain (`locator.analysis.siting.lagrangian.gap`); for a
        target, of the sites: 0.05 means that at most 5 % more sites are chosen than are needed.
    timed_out : bool
    candidates : int
        Places that were weighed.
    longest_before_s : float or None
        The longest walk before anything is built (centre), of those who have a candidate within
        the standard.
    places_unknown : int
        Facilities that exist and whose number of places is not known; they take nobody (places).
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
    longest_before_s: float | None = None
    places_unknown: int = 0

    @property
    def proven(self) -> bool:
        """Tell whether no other choice can be better."""
        return self.gap == 0

    @property
    def cost(self) -> float | None:
        """Return what the sites cost together, None where no money is asked about."""
        if self.query.objective != "budget":
            return None
        return round(float(self.sites["price"].sum()), 6)  # 3 at 1.1 cost 3.3, not a trifle more

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
    walkable_city = walkable_city.choosing(query.which)
    query = completed(walkable_city, query)
    places = candidate_places(walkable_city, query)
    people = walkable_city.city.demand.people[str(query.group)]
    current_m, _ = nearest_facilities(walkable_city, existing_rows(walkable_city, query))
    unserved = np.where(current_m > limit_m(query), people, 0.0)
    if query.objective == "median":
        choice = median_choice(walkable_city, query, places, current_m, people)
    elif query.objective == "centre":
        choice = centre_choice(walkable_city, query, places, current_m)
    elif query.objective == "places":
        people = people * (query.demand_percent / 100)
        choice, unserved = places_choice(walkable_city, query, places, people)
    else:
        choice = _cover_choice(walkable_city, query, places, people, unserved)
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
        longest_before_s=None
        if choice.longest_m is None
        else choice.longest_m / float(query.pace_m_s or 1.0),
        places_unknown=len(existing_rows(walkable_city, query))
        - len(known_places(walkable_city, query)[0])
        if query.objective == "places"
        else 0,
    )


def _cover_choice(
    walkable_city: WalkableCity,
    query: SitingQuery,
    places: pd.DataFrame,
    people: FloatArray,
    unserved: FloatArray,
) -> SiteChoice:
    left_out = np.flatnonzero(unserved > 0)
    walks = rows_of(walks_to(walkable_city, places, query, unserved), left_out)
    waiting = unserved[left_out]
    budget = budget_of(walkable_city, query, places) if query.objective == "budget" else None
    fewest = None
    if query.objective == "target_share":
        needed = _needed(people, unserved, query)
        cover, fewest = _least_cover(walks, waiting, query, needed, people)
    elif budget is not None:
        work = None if query.method == "greedy" else work_of(query)
        cover = budget_cover(walks, waiting, budget, work=work)
    else:
        cover = _most_people(walks, waiting, query, query.count, work_of(query))
    table = (
        gains_of(walks, waiting)
        if query.capacity is None
        else Loads.of(walks, waiting, query.capacity)
    )
    weighed: Addable = table if budget is None else Within(table, budget)
    chosen = cover.chosen.tolist()
    if ties(weighed, chosen).any():
        beside = beside_of(walkable_city, query, walks, left_out)
        if budget is not None:
            beside = replace(beside, prices=budget.prices)
        chosen = preferred(weighed, chosen, beside)
    chosen, added = table.ordered(chosen)
    if fewest is not None:  # whatever serves enough people with as many sites is as good
        weighed = Enough(table, needed)
    if query.capacity is None:
        reached = np.zeros((len(people), len(chosen)), dtype=np.bool_)
        reached[left_out] = walks[:, chosen].toarray() > 0
        totals = _whole_totals(walkable_city, people, unserved, reached)
    else:  # who of those within reach comes is the affair of the sites that have room
        totals = whole(np.cumsum(added))
    bound = max(cover.bound, float(totals[-1]) if len(totals) else 0.0)
    return SiteChoice(
        np.array(chosen, dtype=np.int64),
        np.diff(totals, prepend=0).astype(np.float64),
        bound if fewest is None else float(fewest),
        _gap(cover.bound, added, fewest),
        cover.timed_out,
        ties(weighed, chosen),
        None if budget is None else budget.prices[chosen],
    )


def _gap(bound: float, added: list[float], fewest: int | None) -> float:
    """Return how much better another choice can be: of the gain, or of the number of sites."""
    if fewest is None:
        return gap(bound, sum(added))
    return len(added) / fewest - 1 if fewest else 0.0


def _most_people(
    walks: sparse.csc_array, waiting: FloatArray, query: SitingQuery, count: int, work: Work
) -> Cover:
    """Return the sites that serve most people, by the method of `query`."""
    if query.method == "greedy" or work.over and query.objective == "target_share":
        return greedy_cover(walks, waiting, count, capacity=query.capacity, work=work)
    return exact_cover(walks, waiting, count, capacity=query.capacity, work=work)


def _needed(people: FloatArray, unserved: FloatArray, query: SitingQuery) -> float:
    """Return how many more people have to be served for the share that is the target."""
    assert query.target_percent is not None  # `completed` saw to it
    everybody = float(people.sum())
    return max(query.target_percent / 100 * everybody - (everybody - float(unserved.sum())), 0.0)


def _least_cover(
    walks: sparse.csc_array,
    waiting: FloatArray,
    query: SitingQuery,
    needed: float,
    people: FloatArray,
) -> tuple[Cover, int]:
    """Return the fewest sites that serve `needed` people, and how many are needed at least."""
    if needed <= ENOUGH * float(people.sum()):
        none = np.array([], dtype=np.int64)
        return Cover(none, none.astype(np.float64), 0.0, 0.0, 0.0, "exact"), 0
    least = least_sites(
        lambda count, work: _most_people(walks, waiting, query, count, work),
        needed,
        MOST_SITES,
        work=work_of(query),
    )
    if not least.reached:
        short = needed - least.cover.people
        reached = float(query.target_percent or 0) - 100 * short / float(people.sum())
        raise NotComputableError(
            N_(
                "Not even {most} sites reach the target: as far as is known they reach {reached} %."
            ),
            parameter="target_percent",
            most=MOST_SITES,
            reached=f"{reached:.1f}",
        )
    return replace(least.cover, timed_out=least.timed_out), least.fewest


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


def _sites(walkable_city: WalkableCity, places: pd.DataFrame, choice: SiteChoice) -> pd.DataFrame:
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
            "price": np.nan if choice.prices is None else choice.prices,
        }
    )
