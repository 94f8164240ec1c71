"""Collect who can walk where within a limit, as one sparse matrix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from locator.walking import SnappedPoints, WalkingModel

# A stored zero means "not reached" to most sparse operations, so nobody is nearer than this.
MIN_WALK_M = 0.01

BLOCK = 1 << 18
"""Numbers that are kept together while a matrix grows: a megabyte or two."""


def reach(
    model: WalkingModel,
    demand: SnappedPoints,
    places: SnappedPoints,
    *,
    limit_m: float,
    progress: Callable[[int, int], None] | None = None,
) -> sparse.csc_array:
    """Return the walks of at most `limit_m` between every demand point and every place.

    A walk is never shorter than the straight line, so the points within a straight `limit_m` are
    the only ones that the model is asked about.

    Parameters
    ----------
    model : WalkingModel
    demand : SnappedPoints
        n points.
    places : SnappedPoints
        m facilities or candidates.
    limit_m : float
        Longest walk kept, metres, inclusive.
    progress : callable, optional
        Called with (places done, places in all).

    Returns
    -------
    (n, m) csc_array
        Metres; what is not stored is further away than `limit_m`.
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(demand.xy)
    rows, walks = Joined(np.int32), Joined(np.float64)
    pointer = np.zeros(len(places) + 1, dtype=np.int64)
    for column in range(len(places)):
        near = np.asarray(tree.query_ball_point(places.xy[column], limit_m), dtype=np.int64)
        near.sort()
        walk_m = model.walk_m(
            places.take(slice(column, column + 1)), demand.take(near), limit_m=limit_m
        )
        within = walk_m <= limit_m
        rows.add(near[within])
        walks.add(np.maximum(walk_m[within], MIN_WALK_M))
        pointer[column + 1] = pointer[column] + int(within.sum())
        if progress is not None:
            progress(column + 1, len(places))
    shape = (len(demand), len(places))
    return sparse.csc_array((walks.whole(), rows.whole(), pointer), shape=shape)


def covers_of(walks: sparse.csc_array) -> sparse.csc_array:
    """Return 1 where `walks` has a walk, whatever its length.

    Parameters
    ----------
    walks : sparse array, shape (n, m)
        Metres from each of n points to each of m places, where there is a walk within the limit.

    Returns
    -------
    sparse array, shape (n, m)
        Shares its indices with `walks`.
    """
    ones = np.ones(len(walks.data))
    return sparse.csc_array((ones, walks.indices, walks.indptr), shape=walks.shape)


class Joined:
    """Join many short arrays into one, with little more memory than that one takes.

    Thousands of short arrays would lie on the heap side by side, and leave holes there.

    Parameters
    ----------
    dtype : numpy type
        Of every part.
    """

    def __init__(self, dtype: type[np.generic]) -> None:
        self._blocks: list[npt.NDArray[Any]] = [np.empty(BLOCK, dtype)]
        self._used = 0  # of the last block

    def add(self, part: npt.NDArray[Any]) -> None:
        """Put `part` behind what was added before."""
        while len(part):
            if self._used == BLOCK:
                self._blocks.append(np.empty(BLOCK, self._blocks[0].dtype))
                self._used = 0
            fit = part[: BLOCK - self._used]
            self._blocks[-1][self._used : self._used + len(fit)] = fit
            self._used += len(fit)
            part = part[len(fit) :]

    def whole(self) -> npt.NDArray[Any]:
        """Return all that was added; the blocks are given up one by one."""
        length = BLOCK * (len(self._blocks) - 1) + self._used
        whole = np.empty(length, self._blocks[0].dtype)
        while self._blocks:
            first = BLOCK * (len(self._blocks) - 1)
            block = self._blocks.pop()
            whole[first : first + BLOCK] = block[: length - first]
        return whole
