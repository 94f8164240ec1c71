"""The street network of Kraków, beside networkx and pandana; how it grows is `bench_growth`'s."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.analysis.nearest import NearestQuery, nearest
from locator.analysis.nearest_many import nearest_many
from locator.base.geo import FloatArray
from locator.city.model import City, default_folder, load_city
from locator.walking import SnappedPoints
from locator.walking.graph.file import StreetGraph
from locator.walking.graph.ready import ready_graph
from locator.walking.isochrone import isochrones
from locator.walking.network.model import NetworkModel
from locator.walking.walkable_city import WalkableCity, walkable
from locator.walking.warmup import warm
from tests.bench.measuring import Row, median, once, p50_p95, to_error

SOURCES = 300
ORIGINS = 200
MANY = 10_000
LIMIT_M = 1_500.0


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    city = load_city(default_folder())
    crs = city.projection.crs
    ready_graph(city.folder, crs)  # made by the first start, which is not what is measured here
    yield once(
        "own streets: load the graph, checksum included",
        lambda: NetworkModel(ready_graph(city.folder, crs)).ways.index,
        budget=1000,
    )
    for row in measured(city, NetworkModel(ready_graph(city.folder, crs))):
        yield replace(row, what=f"own streets: {row.what}")


def fullest(walkable_city: WalkableCity) -> str:
    """Return the layer with most facilities."""
    rows = walkable_city.usable_rows
    return max(rows, key=lambda name: len(rows[name]))


def measured(city: City, model: NetworkModel) -> Iterator[Row]:
    """Yield what is measured of a network, whichever it is."""
    yield once("place the demand points", lambda: model.snap(city.demand.xy), budget=None)
    walkable_city = walkable(city, model)
    rng = np.random.default_rng(7)
    people = city.demand.people[max(city.demand.people, key=lambda g: city.demand.people[g].sum())]
    start = city.demand.lonlat[
        rng.choice(len(city.demand), ORIGINS, p=people / people.sum())  # where people live
    ]
    facilities = model.snap(city.demand.xy[rng.choice(len(city.demand), SOURCES)])
    yield median(
        f"multi-source over {SOURCES} facilities, all demand points",
        lambda _: model.nearest(walkable_city.demand, facilities),
        repeat=9,
        budget=150,
        note=f"{len(city.demand):,} demand points",
    )
    yield from _first_visitor(walkable_city, start[0])
    many = city.demand.lonlat[rng.choice(len(city.demand), MANY)]
    yield once(
        f"{MANY:,} starts x 5 nearest of a layer, at once",
        lambda: nearest_many(walkable_city, many, NearestQuery((fullest(walkable_city),), 0, 0)),
        budget=5000,
        note="the library; nothing indexed before",
    )
    yield once(
        "index the k nearest of all layers",
        lambda: warm(walkable_city),
        budget=None,
        note="in the background when the web starts",
    )
    yield from _one_origin(walkable_city, start)
    layer = fullest(walkable_city)
    yield once(
        "coverage of a layer, first time",
        lambda: coverage(walkable_city, CoverageQuery(layer)),
        budget=150,
        note=f"{layer}, {len(walkable_city.usable_rows[layer])} facilities; "
        "gaps and districts included",
    )
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Row("memory of it all, at most", peak_mb, "MB", 600, "city, graph and answers")
    yield from _beside_networkx(model, facilities)
    yield from _beside_pandana(model, facilities)


def _first_visitor(walkable_city: WalkableCity, start: FloatArray) -> Iterator[Row]:
    layers = [layer.id for layer in walkable_city.city.catalogue.layers.values() if not layer.moves]
    yield once(
        "nearest 5 of five layers, the very first question",
        lambda: nearest(walkable_city, NearestQuery(tuple(layers[:5]), *start, k=5)),
        budget=1000,
        note="before anything is indexed",
    )


def _one_origin(walkable_city: WalkableCity, start: FloatArray) -> Iterator[Row]:
    model = walkable_city.model
    assert isinstance(model, NetworkModel)
    city = walkable_city.city
    origins = model.snap(city.projection.to_metric(start))
    yield median(
        f"one origin, limit {LIMIT_M:,.0f} m",
        lambda i: model.walk_m(
            origins.take(slice(i, i + 1)), walkable_city.facilities, limit_m=LIMIT_M
        ),
        repeat=ORIGINS,
        budget=10,
        note=f"{len(walkable_city.facilities)} facilities",
    )
    layers = [layer for layer in city.catalogue.layers.values() if not layer.moves]

    def ask(i: int, *wanted: str) -> None:
        nearest(walkable_city, NearestQuery(wanted, *start[i], k=5))

    largest = max(
        (layer.id for layer in layers), key=lambda name: len(walkable_city.usable_rows[name])
    )
    five = [layer.id for layer in layers[:5]]
    for what, wanted in (
        ("nearest 5 of one layer", [largest]),
        ("nearest 5 of five layers", five),
        (f"nearest 5 of all {len(layers)} layers", [layer.id for layer in layers]),
    ):
        yield from p50_p95(
            what,
            lambda i, wanted=wanted: ask(i, *wanted),  # type: ignore[misc]
            repeat=ORIGINS,
            budget=10 if len(wanted) <= 5 else None,
            note="from where people live, with the streets of every walk",
        )
    bare = walkable(city, NetworkModel(model.graph))
    yield from p50_p95(
        "nearest 5 of five layers, no index",
        lambda i: nearest(bare, NearestQuery(tuple(five), *start[i], k=5)),
        repeat=ORIGINS,
        budget=None,
        note="as with a pram, at night, and in the first seconds",
    )
    yield from p50_p95(
        "isochrone of one origin, 15 min",
        lambda i: isochrones(model, origins.take(slice(i, i + 1)), minutes=[15.0], pace_m_s=1.3),
        repeat=100,
        budget=50,
    )


def _beside_networkx(model: NetworkModel, facilities: SnappedPoints) -> Iterator[Row]:
    """The same two searches with networkx, from vertices."""
    import networkx

    graph = model.graph
    sources, vertex_graph = _vertices(graph, facilities), networkx.Graph()
    for u, v, metres in zip(graph.edge_u, graph.edge_v, graph.edge_length_m, strict=True):
        known = vertex_graph.get_edge_data(int(u), int(v))
        if u != v and (known is None or metres < known["weight"]):
            vertex_graph.add_edge(int(u), int(v), weight=float(metres))
    theirs_ms = once(
        "",
        lambda: networkx.multi_source_dijkstra_path_length(vertex_graph, set(sources)),
        budget=None,
    ).value
    ours_ms = median("", lambda _: model.multi_source(facilities), repeat=9, budget=None).value
    yield Row(
        "networkx / ours, multi-source",
        theirs_ms / ours_ms,
        "x",
        None,
        f"{theirs_ms:,.0f} ms against {ours_ms:,.0f} ms",
    )
    near = facilities.take(slice(0, 20))
    theirs_ms = median(
        "",
        lambda i: networkx.single_source_dijkstra_path_length(
            vertex_graph, sources[i], cutoff=LIMIT_M
        ),
        repeat=19,
        budget=None,
    ).value
    ours_ms = median(
        "",
        lambda i: model.tree(near.take(slice(i, i + 1)), limit_m=LIMIT_M + i / 1000),
        repeat=19,
        budget=None,
    ).value
    yield Row(
        "networkx / ours, one origin",
        theirs_ms / ours_ms,
        "x",
        None,
        f"{theirs_ms:,.1f} ms against {ours_ms:,.1f} ms, limit {LIMIT_M:,.0f} m",
    )


def _beside_pandana(model: NetworkModel, facilities: SnappedPoints) -> Iterator[Row]:
    """Nearest of 300 for every vertex with pandana's contraction hierarchies, if installed."""
    try:
        import pandana
    except ImportError:
        yield Row("pandana / ours", 0.0, "x", None, "pandana is not installed (extra: bench)")
        return
    import pandas as pd

    graph, far_m = model.graph, 10_000.0
    x, y = (pd.Series(graph.vertex_xy[:, axis]) for axis in (0, 1))
    started = time.perf_counter()
    with to_error():
        network = pandana.Network(
            x,
            y,
            pd.Series(graph.edge_u),
            pd.Series(graph.edge_v),
            pd.DataFrame({"metres": graph.edge_length_m}),
            twoway=True,
        )
    prepared_s = time.perf_counter() - started
    at = graph.vertex_xy[_vertices(graph, facilities)]

    def theirs(_: int) -> None:
        # Telling it the facilities is part of its answer: ours starts from them as well.
        network.set_pois("facilities", far_m, 1, pd.Series(at[:, 0]), pd.Series(at[:, 1]))
        network.nearest_pois(far_m, "facilities", num_pois=1)

    theirs_ms = median("", theirs, repeat=5, budget=None).value
    ours_ms = median("", lambda _: model.multi_source(facilities), repeat=9, budget=None).value
    yield Row(
        "pandana / ours, multi-source",
        theirs_ms / ours_ms,
        "x",
        None,
        f"{theirs_ms:,.0f} ms against {ours_ms:,.0f} ms; pandana prepares for {prepared_s:,.0f} s",
    )


def _vertices(graph: StreetGraph, placed: SnappedPoints) -> list[int]:
    return [int(vertex) for vertex in graph.edge_u[placed.extra["edge"]]]
