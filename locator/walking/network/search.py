"""Search the streets with Dijkstra's algorithm, from one point or from many at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from locator.base.geo import FloatArray, IntArray
from locator.walking import SnappedPoints
from locator.walking.graph.file import Array, StreetGraph
from locator.walking.graph.matrix import SMALLEST_M
from locator.walking.network.buckets import nearest_source
from locator.walking.network.profile import Ways
from locator.walking.network.tree_cache import Tree
from locator.walking.network.window import MARGIN_M, Part

WORTH_CUTTING = 0.4
"""Of a larger share of the vertices the whole matrix is searched."""

LARGE = 1_000_000
"""With so many vertices many sources are searched by buckets: in 2 million that takes 70 to 82 % of
the time, in a city's 134 thousand twice of it."""


@dataclass(frozen=True)
class MultiSource:
    """How far every vertex of the graph is from the nearest of some facilities.

    Attributes
    ----------
    facilities : SnappedPoints
    distance_m : (n,) float array
        ``inf`` where no facility can be reached.
    facility : (n,) int array
        Index of the serving facility, -1 where there is none; of several at one place, the first.
    """

    facilities: SnappedPoints
    distance_m: FloatArray
    facility: IntArray


def multi_source(ways: Ways, facilities: SnappedPoints, *, limit_m: float = np.inf) -> MultiSource:
    """Return every vertex's distance to the nearest facility: one search from all of them."""
    n = len(ways.graph.vertex_xy)
    if len(facilities) == 0:
        return MultiSource(facilities, np.full(n, np.inf), np.full(n, -1, dtype=np.int64))
    if n >= LARGE:
        on, vertex, to_vertex_m = ends_of(ways.graph, facilities)
        start = vertex.ravel(), np.maximum(to_vertex_m.ravel(), SMALLEST_M), np.repeat(on, 2)
        distance_m, by = nearest_source(ways.csr[:3], start, limit_m=limit_m)
        return MultiSource(facilities, distance_m, first_at_place(facilities)[by])
    distance_m, _, source = dijkstra(
        with_sources(ways, facilities),
        directed=True,
        indices=np.arange(n, n + len(facilities)),
        return_predecessors=True,
        min_only=True,
        limit=limit_m,
    )
    facility = np.where(source[:n] < n, len(facilities), source[:n].astype(np.int64) - n)
    return MultiSource(facilities, distance_m[:n], first_at_place(facilities)[facility])


def first_at_place(facilities: SnappedPoints) -> IntArray:
    """Return for each facility the first one that stands on the streets where it does.

    -1 follows them, for none.
    """
    where = np.column_stack([facilities.extra[key] for key in ("edge", "along_m", "gap_m")])
    _, first, place = np.unique(where, axis=0, return_index=True, return_inverse=True)
    return np.append(first[place.ravel()], -1)


def tree_from(ways: Ways, origin: SnappedPoints, *, limit_m: float = np.inf) -> Tree:
    """Return the shortest ways from one origin to every vertex within `limit_m`.

    Only what can lie within the limit is looked at, so that a short search costs the same in
    every graph.
    """
    return _tree(ways, _part_near(ways, origin.xy[0], limit_m), origin, limit_m)


def tree_between(
    ways: Ways, origin: SnappedPoints, goals: SnappedPoints, walk_m: FloatArray
) -> Tree:
    """Return the shortest ways from one origin to all that may lie on walks of known lengths.

    Parameters
    ----------
    ways : Ways
    origin : SnappedPoints
        One point.
    goals : SnappedPoints
        m points.
    walk_m : (m,) float array
        Metres of the shortest walk to each, finite.
    """
    vertices = ways.cells.between(origin.xy[0], goals.xy, walk_m)
    return _tree(ways, ways.windows.cut(vertices), origin, float(walk_m.max()) + MARGIN_M)


def _tree(ways: Ways, part: Part | None, origin: SnappedPoints, limit_m: float) -> Tree:
    """Return the shortest ways within a part of the graph; None: all of it."""
    if part is None:
        indptr, indices, weight_m, _ = ways.csr
        vertices = None
    else:
        indptr, indices, weight_m = part.indptr, part.indices, part.weight_m
        vertices = part.vertices
    _, ends, to_end_m = ends_of(ways.graph, origin.take(slice(0, 1)))
    end, to_end_m = ends.ravel(), to_end_m.ravel()
    if part is not None:
        # An end outside is farther than the limit.
        rank = part.ranks(end)
        inside = rank >= 0
        end, to_end_m = rank[inside], to_end_m[inside]
    w = len(indptr) - 1
    with_origin = joined(indptr, indices, weight_m, np.array([len(end)]), end, to_end_m)
    distance_m, before = dijkstra(
        with_origin, directed=True, indices=np.array([w]), limit=limit_m, return_predecessors=True
    )
    return Tree(vertices, distance_m[0, :w], before[0], limit_m)


def _part_near(ways: Ways, xy: FloatArray, limit_m: float) -> Part | None:
    """Return the part of the graph that a search may reach; None where that is most of it."""
    if not np.isfinite(limit_m):
        return None
    vertices = ways.windows.within(xy, limit_m)
    most = len(vertices) == 0 or len(vertices) > WORTH_CUTTING * len(ways.graph.vertex_xy)
    return None if most else ways.windows.cut(vertices)


def read_multi_source(
    graph: StreetGraph, nearest: MultiSource, demand: SnappedPoints
) -> tuple[FloatArray, IntArray]:
    """Return each demand point's metres to its nearest facility, and that one's index."""
    walk_m, vertex = at_points(graph, nearest.distance_m.__getitem__, demand)
    facility = np.where(vertex >= 0, nearest.facility[vertex], -1)
    point, other = same_edge(demand.extra["edge"], nearest.facilities.extra["edge"])
    along_m = direct_m(demand, point, nearest.facilities, other)
    # Ascending writes: of several facilities on one edge, the nearest is written last.
    for i in np.lexsort((-along_m, point)):
        if along_m[i] < walk_m[point[i]]:
            walk_m[point[i]] = along_m[i]
            facility[point[i]] = other[i]
    return walk_m, np.where(np.isfinite(walk_m), facility, -1)


def at_points(
    graph: StreetGraph, metres_to: Callable[[Array], FloatArray], snapped: SnappedPoints
) -> tuple[FloatArray, IntArray]:
    """Return metres at points on edges, and the end of the edge that they are reached by.

    Parameters
    ----------
    graph : StreetGraph
    metres_to : callable
        Metres to vertices.
    snapped : SnappedPoints

    Returns
    -------
    walk_m : (p,) float array
    vertex : (p,) int array
        -1 where `walk_m` is ``inf``.
    """
    edge, along_m = snapped.extra["edge"], snapped.extra["along_m"]
    at_u, at_v = graph.edge_u[edge], graph.edge_v[edge]
    by_u = metres_to(at_u) + along_m
    by_v = metres_to(at_v) + (graph.edge_length_m[edge] - along_m)
    walk_m = np.minimum(by_u, by_v) + snapped.extra["gap_m"]
    vertex = np.where(by_u <= by_v, at_u, at_v).astype(np.int64)
    reached = (edge >= 0) & np.isfinite(walk_m)
    return np.where(reached, walk_m, np.inf), np.where(reached, vertex, -1)


def ends_of(graph: StreetGraph, snapped: SnappedPoints) -> tuple[IntArray, IntArray, FloatArray]:
    """Return, for points that are near a street, the ends of their edges and the metres there.

    Returns
    -------
    on : (p,) int array
        Index of the points.
    vertex : (p, 2) int array
    to_vertex_m : (p, 2) float array
        The gap to the street included.
    """
    edge, along_m, gap_m = (snapped.extra[key] for key in ("edge", "along_m", "gap_m"))
    on = np.flatnonzero(edge >= 0)
    edge, along_m = edge[on], along_m[on]
    vertex = np.column_stack([graph.edge_u[edge], graph.edge_v[edge]]).astype(np.int64)
    along = np.column_stack([along_m, graph.edge_length_m[edge] - along_m])
    return on, vertex, along + gap_m[on, None]


def ends_at(graph: StreetGraph, origin: SnappedPoints) -> tuple[list[int], list[float]]:
    """Return the same of one point that is near a street, in plain numbers."""
    edge, along_m, gap_m = (origin.extra[key][0].item() for key in ("edge", "along_m", "gap_m"))
    length_m = graph.edge_length_m[edge].item()
    ends = [graph.edge_u[edge].item(), graph.edge_v[edge].item()]
    return ends, [along_m + gap_m, length_m - along_m + gap_m]


def direct_m(a: SnappedPoints, i: IntArray, b: SnappedPoints, j: IntArray) -> FloatArray:
    """Return the metres between pairs of points on the same edge, along that edge.

    The very same point is 0 m away: nobody walks to the street and back.
    """
    along_m = np.abs(a.extra["along_m"][i] - b.extra["along_m"][j])
    metres = along_m + a.extra["gap_m"][i] + b.extra["gap_m"][j]
    return np.where(np.all(a.xy[i] == b.xy[j], axis=-1), 0.0, metres)


def beside(points: SnappedPoints, facilities: SnappedPoints) -> tuple[IntArray, FloatArray]:
    """Return, for each of n points, the (n, c) facilities on its very edge, and the metres there.

    They are walked to along the edge, without any of its ends; -1 and ``inf`` where there are
    fewer than c, the most that a point has.
    """
    point, other = same_edge(points.extra["edge"], facilities.extra["edge"])
    count = np.bincount(point, minlength=len(points))
    column = np.arange(len(point)) - np.repeat(np.cumsum(count) - count, count)
    index = np.full((len(points), count.max(initial=0)), -1, dtype=np.int64)
    metres = np.full(index.shape, np.inf)
    index[point, column] = other
    metres[point, column] = direct_m(points, point, facilities, other)
    return index, metres


def with_sources(ways: Ways, snapped: SnappedPoints) -> csr_array:
    """Return the matrix with one more vertex per point, joined to both ends of its edge."""
    indptr, indices, weight_m, _ = ways.csr
    on, vertex, to_vertex_m = ends_of(ways.graph, snapped)
    counts = np.zeros(len(snapped), dtype=np.int32)
    counts[on] = 2
    return joined(indptr, indices, weight_m, counts, vertex.ravel(), to_vertex_m.ravel())


def joined(
    indptr: Array,
    indices: Array,
    weight_m: FloatArray,
    counts: Array,
    vertex: Array,
    to_vertex_m: FloatArray,
) -> csr_array:
    """Return a matrix with more vertices, each joined to so many of those that are there."""
    size = len(indptr) - 1 + len(counts)
    return csr_array(
        (
            np.concatenate([weight_m, np.maximum(to_vertex_m, SMALLEST_M)]),
            np.concatenate([indices, vertex.astype(np.int32)]),
            np.concatenate([indptr, indptr[-1] + np.cumsum(counts).astype(np.int32)]),
        ),
        shape=(size, size),
    )


def same_edge(points: IntArray, facilities: IntArray) -> tuple[IntArray, IntArray]:
    """Return all pairs (point, facility) that stand on the same edge."""
    order = np.argsort(facilities, kind="stable")
    low = np.searchsorted(facilities[order], points, side="left")
    high = np.searchsorted(facilities[order], points, side="right")
    counts = np.where(points >= 0, high - low, 0)
    point = np.repeat(np.arange(len(points)), counts)
    turn = np.arange(len(point)) - np.repeat(np.cumsum(counts) - counts, counts)
    return point, order[np.repeat(low, counts) + turn]
