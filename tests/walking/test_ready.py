"""A street graph is made once of the folder's streets, kept, and never half written."""

from __future__ import annotations

import errno
import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest
import shapely
from click.testing import CliRunner
from filelock import FileLock

from locator.base.folders import cache_folder
from locator.base.packed import PackedFileError, packed_bytes, read_packed
from locator.city.added_streets import STREETS_FILE
from locator.city.model import load_city
from locator.cli.commands.network import network
from locator.curation.check import check_folder
from locator.walking.choose import choose_model
from locator.walking.estimate import EstimateModel
from locator.walking.graph import ready
from locator.walking.graph.file import GRAPH_FILE, GraphFileError, read_about
from locator.walking.graph.for_city import build_for_city, pack_for_city
from locator.walking.graph.ready import graph_place, ready_graph
from locator.walking.network.model import NetworkModel
from tests.osmdata import TOWN_NODES, TOWN_WAYS, write_osm, write_town
from tests.serving import client_of
from tests.tinycity import CRS

OTHER_STREETS = {"highway": "residential", "name": "Nowa"}


@pytest.fixture
def folder(tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny city with the streets of the town, from which no graph was made yet."""
    monkeypatch.setenv("LOCATOR_CACHE", str(tmp_path / "cache"))
    town = write_town(tmp_path / "town.osm.pbf")
    (tiny_folder / STREETS_FILE).write_bytes(pack_for_city(town, tiny_folder))
    return tiny_folder


def names(graph: Any) -> set[str]:
    return {graph.name(i) for i in graph.edge_name}


def made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows whenever a graph is made."""
    calls: list[str] = []
    build = ready.build_graph

    def build_and_note(*args: Any, **options: Any) -> Any:
        calls.append("made")
        return build(*args, **options)

    monkeypatch.setattr(ready, "build_graph", build_and_note)
    return calls


def left_over(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if file.name.startswith("."))


def no_room(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_the_first_start_makes_the_graph_and_the_next_one_finds_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = made(folder, monkeypatch)
    steps: list[str] = []
    first = ready_graph(folder, CRS, progress=lambda step, *_: steps.append(step))
    assert (set(steps), calls) == ({"graph"}, ["made"])
    assert names(first) == {"Lipowa", "Polna", "Schody"}
    steps.clear()
    second = ready_graph(folder, CRS, progress=lambda step, *_: steps.append(step))
    assert (steps, calls) == ([], ["made"])
    assert second.about == first.about
    assert isinstance(choose_model(load_city(folder)), NetworkModel)


def test_other_streets_make_another_graph(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready_graph(folder, CRS)
    nodes = TOWN_NODES | {40: (500.0, 2600.0), 41: (900.0, 2600.0)}
    other = write_osm(tmp_path / "other.osm.pbf", nodes, [*TOWN_WAYS, ([4, 40, 41], OTHER_STREETS)])
    (folder / STREETS_FILE).write_bytes(pack_for_city(other, folder))
    assert "Nowa" in names(ready_graph(folder, CRS))
    calls = made(folder, monkeypatch)
    monkeypatch.setattr(ready, "MADE_AS", ready.MADE_AS + 1)
    ready_graph(folder, CRS)
    assert calls == ["made"]


def test_a_graph_of_an_extract_is_used_as_it_is(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready_graph(folder, CRS)
    newer = [*TOWN_WAYS, ([1, 5], OTHER_STREETS)]
    build_for_city(write_osm(tmp_path / "newer.osm.pbf", TOWN_NODES, newer), folder)
    calls = made(folder, monkeypatch)
    graph = ready_graph(folder, CRS)
    assert (graph.about["source"], calls) == ("newer.osm.pbf", [])
    assert "Nowa" in names(graph)
    assert graph_place(folder, CRS) == folder / GRAPH_FILE


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_broken_build_is_made_again(folder: Path, share: float) -> None:
    whole = ready_graph(folder, CRS)
    file = folder / GRAPH_FILE
    content = file.read_bytes()
    file.unlink()  # the mapped one stays as it is
    file.write_bytes(content[: int(share * len(content))])
    again = ready_graph(folder, CRS)
    assert again.about["key"] == whole.about["key"]
    assert names(again) == names(whole)


def test_a_truncated_streets_file_means_the_estimate_and_is_said(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    content = (folder / STREETS_FILE).read_bytes()
    (folder / STREETS_FILE).write_bytes(content[: len(content) // 2])
    model = choose_model(load_city(folder))
    assert isinstance(model, EstimateModel)
    assert isinstance(model.fault, PackedFileError)
    assert "Walks are estimated" in caplog.text
    assert not (folder / GRAPH_FILE).exists()
    assert [(fault.file, fault.allowed) for fault in check_folder(folder)] == [
        (STREETS_FILE, "a file made by `locator network pack`; until then walks are estimated")
    ]
    client = client_of(folder)
    health = client.get("/healthz").get_json()
    assert health["model"] == "estimate"
    assert health["model_fault"] == model.fault.message
    for page, words in (
        ("/en/data", "The streets of this city could not be used: streets.npz cannot be read"),
        ("/en/about", "The streets of this city could not be used: streets.npz cannot be read"),
        ("/data", "Nie udało się użyć ulic tego miasta: Pliku streets.npz nie można odczytać"),
        ("/uk/data", "Не вдалося використати вулиці цього міста: Файл streets.npz неможливо"),
    ):
        assert words in client.get(page).text


def test_what_holds_no_streets_is_refused(folder: Path) -> None:
    frame, _ = read_packed(folder / STREETS_FILE)
    points = shapely.get_point(frame.geometry.values, 0)
    for wrong in (frame.drop(columns="highway"), frame.set_geometry(points, crs=4326)):
        (folder / STREETS_FILE).write_bytes(packed_bytes(wrong, about={}))
        with pytest.raises(PackedFileError, match="holds no streets"):
            ready_graph(folder, CRS)


def test_a_folder_that_cannot_be_written_is_served_from_the_cache(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = ready.write_graph

    def write_elsewhere(graph: Any, path: Path) -> None:
        if path.parent == folder:
            raise PermissionError(errno.EROFS, os.strerror(errno.EROFS))
        write(graph, path)

    monkeypatch.setattr(ready, "write_graph", write_elsewhere)
    calls = made(folder, monkeypatch)
    graph = ready_graph(folder, CRS)
    assert names(graph) == {"Lipowa", "Polna", "Schody"}
    place = graph_place(folder, CRS)
    assert place.parent == cache_folder()
    assert read_about(place)["key"] == graph.about["key"]
    assert ready_graph(folder, CRS).about == graph.about
    assert calls == ["made"]


def test_a_full_disk_means_the_estimate_and_nothing_half_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("locator.walking.graph.file._write", no_room)
    calls = made(folder, monkeypatch)
    model = choose_model(load_city(folder))
    assert isinstance(model, EstimateModel)
    assert isinstance(model.fault, GraphFileError)
    assert "No space left on device" in model.fault.message
    assert "LOCATOR_CACHE" in model.fault.message
    assert calls == ["made"]
    assert left_over(folder) == [f".{GRAPH_FILE}.lock"]
    assert [file.suffix for file in cache_folder().iterdir()] == [".lock"]
    monkeypatch.undo()
    assert isinstance(choose_model(load_city(folder)), NetworkModel)  # once there is room again


def test_a_folder_without_streets_still_stops_at_a_broken_graph(
    folder: Path,
) -> None:
    (folder / STREETS_FILE).unlink()
    assert isinstance(choose_model(load_city(folder)), EstimateModel)
    (folder / GRAPH_FILE).write_bytes(b"LOCGRAPH and no more")
    with pytest.raises(GraphFileError):
        choose_model(load_city(folder))


def test_who_waits_too_long_walks_by_the_estimate(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ready, "WAIT_S", 0.01)
    with FileLock(folder / f".{GRAPH_FILE}.lock"):
        model = choose_model(load_city(folder))
    assert isinstance(model, EstimateModel)
    assert model.fault is not None
    assert "Another program has been making the street graph" in model.fault.message


def _start(folder: Path, barrier: Any, answers: Any) -> None:
    built: list[int] = []
    build = ready.build_graph

    def build_and_note(*args: Any, **options: Any) -> Any:
        built.append(1)
        return build(*args, **options)

    ready.build_graph = build_and_note
    barrier.wait()
    graph = ready_graph(folder, CRS)
    answers.put((len(built), len(graph.vertex_xy)))


def test_of_programs_that_start_together_one_makes_the_graph(folder: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(3), context.Queue()
    programs = [context.Process(target=_start, args=(folder, barrier, answers)) for _ in range(3)]
    for program in programs:
        program.start()
    found = [answers.get(timeout=120) for _ in programs]
    for program in programs:
        program.join()
    assert sorted(built for built, _ in found) == [0, 0, 1]
    assert len({vertices for _, vertices in found}) == 1


def test_the_command_makes_the_graph_and_says_what_it_holds(folder: Path) -> None:
    result = CliRunner().invoke(network, ["show", "--city", str(folder)], catch_exceptions=False)
    assert "town.osm.pbf" in result.stdout
    assert (folder / GRAPH_FILE).is_file()
