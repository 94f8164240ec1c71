"""Index, for every vertex, the k nearest facilities of a layer: which, how far, which way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from locator.base.freeing import let_go
from locator.base.geo import FloatArray, IntArray
from locator.walking import SnappedPoints
from locator.walking.graph.file import Array, StreetGraph
from locator.walking.graph.matrix import SMALLEST_M
from locator.walking.network.profile import Ways
from locator.walking.network.search import MultiSource, ends_of, first_at_place
from locator.walking.network.tree_cache import Key, key_of

_SEED = 20_260_401
"""Of the numbers that sets of facilities are told apart by; any would do."""


@dataclass(frozen=True)
class KNearestIndex:
    """The `k` nearest of some facilities for each of n vertices, nearest first.

    Attributes
    ----------
    facilities : SnappedPoints
        m points.
    facility : (n, k) int array
        Index of the facility; m where no further one can be reached.
    distance_m : (n, k) float array
        ``inf`` where no further one can be reached.
    onward : (n * k,) int array
        For entry ``vertex * k + rank`` the entry of the next vertex on the way to its facility;
        -1 where the facility's own edge begins.
    """

    facilities: SnappedPoints
    facility: Array
    distance_m: FloatArray
    onward: Array

    @property
    def k(self) -> int:
        """How many facilities a vertex knows."""
        return int(self.facility.shape[1])

    def read(self, vertices: Sequence[int], offset_m: Sequence[float]) -> tuple[FloatArray, float]:
        """Return what is known where a way begins that leads to any of some vertices.

        Parameters
        ----------
        vertices : sequence of int
        offset_m : sequence of float
            Metres to each of them.

        Returns
        -------
        walk_m : (m,) float array
            Metres to each facility; ``inf`` for those that none of the vertices knows.
        sure_m : float
            All that is nearer than this is known, and exactly.
        """
        walk_m = np.full(len(self.facilities), np.inf)
        for index, (metres, _) in self._known(vertices, offset_m).items():
            walk_m[index] = metres
        return walk_m, self.sure_m(vertices, offset_m)

    def nearest(self, *, limit_m: float = np.inf) -> MultiSource:
        """Return every vertex's distance to the nearest of all the facilities, and which it is."""
        distance_m = np.array(self.distance_m[:, 0])
        within = distance_m <= limit_m
        distance_m[~within] = np.inf
        facility = np.where(within, self.facility[:, 0], len(self.facilities))
        let_go(self.distance_m)  # one number in every row: every page was read
        return MultiSource(self.facilities, distance_m, first_at_place(self.facilities)[facility])

    def ways_from(
        self, vertices: Sequence[int], offset_m: Sequence[float]
    ) -> dict[int, tuple[float, int]]:
        """Return the metres to each facility and the entry where its way begins, if sure of both.

        Parameters
        ----------
        vertices, offset_m
            As for `read`.
        """
        sure_m = self.sure_m(vertices, offset_m)
        known = self._known(vertices, offset_m)
        return {index: way for index, way in known.items() if way[0] <= sure_m}

    def _known(
        self, vertices: Sequence[int], offset_m: Sequence[float]
    ) -> dict[int, tuple[float, int]]:
        """Return the same, sure or not."""
        ways: dict[int, tuple[float, int]] = {}
        for vertex, metres in zip(vertices, offset_m, strict=True):
            known = zip(
                self.facility[vertex].tolist(), self.distance_m[vertex].tolist(), strict=True
            )
            for entry, (index, far_m) in enumerate(known, start=vertex * self.k):
                way = far_m + metres, entry
                if way < ways.get(index, (np.inf, 0)):
                    ways[index] = way
        return ways

    def sure_m(self, vertices: Sequence[int], offset_m: Sequence[float]) -> float:
        """Return how far what is known at some vertices is the whole truth, see `read`."""
        if self.k == len(self.facilities):
            return np.inf
        last_m = (float(self.distance_m[vertex, -1]) for vertex in vertices)
        return min(far_m + metres for far_m, metres in zip(last_m, offset_m, strict=True))

    def way(self, entry: int) -> IntArray:
        """Return the vertices from an entry of `onward` to the facility, in walking order."""
        # Read number by number: a plain view gives them five times as fast as the array.
        vertices, k, onward = [entry // self.k], self.k, self.onward.data
        while (entry := onward[entry]) >= 0:
            vertices.append(entry // k)
        return np.array(vertices, dtype=np.int64)


@dataclass(frozen=True)
class KNearestIndexes:
    """The indexes that were made, found by the facilities that they hold."""

    sets: dict[bytes, KNearestIndex] = field(default_factory=dict)
    places: dict[Key, list[tuple[KNearestIndex, int]]] = field(default_factory=dict)

    def add(self, known: KNearestIndex) -> None:
        """Keep one more index."""
        for index in range(len(known.facilities)):
            self.places.setdefault(key_of(known.facilities, index), []).append((known, index))
        self.sets[name_of(known.facilities)] = known

    def of_all(self, facilities: SnappedPoints) -> KNearestIndex | None:
        """Return the index of just these facilities, in this order."""
        return self.sets.get(name_of(facilities)) if self.sets else None

    def of_one(self, facility: Key) -> list[tuple[KNearestIndex, int]]:
        """Return all indexes that hold a facility among others, and its position there."""
        return self.places.get(facility, [])


def name_of(snapped: SnappedPoints) -> bytes:
    """Return what a set of points on streets is known by: where they stand, in their order."""
    return b"".join(snapped.extra[key].tobytes() for key in ("edge", "along_m", "gap_m"))


@dataclass(frozen=True)
class _Doors:
    """Where vertices hear of a facility that none of their likes knows, d in all.

    `onward` is the entry that it was heard from, -1 for the facility's own edge.
    """

    vertex: IntArray
    start_m: FloatArray
    facility: IntArray
    onward: IntArray

    def take(self, index: IntArray) -> _Doors:
        """Return the doors at `index`."""
        return _Doors(*(getattr(self, one.name)[index] for one in fields(self)))

    def and_then(self, others: _Doors) -> _Doors:
        """Return these doors and `others`."""
        pairs = ((getattr(self, one.name), getattr(others, one.name)) for one in fields(self))
        return _Doors(*(np.concatenate(pair) for pair in pairs))


def read_few(
    graph: StreetGraph, known: KNearestIndex, points: SnappedPoints, *, k: int
) -> tuple[IntArray, FloatArray]:
    """Return, for p points, the (p, 2k) nearest facilities of either end of their streets.

    Returns
    -------
    index : (p, 2k) int array
        -1 where no further one can be reached.
    metres : (p, 2k) float array
    """
    few = min(k, known.k)
    index = np.full((len(points), 2 * few), -1, dtype=np.int64)
    metres = np.full(index.shape, np.inf)
    on, vertex, to_vertex_m = ends_of(graph, points)
    index[on] = known.facility[vertex, :few].reshape(len(on), -1)
    far_m = known.distance_m[vertex, :few] + to_vertex_m[:, :, None]
    metres[on] = far_m.reshape(len(on), -1)
    index[np.isinf(metres)] = -1
    return index, metres


def k_nearest_index(ways: Ways, facilities: SnappedPoints, *, k: int) -> KNearestIndex:
    """Return the index of the `k` nearest of some facilities: one Dijkstra for each rank.

    The vertices that know the same facilities make a region. The next nearest facility of a vertex
    comes to it through its region, or over the border: if a vertex next door knows a facility
    that this region does not, that one is at least as near as any further one from there. So a
    rank is one multi-source Dijkstra within the regions, started from what is heard at their
    borders and from the facilities that lie in them.

    Parameters
    ----------
    ways : Ways
    facilities : SnappedPoints
        m points, set onto `ways`.
    k : int
        At most so many for each vertex; fewer where there are fewer facilities.
    """
    indptr, indices, weight_m, _ = ways.csr
    n, m = len(indptr) - 1, len(facilities)
    k = min(k, m)
    facility = np.full((n, k), m, dtype=np.min_scalar_type(m))
    distance_m = np.full((n, k), np.inf)
    onward = np.full((n, k), -1, dtype=np.int32 if n * k < 2**31 else np.int64)
    row = np.repeat(np.arange(n, dtype=np.int32), np.diff(indptr))
    number = np.random.default_rng(_SEED).integers(1, 2**62, m + 1)
    region = np.zeros(n, dtype=np.int64)
    own = _own_doors(ways, facilities)
    for rank in range(k):
        inner = region[row] == region[indices]
        doors = own
        if rank:
            known, border = facility[:, :rank], np.flatnonzero(~inner)
            new = ~(known[own.vertex] == own.facility[:, None]).any(axis=1)
            heard = _heard(row[border], indices[border], weight_m[border], known, distance_m)
            doors = own.take(np.flatnonzero(new)).and_then(heard)
        if len(doors.vertex) == 0:
            break
        metres, before, door = _ranked(indptr, indices, weight_m, inner, row, doors)
        reached = door >= 0
        facility[reached, rank] = doors.facility[door[reached]]
        distance_m[:, rank] = metres
        inside = reached & (before < n)
        onward[inside, rank] = before[inside] * k + rank
        first = reached & (before >= n)
        onward[first, rank] = doors.onward[door[first]]
        region += number[facility[:, rank]]
    return KNearestIndex(facilities, facility, distance_m, onward.ravel())


def _own_doors(ways: Ways, facilities: SnappedPoints) -> _Doors:
    """Return both ends of every facility's edge."""
    on, vertex, to_vertex_m = ends_of(ways.graph, facilities)
    return _Doors(
        vertex=vertex.ravel(),
        start_m=to_vertex_m.ravel(),
        facility=np.repeat(on, 2),
        onward=np.full(2 * len(on), -1, dtype=np.int64),
    )


def _heard(
    here: Array, there: Array, weight_m: FloatArray, known: Array, distance_m: FloatArray
) -> _Doors:
    """Return, for each vertex at a border, the nearest facility that is known only beyond it."""
    told = known[there]
    news = np.ones(told.shape, dtype=bool)
    for facility in known[here].T:
        news &= told != facility[:, None]
    # A vertex knows its facilities in order: the first that is news is the nearest one.
    rank = news.argmax(axis=1)
    start_m = distance_m[there, rank] + weight_m
    useful = np.flatnonzero(news.any(axis=1) & np.isfinite(start_m))
    order = useful[np.lexsort((start_m[useful], here[useful]))]
    best = order[np.flatnonzero(np.diff(here[order], prepend=-1))]
    return _Doors(
        vertex=here[best].astype(np.int64),
        start_m=start_m[best],
        facility=told[best, rank[best]].astype(np.int64),
        onward=there[best].astype(np.int64) * distance_m.shape[1] + rank[best],
    )


def _ranked(
    indptr: Array, indices: Array, weight_m: FloatArray, inner: Array, row: Array, doors: _Doors
) -> tuple[FloatArray, IntArray, IntArray]:
    """Return each vertex's metres to its nearest door, the vertex before it, and the door."""
    n, d = len(indptr) - 1, len(doors.vertex)
    kept = np.concatenate([[0], np.cumsum(np.bincount(row[inner], minlength=n))])
    links = csr_array(
        (
            np.concatenate([weight_m[inner], np.maximum(doors.start_m, SMALLEST_M)]),
            np.concatenate([indices[inner], doors.vertex.astype(np.int32)]),
            np.concatenate([kept, kept[-1] + 1 + np.arange(d)]).astype(np.int32),
        ),
        shape=(n + d, n + d),
    )
    metres, before, source = dijkstra(
        links,
        directed=True,
        indices=np.arange(n, n + d),
        return_predecessors=True,
        min_only=True,
    )
    door = np.where(source[:n] >= n, source[:n].astype(np.int64) - n, -1)
    return metres[:n], before[:n].astype(np.int64), door
