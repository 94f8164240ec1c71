"""Choose the sites that serve most people who are not served yet (maximal covering).

Church and ReVelle (1974), "The maximal covering location problem". What exists stays: its people
are taken out of the weights before the problem is put. Greedy answers at once and carries its own
proof of how far it can be from the best; the exact answer comes from HiGHS, within a time limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from locator.geo import FloatArray, IntArray

# The relative gap at which the solver may stop and call its answer the best.
PROVEN_GAP = 1e-6
PRICING_ROUNDS = 400
"""Subgradient steps before the solver: each second here saves it many."""
PRESOLVED_MAX = 8000
"""Variables up to which HiGHS may simplify the problem first; that step minds no time limit."""


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
        ``(bound - people) / bound``; 0 means proven best.
    method : str
        ``"greedy"`` or ``"exact"``.
    timed_out : bool
        The solver ran out of time; the answer is the best that was known then.
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
        Subgradient steps spent on the Lagrangian bound.

    Returns
    -------
    Cover
    """
    covers = _binary(walks)
    left = people.astype(np.float64).copy()
    chosen: list[int] = []
    gains: list[float] = []
    bound = float(people.sum())
    for _ in range(count):
        potential = covers.T @ left
        if capacity is not None:
            potential = np.minimum(potential, capacity)
        bound = min(bound, sum(gains) + float(np.sort(potential)[-count:].sum()))
        # The bound may use a chosen site again, the choice may not: one site per place.
        potential[chosen] = 0.0
        best = int(np.argmax(potential))
        if potential[best] <= 0:
            break
        chosen.append(best)
        gains.append(float(potential[best]))
        _serve(walks, left, best, capacity)
    bound = min(bound, _lagrangian(covers, people, count, sum(gains), bound_rounds)[0])
    return _cover(chosen, gains, bound, "greedy")


def exact_cover(
    walks: sparse.csc_array, people: FloatArray, count: int, *, time_limit_s: float = 20.0
) -> Cover:
    """Return the best `count` sites, or the best known when the time is up, with the gap.

    Demand points that the same candidates reach are joined first; that changes no answer. The
    greedy answer is kept when the solver finds nothing better in time.

    Parameters
    ----------
    walks, people, count
        As in `greedy_cover`.
    time_limit_s : float
        For the solver.

    Returns
    -------
    Cover
    """
    greedy = greedy_cover(walks, people, count)
    covers = _binary(walks)
    bound, best_with = _lagrangian(covers, people, count, greedy.people, PRICING_ROUNDS)
    bound = min(bound, greedy.bound)
    # Whatever holds one of the others gains less than the greedy choice (reduced-cost fixing).
    kept = np.flatnonzero(best_with >= greedy.people * (1 - 1e-9))
    matrix, weights = _joined(sparse.csc_array(covers[:, kept]), people)
    if matrix.shape[0] == 0 or bound <= greedy.people * (1 + PROVEN_GAP):
        return _cover(list(greedy.chosen), list(greedy.gains), bound, "exact")
    n, m = matrix.shape
    served = sparse.hstack([matrix, -sparse.eye_array(n)], format="csr")
    budget = np.concatenate([np.ones(m), np.zeros(n)])[np.newaxis, :]
    result = milp(
        np.concatenate([np.zeros(m), -weights]),
        constraints=[LinearConstraint(served, lb=0), LinearConstraint(budget, ub=count)],
        integrality=np.concatenate([np.ones(m), np.zeros(n)]),
        bounds=Bounds(0, 1),
        options={
            "time_limit": time_limit_s,
            "mip_rel_gap": PROVEN_GAP,
            "presolve": n + m <= PRESOLVED_MAX,
        },
    )
    if result.mip_dual_bound is not None and np.isfinite(result.mip_dual_bound):
        bound = min(bound, max(float(-result.mip_dual_bound), greedy.people))
    columns = [] if result.x is None else kept[np.flatnonzero(result.x[:m] > 0.5)].tolist()
    chosen, gains = _ordered(walks, people, columns)
    timed_out = result.status == 1
    if sum(gains) < greedy.people:
        chosen, gains = list(greedy.chosen), list(greedy.gains)
    return _cover(chosen, gains, bound, "exact", timed_out=timed_out)


def _lagrangian(
    covers: sparse.csc_array, people: FloatArray, count: int, reached: float, rounds: int
) -> tuple[float, FloatArray]:
    """Return the least upper bound that `rounds` subgradient steps find, and one per candidate.

    The demand that no candidate serves is dropped, "served at most as often as a chosen site
    covers it" gets a price for each demand point, and what is left falls apart by site. The
    second answer, (m,), bounds what any choice that holds that candidate can gain.
    """
    rows = np.flatnonzero(people > 0)
    matrix, weights = sparse.csc_array(covers[rows]), people[rows]
    columns = sparse.csr_array(matrix.T)
    price, bound = weights / 2, float(weights.sum())
    best_with = np.full(matrix.shape[1], bound)
    step, idle = 1.0, 0
    for _ in range(rounds):
        worth = columns @ price
        chosen = np.argsort(worth)[-count:]
        value = float(np.maximum(weights - price, 0.0).sum() + worth[chosen].sum())
        with_each = value + np.minimum(worth - worth[chosen[0]], 0.0)
        best_with = np.minimum(best_with, with_each)
        if value < bound * (1 - 1e-6):
            bound, idle = value, 0
        else:
            idle += 1
            if idle == 5:
                step, idle = step / 2, 0
        covered = matrix @ np.bincount(chosen, minlength=len(worth))
        slope: FloatArray = (weights > price) - covered
        # Not "slope @ slope": BLAS would start its threads, which costs more than the sum.
        norm = float(np.square(slope).sum())
        if norm == 0 or bound <= reached * (1 + PROVEN_GAP):
            break
        price = np.clip(price + step * (value - reached) / norm * slope, 0.0, weights)
    return bound, best_with


def _binary(walks: sparse.csc_array) -> sparse.csc_array:
    ones = np.ones(len(walks.data))
    return sparse.csc_array((ones, walks.indices, walks.indptr), shape=walks.shape)


def _serve(walks: sparse.csc_array, left: FloatArray, column: int, capacity: float | None) -> None:
    """Take the people that `column` serves out of `left`, in place."""
    span = slice(walks.indptr[column], walks.indptr[column + 1])
    rows = walks.indices[span]
    if capacity is None:
        left[rows] = 0.0
        return
    rows = rows[np.argsort(walks.data[span], kind="stable")]
    room = np.maximum(capacity - (np.cumsum(left[rows]) - left[rows]), 0.0)
    left[rows] -= np.minimum(left[rows], room)


def _joined(covers: sparse.csc_array, people: FloatArray) -> tuple[sparse.csr_array, FloatArray]:
    """Join the demand points with people that exactly the same candidates reach."""
    rows = sparse.csr_array(covers)
    weights: dict[bytes, float] = {}
    first: dict[bytes, int] = {}
    rows.sort_indices()
    for row in np.flatnonzero((people > 0) & (np.diff(rows.indptr) > 0)):
        key = rows.indices[rows.indptr[row] : rows.indptr[row + 1]].tobytes()
        weights[key] = weights.get(key, 0.0) + float(people[row])
        first.setdefault(key, int(row))
    return rows[list(first.values())], np.array([weights[key] for key in first])


def _ordered(
    walks: sparse.csc_array, people: FloatArray, columns: list[int]
) -> tuple[list[int], list[float]]:
    """Put chosen columns in the order of what each adds; return them with their gains."""
    if not columns:
        return [], []
    picked = greedy_cover(walks[:, columns], people, len(columns))
    chosen = [columns[position] for position in picked.chosen]
    return chosen, list(picked.gains)


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
        gap=(bound - people) / bound if bound > 0 else 0.0,
        method=method,
        timed_out=timed_out,
    )
