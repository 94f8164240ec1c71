"""Reading an OpenStreetMap file: who may walk where, and what a bad file answers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from locator.base.errors import CityFolderError
from locator.base.geo import Projection
from locator.cli.commands.network import network
from locator.walking.graph.build import build_graph
from locator.walking.graph.file import GRAPH_FILE, StreetGraph, read_about, read_graph
from locator.walking.graph.for_city import build_for_city
from locator.walking.graph.osm import ExtractError, read_streets
from locator.walking.graph.tag_rules import Mark, node_marks, way_marks, why_not_walked
from tests.osmdata import TOWN_NODES, TOWN_WAYS, helsinki, liechtenstein, write_osm, write_town
from tests.tinycity import CRS

ALL_CLEAR = Mark(0)
NOT_ON_WHEELS = Mark.NO_WHEELCHAIR | Mark.NO_PRAM


def graph_of(path: Path) -> StreetGraph:
    return build_graph(read_streets(path), projection=Projection(CRS), source=path.name)


@pytest.mark.parametrize(
    ("tags", "marks"),
    [
        ("highway=footway", ALL_CLEAR),
        ("highway=residential", ALL_CLEAR),
        ("highway=primary sidewalk=no", Mark.MAIN_ROAD),
        ("highway=primary oneway=yes", Mark.MAIN_ROAD | Mark.CARRIAGEWAY),
        ("highway=primary oneway=yes sidewalk=left", Mark.MAIN_ROAD),
        ("highway=residential oneway=yes", ALL_CLEAR),
        ("highway=motorway", None),
        ("highway=motorway foot=yes", None),
        ("highway=motorway_link", None),
        ("highway=trunk", None),
        ("highway=trunk sidewalk=right", Mark.MAIN_ROAD),
        ("highway=trunk sidewalk:left=yes", Mark.MAIN_ROAD),
        ("highway=trunk foot=yes", Mark.MAIN_ROAD),
        ("highway=primary motorroad=yes", None),
        ("highway=primary foot=no", None),
        ("highway=primary foot=use_sidepath", None),
        ("highway=service access=private", None),
        ("highway=service access=private foot=yes", ALL_CLEAR),
        ("highway=service access=no foot=designated", ALL_CLEAR),
        ("highway=footway foot=private", None),
        ("highway=footway access=unheard_of", ALL_CLEAR),
        ("highway=construction", None),
        ("highway=proposed", None),
        ("highway=cycleway", ALL_CLEAR),
        ("highway=cycleway foot=no", None),
        ("route=ferry", None),
        ("route=ferry highway=footway", None),
        ("railway=platform", ALL_CLEAR),
        ("railway=rail", None),
        ("highway=footway footway=crossing", Mark.AT_CROSSING),
        ("highway=steps", Mark.STEPS | NOT_ON_WHEELS),
        ("highway=steps ramp=yes", Mark.STEPS | Mark.NO_WHEELCHAIR),
        ("highway=steps ramp:wheelchair=yes", Mark.STEPS),
        ("highway=path surface=sand", NOT_ON_WHEELS),
        ("highway=path surface=gravel", Mark.NO_WHEELCHAIR),
        ("highway=path surface=gravel wheelchair=yes", ALL_CLEAR),
        ("highway=path wheelchair=no", Mark.NO_WHEELCHAIR),
        ("highway=path stroller=no", Mark.NO_PRAM),
        ("highway=path smoothness=bad", Mark.NO_WHEELCHAIR),
        ("highway=path smoothness=horrible", NOT_ON_WHEELS),
        ("highway=path incline=6%", ALL_CLEAR),
        ("highway=path incline=-12%", Mark.NO_WHEELCHAIR),
        ("highway=path incline=up", ALL_CLEAR),
        ("highway=path width=0.5", NOT_ON_WHEELS),
        ("highway=path width=1,2", ALL_CLEAR),
        ("highway=track tracktype=grade5", NOT_ON_WHEELS),
        ("highway=footway opening_hours=06:00-22:00", Mark.CLOSED_AT_NIGHT),
        ("highway=footway opening_hours=24/7", ALL_CLEAR),
        ("highway=footway opening_hours=nonsense", ALL_CLEAR),
    ],
)
def test_a_way_is_walked_by_its_tags(tags: str, marks: Mark | None) -> None:
    assert way_marks(dict(tag.split("=", 1) for tag in tags.split())) == marks


@pytest.mark.parametrize(
    ("value", "closed"),
    [
        ("no @ (22:00-06:00)", True),
        ("private @ (21:00-05:00)", True),
        ("yes @ (06:00-22:00)", True),
        ("no @ (10:00-12:00)", False),
        ("yes @ (24/7)", False),
    ],
)
def test_a_condition_on_access_may_close_a_way_at_night(value: str, closed: bool) -> None:
    marks = way_marks({"highway": "path", "foot:conditional": value})
    assert marks == (Mark.CLOSED_AT_NIGHT if closed else ALL_CLEAR)


@pytest.mark.parametrize(
    ("tags", "marks"),
    [
        ("barrier=gate", ALL_CLEAR),
        ("barrier=bollard", ALL_CLEAR),
        ("barrier=gate access=private", Mark.BLOCKED),
        ("barrier=gate access=private foot=yes", ALL_CLEAR),
        ("barrier=gate locked=yes", Mark.BLOCKED),
        ("barrier=fence", Mark.BLOCKED),
        ("barrier=gate opening_hours=06:00-20:00", Mark.CLOSED_AT_NIGHT),
        ("barrier=stile", NOT_ON_WHEELS),
        ("barrier=cycle_barrier", Mark.NO_WHEELCHAIR),
        ("barrier=cycle_barrier wheelchair=yes", ALL_CLEAR),
        ("kerb=raised", Mark.NO_WHEELCHAIR | Mark.AT_CROSSING),
        ("kerb=lowered", ALL_CLEAR),
        ("barrier=kerb kerb=flush", ALL_CLEAR),
        ("highway=crossing", ALL_CLEAR),
    ],
)
def test_a_node_is_passed_by_its_tags(tags: str, marks: Mark) -> None:
    assert node_marks(dict(tag.split("=", 1) for tag in tags.split())) == marks


def test_the_report_names_the_tag_that_forbids_walking() -> None:
    assert why_not_walked({"highway": "motorway"}) == "highway=motorway"
    assert why_not_walked({"highway": "service", "access": "private"}) == "access=private"
    assert why_not_walked({"highway": "primary", "motorroad": "yes"}) == "motorroad=yes"
    assert why_not_walked({"highway": "trunk"}) == "highway=trunk"


def test_the_town_becomes_seven_edges_and_says_what_was_dropped(tmp_path: Path) -> None:
    graph = graph_of(write_town(tmp_path / "town.osm.pbf"))
    assert graph.about["source_date"] == "2026-10-01T20:21:22Z"
    assert graph.about["source_date_basis"] == "header"
    assert graph.about["attribution"] == "© OpenStreetMap contributors, ODbL"
    report = graph.about["report"]
    assert report["ways_read"] == 4
    assert report["ways_not_walkable"] == {"highway=motorway": 1, "access=private": 1}
    assert (report["vertices"], report["edges"]) == (7, 7)
    assert (report["other_parts"], report["other_parts_km"]) == (1, 0.1)
    assert report["length_km"] == 2.5
    assert report["no_pram_km"] == 0.5
    assert sorted(np.round(graph.edge_length_m)) == [100, 200, 300, 400, 500, 500, 500]


def test_without_a_date_in_the_header_the_date_is_said_to_be_unknown(tmp_path: Path) -> None:
    about = graph_of(write_town(tmp_path / "town.osm.pbf", timestamp="")).about
    assert (about["source_date"], about["source_date_basis"]) == ("", "unknown")


def test_a_way_whose_nodes_are_missing_is_cut_there_and_counted(tmp_path: Path) -> None:
    street = {"highway": "residential"}
    ways = [([1, 2, 999, 3], street), ([1, 998], street), ([2, 6, 7], street), ([6, 3], street)]
    graph = graph_of(write_osm(tmp_path / "cut.osm.pbf", TOWN_NODES, ways))
    assert graph.about["report"]["ways_with_missing_nodes"] == 2
    assert graph.about["report"]["ways_outside"] == 1
    assert sorted(np.round(graph.edge_length_m)) == [200, 300, 500, 500]


def test_of_parallel_edges_the_matrix_keeps_the_shortest_and_the_edges_all(tmp_path: Path) -> None:
    street = {"highway": "footway"}
    nodes = {1: (0.0, 0.0), 2: (100.0, 0.0), 3: (50.0, 80.0), 4: (200.0, 0.0)}
    ways = [([1, 2], street), ([1, 3, 2], street), ([2, 4], street), ([4, 2], street)]
    graph = graph_of(write_osm(tmp_path / "parallel.osm.pbf", nodes, ways))
    assert graph.about["report"]["edges"] == 4
    assert graph.about["report"]["parallel_edges"] == 2
    assert sorted(np.round(graph.weight_m)) == [100, 100, 100, 100]


def test_nodes_at_one_place_are_joined_by_an_edge_of_a_centimetre(tmp_path: Path) -> None:
    street = {"highway": "footway"}
    nodes = {1: (0.0, 0.0), 2: (100.0, 0.0), 3: (100.0, 0.0), 4: (200.0, 0.0)}
    ways = [([1, 2], street), ([2, 3], street), ([3, 4], street)]
    graph = graph_of(write_osm(tmp_path / "zero.osm.pbf", nodes, ways))
    assert graph.edge_length_m.min() == 0.01
    assert len(graph.vertex_xy) == 4


def test_a_locked_gate_ends_both_sides(tmp_path: Path) -> None:
    nodes = {1: (0.0, 0.0), 2: (100.0, 0.0), 3: (150.0, 0.0)}
    ways = [([1, 2, 3], {"highway": "footway"})]
    gate = {2: {"barrier": "gate", "access": "private"}}
    graph = graph_of(write_osm(tmp_path / "gate.osm.pbf", nodes, ways, gate))
    assert graph.about["report"]["blocked_gates"] == 1
    assert graph.about["report"]["other_parts"] == 1
    assert len(graph.edge_u) == 1


def test_a_raised_kerb_concerns_the_crossing_and_not_the_pavement(tmp_path: Path) -> None:
    nodes = {1: (0.0, 0.0), 2: (100.0, 0.0), 3: (200.0, 0.0), 4: (100.0, 10.0), 5: (100.0, 20.0)}
    crossing = {"highway": "footway", "footway": "crossing"}
    ways = [([1, 2, 3], {"highway": "footway"}), ([2, 4], crossing), ([4, 5], crossing)]
    graph = graph_of(write_osm(tmp_path / "kerb.osm.pbf", nodes, ways, {2: {"kerb": "raised"}}))
    barred = graph.edge_marks & np.uint8(Mark.NO_WHEELCHAIR) > 0
    assert graph.edge_length_m[barred] == pytest.approx([10], abs=0.05)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty: download it again"),
        (b"this is not a PBF file" * 100, "cannot be read as OpenStreetMap data"),
    ],
)
def test_a_file_that_is_not_a_pbf_is_said_to_be_none(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "bad.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(ExtractError, match=said):
        read_streets(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match=r"There is no file .*nowhere\.osm\.pbf"):
        read_streets(tmp_path / "nowhere.osm.pbf")


def test_a_file_without_streets_is_said_to_have_none(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "rails.osm.pbf", TOWN_NODES, [([1, 2], {"railway": "rail"})])
    with pytest.raises(ExtractError, match="holds no street that may be walked"):
        read_streets(path)


def test_a_folder_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="is a folder"):
        read_streets(tmp_path)


def test_a_file_that_lacks_the_nodes_of_most_ways_leaves_the_old_graph(
    tiny_folder: Path, tmp_path: Path
) -> None:
    whole = build_for_city(write_town(tmp_path / "town.osm.pbf"), tiny_folder)
    few = {id_: TOWN_NODES[id_] for id_ in (1, 2, 6, 3)}
    broken = write_osm(tmp_path / "broken.osm.pbf", few, TOWN_WAYS)
    with pytest.raises(ExtractError, match="lacks nodes of 3 of its 4 ways"):
        build_for_city(broken, tiny_folder)
    assert read_graph(tiny_folder / GRAPH_FILE).about == whole.about


def test_a_file_with_ways_alone_is_said_to_lack_their_nodes(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "ways.osm.pbf", {}, [([1, 2], {"highway": "footway"})])
    with pytest.raises(ExtractError, match="none of their nodes"):
        read_streets(path)


def test_a_graph_is_built_into_the_city_folder(tiny_folder: Path, tmp_path: Path) -> None:
    steps: list[str] = []
    build_for_city(
        write_town(tmp_path / "town.osm.pbf"),
        tiny_folder,
        progress=lambda step, done, total: steps.append(step),
    )
    assert list(dict.fromkeys(steps)) == ["ways", "nodes", "graph"]
    about = read_about(tiny_folder / GRAPH_FILE)
    assert (about["source"], about["crs"], about["margin_m"]) == ("town.osm.pbf", CRS, 1500.0)


@pytest.fixture
def built_folder(tiny_folder: Path, tmp_path: Path) -> Path:
    """The tiny city with a graph that must survive whatever a test does."""
    build_for_city(write_town(tmp_path / "town.osm.pbf"), tiny_folder)
    return tiny_folder


@pytest.mark.real_data
@pytest.mark.parametrize("share", [0.2, 0.7, 0.99])
def test_a_truncated_extract_leaves_the_old_graph(
    built_folder: Path, tmp_path: Path, share: float
) -> None:
    whole = liechtenstein().read_bytes()
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(whole[: int(len(whole) * share)])
    before = (built_folder / GRAPH_FILE).read_bytes()
    with pytest.raises(ExtractError, match="cut short"):
        build_for_city(cut, built_folder)
    assert (built_folder / GRAPH_FILE).read_bytes() == before
    assert [file.name for file in built_folder.iterdir() if file.name.startswith(".")] == []


def test_an_extract_of_another_country_says_where_it_is(built_folder: Path) -> None:
    before = (built_folder / GRAPH_FILE).read_bytes()
    with pytest.raises(ExtractError) as raised:
        build_for_city(helsinki(), built_folder)
    assert "most of it lies at 24.9" in str(raised.value)
    assert "the city at 19.8" in str(raised.value)
    assert (built_folder / GRAPH_FILE).read_bytes() == before


def test_the_command_says_that_the_old_graph_stays(built_folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(b"no PBF")
    result = CliRunner().invoke(network, ["build", str(broken), "--city", str(built_folder)])
    assert "stays as it was" in result.stderr
    assert isinstance(result.exception, ExtractError)


def test_a_folder_without_districts_is_a_fault_of_the_folder(
    built_folder: Path, tmp_path: Path
) -> None:
    (built_folder / "districts.geojson").unlink()
    with pytest.raises(CityFolderError, match=r"districts\.geojson"):
        build_for_city(write_town(tmp_path / "town.osm.pbf"), built_folder)


@pytest.mark.real_data
def test_the_largest_part_of_liechtenstein_is_not_in_alabama() -> None:
    path = liechtenstein()
    graph = build_graph(read_streets(path), projection=Projection("EPSG:32632"), source=path.name)
    assert graph.about["report"]["other_parts_km"] > 100
    low, high = graph.about["bounds"][:2], graph.about["bounds"][2:]
    assert (9.4 < low[0] < high[0] < 9.7) and (47.0 < low[1] < high[1] < 47.3)


def test_the_command_builds_and_says_what_it_dropped(tiny_folder: Path, tmp_path: Path) -> None:
    town = str(write_town(tmp_path / "town.osm.pbf"))
    result = CliRunner().invoke(network, ["build", town, "--city", str(tiny_folder)])
    assert result.exit_code == 0
    for said in ("town.osm.pbf", "2026-10-01T20:21:22Z", "© OpenStreetMap", "highway=motorway"):
        assert said in result.output
    machine = CliRunner().invoke(network, ["build", town, "--city", str(tiny_folder), "--json"])
    assert json.loads(machine.stdout)["report"]["edges"] == 7
