"""Search a large street graph from many points at once, bucket by bucket on whole arrays.

Dijkstra's algorithm takes vertex after vertex, and in a graph that is larger than the processor's
memory it waits for each. Here all vertices within the next `WIDTH_M` metres are taken together and
put right until none of them gets nearer (Meyer and Sanders 2003, without light and heavy edges).
Metres are added along the same ways in the same order, so the distances are the same bit by bit.
"""

from __future__ import annotations

import numpy as np

from locator.base.geo import FloatArray, IntArray
from locator.walking.graph.file import Array

WIDTH_M = 200.0
"""Narrower buckets are more steps, in wider ones more is put right (600 m: a third more time)."""


def nearest_source(
    csr: tuple[Array, Array, Array],
    start: tuple[IntArray, FloatArray, IntArray],
    *,
    limit_m: float = np.inf,
) -> tuple[FloatArray, IntArray]:
    """Return how far every vertex is from the nearest of some sources, and which that is.

    Parameters
    ----------
    csr : tuple of (indptr, indices, weight_m)
        Streets between n vertices, no weight below 0.
    start : tuple of (vertex, metres, source)
        Where ways begin: any number of vertices for each source.
    limit_m : float
        Nobody walks farther.

    Returns
    -------
    distance_m : (n,) float array
        ``inf`` where no source is within the limit.
    source : (n,) int array
        -1 there.
    """
    indptr, indices, weight_m = csr
    n = len(indptr) - 1
    degree = np.diff(indptr)
    distance_m, source = np.full(n, np.inf), np.full(n, -1, dtype=np.int64)
    slot = np.empty(n, dtype=np.int64)

    def once(vertex: IntArray) -> IntArray:
        number = np.arange(len(vertex))
        slot[vertex] = number
        each: IntArray = vertex[slot[vertex] == number]
        return each

    def nearer(vertex: IntArray, metres: FloatArray, by: IntArray) -> IntArray:
        better = (metres < distance_m[vertex]) & (metres <= limit_m)
        vertex, metres, by = vertex[better], metres[better], by[better]
        np.minimum.at(distance_m, vertex, metres)
        best = metres == distance_m[vertex]
        vertex = vertex[best]
        source[vertex] = by[best]
        return once(vertex)

    near = nearer(*start)
    while len(near):
        end_m = float(distance_m[near].min()) + WIDTH_M
        later = []
        while len(near):
            inside = distance_m[near] < end_m
            later.append(near[~inside])
            near = near[inside]
            count = degree[near]
            ends = np.cumsum(count)
            edge = np.arange(count.sum()) + np.repeat(indptr[near] - (ends - count), count)
            metres = np.repeat(distance_m[near], count) + weight_m[edge]
            near = nearer(indices[edge], metres, np.repeat(source[near], count))
        near = np.concatenate(later)
        near = once(near[distance_m[near] >= end_m])  # the others came nearer meanwhile
    return distance_m, source
