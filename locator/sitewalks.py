"""Walk to every place where a facility could stand once, and remember it for the next question."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import sparse

from locator.candidates import SPACING_M, candidates
from locator.geo import FloatArray, IntArray
from locator.walking.reach import reach
from locator.walking.walkable import WalkableCity

SQUARE_M = 250.0
"""p-median weighs every pair, so people and candidates are joined to squares of this side."""

FAR_M = 1e6
"""Stands for "cannot be reached" where a sum has to stay finite."""


@lru_cache(maxsize=2)
def all_candidates(ground: WalkableCity, spacing_m: float) -> pd.DataFrame:
    """Return `locator.candidates.candidates` of the whole city."""
    return candidates(ground.city, spacing_m=spacing_m)


@lru_cache(maxsize=4)
def all_walks(ground: WalkableCity, limit_m: float) -> sparse.csc_array:
    """Return the (n, m) walks within a standard, kept: a planner asks about one many times."""
    return reach(
        ground.model,
        ground.demand,
        ground.model.place(all_candidates(ground, SPACING_M)[["x", "y"]].to_numpy()),
        limit_m=limit_m,
    )


@lru_cache(maxsize=2)
def square_walks(ground: WalkableCity) -> FloatArray:
    """Return metres, (m, s), between every candidate and the middle of every square."""
    squares = ground.model.place(_squares(ground)[1])
    sites = ground.model.place(all_candidates(ground, SQUARE_M)[["x", "y"]].to_numpy())
    walk_m = np.empty((len(sites), len(squares)))
    for one in range(len(sites)):
        walk_m[one] = ground.model.walk_m(sites.take(slice(one, one + 1)), squares)
    return np.minimum(walk_m, FAR_M)


def inhabited_squares(
    ground: WalkableCity, current_m: FloatArray, people: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return the squares where people live, those people, and their mean walk now.

    Parameters
    ----------
    ground : WalkableCity
    current_m : (n,) float array
        Metres to the nearest facility from each demand point.
    people : (n,) float array
    """
    which, _ = _squares(ground)
    total = np.bincount(which, people)
    walked = np.bincount(which, people * np.minimum(current_m, FAR_M))
    inhabited = np.flatnonzero(total > 0).astype(np.int64)
    mean_m = walked[inhabited] / total[inhabited]
    return inhabited, total[inhabited].astype(np.float64), mean_m.astype(np.float64)


@lru_cache(maxsize=2)
def _squares(ground: WalkableCity) -> tuple[IntArray, FloatArray]:
    """Return the square of each demand point, and the middle of each square's points."""
    squares = np.floor(ground.city.demand.xy / SQUARE_M).astype(np.int64)
    _, which = np.unique(squares, axis=0, return_inverse=True)
    which = which.ravel()
    count = np.bincount(which)
    middle = np.column_stack(
        [np.bincount(which, ground.city.demand.xy[:, axis]) / count for axis in (0, 1)]
    )
    return which, middle
