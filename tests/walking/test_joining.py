"""Ends that the map leaves open, streets added by hand, and the side of the road one lives on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from locator.base.errors import CityFolderError
from locator.base.geo import Projection
from locator.city.added_streets import FILE, STREETS_FILE, added_streets
from locator.city.model import load_city
from locator.curation.check import check_folder
from locator.walking.graph import joining
from locator.walking.graph.build import build_graph
from locator.walking.graph.edges import Pieces
from locator.walking.graph.file import StreetGraph
from locator.walking.graph.for_city import pack_for_city
from locator.walking.graph.joining import JOIN_M, WAY_ROUND_M, _beside, _near
from locator.walking.graph.osm import read_streets
from locator.walking.graph.ready import ready_graph
from locator.walking.network.model import NetworkModel
from locator.walking.network.snapping import SHUNNED_M
from tests.osmdata import TOWN_NODES, TOWN_WAYS, write_osm, write_town
from tests.serving import client_of
from tests.tinycity import CRS, at

Ways = list[tuple[list[int], dict[str, str]]]

NODES = {
    1: (0.0, 0.0),
    2: (1000.0, 0.0),
    3: (500.0, 20.0),
    4: (500.0, 800.0),
    5: (0.0, 800.0),
}
"""Two streets, one along y = 0, one that comes down to 20 m from it and is joined to it far off."""


def model_of(tmp_path: Path, nodes: dict[int, tuple[float, float]], ways: Ways) -> NetworkModel:
    path = write_osm(tmp_path / "streets.osm.pbf", nodes, ways)
    return NetworkModel(
        build_graph(read_streets(path), projection=Projection(CRS), source=path.name)
    )


def walk_m(model: NetworkModel, start: tuple[float, float], end: tuple[float, float]) -> float:
    xy = Projection(CRS).to_metric([at(*start), at(*end)])
    return float(model.walk_m(model.snap(xy[:1]), model.snap(xy[1:]))[0])


@pytest.mark.parametrize(
    ("highway", "metres"),
    [("secondary", 300.0 + 20 + 280), ("residential", 280 + 500 + 800 + 800), ("footway", 2380)],
)
def test_only_a_main_road_that_ends_beside_a_street_is_joined_to_it(
    tmp_path: Path, highway: str, metres: float
) -> None:
    ways: Ways = [
        ([1, 2], {"highway": "residential"}),
        ([3, 4], {"highway": highway}),
        ([4, 5, 1], {"highway": "residential"}),
    ]
    model = model_of(tmp_path, NODES, ways)
    assert model.graph.about["report"]["joined_ends"] == (highway == "secondary")
    assert walk_m(model, (800, 0), (500, 300)) == pytest.approx(
        metres if highway == "secondary" else 800 + 800 + 500 + 500, abs=1
    )


@pytest.mark.parametrize(("gap_m", "joined"), [(29.0, 1), (31.0, 0)])
def test_what_is_farther_than_30_m_is_not_joined(tmp_path: Path, gap_m: float, joined: int) -> None:
    ways: Ways = [
        ([1, 2], {"highway": "residential"}),
        ([3, 4], {"highway": "primary"}),
        ([4, 5, 1], {"highway": "residential"}),
    ]
    model = model_of(tmp_path, NODES | {3: (500.0, gap_m)}, ways)
    assert model.graph.about["report"]["joined_ends"] == joined


def test_an_end_that_is_near_along_the_streets_is_left_alone(tmp_path: Path) -> None:
    nodes = NODES | {4: (500.0, 90.0), 5: (480.0, 90.0), 6: (480.0, 0.0)}
    ways: Ways = [
        ([1, 6, 2], {"highway": "residential"}),
        ([3, 4], {"highway": "primary"}),
        ([4, 5, 6], {"highway": "residential"}),
    ]
    assert model_of(tmp_path, nodes, ways).graph.about["report"]["joined_ends"] == 0


def test_two_ends_may_be_joined_to_one_stretch(tmp_path: Path) -> None:
    nodes = NODES | {6: (700.0, 25.0), 7: (700.0, 800.0)}
    ways: Ways = [
        ([1, 2], {"highway": "residential"}),
        ([3, 4], {"highway": "primary"}),
        ([6, 7], {"highway": "primary"}),
        ([7, 4, 5, 1], {"highway": "residential"}),
    ]
    model = model_of(tmp_path, nodes, ways)
    assert model.graph.about["report"]["joined_ends"] == 2
    assert walk_m(model, (500, 300), (700, 300)) == pytest.approx(300 + 200 + 300, abs=1)


# -- the side of the road -------------------------------------------------------------------


ROAD = {1: (0.0, 0.0), 2: (1000.0, 0.0), 3: (0.0, 25.0), 4: (1000.0, 25.0), 5: (1000.0, 12.0)}


@pytest.mark.parametrize(
    ("tags", "beside_m", "gap_m"),
    [
        ({"highway": "primary", "oneway": "yes"}, 25.0, 20.0),
        ({"highway": "primary", "oneway": "yes"}, 25.0 + SHUNNED_M, 5.0),
        ({"highway": "primary"}, 25.0, 5.0),
        ({"highway": "primary", "oneway": "yes", "sidewalk": "right"}, 25.0, 5.0),
        ({"highway": "residential", "oneway": "yes"}, 25.0, 5.0),
    ],
)
def test_nobody_lives_on_a_carriageway_that_has_a_path_beside_it(
    tmp_path: Path, tags: dict[str, str], beside_m: float, gap_m: float
) -> None:
    nodes = ROAD | {3: (0.0, beside_m + 0.5), 4: (1000.0, beside_m + 0.5)}
    ways: Ways = [([1, 2], tags), ([3, 4], {"highway": "footway"}), ([2, 4], {"highway": "path"})]
    model = model_of(tmp_path, nodes, ways)
    placed = model.snap(Projection(CRS).to_metric([at(500, 5)]))
    assert placed.extra["gap_m"][0] == pytest.approx(gap_m, abs=1)


# -- added by hand --------------------------------------------------------------------------


LINK = {
    "highway": "footway",
    "name": "Nowe przejście",
    "source": "a survey",
    "source_date": "2026-10",
}


def feature(line: Any, **properties: Any) -> dict[str, Any]:
    geometry = None if line is None else {"type": "LineString", "coordinates": line}
    return {"type": "Feature", "properties": LINK | properties, "geometry": geometry}


def write_added(folder: Path, *features: dict[str, Any]) -> None:
    collection = {"type": "FeatureCollection", "features": features}
    (folder / FILE).write_text(json.dumps(collection), encoding="utf-8")


@pytest.fixture
def folder(tiny_folder: Path, tmp_path: Path) -> Path:
    town = write_town(tmp_path / "town.osm.pbf")
    (tiny_folder / STREETS_FILE).write_bytes(pack_for_city(town, tiny_folder))
    return tiny_folder


def metres(graph: StreetGraph, start: tuple[float, float], end: tuple[float, float]) -> float:
    return walk_m(NetworkModel(graph), start, end)


def test_an_added_street_is_joined_at_both_ends_and_walked(folder: Path) -> None:
    before = ready_graph(folder, CRS)
    assert metres(before, (0, 3000), (500, 2500)) == pytest.approx(1000, abs=1)
    # from 10 m beside Lipowa to 10 m beside Polna, straight across
    write_added(folder, feature([list(at(100, 2990)), list(at(490, 2600))]))
    after = ready_graph(folder, CRS)
    across = 100 + 10 + np.hypot(390, 390) + 10 + 100
    assert metres(after, (0, 3000), (500, 2500)) == pytest.approx(across, abs=1)
    assert after.about["added"] == [{"source": "a survey", "ways": 1, "length_km": 0.6}]
    assert "Nowe przejście" in {after.name(i) for i in after.edge_name}


def test_a_street_without_a_place_is_named_as_missing(folder: Path) -> None:
    write_added(folder, feature(None, name="Kładka", bridge="yes"))
    graph = ready_graph(folder, CRS)
    missing = [{"name": "Kładka", "source": "a survey", "source_date": "2026-10"}]
    assert graph.about["missing"] == missing
    client = client_of(folder)
    answer = client.get("/api/streets").get_json()
    assert answer["missing"] == missing
    assert answer["not_known"] == ["surface", "kerbs", "wheelchair", "gates"]
    for page in ("/en/data", "/en/about"):
        text = client.get(page).text
        assert "no source gives their place: Kładka." in text
        assert "The streets are those of" in text
        assert "Ways for prams and wheelchairs avoid steps and nothing else." in text
        assert "Private drives" not in text  # a private way is mapped in this town


def test_what_the_extract_says_is_not_called_unknown(tiny_folder: Path, tmp_path: Path) -> None:
    ways = [(refs, tags | {"surface": "asphalt"}) for refs, tags in TOWN_WAYS]
    gates = {2: {"barrier": "stile"}}
    town = write_osm(tmp_path / "town.osm.pbf", TOWN_NODES, ways, gates)
    (tiny_folder / STREETS_FILE).write_bytes(pack_for_city(town, tiny_folder))
    assert ready_graph(tiny_folder, CRS).about["not_known"] == ["kerbs", "wheelchair"]


LINE = [list(at(100, 2990)), list(at(490, 2600))]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (feature(LINE, highway="motorway"), "highway"),
        (feature(LINE, source=""), "source"),
        (feature(LINE, source_date="last year"), "source_date"),
        (feature(LINE, surface="asphalt"), "surface"),
        (feature(LINE, bridge="no"), "bridge"),
        (feature(LINE[:1]), "geometry"),
        (feature([[19.9, 50.0, 1], [19.9, 50.1]]), "geometry"),
        (feature([[0.0, 0.0], [0.1, 0.1]]), "geometry"),
        (feature(LINE) | {"geometry": {"type": "Point", "coordinates": LINE[0]}}, "geometry"),
    ],
)
def test_every_fault_of_an_added_street_is_listed(
    folder: Path, wrong: dict[str, Any], field: str
) -> None:
    write_added(folder, feature(LINE), wrong)
    assert [(fault.file, fault.feature, fault.field) for fault in check_folder(folder)] == [
        (FILE, "2", field)
    ]
    with pytest.raises(CityFolderError):
        load_city(folder)


def test_a_folder_without_the_file_has_none_added(folder: Path) -> None:
    assert len(added_streets(folder)) == 0


def test_what_is_near_an_end_is_found_however_far_another_one_is() -> None:
    rng = np.random.default_rng(4)
    xy = np.vstack([rng.uniform(0, 3_000, (400, 2)), [[1e8, 1e8]]])
    ends = np.array([3, 77, 400])
    near = _near(xy, ends)
    for end in ends:
        within = np.flatnonzero(np.hypot(*(xy - xy[end]).T) <= WAY_ROUND_M)
        assert set(within) <= set(near)
    assert len(near) < 100


def test_all_pieces_that_an_end_lies_beside_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "_AT_ONCE", 7)
    rng = np.random.default_rng(5)
    xy = np.vstack([rng.uniform(0, 400, (60, 2)), [[1e8, 1e8]]])
    a, b = rng.integers(0, 61, (2, 50))
    pieces = Pieces(
        a=a,
        b=b,
        way=np.zeros(50, dtype=np.int64),
        begins=np.ones(50, dtype=bool),
        copied=np.zeros(0, dtype=np.int64),
        ways_with_missing_nodes=0,
        ways_outside=0,
    )
    ends = np.array([0, 5, 60])
    found = sorted(zip(*(some.tolist() for some in _beside(pieces, xy, ends)), strict=True))
    lines = [shapely.LineString(xy[[one, other]]) for one, other in zip(a, b, strict=True)]
    assert found == [
        (at, piece)
        for at, end in enumerate(ends)
        for piece, line in enumerate(lines)
        if line.distance(shapely.Point(xy[end])) <= JOIN_M
    ]
    assert 4 <= len(found) < 60
