"""Walk to every place where a facility could stand once, and remember it for the next question."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from locator.analysis.siting.candidates import SPACING_M, candidates
from locator.base.geo import FloatArray, IntArray
from locator.base.mapped import in_scratch, scratch
from locator.walking import SnappedPoints, WalkingModel
from locator.walking.reach_matrix import reach
from locator.walking.walkable_city import WalkableCity, remembered

SQUARE_M = 250.0
"""p-median weighs every pair, so people and candidates are joined to squares of this side."""

WALK_B = 8
"""What a pair takes that a straight standard joins: metres and row, 12, where the walk is not too
long, which it is for every third."""

STEP_M, WIDEST_M = 200.0, 2400.0
"""Walks to all candidates are known up to a multiple of the first; up to the second, if they fit,
where several standards are asked about."""

STEPS_M = np.concatenate([[0.0], 500 * 1.25 ** np.arange(14)])
"""Walks to squares are known up to one of these (the last: 9 km), or all of them."""

FAR_M = 1e6
"""Stands for "cannot be reached" where a sum has to stay finite."""


@remembered
def all_candidates(walkable_city: WalkableCity, spacing_m: float) -> pd.DataFrame:
    """Return `locator.analysis.siting.candidates.candidates` of the whole city."""
    return candidates(walkable_city.city, spacing_m=spacing_m)


def walks_within(
    walkable_city: WalkableCity, sites: IntArray, limit_m: float, *, matter: npt.NDArray[np.bool_]
) -> sparse.csc_array:
    """Return the walks within a standard to some candidates, of the demand points that matter.

    Planners ask about many standards, and about each many times, so the walks of everybody are
    remembered for the widest, where they are not too many: those of the others are among them.
    Else only those that matter are walked, which are few where a standard is long: most are served
    then.

    Parameters
    ----------
    walkable_city : WalkableCity
    sites : (m,) int array
        Rows of `all_candidates` at `SPACING_M`.
    limit_m : float
    matter : (n,) bool array
        The walks of the others may be left out.

    Returns
    -------
    (n, m) csc_array
        Metres; what is not stored is further than `limit_m`, or does not matter.
    """
    step_m = _step_m(walkable_city, limit_m)
    if step_m is not None:
        return _cut(all_walks(walkable_city, step_m), sites, limit_m, matter)
    rows = np.flatnonzero(matter)
    people, places = (
        walkable_city.demand.take(rows),
        walkable_city.model.snap(_candidates_xy(walkable_city)[sites]),
    )
    if len(people) < len(places):  # as far there as back, and each place is a search
        walks = sparse.csc_array(reach(walkable_city.model, places, people, limit_m=limit_m).T)
    else:
        walks = reach(walkable_city.model, people, places, limit_m=limit_m)
    shape = (len(walkable_city.demand), len(sites))
    everybody = rows.astype(np.int32)[walks.indices]
    return sparse.csc_array((walks.data, everybody, walks.indptr), shape=shape)


def rows_of(walks: sparse.csc_array, rows: IntArray) -> sparse.csc_array:
    """Return the (k, m) walks of some demand points, ascending, without a copy by rows between."""
    place = np.full(walks.shape[0], -1, dtype=np.int32)
    place[rows] = np.arange(len(rows))
    indices = place[walks.indices]
    stays = indices >= 0
    shape = (len(rows), walks.shape[1])
    if stays.all():
        return sparse.csc_array((walks.data, indices, walks.indptr), shape=shape)
    pointer = np.concatenate([[0], np.cumsum(stays)])[walks.indptr]
    return sparse.csc_array((walks.data[stays], indices[stays], pointer), shape=shape)


def all_walks(walkable_city: WalkableCity, step_m: float) -> sparse.csc_array:
    """Return the (n, m) walks within a step between everybody and every candidate.

    They are remembered, and those of narrower steps no more.
    """
    city = walkable_city.everything

    def walked() -> sparse.csc_array:
        for narrower_m in np.arange(STEP_M, step_m, STEP_M):
            city.memory.forget(_question(city, narrower_m))
        places = city.model.snap(_candidates_xy(city))
        walks = reach(city.model, city.demand, places, limit_m=step_m)
        some = (in_scratch(walks.data), in_scratch(walks.indices), walks.indptr)
        return sparse.csc_array(some, shape=walks.shape)

    return city.memory.get(_question(city, step_m), walked)


def _question(city: WalkableCity, step_m: float) -> tuple[Hashable, ...]:
    return (city.number, "walks to candidates", float(step_m))


def _step_m(walkable_city: WalkableCity, limit_m: float) -> float | None:
    """Return the step, no less than a standard, whose walks are asked for; None for none.

    Who asks about the first standard waits for its walks alone; who asks about a wider one waits
    for the widest, so that nobody waits for a third.
    """
    city = walkable_city.everything
    own_m = STEP_M * float(np.ceil(limit_m / STEP_M))
    steps = np.arange(own_m, max(own_m, WIDEST_M) + 1, STEP_M).tolist()
    for step_m in steps:
        if _question(city, step_m) in city.memory:
            return float(step_m)
    narrower = any(_question(city, one) in city.memory for one in np.arange(STEP_M, own_m, STEP_M))
    fitting = list(takewhile(partial(_fits, city), steps if narrower else steps[:1]))
    return float(fitting[-1]) if fitting else None


def _fits(city: WalkableCity, step_m: float) -> bool:
    return WALK_B * _pairs_within(city, step_m) <= city.memory.largest_b


def _cut(
    walks: sparse.csc_array, sites: IntArray, limit_m: float, matter: npt.NDArray[np.bool_]
) -> sparse.csc_array:
    """Return the walks of some rows to some columns that are no longer than a limit."""
    kept = walks.data <= limit_m
    kept &= matter[walks.indices]
    pointer = np.zeros(len(kept) + 1, dtype=np.int32)
    np.cumsum(kept, out=pointer[1:])
    some = (walks.data[kept], walks.indices[kept], pointer[walks.indptr])
    cut = sparse.csc_array(some, shape=walks.shape)
    return cut if len(sites) == walks.shape[1] else cut[:, sites]


@remembered
def _pairs_within(walkable_city: WalkableCity, limit_m: float) -> int:
    """Return how many demand points and candidates are no further apart, as the crow flies."""
    from scipy.spatial import cKDTree

    candidates_tree = cKDTree(_candidates_xy(walkable_city))
    return int(cKDTree(walkable_city.demand.xy).count_neighbors(candidates_tree, limit_m))


def _candidates_xy(walkable_city: WalkableCity) -> FloatArray:
    return all_candidates(walkable_city, SPACING_M)[["x", "y"]].to_numpy(dtype=np.float64)


def square_walks(
    walkable_city: WalkableCity,
    sites: IntArray,
    squares: IntArray,
    *,
    shorter_m: FloatArray | None = None,
) -> npt.NDArray[np.float32]:
    """Return metres, (m, s), between some candidates and the middles of some squares.

    Parameters
    ----------
    walkable_city : WalkableCity
    sites, squares : (m,), (s,) int arrays
    shorter_m : (s,) float array, optional
        Only walks shorter than this, per square, matter: others may be `FAR_M`. A service of many
        places is asked about first in a quarter of the time so.
    """
    table = _square_table(walkable_city)
    with table.filling:
        needed_m = table.needed_m(sites, squares, shorter_m)
        unknown = needed_m > table.known_m[sites]
        table.walk(walkable_city.model, sites[unknown], needed_m[unknown])
        return table.walk_m[np.ix_(sites, squares)]


def searched_square_walks(
    walkable_city: WalkableCity, sites: IntArray, squares: IntArray, *, limit_m: float
) -> npt.NDArray[np.float32]:
    """Return the walks of `square_walks` for a few sites, each searched.

    A hierarchy rounds, and is not everywhere; these have the same digits on every machine.

    Parameters
    ----------
    walkable_city : WalkableCity
    sites, squares : (k,), (s,) int arrays
    limit_m : float
        Longer walks may be `FAR_M`.

    Returns
    -------
    (k, s) float32 array
    """
    table = _square_table(walkable_city)
    walk_m = walkable_city.model.walk_matrix_m(
        table.sites.take(sites), table.squares.take(squares), limit_m=limit_m
    )
    return np.minimum(walk_m, FAR_M).astype(np.float32)


@dataclass(frozen=True)
class _SquareTable:
    """Walks from every candidate to every square, as far as anybody asked yet.

    Attributes
    ----------
    sites, squares : SnappedPoints
    walk_m : (m, s) float32 array
        Metres, to the millimetre; `FAR_M` where it is further than `known_m`.
    known_m : (m,) float array
        How far each candidate's row is the whole truth.
    filling : Lock
    """

    sites: SnappedPoints
    squares: SnappedPoints
    walk_m: npt.NDArray[np.float32]
    known_m: FloatArray
    filling: threading.Lock = field(default_factory=threading.Lock)

    def needed_m(
        self, sites: IntArray, squares: IntArray, shorter_m: FloatArray | None
    ) -> FloatArray:
        """Return (m,) metres up to which some candidates' rows have to be known."""
        needed_m = np.full(len(sites), np.inf)
        if shorter_m is None:
            return needed_m
        xy = self.squares.xy[squares]
        for place, site in enumerate(sites):
            # A walk is never shorter than the straight line.
            near = np.hypot(*(xy - self.sites.xy[site]).T) < shorter_m
            needed_m[place] = np.max(shorter_m, where=near, initial=0.0)
        # In few steps, so that no row is walked again for each further service.
        step = np.searchsorted(STEPS_M, needed_m)
        return np.append(STEPS_M, np.inf)[step]

    def walk(self, model: WalkingModel, sites: IntArray, needed_m: FloatArray) -> None:
        """Fill the rows of some candidates up to `needed_m`."""
        some = self.sites.take(sites)
        for rows, walk_m, known_m in model.far_walks(some, self.squares, up_to_m=needed_m):
            self.walk_m[sites[rows]] = np.minimum(walk_m, FAR_M, out=walk_m)
            self.known_m[sites[rows]] = known_m


@remembered
def _square_table(walkable_city: WalkableCity) -> _SquareTable:
    snap = walkable_city.model.snap
    squares = snap(_squares(walkable_city)[1])
    sites = snap(all_candidates(walkable_city, SQUARE_M)[["x", "y"]].to_numpy())
    walk_m = scratch((len(sites), len(squares)), np.float32)  # some 24 MB in a large city
    walk_m[:] = FAR_M
    return _SquareTable(sites, squares, walk_m, np.zeros(len(sites)))


def inhabited_squares(
    walkable_city: WalkableCity, current_m: FloatArray, people: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return the squares where people live, those people, and their mean walk now.

    Parameters
    ----------
    walkable_city : WalkableCity
    current_m : (n,) float array
        Metres to the nearest facility from each demand point.
    people : (n,) float array
    """
    which, _ = _squares(walkable_city)
    total = np.bincount(which, people)
    walked = np.bincount(which, people * np.minimum(current_m, FAR_M))
    inhabited = np.flatnonzero(total > 0).astype(np.int64)
    mean_m = walked[inhabited] / total[inhabited]
    return inhabited, total[inhabited].astype(np.float64), mean_m.astype(np.float64)


@remembered
def _squares(walkable_city: WalkableCity) -> tuple[IntArray, FloatArray]:
    """Return the square of each demand point, and the middle of each square's points."""
    squares = np.floor(walkable_city.city.demand.xy / SQUARE_M).astype(np.int64)
    _, which = np.unique(squares, axis=0, return_inverse=True)
    which = which.ravel()
    count = np.bincount(which)
    middle = np.column_stack(
        [np.bincount(which, walkable_city.city.demand.xy[:, axis]) / count for axis in (0, 1)]
    )
    return which, middle
