"""Make a street graph of the ways that were read: clip, cut at junctions, keep what connects.

Every step works on whole arrays; a voivodeship's streets go through in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import shapely

from locator import __version__
from locator.base.errors import N_
from locator.base.geo import FloatArray, IntArray, Projection, box_in_words, inner_box
from locator.walking.graph.edges import Lines, Pieces, cut_at_junctions, pieces_inside
from locator.walking.graph.file import Array, Grid, StreetGraph, pack_names
from locator.walking.graph.joining import joined
from locator.walking.graph.matrix import REACH_GAP_M, centres, largest_part, matrix, parts_of
from locator.walking.graph.osm import ATTRIBUTION, ExtractError, Progress, Streets, silent
from locator.walking.graph.tag_rules import Mark
from locator.walking.network.snapping import EdgeIndex, sort_segments

MARGIN_M = 1_500.0
"""Streets this far outside the boundary stay: the shortest way may leave the city."""

REACH_SIZE_M = 30.0
"""Side of the cells that isochrones are drawn from."""

MADE_AS = 2
"""Number of the way in which graphs are made here: one more, and kept ones are made again."""

MOST_CUT = 0.5
"""An extract that lacks nodes of a larger share of its ways is not usable. One that was clipped
with care lacks those of the few ways across its border."""

_CELLS_AT_ONCE = 1 << 18


def build_graph(
    streets: Streets,
    *,
    projection: Projection,
    source: str,
    boundary: Any = None,
    margin_m: float = MARGIN_M,
    notes: Mapping[str, object] | None = None,
    progress: Progress = silent,
) -> StreetGraph:
    """Return the street graph of a city.

    Parameters
    ----------
    streets : Streets
        What `locator.walking.graph.osm.read_streets` read.
    projection : Projection
        The city's metric CRS.
    source : str
        Name of the file it was read from.
    boundary : shapely geometry, optional
        The city in WGS84; without it everything that was read is kept.
    margin_m : float
        How far outside the boundary streets are kept.
    notes : mapping, optional
        What else the graph is to say of itself.

    Raises
    ------
    ExtractError
        The streets and the boundary do not overlap, or most ways lack nodes.
    """
    steps = 5
    progress("graph", 0, steps)
    xy = projection.to_metric(streets.lonlat)
    pieces = pieces_inside(streets, _inside(streets, xy, boundary, projection, margin_m))
    if len(pieces.a) == 0:
        raise no_overlap(streets.lonlat, boundary, source)
    _check_whole(streets, pieces, source)
    pieces, xy = joined(pieces, streets, np.vstack([xy, xy[pieces.copied]]))
    progress("graph", 1, steps)
    lines = cut_at_junctions(pieces, streets, xy)
    counted = _counts(streets, pieces)
    names, date, basis = streets.names, streets.source_date, streets.source_date_basis
    del streets, pieces, xy  # a region's are large
    progress("graph", 2, steps)
    kept, parts, lost_m = _largest_component(lines)
    lines = lines.take(kept)
    progress("graph", 3, steps)
    arrays = _numbered(lines)
    arrays |= _matrix_of(arrays)
    cells, cell_start, cell_segment = sort_segments(lines.xy, lines.start)
    progress("graph", 4, steps)
    reach, reach_arrays = _reach_grid(
        lines,
        EdgeIndex(
            cells,
            cell_start,
            cell_segment,
            lines.xy,
            arrays["line_along_m"],
            lines.edge_of_point(),
            shunned=arrays["edge_marks"] & np.uint8(Mark.CARRIAGEWAY) > 0,
        ),
    )
    name_start, name_bytes = pack_names(names)
    used = projection.to_lonlat(np.vstack([lines.xy.min(axis=0), lines.xy.max(axis=0)]))
    progress("graph", steps, steps)
    report = counted | _report(lines, arrays, parts, lost_m)
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
            "source_date": date,
            "source_date_basis": basis,
            "attribution": ATTRIBUTION,
            "built_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "program": f"locator {__version__}",
            "margin_m": margin_m if boundary is not None else None,
            "bounds": [round(float(value), 6) for value in used.ravel()],
            "report": report,
        }
        | dict(notes or {}),
    )


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


def _largest_component(lines: Lines) -> tuple[IntArray, int, float]:
    """Return the edges of the largest part, the number of parts, metres left out."""
    ids, ends = np.unique(np.concatenate([lines.u, lines.v]), return_inverse=True)
    u, v = ends[: len(lines.u)], ends[len(lines.u) :]
    largest = largest_part(u, v, len(ids))
    kept = np.flatnonzero(largest)
    length_m = lines.length_m()
    return kept, parts_of(u, v, len(ids))[0], float(length_m[~largest].sum())


def _numbered(lines: Lines) -> dict[str, Array]:
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


def _matrix_of(numbered: Mapping[str, Array]) -> dict[str, Array]:
    """Return the matrix of all edges; see `matrix`."""
    made = matrix(
        numbered["edge_u"],
        numbered["edge_v"],
        numbered["edge_length_m"],
        len(numbered["vertex_xy"]),
    )
    return dict(zip(("indptr", "indices", "weight_m", "entry_edge"), made, strict=True))


def _reach_grid(lines: Lines, index: EdgeIndex) -> tuple[Grid, dict[str, Array]]:
    """Return the grid that isochrones are drawn on, each cell's centre set onto the streets."""
    corner, far = lines.xy.min(axis=0), lines.xy.max(axis=0)
    columns, rows = (int(n) for n in (far - corner) // REACH_SIZE_M + 1)
    grid = Grid(float(corner[0]), float(corner[1]), REACH_SIZE_M, columns, rows)
    edge = np.empty(columns * rows, dtype=np.int32)
    along_m, gap_m = (np.empty(columns * rows, dtype=np.float32) for _ in range(2))
    for cell in np.array_split(np.arange(columns * rows), columns * rows // _CELLS_AT_ONCE + 1):
        snapped = index.snap(centres(grid, cell), within_m=REACH_GAP_M)
        edge[cell], along_m[cell], gap_m[cell] = snapped.edge, snapped.along_m, snapped.gap_m
    return grid, {"reach_edge": edge, "reach_along_m": along_m, "reach_gap_m": gap_m}


def _counts(streets: Streets, pieces: Pieces) -> dict[str, Any]:
    """Count what was read and dropped."""
    return {
        "ways_read": len(streets.way_marks),
        "ways_not_walkable": dict(streets.dropped),
        "ways_outside": pieces.ways_outside,
        "ways_with_missing_nodes": pieces.ways_with_missing_nodes,
        "joined_ends": pieces.joints,
        "blocked_gates": len(np.unique(pieces.copied)),
    }


def _report(lines: Lines, arrays: Mapping[str, Array], parts: int, lost_m: float) -> dict[str, Any]:
    """Count what was kept."""

    def length_km(mark: Mark) -> float:
        marked = arrays["edge_marks"] & np.uint8(mark) > 0
        return round(float(arrays["edge_length_m"][marked].sum()) / 1000, 1)

    return {
        "vertices": len(arrays["vertex_xy"]),
        "edges": len(lines.u),
        "parallel_edges": int(len(lines.u) - np.count_nonzero(np.bincount(arrays["entry_edge"]))),
        "length_km": round(float(arrays["edge_length_m"].sum()) / 1000, 1),
        "other_parts": parts - 1,
        "other_parts_km": round(lost_m / 1000, 1),
        "no_wheelchair_km": length_km(Mark.NO_WHEELCHAIR),
        "no_pram_km": length_km(Mark.NO_PRAM),
        "closed_at_night_km": length_km(Mark.CLOSED_AT_NIGHT),
    }


def _check_whole(streets: Streets, pieces: Pieces, source: str) -> None:
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


def no_overlap(lonlat: FloatArray, boundary: Any, source: str) -> ExtractError:
    """Say where the file is and where the city is."""
    if boundary is None or not len(lonlat):
        return ExtractError(N_("{file} holds no complete street."), file=source)
    return ExtractError(
        N_(
            "{file} holds no street inside the city: most of it lies at {covered}, the city at "
            "{city}. Is it the extract of another region, or the boundary of another city?"
        ),
        file=source,
        covered=box_in_words(inner_box(lonlat)),
        city=box_in_words(boundary.bounds),
    )
