"""Join ends of ways to the street beside them where the map breaks off between the two.

A main road does not end in nowhere: where it does so in the data, what comes next was being built
when they were taken, and pedestrians pass all the same. Nothing else is joined: a path that ends
beside a street may end at a fence, a track or a stream.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from locator.base.geo import FloatArray, IntArray
from locator.walking.graph.edges import Pieces
from locator.walking.graph.file import Array
from locator.walking.graph.osm import Streets
from locator.walking.graph.tag_rules import Mark

JOIN_M = 30.0
"""An end is joined to a street no farther than this."""

WAY_ROUND_M = 200.0
"""A main road is joined only to a street that is farther than this along the streets."""


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
    loose = np.intersect1d(streets.loose, np.r_[pieces.a, pieces.b])
    main = np.setdiff1d(_ends_of_main_roads(pieces, streets, len(xy)), loose)
    ends = np.concatenate([loose, main])
    if not len(ends):
        return pieces, xy
    lines = np.asarray(shapely.linestrings(np.stack([xy[pieces.a], xy[pieces.b]], axis=1)))
    at, piece = shapely.STRtree(lines).query(
        shapely.points(xy[ends]), predicate="dwithin", distance=JOIN_M
    )
    end = ends[at]
    other = (pieces.a[piece] != end) & (pieces.b[piece] != end)
    other &= (at < len(loose)) | _is_far_round(pieces, xy, end, piece)
    end, piece = end[other], piece[other]
    away = shapely.distance(shapely.points(xy[end]), lines[piece])
    order = np.lexsort((away, end))
    first = order[np.r_[True, np.diff(end[order]) != 0]] if len(order) else order
    return _with_joints(pieces, xy, end[first], piece[first], lines[piece[first]])


def _ends_of_main_roads(pieces: Pieces, streets: Streets, nodes: int) -> IntArray:
    met = np.bincount(np.r_[pieces.a, pieces.b], minlength=nodes)
    main = streets.way_marks[pieces.way] & np.uint8(Mark.MAIN_ROAD) > 0
    ends = np.unique(np.r_[pieces.a[main], pieces.b[main]])
    return np.asarray(ends[met[ends] == 1])


def _is_far_round(pieces: Pieces, xy: FloatArray, end: IntArray, piece: IntArray) -> Array:
    """Tell whether neither end of a piece is within `WAY_ROUND_M` of an end along the streets."""
    length_m = np.maximum(np.hypot(*(xy[pieces.a] - xy[pieces.b]).T), 0.01)
    shape = (len(xy), len(xy))
    graph = coo_array((length_m, (pieces.a, pieces.b)), shape=shape).tocsr()
    far = np.ones(len(end), dtype=bool)
    for one in np.unique(end):
        mine = np.flatnonzero(end == one)
        walk_m = dijkstra(graph, directed=False, indices=one, limit=WAY_ROUND_M)
        near = np.isfinite(walk_m)
        far[mine] = ~(near[pieces.a[piece[mine]]] | near[pieces.b[piece[mine]]])
    return far


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
