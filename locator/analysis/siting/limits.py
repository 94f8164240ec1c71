"""Say how many sites may be chosen: so many, or as many as the money pays for.

Both limits bound from above what the best sites are worth together when each is worth something by
itself. For a number of sites those are the most valuable ones; for money the linear relaxation of
the knapsack (Dantzig 1957): the most valuable for their price, and a part of the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from locator.base.geo import FloatArray, IntArray

CENT = 1e-9
"""A share of the money by which rounding may pass it."""


@dataclass(frozen=True, eq=False)
class Pick:
    """The sites that a limit allows, by what each is worth alone.

    Attributes
    ----------
    sites : int array
        Sites that are allowed together and worth most, or nearly.
    worth : float
        No sites that are allowed together are worth more.
    shy, sure : (m,) float arrays
        What the bound loses (at most 0) when a site has to be among them, and (at least 0) when it
        may not be.
    """

    sites: IntArray
    worth: float
    shy: FloatArray
    sure: FloatArray


class Limit(Protocol):
    """How many sites may be chosen."""

    def only(self, kept: IntArray) -> Self:
        """Return the limit for the sites `kept`, numbered anew."""

    def allows(self, chosen: list[int]) -> bool:
        """Tell whether the sites `chosen` may be chosen together."""

    def allowed(self, rest: list[int], sites: int) -> npt.NDArray[np.bool_]:
        """Return (m,) which of m sites may join the sites `rest`."""

    def pick(self, worth: FloatArray) -> Pick:
        """Return which sites to choose by what each is worth, (m,), if all are too many."""

    def uses(self, sites: IntArray) -> FloatArray:
        """Return which share of the limit each of some sites uses."""


@dataclass(frozen=True)
class Count:
    """So many sites."""

    most: int

    def only(self, kept: IntArray) -> Count:
        """Return the same limit."""
        return self

    def allows(self, chosen: list[int]) -> bool:
        """Tell whether the sites are not too many."""
        return len(chosen) <= self.most

    def allowed(self, rest: list[int], sites: int) -> npt.NDArray[np.bool_]:
        """Return that any other site may join, or none."""
        return np.full(sites, len(rest) < self.most)

    def pick(self, worth: FloatArray) -> Pick:
        """Return the most valuable sites."""
        order = np.argpartition(worth, (-self.most - 1, -self.most))
        picked, last, after = (
            order[-self.most :],
            worth[order[-self.most]],
            worth[order[-self.most - 1]],
        )
        return Pick(
            picked,
            float(worth[picked].sum()),
            np.minimum(worth - last, 0.0),
            np.maximum(worth - after, 0.0),
        )

    def uses(self, sites: IntArray) -> FloatArray:
        """Return an equal share for each site."""
        return np.full(len(sites), 1.0 / self.most)


@dataclass(frozen=True, eq=False)
class Budget:
    """As many sites as the money pays for.

    Attributes
    ----------
    prices : (m,) float array
        More than 0.
    money : float
    """

    prices: FloatArray
    money: float

    def only(self, kept: IntArray) -> Budget:
        """Return the budget for the sites `kept`."""
        return Budget(self.prices[kept], self.money)

    def allows(self, chosen: list[int]) -> bool:
        """Tell whether the money pays for the sites."""
        return float(self.prices[chosen].sum()) <= self.money * (1 + CENT)

    def allowed(self, rest: list[int], sites: int) -> npt.NDArray[np.bool_]:
        """Return which sites the money that is left pays for."""
        left = self.money * (1 + CENT) - float(self.prices[rest].sum())
        affordable: npt.NDArray[np.bool_] = self.prices <= left
        return affordable

    def pick(self, worth: FloatArray) -> Pick:
        """Return the sites most valuable for their price."""
        rate = worth / self.prices
        order = np.argsort(-rate, kind="stable")
        paid = np.cumsum(self.prices[order]) <= self.money * (1 + CENT)
        first = len(paid) if paid.all() else int(np.argmin(paid))
        # What a unit of money is worth: sites that are worth less for theirs are not bought.
        money_worth = 0.0 if first == len(paid) else float(rate[order[first]])
        beyond = worth - money_worth * self.prices
        sure = np.maximum(beyond, 0.0)
        return Pick(
            order[:first],
            money_worth * self.money + float(sure.sum()),
            np.minimum(beyond, 0.0),
            sure,
        )

    def uses(self, sites: IntArray) -> FloatArray:
        """Return which share of the money each site costs."""
        return self.prices[sites] / self.money


def limit_of(limit: int | Limit) -> Limit:
    """Return a limit; a number stands for so many sites."""
    return Count(limit) if isinstance(limit, int) else limit
