"""Say between which values a coverage lies, and which ranks a district may have.

What nobody knows for certain is drawn many times from what was measured, or from what is assumed
(a Monte Carlo); ``docs/ranges.md`` has the whole rule, its parameters and their sources.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from locator.analysis.access.coverage import Coverage
from locator.analysis.access.draws import CAUSES, Cause, asked_of, known_doubt
from locator.analysis.access.known_runs import known_runs
from locator.analysis.access.share_extremes import extremes
from locator.base.geo import FloatArray
from locator.walking.walkable_city import WalkableCity

RUNS = 200
SEED = 1
CAUSE_RUNS = 100
"""At most so many runs for each cause alone: they only say which one matters most."""

WITHIN = 0.9
"""A range holds this share of the runs: a twentieth lies below it, a twentieth above."""

SURE = 0.95
"""Two districts differ where this share of the runs puts the same one first."""

SAME_SHARE = 1e-9


@dataclass(frozen=True)
class Ranges:
    """Between which values a coverage lies.

    Attributes
    ----------
    low, high : float
        Share of the city's people served: nine in ten runs lie between, and so does the share
        that was counted.
    lowest, highest : float
        If only what is confirmed and on the map exists; if all that may exist does, and what is
        not on the map stands at the best places.
    districts : DataFrame
        Index: number. ``low``, ``high``, ``lowest``, ``highest`` as above, NaN without people;
        ``rank`` (1: the largest share; equal shares have one rank), ``rank_low``, ``rank_high``
        (Int64, null without people).
    above : DataFrame
        Share of the runs in which the row's district serves a larger share than the column's.
    causes : dict of str to float
        How far each cause alone moves the share: root of the mean square over the runs. The
        farthest first.
    not_measured : tuple of str
        Causes of whose size the city folder says nothing: they are left out.
    runs, seed : int
    """

    low: float
    high: float
    lowest: float
    highest: float
    districts: pd.DataFrame
    above: pd.DataFrame
    causes: dict[Cause, float]
    not_measured: tuple[Cause, ...]
    runs: int
    seed: int

    def differ(self, one: int, other: int) -> bool:
        """Tell whether two districts differ beyond their ranges."""
        above = self.above.loc[[one, other], [one, other]].to_numpy(dtype=np.float64)
        return bool(above.max() >= SURE)


def ranges(
    walkable_city: WalkableCity, found: Coverage, *, runs: int = RUNS, seed: int = SEED
) -> Ranges:
    """Return between which values `found` lies.

    Parameters
    ----------
    walkable_city : WalkableCity
        With the people of the census.
    found : Coverage
        Of today's facilities; its shares lie in their ranges.
    runs, seed : int
        The same seed gives the same ranges; they are remembered.

    Returns
    -------
    Ranges
    """
    chosen = walkable_city.choosing(found.which)
    return walkable_city.memory.get(
        range_question(walkable_city, found, runs, seed),
        lambda: _ranges(chosen, found, runs=runs, seed=seed),
    )


def has_ranges(walkable_city: WalkableCity, found: Coverage) -> bool:
    """Tell whether `ranges` has its answer ready.

    Parameters
    ----------
    walkable_city, found
        As for `ranges`.

    Returns
    -------
    bool
    """
    return range_question(walkable_city, found, RUNS, SEED) in walkable_city.memory


def range_question(
    walkable_city: WalkableCity, found: Coverage, runs: int, seed: int
) -> tuple[Hashable, ...]:
    """Return under which question the ranges of `found` are remembered."""
    return (walkable_city.everything.number, "ranges", asked_of(found), runs, seed)


def _ranges(walkable_city: WalkableCity, found: Coverage, *, runs: int, seed: int) -> Ranges:
    doubt = known_doubt(walkable_city, found)
    drawn = np.array(
        [doubt.share(*one) for one in known_runs(walkable_city, found, runs=runs, seed=seed)]
    )
    counted = doubt.shares(frozenset(), runs=1, seed=seed)[0]
    shown = np.append(found.districts["share"].to_numpy(dtype=np.float64), found.share)
    low, high = ends(drawn, shown)
    lowest, highest = extremes(doubt)
    apart = {
        cause: float(np.sqrt(np.mean(np.square(shares[:, -1] - counted[-1]))))
        for cause in CAUSES
        if cause not in doubt.not_measured
        for shares in [doubt.shares(frozenset({cause}), runs=min(runs, CAUSE_RUNS), seed=seed)]
    }
    return Ranges(
        low=float(low[-1]),
        high=float(high[-1]),
        lowest=float(min(lowest[-1], found.share)),
        highest=float(max(highest[-1], found.share)),
        districts=_districts(found, drawn, shown, low, high, lowest, highest),
        above=_above(found, drawn),
        causes=dict(sorted(apart.items(), key=lambda one: -one[1])),
        not_measured=doubt.not_measured,
        runs=runs,
        seed=seed,
    )


def ends(drawn: FloatArray, counted: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the values between which nine in ten runs lie, and what was counted too.

    Parameters
    ----------
    drawn : (runs, m) float array
    counted : (m,) array_like

    Returns
    -------
    low, high : (m,) float array
    """
    tail, shown = (1 - WITHIN) / 2, np.asarray(counted, dtype=np.float64)
    low, high = np.quantile(drawn, (tail, 1 - tail), axis=0)
    return np.fmin(low, shown), np.fmax(high, shown)


def _districts(
    found: Coverage,
    drawn: FloatArray,
    shown: FloatArray,
    low: FloatArray,
    high: FloatArray,
    lowest: FloatArray,
    highest: FloatArray,
) -> pd.DataFrame:
    """Return the table of districts; the arrays have the city last."""
    tail = (1 - WITHIN) / 2
    rank = _ranks(shown[np.newaxis, :-1])[0]
    ranked = _ranks(drawn[:, :-1])
    # A rank is one that was drawn, never between two.
    first, last = np.quantile(ranked, (tail, 1 - tail), axis=0, method="inverted_cdf")
    ranks = {"rank": rank, "rank_low": np.fmin(first, rank), "rank_high": np.fmax(last, rank)}
    frame = pd.DataFrame(
        {
            "low": low[:-1],
            "high": high[:-1],
            "lowest": np.fmin(lowest, shown)[:-1],
            "highest": np.fmax(highest, shown)[:-1],
            **{
                name: pd.array(values.astype(np.int64), dtype="Int64")
                for name, values in ranks.items()
            },
        },
        index=found.districts.index,
    )
    frame.loc[np.isnan(shown[:-1]), list(ranks)] = pd.NA
    return frame


def _ranks(shares: FloatArray) -> FloatArray:
    """Return (runs, d) ranks, 1 for the largest share; equal ones share a rank."""
    known = np.nan_to_num(shares, nan=-1.0)
    better = known[:, np.newaxis, :] > known[:, :, np.newaxis] + SAME_SHARE
    ranks: FloatArray = 1.0 + better.sum(axis=2)
    return ranks


def _above(found: Coverage, drawn: FloatArray) -> pd.DataFrame:
    shares = drawn[:, :-1]
    above = (shares[:, :, np.newaxis] > shares[:, np.newaxis, :] + SAME_SHARE).mean(axis=0)
    return pd.DataFrame(above, found.districts.index, found.districts.index)
