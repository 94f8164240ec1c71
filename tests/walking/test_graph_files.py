"""The ways of a profile are made once, kept in a file, and the same when read again."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from locator.walking.network import profile
from locator.walking.network.model import NetworkModel
from locator.walking.network.profile import Ways


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the ways of however small a graph in a folder of one's own."""
    monkeypatch.setenv("LOCATOR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(profile, "WORTH_KEEPING", 0)


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache" / "ways").glob("*.ways"))


def same(one: Ways, other: Ways) -> bool:
    arrays = zip((*one.csr, one.allowed), (*other.csr, other.allowed), strict=True)
    return all(np.array_equal(a, b) and a.dtype == b.dtype for a, b in arrays)


def test_what_is_read_is_what_was_made(
    town: NetworkModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whose = [("pram", False), ("pram", True), ("wheelchair", False), ("foot", True)]
    for who, at_night in whose:
        kept = town.variant(who, at_night=at_night).ways
        assert all(not one.flags.owndata and one.flags.aligned for one in kept.csr)
        with monkeypatch.context() as patched:
            patched.setattr(profile, "WORTH_KEEPING", 1_000_000)
            made = town.variant(who, at_night=at_night).ways
            assert same(made, kept) and made.csr[0].flags.owndata
        assert kept.allowed is not None and kept.allowed.dtype == bool
    assert len(files(tmp_path)) == len(whose)


def test_who_may_use_everything_has_the_graph_itself(town: NetworkModel, tmp_path: Path) -> None:
    assert town.ways.allowed is None and town.ways.csr[2] is town.graph.weight_m
    assert files(tmp_path) == []


def test_what_does_not_depend_on_who_walks_is_shared(town: NetworkModel) -> None:
    pram = town.variant("pram").ways
    assert pram.windows.cells is town.ways.windows.cells
    assert pram.index.segment_edge is town.ways.index.segment_edge


def test_a_damaged_file_is_made_again(town: NetworkModel, tmp_path: Path) -> None:
    first = town.variant("pram").ways
    _ = first.csr
    (file,) = files(tmp_path)
    whole = file.read_bytes()
    file.unlink()  # what was read of it stays as it was
    file.write_bytes(whole[:300] + bytes([whole[300] ^ 1]) + whole[301:])
    assert same(town.variant("pram").ways, first)
    assert file.read_bytes() == whole


def test_where_nothing_can_be_kept_they_live_in_memory(
    town: NetworkModel, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    assert len(town.variant("pram").ways.csr[2])
    assert "is not kept" in caplog.text


def test_what_nobody_reads_any_more_goes(town: NetworkModel, tmp_path: Path) -> None:
    _ = town.variant("pram").ways.csr
    (old,) = files(tmp_path)
    os.utime(old, (0, time.time() - 31 * 86_400))
    _ = town.variant("wheelchair").ways.csr
    assert old not in files(tmp_path) and len(files(tmp_path)) == 1
