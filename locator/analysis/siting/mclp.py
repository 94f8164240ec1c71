"""Choose the sites that serve most people who are not served yet (maximal covering).

Church and ReVelle (1974), "The maximal covering location problem". What exists stays: its people
are taken out of the weights before the problem is put. Greedy answers at once and carries its own
proof of how far it can be from the best; the exact answer is that of
`locator.analysis.siting.exact`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse

from locator.analysis.greedy import one_after_another
from locator.analysis.siting.benefit_matrix import BenefitMatrix, swapped
from locator.analysis.siting.capacitated import Loads, best_loads
from locator.analysis.siting.exact import best_choice, greedy_choice
from locator.analysis.siting.lagrangian import gap, lagrangian_bound
from locator.analysis.siting.limits import Budget
from locator.analysis.siting.work import EXACT_S, Work
from locator.base.geo import FloatArray, IntArray
from locator.walking.reach_matrix import covers_of

FREE_SHARE = 0.25
"""Share of the work that a start without the capacity may take where there is one."""


@dataclass(frozen=True)
class Cover:
    """A choice of sites.

    Attributes
    ----------
    chosen : (k,) int array
        Columns of the candidates, the most useful first.
    gains : (k,) float array
        People gained by each further site, in that order.
    people : float
        People gained in all.
    bound : float
        No choice of as many sites can gain more than this.
    gap : float
        As `locator.analysis.siting.lagrangian.gap` has it; 0 means proven best.
    method : str
        ``"greedy"`` or ``"exact"``.
    timed_out : bool
        The work was done before the proof; the answer is the best that was known then.
    """

    chosen: IntArray
    gains: FloatArray
    people: float
    bound: float
    gap: float
    method: Literal["greedy", "exact"]
    timed_out: bool = False


def greedy_cover(
    walks: sparse.csc_array,
    people: FloatArray,
    count: int,
    *,
    capacity: float | None = None,
    bound_rounds: int = 60,
    work: Work | None = None,
) -> Cover:
    """Return `count` sites, each the one that gains most people after those before it.

    Coverage has diminishing returns, so after any step the best possible total is at most what
    is gained so far plus the `count` largest gains still open (Nemhauser, Wolsey and Fisher
    1978); a Lagrangian bound (Galvao and ReVelle 1996) is mostly much tighter, and the least of
    all bounds is kept. With a capacity each site takes its nearest people first.

    Parameters
    ----------
    walks : (n, m) csc_array
        Walking metres between demand points and candidates, within the standard only.
    people : (n,) float array
        People not served yet at each demand point.
    count : int
        Sites to choose; fewer come back when nobody is left to gain.
    capacity : float, optional
        People that one site can take.
    bound_rounds : int
        Rounds of the Lagrangian bound.
    work : Work, optional
        Where what is done is counted; it is done in any case.

    Returns
    -------
    Cover
    """
    covers = covers_of(walks)
    left = people.astype(np.float64).copy()
    gained, bound = 0.0, float(people.sum())
    room = np.inf if capacity is None else capacity

    def adds(chosen: list[int]) -> FloatArray:
        nonlocal gained, bound
        if chosen:
            gained += _serve(walks, left, chosen[-1], room)
        potential: FloatArray = np.minimum(covers.T @ left, room)
        # The bound may use a chosen site again, the choice may not: one site per place.
        bound = min(bound, gained + float(np.sort(potential)[-count:].sum()))
        return potential

    chosen, gains = one_after_another(adds, count)
    if chosen:
        table = gains_of(walks, people)
        counted = None if work is None else work.unbounded()
        begun = swapped(table, chosen, work=counted)
        found = lagrangian_bound(table, count, begun, rounds=bound_rounds, work=counted)
        bound = min(bound, found.bound)
    return _cover(chosen, gains, bound, "greedy")


def exact_cover(
    walks: sparse.csc_array,
    people: FloatArray,
    count: int,
    *,
    capacity: float | None = None,
    work: Work | None = None,
) -> Cover:
    """Return the best `count` sites, or the best known when the work is done, with the gap.

    With a capacity people may be sent to any chosen site within the standard, not to the nearest
    only; so the answer is never worse than the greedy one.

    Parameters
    ----------
    walks, people, count, capacity
        As in `greedy_cover`.
    work : Work, optional
        `EXACT_S` by default.

    Returns
    -------
    Cover
    """
    work = Work(EXACT_S) if work is None else work
    free = work if capacity is None else work.part(FREE_SHARE)
    best = best_choice(gains_of(walks, people), count, work=free)
    if capacity is not None:
        greedy = greedy_cover(walks, people, count, capacity=capacity, work=work)
        best = best_loads(
            Loads.of(walks, people, capacity),
            count,
            [greedy.chosen.tolist(), best.chosen],
            work=work,
            most=min(greedy.bound, best.bound),
        )
    return _cover(best.chosen, best.added, best.bound, "exact", timed_out=best.timed_out)


def budget_cover(
    walks: sparse.csc_array,
    people: FloatArray,
    budget: Budget,
    *,
    work: Work | None,
) -> Cover:
    """Return the sites that serve most people for the money, with the gap.

    The budgeted maximum coverage problem (Khuller, Moss and Naor 1999).

    Parameters
    ----------
    walks, people
        As in `greedy_cover`.
    budget : Budget
    work : Work, optional
        Without it one site is taken after the other.

    Returns
    -------
    Cover
    """
    table = gains_of(walks, people)
    if work is None:
        greedy = greedy_choice(table, budget)
        chosen, added = table.ordered(greedy)
        better = lagrangian_bound(table, budget, greedy, rounds=60) if greedy else None
        return _cover(chosen, added, better.bound if better else 0.0, "greedy")
    best = best_choice(table, budget, work=work)
    return _cover(best.chosen, best.added, best.bound, "exact", timed_out=best.timed_out)


def gains_of(walks: sparse.csc_array, people: FloatArray) -> BenefitMatrix:
    """Return what each candidate is worth to each demand point: all its people."""
    here = people.astype(np.float64)[walks.indices]
    return BenefitMatrix.of(
        sparse.csc_array((here, walks.indices, walks.indptr), shape=walks.shape)
    )


def _serve(walks: sparse.csc_array, left: FloatArray, column: int, room: float) -> float:
    """Take the people that `column` serves, the nearest first, out of `left`; return how many."""
    span = slice(walks.indptr[column], walks.indptr[column + 1])
    rows = walks.indices[span][np.argsort(walks.data[span], kind="stable")]
    before = np.cumsum(left[rows]) - left[rows]
    served = np.minimum(left[rows], np.maximum(room - before, 0.0))
    left[rows] -= served
    return float(served.sum())


def _cover(
    chosen: list[int],
    gains: list[float],
    bound: float,
    method: Literal["greedy", "exact"],
    *,
    timed_out: bool = False,
) -> Cover:
    people = float(sum(gains))
    bound = max(bound, people)
    return Cover(
        chosen=np.array(chosen, dtype=np.int64),
        gains=np.array(gains, dtype=np.float64),
        people=people,
        bound=bound,
        gap=gap(bound, people),
        method=method,
        timed_out=timed_out,
    )
