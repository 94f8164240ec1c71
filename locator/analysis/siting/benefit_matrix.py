"""Choose sites by what they gain: one after another, then by swapping one for a better one.

Both questions of "where next" are this one. A table says what each site (column) is worth to each
demand point (row): the people who come within the standard, or the metres that they walk less. A
choice of sites gains, for each point, what the best of them is worth. Greedy: Nemhauser, Wolsey
and Fisher (1978); interchange: Teitz and Bart (1968), all swaps at once as Whitaker (1983) has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from locator.analysis.greedy import one_after_another
from locator.analysis.siting.limits import Limit
from locator.analysis.siting.work import Work
from locator.base.geo import FloatArray, IntArray

SAME = 1e-12
"""A swap has to gain more than this share of the total, so that rounding cannot go in circles."""

Places = npt.NDArray[np.int32]
"""Numbers of rows or columns; in millions of gains the half of their memory."""

Numbers = npt.NDArray[np.signedinteger[Any]]

SWAP_ROUNDS = 2
"""To weigh all swaps takes about as much as to weigh all sites so often."""

PART = 500_000
"""So many gains are worked on at once, or those of one site: some megabytes."""


@dataclass(frozen=True, eq=False)
class BenefitMatrix:
    """What each of m sites is worth to each of n demand points; column by column.

    Attributes
    ----------
    rows, columns : (nnz,) int32 arrays
        Sorted by column.
    worth : (nnz,) float array
        More than 0.
    starts : (m + 1,) int array
        Where each column begins.
    points : int
        n.
    """

    rows: Places
    columns: Places
    worth: FloatArray
    starts: IntArray
    points: int

    @property
    def sites(self) -> int:
        """Return m."""
        return len(self.starts) - 1

    @classmethod
    def of(cls, table: sparse.sparray) -> BenefitMatrix:
        """Return the gains of an (n, m) sparse array; what is not positive counts for nothing."""
        listed = sparse.csc_array(table)
        sites = np.arange(listed.shape[1], dtype=np.int32)
        columns = np.repeat(sites, np.diff(listed.indptr))
        return cls.listed(listed.indices, columns, listed.data, shape=listed.shape)

    @classmethod
    def listed(
        cls, rows: Numbers, columns: Numbers, worth: FloatArray, *, shape: tuple[int, int]
    ) -> BenefitMatrix:
        """Return the gains that are listed one by one, sorted by column."""
        positive = worth > 0
        if not positive.all():
            rows, columns, worth = rows[positive], columns[positive], worth[positive]
        return cls(
            rows=rows.astype(np.int32, copy=False),
            columns=columns.astype(np.int32, copy=False),
            worth=worth.astype(np.float64, copy=False),
            starts=np.searchsorted(columns, np.arange(shape[1] + 1)),
            points=shape[0],
        )

    def only(self, kept: IntArray) -> BenefitMatrix:
        """Return the gains of the sites `kept`, numbered anew in that order."""
        spans = [slice(self.starts[site], self.starts[site + 1]) for site in kept]
        lengths = np.array([span.stop - span.start for span in spans], dtype=np.int64)
        return BenefitMatrix(
            rows=_joined(self.rows, spans),
            columns=np.repeat(np.arange(len(kept), dtype=np.int32), lengths),
            worth=_joined(self.worth, spans),
            starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            points=self.points,
        )

    def above(self, floor: FloatArray) -> BenefitMatrix:
        """Return what each site is worth beyond `floor`, (n,), which every point has already."""
        beyond = self.worth - floor[self.rows]
        left = beyond > 0
        columns = self.columns[left]
        return BenefitMatrix(
            rows=self.rows[left],
            columns=columns,
            worth=beyond[left],
            starts=np.searchsorted(columns, np.arange(self.sites + 1)),
            points=self.points,
        )

    def beyond(self, floor: FloatArray) -> FloatArray:
        """Return (m,) what each site alone adds to what the points have, (n,)."""
        added = np.empty(self.sites)
        for sites, span in self.parts():
            beyond = self.worth[span] - floor[self.rows[span]]
            running = np.zeros(len(beyond) + 1)
            np.cumsum(np.maximum(beyond, 0.0, out=beyond), out=running[1:])
            starts = self.starts[sites.start : sites.stop + 1] - span.start
            added[sites] = running[starts[1:]] - running[starts[:-1]]
        return added

    def parts(self) -> Iterator[tuple[slice, slice]]:
        """Yield sites in parts, each with its span of the gains: no more than `PART` at a time.

        What is computed of all gains at once takes some times their memory.
        """
        first = 0
        while first < self.sites:
            fit = int(np.searchsorted(self.starts, self.starts[first] + PART, side="right")) - 1
            last = min(max(fit, first + 1), self.sites)
            yield slice(first, last), slice(int(self.starts[first]), int(self.starts[last]))
            first = last

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

    @property
    def round_steps(self) -> int:
        """Return how many steps it takes to weigh all sites once."""
        return len(self.worth) + self.points + self.sites

    def bettered(self, chosen: list[int], work: Work, *, limit: Limit | None = None) -> list[int]:
        """Return what `swapped` makes of a choice."""
        return swapped(self, chosen, work=work, limit=limit)

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


def _joined(values: npt.NDArray[Any], spans: list[slice]) -> npt.NDArray[Any]:
    return np.concatenate([values[span] for span in spans]) if spans else values[:0]


def one_by_one(gains: BenefitMatrix, count: int) -> tuple[list[int], list[float]]:
    """Return up to `count` sites, each adding most to those before it, and what each adds."""
    return one_after_another(gains.adds, count)


def swapped(
    gains: BenefitMatrix,
    chosen: list[int],
    *,
    work: Work | None = None,
    limit: Limit | None = None,
) -> list[int]:
    """Swap the one site for the one other that gains most, until no swap gains or the work is done.

    Parameters
    ----------
    gains : BenefitMatrix
    chosen : list of int
    work : Work, optional
        Not bounded without it.
    limit : Limit, optional
        What the choice has to stay within, where not any site may stand for any other.
    """
    chosen = list(chosen)
    work = Work() if work is None else work
    while chosen and len(chosen) < gains.sites and not work.over:
        work.add(SWAP_ROUNDS * gains.round_steps + len(chosen) * gains.sites)
        best, second, owner = _two_best(gains, chosen)
        saved = _saved(gains, best, second, owner, len(chosen))
        lost = np.bincount(owner, best - second, minlength=len(chosen))
        net: FloatArray = saved + gains.beyond(best) - lost[:, np.newaxis]
        net[:, chosen] = -np.inf
        if limit is not None:
            for leaves in range(len(chosen)):
                rest = chosen[:leaves] + chosen[leaves + 1 :]
                net[leaves, ~limit.allowed(rest, gains.sites)] = -np.inf
        leaves, comes = divmod(int(np.argmax(net)), gains.sites)
        if net[leaves, comes] <= SAME * float(best.sum()):
            break
        chosen[leaves] = comes
    return chosen


def _saved(
    gains: BenefitMatrix, best: FloatArray, second: FloatArray, owner: IntArray, count: int
) -> FloatArray:
    """Return (count, m) what each site saves of the loss where it is better than the second."""
    saved = np.empty((count, gains.sites))
    for sites, span in gains.parts():
        rows, width = gains.rows[span], sites.stop - sites.start
        spared = np.minimum(gains.worth[span], best[rows]) - second[rows]
        counted = spared > 0
        cell = owner[rows[counted]] * width + (gains.columns[span][counted] - sites.start)
        flat = np.bincount(cell, spared[counted], minlength=count * width)
        saved[:, sites] = flat.reshape(count, width)
    return saved


def _two_best(gains: BenefitMatrix, chosen: list[int]) -> tuple[FloatArray, FloatArray, IntArray]:
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
