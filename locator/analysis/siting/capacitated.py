"""Choose the sites that serve most people when each can take only so many.

The capacitated maximal covering problem (Current and Storbeck 1988): people may be sent to any
chosen site within the standard, as long as it has room. Prices strike candidates as without a
capacity (`locator.analysis.siting.lagrangian`), a site then being worth its best load; HiGHS
decides what they leave.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from locator.analysis.greedy import by_what_each_adds
from locator.analysis.siting.exact import (
    SCALE,
    Choice,
    count_nodes,
    known_after,
    solvable,
    solver_options,
)
from locator.analysis.siting.lagrangian import PROVEN_GAP, LagrangianBound, lagrangian_bound
from locator.analysis.siting.limits import Limit
from locator.analysis.siting.work import Work
from locator.base.geo import FloatArray, IntArray

BOUND_ROUNDS = 400
BOUND_SHARE = 0.6
SOLVABLE = 120_000
"""Pairs of people and sites up to which HiGHS is asked."""
ROUND_STEPS, FLOW_STEPS = 7, 6
"""What it takes for each pair to weigh all sites once, and to find who goes where."""
ENTRIES_OF_A_PAIR = 4
"""In the table of the solver."""


@dataclass(frozen=True, eq=False)
class Loads:
    """Who can go to which site, and how many a site takes.

    Attributes
    ----------
    reach : (n, m) csr_array
        1 where the demand point is within the standard of the site.
    people : (n,) float array
        More than 0.
    capacity : float
    """

    reach: sparse.csr_array
    people: FloatArray
    capacity: float

    @classmethod
    def of(cls, walks: sparse.csc_array, people: FloatArray, capacity: float) -> Loads:
        """Return the loads of those demand points that hold people."""
        rows = sparse.csr_array(walks)[np.flatnonzero(people > 0)]
        ones = np.ones(rows.nnz)
        reach = sparse.csr_array((ones, rows.indices, rows.indptr), shape=rows.shape)
        return cls(reach, people[people > 0].astype(np.float64), capacity)

    @property
    def sites(self) -> int:
        """Return how many candidates there are."""
        return int(self.reach.shape[1])

    @property
    def round_steps(self) -> int:
        """Return how many steps it takes to weigh all sites once."""
        return ROUND_STEPS * int(self.reach.nnz)

    def only(self, kept: IntArray) -> Loads:
        """Return the loads of the sites `kept`, numbered anew."""
        return Loads(sparse.csr_array(self.reach[:, kept]), self.people, self.capacity)

    def highest(self) -> FloatArray:
        """Return (n,) the people of each point: nobody can gain more there."""
        return np.where(np.diff(self.reach.indptr) > 0, self.people, 0.0)

    def beyond(self, price: FloatArray) -> FloatArray:
        """Return (m,) what the best load of each site is worth beyond the prices."""
        loads = self._best_loads(price)
        surplus = 1.0 - price / self.people
        worth: FloatArray = loads.T @ surplus
        return worth

    def serving(self, picked: IntArray, price: FloatArray) -> FloatArray:
        """Return (n,) the share of each point's people in the best loads of the sites `picked`."""
        loads = self.only(picked)._best_loads(price)
        served: FloatArray = loads.sum(axis=1) / self.people
        return served

    def _best_loads(self, price: FloatArray) -> sparse.csc_array:
        """Return (n, m) the people that each site would take: the cheapest first, while it can."""
        order = np.argsort(price / self.people, kind="stable")
        # Turning rows into columns keeps their order, so each column is sorted by price.
        sorted_ = sparse.csc_array(self.reach[order])
        people = self.people[order][sorted_.indices]
        running = np.cumsum(people)
        before = running - people
        lengths = np.diff(sorted_.indptr)
        starts = sorted_.indptr[:-1][lengths > 0]
        before -= np.repeat(before[starts], lengths[lengths > 0])
        taken = np.clip(self.capacity - before, 0.0, people)
        return sparse.csc_array(
            (taken, order[sorted_.indices], sorted_.indptr), shape=self.reach.shape
        )

    def total(self, chosen: list[int]) -> float:
        """Return how many people the sites `chosen` serve when everyone is sent where room is."""
        return float(self.served(chosen).sum())

    def served(self, chosen: list[int]) -> FloatArray:
        """Return (n,) the people of each point whom the sites `chosen` serve, as many as can be."""
        if not chosen:
            return np.zeros(len(self.people))
        groups, member = self.only(np.array(chosen, dtype=np.int64)).joined()
        share = np.append(groups.shares_served(), 0.0)  # the last one: no site within reach
        served: FloatArray = self.people * share[member]
        return served

    def shares_served(self) -> FloatArray:
        """Return (n,) the share of each point's people whom all sites together can serve."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        if (self.reach.T @ self.people <= self.capacity).all():
            return np.ones(len(self.people))
        pairs = self.reach.tocoo()
        number = np.arange(pairs.nnz)
        limited = np.concatenate([pairs.row, self.reach.shape[0] + pairs.col])
        limits = np.concatenate([self.people, np.full(self.sites, self.capacity)])
        # The shape is said: the last site may reach nobody.
        table = sparse.csr_array(
            (np.ones(2 * pairs.nnz), (limited, np.tile(number, 2))), shape=(len(limits), pairs.nnz)
        )
        # Nothing is whole here: a linear program, for which `milp` takes sparse tables too.
        result = milp(
            -np.ones(pairs.nnz),
            constraints=LinearConstraint(table, ub=limits),
            bounds=Bounds(0, np.inf),
        )
        sent = np.bincount(pairs.row, result.x, minlength=len(self.people))
        shares: FloatArray = sent / self.people
        return shares

    def adds(self, chosen: list[int]) -> FloatArray:
        """Return (m,) what each site would add to `chosen` at least, who serve whom they do."""
        adds: FloatArray = np.minimum(self.reach.T @ self.left(chosen), self.capacity)
        return adds

    def left(self, chosen: list[int]) -> FloatArray:
        """Return (n,) the people of each point whom the sites `chosen` do not serve."""
        return self.highest() - self.served(chosen)

    def ordered(self, chosen: list[int]) -> tuple[list[int], list[float]]:
        """Put the sites `chosen` in the order of what each adds; return them with what they add."""
        return by_what_each_adds(chosen, self.total, most=self.capacity, least_share=PROVEN_GAP)

    def bettered(self, chosen: list[int], work: Work, *, limit: Limit | None = None) -> list[int]:
        """Swap one site for the one that takes most of those left over, while that helps."""
        chosen, total, helped = list(chosen), self.total(chosen), True
        while helped:
            helped = False
            for position in range(len(chosen)):
                if work.over:
                    return chosen
                work.add(FLOW_STEPS * self.reach.nnz)
                rest = chosen[:position] + chosen[position + 1 :]
                takes = self.adds(rest)
                takes[rest] = -1.0
                swapped = [*rest, int(np.argmax(takes))]
                better = self.total(swapped)
                if better > total * (1 + PROVEN_GAP):
                    chosen, total, helped = swapped, better, True
        return chosen

    def joined(self) -> tuple[Loads, IntArray]:
        """Join the points from which the same sites are within reach; drop those without any.

        The second answer, (n,), is the group of each point, -1 without any.
        """
        reach = self.reach.copy()
        reach.sort_indices()
        groups: dict[bytes, int] = {}
        first: list[int] = []
        member = np.full(len(self.people), -1, dtype=np.int64)
        for row in np.flatnonzero(np.diff(reach.indptr)):
            key = reach.indices[reach.indptr[row] : reach.indptr[row + 1]].tobytes()
            member[row] = groups.setdefault(key, len(groups))
            if len(first) < len(groups):
                first.append(int(row))
        inside = member >= 0
        people = np.bincount(member[inside], self.people[inside], minlength=len(first))
        joined = Loads(sparse.csr_array(reach[first]), people.astype(np.float64), self.capacity)
        return joined, member


def best_loads(
    loads: Loads,
    count: int,
    known: list[list[int]],
    *,
    work: Work,
    most: float = np.inf,
) -> Choice:
    """Return the best `count` sites, or the best known when the work is done, with a bound.

    Parameters
    ----------
    loads : Loads
    count : int
    known : list of lists of int
        Choices to begin from, each of at most `count` sites; the answer is worse than none.
    work : Work
    most : float
        A bound that is known already.
    """
    for_bound = work.part(BOUND_SHARE)
    begun = max(known, key=loads.total)
    if not begun:
        return Choice([], [], 0.0, False)
    begun = loads.bettered(begun, work)
    most = min(most, count * loads.capacity)
    full = loads.total(begun) >= most * (1 - PROVEN_GAP)
    found = lagrangian_bound(
        loads,
        count,
        begun,
        rounds=1 if full else BOUND_ROUNDS,
        work=for_bound,
    )
    if found.bound > most:
        found = replace(found, bound=max(most, found.total))
    if not found.proven and not work.over:
        found = _solved(loads, count, found, work)
    order, added = loads.ordered(found.chosen)
    return Choice(order, added, found.bound, not found.proven and for_bound.over)


def _solved(loads: Loads, count: int, found: LagrangianBound, work: Work) -> LagrangianBound:
    """Let HiGHS choose among the sites that are not struck; return what is known then."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    groups, _ = loads.only(found.kept).joined()
    pairs = groups.reach.tocoo()
    entries = ENTRIES_OF_A_PAIR * pairs.nnz
    if pairs.nnz > SOLVABLE or not solvable(work, entries):
        return found
    m, n, k = groups.sites, len(groups.people), pairs.nnz
    scale = SCALE / found.total
    people, room = groups.people * scale, groups.capacity * scale
    who, where = pairs.row, pairs.col
    by_point = sparse.csr_array((np.ones(k), (who, np.arange(k))), shape=(n, k))
    by_site = sparse.csr_array((np.ones(k), (where, np.arange(k))), shape=(m, k))
    # As many come from a point as there are sites open for it, though not more than live there:
    # one row for a point, where one for each pair takes the solver several times as long.
    opened = sparse.csr_array((people[who], (who, where)), shape=(n, m))
    sent = sparse.hstack([sparse.csr_array((n, m)), by_point])
    only = sparse.hstack([-opened, by_point])
    held = sparse.hstack([-room * sparse.eye_array(m), by_site])
    budget = np.concatenate([np.ones(m), np.zeros(k)])[np.newaxis, :]
    lower = np.concatenate([np.isin(found.kept, found.needed).astype(np.float64), np.zeros(k)])
    result = milp(
        -np.concatenate([np.zeros(m), np.ones(k)]),
        constraints=[
            LinearConstraint(sent, ub=people),
            LinearConstraint(only, ub=0),
            LinearConstraint(held, ub=0),
            LinearConstraint(sparse.csr_array(budget), ub=count),
        ],
        integrality=np.concatenate([np.ones(m), np.zeros(k)]),
        bounds=Bounds(lower, np.concatenate([np.ones(m), people[who]])),
        options=solver_options(work, entries) | {"presolve": True},
    )
    count_nodes(work, entries, result)
    picked = None
    if result.x is not None:
        picked = found.kept[np.flatnonzero(result.x[:m] > 0.5)].tolist()
    return known_after(result, found, loads, picked, lambda bound: -bound / scale)
