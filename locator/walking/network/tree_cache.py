"""Remember the last shortest-path trees, so that list, map and walk share one search."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from locator.base.geo import FloatArray, IntArray
from locator.walking import SnappedPoints
from locator.walking.graph.file import Array

KEPT = 3
"""Trees kept: a person looks at a few places, and one tree of 200,000 vertices takes 2.4 MB."""

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
    distance_m : (n,) float array
        To every vertex, ``inf`` beyond the limit.
    before : (n + 1,) int array
        The vertex before each one on its way; the last entry, n, is the origin.
    limit_m : float
    """

    distance_m: FloatArray
    before: Array
    limit_m: float

    def way(self, vertex: int) -> IntArray:
        """Return the vertices from the origin to `vertex`, in walking order."""
        root, before = len(self.before) - 1, self.before
        vertices = [vertex]
        while (previous := int(before[vertices[-1]])) != root:
            vertices.append(previous)
        return np.array(vertices[::-1], dtype=np.int64)


@dataclass(frozen=True)
class Trees:
    """The trees kept, the latest used last. Safe to share between threads."""

    kept: OrderedDict[Key, Tree] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def find(self, key: Key, limit_m: float = 0.0) -> Tree | None:
        """Return the tree of `key` if it reaches at least as far as `limit_m`."""
        with self.lock:
            tree = self.kept.get(key)
            if tree is None or tree.limit_m < limit_m:
                return None
            self.kept.move_to_end(key)
            return tree

    def keep(self, key: Key, tree: Tree) -> None:
        """Keep `tree`, and forget the one that was not used for longest."""
        with self.lock:
            self.kept[key] = tree
            self.kept.move_to_end(key)
            while len(self.kept) > KEPT:
                self.kept.popitem(last=False)
