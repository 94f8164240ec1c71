"""Divide a street graph into small cells that are joined to each other at some vertices only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from locator.base.geo import FloatArray, IntArray
from locator.walking.graph.file import Array

MOST = 600
"""Vertices of a cell: a search of them takes a third of a millisecond, and in a city one vertex in
twenty is at a border. With half as many it is one in fourteen."""


@dataclass(frozen=True)
class StreetCells:
    """The n vertices of a graph in c cells, and the b vertices at their borders.

    Whoever leaves a cell comes over one of its borders: no way joins a vertex of one cell to one of
    another.

    Attributes
    ----------
    border : (b,) int64 array
        The vertices at borders, ascending; they are in no cell.
    start : (c + 1,) int64 array
        Where each cell begins in `vertex`.
    place : (n,) int32 array
        Of a vertex in a cell the cell, from 0; of the border number r it is ``-1 - r``.
    vertex : int32 array
        The vertices of each cell, with the borders that a way joins them to, ascending.
    """

    border: IntArray
    start: IntArray
    place: Array
    vertex: Array

    def around(self, vertex: int) -> IntArray | None:
        """Return the vertices of the cell of one, with its borders; None at a border itself."""
        cell = int(self.place[vertex])
        if cell < 0:
            return None
        begin, end = self.start[cell : cell + 2].tolist()
        return self.vertex[begin:end].astype(np.int64)


def street_cells(
    xy: FloatArray, indptr: Array, indices: Array, *, also: IntArray, most: int = MOST
) -> StreetCells:
    """Return a graph in cells.

    What is too large is cut in two halves across the direction in which it is longest; of each way
    that was cut, the end where more were cut becomes a border.

    Parameters
    ----------
    xy : (n, 2) float array
        Where the vertices lie.
    indptr, indices : int arrays
        The symmetric matrix of the ways between them, as CSR.
    also : int array
        Vertices that are to be borders in any case.
    most : int
        Vertices of a cell.
    """
    n = len(indptr) - 1
    cell = _halved(xy, most)
    row = np.repeat(np.arange(n, dtype=np.int32), np.diff(indptr))
    cut = cell[row] != cell[indices]
    near, far = row[cut], indices[cut]  # every way from either of its ends
    often = np.bincount(near, minlength=n)
    ahead = np.where(often[near] == often[far], near < far, often[near] > often[far])
    at_border = np.zeros(n, dtype=bool)
    at_border[near[ahead]] = True
    at_border[also] = True
    border, inside = np.flatnonzero(at_border), np.flatnonzero(~at_border)
    place = cell.astype(np.int32)
    place[border] = -1 - np.arange(len(border))
    beside = at_border[row] & ~at_border[indices]
    cells = int(cell.max(initial=-1)) + 1
    of = np.concatenate([cell[inside], cell[indices[beside]]])
    pair = np.unique(of * n + np.concatenate([inside, row[beside]]))
    whose, vertex = np.divmod(pair, max(n, 1))
    start = np.searchsorted(whose, np.arange(cells + 1))
    return StreetCells(border, start, place, vertex.astype(np.int32))


def _halved(xy: FloatArray, most: int) -> IntArray:
    """Return the (n,) cell of each vertex, from 0."""
    cell = np.zeros(len(xy), dtype=np.int64)
    waiting, cells = [np.arange(len(xy))], 0
    while waiting:
        some = waiting.pop()
        if len(some) <= most:
            cell[some] = cells
            cells += 1
            continue
        side = int(np.argmax(np.ptp(xy[some], axis=0)))
        half = len(some) // 2
        order = np.argpartition(xy[some, side], half)
        waiting += [some[order[:half]], some[order[half:]]]
    return cell
