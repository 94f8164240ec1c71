"""How the street network grows: Kraków's streets and people, tiled up to a region and beyond.

Each size is built in a process of its own and measured in another one, for their memory's sake.
It takes some minutes, so it runs only when asked for: ``python -m tests.bench growth``. The table
kept in ``docs/network.md`` is printed by ``python -m tests.bench.bench_growth``.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.analysis.aed.fixed import index_aeds
from locator.analysis.aed.nearest import AedQuery, nearest_aed
from locator.analysis.nearest import NearestQuery, nearest
from locator.city.added_streets import STREETS_FILE
from locator.city.model import City, default_folder, load_city
from locator.vehicles.positions import load_fleet
from locator.walking.graph.build import build_graph
from locator.walking.graph.file import GRAPH_FILE, read_graph, write_graph
from locator.walking.graph.streets_file import read_streets_file, streets_of
from locator.walking.isochrone import isochrones
from locator.walking.network.k_nearest_file import KIND
from locator.walking.network.model import NetworkModel
from locator.walking.walkable_city import walkable
from locator.walking.warmup import warm
from tests.bench.bench_aed import ordinary_noon
from tests.bench.bench_network import fullest
from tests.bench.measuring import Row
from tests.bench.tiling import Shape, tile_city, tile_steps, tile_streets

SHAPES: tuple[Shape, ...] = ((1, 1), (7, 1), (5, 3), (9, 3))
"""134 thousand vertices, 0.9, 2 (Małopolska has about as many) and 3.6 million."""

PACE_M_S = 1.3
ORIGINS = 60
SOURCES = 300

LIMITS = {
    "build: most memory, MB": 1_500,
    "load, ms": 2_000,
    "coverage of a layer, indexed, ms": 1_000,
    "nearest 5 of five layers, indexed, ms": 15,
    "nearest AED at noon, ms": 15,
    "memory of it all, MB": 2_000,
}
"""What was promised at the region's size; see `SHAPES`."""

REGION: Shape = (5, 3)


def build(folder: str, columns: str, rows: str) -> dict[str, float]:
    """Write the tiled graph into `folder`; return what it took."""
    city = load_city(default_folder())
    streets = [_tiled(city, (int(columns), int(rows)))]
    streets_mb = _peak_mb()
    wall_s, processor_s = time.perf_counter(), time.process_time()
    graph = build_graph(streets.pop(), projection=city.projection, source="tiles")
    write_graph(graph, Path(folder) / GRAPH_FILE)
    return {
        "vertices": len(graph.vertex_xy),
        "build, s": time.perf_counter() - wall_s,
        "build: processor, s": time.process_time() - processor_s,
        "build: before it, MB": streets_mb,
        "build: most memory, MB": _peak_mb(),
    }


def measure(folder: str, columns: str, rows: str) -> dict[str, float]:
    """Return what a graph in `folder` costs to load and to ask."""
    shape = (int(columns), int(rows))
    one = load_city(default_folder())
    # What tiles the city is no part of a server's memory: it is forgotten before the graph comes.
    steps = tile_steps(_streets(one), one.projection)
    city = tile_city(one, shape, steps)
    path = Path(folder) / GRAPH_FILE
    found = {"file, MB": path.stat().st_size / 1e6, "before it, MB": _private_mb()}
    model: list[NetworkModel] = []

    def load() -> None:
        model.append(NetworkModel(read_graph(path)))
        _ = model[0].ways.index, model[0].ways.windows.within(np.zeros(2), 1.0)

    found["load, ms"] = _once_ms(load)
    found |= _asked(city, model[0])
    if shape in (SHAPES[0], REGION):
        found |= _indexed(city, model[0], Path(folder))
    found["memory of it all, MB"] = _private_mb() + path.stat().st_size / 1e6
    return found


def _asked(city: City, model: NetworkModel) -> dict[str, float]:
    rng = np.random.default_rng(7)
    walkable_city = walkable(city, model)
    found = {"place the demand points, ms": _once_ms(lambda: walkable_city.demand)}
    group = max(city.demand.people, key=lambda name: city.demand.people[name].sum())
    people = city.demand.people[group]
    at = rng.choice(len(city.demand), ORIGINS, p=people / people.sum())  # where people live
    sources = model.snap(city.demand.xy[rng.choice(len(city.demand), SOURCES)])
    found[f"multi-source of {SOURCES}, ms"] = _median_ms(
        lambda _: model.multi_source(sources), repeat=5
    )
    origins = model.snap(city.demand.xy[at])
    found["isochrone of 15 min, ms"] = _median_ms(
        lambda i: isochrones(
            model, origins.take(slice(i, i + 1)), minutes=[15.0], pace_m_s=PACE_M_S
        ),
        repeat=ORIGINS,
    )
    layers = [layer.id for layer in city.catalogue.layers.values() if not layer.moves]
    lonlat = city.demand.lonlat[at]
    bare = walkable(city, NetworkModel(model.graph))
    found["one search of 1,500 m, ms"] = _median_ms(
        lambda i: bare.model.walk_m(
            origins.take(slice(i, i + 1)), sources.take(slice(0, 1)), limit_m=1_500.0
        ),
        repeat=ORIGINS,
    )
    found["nearest 5 of a layer, cold, ms"] = _median_ms(
        lambda i: nearest(bare, NearestQuery((fullest(bare),), *lonlat[i], k=5)), repeat=ORIGINS
    )
    found["nearest 5 of five layers, cold, ms"] = _median_ms(
        lambda i: nearest(bare, NearestQuery(tuple(layers[:5]), *lonlat[i], k=5)), repeat=ORIGINS
    )
    _ = walkable_city.completeness
    found["coverage of a layer, ms"] = _once_ms(
        lambda: coverage(walkable_city, CoverageQuery(fullest(walkable_city)))
    )
    return found


def _indexed(city: City, model: NetworkModel, folder: Path) -> dict[str, float]:
    """Return what it costs to make the indexes of all layers, and what is asked with them."""
    os.environ["LOCATOR_CACHE"] = str(folder)
    found = {"index all layers, s": _once_ms(lambda: warm(walkable(city, model.anew()))) / 1000}
    files = (folder / KIND).glob(f"*.{KIND}")
    found["index files, MB"] = sum(file.stat().st_size for file in files) / 1e6
    walkable_city = walkable(city, model)
    _ = walkable_city.demand, walkable_city.completeness
    found["read the index again, ms"] = _once_ms(lambda: warm(walkable_city))
    rng = np.random.default_rng(8)
    lonlat = city.demand.lonlat[rng.choice(len(city.demand), ORIGINS)]
    layers = [layer.id for layer in city.catalogue.layers.values() if not layer.moves]
    found["nearest 5 of five layers, indexed, ms"] = _median_ms(
        lambda i: nearest(walkable_city, NearestQuery(tuple(layers[:5]), *lonlat[i], k=5)),
        repeat=ORIGINS,
    )
    index_aeds(walkable_city)
    # Of the vehicles those of one city: what grows is what stands, and the streets.
    fleet = load_fleet(city)
    noon = ordinary_noon(city, fleet)
    found["nearest AED at noon, ms"] = _median_ms(
        lambda i: nearest_aed(walkable_city, fleet, AedQuery(*lonlat[i], noon)), repeat=ORIGINS
    )
    found["coverage of a layer, indexed, ms"] = _once_ms(
        lambda: coverage(walkable_city, CoverageQuery(fullest(walkable_city)))
    )
    return found


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    for shape in SHAPES:
        found = figures(shape)
        size = f"{found['vertices'] / 1e6:.2g}M"
        for what, value in found.items():
            name, _, unit = what.rpartition(", ")
            if name:
                limit = LIMITS.get(what) if shape == REGION else None
                yield Row(f"{size}: {name}", value, unit, limit)


def figures(shape: Shape) -> dict[str, float]:
    """Return all that is measured of the tiled city of some shape, by what it is."""
    with tempfile.TemporaryDirectory() as folder:
        return _apart("build", folder, shape) | _apart("measure", folder, shape)


def _apart(what: str, folder: str, shape: Shape) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.bench_growth", what, folder, *map(str, shape)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _streets(city: City) -> Any:
    frame, about = read_streets_file(city.folder / STREETS_FILE)
    return streets_of(frame, about)


def _tiled(city: City, shape: Shape) -> Any:
    return tile_streets(_streets(city), city.projection, shape)


def _once_ms(call: Callable[[], object]) -> float:
    started = time.process_time()
    call()
    return (time.process_time() - started) * 1000


def _median_ms(call: Callable[[int], object], *, repeat: int) -> float:
    call(0)
    return median(_once_ms(lambda i=i: call(i)) for i in range(1, repeat))  # type: ignore[misc]


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _private_mb() -> float:
    """Return the memory that belongs to this process alone, as Linux tells it."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("Private_Dirty"))


def _table() -> str:
    """Return the figures of all sizes as a table in Markdown, a size a column."""
    columns = [figures(shape) for shape in SHAPES]
    lines = [
        f"| {what} | "
        + " | ".join(f"{column[what]:,.4g}" if what in column else "" for column in columns)
        + " |"
        for what in columns[0]
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
    else:
        print(_table())
