"""Turn the edges of a walk into its line and the names of its streets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from locator.base.geo import FloatArray, IntArray
from locator.walking.graph.file import Array, StreetGraph

SHORTEST_NAMED_M = 25.0
"""Streets followed for less than this are not worth naming."""


@dataclass(frozen=True)
class Route:
    """The edges of a walk in order, p in all.

    Attributes
    ----------
    edge : (p,) int array
    begin_m, end_m : (p,) float array
        Where on the edge the walk comes and leaves, metres from its u; all but the first and the
        last edge are walked from end to end.
    """

    edge: IntArray
    begin_m: FloatArray
    end_m: FloatArray


def entries(csr: tuple[Array, Array, FloatArray, Array], u: IntArray, v: IntArray) -> IntArray:
    """Return the (n,) edges that the matrix keeps between (n,) vertices and as many neighbours."""
    indptr, indices, _, entry_edge = csr
    counts = (indptr[u + 1] - indptr[u]).astype(np.int64)
    step = np.repeat(np.arange(len(u)), counts)
    entry = np.arange(len(step)) + np.repeat(indptr[u] - (np.cumsum(counts) - counts), counts)
    found: IntArray = entry_edge[entry[indices[entry] == v[step]]].astype(np.int64)
    return found


def through(graph: StreetGraph, edges: IntArray, vertices: IntArray) -> Route:
    """Return the route along whole edges, each entered at the vertex of the same position."""
    length_m = graph.edge_length_m[edges]
    forward = graph.edge_u[edges] == vertices[: len(edges)]
    return Route(edges, np.where(forward, 0.0, length_m), np.where(forward, length_m, 0.0))


def joined(first: Route, middle: Route, last: Route) -> Route:
    """Return three routes, one after the other."""
    return Route(
        *(
            np.concatenate([getattr(part, name) for part in (first, middle, last)])
            for name in ("edge", "begin_m", "end_m")
        )
    )


def line_of(graph: StreetGraph, route: Route) -> FloatArray:
    """Return the (m, 2) points of a route in walking order, metric CRS."""
    if len(route.edge) == 1:
        return _part(graph, route, 0)
    inner = slice(1, -1)
    edge = route.edge[inner]
    start, stop = graph.line_start[edge], graph.line_start[edge + 1]
    counts = stop - start
    turn = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    forward = np.repeat(route.begin_m[inner] <= route.end_m[inner], counts)
    point = np.where(forward, np.repeat(start, counts) + turn, np.repeat(stop, counts) - 1 - turn)
    return np.vstack([_part(graph, route, 0), graph.line_xy[point], _part(graph, route, -1)])


def _part(graph: StreetGraph, route: Route, which: int) -> FloatArray:
    """Return the points of one edge between where it is come to and left."""
    edge, begin_m, end_m = route.edge[which], route.begin_m[which], route.end_m[which]
    points = slice(graph.line_start[edge], graph.line_start[edge + 1])
    xy, along_m = graph.line_xy[points], graph.line_along_m[points]
    low, high = min(begin_m, end_m), max(begin_m, end_m)
    ends = np.column_stack([np.interp([low, high], along_m, xy[:, axis]) for axis in (0, 1)])
    inner = xy[(along_m > low) & (along_m < high)]
    line = np.vstack([ends[:1], inner, ends[1:]])
    return line if begin_m <= end_m else line[::-1]


def names_of(
    graph: StreetGraph, edge: IntArray, length_m: FloatArray, walk: IntArray, *, walks: int
) -> list[tuple[str, ...]]:
    """Return the names of the streets that each walk follows, leaving out the briefly touched.

    Parameters
    ----------
    graph : StreetGraph
    edge, length_m : (p,) array
        The edges of all walks, one walk after the other, and how far each is followed.
    walk : (p,) int array
        Whose edge each is, from 0, ascending.
    walks : int
        How many there are.
    """
    told: list[list[str]] = [[] for _ in range(walks)]
    name = graph.edge_name[edge]
    named = np.flatnonzero(name)
    name, walk = name[named], walk[named]
    begins = _begins(name, walk)
    if len(begins):
        long = begins[np.add.reduceat(length_m[named], begins) >= SHORTEST_NAMED_M]
        name, walk = name[long], walk[long]
        for at in _begins(name, walk).tolist():
            told[walk[at]].append(graph.name(int(name[at])))
    return [tuple(names) for names in told]


def _begins(name: IntArray, walk: IntArray) -> IntArray:
    """Return where another name or another walk begins."""
    changes = (name[1:] != name[:-1]) | (walk[1:] != walk[:-1])
    return np.flatnonzero(np.concatenate([np.ones(min(1, len(name)), dtype=bool), changes]))
