"""Join ends of ways to the street beside them where the map breaks off between the two.

A main road does not end in nowhere: where it does so in the data, what comes next was being built
when they were taken, and pedestrians pass all the same. Nothing else is joined: a path that ends
beside a street may end at a fence, a track or a stream.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from locator.base.geo import FloatArray, IntArray
from locator.walking.graph.edges import Pieces
from locator.walking.graph.file import Array
from locator.walking.graph.osm import Streets
from locator.walking.graph.tag_rules import Mark
from locator.walking.network.window import Windows

JOIN_M = 30.0
"""An end is joined to a street no farther than this."""

WAY_ROUND_M = 200.0
"""A main road is joined only to a street that is farther than this along the streets."""

_AT_ONCE = 1 << 18


def joined(pieces: Pieces, streets: Streets, xy: FloatArray) -> tuple[Pieces, FloatArray]:
    """Return the pieces with the ends of main roads and of `streets.loose` ways joined.

    Parameters
    ----------
    pieces : Pieces
    streets : Streets
    xy : (m, 2) float array
        Of all nodes of `pieces`, metric CRS.

    Returns
    -------
    Pieces
        Each joint splits the piece that it lies on and adds one that leads there.
    xy : (m + j, 2) float array
        The places of the joints last.
    """
    met = np.bincount(pieces.a, minlength=len(xy)) + np.bincount(pieces.b, minlength=len(xy))
    loose = streets.loose[met[streets.loose] > 0]
    main = np.setdiff1d(_ends_of_main_roads(pieces, streets, met), loose)
    ends = np.concatenate([loose, main])
    if not len(ends):
        return pieces, xy
    beside = _beside(pieces, xy, ends)
    a, b = pieces.a[beside], pieces.b[beside]
    lines = np.asarray(shapely.linestrings(np.stack([xy[a], xy[b]], axis=1)))
    at, of_lines = shapely.STRtree(lines).query(
        shapely.points(xy[ends]), predicate="dwithin", distance=JOIN_M
    )
    end, piece = ends[at], beside[of_lines]
    other = (pieces.a[piece] != end) & (pieces.b[piece] != end)
    other &= (at < len(loose)) | _is_far_round(pieces, xy, end, piece)
    end, piece, line = end[other], piece[other], lines[of_lines[other]]
    away = shapely.distance(shapely.points(xy[end]), line)
    order = np.lexsort((piece, away, end))
    first = order[np.r_[True, np.diff(end[order]) != 0]] if len(order) else order
    return _with_joints(pieces, xy, end[first], piece[first], line[first])


def _beside(pieces: Pieces, xy: FloatArray, ends: IntArray) -> IntArray:
    """Return the pieces whose box comes near one of `ends`, and some others.

    A tree of all pieces of a region would be most of the memory that its graph takes to be made.
    """
    corner = xy.min(axis=0) - JOIN_M
    cell = ((xy[ends] - corner) // WAY_ROUND_M).astype(np.int64)
    shape = ((xy.max(axis=0) + JOIN_M - corner) // WAY_ROUND_M).astype(np.int64) + 1
    # How many ends lie below and to the left of each corner of the cells.
    count = np.zeros(shape + 1, dtype=np.int32)
    np.add.at(count, tuple((cell + 1).T), 1)
    count = count.cumsum(axis=0, dtype=np.int32).cumsum(axis=1, dtype=np.int32)
    found = []
    for begin in range(0, len(pieces.a), _AT_ONCE):
        a, b = (xy[nodes[begin : begin + _AT_ONCE]] - corner for nodes in (pieces.a, pieces.b))
        left, low = ((np.minimum(a, b) - JOIN_M) // WAY_ROUND_M).astype(np.int32).T
        right, up = ((np.maximum(a, b) + JOIN_M) // WAY_ROUND_M).astype(np.int32).T + 1
        inside = count[right, up] - count[left, up] - count[right, low] + count[left, low]
        found.append(begin + np.flatnonzero(inside))
    return np.concatenate(found)


def _ends_of_main_roads(pieces: Pieces, streets: Streets, met: IntArray) -> IntArray:
    """Return the nodes of main roads that only one piece meets, of `met` for each node."""
    main = streets.way_marks[pieces.way] & np.uint8(Mark.MAIN_ROAD) > 0
    ends = np.zeros(len(met), dtype=bool)
    ends[pieces.a[main]] = ends[pieces.b[main]] = True
    return np.flatnonzero(ends & (met == 1))


def _is_far_round(pieces: Pieces, xy: FloatArray, end: IntArray, piece: IntArray) -> Array:
    """Tell whether neither end of a piece is within `WAY_ROUND_M` of an end along the streets."""
    nodes = _near(xy, np.unique(end))
    rank = np.full(len(xy), -1, dtype=np.int32)
    rank[nodes] = np.arange(len(nodes), dtype=np.int32)
    a, b = rank[pieces.a], rank[pieces.b]
    inside = np.flatnonzero((a >= 0) & (b >= 0))
    a, b = a[inside], b[inside]
    place = xy[nodes]
    length_m = np.maximum(np.hypot(*(place[a] - place[b]).T), 0.01)
    links = coo_array((length_m, (a, b)), shape=(len(nodes), len(nodes))).tocsr()
    windows = Windows(place, links.indptr, links.indices, links.data)
    far = np.ones(len(end), dtype=bool)
    for one in np.unique(end):
        part = windows.cut(windows.within(xy[one], WAY_ROUND_M))
        size = len(part.vertices)
        walk_m = dijkstra(
            csr_array((part.weight_m, part.indices, part.indptr), shape=(size, size)),
            directed=False,
            indices=np.searchsorted(part.vertices, rank[one]),
            limit=WAY_ROUND_M,
        )
        near = nodes[part.vertices[np.isfinite(walk_m)]]
        mine = np.flatnonzero(end == one)
        far[mine] = ~(np.isin(pieces.a[piece[mine]], near) | np.isin(pieces.b[piece[mine]], near))
    return far


def _near(xy: FloatArray, ends: IntArray) -> IntArray:
    """Return all nodes that a way of `WAY_ROUND_M` from one of `ends` may lead over, and others."""
    cell = ((xy - xy.min(axis=0)) // WAY_ROUND_M).astype(np.int32) + 1
    taken = np.zeros(cell.max(axis=0) + 2, dtype=bool)
    column, row = cell[ends].T
    for right in (-1, 0, 1):
        for up in (-1, 0, 1):
            taken[column + right, row + up] = True
    return np.flatnonzero(taken[cell[:, 0], cell[:, 1]])


def _with_joints(
    pieces: Pieces, xy: FloatArray, end: IntArray, piece: IntArray, lines: Array
) -> tuple[Pieces, FloatArray]:
    """Return `pieces` with a joint on each of `piece`, and a way from each of `end` to it.

    `lines` are the geometries of `piece`.
    """
    along_m = shapely.line_locate_point(lines, shapely.points(xy[end]))
    place = shapely.get_coordinates(shapely.line_interpolate_point(lines, along_m))
    order = np.lexsort((along_m, piece))
    end, piece, place = end[order], piece[order], place[order]
    joint = len(xy) + np.arange(len(end))
    way_of_end = np.zeros(len(xy), dtype=np.int64)
    way_of_end[pieces.a], way_of_end[pieces.b] = pieces.way, pieces.way
    # A piece a - b with joints p, q becomes a - p, p - q, q - b.
    a = np.insert(pieces.a, piece + 1, joint)
    b = np.insert(pieces.b, piece, joint)
    return replace(
        pieces,
        a=np.r_[a, end],
        b=np.r_[b, joint],
        way=np.r_[np.insert(pieces.way, piece + 1, pieces.way[piece]), way_of_end[end]],
        begins=np.r_[np.insert(pieces.begins, piece + 1, False), np.ones(len(end), dtype=bool)],
        joints=len(end),
    ), np.vstack([xy, place])
