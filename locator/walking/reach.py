"""Collect who can walk where within a limit, as one sparse matrix."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import sparse

from locator.walking import Placed, WalkingModel

# A stored zero means "not reached" to most sparse operations, so nobody is nearer than this.
MIN_WALK_M = 0.01


def reach(
    model: WalkingModel,
    demand: Placed,
    places: Placed,
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
    demand : Placed
        n points.
    places : Placed
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
    rows: list[np.ndarray[tuple[int], np.dtype[np.int32]]] = []
    walks = []
    pointer = np.zeros(len(places) + 1, dtype=np.int64)
    for column in range(len(places)):
        near = np.asarray(tree.query_ball_point(places.xy[column], limit_m), dtype=np.int64)
        near.sort()
        walk_m = model.walk_m(
            places.take(slice(column, column + 1)), demand.take(near), limit_m=limit_m
        )
        within = walk_m <= limit_m
        rows.append(near[within].astype(np.int32))
        walks.append(np.maximum(walk_m[within], MIN_WALK_M))
        pointer[column + 1] = pointer[column] + int(within.sum())
        if progress is not None:
            progress(column + 1, len(places))
    return sparse.csc_array(
        (
            np.concatenate(walks) if walks else np.empty(0),
            np.concatenate(rows) if rows else np.empty(0, dtype=np.int32),
            pointer,
        ),
        shape=(len(demand), len(places)),
    )
