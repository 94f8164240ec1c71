"""The same questions to others, on the same graph of Kraków: ``make peers``.

It takes some minutes. Each round asks everybody in turn, so that a busy machine is as unkind to one
as to the other; what is said is the median of the rounds, in processor time, of all threads. The
peers start from vertices, we from points beside streets. Whoever is not installed (extra: bench) is
left out.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from datetime import date
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np

from locator.city.model import default_folder, load_city
from locator.walking.graph.ready import ready_graph
from locator.walking.isochrone import isochrones
from locator.walking.network.k_nearest import k_nearest_index
from locator.walking.network.model import NetworkModel
from tests.bench.measuring import Row, clocked_ms, to_error

ROUNDS = 3
FACILITIES, MANY, FAR_M, K = 300, 150, 10_000.0, 5
LIMIT_M = 1_170.0
"""15 minutes at 1.3 m/s."""

Question = Callable[[int], object]
Answers = dict[str, Question]
"""A question as each one answers it, by name; the number tells one round from another."""


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    city = load_city(default_folder())
    model = NetworkModel(ready_graph(city.folder, city.projection.crs))
    model.ways.index  # noqa: B018
    model.ways.windows.within(model.graph.vertex_xy[0], 1.0)
    yield Row("vertices", len(model.graph.vertex_xy), "", None, _where())
    for what, answers in _questions(model).items():
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in answers}
        for turn in range(ROUNDS):
            for name, ask in answers.items():
                taken[name].append(clocked_ms(ask, turn))
        ours = np.median([spent for _, spent in taken["ours"]])
        for name, times in taken.items():
            wall_ms, spent_ms = (float(ms) for ms in np.median(times, axis=0))
            note = "" if name == "ours" else f"{spent_ms / ours:,.2g} x ours"
            yield Row(f"{what}: {name}", wall_ms, "ms", None, note, spent_ms)


def _where() -> str:
    peers = ("scipy", "networkx", "igraph", "networkit", "pandana", "routingkit_cch")
    known = [f"{name} {version(name)}" for name in peers if find_spec(name)]
    return f"{date.today()}, {platform.machine()}, {', '.join(known)}"


def _questions(model: NetworkModel) -> dict[str, Answers]:
    rng = np.random.default_rng(7)
    vertices = rng.choice(len(model.graph.vertex_xy), FACILITIES, replace=False)
    points = model.snap(model.graph.vertex_xy[vertices])
    few = points.take(slice(0, MANY))

    def one(turn: int):  # type: ignore[no-untyped-def]
        return points.take(slice(turn, turn + 1))

    nearest: Answers = {"ours": lambda _: model.multi_source(points)}
    k_nearest: Answers = {"ours": lambda _: k_nearest_index(model.ways, points, k=K)}
    single: Answers = {"ours": lambda turn: model.tree(one(turn))}
    to_many: Answers = {"ours": lambda turn: model.walk_m(one(turn + 10), points)}
    every = np.full(MANY, np.inf)
    matrix: Answers = {
        "ours": lambda _: list(model.far_walks(few, points, up_to_m=every)),
        "ours, without the hierarchy": lambda _: model.walk_matrix_m(few, points),
    }
    reached: Answers = {
        "ours": lambda turn: model.anew().walk_m(one(turn), points, limit_m=LIMIT_M),
        "ours, with its outline": lambda turn: isochrones(
            model, one(turn + 20), minutes=[15.0], pace_m_s=1.3
        ),
    }
    asked = {
        f"nearest of {FACILITIES} for all vertices": nearest,
        f"{K} nearest of {FACILITIES} for all vertices": k_nearest,
        "one search of the whole graph": single,
        f"one to {FACILITIES}": to_many,
        f"{MANY} to {FACILITIES}": matrix,
        "all within 15 minutes of one": reached,
    }
    for name, peer in (("networkx", _networkx), ("igraph", _igraph), ("networkit", _networkit)):
        if find_spec(name):
            told = peer(model, vertices.tolist())
            for question, answer in zip(asked.values(), told, strict=True):
                if answer is not None:
                    question[name] = answer
    if find_spec("pandana"):
        nearest["pandana"], k_nearest["pandana"], matrix["pandana"] = _pandana(model, vertices)
    return asked


def _edges(model: NetworkModel) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the ends and metres of each street once, the shortest of those beside each other."""
    indptr, indices, weight_m, _ = model.ways.csr
    rows = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    once = rows < indices
    return rows[once], np.asarray(indices)[once], np.asarray(weight_m)[once]


def _networkx(model: NetworkModel, at: list[int]) -> tuple[Question | None, ...]:
    import networkx as nx

    graph = nx.Graph()
    graph.add_weighted_edges_from(zip(*(part.tolist() for part in _edges(model)), strict=True))
    search = nx.single_source_dijkstra_path_length
    return (
        lambda _: nx.multi_source_dijkstra_path_length(graph, set(at)),
        None,
        lambda turn: search(graph, at[turn]),
        lambda turn: search(graph, at[turn + 10]),
        None,
        lambda turn: search(graph, at[turn], cutoff=LIMIT_M),
    )


def _igraph(model: NetworkModel, at: list[int]) -> tuple[Question | None, ...]:
    import igraph

    u, v, metres = _edges(model)
    n = len(model.graph.vertex_xy)
    graph = igraph.Graph(n=n, edges=np.column_stack([u, v]).tolist())
    graph.es["metres"] = metres.tolist()
    # The nearest of many: one more vertex, joined to all of them.
    joined = igraph.Graph(
        n=n + 1, edges=np.column_stack([u, v]).tolist() + [(n, vertex) for vertex in at]
    )
    joined.es["metres"] = metres.tolist() + [0.0] * len(at)
    return (
        lambda _: joined.distances(n, weights="metres"),
        None,
        lambda turn: graph.distances(at[turn], weights="metres"),
        lambda turn: graph.distances(at[turn + 10], at, weights="metres"),
        lambda _: graph.distances(at[:MANY], at, weights="metres"),
        None,
    )


def _networkit(model: NetworkModel, at: list[int]) -> tuple[Question | None, ...]:
    import networkit as nk

    u, v, metres = _edges(model)
    graph = nk.Graph(len(model.graph.vertex_xy), weighted=True)
    for street in zip(u.tolist(), v.tolist(), metres.tolist(), strict=True):
        graph.addEdge(*street)
    nk.setNumberOfThreads(1)
    return (
        None,
        None,
        lambda turn: nk.distance.Dijkstra(graph, at[turn], False).run(),
        lambda turn: nk.distance.MultiTargetDijkstra(graph, at[turn + 10], at).run(),
        lambda _: nk.distance.SPSP(graph, at[:MANY], at).run(),
        None,
    )


def _pandana(model: NetworkModel, at: np.ndarray) -> tuple[Question, Question, Question]:
    import pandana
    import pandas as pd

    u, v, metres = _edges(model)
    x, y = (pd.Series(model.graph.vertex_xy[:, axis]) for axis in (0, 1))
    with to_error():
        network = pandana.Network(
            x, y, pd.Series(u), pd.Series(v), pd.DataFrame({"metres": metres}), twoway=True
        )

    def nearest(count: int) -> None:
        # Telling it the facilities is part of its answer: ours starts from them as well.
        network.set_pois("facilities", FAR_M, count, x.iloc[at], y.iloc[at])
        network.nearest_pois(FAR_M, "facilities", num_pois=count)

    pairs = np.repeat(at[:MANY], len(at)), np.tile(at, MANY)
    return (
        lambda _: nearest(1),
        lambda _: nearest(K),
        lambda _: network.shortest_path_lengths(*pairs),
    )
