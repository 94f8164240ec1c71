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
from locator.walking.network.window import Cells, Windows

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
    at, piece = _beside(pieces, xy, ends)
    end = ends[at]
    other = (pieces.a[piece] != end) & (pieces.b[piece] != end)
    other &= (at < len(loose)) | _is_far_round(pieces, xy, end, piece)
    end, piece = end[other], piece[other]
    line = _lines(pieces, xy, piece)
    away = shapely.distance(shapely.points(xy[end]), line)
    order = np.lexsort((piece, away, end))
    first = order[np.r_[True, np.diff(end[order]) != 0]] if len(order) else order
    return _with_joints(pieces, xy, end[first], piece[first], line[first])


def _beside(pieces: Pieces, xy: FloatArray, ends: IntArray) -> tuple[IntArray, IntArray]:
    """Return positions in `ends`, and pieces that each of these lies beside.

    The tree is of the ends: one of all pieces of a region would be most of the memory that its
    graph takes to be made.
    """
    tree = shapely.STRtree(np.asarray(shapely.points(xy[ends])))
    found = []
    for begin in range(0, len(pieces.a), _AT_ONCE):
        some = np.arange(begin, min(begin + _AT_ONCE, len(pieces.a)))
        of_some, at = tree.query(_lines(pieces, xy, some), predicate="dwithin", distance=JOIN_M)
        found.append(np.stack([at, some[of_some]]))
    at, piece = np.concatenate(found, axis=1)
    return at, piece


def _lines(pieces: Pieces, xy: FloatArray, which: IntArray) -> Array:
    """Return some pieces as lines."""
    ends = np.stack([xy[pieces.a[which]], xy[pieces.b[which]]], axis=1)
    return np.asarray(shapely.linestrings(ends))


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
    windows = Windows(Cells(place), links.indptr, links.indices, links.data)
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
    cell = ((xy - xy.min(axis=0)) // WAY_ROUND_M).astype(np.int64) + 1
    columns = int(cell[:, 0].max()) + 2
    number = cell[:, 1] * columns + cell[:, 0]
    round_it = [right + up * columns for up in (-1, 0, 1) for right in (-1, 0, 1)]
    # Not a table of all cells: one node far away from all others would make it large.
    taken = np.unique(np.add.outer(number[ends], round_it))
    place = np.minimum(np.searchsorted(taken, number), len(taken) - 1)
    return np.flatnonzero(taken[place] == number)


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
