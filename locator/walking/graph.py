"""Make a street graph of the ways that were read: clip, cut at junctions, keep what connects.

Every step works on whole arrays; a voivodeship's streets go through in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import shapely

from locator import __version__
from locator.errors import N_
from locator.geo import FloatArray, IntArray, Projection, box_in_words, inner_box
from locator.walking.access import Mark
from locator.walking.graphfile import Array, Grid, StreetGraph, pack_names
from locator.walking.matrix import REACH_GAP_M, centres, largest_part, matrix, parts_of
from locator.walking.osm import ATTRIBUTION, ExtractError, Progress, Streets, silent
from locator.walking.snapping import EdgeIndex, sort_segments

MARGIN_M = 1_500.0
"""Streets this far outside the boundary stay: the shortest way may leave the city."""

SHORTEST_M = 0.01
"""Edges of no length would vanish from a sparse matrix."""

REACH_SIZE_M = 30.0
"""Side of the cells that isochrones are drawn from."""

MOST_CUT = 0.5
"""An extract that lacks nodes of a larger share of its ways is not usable. One that was clipped
with care lacks those of the few ways across its border."""

_PASSING = ~(Mark.AT_CROSSING | Mark.BLOCKED)


def build_graph(
    streets: Streets,
    *,
    projection: Projection,
    source: str,
    boundary: Any = None,
    margin_m: float = MARGIN_M,
    progress: Progress = silent,
) -> StreetGraph:
    """Return the street graph of a city.

    Parameters
    ----------
    streets : Streets
        What `locator.walking.osm.read_streets` read.
    projection : Projection
        The city's metric CRS.
    source : str
        Name of the file it was read from.
    boundary : shapely geometry, optional
        The city in WGS84; without it everything that was read is kept.
    margin_m : float
        How far outside the boundary streets are kept.

    Raises
    ------
    ExtractError
        The streets and the boundary do not overlap, or most ways lack nodes.
    """
    steps = 5
    progress("graph", 0, steps)
    xy = projection.to_metric(streets.lonlat)
    pieces = _segments(streets, _inside(streets, xy, boundary, projection, margin_m))
    if len(pieces.a) == 0:
        raise _no_overlap(streets, boundary, source)
    _check_whole(streets, pieces, source)
    xy = np.vstack([xy, xy[pieces.copied]])
    progress("graph", 1, steps)
    lines = _cut_at_junctions(pieces, streets, xy)
    progress("graph", 2, steps)
    kept, parts, lost_m = _largest_component(lines)
    lines = lines.take(kept)
    progress("graph", 3, steps)
    arrays = _numbered(lines) | _matrix_of(lines)
    cells, cell_start, cell_segment = sort_segments(lines.xy, lines.start)
    progress("graph", 4, steps)
    reach, reach_arrays = _reach_grid(
        lines,
        EdgeIndex(
            cells, cell_start, cell_segment, lines.xy, arrays["line_along_m"], lines.edge_of_point()
        ),
    )
    name_start, name_bytes = pack_names(streets.names)
    used = projection.to_lonlat(np.vstack([lines.xy.min(axis=0), lines.xy.max(axis=0)]))
    progress("graph", steps, steps)
    report = _report(streets, pieces, lines, arrays, parts, lost_m)
    return StreetGraph(
        **arrays,
        **reach_arrays,
        cell_start=cell_start,
        cell_segment=cell_segment,
        name_start=name_start,
        name_bytes=name_bytes,
        cells=cells,
        reach=reach,
        about={
            "crs": projection.crs,
            "source": source,
            "source_date": streets.source_date,
            "source_date_basis": streets.source_date_basis,
            "attribution": ATTRIBUTION,
            "built_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "program": f"locator {__version__}",
            "margin_m": margin_m if boundary is not None else None,
            "bounds": [round(float(value), 6) for value in used.ravel()],
            "report": report,
        },
    )


@dataclass(frozen=True)
class _Pieces:
    """Straight pieces of ways between neighbouring nodes, s in all, way after way.

    `copied` holds the nodes that were doubled: a blocked gate is two dead ends, so each piece
    that touches it gets a node of its own, numbered after the real ones.
    """

    a: IntArray
    b: IntArray
    way: IntArray
    begins: Array
    copied: IntArray
    ways_with_missing_nodes: int
    ways_outside: int


@dataclass(frozen=True)
class _Lines:
    """Edges while the graph is being made: ends, marks, names and points."""

    u: IntArray
    v: IntArray
    marks: Array
    name: IntArray
    start: IntArray
    xy: FloatArray

    def take(self, keep: IntArray) -> _Lines:
        """Return only the edges at `keep`."""
        counts = np.diff(self.start)[keep]
        start = np.concatenate([[0], np.cumsum(counts)])
        points = np.repeat(self.start[keep] - start[:-1], counts) + np.arange(start[-1])
        return _Lines(
            self.u[keep], self.v[keep], self.marks[keep], self.name[keep], start, self.xy[points]
        )

    def along_m(self) -> FloatArray:
        """Return for each point its distance from the beginning of its edge."""
        steps = np.zeros(len(self.xy))
        steps[1:] = np.hypot(*np.diff(self.xy, axis=0).T)
        steps[self.start[:-1]] = 0.0
        total = np.cumsum(steps)
        return total - np.repeat(total[self.start[:-1]], np.diff(self.start))

    def length_m(self) -> FloatArray:
        """Return the length of each edge, at least `SHORTEST_M`."""
        return np.maximum(self.along_m()[self.start[1:] - 1], SHORTEST_M)

    def edge_of_point(self) -> Array:
        """Return the edge of each point."""
        return np.repeat(np.arange(len(self.u)), np.diff(self.start)).astype(np.int32)


def _inside(
    streets: Streets, xy: FloatArray, boundary: Any, projection: Projection, margin_m: float
) -> Array:
    """Tell which nodes lie in the boundary or within the margin."""
    if boundary is None:
        return np.ones(len(xy), dtype=bool)
    metric = shapely.transform(boundary, projection.to_metric)
    area = metric.buffer(margin_m)
    shapely.prepare(area)
    return np.asarray(shapely.contains_xy(area, xy[:, 0], xy[:, 1]))


def _segments(streets: Streets, inside: Array) -> _Pieces:
    """Return the pieces of all ways whose two nodes are known and inside."""
    refs = streets.refs
    way = np.repeat(np.arange(len(streets.way_start) - 1), np.diff(streets.way_start))
    known = refs >= 0
    usable = known & inside[refs]
    follows = (way[1:] == way[:-1]) & (refs[1:] != refs[:-1])
    first = np.flatnonzero(follows & usable[1:] & usable[:-1])
    a, b, way_of = refs[first].copy(), refs[first + 1].copy(), way[first]
    blocked = streets.node_marks & np.uint8(Mark.BLOCKED) > 0
    copied = np.concatenate([a[blocked[a]], b[blocked[b]]])
    new = len(streets.lonlat) + np.arange(len(copied))
    at_a, at_b = np.flatnonzero(blocked[a]), np.flatnonzero(blocked[b])
    a[at_a], b[at_b] = new[: len(at_a)], new[len(at_a) :]
    begins = np.ones(len(first), dtype=bool)
    begins[1:] = (np.diff(first) != 1) | (way_of[1:] != way_of[:-1]) | (a[1:] != b[:-1])
    ways = len(streets.way_marks)
    seen = np.zeros(ways, dtype=bool)
    seen[way_of] = True
    return _Pieces(
        a=a,
        b=b,
        way=way_of,
        begins=begins,
        copied=copied,
        ways_with_missing_nodes=len(np.unique(way[~known])),
        ways_outside=int(ways - seen.sum()),
    )


def _cut_at_junctions(pieces: _Pieces, streets: Streets, xy: FloatArray) -> _Lines:
    """Join pieces into edges that run from one junction or end of a way to the next."""
    a, b = pieces.a, pieces.b
    is_vertex = np.bincount(np.concatenate([a, b]), minlength=len(xy)) != 2
    is_vertex[a[pieces.begins]] = True
    is_vertex[b[np.r_[pieces.begins[1:], True]]] = True
    first = np.flatnonzero(pieces.begins | is_vertex[a])
    edge = np.searchsorted(first, np.arange(len(a)), side="right") - 1
    last = np.r_[first[1:], len(a)] - 1
    start = np.r_[first, len(a)] + np.arange(len(first) + 1)
    points = np.empty(len(a) + len(first), dtype=np.int64)
    points[start[:-1]] = a[first]
    points[np.arange(len(a)) + edge + 1] = b
    marks = streets.way_marks[pieces.way[first]].copy()
    node_marks = np.concatenate([streets.node_marks, streets.node_marks[pieces.copied]])
    inner = np.flatnonzero(~is_vertex[b])
    np.bitwise_or.at(marks, edge[inner], node_marks[b[inner]] & np.uint8(_PASSING & 0xFF))
    for end in (a[first], b[last]):
        marks |= _marks_at_end(node_marks[end], marks)
    return _Lines(
        u=a[first],
        v=b[last],
        marks=marks,
        name=streets.way_name[pieces.way[first]],
        start=start,
        xy=xy[points],
    )


def _marks_at_end(node: Array, edge: Array) -> Array:
    """Return what the node at an edge's end says of the edge.

    A gate concerns every edge that ends there; a kerb only the one that crosses the road.
    """
    kerb = node & np.uint8(Mark.AT_CROSSING) > 0
    crossing = edge & np.uint8(Mark.AT_CROSSING) > 0
    passing = node & np.uint8(_PASSING & 0xFF)
    return np.where(kerb & ~crossing, passing & ~np.uint8(Mark.NO_WHEELCHAIR), passing)


def _largest_component(lines: _Lines) -> tuple[IntArray, int, float]:
    """Return the edges of the largest part, the number of parts, metres left out."""
    ids, ends = np.unique(np.concatenate([lines.u, lines.v]), return_inverse=True)
    u, v = ends[: len(lines.u)], ends[len(lines.u) :]
    largest = largest_part(u, v, len(ids))
    kept = np.flatnonzero(largest)
    length_m = lines.length_m()
    return kept, parts_of(u, v, len(ids))[0], float(length_m[~largest].sum())


def _numbered(lines: _Lines) -> dict[str, Array]:
    """Return vertices and edges, vertices numbered so that neighbours are near in memory."""
    ids, first, ends = np.unique(
        np.concatenate([lines.u, lines.v]), return_index=True, return_inverse=True
    )
    at = np.concatenate([lines.start[:-1], lines.start[1:] - 1])[first]
    order = np.argsort(_z_order(lines.xy[at]), kind="stable")
    rank = np.empty(len(ids), dtype=np.int32)
    rank[order] = np.arange(len(ids), dtype=np.int32)
    numbered = rank[ends]
    along_m = lines.along_m()
    return {
        "vertex_xy": lines.xy[at][order],
        "edge_u": numbered[: len(lines.u)],
        "edge_v": numbered[len(lines.u) :],
        "edge_length_m": lines.length_m(),
        "edge_marks": lines.marks & np.uint8(0xFF ^ int(Mark.BLOCKED)),
        "edge_name": lines.name.astype(np.int32),
        "line_start": lines.start,
        "line_xy": lines.xy,
        "line_along_m": along_m,
    }


def _z_order(xy: FloatArray) -> IntArray:
    """Return each point's place on a Z-shaped curve through cells of 10 m."""
    cell = ((xy - xy.min(axis=0)) / 10.0).astype(np.int64)
    key = np.zeros(len(xy), dtype=np.int64)
    for bit in range(24):
        for axis in (0, 1):
            key |= ((cell[:, axis] >> bit) & 1) << (2 * bit + axis)
    return key


def _matrix_of(lines: _Lines) -> dict[str, Array]:
    """Return the matrix of all edges; see `matrix`."""
    numbered = _numbered(lines)
    return dict(
        zip(
            ("indptr", "indices", "weight_m", "entry_edge"),
            matrix(
                numbered["edge_u"],
                numbered["edge_v"],
                numbered["edge_length_m"],
                len(numbered["vertex_xy"]),
            ),
            strict=True,
        )
    )


def _reach_grid(lines: _Lines, index: EdgeIndex) -> tuple[Grid, dict[str, Array]]:
    """Return the grid that isochrones are drawn on, each cell's centre set onto the streets."""
    corner, far = lines.xy.min(axis=0), lines.xy.max(axis=0)
    columns, rows = (int(n) for n in (far - corner) // REACH_SIZE_M + 1)
    grid = Grid(float(corner[0]), float(corner[1]), REACH_SIZE_M, columns, rows)
    snapped = index.snap(centres(grid), within_m=REACH_GAP_M)
    return grid, {
        "reach_edge": snapped.edge.astype(np.int32),
        "reach_along_m": snapped.along_m.astype(np.float32),
        "reach_gap_m": snapped.gap_m.astype(np.float32),
    }


def _report(
    streets: Streets,
    pieces: _Pieces,
    lines: _Lines,
    arrays: Mapping[str, Array],
    parts: int,
    lost_m: float,
) -> dict[str, Any]:
    """Count what was read, kept and dropped."""

    def length_km(mark: Mark) -> float:
        marked = arrays["edge_marks"] & np.uint8(mark) > 0
        return round(float(arrays["edge_length_m"][marked].sum()) / 1000, 1)

    return {
        "ways_read": len(streets.way_marks),
        "ways_not_walkable": dict(streets.dropped),
        "ways_outside": pieces.ways_outside,
        "ways_with_missing_nodes": pieces.ways_with_missing_nodes,
        "blocked_gates": len(np.unique(pieces.copied)),
        "vertices": len(arrays["vertex_xy"]),
        "edges": len(lines.u),
        "parallel_edges": int(len(lines.u) - len(np.unique(arrays["entry_edge"]))),
        "length_km": round(float(arrays["edge_length_m"].sum()) / 1000, 1),
        "other_parts": parts - 1,
        "other_parts_km": round(lost_m / 1000, 1),
        "no_wheelchair_km": length_km(Mark.NO_WHEELCHAIR),
        "no_pram_km": length_km(Mark.NO_PRAM),
        "closed_at_night_km": length_km(Mark.CLOSED_AT_NIGHT),
    }


def _check_whole(streets: Streets, pieces: _Pieces, source: str) -> None:
    """Raise where so many nodes are missing that what is left would be no network."""
    ways = len(streets.way_marks)
    if pieces.ways_with_missing_nodes > MOST_CUT * ways:
        raise ExtractError(
            N_(
                "{file} lacks nodes of {cut} of its {ways} ways, so its streets fall to pieces: "
                "get a complete extract of the region."
            ),
            file=source,
            cut=pieces.ways_with_missing_nodes,
            ways=ways,
        )


def _no_overlap(streets: Streets, boundary: Any, source: str) -> ExtractError:
    """Say where the file is and where the city is."""

    if boundary is None:
        return ExtractError(N_("{file} holds no complete street."), file=source)
    return ExtractError(
        N_(
            "{file} holds no street inside the city: most of it lies at {covered}, the city at "
            "{city}. Is it the extract of another region, or the boundary of another city?"
        ),
        file=source,
        covered=box_in_words(inner_box(streets.lonlat)),
        city=box_in_words(boundary.bounds),
    )
