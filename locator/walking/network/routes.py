"""Turn the edges of a walk into its line and the names of its streets."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from locator.base.geo import Flags, FloatArray, IntArray
from locator.walking.graph.file import Array, StreetGraph

SHORTEST_NAMED_M = 25.0
"""Streets followed for less than this are not worth naming."""


@dataclass(frozen=True)
class Routes:
    """The edges of some walks, one walk after the other and each in walking order, p in all.

    Attributes
    ----------
    edge : (p,) int array
    begin_m, end_m : (p,) float array
        Where on the edge the walk comes and leaves, metres from its u.
    whole : (p,) bool array
        Whether the edge is walked from end to end: all but the first and the last of a walk.
    walk : (p,) int array
        Whose edge each is, from 0, ascending.
    """

    edge: IntArray
    begin_m: FloatArray
    end_m: FloatArray
    whole: Flags
    walk: IntArray


def entries(csr: tuple[Array, Array, FloatArray, Array], u: IntArray, v: IntArray) -> IntArray:
    """Return the (n,) edges that the matrix keeps between (n,) vertices and as many neighbours."""
    indptr, indices, _, entry_edge = csr
    counts = (indptr[u + 1] - indptr[u]).astype(np.int64)
    step = np.repeat(np.arange(len(u)), counts)
    entry = np.arange(len(step)) + np.repeat(indptr[u] - (np.cumsum(counts) - counts), counts)
    found: IntArray = entry_edge[entry[indices[entry] == v[step]]].astype(np.int64)
    return found


def lines_of(
    graph: StreetGraph, routes: Routes, origin_xy: FloatArray, target_xy: FloatArray
) -> list[FloatArray]:
    """Return the (m, 2) points of each walk in walking order, metric CRS.

    Parameters
    ----------
    graph : StreetGraph
    routes : Routes
        Of n walks.
    origin_xy : (2,) float array
        Where all of them begin, beside the street.
    target_xy : (n, 2) float array
        Where each of them ends.
    """
    start, stop = graph.line_start[routes.edge], graph.line_start[routes.edge + 1]
    counts = (stop - start).astype(np.int64)
    of = np.repeat(np.arange(len(counts)), counts)
    turn = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    forward = routes.begin_m <= routes.end_m
    point = np.where(forward[of], start[of] + turn, stop[of] - 1 - turn)
    along_m = graph.line_along_m[point]
    low_m = np.minimum(routes.begin_m, routes.end_m)
    high_m = np.maximum(routes.begin_m, routes.end_m)
    taken = routes.whole[of] | ((along_m > low_m[of]) & (along_m < high_m[of]))
    cut = np.flatnonzero(~routes.whole)
    ends = _points_at(graph, routes.edge[cut], np.stack([routes.begin_m[cut], routes.end_m[cut]]))
    walk = np.arange(len(target_xy))
    first, last = (np.searchsorted(routes.walk, walk, side) for side in ("left", "right"))
    inner, inner_of = point[taken], of[taken]
    xy = np.concatenate(
        [
            np.broadcast_to(origin_xy, target_xy.shape),
            ends[0],
            graph.line_xy[inner],
            ends[1],
            target_xy,
        ]
    )
    # Each edge has five places in order: the start of the walk before its first edge, where the
    # edge is come to, what lies between, where it is left, the goal behind the last.
    place = np.concatenate(
        [5 * first, 5 * cut + 1, 5 * inner_of + 2, 5 * cut + 3, 5 * (last - 1) + 4]
    )
    whose = np.concatenate([walk, routes.walk[cut], routes.walk[inner_of], routes.walk[cut], walk])
    order = np.argsort(place, kind="stable")
    xy, whose = xy[order], whose[order]
    moved = np.ones(len(xy), dtype=bool)
    moved[1:] = (whose[1:] != whose[:-1]) | np.any(xy[1:] != xy[:-1], axis=1)
    xy, whose = xy[moved], whose[moved]
    bounds = np.searchsorted(whose, np.arange(len(walk) + 1)).tolist()
    return [xy[begin:end] for begin, end in pairwise(bounds)]


def _points_at(graph: StreetGraph, edge: IntArray, along_m: FloatArray) -> FloatArray:
    """Return the (k, c, 2) points that lie (k, c) metres along c edges, from their u."""
    start, stop = graph.line_start[edge], graph.line_start[edge + 1]
    counts = (stop - start).astype(np.int64)
    begin = np.cumsum(counts) - counts
    of = np.repeat(np.arange(len(edge)), counts)
    point = np.repeat(start - begin, counts) + np.arange(len(of))
    passed = graph.line_along_m[point] <= along_m[:, of]
    last = start + np.maximum(np.add.reduceat(passed, begin, axis=1, dtype=np.int64) - 1, 0)
    following = np.minimum(last + 1, stop - 1)
    from_m, to_m = graph.line_along_m[last], graph.line_along_m[following]
    part = (along_m - from_m) / np.where(to_m > from_m, to_m - from_m, np.inf)
    here, there = graph.line_xy[last], graph.line_xy[following]
    points: FloatArray = here + np.maximum(part, 0.0)[..., np.newaxis] * (there - here)
    return points


def names_of(graph: StreetGraph, routes: Routes, *, walks: int) -> list[tuple[str, ...]]:
    """Return the names of the streets that each of so many walks follows, but for touched ones."""
    told: list[list[str]] = [[] for _ in range(walks)]
    name = graph.edge_name[routes.edge]
    named = np.flatnonzero(name)
    name, walk = name[named], routes.walk[named]
    begins = _begins(name, walk)
    if len(begins):
        length_m = np.abs(routes.end_m - routes.begin_m)[named]
        long = begins[np.add.reduceat(length_m, begins) >= SHORTEST_NAMED_M]
        name, walk = name[long], walk[long]
        for at in _begins(name, walk).tolist():
            told[walk[at]].append(graph.name(int(name[at])))
    return [tuple(names) for names in told]


def _begins(name: IntArray, walk: IntArray) -> IntArray:
    """Return where another name or another walk begins."""
    changes = (name[1:] != name[:-1]) | (walk[1:] != walk[:-1])
    return np.flatnonzero(np.concatenate([np.ones(min(1, len(name)), dtype=bool), changes]))
