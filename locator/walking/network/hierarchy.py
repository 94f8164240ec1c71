"""Walk between many points all over a graph, by a customizable contraction hierarchy.

Dibbelt, Strasser and Wagner (2016), as `routingkit-cch` has it: the vertices are put in an order
that depends on nothing but which of them are joined, and kept for every later start. What a profile
may use, and how long it is, is told afterwards, in a moment. A search then looks at some hundred
vertices instead of all. It counts in whole units, of which a metre has so many that the longest
walk of the graph still fits: tens of thousands in a city.

The package is an extra; without it `usable` says so, and Dijkstra's algorithm searches.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from importlib.util import find_spec
from typing import cast

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from locator.base.geo import FloatArray, IntArray
from locator.walking import SnappedPoints
from locator.walking.graph.file import Array, StreetGraph
from locator.walking.network.graph_files import Arrays, kept_arrays, place_of
from locator.walking.network.profile import Ways
from locator.walking.network.search import ends_of

CLOSED = 2**31 - 1
"""Stands for a way that may not be used, and so for what cannot be reached."""

MADE_AS, KIND = 1, "street-order"
"""As for `locator.walking.network.graph_files.place_of`."""

WAIT_S = 180.0
"""So long another program is waited for that makes an order; in a region it takes a minute."""


def usable() -> bool:
    """Tell whether the package is there."""
    return find_spec("routingkit_cch") is not None


def far_walks_m(
    ways: Ways, origins: SnappedPoints, targets: SnappedPoints, *, at_once: int
) -> Iterator[tuple[slice, FloatArray]]:
    """Yield the (o, t) metres over vertices from some origins to each target, and which ones.

    Parameters
    ----------
    ways : Ways
    origins, targets : SnappedPoints
    at_once : int
        So many origins.

    Yields
    ------
    slice
        Of the origins.
    (o, t) float array
        Off by half a unit for each edge of the walk at most: in a city less than a millimetre.
    """
    import routingkit_cch

    graph = ways.graph
    tail, head = _arcs(graph)
    per_m = units_per_m(ways)
    hierarchy = routingkit_cch.CCH(_order(graph), tail, head, False)
    metric = routingkit_cch.CCHMetric(hierarchy, _units(ways, per_m))
    edge, along_m = targets.extra["edge"], targets.extra["along_m"]
    pinned, rank = np.unique([graph.edge_u[edge], graph.edge_v[edge]], return_inverse=True)
    at_u, at_v = rank.reshape(2, len(edge))
    to_v_m = graph.edge_length_m[edge] - along_m
    searches = routingkit_cch.CCHOneToMany(metric, pinned.tolist())
    for first in range(0, len(origins), at_once):
        rows = slice(first, first + at_once)
        some = origins.take(rows)
        walk_m = np.full((len(some), len(targets)), np.inf)
        on, ends, to_end_m = ends_of(graph, some)
        # The gap may be longer than any walk, so only what differs is told.
        nearer_m = to_end_m.min(axis=1, initial=np.inf)
        beyond = np.rint((to_end_m - nearer_m[:, np.newaxis]) * per_m).astype(np.int64)
        for origin, end, more, least_m in zip(
            on, ends.tolist(), beyond.tolist(), nearer_m, strict=True
        ):
            found = searches.distances_from_multi(list(zip(end, more, strict=True)))
            # None, what cannot be reached, becomes NaN.
            distance_m = np.array(found, dtype=np.float64) / per_m + least_m
            row_m = np.fmin(distance_m[at_u] + along_m, distance_m[at_v] + to_v_m)
            walk_m[origin] = np.where(np.isnan(row_m), np.inf, row_m + targets.extra["gap_m"])
        yield rows, walk_m


def units_per_m(ways: Ways) -> float:
    """Return how many units a metre has: the longest walk of the graph is short of `CLOSED`."""
    indptr, indices, weight_m, _ = ways.csr
    matrix = csr_array((weight_m, indices, indptr), shape=(len(indptr) - 1,) * 2)
    _, part = connected_components(matrix, directed=False)
    _, first = np.unique(part, return_index=True)
    from_first_m = dijkstra(matrix, directed=True, indices=first, min_only=True)
    # No two vertices are farther apart than by way of the first of their part.
    longest_m = 2 * float(from_first_m.max(initial=0.0)) + 2 * float(weight_m.max(initial=0.0)) + 1
    return (CLOSED - 1) / longest_m


def _listed(numbers: Array) -> list[int]:
    """Return whole numbers as the package reads them, without an object for each.

    It is typed for lists and reads any sequence; a city's would be some 30 MB.
    """
    made = array("i")
    made.frombytes(np.ascontiguousarray(numbers, dtype=np.intc).tobytes())
    return cast("list[int]", made)


def _arcs(graph: StreetGraph) -> tuple[list[int], list[int]]:
    """Return where each arc begins and ends: as on foot, by day, which uses all of them."""
    rows = np.repeat(np.arange(len(graph.indptr) - 1), np.diff(graph.indptr))
    return _listed(rows), _listed(graph.indices)


def _units(ways: Ways, per_m: float) -> list[int]:
    """Return the length of each of `_arcs` in units."""
    indptr, indices, weight_m, _ = ways.csr
    units = np.rint(weight_m * per_m).astype(np.int64)
    if ways.allowed is not None:
        every = _keys(ways.graph.indptr, ways.graph.indices)
        of_all = np.full(len(every), CLOSED)
        of_all[np.searchsorted(every, _keys(indptr, indices))] = units
        units = of_all
    return _listed(units)


def _keys(indptr: Array, indices: Array) -> IntArray:
    """Return a number for each entry of a matrix by its row and column, ascending."""
    n = len(indptr) - 1
    return np.repeat(np.arange(n), np.diff(indptr)) * n + indices


def _order(graph: StreetGraph) -> list[int]:
    """Return the vertices in the order of the hierarchy, from its file where it is kept."""

    def made() -> Arrays:
        import routingkit_cch

        x, y = graph.vertex_xy.T.tolist()
        order = routingkit_cch.compute_order_inertial(len(x), *_arcs(graph), y, x)
        return (np.array(order, dtype=np.int32),)

    (order,) = kept_arrays(place_of(graph, KIND, MADE_AS), made, wait_s=WAIT_S)
    return _listed(order)
