"""How the street network grows: central Helsinki, tiled 8 x 8 times and stretched over Kraków.

Facilities, demand points and layers are Kraków's. It takes minutes, so it runs only when asked
for: ``python -m tests.bench growth``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from locator.city.model import default_folder, load_city
from locator.walking.graph.file import GRAPH_FILE, read_graph, write_graph
from locator.walking.network.model import NetworkModel
from tests.bench.bench_network import measured
from tests.bench.measuring import Row, once
from tests.bench.tiling import tiled_helsinki

SIDE = 8
MAKE = "from tests.bench.bench_growth import make; import sys; make(sys.argv[1])"


def make(folder: str) -> None:
    """Write the tiled graph into `folder`; in a process of its own, for its memory's sake."""
    city = load_city(default_folder())
    low, high = city.demand.xy.min(axis=0).tolist(), city.demand.xy.max(axis=0).tolist()
    graph = tiled_helsinki(SIDE, projection=city.projection, fill=(*low, *high))
    write_graph(graph, Path(folder) / GRAPH_FILE)


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    city = load_city(default_folder())
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", MAKE, folder], check=True)
        built_s = time.perf_counter() - started
        graph = read_graph(Path(folder) / GRAPH_FILE)
        note = f"{len(graph.vertex_xy):,} vertices: Helsinki x {SIDE * SIDE}, stretched"
        yield Row("make the tiled graph", built_s, "s", None, note)
        yield once(
            "load the graph, checksum included",
            lambda: NetworkModel(read_graph(Path(folder) / GRAPH_FILE)).ways.index,
            budget=1000,
            note=f"{(Path(folder) / GRAPH_FILE).stat().st_size / 1e6:,.0f} MB",
        )
        yield from measured(city, NetworkModel(graph))
