"""The streets file of a city folder: the same streets as the extract, in little room."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from locator.base.geo import Projection
from locator.base.packed import read_packed
from locator.city.added_streets import STREETS_FILE
from locator.city.model import default_folder
from locator.cli.commands.network import network
from locator.walking.graph.build import build_graph
from locator.walking.graph.file import StreetGraph
from locator.walking.graph.for_city import pack_for_city
from locator.walking.graph.osm import ExtractError, Streets, read_streets
from locator.walking.graph.packing import apart, packed_streets
from locator.walking.graph.streets_file import streets_of
from locator.walking.graph.tag_rules import Mark
from tests.osmdata import (
    LIECHTENSTEIN_BOX,
    TOWN_NODES,
    TOWN_WAYS,
    helsinki,
    liechtenstein,
    write_osm,
    write_town,
)
from tests.tinycity import CRS

HELSINKI_BOX = shapely.box(24.93, 60.16, 24.96, 60.18)


def packed(tiny_folder: Path, extract: Path) -> Streets:
    file = tiny_folder / STREETS_FILE
    file.write_bytes(pack_for_city(extract, tiny_folder))
    return streets_of(*read_packed(file))


def graph_of(streets: Streets, crs: str = CRS, **options: object) -> StreetGraph:
    return build_graph(streets, projection=Projection(crs), source="x", **options)  # type: ignore[arg-type]


def test_the_town_comes_back_with_its_names_marks_and_date(
    tiny_folder: Path, tmp_path: Path
) -> None:
    streets = packed(tiny_folder, write_town(tmp_path / "town.osm.pbf"))
    names = [streets.names[i] for i in streets.way_name]
    assert dict(zip(names, streets.way_marks.tolist(), strict=True)) == {
        "Lipowa": 0,
        "Polna": 0,
        "Schody": Mark.NO_WHEELCHAIR | Mark.NO_PRAM | Mark.STEPS,
        "Osobna": 0,
    }
    assert len(streets.lonlat) == 9  # all nodes but the one of the motorway and the private path
    assert streets.dropped == {"highway=motorway": 1, "access=private": 1}
    assert (streets.source_date, streets.source_date_basis) == ("2026-10-01T20:21:22Z", "header")


def test_roads_that_nobody_walks_are_kept_for_the_map(tiny_folder: Path, tmp_path: Path) -> None:
    packed(tiny_folder, write_town(tmp_path / "town.osm.pbf"))
    frame, about = read_packed(tiny_folder / STREETS_FILE)
    assert frame["highway"].tolist() == [
        "residential",
        "residential",
        "steps",
        "motorway",
        "footway",
        "footway",
    ]
    assert (about["source"], about["licence"], about["margin_m"]) == (
        "town.osm.pbf",
        "ODbL-1.0",
        1500.0,
    )


def test_gates_and_kerbs_stay_where_they_are(tiny_folder: Path, tmp_path: Path) -> None:
    gates = {7: {"barrier": "gate", "locked": "yes", "note": "x"}, 2: {"barrier": "stile"}}
    extract = write_osm(tmp_path / "town.osm.pbf", TOWN_NODES, TOWN_WAYS, gates)
    ours = graph_of(packed(tiny_folder, extract))
    theirs = graph_of(read_streets(extract))
    assert ours.about["report"]["blocked_gates"] == 1
    assert np.array_equal(np.sort(ours.edge_marks), np.sort(theirs.edge_marks))
    _, about = read_packed(tiny_folder / STREETS_FILE)
    assert [tags for *_, tags in about["nodes"]] == [
        {"barrier": "stile"},
        {"barrier": "gate", "locked": "yes"},
    ]


def test_a_bridge_whose_node_lies_on_that_of_the_street_below_is_not_joined_to_it(
    tiny_folder: Path, tmp_path: Path
) -> None:
    nodes = TOWN_NODES | {20: (500.02, 3000.0), 21: (300.0, 2900.0), 22: (700.0, 3100.0)}
    bridge = ([21, 20, 22], {"highway": "footway", "bridge": "yes", "name": "Kładka"})
    extract = write_osm(tmp_path / "town.osm.pbf", nodes, [*TOWN_WAYS, bridge])
    streets = packed(tiny_folder, extract)
    assert len(streets.lonlat) == 12
    assert len(np.unique(streets.refs)) == len(streets.lonlat)
    assert graph_of(streets).about["report"]["other_parts"] == 2  # Osobna and the bridge


def test_a_way_that_leaves_the_margin_and_comes_back_is_two(
    tiny_folder: Path, tmp_path: Path
) -> None:
    nodes = TOWN_NODES | {30: (500.0, 3000.0 + 90_000), 31: (600.0, 3500.0), 32: (650.0, 3500.0)}
    way = ([5, 30, 31, 32], {"highway": "footway"})
    packed(tiny_folder, write_osm(tmp_path / "town.osm.pbf", nodes, [*TOWN_WAYS, way]))
    frame, _ = read_packed(tiny_folder / STREETS_FILE)
    assert shapely.get_num_points(frame.geometry.values).tolist()[-1] == 2
    assert len(frame) == 7


def test_an_extract_of_elsewhere_is_refused_and_writes_nothing(
    tiny_folder: Path,
) -> None:
    with pytest.raises(ExtractError, match="most of it lies at 24.9"):
        pack_for_city(helsinki(), tiny_folder)
    result = CliRunner().invoke(
        network, ["pack", str(helsinki()), "--city", str(tiny_folder)], catch_exceptions=True
    )
    assert isinstance(result.exception, ExtractError)
    assert not (tiny_folder / STREETS_FILE).exists()


def test_the_command_packs_and_says_what(tiny_folder: Path, tmp_path: Path) -> None:
    town = write_town(tmp_path / "town.osm.pbf")
    arguments = ["pack", str(town), "--city", str(tiny_folder), "--source", "a survey"]
    result = CliRunner().invoke(network, arguments, catch_exceptions=False)
    assert "6 ways" in result.stdout
    assert "as of 2026-10-01T20:21:22Z (header)" in result.stdout
    assert read_packed(tiny_folder / STREETS_FILE)[1]["source"] == "a survey"


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["helsinki", "liechtenstein"])
def test_a_real_city_makes_the_same_graph_as_its_extract(name: str, tmp_path: Path) -> None:
    extract, crs, boundary = (
        (helsinki(), "EPSG:32635", HELSINKI_BOX)
        if name == "helsinki"
        else (liechtenstein(), "EPSG:32632", LIECHTENSTEIN_BOX)
    )
    file = tmp_path / STREETS_FILE
    file.write_bytes(
        packed_streets(extract, boundary=boundary, projection=Projection(crs), margin_m=200)
    )
    ours = graph_of(streets_of(*read_packed(file)), crs)
    theirs = graph_of(read_streets(extract), crs, boundary=boundary, margin_m=200)
    assert len(ours.vertex_xy) == len(theirs.vertex_xy)
    assert np.array_equal(np.sort(ours.edge_marks), np.sort(theirs.edge_marks))
    lengths_m = np.sort(ours.edge_length_m), np.sort(theirs.edge_length_m)
    assert np.allclose(*lengths_m, atol=0.3, rtol=0.001)  # places are rounded to 0.1 m
    assert {ours.name(i) for i in ours.edge_name} == {theirs.name(i) for i in theirs.edge_name}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_no_two_nodes_stay_in_one_place(places: list[tuple[int, int]]) -> None:
    units = np.array(places, dtype=np.int64)
    moved = apart(units, used=np.arange(len(units)))
    assert len(np.unique(moved, axis=0)) == len(units)
    assert np.array_equal(moved[:, 0], units[:, 0])
    assert (moved[:, 1] >= units[:, 1]).all()


def test_krakow_keeps_its_streets_in_a_documented_file() -> None:
    frame, about = read_packed(default_folder() / STREETS_FILE)
    assert about["licence"] == "ODbL-1.0"
    assert about["source_date"].startswith("2021-08-05")
    assert frame["name"].eq("Grodzka").any()
    assert frame["source"].dropna().str.contains(r"20\d\d-\d\d").all()
