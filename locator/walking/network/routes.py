"""Follow walks along the streets: their edges, the names of the streets, and their lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np

from locator.base.geo import Flags, FloatArray, IntArray
from locator.walking import SnappedPoints
from locator.walking.graph.file import Array, StreetGraph
from locator.walking.network.profile import Ways

SHORTEST_NAMED_M = 25.0
"""Streets followed for less than this are not worth naming."""


Way = tuple[float, IntArray]
"""Metres of a walk, and the vertices that it goes over in order."""

EndsM = tuple[tuple[float, float], tuple[float, float]]
"""Where a walk comes and leaves on its first and on its last edge, metres from their u."""


@dataclass(frozen=True)
class Followed:
    """The walks to those of some targets that can be reached.

    Attributes
    ----------
    ways : dict of int to Way
        By the number of the target.
    walk : (p,) int array
        Whose each of their edges is that is walked from end to end, from 0, ascending.
    begin : (p,) int array
        The vertex where each of these edges begins.
    edge : (p,) int array
    ends_m : list of pairs
        Where each walk comes and leaves on its first edge, and on its last one.
    streets : list of tuple of str
        Of each walk.
    """

    ways: dict[int, Way]
    walk: IntArray
    begin: IntArray
    edge: IntArray
    ends_m: list[EndsM]
    streets: list[tuple[str, ...]]


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


def follow(
    ways: Ways, origin: SnappedPoints, targets: SnappedPoints, found: dict[int, Way]
) -> Followed:
    """Return what the shortest walks from one origin to some targets go over and along.

    Parameters
    ----------
    ways : Ways
    origin : SnappedPoints
        One point.
    targets : SnappedPoints
    found : dict of int to Way
        The walks to those targets that can be reached.
    """
    over = [way for _, way in found.values()]
    vertices = np.concatenate([*over, np.empty(0, dtype=np.int64)])
    walk = np.repeat(np.arange(len(over)), [len(way) for way in over])
    step = np.flatnonzero(walk[1:] == walk[:-1])
    begin = vertices[step]
    edge = entries(ways.csr, begin, vertices[step + 1])
    ends_m = _ends_m(ways.graph, origin, targets, found)
    streets = _streets(ways.graph, origin, targets, found, edge, ends_m)
    return Followed(found, walk[step], begin, edge, ends_m, streets)


def _streets(
    graph: StreetGraph,
    origin: SnappedPoints,
    targets: SnappedPoints,
    found: dict[int, Way],
    edge: IntArray,
    ends_m: list[EndsM],
) -> list[tuple[str, ...]]:
    """Return the streets of each walk, whose whole edges `edge` has one after the other.

    In plain numbers: a walk has some dozens of edges, too few for arrays.
    """
    name, length_m = graph.edge_name[edge].tolist(), graph.edge_length_m[edge].tolist()
    first, goals = graph.edge_name[origin.extra["edge"][0]].item(), targets.extra["edge"].tolist()
    begin, told = 0, []
    for (target, (_, way)), (first_m, last_m) in zip(found.items(), ends_m, strict=True):
        end = begin + max(len(way) - 1, 0)
        pieces = [
            (first, abs(first_m[1] - first_m[0])),
            *zip(name[begin:end], length_m[begin:end], strict=True),
            (graph.edge_name[goals[target]].item(), abs(last_m[1] - last_m[0])),
        ]
        told.append(_streets_along(graph, pieces))
        begin = end
    return told


def _ends_m(
    graph: StreetGraph, origin: SnappedPoints, targets: SnappedPoints, found: dict[int, Way]
) -> list[EndsM]:
    """Return for each walk where it comes and leaves on its first and on its last edge."""
    start, from_m = origin.extra["edge"][0].item(), origin.extra["along_m"][0].item()
    goals, along_m = targets.extra["edge"].tolist(), targets.extra["along_m"].tolist()
    ends_m = []
    for target, (_, way) in found.items():
        goal, to_m = goals[target], along_m[target]
        leave_m = _end_m(graph, start, way[0], from_m) if len(way) else to_m
        arrive_m = _end_m(graph, goal, way[-1], to_m) if len(way) else to_m
        ends_m.append(((from_m, leave_m), (arrive_m, to_m)))
    return ends_m


def _end_m(graph: StreetGraph, edge: int, vertex: int, along_m: float) -> float:
    """Return where on an edge its end `vertex` lies; of a loop, the one nearer `along_m`."""
    u, v, length_m = (
        column[edge].item() for column in (graph.edge_u, graph.edge_v, graph.edge_length_m)
    )
    at_u = along_m <= length_m - along_m if u == v else u == vertex
    return 0.0 if at_u else float(length_m)


def _streets_along(graph: StreetGraph, pieces: Iterable[tuple[int, float]]) -> tuple[str, ...]:
    """Return the names of the streets that a walk follows, but for touched ones.

    Parameters
    ----------
    graph : StreetGraph
    pieces : iterable of (int, float)
        The index of the name and the metres of each edge, in walking order; without a name: 0.
    """
    runs: list[tuple[int, float]] = []
    for name, length_m in pieces:
        if runs and runs[-1][0] == name:
            runs[-1] = name, runs[-1][1] + length_m
        elif name:
            runs.append((name, length_m))
    long = (name for name, length_m in runs if length_m >= SHORTEST_NAMED_M)
    return tuple(graph.name(name) for name, _ in groupby(long))


def routes_of(
    graph: StreetGraph, origin: SnappedPoints, targets: SnappedPoints, followed: Followed
) -> Routes:
    """Return the edges of walks that were found, those at their ends among them.

    Parameters
    ----------
    graph : StreetGraph
    origin, targets, followed
        As `follow` took and returned them.
    """
    index, inner = list(followed.ways), followed.edge
    number = np.arange(len(index))
    start, goal = np.repeat(origin.extra["edge"][:1], len(index)), targets.extra["edge"][index]
    ends_m = np.array(followed.ends_m)
    length_m, at_u = graph.edge_length_m[inner], graph.edge_u[inner] == followed.begin
    ends = np.zeros(len(index), dtype=bool)
    columns = (
        (start, inner, goal),
        (ends_m[:, 0, 0], np.where(at_u, 0.0, length_m), ends_m[:, 1, 0]),
        (ends_m[:, 0, 1], np.where(at_u, length_m, 0.0), ends_m[:, 1, 1]),
        (ends, np.ones(len(inner), dtype=bool), ends),
        (number, followed.walk, number),
    )
    of = np.concatenate(columns[-1])
    order = np.argsort(of, kind="stable")
    return Routes(*(np.concatenate(column)[order] for column in columns))


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
