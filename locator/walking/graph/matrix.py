"""Turn edges into the matrix that Dijkstra runs on, and find what connects."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from locator.base.geo import FloatArray
from locator.walking.graph.file import Array, Grid

SMALLEST_M = 1e-9
"""A way of no length would vanish from a sparse matrix."""

REACH_GAP_M = 100.0
"""Cells of the isochrone grid farther than this from every street are reached by nobody."""


def matrix(
    u: Array, v: Array, length_m: FloatArray, vertices: int, allowed: Array | None = None
) -> tuple[Array, Array, FloatArray, Array]:
    """Return the symmetric matrix of edges as CSR: row starts, columns, metres, edges.

    The shortest of parallel edges stays; an edge from a vertex to itself leads nowhere.

    Parameters
    ----------
    u, v : (e,) int array
    length_m : (e,) float array
    vertices : int
    allowed : (e,) bool array, optional
        Edges that may be used.
    """
    usable = np.flatnonzero((u != v) if allowed is None else (u != v) & allowed)
    low, high = np.minimum(u, v)[usable], np.maximum(u, v)[usable]
    order = np.lexsort((length_m[usable], high, low))
    low, high, usable = low[order], high[order], usable[order]
    best = np.ones(len(usable), dtype=bool)
    best[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    low, high, usable = low[best], high[best], usable[best]
    row, column = np.concatenate([low, high]), np.concatenate([high, low])
    edge = np.concatenate([usable, usable])
    order = np.lexsort((column, row))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=vertices))])
    return (
        indptr.astype(np.int32),
        column[order].astype(np.int32),
        length_m[edge[order]],
        edge[order].astype(np.int32),
    )


def largest_part(u: Array, v: Array, vertices: int, allowed: Array | None = None) -> Array:
    """Return (e,) bool: the edges that are allowed and belong to the part with most vertices."""
    usable = np.ones(len(u), dtype=bool) if allowed is None else allowed
    if not usable.any():
        return usable
    _, label = parts_of(u[usable], v[usable], vertices)
    return np.asarray(usable & (label[u] == np.argmax(np.bincount(label))))


def parts_of(u: Array, v: Array, vertices: int) -> tuple[int, Array]:
    """Return the number of connected parts and the part of each vertex."""
    links = csr_array((np.ones(len(u), dtype=np.int8), (u, v)), shape=(vertices, vertices))
    parts, label = connected_components(links, directed=False)
    return int(parts), label


def centres(grid: Grid, cell: Array | None = None) -> FloatArray:
    """Return the centres of some cells of a grid, or of all (rows * columns); metric CRS."""
    some = np.arange(grid.columns * grid.rows) if cell is None else cell
    row, column = np.divmod(some, grid.columns)
    x = grid.x + (column + 0.5) * grid.size_m
    y = grid.y + (row + 0.5) * grid.size_m
    return np.column_stack([x, y])
