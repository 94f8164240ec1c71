"""Choose among sites that gain the same by what else matters, and count how many there are.

Sites that all fill up gain the same, and so do neighbours that reach the same people. Which of them
is named must not hang on the alphabet. In this order it hangs on

0. where sites have a price, the price: the lower the better;
1. the mean walk of the people whom the site would serve, in whole minutes: the shorter the better;
2. the people within the standard beyond what the site can take: the more the better;
3. the people within the standard who are short of places today: the more the better;
4. the mean walk exactly, and at last the order of the candidates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import sparse

from locator.analysis.siting.lagrangian import PROVEN_GAP
from locator.analysis.siting.limits import Limit
from locator.base.geo import FloatArray, IntArray
from locator.base.rounding import whole


class Addable(Protocol):
    """A table of sites, such as `locator.analysis.siting.benefit_matrix.BenefitMatrix` or
    `locator.analysis.siting.capacitated.Loads`."""

    def total(self, chosen: list[int]) -> float:
        """Return what the sites `chosen` gain together."""

    def adds(self, chosen: list[int]) -> FloatArray:
        """Return (m,) what each site would add to the sites `chosen`."""

    def left(self, chosen: list[int]) -> FloatArray:
        """Return (n,) what the sites `chosen` leave to be gained at each point."""


@dataclass(frozen=True, eq=False)
class Beside:
    """What matters beside the gain.

    Attributes
    ----------
    walks : (n, m) csc_array
        Walking metres between demand points and candidates, within the standard only.
    short : (n,) float array
        People who are short of places today.
    minute_m : float
        Metres walked in a minute.
    capacity : float
        People that one site can take; ``inf`` for any number.
    prices : (m,) float array, optional
        What each site costs.
    """

    walks: sparse.csc_array
    short: FloatArray
    minute_m: float
    capacity: float
    prices: FloatArray | None = None

    def best(self, sites: IntArray, left: FloatArray) -> int:
        """Return the one of `sites` to prefer where `left`, (n,), people are not served yet."""
        return int(min(sites, key=lambda site: self._merits(site, left)))

    def _merits(self, site: int, left: FloatArray) -> tuple[float, int, int, int, float]:
        """Return what is compared, the least first; the nearest people are served first."""
        span = slice(self.walks.indptr[site], self.walks.indptr[site + 1])
        order = np.argsort(self.walks.data[span], kind="stable")
        walk_m, points = self.walks.data[span][order], self.walks.indices[span][order]
        people = left[points]
        served = np.clip(self.capacity - (np.cumsum(people) - people), 0.0, people)
        walk_min = float(served @ walk_m) / max(float(served.sum()), 1e-9) / self.minute_m
        beyond = float(people.sum() - served.sum())
        short = float(self.short[points].sum())
        price = 0.0 if self.prices is None else float(self.prices[site])
        return price, round(walk_min), -int(whole(beyond)), -int(whole(short)), walk_min


@dataclass(frozen=True, eq=False)
class Within:
    """A table of sites of which only those count that a limit allows to join."""

    table: Addable
    limit: Limit

    def total(self, chosen: list[int]) -> float:
        """Return what the sites `chosen` gain together."""
        return self.table.total(chosen)

    def adds(self, chosen: list[int]) -> FloatArray:
        """Return (m,) what each site would add, ``-inf`` where it may not join."""
        adds = self.table.adds(chosen)
        return np.where(self.limit.allowed(chosen, len(adds)), adds, -np.inf)

    def left(self, chosen: list[int]) -> FloatArray:
        """Return (n,) what the sites `chosen` leave to be gained at each point."""
        return self.table.left(chosen)


def preferred(table: Addable, chosen: list[int], beside: Beside) -> list[int]:
    """Return a choice that gains as much, each site the best of those equal in its place."""
    chosen, total = list(chosen), table.total(chosen)
    for position in range(len(chosen)):
        rest = chosen[:position] + chosen[position + 1 :]
        equal = _equal(table, rest, chosen[position], total)
        if len(equal) > 1:
            chosen[position] = beside.best(equal, table.left(rest))
    return chosen


def ties(table: Addable, chosen: list[int]) -> IntArray:
    """Return (k,) how many other sites could stand in the place of each and gain as much.

    The choices that differ in one site are so many in all. For one site they are all that there
    are; of more sites, choices may tie that differ in several. With a capacity those are not found
    for whom the people of the other sites would have to be sent elsewhere first.
    """
    total = table.total(chosen)
    rests = [chosen[:position] + chosen[position + 1 :] for position in range(len(chosen))]
    found = [
        len(_equal(table, rest, site, total)) - 1 for rest, site in zip(rests, chosen, strict=True)
    ]
    return np.array(found, dtype=np.int64)


def _equal(table: Addable, rest: list[int], site: int, total: float) -> IntArray:
    """Return the sites that add to `rest` what `site` adds, `site` itself among them."""
    adds, own = table.adds(rest), total - table.total(rest)
    adds[rest], adds[site] = -np.inf, own  # what may not join is -inf already
    equal: IntArray = np.flatnonzero(np.abs(adds - own) <= PROVEN_GAP * total)
    return equal
