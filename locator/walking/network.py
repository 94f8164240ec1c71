"""Walk along the streets: the walking model that uses a street graph."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from locator.city import City
from locator.errors import N_
from locator.geo import FloatArray, IntArray
from locator.walking import Placed, Walk
from locator.walking.graphfile import (
    GRAPH_FILE,
    Array,
    GraphFileError,
    StreetGraph,
    read_graph,
)
from locator.walking.routes import Route, entries, joined, line_of, names_of, through
from locator.walking.trees import REMEMBERED, Key, Tree, Trees
from locator.walking.ways import Profile, Ways

OFF_NETWORK_M = 300.0
"""A point farther from every street than this is said to be off the network."""

_SMALLEST_M = 1e-9


@dataclass(frozen=True)
class Spread:
    """How far every vertex of the graph is from the nearest of some facilities.

    Attributes
    ----------
    facilities : Placed
    distance_m : (n,) float array
        ``inf`` where no facility can be reached.
    facility : (n,) int array
        Index of the serving facility, -1 where there is none.
    """

    facilities: Placed
    distance_m: FloatArray
    facility: IntArray


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
    remembered: Trees = field(
        default_factory=lambda: Trees(most=REMEMBERED), init=False, repr=False, compare=False
    )

    @classmethod
    def from_city(cls, city: City) -> NetworkModel | None:
        """Return the model of a city whose folder holds a street graph, None where it does not.

        Raises
        ------
        GraphFileError
            As `from_folder`: a graph that is there but cannot be used is not passed over.
        """
        if not has_graph(city.folder):
            return None
        return cls.from_folder(city.folder, city.catalogue.crs_metric)

    @classmethod
    def from_folder(cls, folder: Path, crs: str) -> NetworkModel:
        """Return the model of the street graph in a city folder.

        Raises
        ------
        GraphFileError
            There is none, it cannot be used, or it was made for another metric CRS.
        """
        graph = read_graph(folder / GRAPH_FILE)
        if graph.about["crs"] != crs:
            raise GraphFileError(
                N_(
                    "{file} is in {found}, the city's metric CRS is {wanted}: build it again "
                    "with `locator network build`."
                ),
                file=GRAPH_FILE,
                found=graph.about["crs"],
                wanted=crs,
            )
        return cls(graph)

    def variant(self, profile: Profile, *, at_night: bool = False) -> NetworkModel:
        """Return the model of the same streets for a pram, a wheelchair or the night."""
        return NetworkModel(self.graph, profile, at_night)

    @cached_property
    def ways(self) -> Ways:
        """The ways that the profile may use; made when first needed."""
        return Ways(self.graph, self.profile, self.at_night)

    # -- points onto streets ---------------------------------------------------------------

    def place(self, xy: FloatArray) -> Placed:
        """Set (n, 2) metric points onto the streets.

        ``extra`` holds ``edge`` (-1: nowhere near a street), ``along_m``, ``gap_m`` and
        ``foot_xy``, the point of the street.
        """
        points = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
        snapped = self.ways.index.snap(points)
        return Placed(
            points,
            {
                "edge": snapped.edge,
                "along_m": snapped.along_m,
                "gap_m": snapped.gap_m,
                "foot_xy": snapped.xy,
            },
        )

    @staticmethod
    def off_network(placed: Placed) -> Array:
        """Tell which points are more than `OFF_NETWORK_M` from every street."""
        return np.asarray(placed.extra["gap_m"] > OFF_NETWORK_M)

    # -- distances -------------------------------------------------------------------------

    def walk_m(self, origin: Placed, targets: Placed, *, limit_m: float = np.inf) -> FloatArray:
        """Return (n,) metres from one origin to each target; ``inf`` beyond `limit_m`."""
        if len(targets) == 0 or origin.extra["edge"][0] < 0:
            return np.full(len(targets), np.inf)
        walk_m = np.full(len(targets), np.inf)
        far = self._from_remembered(origin, targets, walk_m)
        if not far.all():
            near = np.flatnonzero(~far)
            tree = self.tree(origin, limit_m=limit_m)
            walk_m[near] = self._at(tree.distance_m, targets.take(near))[0]
        same = np.flatnonzero(targets.extra["edge"] == origin.extra["edge"][0])
        walk_m[same] = np.minimum(
            walk_m[same], _direct_m(origin, np.zeros(len(same), dtype=np.int64), targets, same)
        )
        walk_m[walk_m > limit_m] = np.inf
        return walk_m

    def remember(self, facility: Placed) -> None:
        """Search once from a facility, so that walks to it are only looked up from now on.

        Worth it for the few facilities of a layer that people walk far to: a search from the
        origin would cross the whole city every time. Walks are as long both ways.
        """
        key = _key(facility)
        if key[0] >= 0 and self.remembered.find(key) is None:
            self.remembered.keep(key, self._search(facility, np.inf))

    def _from_remembered(self, origin: Placed, targets: Placed, walk_m: FloatArray) -> Array:
        """Fill `walk_m` for the remembered among `targets`, and tell which they are."""
        far = np.zeros(len(targets), dtype=bool)
        # A large set needs a search anyway, which reaches the few remembered ones as well.
        if len(self.remembered) > 0 and len(targets) <= REMEMBERED:
            for i in range(len(targets)):
                tree = self.remembered.find(_key(targets, i))
                if tree is not None:
                    far[i] = True
                    walk_m[i] = self._at(tree.distance_m, origin)[0][0]
        return far

    def nearest(self, demand: Placed, facilities: Placed) -> tuple[FloatArray, IntArray]:
        """Return, for each demand point, (n,) metres to the nearest facility and its index."""
        return self.read(self.spread(facilities), demand)

    def spread(self, facilities: Placed, *, limit_m: float = np.inf) -> Spread:
        """Return every vertex's distance to the nearest facility: one multi-source Dijkstra."""
        n = len(self.graph.vertex_xy)
        if len(facilities) == 0:
            return Spread(facilities, np.full(n, np.inf), np.full(n, -1, dtype=np.int64))
        distance_m, _, source = dijkstra(
            self._with_sources(facilities),
            directed=True,
            indices=np.arange(n, n + len(facilities)),
            return_predecessors=True,
            min_only=True,
            limit=limit_m,
        )
        facility = np.where(source[:n] < n, -1, source[:n].astype(np.int64) - n)
        return Spread(facilities, distance_m[:n], facility)

    def read(self, spread: Spread, demand: Placed) -> tuple[FloatArray, IntArray]:
        """Return each demand point's metres to its nearest facility, and that one's index."""
        walk_m, vertex = self._at(spread.distance_m, demand)
        facility = np.where(vertex >= 0, spread.facility[vertex], -1)
        point, other = _same_edge(demand.extra["edge"], spread.facilities.extra["edge"])
        direct_m = _direct_m(demand, point, spread.facilities, other)
        # Ascending writes: of several facilities on one edge, the nearest is written last.
        for i in np.lexsort((-direct_m, point)):
            if direct_m[i] < walk_m[point[i]]:
                walk_m[point[i]] = direct_m[i]
                facility[point[i]] = other[i]
        return walk_m, np.where(np.isfinite(walk_m), facility, -1)

    def tree(self, origin: Placed, *, limit_m: float = np.inf) -> Tree:
        """Return the shortest ways from one origin to every vertex within `limit_m` or more."""
        key = _key(origin)
        tree = self.trees.find(key, limit_m)
        if tree is None:
            tree = self._search(origin, limit_m)
            self.trees.keep(key, tree)
        return tree

    def _search(self, origin: Placed, limit_m: float) -> Tree:
        n = len(self.graph.vertex_xy)
        distance_m, before = dijkstra(
            self._with_sources(origin.take(slice(0, 1))),
            directed=True,
            indices=np.array([n]),
            limit=limit_m,
            return_predecessors=True,
        )
        return Tree(distance_m[0, :n], before[0], limit_m)

    def _at(self, vertex_m: FloatArray, placed: Placed) -> tuple[FloatArray, IntArray]:
        """Return metres at points on edges, and the end of the edge that they are reached by."""
        edge, along_m = placed.extra["edge"], placed.extra["along_m"]
        at_u, at_v = self.graph.edge_u[edge], self.graph.edge_v[edge]
        by_u = vertex_m[at_u] + along_m
        by_v = vertex_m[at_v] + (self.graph.edge_length_m[edge] - along_m)
        walk_m = np.minimum(by_u, by_v) + placed.extra["gap_m"]
        vertex = np.where(by_u <= by_v, at_u, at_v).astype(np.int64)
        reached = (edge >= 0) & np.isfinite(walk_m)
        return np.where(reached, walk_m, np.inf), np.where(reached, vertex, -1)

    def _with_sources(self, placed: Placed) -> csr_array:
        """Return the matrix with one more vertex per point, joined to both ends of its edge."""
        indptr, indices, weight_m, _ = self.ways.csr
        edge, along_m, gap_m = (placed.extra[key] for key in ("edge", "along_m", "gap_m"))
        on = np.flatnonzero(edge >= 0)
        ends = np.column_stack([self.graph.edge_u[edge[on]], self.graph.edge_v[edge[on]]])
        to_ends = np.column_stack([along_m[on], self.graph.edge_length_m[edge[on]] - along_m[on]])
        to_ends = np.maximum(to_ends + gap_m[on, None], _SMALLEST_M)
        counts = np.where(edge >= 0, 2, 0)
        size = len(indptr) - 1 + len(placed)
        return csr_array(
            (
                np.concatenate([weight_m, to_ends.ravel()]),
                np.concatenate([indices, ends.ravel().astype(np.int32)]),
                np.concatenate([indptr, indptr[-1] + np.cumsum(counts).astype(np.int32)]),
            ),
            shape=(size, size),
        )

    # -- the walk itself -------------------------------------------------------------------

    def walk(self, origin: Placed, target: Placed) -> Walk:
        """Return the walk along the streets, with the names of the streets followed.

        Where the target cannot be reached the line is empty and ``walk_m`` is ``inf``.
        """
        route = self._route(origin, target)
        if route is None:
            return Walk(np.empty((0, 2)), np.inf)
        walk_m, way = route
        line = np.empty((0, 2)) if walk_m == 0.0 else line_of(self.graph, way)
        xy = np.vstack([origin.xy[:1], line, target.xy[:1]])
        moved = np.r_[True, np.any(np.diff(xy, axis=0) != 0, axis=1)]
        moved[-1] |= walk_m == 0.0
        return Walk(xy[moved], walk_m, names_of(self.graph, way))

    def via(self, origin: Placed, targets: Placed) -> list[tuple[str, ...]]:
        """Return the streets of the walk to each target; empty where there is no walk."""
        routes = (self._route(origin, targets.take(slice(i, i + 1))) for i in range(len(targets)))
        return [() if route is None else names_of(self.graph, route[1]) for route in routes]

    def _route(self, origin: Placed, target: Placed) -> tuple[float, Route] | None:
        """Return the length of the shortest walk and the edges that it follows."""
        start, goal = origin.extra["edge"][:1], target.extra["edge"][:1]
        if start[0] < 0 or goal[0] < 0:
            return None
        from_m, to_m = origin.extra["along_m"][:1], target.extra["along_m"][:1]
        first = np.zeros(1, dtype=np.int64)
        direct_m = float(_direct_m(origin, first, target, first)[0]) if start == goal else np.inf
        found = self._shortest(origin, target, direct_m)
        if found is None or direct_m <= found[0]:
            return (direct_m, Route(start, from_m, to_m)) if np.isfinite(direct_m) else None
        walk_m, vertices = found
        leave_m = self._end_m(int(start[0]), int(vertices[0]), float(from_m[0]))
        arrive_m = self._end_m(int(goal[0]), int(vertices[-1]), float(to_m[0]))
        return walk_m, joined(
            Route(start, from_m, np.array([leave_m])),
            through(self.graph, entries(self.ways.csr, vertices), vertices),
            Route(goal, np.array([arrive_m]), to_m),
        )

    def _shortest(
        self, origin: Placed, target: Placed, direct_m: float
    ) -> tuple[float, IntArray] | None:
        """Return the shortest way over at least one vertex: metres and vertices in order.

        The search is widened until the target lies inside it, so that near targets stay cheap.
        """
        back = self.remembered.find(_key(target))
        if back is not None:
            walk_m, vertex = self._at(back.distance_m, origin)
            return None if vertex[0] < 0 else (float(walk_m[0]), _way(back, int(vertex[0])))
        limit_m = 300.0 + 1.5 * float(np.hypot(*(target.xy[0] - origin.xy[0])))
        # Whoever asks for a walk has mostly just asked how far it is: that search will do.
        tree = self.trees.find(_key(origin)) or self.tree(origin, limit_m=limit_m)
        while True:
            walk_m, vertex = self._at(tree.distance_m, target)
            if walk_m[0] <= tree.limit_m or direct_m <= tree.limit_m or np.isinf(tree.limit_m):
                break
            limit_m = max(limit_m, 2 * tree.limit_m)
            tree = self.tree(origin, limit_m=limit_m if limit_m < 50_000 else np.inf)
        if vertex[0] < 0:
            return None
        return float(walk_m[0]), _way(tree, int(vertex[0]))[::-1]

    def _end_m(self, edge: int, vertex: int, along_m: float) -> float:
        """Return where on an edge its end `vertex` lies; of a loop, the nearer end."""
        length_m = float(self.graph.edge_length_m[edge])
        if self.graph.edge_u[edge] == self.graph.edge_v[edge]:
            return 0.0 if along_m <= length_m - along_m else length_m
        return 0.0 if self.graph.edge_u[edge] == vertex else length_m


def has_graph(folder: Path) -> bool:
    """Tell whether a city folder holds a street graph."""
    return (folder / GRAPH_FILE).is_file()


def _key(placed: Placed, i: int = 0) -> Key:
    """Return where a shortest-path tree from a point starts."""
    extra = placed.extra
    return int(extra["edge"][i]), float(extra["along_m"][i]), float(extra["gap_m"][i])


def _way(tree: Tree, vertex: int) -> IntArray:
    """Return the vertices from `vertex` back to the origin of the tree."""
    root, before = len(tree.before) - 1, tree.before
    vertices = [vertex]
    while (previous := int(before[vertices[-1]])) != root:
        vertices.append(previous)
    return np.array(vertices, dtype=np.int64)


def _direct_m(a: Placed, i: IntArray, b: Placed, j: IntArray) -> FloatArray:
    """Return the metres between pairs of points on the same edge, along that edge.

    The very same point is 0 m away: nobody walks to the street and back.
    """
    along_m = np.abs(a.extra["along_m"][i] - b.extra["along_m"][j])
    metres = along_m + a.extra["gap_m"][i] + b.extra["gap_m"][j]
    return np.where(np.all(a.xy[i] == b.xy[j], axis=-1), 0.0, metres)


def _same_edge(points: IntArray, facilities: IntArray) -> tuple[IntArray, IntArray]:
    """Return all pairs (point, facility) that stand on the same edge."""
    order = np.argsort(facilities, kind="stable")
    low = np.searchsorted(facilities[order], points, side="left")
    high = np.searchsorted(facilities[order], points, side="right")
    counts = np.where(points >= 0, high - low, 0)
    point = np.repeat(np.arange(len(points)), counts)
    turn = np.arange(len(point)) - np.repeat(np.cumsum(counts) - counts, counts)
    return point, order[np.repeat(low, counts) + turn]
