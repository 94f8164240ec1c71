"""Set points onto the nearest edge of a street graph, many at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from locator.base.geo import FloatArray, IntArray
from locator.walking.graph.file import Array, Grid

CELL_M = 25.0
"""Side of the cells that segments are sorted into."""

FARTHEST_M = 5_000.0
"""No street within this distance: the point is nowhere near the network."""

SHUNNED_M = 30.0
"""A shunned edge counts as so much farther than it is."""

_BATCH = 4_096


@dataclass(frozen=True)
class Snapped:
    """Points set onto edges, n in all.

    Attributes
    ----------
    edge : (n,) int array
        -1 where there is no street within the search distance.
    along_m : (n,) float array
        Distance of the foot point from the edge's u, along the edge.
    gap_m : (n,) float array
        Straight distance from the point to the street; ``inf`` where there is none.
    xy : (n, 2) float array
        Foot point; the point itself where there is none.
    """

    edge: IntArray
    along_m: FloatArray
    gap_m: FloatArray
    xy: FloatArray


def sort_segments(line_xy: FloatArray, line_start: IntArray) -> tuple[Grid, Array, Array]:
    """Return the grid, and for each cell (as CSR) the segments whose box touches it.

    A segment is known by the index of its first point in `line_xy`.
    """
    first = segment_points(line_start, len(line_xy))
    low = np.minimum(line_xy[first], line_xy[first + 1])
    high = np.maximum(line_xy[first], line_xy[first + 1])
    corner = line_xy.min(axis=0)
    shape = ((line_xy.max(axis=0) - corner) // CELL_M).astype(np.int64) + 1
    cells = Grid(float(corner[0]), float(corner[1]), CELL_M, int(shape[0]), int(shape[1]))
    from_cell = ((low - corner) // CELL_M).astype(np.int64)
    span = ((high - corner) // CELL_M).astype(np.int64) - from_cell + 1
    touched = span[:, 0] * span[:, 1]
    segment = np.repeat(np.arange(len(first)), touched)
    turn = np.arange(len(segment)) - np.repeat(np.cumsum(touched) - touched, touched)
    column = from_cell[segment, 0] + turn % span[segment, 0]
    row = from_cell[segment, 1] + turn // span[segment, 0]
    cell = row * cells.columns + column
    order = np.argsort(cell, kind="stable")
    counts = np.bincount(cell, minlength=cells.columns * cells.rows)
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return cells, start, first[segment[order]].astype(np.int32)


def segment_points(line_start: IntArray, points: int) -> IntArray:
    """Return the indices of the points at which a segment begins: all but each edge's last."""
    begins = np.ones(points, dtype=bool)
    begins[np.asarray(line_start[1:]) - 1] = False
    return np.flatnonzero(begins)


@dataclass(frozen=True)
class EdgeIndex:
    """Everything needed to find the nearest edge.

    Attributes
    ----------
    cells, cell_start, cell_segment
        As `sort_segments` returns them.
    line_xy, line_along_m
        The drawn edges, see `locator.walking.graph.file.StreetGraph`.
    segment_edge : (g,) int array
        Edge of each point of `line_xy`.
    allowed : (e,) bool array or None
        Edges that may be used; None: all.
    shunned : (e,) bool array or None
        Edges that a point is set onto only where no other is within `SHUNNED_M` more.
    """

    cells: Grid
    cell_start: Array
    cell_segment: Array
    line_xy: FloatArray
    line_along_m: FloatArray
    segment_edge: Array
    allowed: Array | None = None
    shunned: Array | None = None

    def snap(self, xy: FloatArray, *, within_m: float = FARTHEST_M) -> Snapped:
        """Return the (n, 2) metric points `xy` set onto their nearest edges.

        The answer is exact (a shunned edge counting as farther): the search goes on, ring of cells
        by ring, until no nearer segment can lie outside of what was looked at.
        """
        count = len(xy)
        segment = np.full(count, -1, dtype=np.int64)
        best_sq = np.full(count, np.inf)
        waiting = np.flatnonzero(np.isfinite(xy).all(axis=1))
        reach = 1
        while len(waiting):
            # Neighbours in space are neighbours in memory: small batches stay in the cache.
            for batch in np.array_split(waiting, -(-len(waiting) // max(1, _BATCH // reach**2))):
                segment[batch], best_sq[batch] = self._nearest(xy[batch], reach)
            # Whole cells on every side of the point's own have been looked at.
            sure_m = reach * CELL_M
            settled = (np.sqrt(best_sq[waiting]) <= sure_m) | (sure_m >= within_m)
            waiting = waiting[~settled]
            reach *= 2
        return self._answer(xy, segment, within_m)

    def _nearest(self, xy: FloatArray, reach: int) -> tuple[IntArray, FloatArray]:
        """Return segment and squared distance of the nearest one within `reach` cells.

        The distance of a shunned one is what it counts as.
        """
        point, segment = self._candidates(xy, reach)
        if self.allowed is not None:
            keep = self.allowed[self.segment_edge[segment]]
            point, segment = point[keep], segment[keep]
        found = np.full(len(xy), -1, dtype=np.int64)
        distance = np.full(len(xy), np.inf)
        if len(point) == 0:
            return found, distance
        squared, _ = self._project(xy[point], segment)
        if self.shunned is not None:
            far = np.flatnonzero(self.shunned[self.segment_edge[segment]])
            squared[far] = (np.sqrt(squared[far]) + SHUNNED_M) ** 2
        starts = np.flatnonzero(np.r_[True, point[1:] != point[:-1]])
        least = np.minimum.reduceat(squared, starts)
        which = np.flatnonzero(squared == np.repeat(least, np.diff(np.r_[starts, len(point)])))
        owner, first = np.unique(point[which], return_index=True)
        found[owner] = segment[which[first]]
        distance[point[starts]] = least
        return found, distance

    def _candidates(self, xy: FloatArray, reach: int) -> tuple[IntArray, IntArray]:
        """Return pairs (point, segment), points ascending, for all cells within `reach`."""
        grid = self.cells
        column = np.floor((xy[:, 0] - grid.x) / grid.size_m).astype(np.int64)
        row = np.floor((xy[:, 1] - grid.y) / grid.size_m).astype(np.int64)
        steps = np.arange(-reach, reach + 1)
        left = np.clip(column - reach, 0, grid.columns)
        right = np.clip(column + reach + 1, 0, grid.columns)
        rows = row[:, None] + steps
        inside = (rows >= 0) & (rows < grid.rows) & (left < right)[:, None]
        # The cells of one row lie side by side in memory: one slice for the whole row.
        base = np.where(inside, rows, 0) * grid.columns
        start = self.cell_start[base + np.where(inside, left[:, None], 0)]
        stop = self.cell_start[base + np.where(inside, right[:, None], 0)]
        length = np.where(inside, stop - start, 0).ravel().astype(np.int64)
        total = int(length.sum())
        offset = np.arange(total) - np.repeat(np.cumsum(length) - length, length)
        segment = self.cell_segment[np.repeat(start.ravel(), length) + offset]
        point = np.repeat(np.repeat(np.arange(len(xy)), len(steps)), length)
        return point, segment.astype(np.int64)

    def _project(self, xy: FloatArray, segment: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return squared distance to each segment, and the share of it at the foot point."""
        begin = self.line_xy[segment]
        line = self.line_xy[segment + 1] - begin
        to_point = xy - begin
        length_sq = np.einsum("ij,ij->i", line, line)
        share = np.einsum("ij,ij->i", to_point, line) / np.where(length_sq > 0, length_sq, 1.0)
        share = np.clip(share, 0.0, 1.0)
        away = to_point - share[:, None] * line
        return np.einsum("ij,ij->i", away, away), share

    def _answer(self, xy: FloatArray, segment: IntArray, within_m: float) -> Snapped:
        found = np.flatnonzero(segment >= 0)
        squared, share = self._project(xy[found], segment[found])
        gap_m = np.sqrt(squared)
        near = gap_m <= within_m
        found, gap_m, share = found[near], gap_m[near], share[near]
        chosen = segment[found]
        foot = np.array(xy, dtype=np.float64)
        begin, end = self.line_xy[chosen], self.line_xy[chosen + 1]
        foot[found] = begin + share[:, None] * (end - begin)
        along_m = np.zeros(len(xy))
        low, high = self.line_along_m[chosen], self.line_along_m[chosen + 1]
        along_m[found] = low + share * (high - low)
        edge = np.full(len(xy), -1, dtype=np.int64)
        edge[found] = self.segment_edge[chosen]
        missing = np.full(len(xy), np.inf)
        missing[found] = gap_m
        return Snapped(edge, along_m, missing, foot)
