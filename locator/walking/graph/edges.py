"""Cut the ways that were read into edges that run from one junction to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from locator.base.geo import FloatArray, IntArray
from locator.walking.graph.file import Array
from locator.walking.graph.osm import Streets
from locator.walking.graph.tag_rules import Mark

SHORTEST_M = 0.01
"""Edges of no length would vanish from a sparse matrix."""

_PASSING = ~(Mark.AT_CROSSING | Mark.BLOCKED)


@dataclass(frozen=True)
class Pieces:
    """Straight pieces of ways between neighbouring nodes, s in all, way after way.

    Attributes
    ----------
    a, b : (s,) int array
        Nodes at the two ends.
    way : (s,) int array
    begins : (s,) bool array
        The piece does not go on from the one before it.
    copied : (c,) int array
        Nodes that were doubled: a blocked gate is two dead ends, so each piece that touches it
        gets a node of its own, numbered after the real ones.
    ways_with_missing_nodes, ways_outside : int
    joints : int
        Nodes that `locator.walking.graph.joining` added, numbered after the doubled ones.
    """

    a: IntArray
    b: IntArray
    way: IntArray
    begins: Array
    copied: IntArray
    ways_with_missing_nodes: int
    ways_outside: int
    joints: int = 0


@dataclass(frozen=True)
class Lines:
    """Edges while the graph is being made, e in all.

    Attributes
    ----------
    u, v : (e,) int array
        Nodes at the two ends.
    marks, name : (e,) int array
        See `locator.walking.graph.osm.Streets`.
    start : (e + 1,) int array
        Where each edge's points begin in `xy`.
    xy : (p, 2) float array
        Metric CRS.
    """

    u: IntArray
    v: IntArray
    marks: Array
    name: IntArray
    start: IntArray
    xy: FloatArray

    def take(self, keep: IntArray) -> Lines:
        """Return only the edges at `keep`."""
        counts = np.diff(self.start)[keep]
        start = np.concatenate([[0], np.cumsum(counts)])
        points = np.repeat(self.start[keep] - start[:-1], counts) + np.arange(start[-1])
        return Lines(
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


def pieces_inside(streets: Streets, inside: Array) -> Pieces:
    """Return the pieces of all ways whose two nodes are known and inside.

    Parameters
    ----------
    streets : Streets
    inside : (n,) bool array
        Of each node.
    """
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
    return Pieces(
        a=a,
        b=b,
        way=way_of,
        begins=begins,
        copied=copied,
        ways_with_missing_nodes=len(np.unique(way[~known])),
        ways_outside=int(ways - seen.sum()),
    )


def cut_at_junctions(pieces: Pieces, streets: Streets, xy: FloatArray) -> Lines:
    """Join pieces into edges that run from one junction or end of a way to the next.

    Parameters
    ----------
    pieces : Pieces
    streets : Streets
    xy : (n + c + joints, 2) float array
        Of the nodes, the doubled ones and the joints last; metric CRS.
    """
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
    node_marks = np.concatenate(
        [
            streets.node_marks,
            streets.node_marks[pieces.copied],
            np.zeros(pieces.joints, dtype=np.uint8),
        ]
    )
    inner = np.flatnonzero(~is_vertex[b])
    np.bitwise_or.at(marks, edge[inner], node_marks[b[inner]] & np.uint8(_PASSING & 0xFF))
    for end in (a[first], b[last]):
        marks |= _marks_at_end(node_marks[end], marks)
    return Lines(
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
