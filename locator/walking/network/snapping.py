"""Set points onto the nearest edge of a street graph, many at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.sparse import coo_array

from locator.base.geo import FloatArray, IntArray
from locator.walking.graph.file import Array, Grid

CELL_M = 25.0
"""Side of the cells that segments are sorted into."""

FARTHEST_M = 5_000.0
"""No street within this distance: the point is nowhere near the network."""

SHUNNED_M = 30.0
"""A shunned edge counts as so much farther than it is."""

NEAR_CELLS = 16
"""A point that has no street within so many cells is far away: it is searched for otherwise."""

BLOCK_CELLS = 4
"""Side of the blocks of cells that tell roughly how far away the streets are."""

_BATCH = 4_096

_ROWS = 1 << 18
"""Rows of cells that are looked at together."""


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
    corner = line_xy.min(axis=0)
    columns, rows = (int(n) for n in (line_xy.max(axis=0) - corner) // CELL_M + 1)
    cells = Grid(float(corner[0]), float(corner[1]), CELL_M, columns, rows)
    at = ((line_xy - corner) // CELL_M).astype(np.int32)
    low = np.minimum(at[first], at[first + 1])
    span = np.maximum(at[first], at[first + 1]) - low + 1
    touched = span[:, 0] * span[:, 1]
    segment = np.repeat(np.arange(len(first), dtype=np.int32), touched)
    turn = np.arange(len(segment)) - np.repeat(np.cumsum(touched) - touched, touched)
    up, right = np.divmod(turn.astype(np.int32), span[segment, 0])
    del turn
    # Fewer than two thousand million cells, since where they begin is told in as many bytes.
    cell = (low[segment, 1] + up) * np.int32(columns) + low[segment, 0] + right
    del up, right
    by_cell = coo_array(
        (np.ones(len(cell), dtype=np.int8), (cell, segment)), shape=(columns * rows, len(first))
    ).tocsr()
    del cell, segment
    return cells, by_cell.indptr, first.astype(np.int32)[by_cell.indices]


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

        The answer is exact (a shunned edge counting as farther). Near a street, the search goes on,
        ring of cells by ring, until no nearer segment can lie outside of what was looked at. Far
        from all of them, some street is found first, and then what is as near as that one.
        """
        count = len(xy)
        if count == 1:
            return self._snap_one(xy, within_m)
        segment = np.full(count, -1, dtype=np.int64)
        waiting = np.flatnonzero(np.isfinite(xy).all(axis=1))
        reach = 1
        while len(waiting) and reach <= NEAR_CELLS:
            best_sq = np.full(count, np.inf)
            # Neighbours in space are neighbours in memory: small batches stay in the cache.
            for batch in np.array_split(waiting, -(-len(waiting) // max(1, _BATCH // reach**2))):
                point, near = self._candidates(xy[batch], reach)
                segment[batch], best_sq[batch] = self._nearest(xy[batch], point, near)
            # Whole cells on every side of the point's own have been looked at.
            sure_m = reach * CELL_M
            settled = (np.sqrt(best_sq[waiting]) <= sure_m) | (sure_m >= within_m)
            waiting = waiting[~settled]
            reach *= 2
        if len(waiting):
            segment[waiting] = self._far(xy[waiting], within_m)
        return self._answer(xy, segment, within_m)

    def _snap_one(self, xy: FloatArray, within_m: float) -> Snapped:
        """Return the same of one point, to the last bit: who asks from a place waits for no other.

        Counted in plain numbers: near a point are a dozen segments, too few for arrays.
        """
        x, y = xy[0].tolist()
        segment = self._near(x, y, within_m) if math.isfinite(x) and math.isfinite(y) else -1
        if segment is None:
            segment = int(self._far(xy, within_m)[0])
        if segment >= 0:
            begin, end = self.line_xy[segment : segment + 2].tolist()
            squared, share = _foot(x, y, begin, end)
            if (gap_m := math.sqrt(squared)) <= within_m:
                low_m, high_m = self.line_along_m[segment : segment + 2].tolist()
                foot = [low + share * (high - low) for low, high in zip(begin, end, strict=True)]
                return Snapped(
                    self.segment_edge[segment : segment + 1].astype(np.int64),
                    np.array([low_m + share * (high_m - low_m)]),
                    np.array([gap_m]),
                    np.array([foot]),
                )
        return Snapped(np.array([-1]), np.zeros(1), np.array([np.inf]), xy.astype(np.float64))

    def _near(self, x: float, y: float, within_m: float) -> int | None:
        """Return the nearest segment to a point, -1 where none is `within_m`; None: it is far."""
        reach = 1
        while reach <= NEAR_CELLS:
            nearest, best_sq = -1, math.inf
            around = self._around(x, y, reach)
            pairs = zip(
                self.line_xy[around].tolist(), self.line_xy[around + 1].tolist(), strict=True
            )
            shunned = None if self.shunned is None else self.shunned[self.segment_edge[around]]
            for i, (begin, end) in enumerate(pairs):
                squared, _ = _foot(x, y, begin, end)
                if shunned is not None and shunned[i]:
                    counted_m = math.sqrt(squared) + SHUNNED_M
                    squared = counted_m * counted_m  # a power may round otherwise
                if squared < best_sq:
                    nearest, best_sq = int(around[i]), squared
            sure_m = reach * CELL_M
            if math.sqrt(best_sq) <= sure_m or sure_m >= within_m:
                return nearest
            reach *= 2
        return None

    def _far(self, xy: FloatArray, within_m: float) -> IntArray:
        """Return the nearest segment to each of some points, -1 where none is `within_m`.

        The bound is the distance to a street that is known to pass near: a circle of that size
        holds little but its rim, however large it is.
        """
        found = np.full(len(xy), -1, dtype=np.int64)
        blocks, passing = self._blocks
        if len(passing) == 0:
            return found
        side_m = BLOCK_CELLS * self.cells.size_m
        _, block = blocks.query(xy, distance_upper_bound=within_m + side_m)
        some = np.flatnonzero(block < len(passing))
        known = passing[block[some]]
        bound_m = np.sqrt(self._project(xy[some], known)[0])
        if self.shunned is not None:
            bound_m += SHUNNED_M * self.shunned[self.segment_edge[known]]
        # Nearest first: those of one batch have about as many rows to be looked at.
        order = np.argsort(bound_m, kind="stable")
        some, bound_m = some[order], bound_m[order]
        for batch in _batches(2 * bound_m / self.cells.size_m + 2):
            point, segment = self._inside(xy[some[batch]], bound_m[batch])
            found[some[batch]] = self._nearest(xy[some[batch]], point, segment)[0]
        return found

    @cached_property
    def _blocks(self) -> tuple[Any, IntArray]:
        """A tree of the middles of all blocks with a street, and one segment that passes each."""
        from scipy.spatial import cKDTree

        count = np.diff(self.cell_start)
        if self.allowed is None:
            cell: IntArray = np.flatnonzero(count)
            segment = self.cell_segment[self.cell_start[cell]]
        else:
            entry = np.flatnonzero(self.allowed[self.segment_edge[self.cell_segment]])
            cell = np.repeat(np.arange(len(count)), count)[entry]
            segment = self.cell_segment[entry]
        row, column = np.divmod(cell, self.cells.columns)
        columns = -(-self.cells.columns // BLOCK_CELLS)
        block = (row // BLOCK_CELLS) * columns + column // BLOCK_CELLS
        passing = np.full(columns * -(-self.cells.rows // BLOCK_CELLS), -1, dtype=np.int64)
        passing[block] = segment
        taken = np.flatnonzero(passing >= 0)
        middle = np.column_stack([taken % columns, taken // columns]) + 0.5
        corner = np.array([self.cells.x, self.cells.y])
        tree = cKDTree(corner + middle * BLOCK_CELLS * self.cells.size_m)
        return tree, passing[taken]

    def _nearest(
        self, xy: FloatArray, point: IntArray, segment: IntArray
    ) -> tuple[IntArray, FloatArray]:
        """Return segment and squared distance of the nearest of pairs (point, segment).

        The distance of a shunned one is what it counts as.
        """
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
        base = np.where(inside, rows, 0) * grid.columns
        start = base + np.where(inside, left[:, None], 0)
        stop = base + np.where(inside, right[:, None], 0)
        point = np.repeat(np.arange(len(xy)), len(steps))
        return self._in_rows(point, start.ravel(), stop.ravel())

    def _around(self, x: float, y: float, reach: int) -> IntArray:
        """Return the segments of all cells within `reach` of one point that may be used."""
        grid = self.cells
        column, row = math.floor((x - grid.x) / grid.size_m), math.floor((y - grid.y) / grid.size_m)
        left, right = max(column - reach, 0), min(column + reach + 1, grid.columns)
        rows = range(max(row - reach, 0), min(row + reach + 1, grid.rows)) if left < right else ()
        start, segment = self.cell_start, self.cell_segment
        parts = [
            segment[start[base + left] : start[base + right]]
            for base in (each * grid.columns for each in rows)
        ]
        found = np.concatenate([*parts, np.empty(0, dtype=np.int64)]).astype(np.int64)
        return found if self.allowed is None else found[self.allowed[self.segment_edge[found]]]

    def _inside(self, xy: FloatArray, radius_m: FloatArray) -> tuple[IntArray, IntArray]:
        """Return pairs (point, segment), points ascending, for all cells that a circle touches."""
        grid = self.cells
        radius_m = radius_m * (1 + 1e-9) + 1e-6  # whatever rounding does to the rim
        at = xy - np.array([grid.x, grid.y])
        first, last = (
            np.clip(np.floor((at[:, 1] + side * radius_m) / grid.size_m), -1, grid.rows)
            for side in (-1, 1)
        )
        count = (last - first + 1).astype(np.int64)
        point = np.repeat(np.arange(len(xy)), count)
        turn = np.arange(len(point)) - np.repeat(np.cumsum(count) - count, count)
        row = first[point].astype(np.int64) + turn
        low_m = row * grid.size_m
        up_m = np.maximum(np.maximum(low_m - at[point, 1], at[point, 1] - low_m - grid.size_m), 0.0)
        half_m = np.sqrt(np.maximum(radius_m[point] ** 2 - up_m**2, 0.0))
        left, right = (
            np.clip(np.floor((at[point, 0] + side * half_m) / grid.size_m) + more, 0, grid.columns)
            for side, more in ((-1, 0), (1, 1))
        )
        inside = (row >= 0) & (row < grid.rows) & (left < right)
        base = row[inside] * grid.columns
        return self._in_rows(
            point[inside],
            base + left[inside].astype(np.int64),
            base + right[inside].astype(np.int64),
        )

    def _in_rows(
        self, point: IntArray, from_cell: IntArray, to_cell: IntArray
    ) -> tuple[IntArray, IntArray]:
        """Return pairs (point, segment) for stretches of cells, each in one row of the grid."""
        # The cells of one row lie side by side in memory: one slice for the whole row.
        start, stop = self.cell_start[from_cell], self.cell_start[to_cell]
        length = (stop - start).astype(np.int64)
        total = int(length.sum())
        offset = np.arange(total) - np.repeat(np.cumsum(length) - length, length)
        segment = self.cell_segment[np.repeat(start, length) + offset]
        return np.repeat(point, length), segment.astype(np.int64)

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


def _foot(x: float, y: float, begin: Sequence[float], end: Sequence[float]) -> tuple[float, float]:
    """Return squared distance to one segment, and the share of it at the foot point."""
    line_x, line_y = end[0] - begin[0], end[1] - begin[1]
    to_x, to_y = x - begin[0], y - begin[1]
    share = (to_x * line_x + to_y * line_y) / (line_x * line_x + line_y * line_y or 1.0)
    share = 0.0 if share < 0.0 else min(share, 1.0)
    away_x, away_y = to_x - share * line_x, to_y - share * line_y
    return away_x * away_x + away_y * away_y, share


def _batches(rows: FloatArray) -> Iterator[slice]:
    """Yield stretches of points that have not much more than `_ROWS` rows together."""
    starts = np.flatnonzero(np.diff(np.cumsum(rows) // _ROWS, prepend=-1)).tolist()
    for start, end in pairwise([*starts, len(rows)]):
        yield slice(start, end)
