"""Say between which values lies who reaches several layers at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from locator.analysis.access.combined import Combined
from locator.analysis.access.coverage import Coverage
from locator.analysis.access.draws import CAUSES, known_doubt
from locator.analysis.access.ranges import RUNS, SEED, ends
from locator.walking.walkable_city import WalkableCity

APART = 1000
"""Seeds of two layers lie so far apart: what exists of one says nothing of the other."""


@dataclass(frozen=True)
class CombinedRanges:
    """Between which values lies the share that reaches several layers.

    Attributes
    ----------
    low, high : float
        Nine in ten runs lie between, and so does what was counted.
    districts : DataFrame
        Index: number. ``low``, ``high``, NaN without people.
    runs, seed : int
    """

    low: float
    high: float
    districts: pd.DataFrame
    runs: int
    seed: int


def combined_ranges(
    walkable_city: WalkableCity,
    found: Combined,
    alone: Sequence[Coverage],
    *,
    runs: int = RUNS,
    seed: int = SEED,
) -> CombinedRanges:
    """Return between which values `found` lies.

    Parameters
    ----------
    walkable_city : WalkableCity
        With the people of the census.
    found : Combined
    alone : sequence of Coverage
        Of each of its layers, for its group and at the standard that it was counted by.
    runs, seed : int
        As in `locator.analysis.access.ranges.ranges`. A run has the same people for all layers;
        what exists, and how long walks are, is drawn for each.

    Returns
    -------
    CombinedRanges
    """
    doubts = [known_doubt(walkable_city, one) for one in alone]
    join = np.logical_and if found.query.need == "all" else np.logical_or
    every = zip(
        *(
            one.draws(frozenset(CAUSES), runs=runs, seed=seed + APART * place)
            for place, one in enumerate(doubts)
        ),
        strict=True,
    )
    drawn = [
        doubts[0].share(
            join.reduce([doubt.served(one) for doubt, one in zip(doubts, run, strict=True)]),
            run[0].weight,
        )
        for run in every
    ]
    counted = np.append(found.districts["share"].to_numpy(dtype=np.float64), found.share)
    low, high = ends(np.array(drawn), counted)
    return CombinedRanges(
        low=float(low[-1]),
        high=float(high[-1]),
        districts=pd.DataFrame({"low": low[:-1], "high": high[:-1]}, found.districts.index),
        runs=runs,
        seed=seed,
    )
