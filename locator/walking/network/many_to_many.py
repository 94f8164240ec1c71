"""Walk from many origins to many targets: all searches at once, in one part of the graph."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse.csgraph import dijkstra

from locator.base.geo import FloatArray
from locator.walking import FarWalks, SnappedPoints
from locator.walking.network import hierarchy
from locator.walking.network.profile import Ways
from locator.walking.network.search import WORTH_CUTTING, direct_m, ends_of, joined, same_edge
from locator.walking.network.window import Part
from locator.walking.reach_matrix import neighbourhoods

FAR_M, MANY = 2_000.0, 150
"""So many searches that have to go so far take longer than a hierarchy takes to get ready."""

AT_ONCE = 2_000_000
"""Metres that are held at once while searches are read: 16 MB."""


def walk_matrix_m(
    ways: Ways, origins: SnappedPoints, targets: SnappedPoints, *, limit_m: float
) -> FloatArray:
    """Return the (o, t) metres from each origin to each target; ``inf`` beyond `limit_m`.

    To cut out a part of the graph costs more than to search it, so it is cut out once for all
    origins: they should lie near each other, beside `limit_m`.

    Parameters
    ----------
    ways : Ways
    origins, targets : SnappedPoints
    limit_m : float
    """
    part = _part_round(ways, origins.xy, limit_m)
    walk_m = np.empty((len(origins), len(targets)))
    few = max(1, AT_ONCE // max(len(part.indptr), len(targets), 1))
    for first in range(0, len(origins), few):
        some = slice(first, first + few)
        walk_m[some] = _searched_m(ways, part, origins.take(some), targets, limit_m)
    _or_direct_m(origins, targets, walk_m)
    walk_m[walk_m > limit_m] = np.inf
    return walk_m


def far_walks(
    ways: Ways, origins: SnappedPoints, targets: SnappedPoints, *, up_to_m: FloatArray
) -> Iterator[FarWalks]:
    """Yield the metres from some origins to each target, until all had their turn.

    Where many are asked about that are far, the whole graph is searched by its hierarchy, if that
    can be had; else the origins of a neighbourhood are searched from together.

    Parameters
    ----------
    ways : Ways
    origins, targets : SnappedPoints
    up_to_m : (o,) float array
        How far each row has to be known.

    Yields
    ------
    FarWalks
    """
    if np.count_nonzero(up_to_m >= FAR_M) >= MANY and hierarchy.usable():
        few = max(1, AT_ONCE // max(len(targets), 1))
        for rows, walk_m in hierarchy.far_walks_m(ways, origins, targets, at_once=few):
            _or_direct_m(origins.take(rows), targets, walk_m)
            yield FarWalks(rows, walk_m, np.inf)
        return
    for some in neighbourhoods(origins.xy):
        limit_m = float(up_to_m[some].max())
        walk_m = walk_matrix_m(ways, origins.take(some), targets, limit_m=limit_m)
        yield FarWalks(some, walk_m, limit_m)


def _or_direct_m(origins: SnappedPoints, targets: SnappedPoints, walk_m: FloatArray) -> None:
    """Put the way along the edge that both stand on into `walk_m`, where it is shorter."""
    origin, target = same_edge(origins.extra["edge"], targets.extra["edge"])
    along_m = direct_m(origins, origin, targets, target)
    walk_m[origin, target] = np.minimum(walk_m[origin, target], along_m)


def _part_round(ways: Ways, xy: FloatArray, limit_m: float) -> Part:
    """Return the part of the graph that searches from `xy` may reach, or the whole."""
    n = len(ways.graph.vertex_xy)
    if np.isfinite(limit_m) and len(xy):
        low, high = xy.min(axis=0), xy.max(axis=0)
        # As far as from the middle of all origins to a corner of their box, and on from there.
        reach_m = float(np.hypot(*(high - low))) / 2 + limit_m
        vertices = ways.windows.within((low + high) / 2, reach_m)
        if 0 < len(vertices) <= WORTH_CUTTING * n:
            return ways.windows.cut(vertices)
    return Part(np.arange(n), *ways.csr[:3])


def _searched_m(
    ways: Ways, part: Part, origins: SnappedPoints, targets: SnappedPoints, limit_m: float
) -> FloatArray:
    """Return the (o, t) metres over the vertices of `part`."""
    w = len(part.indptr) - 1
    on, ends, to_end_m = ends_of(ways.graph, origins)
    rank = part.ranks(ends)
    inside = rank >= 0  # an end outside is farther than the limit
    counts = np.zeros(len(origins), dtype=np.int32)
    counts[on] = inside.sum(axis=1)
    with_origins = joined(
        part.indptr, part.indices, part.weight_m, counts, rank[inside], to_end_m[inside]
    )
    searched = np.arange(w, w + len(origins))
    distance_m = dijkstra(with_origins, directed=True, indices=searched, limit=limit_m)
    distance_m[:, -1] = np.inf  # the last origin is no end: its place is that of all outside, -1
    edge, along_m = targets.extra["edge"], targets.extra["along_m"]
    at_u, at_v = (part.ranks(end[edge]) for end in (ways.graph.edge_u, ways.graph.edge_v))
    by_u = distance_m[:, at_u] + along_m
    by_v = distance_m[:, at_v] + (ways.graph.edge_length_m[edge] - along_m)
    walk_m: FloatArray = np.minimum(by_u, by_v, out=by_u) + targets.extra["gap_m"]
    return walk_m
