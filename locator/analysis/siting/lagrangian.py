"""Bound from above what any choice of sites can gain, and strike the sites that none better holds.

Lagrangian relaxation: each demand point pays a price for what it gains; then sites are worth what
is left beyond the prices, the best `count` are picked one by one, and prices move to where too
many or too few sites serve a point (Cornuejols, Fisher and Nemhauser 1977 for the p-median, Galvao
and ReVelle 1996 for covering). Steps follow Polyak, deflected by the step before (Camerini, Fratta
and Maffioli 1975). A site without which, or with which, no choice beats the best one known is
settled (Christofides and Beasley 1982).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from locator.analysis.siting.limits import Limit, limit_of
from locator.analysis.siting.work import Work
from locator.base.geo import FloatArray, IntArray

PROVEN_GAP = 1e-6
"""The relative gap at which an answer is called the best."""

DEFLECTION = 0.7
STALLED = 1e-3
"""Steps shorter than this share of Polyak's move the bound no more."""
PATIENCE = 8
EVERY = 10
"""After so many rounds sites are struck and the prices' own choice is tried."""
WORTH_A_TRY = 0.97
MARGIN = 1e-9


@dataclass(frozen=True, eq=False)
class LagrangianBound:
    """What rounds of the Lagrangian bound find.

    Attributes
    ----------
    bound : float
        No choice gains more.
    total : float
        What `chosen` gains.
    chosen : list of int
        The best choice known.
    kept : (k,) int array
        Sites that a better choice can hold; all others cannot be in one.
    needed : (l,) int array
        Sites among them that every better choice holds.
    """

    bound: float
    total: float
    chosen: list[int]
    kept: IntArray
    needed: IntArray

    @property
    def proven(self) -> bool:
        """Tell whether nothing can be better."""
        return self.bound <= self.total * (1 + PROVEN_GAP)


class Benefits(Protocol):
    """A table of what sites are worth to demand points, such as
    `locator.analysis.siting.benefit_matrix.BenefitMatrix`."""

    @property
    def sites(self) -> int:
        """Return how many candidates there are."""

    @property
    def round_steps(self) -> int:
        """Return how many steps it takes to weigh all sites once."""

    def only(self, kept: IntArray) -> Self:
        """Return the table of the sites `kept`, numbered anew."""

    def highest(self) -> FloatArray:
        """Return (n,) the most that any site is worth to each point."""

    def beyond(self, price: FloatArray) -> FloatArray:
        """Return (m,) the most that each site alone is worth beyond the prices."""

    def serving(self, picked: IntArray, price: FloatArray) -> FloatArray:
        """Return (n,) how often the sites `picked` serve each point at these prices."""

    def total(self, chosen: list[int]) -> float:
        """Return what the sites `chosen` gain together."""

    def bettered(self, chosen: list[int], work: Work, *, limit: Limit | None = None) -> list[int]:
        """Return a choice as good as `chosen` or better, which `limit` allows."""


def gap(bound: float, gained: float) -> float:
    """Return how much more another choice can gain at most, as a share of what this one gains.

    0 means proven best: what the proof cannot tell apart counts for nothing.
    """
    return bound / gained - 1 if bound > gained * (1 + 2 * PROVEN_GAP) else 0.0


def lagrangian_bound(
    gains: Benefits, count: int | Limit, chosen: list[int], *, rounds: int, work: Work | None = None
) -> LagrangianBound:
    """Return the least bound that `rounds` find, and what they settle.

    Parameters
    ----------
    gains : Benefits
    count : int or Limit
        Sites to choose, at least 1, or what limits them.
    chosen : list of int
        A good choice that is allowed: the better it is, the more is struck.
    rounds : int
        Most steps; fewer when the answer is proven or the steps stall.
    work : Work, optional
        Where it is done, the rounds stop.
    """
    work = Work() if work is None else work
    limit, total = limit_of(count), gains.total(chosen)
    kept = np.arange(gains.sites)
    highest = gains.highest()
    if limit.allows(kept.tolist()):
        return _settled(gains, kept.tolist())
    if total >= highest.sum():
        return _settled(gains, list(chosen))
    # Without prices a site is worth all that it can contribute: most candidates are struck by that.
    price, move = np.zeros(len(highest)), np.zeros(len(highest))
    bound, step, idle = float(highest.sum()), 1.0, 0
    with_it = np.full(gains.sites, np.inf)
    without = np.full(gains.sites, np.inf)
    for done in range(rounds + 1):
        work.add(gains.round_steps)
        worth = gains.beyond(price)
        pick = limit.pick(worth)
        picked = pick.sites
        value = float(price.sum()) + pick.worth
        with_it = np.minimum(with_it, value + pick.shy)
        without = np.minimum(without, value - pick.sure)
        idle = 0 if value < bound * (1 - 1e-5) else idle + 1
        bound = min(bound, value)
        if idle == PATIENCE:
            step, idle = step / 1.5, 0
        if done % EVERY == 0:
            better = _tried(gains, limit, picked.tolist(), total, work)
            if better is not None:
                chosen = kept[better].tolist()
                total = gains.total(better)
            left = np.flatnonzero(with_it >= total * (1 - MARGIN))
            if limit.allows(left.tolist()):
                return _settled_among(gains, kept, left, chosen, total)
            if len(left) < 0.95 * gains.sites:
                gains, limit, kept = gains.only(left), limit.only(left), kept[left]
                with_it, without = with_it[left], without[left]
                if done:
                    continue
        if bound <= total * (1 + PROVEN_GAP) or step < STALLED or work.over:
            break
        if not done:
            price, idle = highest / 2, 0
            continue
        slope = 1.0 - gains.serving(picked, price)
        slope[(slope > 0) & (price <= 0)] = 0.0
        move = slope + DEFLECTION * move
        # Not "move @ move": BLAS would start its threads, which costs more than the sum.
        norm = float(np.square(move).sum())
        if norm == 0:
            break
        price = np.clip(price - step * (value - total * 0.999) / norm * move, 0.0, highest)
    open_ = with_it >= total * (1 - MARGIN)
    needed = without < total * (1 - MARGIN)
    return LagrangianBound(max(bound, total), total, chosen, kept[open_], kept[open_ & needed])


def _tried(
    gains: Benefits, limit: Limit, picked: list[int], total: float, work: Work
) -> list[int] | None:
    """Return a choice better than `total` from the one that the prices pick, or None."""
    if gains.total(picked) <= total * WORTH_A_TRY:
        return None
    better = gains.bettered(picked, work, limit=limit)
    return better if gains.total(better) > total * (1 + MARGIN) else None


def _settled(gains: Benefits, chosen: list[int]) -> LagrangianBound:
    total = gains.total(chosen)
    columns = np.array(chosen, dtype=np.int64)
    return LagrangianBound(total, total, chosen, columns, columns)


def _settled_among(
    gains: Benefits, kept: IntArray, left: IntArray, chosen: list[int], total: float
) -> LagrangianBound:
    """Return the answer where no more sites are left than may be chosen: all of them."""
    together = gains.total(left.tolist())
    if together > total:
        chosen, total = kept[left].tolist(), together
    return LagrangianBound(total, total, chosen, kept[left], kept[left])
