"""Choose sites by what they gain: one after another, then by swapping one for a better one.

Both questions of "where next" are this one. A table says what each site (column) is worth to each
demand point (row): the people who come within the standard, or the metres that they walk less. A
choice of sites gains, for each point, what the best of them is worth. Greedy: Nemhauser, Wolsey
and Fisher (1978); interchange: Teitz and Bart (1968), all swaps at once as Whitaker (1983) has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

import numpy as np
from scipy import sparse

from locator.geo import FloatArray, IntArray

SAME = 1e-12
"""A swap has to gain more than this share of the total, so that rounding cannot go in circles."""


@dataclass(frozen=True, eq=False)
class Gains:
    """What each of m sites is worth to each of n demand points; column by column.

    Attributes
    ----------
    rows, columns : (nnz,) int arrays
        Sorted by column.
    worth : (nnz,) float array
        More than 0.
    starts : (m + 1,) int array
        Where each column begins.
    points : int
        n.
    """

    rows: IntArray
    columns: IntArray
    worth: FloatArray
    starts: IntArray
    points: int

    @property
    def sites(self) -> int:
        """Return m."""
        return len(self.starts) - 1

    @classmethod
    def of(cls, table: sparse.sparray) -> Gains:
        """Return the gains of an (n, m) sparse array; what is not positive counts for nothing."""
        listed = sparse.csc_array(table)
        columns = np.repeat(np.arange(listed.shape[1]), np.diff(listed.indptr))
        return cls.listed(listed.indices.astype(np.int64), columns, listed.data, shape=listed.shape)

    @classmethod
    def listed(
        cls, rows: IntArray, columns: IntArray, worth: FloatArray, *, shape: tuple[int, int]
    ) -> Gains:
        """Return the gains that are listed one by one, sorted by column."""
        positive = worth > 0
        columns = columns[positive]
        return cls(
            rows=rows[positive],
            columns=columns,
            worth=worth[positive].astype(np.float64),
            starts=np.searchsorted(columns, np.arange(shape[1] + 1)),
            points=shape[0],
        )

    def only(self, kept: IntArray) -> Gains:
        """Return the gains of the sites `kept`, numbered anew in that order."""
        parts = [np.arange(self.starts[site], self.starts[site + 1]) for site in kept]
        where = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
        lengths = np.array([len(part) for part in parts], dtype=np.int64)
        return Gains(
            rows=self.rows[where],
            columns=np.repeat(np.arange(len(kept)), lengths),
            worth=self.worth[where],
            starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            points=self.points,
        )

    def above(self, floor: FloatArray) -> Gains:
        """Return what each site is worth beyond `floor`, (n,), which every point has already."""
        beyond = self.worth - floor[self.rows]
        left = beyond > 0
        columns = self.columns[left]
        return Gains(
            rows=self.rows[left],
            columns=columns,
            worth=beyond[left],
            starts=np.searchsorted(columns, np.arange(self.sites + 1)),
            points=self.points,
        )

    def sums(self, values: FloatArray) -> FloatArray:
        """Return (m,) the sums by site of one value for each stored gain."""
        running = np.zeros(len(values) + 1)
        np.cumsum(values, out=running[1:])
        sums: FloatArray = running[self.starts[1:]] - running[self.starts[:-1]]
        return sums

    def beyond(self, floor: FloatArray) -> FloatArray:
        """Return (m,) what each site alone adds to what the points have, (n,)."""
        beyond = self.worth - floor[self.rows]
        return self.sums(np.maximum(beyond, 0.0, out=beyond))

    def highest(self) -> FloatArray:
        """Return (n,) the most that any site is worth to each point."""
        highest = np.zeros(self.points)
        np.maximum.at(highest, self.rows, self.worth)
        return highest

    def serving(self, picked: IntArray, price: FloatArray) -> FloatArray:
        """Return (n,) how many of the sites `picked` are worth more to a point than its price."""
        serving = np.zeros(self.points)
        for site in picked:
            span = slice(self.starts[site], self.starts[site + 1])
            rows = self.rows[span]
            serving[rows] += self.worth[span] > price[rows]
        return serving

    def bettered(self, chosen: list[int], until: float) -> list[int]:
        """Return what `swapped` makes of a choice."""
        return swapped(self, chosen, until=until)

    def best(self, chosen: list[int]) -> FloatArray:
        """Return (n,) what the best of the sites `chosen` is worth to each point."""
        best = np.zeros(self.points)
        for site in chosen:
            span = slice(self.starts[site], self.starts[site + 1])
            best[self.rows[span]] = np.maximum(best[self.rows[span]], self.worth[span])
        return best

    def total(self, chosen: list[int]) -> float:
        """Return what the sites `chosen` gain together."""
        return float(self.best(chosen).sum())

    def adds(self, chosen: list[int]) -> FloatArray:
        """Return (m,) what each site would add to the sites `chosen`."""
        return self.beyond(self.best(chosen))

    def left(self, chosen: list[int]) -> FloatArray:
        """Return (n,) what the sites `chosen` leave to be gained at each point."""
        return self.highest() - self.best(chosen)

    def ordered(self, chosen: list[int]) -> tuple[list[int], list[float]]:
        """Put the sites `chosen` in the order of what each adds; return them with what they add."""
        order, added = one_by_one(self.only(np.array(chosen, dtype=np.int64)), len(chosen))
        return [chosen[position] for position in order], added


def one_by_one(gains: Gains, count: int) -> tuple[list[int], list[float]]:
    """Return up to `count` sites, each adding most to those before it, and what each adds."""
    chosen: list[int] = []
    added: list[float] = []
    have = np.zeros(gains.points)
    for _ in range(min(count, gains.sites)):
        adds = gains.beyond(have)
        pick = int(np.argmax(adds))
        # A sum by differences leaves crumbs of rounding where nothing is to be had.
        if adds[pick] <= SAME * max(float(have.sum()), 1e-300):
            break
        chosen.append(pick)
        span = slice(gains.starts[pick], gains.starts[pick + 1])
        before = have[gains.rows[span]]
        have[gains.rows[span]] = np.maximum(before, gains.worth[span])
        added.append(float((have[gains.rows[span]] - before).sum()))
    return chosen, added


def swapped(gains: Gains, chosen: list[int], *, until: float = np.inf) -> list[int]:
    """Swap the one site for the one other that gains most, until no swap gains or time is up.

    Parameters
    ----------
    gains : Gains
    chosen : list of int
    until : float
        Moment of `time.monotonic`.
    """
    chosen = list(chosen)
    while chosen and len(chosen) < gains.sites and monotonic() < until:
        best, second, owner = _two_best(gains, chosen)
        own = owner[gains.rows]
        # What a newcomer saves of the loss where it is better than the second.
        spared = np.minimum(gains.worth, best[gains.rows]) - second[gains.rows]
        counted = spared > 0
        saved = np.bincount(
            own[counted] * gains.sites + gains.columns[counted],
            spared[counted],
            minlength=len(chosen) * gains.sites,
        ).reshape(len(chosen), gains.sites)
        lost = np.bincount(owner, best - second, minlength=len(chosen))
        net: FloatArray = saved + gains.beyond(best) - lost[:, np.newaxis]
        net[:, chosen] = -np.inf
        leaves, comes = divmod(int(np.argmax(net)), gains.sites)
        if net[leaves, comes] <= SAME * float(best.sum()):
            break
        chosen[leaves] = comes
    return chosen


def _two_best(gains: Gains, chosen: list[int]) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return (n,) the best and the second best worth, and the position of the best one."""
    best, second = np.zeros(gains.points), np.zeros(gains.points)
    owner = np.zeros(gains.points, dtype=np.int64)
    for position, site in enumerate(chosen):
        span = slice(gains.starts[site], gains.starts[site + 1])
        rows, worth = gains.rows[span], gains.worth[span]
        better = worth > best[rows]
        second[rows] = np.maximum(second[rows], np.where(better, best[rows], worth))
        best[rows[better]], owner[rows[better]] = worth[better], position
    return best, second, owner
