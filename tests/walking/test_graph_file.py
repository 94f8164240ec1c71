"""The street graph's file: what is written is read, and nothing damaged is believed."""

from __future__ import annotations

import errno
import os
import struct
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from locator.base import freeing
from locator.base.geo import Projection
from locator.curation.check import check_folder
from locator.walking.graph.build import build_graph
from locator.walking.graph.file import (
    ARRAYS,
    GRAPH_FILE,
    VERSION,
    GraphFileError,
    StreetGraph,
    read_about,
    read_graph,
    write_graph,
)
from locator.walking.graph.osm import read_streets
from tests.osmdata import write_town
from tests.tinycity import CRS


@pytest.fixture
def graph(tmp_path: Path) -> StreetGraph:
    town = write_town(tmp_path / "town.osm.pbf")
    return build_graph(read_streets(town), projection=Projection(CRS), source=town.name)


@pytest.fixture
def file(graph: StreetGraph, tmp_path: Path) -> Path:
    path = tmp_path / "streets.graph"
    write_graph(graph, path)
    return path


def test_what_is_written_is_read_again(graph: StreetGraph, file: Path) -> None:
    again = read_graph(file)
    for name, kind in ARRAYS.items():
        assert np.array_equal(getattr(again, name), getattr(graph, name)), name
        assert getattr(again, name).dtype == np.dtype(kind)
    assert (again.cells, again.reach) == (graph.cells, graph.reach)
    assert again.about == graph.about == read_about(file)
    assert {again.name(int(name)) for name in again.edge_name} == {"Lipowa", "Polna", "Schody"}


def test_every_array_of_the_graph_is_in_the_file() -> None:
    declared = {field.name for field in fields(StreetGraph)} - {"cells", "reach", "about"}
    assert declared == set(ARRAYS)


def test_arrays_are_mapped_read_only_and_aligned(file: Path) -> None:
    again = read_graph(file)
    for name in ARRAYS:
        values = getattr(again, name)
        assert not values.flags.writeable
        assert values.ctypes.data % values.itemsize == 0


def test_what_was_looked_at_is_given_back_with_what_lies_free(file: Path) -> None:
    again = read_graph(file)
    assert {freeing._mapped(getattr(again, name)) for name in ARRAYS} <= set(freeing._files)


def test_a_missing_graph_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(GraphFileError, match="locator network build"):
        read_graph(tmp_path / "streets.graph")


@pytest.mark.parametrize("content", [b"", b"LOC", b"PK\x03\x04" * 100])
def test_another_file_is_not_a_graph(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "streets.graph"
    path.write_bytes(content)
    with pytest.raises(GraphFileError, match="is not a street graph"):
        read_graph(path)


def test_an_older_version_is_named_and_has_to_be_built_again(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[8:12] = struct.pack("<I", VERSION - 1)
    file.write_bytes(content)
    with pytest.raises(GraphFileError) as raised:
        read_graph(file)
    assert f"version {VERSION - 1}, this program reads version {VERSION}" in str(raised.value)
    assert "locator network build" in str(raised.value)


@pytest.mark.parametrize("where", [40, 1500, -70])
def test_one_changed_byte_is_noticed(file: Path, where: int) -> None:
    content = bytearray(file.read_bytes())
    content[where] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(GraphFileError, match="is damaged"):
        read_graph(file)


def test_a_cut_file_is_noticed(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(GraphFileError, match="is damaged"):
        read_graph(file)


def test_a_full_disk_leaves_the_old_file(
    graph: StreetGraph, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("locator.base.files.os.fsync", full)
    with pytest.raises(GraphFileError, match="No space left on device"):
        write_graph(graph, file)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.glob(".*")] == []


def test_the_check_of_a_folder_looks_at_its_street_graph(
    graph: StreetGraph, tiny_folder: Path
) -> None:
    assert check_folder(tiny_folder) == []
    path = tiny_folder / GRAPH_FILE
    write_graph(graph, path)
    assert check_folder(tiny_folder) == []
    write_graph(replace(graph, about={**graph.about, "crs": "EPSG:32634"}), path)
    (fault,) = check_folder(tiny_folder)
    assert (fault.file, fault.field, fault.allowed) == (GRAPH_FILE, "crs", CRS)
    path.write_bytes(path.read_bytes()[:-1])
    (fault,) = check_folder(tiny_folder)
    assert "is damaged" in fault.problem
