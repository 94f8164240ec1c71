"""Choose the least number of sites with which a share of all people is served.

The partial set covering problem (Daskin and Owen 1999): the least number is the one with which the
most people that any choice serves are enough, and with one site fewer are not. So it is found, and
proven, by the question of the most people (`locator.analysis.siting.mclp`), asked for ever fewer
sites.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from locator.analysis.siting.mclp import Cover
from locator.analysis.siting.ties import Addable
from locator.analysis.siting.work import Work
from locator.base.geo import FloatArray

ENOUGH = 1e-9
"""A share of the people needed that rounding may leave out."""


@dataclass(frozen=True)
class Least:
    """The least number of sites that serve so many people.

    Attributes
    ----------
    cover : Cover
        The choice; of as many sites, one that serves most people.
    fewest : int
        No choice of fewer sites serves so many.
    reached : bool
        The choice serves so many. If not, `cover` is the best that is known of the most sites.
    timed_out : bool
    """

    cover: Cover
    fewest: int
    reached: bool
    timed_out: bool


def least_sites(
    solve: Callable[[int, Work], Cover], needed: float, most: int, *, work: Work
) -> Least:
    """Return the fewest sites with which `needed` people are served.

    Parameters
    ----------
    solve : callable
        Takes a number of sites, at least 1, and work, none for an answer at once; returns a choice
        that serves many people, with the bound of any choice of as many.
    needed : float
        More than 0.
    most : int
        So many sites may be chosen.
    work : Work
    """
    needed *= 1 - ENOUGH
    cover = solve(most, work.part(0))  # at once: all the work is for the proof
    if cover.people < needed:
        cover = solve(most, work)
    if cover.people < needed:
        return Least(cover, most + int(cover.bound < needed), False, cover.timed_out)
    fewest, timed_out = 1, False
    # What fewer of these sites serve is enough at first; from there one site less at a time.
    count = 1 + int(np.argmax(np.cumsum(cover.gains) >= needed))
    cover = solve(count, work)
    while count > fewest:
        fewer = solve(count - 1, work)
        if fewer.people >= needed:
            cover, count = fewer, len(fewer.chosen)
        elif fewer.bound < needed:
            fewest = count
        else:
            timed_out = fewer.timed_out or work.over
            break
    known_short = fewest if fewest == count else _known_short(solve, needed, count)
    return Least(cover, known_short, True, timed_out)


def _known_short(solve: Callable[[int, Work], Cover], needed: float, count: int) -> int:
    """Return the least number that the bounds, found at once, leave open."""
    short, open_ = 0, count - 1  # `short` sites are too few, `open_` may be enough
    while open_ - short > 1:
        middle = (short + open_) // 2
        if solve(middle, Work(0.0)).bound < needed:
            short = middle
        else:
            open_ = middle
    return open_


@dataclass(frozen=True, eq=False)
class Enough:
    """A table of sites where more people than are needed count for nothing more.

    With it, whatever serves enough people is as good: `locator.analysis.siting.ties.Addable`.
    """

    table: Addable
    needed: float

    def total(self, chosen: list[int]) -> float:
        """Return what counts of what the sites gain."""
        return min(self.table.total(chosen), self.needed * (1 - ENOUGH))

    def adds(self, chosen: list[int]) -> FloatArray:
        """Return (m,) what counts of what each site would add."""
        left = self.needed * (1 - ENOUGH) - self.total(chosen)
        added: FloatArray = np.minimum(self.table.adds(chosen), left)
        return added

    def left(self, chosen: list[int]) -> FloatArray:
        """Return (n,) what is left to be gained at each point."""
        return self.table.left(chosen)
