"""Find the best choice of sites and prove it: by a Lagrangian bound, then by HiGHS.

Prices (`locator.analysis.siting.lagrangian`) strike nearly all sites and mostly prove the answer
by themselves. What they leave is put to HiGHS in the form of Cornuejols, Nemhauser and Wolsey
(1980): a demand point gains step by step, one step for each better site, and a step is reached
when one of the sites that are at least that good is chosen. Points that share their best sites
share their steps (Elloumi 2010), so few are left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from locator.analysis.greedy import one_after_another
from locator.analysis.siting.benefit_matrix import BenefitMatrix, swapped
from locator.analysis.siting.lagrangian import (
    PROVEN_GAP,
    Benefits,
    LagrangianBound,
    lagrangian_bound,
)
from locator.analysis.siting.limits import CENT, Limit, limit_of
from locator.analysis.siting.work import STEPS_A_SECOND, Work
from locator.base.geo import FloatArray

BOUND_ROUNDS = 1500
BOUND_SHARE = 0.6
"""Share of the work that the bound may take before the solver gets the rest."""
SOLVABLE = 300_000
"""Gains up to which HiGHS is asked: a larger problem is too long in coming to its first node."""
ROOT_STEPS, NODE_STEPS = 600, 40
"""What HiGHS does for an entry of its table before it branches, and at each node after that."""
ENTRIES_A_SECOND = 27_500
"""Of the whole work: larger tables may take ten times as long as usual ones of their size."""
PRICED = 3
"""Entries of a table with sites of several prices take so many times as long."""
GUARD_S = 120.0
"""No question to HiGHS takes longer by the clock; none that is usual comes near it."""
SCALE = 1e4
"""The solver's tolerances are absolute, so it sees a total of this size."""


@dataclass(frozen=True)
class Choice:
    """A choice of sites.

    Attributes
    ----------
    chosen : list of int
        The most useful first.
    added : list of float
        What each further site adds, in that order.
    bound : float
        No choice of as many sites gains more.
    timed_out : bool
        The work was done before that could be proven.
    """

    chosen: list[int]
    added: list[float]
    bound: float
    timed_out: bool


def best_choice(
    gains: BenefitMatrix,
    count: int | Limit,
    *,
    work: Work,
    known: list[int] | None = None,
) -> Choice:
    """Return the best `count` sites, or the best known when the work is done, with a bound.

    Parameters
    ----------
    gains : BenefitMatrix
    count : int or Limit
        Sites to choose, or what limits them.
    work : Work
    known : list of int, optional
        A choice to begin from; the answer is never worse.
    """
    limit = limit_of(count)
    chosen = greedy_choice(gains, limit) if known is None else known
    if not chosen:
        return Choice([], [], 0.0, False)
    for_bound = work.part(BOUND_SHARE)
    found = lagrangian_bound(
        gains,
        limit,
        swapped(gains, chosen, work=work, limit=limit),
        rounds=BOUND_ROUNDS,
        work=for_bound,
    )
    if not found.proven and not work.over:
        found = _solved(gains, limit, found, work)
    order, added = gains.ordered(found.chosen)
    return Choice(order, added, found.bound, not found.proven and for_bound.over)


def greedy_choice(gains: BenefitMatrix, limit: Limit) -> list[int]:
    """Return one site after the other, while the limit allows another.

    Of the most useful sites and those most useful for their price the better choice: alone either
    may be as bad as one likes (Khuller, Moss and Naor 1999).
    """
    uses = limit.uses(np.arange(gains.sites))

    def adds(chosen: list[int], rate: FloatArray) -> FloatArray:
        return np.where(limit.allowed(chosen, gains.sites), gains.adds(chosen) / rate, 0.0)

    worth, _ = one_after_another(lambda chosen: adds(chosen, np.ones(gains.sites)), gains.sites)
    if not len(uses) or uses.min() == uses.max():
        return worth
    rate, _ = one_after_another(lambda chosen: adds(chosen, uses), gains.sites)
    return max(worth, rate, key=gains.total)


def _solved(
    gains: BenefitMatrix, limit: Limit, found: LagrangianBound, work: Work
) -> LagrangianBound:
    """Let HiGHS choose among the sites that are not settled; return what is known then."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    floor = gains.best(found.needed.tolist())
    open_ = np.setdiff1d(found.kept, found.needed)
    rest = gains.only(open_).above(floor)
    if not rest.worth.size:  # beside those that are needed none adds anything
        return replace(found, bound=found.total)
    if rest.worth.size > SOLVABLE:
        return found
    base, scale = float(floor.sum()), SCALE / found.total
    steps, weights = _steps(rest)
    is_priced = np.ptp(limit.uses(open_)) > 0
    entries = steps.nnz * (PRICED if is_priced else 1)
    if not solvable(work, entries):
        return found
    m, k = rest.sites, len(weights)
    sites, heights = np.ones(m), np.concatenate([np.zeros(m), weights * scale])
    uses = sparse.csr_array(np.concatenate([limit.uses(open_), np.zeros(k)])[np.newaxis, :])
    # Only what is as good as the best one known is looked for; that saves most of the search.
    least = (found.total - base) * (1 - PROVEN_GAP) * scale
    result = milp(
        -heights,
        constraints=[
            LinearConstraint(steps, ub=0),
            LinearConstraint(uses, ub=1 + CENT - float(limit.uses(found.needed).sum())),
            LinearConstraint(sparse.csr_array(heights[np.newaxis, :]), lb=least),
        ],
        integrality=np.concatenate([sites, np.zeros(k)]),
        bounds=Bounds(0, 1),
        options=solver_options(work, entries),
    )
    count_nodes(work, entries, result)
    picked = None
    if result.x is not None:
        picked = open_[np.flatnonzero(result.x[:m] > 0.5)].tolist() + found.needed.tolist()
        if not limit.allows(picked):  # the solver's tolerance is wider than a cent
            picked = None
    return known_after(result, found, gains, picked, lambda bound: base - bound / scale)


def solvable(work: Work, entries: int) -> bool:
    """Tell whether HiGHS is to begin with so large a table: it does not end before a first node."""
    most = min(ENTRIES_A_SECOND * work.whole_s, work.left_s * STEPS_A_SECOND / ROOT_STEPS)
    return entries <= most


def solver_options(work: Work, entries: int) -> Any:
    """Return how HiGHS is asked: for so many nodes as there is work left for."""
    steps = work.left_s * STEPS_A_SECOND - ROOT_STEPS * entries
    return {
        "node_limit": 1 + int(max(min(steps / (NODE_STEPS * entries + 1), 1e9), 0.0)),
        "time_limit": GUARD_S,
        "mip_rel_gap": PROVEN_GAP,
        "presolve": False,  # longer than the proof for most tables
    }


def count_nodes(work: Work, entries: int, result: Any) -> None:
    """Count what HiGHS has done."""
    nodes = result.mip_node_count
    if nodes is None:  # it found no answer, nor that there is none: it came to its limit
        work.add(0.0 if result.status == 2 else work.left_s * STEPS_A_SECOND)
    else:
        work.add((ROOT_STEPS + NODE_STEPS * nodes) * entries)


def known_after(
    result: Any,
    found: LagrangianBound,
    gains: Benefits,
    picked: list[int] | None,
    in_all: Callable[[float], float],
) -> LagrangianBound:
    """Return what is known after HiGHS was asked for what is better than `found`.

    Parameters
    ----------
    result : OptimizeResult
        Of `scipy.optimize.milp`, which minimises.
    found : LagrangianBound
    gains : Benefits
    picked : list of int, optional
        The sites of the solver's answer, if it has one.
    in_all : callable
        Turns the solver's bound into one of the whole gain.
    """
    chosen, total, bound = found.chosen, found.total, found.bound
    if picked is not None and gains.total(picked) > total:
        chosen, total = picked, gains.total(picked)
    if result.status == 2:  # nothing is better
        bound = total
    elif result.mip_dual_bound is not None and np.isfinite(result.mip_dual_bound):
        bound = min(bound, in_all(float(result.mip_dual_bound)))
    return replace(found, bound=max(bound, total), total=total, chosen=chosen)


def _steps(gains: BenefitMatrix) -> tuple[sparse.csr_array, FloatArray]:
    """Return the constraints of the steps, one row each, and what reaching each step gains.

    Columns: the sites, then the steps. A step is at most the step above it plus its own sites.
    """
    order = np.lexsort((gains.columns, -gains.worth, gains.rows))
    points, sites = gains.rows[order].tolist(), gains.columns[order].tolist()
    worth = gains.worth[order].tolist()
    number: dict[int, int] = {}
    weights: list[float] = []
    entries: list[tuple[int, int, float]] = []
    first = gains.sites
    at = 0
    while at < len(points):
        point, reached, above = points[at], 0, -1
        while at < len(points) and points[at] == point:
            level, new = worth[at], []
            while at < len(points) and points[at] == point and worth[at] == level:
                new.append(sites[at])
                at += 1
            for site in new:
                reached |= 1 << site
            step = number.setdefault(reached, len(weights))
            if step == len(weights):
                weights.append(0.0)
                entries.append((step, first + step, 1.0))
                entries.extend((step, site, -1.0) for site in new)
                if above >= 0:
                    entries.append((step, first + above, -1.0))
            below = worth[at] if at < len(points) and points[at] == point else 0.0
            weights[step] += level - below
            above = step
    rows, columns, values = (np.array(part) for part in zip(*entries, strict=True))
    shape = (len(weights), first + len(weights))
    return sparse.csr_array((values, (rows, columns)), shape=shape), np.array(weights)
