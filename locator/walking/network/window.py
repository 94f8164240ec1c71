"""Cut out of a street graph what lies near a point, at the price of what is cut out.

No street is shorter than the straight line between its ends: whatever can be walked within a limit
lies in the circle round the origin that is as far to each side. A search inside of it finds what
one of the whole graph finds, and does not grow with the graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from locator.base.geo import FloatArray, IntArray
from locator.walking.graph.file import Array

CELL_M = 250.0
"""Side of a cell: small beside the usual search, so that little is cut out in vain."""

MARGIN_M = 1.0
"""More than all roundings together."""


@dataclass(frozen=True)
class Part:
    """A part of a graph: w vertices, and the ways between them as a matrix of its own.

    Attributes
    ----------
    vertices : (w,) int64 array
        Of the graph, ascending; their rank is their number in the part.
    indptr, indices, weight_m : CSR arrays (int32, int32, float64)
    """

    vertices: IntArray
    indptr: Array
    indices: Array
    weight_m: FloatArray

    def ranks(self, vertex: IntArray) -> IntArray:
        """Return the rank of vertices of the graph among those of the part, -1 outside."""
        rank = np.minimum(np.searchsorted(self.vertices, vertex), len(self.vertices) - 1)
        return np.where(self.vertices[rank] == vertex, rank, -1)


@dataclass(frozen=True)
class Cells:
    """The vertices of a graph by where they lie, whoever walks between them.

    Attributes
    ----------
    xy : (n, 2) float64
    """

    xy: FloatArray

    @cached_property
    def _origin(self) -> FloatArray:
        low: FloatArray = self.xy.min(axis=0)
        return low

    @cached_property
    def _shape(self) -> tuple[int, int]:
        """Columns and rows of the cells."""
        columns, rows = (self.xy.max(axis=0) - self._origin) // CELL_M + 1
        return int(columns), int(rows)

    @cached_property
    def _by_cell(self) -> tuple[Array, IntArray]:
        """The vertices, row of cells by row of cells, and the number of the cell of each.

        No list of cells: one street far away from all others would make it long.
        """
        column, row = ((self.xy - self._origin) // CELL_M).astype(np.int64).T
        cell = row * self._shape[0] + column
        order = np.argsort(cell, kind="stable").astype(np.int32)
        return order, cell[order]

    def within(self, xy: FloatArray, reach_m: float) -> IntArray:
        """Return the vertices of all cells that a circle touches, ascending.

        Parameters
        ----------
        xy : (2,) float array
            Its middle.
        reach_m : float
            From the middle to its line.
        """
        columns, rows = self._shape
        reach_m += MARGIN_M
        x, y = xy - self._origin
        low, high = int((y - reach_m) // CELL_M), int((y + reach_m) // CELL_M)
        row = np.arange(max(0, low), min(rows - 1, high) + 1)
        # Of each row of cells as much as the circle is wide where they come nearest to its middle.
        off_m = np.maximum(np.maximum(row * CELL_M - y, y - (row + 1) * CELL_M), 0.0)
        half_m = np.sqrt(np.maximum(reach_m**2 - off_m**2, 0.0))
        left = np.maximum((x - half_m) // CELL_M, 0).astype(np.int64)
        right = np.minimum((x + half_m) // CELL_M, columns - 1).astype(np.int64)
        some = np.flatnonzero(left <= right)
        return self._of(row[some] * columns + left[some], row[some] * columns + right[some])

    def between(self, xy: FloatArray, goals: FloatArray, walk_m: FloatArray) -> IntArray:
        """Return the vertices of all cells that walks of known lengths may touch, ascending.

        Each walk stays in the ellipse round where it begins and where it ends.

        Parameters
        ----------
        xy : (2,) float array
            Where all begin.
        goals : (m, 2) float array
        walk_m : (m,) float array
            How long each is, finite.
        """
        columns, rows = self._shape
        reach_m = float(np.max((walk_m + np.hypot(*(goals - xy).T)) / 2)) + MARGIN_M
        low, high = ((xy - self._origin + side * reach_m) // CELL_M for side in (-1, 1))
        column, row = (
            np.arange(max(0, int(first)), min(count - 1, int(last)) + 1)
            for first, last, count in zip(low, high, (columns, rows), strict=True)
        )
        x = self._origin[0] + (column + 0.5) * CELL_M
        y = self._origin[1] + (row[:, np.newaxis] + 0.5) * CELL_M
        # From the middle of its cell a vertex is as far as half of the diagonal at most.
        more_m = MARGIN_M + np.sqrt(2) * CELL_M
        here_m = np.hypot(x - xy[0], y - xy[1])
        some = np.zeros(here_m.shape, dtype=np.bool_)
        for goal, most_m in zip(goals, walk_m, strict=True):
            some |= here_m + np.hypot(x - goal[0], y - goal[1]) <= most_m + more_m
        above, right = np.nonzero(some)
        taken = row[above] * columns + column[right]
        return self._of(taken, taken)

    def _of(self, first: IntArray, last: IntArray) -> IntArray:
        """Return the vertices of all cells from each of `first` to its `last`, ascending.

        The cells of one row stand one after the other.
        """
        order, cell = self._by_cell
        begin, end = np.searchsorted(cell, first), np.searchsorted(cell, last, side="right")
        found = [order[one:other] for one, other in zip(begin.tolist(), end.tolist(), strict=True)]
        return np.sort(np.concatenate([*found, order[:0]])).astype(np.int64)


@dataclass(frozen=True)
class Windows:
    """The ways between the vertices of a graph, ready to be cut out.

    Attributes
    ----------
    cells : Cells
        The vertices.
    indptr, indices, weight_m : CSR arrays
        The symmetric matrix of the whole graph.
    """

    cells: Cells
    indptr: Array
    indices: Array
    weight_m: FloatArray

    def within(self, xy: FloatArray, reach_m: float) -> IntArray:
        """Return the vertices near a point, as `Cells.within` does."""
        return self.cells.within(xy, reach_m)

    def cut(self, vertices: IntArray) -> Part:
        """Return the part of the graph between `vertices`, which ascend."""
        begin, end = self.indptr[vertices], self.indptr[vertices + 1]
        counts = (end - begin).astype(np.int64)
        row_start = np.concatenate([[0], np.cumsum(counts)])
        entry = np.repeat(begin - row_start[:-1], counts) + np.arange(row_start[-1])
        # Zeros are not written by anybody: only the pages that are looked at cost something.
        rank = np.zeros(len(self.indptr) - 1, dtype=np.int32)
        rank[vertices] = np.arange(1, len(vertices) + 1, dtype=np.int32)
        column = rank[self.indices[entry]] - 1
        inside = column >= 0
        kept = np.concatenate([[0], np.cumsum(inside)])
        return Part(
            vertices,
            kept[row_start].astype(np.int32),
            column[inside],
            self.weight_m[entry[inside]],
        )
