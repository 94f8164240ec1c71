"""Choose the sites with which most people have a place, beside facilities that are full or not.

A facility takes no more people than it has places, those that exist as well as new ones. How many
people have a place is the value of a flow (`locator.analysis.access.placement`). It has diminishing
returns, so one site after the other comes near the best, what a site added once bounds what it adds
later (Minoux 1978), and the largest of those bounds together what any choice can gain (Nemhauser,
Wolsey and Fisher 1978). Prices bound it closer (`locator.analysis.siting.placing_bound`). HiGHS
decides what they leave open, where it is small enough. Over 350 lines, because what sites add at
least, at most and exactly is read together.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import sparse

from locator.analysis.access.placement import Competition
from locator.analysis.greedy import by_what_each_adds
from locator.analysis.siting.choice import SiteChoice
from locator.analysis.siting.exact import SCALE, Choice, count_nodes, solvable, solver_options
from locator.analysis.siting.lagrangian import PROVEN_GAP, gap
from locator.analysis.siting.merits import beside_of
from locator.analysis.siting.placing_bound import placing_bound
from locator.analysis.siting.query import (
    SitingQuery,
    known_places,
    limit_m,
    walks_to,
    work_of,
)
from locator.analysis.siting.ties import preferred, ties
from locator.analysis.siting.walks import rows_of
from locator.analysis.siting.work import Work
from locator.base.geo import FloatArray, IntArray
from locator.base.rounding import whole
from locator.walking.reach_matrix import covers_of, reach
from locator.walking.walkable_city import WalkableCity

HARDLY = 0.05
"""So small a part of a person is an error of rounding: flows are counted in whole parts."""

SOLVABLE = 120_000
"""Pairs of people and facilities up to which HiGHS is asked."""

FLOW_STEPS, ENTRIES_OF_A_PAIR = 60, 4
"""What a flow takes for each point and pair, and what the table of the solver has of a pair."""

FOR_THE_FIRST, FOR_BETTER = 0.35, 0.5
"""Of the work there is, until when one site after the other is taken, and until when swapped."""


@dataclass(frozen=True, eq=False)
class Placing:
    """People, the facilities that exist with their places, and where others could stand.

    Attributes
    ----------
    reach : (n, m) csc_array
        1 where a candidate is within reach of a point.
    existing : (n, f) csc_array
        1 where a facility that exists is.
    places : (f,) float array
    people : (n,) float array
        Those who want a place.
    capacity : float
        Places of each new site.
    """

    reach: sparse.csc_array
    existing: sparse.csc_array
    places: FloatArray
    people: FloatArray
    capacity: float
    _shares: dict[frozenset[int], FloatArray] = field(default_factory=dict, repr=False)

    @property
    def sites(self) -> int:
        """Return m."""
        return int(self.reach.shape[1])

    def flow_steps(self, count: int) -> float:
        """Return what it takes to find who has a place with so many sites."""
        pairs = len(self.people) + self.existing.nnz + count * self.reach.nnz / max(self.sites, 1)
        return FLOW_STEPS * float(pairs)

    def shares(self, chosen: list[int]) -> FloatArray:
        """Return (n,) the share of each point's people who have a place."""
        key = frozenset(chosen)
        if key not in self._shares:
            self._shares[key] = self._competition(chosen).shares(self._room(chosen))
        return self._shares[key]

    def placed(self, chosen: list[int]) -> float:
        """Return how many people have a place."""
        return self._competition(chosen).placed(self._room(chosen))

    def placed_with(self, today: Competition, site: int) -> float:
        """Return how many people have a place with one site, from those who compete today.

        The same as `placed`, in a tenth of the time: groups part by who reaches the site.
        """
        points = self.reach.indices[self.reach.indptr[site] : self.reach.indptr[site + 1]]
        group = today.member[points] + 1  # 0: no facility today
        near = np.bincount(group, self.people[points], minlength=len(today.people) + 1)
        people = np.concatenate([today.people - near[1:], near[1:], near[:1]])
        g, m = today.reach.shape
        ones = sparse.csr_array(np.ones((g, 1)))
        alone = sparse.csr_array(np.append(np.zeros(m), 1.0)[np.newaxis, :])
        reach = sparse.vstack(
            [sparse.hstack([today.reach, 0 * ones]), sparse.hstack([today.reach, ones]), alone],
            "csr",
        )
        reach.eliminate_zeros()
        room = np.append(self.places, self.capacity)
        return Competition(reach, np.maximum(people, 0.0), today.member).placed(room)

    def total(self, chosen: list[int]) -> float:
        """Return how many people more have a place with the sites `chosen`."""
        return float(self.people @ self.shares(chosen)) - float(self.people @ self.shares([]))

    def left(self, chosen: list[int]) -> FloatArray:
        """Return (n,) the people without a place."""
        left: FloatArray = self.people * (1 - self.shares(chosen))
        return left

    def adds(self, chosen: list[int]) -> FloatArray:
        """Return (m,) how many more would have a place with each site, at least."""
        adds: FloatArray = np.minimum(self.reach.T @ self.left(chosen), self.capacity)
        return adds

    def may_add(self, chosen: list[int]) -> FloatArray:
        """Return (m,) how many more would have a place with each site, at most.

        Only those gain who are short of places now, and those who compete with them.
        """
        short = np.where(self.shares(chosen) < 1, self.people, 0.0)
        most: FloatArray = np.minimum(self.reach.T @ short, self.capacity)
        return most

    def ordered(self, chosen: list[int]) -> tuple[list[int], list[float]]:
        """Put the sites `chosen` in the order of what each adds; return them with what they add."""
        return by_what_each_adds(chosen, self.placed, most=self.capacity, least_share=PROVEN_GAP)

    def _competition(self, chosen: list[int]) -> Competition:
        reach = sparse.hstack([self.existing, self.reach[:, chosen]], "csr")
        return Competition.of(reach, self.people)

    def _room(self, chosen: list[int]) -> FloatArray:
        return np.append(self.places, np.full(len(chosen), self.capacity))


def most_placed(table: Placing, count: int, *, work: Work) -> Choice:
    """Return the sites with which most people have a place, or the best known, with a bound.

    Parameters
    ----------
    table : Placing
    count : int
        Sites to choose; fewer come back when nobody is left to gain.
    work : Work
        For the proof; the first choice is there in any case.

    Returns
    -------
    Choice
    """
    for_better = work.part(FOR_BETTER)
    chosen, bound = _greedy(table, count, work.part(FOR_THE_FIRST))
    if not chosen:
        return Choice([], [], 0.0, False)
    total = table.total(chosen)
    if bound > total + HARDLY:
        if not work.over:
            chosen = _bettered(table, chosen, for_better)
        chosen, bound, kept = _priced(table, count, chosen, bound, work)
        if bound > table.total(chosen) + HARDLY and not work.over:
            chosen, bound = _solved(table, count, chosen, bound, kept, work)
        total = table.total(chosen)
    order, added = table.ordered(chosen)
    if bound <= total + HARDLY:
        return Choice(order, added, sum(added), False)
    return Choice(order, added, max(bound, sum(added)), work.over)


def _greedy(table: Placing, count: int, work: Work) -> tuple[list[int], float]:
    """Return one site after the other, and what no choice of as many can exceed."""
    chosen: list[int] = []
    known = np.full(table.sites, np.inf)  # what each added at most when it was last asked
    bound = np.inf
    for _ in range(count):
        least, known = table.adds(chosen), np.minimum(known, table.may_add(chosen))
        least[chosen], known[chosen] = 0.0, 0.0
        now = table.placed(chosen)
        work.add(3 * table.flow_steps(len(chosen)))
        best = int(np.argmax(least)) if len(least) else -1
        if best < 0 or known.max() <= HARDLY:
            break
        worth = known[best] = table.placed([*chosen, best]) - now
        for site in np.argsort(-known, kind="stable"):
            if known[site] <= worth + HARDLY or work.over:
                break
            work.add(table.flow_steps(len(chosen) + 1))
            known[site] = table.placed([*chosen, int(site)]) - now
            if known[site] > worth:
                best, worth = int(site), float(known[site])
        bound = min(bound, table.total(chosen) + float(np.sort(known)[-count:].sum()))
        if worth <= HARDLY:
            break
        chosen.append(best)
    return chosen, bound if np.isfinite(bound) else 0.0


def _bettered(table: Placing, chosen: list[int], work: Work) -> list[int]:
    """Swap one site for the one that surely adds most to the others, while that helps."""
    chosen, total, helped = list(chosen), table.total(chosen), True
    while helped:
        helped = False
        for position in range(len(chosen)):
            if work.over:
                return chosen
            work.add(2 * table.flow_steps(len(chosen)))
            rest = chosen[:position] + chosen[position + 1 :]
            adds = table.adds(rest)
            adds[rest] = -1.0
            swapped = [*rest, int(np.argmax(adds))]
            if table.total(swapped) > total + HARDLY:
                chosen, total, helped = swapped, table.total(swapped), True
    return chosen


def _priced(
    table: Placing, count: int, chosen: list[int], bound: float, work: Work
) -> tuple[list[int], float, IntArray]:
    """Return the better choice and bound that prices find, and the sites that a better can hold."""
    today = float(table.people @ table.shares([]))
    found = placing_bound(
        table.existing,
        table.reach,
        table.places,
        table.people,
        capacity=table.capacity,
        count=count,
        known=today + table.total(chosen),
        shares=table.shares(chosen),
        work=work,
    )
    if table.total(found.chosen) > table.total(chosen) + HARDLY:
        chosen = found.chosen
    return chosen, min(bound, found.bound - today), found.kept


def _solved(
    table: Placing, count: int, chosen: list[int], bound: float, sites: IntArray, work: Work
) -> tuple[list[int], float]:
    """Let HiGHS choose among `sites`, where it is small enough; return choice and bound.

    Who is short of nothing today stays as they are: nobody who is short can come to a facility
    of theirs, or they would compete.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    today = table.shares([])
    short = np.flatnonzero((today < 1) & (table.people > 0))
    kept = sites[table.may_add([])[sites] > 0]
    both = sparse.hstack([table.existing[short], table.reach[short][:, kept]], "csr")
    if both.nnz > SOLVABLE:
        return chosen, bound
    groups = Competition.of(both, table.people[short])
    pairs = groups.reach.tocoo()
    entries = ENTRIES_OF_A_PAIR * pairs.nnz
    if not solvable(work, entries):
        return chosen, bound
    f, m, g, k = table.existing.shape[1], len(kept), len(groups.people), pairs.nnz
    had = float(table.people[short] @ today[short])
    scale = SCALE / max(had + table.total(chosen), 1e-9)
    people = groups.people * scale
    room = np.append(table.places, np.full(m, table.capacity)) * scale
    number, is_new = np.arange(k), pairs.col >= f
    by_point = sparse.csr_array((np.ones(k), (pairs.row, number)), shape=(g, k))
    by_place = sparse.csr_array((np.ones(k), (pairs.col, number)), shape=(f + m, k))
    opened = sparse.csr_array((room[f:], (f + np.arange(m), np.arange(m))), shape=(f + m, m))
    linked = sparse.csr_array(
        (
            np.minimum(people[pairs.row[is_new]], room[pairs.col[is_new]]),
            (np.arange(is_new.sum()), pairs.col[is_new] - f),
        ),
        shape=(int(is_new.sum()), m),
    )
    only = sparse.csr_array(
        (np.ones(int(is_new.sum())), (np.arange(is_new.sum()), number[is_new])),
        shape=(int(is_new.sum()), k),
    )
    result = milp(
        -np.concatenate([np.zeros(m), np.ones(k)]),
        constraints=[
            LinearConstraint(sparse.hstack([sparse.csr_array((g, m)), by_point]), ub=people),
            LinearConstraint(
                sparse.hstack([-opened, by_place]), ub=np.append(room[:f], np.zeros(m))
            ),
            LinearConstraint(sparse.hstack([-linked, only]), ub=0),
            LinearConstraint(
                sparse.csr_array(np.concatenate([np.ones(m), np.zeros(k)])[np.newaxis, :]), ub=count
            ),
        ],
        integrality=np.concatenate([np.ones(m), np.zeros(k)]),
        bounds=Bounds(0, np.concatenate([np.ones(m), people[pairs.row]])),
        options=solver_options(work, entries) | {"presolve": True},
    )
    count_nodes(work, entries, result)
    if result.mip_dual_bound is not None and np.isfinite(result.mip_dual_bound):
        # Of other sites no choice is better than the one that was known.
        solved = -float(result.mip_dual_bound) / scale - had
        bound = min(bound, max(solved, table.total(chosen)))
    if result.x is not None:
        picked = kept[np.flatnonzero(result.x[:m] > 0.5)].tolist()
        if table.total(picked) > table.total(chosen) + HARDLY:
            chosen = picked
    return chosen, bound


def places_choice(
    walkable_city: WalkableCity, query: SitingQuery, places: pd.DataFrame, people: FloatArray
) -> tuple[SiteChoice, FloatArray]:
    """Choose the sites with which most of (n,) `people` have a place, beside what exists.

    The second answer, (n,), are those who have none before anything is built.
    """
    wanting = np.flatnonzero(people > 0)
    walks = rows_of(walks_to(walkable_city, places, query, people), wanting)
    table = placing_of(walkable_city, query, walks, people[wanting], wanting)
    best = most_placed(table, query.count, work=work_of(query))
    equal = ties(table, best.chosen)
    if equal.any():
        beside = beside_of(walkable_city, query, walks, wanting)
        chosen = preferred(table, best.chosen, beside)
        best = replace(best, chosen=chosen)
    before = np.zeros(len(people))
    before[wanting] = table.left([])
    gains = np.diff(whole(np.cumsum(best.added)), prepend=0).astype(np.float64)
    return SiteChoice(
        np.array(best.chosen, dtype=np.int64),
        gains,
        max(best.bound, float(gains.sum())),
        gap(best.bound, sum(best.added)) if best.chosen else 0.0,
        best.timed_out,
        equal,
    ), before


def placing_of(
    walkable_city: WalkableCity,
    query: SitingQuery,
    walks: sparse.csc_array,
    people: FloatArray,
    points: IntArray,
) -> Placing:
    """Return the facilities of `query` and the candidates that (k, m) `walks` are to.

    `people`, (k,), want a place, at the demand points `points`.
    """
    assert query.capacity is not None  # `completed` fills it
    rows, room = known_places(walkable_city, query)
    existing = reach(
        walkable_city.model,
        walkable_city.demand.take(points),
        walkable_city.snapped(np.array(rows, dtype=np.int64)),
        limit_m=limit_m(query),
    )
    return Placing(covers_of(walks), covers_of(existing), room, people, query.capacity)
