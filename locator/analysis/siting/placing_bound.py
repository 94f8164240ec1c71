"""Bound from above how many people any choice of sites can give a place.

Lagrangian relaxation: whoever gets a place pays a price for it, so that nobody has to be kept from
taking two. Then each facility is worth its best load at what people are left with, those that exist
count, and the best `count` of the others (as in `locator.analysis.siting.lagrangian`, which knows
no facility that exists). The least of these sums that is found bounds every choice. At the prices
of the least cut of a flow the bound of that choice alone is what the flow carries (Ford and
Fulkerson 1956); from there prices follow Polyak's steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from locator.analysis.access.placement import Competition
from locator.analysis.siting.work import Work
from locator.base.geo import FloatArray, IntArray

FULL = 1 - 1e-6
"""Of whom at least such a share has a place lacks none."""

FIRST_STEP, DEFLECTION, PATIENCE = 1.6, 0.7, 6
LEAST_STEP = 0.01
LEAST_ROUNDS, MOST_ROUNDS = 40, 400
"""However little work is left, and however much: the first rounds bring most."""
ROUND_STEPS = 15
"""What a round takes for each pair of people and a facility."""


@dataclass(frozen=True, eq=False)
class PlacingBound:
    """What no choice exceeds.

    Attributes
    ----------
    bound : float
        People with a place, those of today included.
    kept : (k,) int array
        Sites that a better choice than the one known can hold.
    chosen : list of int
        The sites that are worth most at the best prices.
    """

    bound: float
    kept: IntArray
    chosen: list[int]


def placing_bound(
    existing: sparse.csc_array,
    reach: sparse.csc_array,
    places: FloatArray,
    people: FloatArray,
    *,
    capacity: float,
    count: int,
    known: float,
    shares: FloatArray,
    work: Work,
) -> PlacingBound:
    """Return what no choice of `count` sites exceeds.

    Parameters
    ----------
    existing : (n, f) csc_array
    reach : (n, m) csc_array
    places : (f,) float array
    people : (n,) float array
    capacity : float
        Places of each new site.
    count : int
    known : float
        How many people the best choice that is known gives a place.
    shares : (n,) float array
        The share of each point's people who have a place with it.
    work : Work
        `LEAST_ROUNDS` are made in any case.

    Returns
    -------
    PlacingBound
    """
    f, m = existing.shape[1], reach.shape[1]
    groups = Competition.of(sparse.hstack([existing, reach], "csr"), people)
    both, inside = groups.reach, groups.member >= 0
    # People of one choice pay one price; at first that of most of them.
    full = np.bincount(
        groups.member[inside], (people * (shares >= FULL))[inside], minlength=len(groups.people)
    )
    people = groups.people
    room = np.append(places, np.full(m, capacity))
    prices = np.where(full > people / 2, 1.0, 0.0)
    best, best_worth = np.inf, np.zeros(m)
    step, since = FIRST_STEP, 0
    before = np.zeros(len(people))
    for done in range(1, MOST_ROUNDS + 1):
        work.add(ROUND_STEPS * both.nnz)
        loads = _best_loads(both, room, people, 1.0 - prices)
        worth = loads.worth[f:]
        taken = np.argpartition(-worth, min(count, m) - 1)[:count]
        value = float(prices @ people + loads.worth[:f].sum() + worth[taken].sum())
        if value < best - 1e-6 * max(abs(known), 1.0):
            best, best_worth, since = value, worth, 0
        else:
            since += 1
            if since >= PATIENCE:
                step, since = step / 2, 0
        if best <= known or step < LEAST_STEP:
            break
        if done >= LEAST_ROUNDS and work.over:
            break
        served = loads.served(np.concatenate([np.arange(f), f + taken]))
        # Of the value, by the price of each group; a part of the one before keeps it from swinging.
        slope = people - served + DEFLECTION * before
        # A price of 0 that would fall, or of 1 that would rise, stays where it is.
        slope[(prices <= 0) & (slope > 0) | (prices >= 1) & (slope < 0)] = 0.0
        before = slope
        square = float(slope @ slope)
        if square <= 0:
            break
        prices = np.clip(prices - step * (value - known) / square * slope, 0.0, 1.0)
    order = np.argsort(-best_worth, kind="stable")
    last = float(best_worth[order[min(count, m) - 1]])
    # In a choice that holds a site, that site takes the place of the last of the best ones.
    kept = np.flatnonzero(best + best_worth - last > known)
    return PlacingBound(best, kept, order[:count].tolist())


@dataclass(frozen=True, eq=False)
class _Loads:
    """The best load of each facility: ``amount`` of each pair, the columns one after the other."""

    worth: FloatArray
    amount: FloatArray
    row: IntArray
    column: IntArray
    points: int

    def served(self, columns: IntArray) -> FloatArray:
        """Return (n,) how many of each point's people these facilities take together."""
        counts = np.zeros(len(self.worth))
        counts[columns] = 1.0
        weight = self.amount * counts[self.column]
        return np.bincount(self.row, weight, minlength=self.points).astype(np.float64)


def _best_loads(
    reach: sparse.csr_array, room: FloatArray, people: FloatArray, left: FloatArray
) -> _Loads:
    """Return whom each facility takes: those who are `left` with most first, while there is room.

    Who is left with nothing is worth nothing and is not taken.
    """
    order = np.argsort(-left, kind="stable")
    sorted_by = sparse.csc_array(reach[order])  # of each facility the people in that order
    column = np.repeat(np.arange(reach.shape[1]), np.diff(sorted_by.indptr))
    row = order[sorted_by.indices]
    wanted = np.where(left[row] > 0, people[row], 0.0)
    total = np.concatenate([[0.0], np.cumsum(wanted)])
    before = total[:-1] - total[sorted_by.indptr[:-1]][column]
    amount = np.clip(room[column] - before, 0.0, wanted)
    worth = np.bincount(column, amount * left[row], minlength=reach.shape[1])
    return _Loads(worth.astype(np.float64), amount, row, column, reach.shape[0])
