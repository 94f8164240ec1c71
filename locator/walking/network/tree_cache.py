"""Remember the last shortest-path trees, so that list, map and walk share one search."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

import numpy as np

from locator.base.geo import FloatArray, IntArray
from locator.walking import SnappedPoints
from locator.walking.graph.file import Array

KEPT = 3
"""Trees or answers kept: a person looks at a few places, and one tree of all
200,000 vertices takes 2.4 MB."""

Key = tuple[int, float, float]
"""Where a tree starts: edge, distance along it, distance to it."""


def key_of(snapped: SnappedPoints, i: int = 0) -> Key:
    """Return where a shortest-path tree from a point starts."""
    extra = snapped.extra
    return int(extra["edge"][i]), float(extra["along_m"][i]), float(extra["gap_m"][i])


@dataclass(frozen=True)
class Tree:
    """All shortest ways from one origin up to a limit.

    Attributes
    ----------
    vertices : (w,) int array or None
        The vertices of the graph that were looked at, ascending; None: all n of them.
    distance_m : (w,) float array
        To each of them, ``inf`` beyond the limit.
    before : (w + 1,) int array
        The rank among them of the one before each on its way; the last entry, w, is the origin.
    limit_m : float
    """

    vertices: IntArray | None
    distance_m: FloatArray
    before: Array
    limit_m: float

    def metres_to(self, vertex: Array) -> FloatArray:
        """Return metres to vertices of the graph; ``inf`` beyond the limit."""
        rank, known = self._ranks(vertex)
        return np.where(known, self.distance_m[rank], np.inf)

    def way(self, vertex: int) -> IntArray:
        """Return the vertices from the origin to `vertex`, in walking order."""
        root, before = len(self.before) - 1, self.before
        ranks = [int(self._ranks(np.array([vertex]))[0][0])]
        while (previous := int(before[ranks[-1]])) != root:
            ranks.append(previous)
        way = np.array(ranks[::-1], dtype=np.int64)
        return way if self.vertices is None else self.vertices[way]

    def _ranks(self, vertex: Array) -> tuple[Array, Array]:
        """Return the rank of each vertex, and whether it was looked at at all."""
        if self.vertices is None:
            return vertex, np.ones(vertex.shape, dtype=bool)
        rank = np.searchsorted(self.vertices, vertex)
        rank[rank == len(self.vertices)] = 0
        return rank, self.vertices[rank] == vertex


K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True)
class Latest(Generic[K, V]):
    """What was found last, the latest used last. Safe to share between threads."""

    kept: OrderedDict[K, V] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def find(self, key: K) -> V | None:
        """Return what was found for `key`, if it is kept."""
        with self.lock:
            found = self.kept.get(key)
            if found is not None:
                self.kept.move_to_end(key)
            return found

    def keep(self, key: K, found: V) -> None:
        """Keep what was found, and forget what was not used for longest."""
        with self.lock:
            self.kept[key] = found
            self.kept.move_to_end(key)
            while len(self.kept) > KEPT:
                self.kept.popitem(last=False)


class Trees(Latest[Key, Tree]):
    """The trees kept."""

    def find(self, key: Key, limit_m: float = 0.0) -> Tree | None:
        """Return the tree of `key` if it reaches at least as far as `limit_m`."""
        tree = super().find(key)
        return tree if tree is not None and tree.limit_m >= limit_m else None
