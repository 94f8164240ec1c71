"""Collect who can walk where within a limit, as one sparse matrix."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from locator.base.geo import FloatArray, IntArray
from locator.walking import SnappedPoints, WalkingModel

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

# A stored zero means "not reached" to most sparse operations, so nobody is nearer than this.
MIN_WALK_M = 0.01

SQUARE_M, WIDE_M = 1000.0, 3000.0
"""Places in a square of the second side are walked from together, square by square of the first
one: where they lie close, `TOGETHER` of them have little more ground round them than a single one.
"""

TOGETHER = 64
"""No more places are walked from at once: their walks to everybody near are held in memory."""

NEARLY = 1 + 1e-9
"""More than all roundings together."""

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
    begins, counts = np.zeros((2, len(places)), dtype=np.int64)
    found = done = 0
    for some in neighbourhoods(places.xy):
        together = places.take(some)
        near = _near(tree, together.xy, limit_m)
        walk_m = model.walk_matrix_m(together, demand.take(near), limit_m=limit_m)
        within = walk_m <= limit_m
        rows.add(near[np.nonzero(within)[1]])
        walks.add(np.maximum(walk_m[within], MIN_WALK_M))
        counts[some] = within.sum(axis=1)
        begins[some] = found + np.cumsum(counts[some]) - counts[some]
        found, done = found + int(counts[some].sum()), done + len(some)
        if progress is not None:
            progress(done, len(places))
    pointer = np.concatenate([[0], np.cumsum(counts)])
    if pointer[-1] < 2**31:  # as wide as the rows, which would be copied into its width
        pointer = pointer.astype(np.int32)
    shape = (len(demand), len(places))
    walk_m, row = (_ordered(part.whole(), begins, pointer) for part in (walks, rows))
    return sparse.csc_array((walk_m, row, pointer), shape=shape)


def _ordered(values: npt.NDArray[Any], begins: IntArray, pointer: IntArray) -> npt.NDArray[Any]:
    """Return `values` with the spans that begin at `begins` one after the other."""
    ordered = np.empty_like(values)
    for begin, (first, last) in zip(begins.tolist(), pairwise(pointer.tolist()), strict=True):
        ordered[first:last] = values[begin : begin + last - first]
    return ordered


def neighbourhoods(xy: FloatArray) -> list[IntArray]:
    """Return which of some points lie near each other: a square's, and no more than `TOGETHER`.

    Parameters
    ----------
    xy : (n, 2) float array
        Metres.

    Returns
    -------
    list of int array
        Every point once.
    """
    square, wide = np.floor(xy / SQUARE_M), np.floor(xy / WIDE_M)
    order = np.lexsort((*square.T, *wide.T))
    ends = 1 + np.flatnonzero(np.diff(wide[order], axis=0).any(axis=1))
    starts = np.union1d([*ends, len(xy)], np.arange(0, len(xy), TOGETHER)).astype(np.int64)
    return [order[first:last] for first, last in pairwise(starts.tolist())]


def _near(tree: cKDTree, xy: FloatArray, limit_m: float) -> IntArray:
    """Return the points of `tree`, ascending, that may be near enough to some of `xy`."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    radius_m = limit_m + float(np.hypot(*(high - low))) / 2
    near = np.asarray(tree.query_ball_point((low + high) / 2, radius_m * NEARLY), dtype=np.int64)
    near.sort()
    return near


def useful_m(place_xy: FloatArray, xy: FloatArray, walk_m: FloatArray) -> float:
    """Return how long a walk to a new place can be and still be shorter than those of today.

    A walk is never shorter than the straight line, so whom it would help lives nearer than they
    walk today.

    Parameters
    ----------
    place_xy : (2,) float array
    xy : (n, 2) float array
        Where people live.
    walk_m : (n,) float array
        How far they walk today.

    Returns
    -------
    float
        ``inf`` where somebody has nowhere to walk to.
    """
    helped = np.hypot(*(xy - place_xy).T) < walk_m * NEARLY
    return float(np.max(walk_m, where=helped, initial=0.0)) * NEARLY


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
