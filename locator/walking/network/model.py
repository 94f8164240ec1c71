"""Walk along the streets: the walking model that uses a street graph.

Over 350 lines, because one class answers all that a walking model is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from locator.base.geo import FloatArray, IntArray
from locator.city.model import City
from locator.walking import FarWalks, SnappedPoints, Walk
from locator.walking.graph.file import Array, StreetGraph
from locator.walking.graph.osm import Progress, silent
from locator.walking.graph.ready import has_streets, ready_graph
from locator.walking.graph.tag_rules import Mark
from locator.walking.network.border_table import BorderTable, border_table
from locator.walking.network.k_nearest import (
    KNearestIndexes,
    k_nearest_index,
    name_of,
    read_few,
)
from locator.walking.network.k_nearest_file import kept_index, read_index
from locator.walking.network.many_to_many import far_walks, walk_matrix_m
from locator.walking.network.profile import Profile, Ways
from locator.walking.network.routes import Followed, Way, follow, lines_of, routes_of
from locator.walking.network.search import (
    MultiSource,
    at_points,
    beside,
    direct_m,
    ends_at,
    multi_source,
    read_multi_source,
    tree_between,
    tree_from,
)
from locator.walking.network.tree_cache import Key, Latest, Tree, Trees, key_of

OFF_NETWORK_M = 300.0
"""A point farther from every street than this is said to be off the network."""

LIMIT_FACTORS = (1.4, 2.0, 3.5)
"""A search for the k nearest goes as far as so many times the straight line to the k-th one, then
without limit."""

LIMIT_MARGIN_M = 200.0

MANY, MANY_FACTOR = 40, 1.3
"""Of so many the walks are longer than the straight lines by much the same: of 57 AEDs from places
all over the city, nineteen times in twenty by less than that and the margin."""

SAME_M = 1e-6
"""Walks that differ by less differ only in how they were added up."""


@dataclass(frozen=True)
class NetworkModel:
    """The street network behind the interface of `locator.walking.WalkingModel`.

    A point is set onto the nearest edge; the straight way from the point to the street (its gap)
    is walked and counted. Distances are exact for the graph.

    Attributes
    ----------
    graph : StreetGraph
    profile : str
        ``"foot"``, ``"pram"`` or ``"wheelchair"``.
    at_night : bool
        Stay away from gates and ways that are closed at night.
    """

    graph: StreetGraph
    profile: Profile = "foot"
    at_night: bool = False
    name: Literal["network"] = field(default="network", init=False)
    trees: Trees = field(default_factory=Trees, init=False, repr=False, compare=False)
    followed: Latest[bytes, Followed] = field(
        default_factory=Latest, init=False, repr=False, compare=False
    )
    k_nearest: KNearestIndexes = field(
        default_factory=KNearestIndexes, init=False, repr=False, compare=False
    )
    tables: list[BorderTable] = field(default_factory=list, init=False, repr=False, compare=False)

    @classmethod
    def from_city(cls, city: City, *, progress: Progress = silent) -> NetworkModel | None:
        """Return the model of a city whose folder holds streets, None where it does not.

        Raises
        ------
        GraphFileError, PackedFileError, ExtractError
            The streets are there but cannot be used (`locator.walking.graph.ready.ready_graph`).
        """
        if not has_streets(city.folder):
            return None
        return cls(ready_graph(city.folder, city.catalogue.crs_metric, progress=progress))

    @cached_property
    def closes_at_night(self) -> bool:
        """Whether any way or gate is known to be closed at night."""
        return bool(np.any(self.graph.edge_marks & np.uint8(Mark.CLOSED_AT_NIGHT)))

    def variant(self, profile: Profile, *, at_night: bool = False) -> NetworkModel:
        """Return the model of the same streets for a pram, a wheelchair or the night."""
        made = NetworkModel(self.graph, profile, at_night)
        vars(made)["ways"] = self.ways.variant(profile, at_night=at_night)
        return made

    def anew(self) -> NetworkModel:
        """Return the model of the same ways, which remembers nothing of any facilities."""
        made = NetworkModel(self.graph, self.profile, self.at_night)
        vars(made)["ways"] = self.ways
        return made

    @cached_property
    def ways(self) -> Ways:
        """The ways that the profile may use; made when first needed."""
        return Ways(self.graph, self.profile, self.at_night)

    # -- points onto streets ---------------------------------------------------------------

    def snap(self, xy: FloatArray) -> SnappedPoints:
        """Set (n, 2) metric points onto the streets.

        ``extra`` holds ``edge`` (-1: nowhere near a street), ``along_m``, ``gap_m`` and
        ``foot_xy``, the point of the street.
        """
        points = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
        snapped = self.ways.index.snap(points)
        return SnappedPoints(
            points,
            {
                "edge": snapped.edge,
                "along_m": snapped.along_m,
                "gap_m": snapped.gap_m,
                "foot_xy": snapped.xy,
            },
        )

    @staticmethod
    def off_network(snapped: SnappedPoints) -> Array:
        """Tell which points are more than `OFF_NETWORK_M` from every street."""
        return np.asarray(snapped.extra["gap_m"] > OFF_NETWORK_M)

    # -- distances -------------------------------------------------------------------------

    def walk_m(
        self, origin: SnappedPoints, targets: SnappedPoints, *, limit_m: float = np.inf
    ) -> FloatArray:
        """Return (n,) metres from one origin to each target; ``inf`` beyond `limit_m`."""
        if len(targets) == 0 or origin.extra["edge"][0] < 0:
            return np.full(len(targets), np.inf)
        walk_m, sure_m = self._indexed_m(origin, targets)
        if limit_m > sure_m - SAME_M:
            far_m = self._tabled_m(origin, targets)
            if far_m is None:
                tree = self.tree(origin, limit_m=limit_m)
                far_m = at_points(self.graph, tree.metres_to, targets)[0]
            walk_m = _or_direct_m(origin, targets, far_m)
        walk_m[walk_m > limit_m] = np.inf
        return walk_m

    def walk_matrix_m(
        self, origins: SnappedPoints, targets: SnappedPoints, *, limit_m: float = np.inf
    ) -> FloatArray:
        """Return (o, t) metres from each origin to each target; ``inf`` beyond `limit_m`."""
        return walk_matrix_m(self.ways, origins, targets, limit_m=limit_m)

    def far_walks(
        self, origins: SnappedPoints, targets: SnappedPoints, *, up_to_m: FloatArray
    ) -> Iterator[FarWalks]:
        """Yield the metres from some origins to each target, known up to (o,) `up_to_m`."""
        return far_walks(self.ways, origins, targets, up_to_m=up_to_m)

    def k_nearest_m(self, origin: SnappedPoints, targets: SnappedPoints, *, k: int) -> FloatArray:
        """Return (n,) metres to the `k` nearest targets at least; ``inf`` for those farther.

        Looked up where the targets are indexed; else the search is widened until the
        k-th lies inside it.
        """
        if len(targets) == 0 or origin.extra["edge"][0] < 0:
            return np.full(len(targets), np.inf)
        walk_m, sure_m = self._indexed_m(origin, targets)
        # A facility as near as the last one known may be unknown: such a tie is left to a search.
        walk_m[walk_m > sure_m - SAME_M] = np.inf
        wanted = min(k, len(targets))
        if sure_m == np.inf or np.isfinite(walk_m).sum() >= wanted:
            return walk_m
        if (far_m := self._tabled_m(origin, targets)) is not None:
            return _or_direct_m(origin, targets, far_m)
        straight_m = np.hypot(*(targets.xy - origin.xy[0]).T)
        guess_m = float(np.partition(straight_m, wanted - 1)[wanted - 1])
        for factor in (MANY_FACTOR, *LIMIT_FACTORS) if wanted >= MANY else LIMIT_FACTORS:
            walk_m = self.walk_m(origin, targets, limit_m=guess_m * factor + LIMIT_MARGIN_M)
            if np.isfinite(walk_m).sum() >= wanted:
                return walk_m
        return self.walk_m(origin, targets)

    def index_nearest(self, facilities: SnappedPoints, *, k: int, make: bool = True) -> None:
        """Index the `k` nearest of `facilities`: from now on they are only looked up.

        Without an index a search from every origin crosses the streets up to the k-th facility,
        which is far where there are few. Unless one is to be made, only one that is kept is used.
        """
        if len(facilities) and self.k_nearest.of_all(facilities) is None:
            known = (kept_index if make else read_index)(self.ways, facilities, k=k)
            if known is not None:
                self.k_nearest.add(known)

    def index_all(self, facilities: SnappedPoints) -> None:
        """Index the walks to all of `facilities`, however far: none is searched for any more.

        For those of which the nearest ones are seldom enough, such as AEDs behind closed doors.
        """
        if all(table.columns_of(facilities) is None for table in self.tables):
            table = border_table(self.ways, facilities)
            self.tables.extend([] if table is None else [table])

    def knows_all(self, targets: SnappedPoints) -> bool:
        """Tell whether the walks to all targets are known without a search (`index_all`)."""
        return any(table.columns_of(targets) is not None for table in self.tables)

    def _tabled_m(self, origin: SnappedPoints, targets: SnappedPoints) -> FloatArray | None:
        """Return metres over vertices by a table of all walks; None where there is none."""
        for table in self.tables:
            if (columns := table.columns_of(targets)) is not None:
                return table.read(*ends_at(self.graph, origin), columns)
        return None

    def _indexed_m(self, origin: SnappedPoints, targets: SnappedPoints) -> tuple[FloatArray, float]:
        """Return metres by the k-nearest index, and how far they are the whole truth."""
        known = self.k_nearest.of_all(targets)
        if known is None:
            return np.full(len(targets), np.inf), -np.inf
        walk_m, sure_m = known.read(*ends_at(self.graph, origin))
        return _or_direct_m(origin, targets, walk_m), sure_m

    def nearest(
        self, demand: SnappedPoints, facilities: SnappedPoints
    ) -> tuple[FloatArray, IntArray]:
        """Return, for each demand point, (n,) metres to the nearest facility and its index."""
        return self.read(self.multi_source(facilities), demand)

    def few_nearest(
        self, demand: SnappedPoints, facilities: SnappedPoints, *, k: int
    ) -> tuple[IntArray, FloatArray]:
        """Return, for each demand point, (n, c) facilities and the metres to them.

        They are the `k` nearest of either end of its street, the nearest of all, and those on
        the street itself.
        """
        known = self.k_nearest.of_all(facilities)
        if known is None or known.k < min(k, len(facilities)):
            known = k_nearest_index(self.ways, facilities, k=k)
        index, metres = read_few(self.graph, known, demand, k=k)
        nearest_m, nearest = self.nearest(demand, facilities)
        here, here_m = beside(demand, facilities)
        return np.column_stack([index, nearest, here]), np.column_stack([metres, nearest_m, here_m])

    def multi_source(self, facilities: SnappedPoints, *, limit_m: float = np.inf) -> MultiSource:
        """Return every vertex's distance to the nearest facility.

        Looked up where these are indexed, else one multi-source Dijkstra.
        """
        known = self.k_nearest.of_all(facilities)
        if known is not None:
            return known.nearest(limit_m=limit_m)
        return multi_source(self.ways, facilities, limit_m=limit_m)

    def read(self, nearest: MultiSource, demand: SnappedPoints) -> tuple[FloatArray, IntArray]:
        """Return each demand point's metres to its nearest facility, and that one's index."""
        return read_multi_source(self.graph, nearest, demand)

    def tree(self, origin: SnappedPoints, *, limit_m: float = np.inf) -> Tree:
        """Return the shortest ways from one origin to every vertex within `limit_m` or more."""
        key = key_of(origin)
        tree = self.trees.find(key, limit_m)
        if tree is None:
            tree = tree_from(self.ways, origin, limit_m=limit_m)
            self.trees.keep(key, tree)
        return tree

    # -- the walk itself -------------------------------------------------------------------

    def walk(self, origin: SnappedPoints, target: SnappedPoints) -> Walk:
        """Return the walk along the streets, with the names of the streets followed.

        Where the target cannot be reached the line is empty and ``walk_m`` is ``inf``.
        """
        return self.walks(origin, target.take(slice(0, 1)))[0]

    def walks(self, origin: SnappedPoints, targets: SnappedPoints) -> list[Walk]:
        """Return the walk to each target, as `walk` does."""
        told = [Walk(np.empty((0, 2)), np.inf)] * len(targets)
        followed = self._followed(origin, targets)
        if not followed.ways:
            return told
        routes = routes_of(self.graph, origin, targets, followed)
        lines = lines_of(self.graph, routes, origin.xy[0], targets.xy[list(followed.ways)])
        for (target, (walk_m, _)), xy, via in zip(
            followed.ways.items(), lines, followed.streets, strict=True
        ):
            if walk_m == 0.0:  # nobody walks to the street and back
                xy = np.vstack([origin.xy[:1], targets.xy[target : target + 1]])
            told[target] = Walk(xy, walk_m, via)
        return told

    def via(self, origin: SnappedPoints, targets: SnappedPoints) -> list[tuple[str, ...]]:
        """Return the streets of the walk to each target; empty where there is no walk."""
        told: list[tuple[str, ...]] = [()] * len(targets)
        followed = self._followed(origin, targets)
        for target, streets in zip(followed.ways, followed.streets, strict=True):
            told[target] = streets
        return told

    def _followed(self, origin: SnappedPoints, targets: SnappedPoints) -> Followed:
        """Return the walks that there are; the last ones are kept."""
        asked = name_of(origin.take(slice(0, 1))) + name_of(targets)
        followed = self.followed.find(asked)
        if followed is None:
            followed = follow(self.ways, origin, targets, self._found(origin, targets))
            self.followed.keep(asked, followed)
        return followed

    def _found(self, origin: SnappedPoints, targets: SnappedPoints) -> dict[int, Way]:
        """Return the walk to each target that can be reached: metres, and its vertices in order.

        Without any vertex the walk follows the one edge that both stand on.
        """
        found: dict[int, Way] = {}
        if origin.extra["edge"][0] < 0:
            return found
        direct_m = _or_direct_m(origin, targets, np.full(len(targets), np.inf)).tolist()
        indexed = self._indexed_ways(origin)
        columns = (targets.extra[key].tolist() for key in ("edge", "along_m", "gap_m"))
        places = list(zip(*columns, strict=True))
        ways = [None if place[0] < 0 else indexed(place) for place in places]
        left = [target for target, way in enumerate(ways) if way is None and places[target][0] >= 0]
        tree = self._tree_to(origin, targets.take(np.array(left))) if left else None
        for target in left:
            one = targets.take(slice(target, target + 1))
            ways[target] = self._shortest(origin, one, direct_m[target], tree)
        for target, (way, along_m) in enumerate(zip(ways, direct_m, strict=True)):
            if way is not None and way[0] < along_m:
                found[target] = way
            elif np.isfinite(along_m):
                found[target] = along_m, np.empty(0, dtype=np.int64)
        return found

    def _tree_to(self, origin: SnappedPoints, targets: SnappedPoints) -> Tree | None:
        """Return a tree that holds the shortest ways to some targets, if it costs little."""
        # Whoever asks for a walk has mostly just asked how far it is: that search will do.
        if (tree := self.trees.find(key_of(origin))) is not None:
            return tree
        far_m = self._tabled_m(origin, targets)
        if far_m is None or not np.isfinite(far_m).all():
            return None
        return tree_between(self.ways, origin, targets, far_m)  # too narrow for anybody else

    def _shortest(
        self, origin: SnappedPoints, target: SnappedPoints, along_m: float, tree: Tree | None
    ) -> Way | None:
        """Return the shortest way over at least one vertex: metres and vertices in order.

        Where no tree reaches so far the search is widened until the target lies inside it, so that
        near targets stay cheap; `along_m` is the way along the one edge that both stand on.
        """
        limit_m = 300.0 + 1.5 * float(np.hypot(*(target.xy[0] - origin.xy[0])))
        tree = tree or self.tree(origin, limit_m=limit_m)
        while True:
            walk_m, vertex = at_points(self.graph, tree.metres_to, target)
            if walk_m[0] <= tree.limit_m or along_m <= tree.limit_m or np.isinf(tree.limit_m):
                break
            limit_m = max(limit_m, 2 * tree.limit_m)
            tree = self.tree(origin, limit_m=limit_m if limit_m < 50_000 else np.inf)
        return None if vertex[0] < 0 else (float(walk_m[0]), tree.way(int(vertex[0])))

    def _indexed_ways(self, origin: SnappedPoints) -> Callable[[Key], Way | None]:
        """Return what finds the shortest way to a place if an index is sure of it at the origin."""
        ends = ends_at(self.graph, origin)
        read: dict[int, dict[int, tuple[float, int]]] = {}

        def find(place: Key) -> Way | None:
            for known, index in self.k_nearest.of_one(place):
                if id(known) not in read:
                    read[id(known)] = known.ways_from(*ends)
                if (found := read[id(known)].get(index)) is not None:
                    return found[0], known.way(found[1])
            return None

        return find


def _or_direct_m(origin: SnappedPoints, targets: SnappedPoints, walk_m: FloatArray) -> FloatArray:
    """Return `walk_m`, or where it is shorter the way along the edge that both stand on."""
    same = np.flatnonzero(targets.extra["edge"] == origin.extra["edge"][0])
    if not len(same):
        return walk_m
    along_m = direct_m(origin, np.zeros(len(same), dtype=np.int64), targets, same)
    walk_m[same] = np.minimum(walk_m[same], along_m)
    return walk_m
