"""An index of the nearest facilities is made once, kept in a file, and the same when read again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from locator.walking import SnappedPoints
from locator.walking.network import k_nearest_file
from locator.walking.network.k_nearest import KNearestIndex
from locator.walking.network.k_nearest_file import ARRAYS, kept_index
from locator.walking.network.model import NetworkModel


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[int]:
    """Keep however small indexes in a folder of one's own, and count how often one is made."""
    monkeypatch.setenv("LOCATOR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(k_nearest_file, "WORTH_KEEPING_B", 0)
    times: list[int] = []
    make = k_nearest_file.k_nearest_index

    def counted(*given: object, **options: int) -> KNearestIndex:
        times.append(1)
        return make(*given, **options)

    monkeypatch.setattr(k_nearest_file, "k_nearest_index", counted)
    return times


def some(model: NetworkModel, count: int = 7, seed: int = 3) -> SnappedPoints:
    rng = np.random.default_rng(seed)
    return model.snap(model.graph.vertex_xy[rng.integers(0, len(model.graph.vertex_xy), count)] + 5)


def same(one: KNearestIndex, other: KNearestIndex) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        and getattr(one, name).dtype == getattr(other, name).dtype
        for name in ARRAYS
    )


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache" / "k-nearest").glob("*.index"))


def test_what_is_read_is_what_was_made(town: NetworkModel, made: list[int]) -> None:
    facilities = some(town)
    first = kept_index(town.ways, facilities, k=3)
    again = kept_index(town.ways, facilities, k=3)
    assert len(made) == 1 and same(first, again) and again.facilities is facilities
    fresh = k_nearest_file.k_nearest_index(town.ways, facilities, k=3)
    assert same(fresh, again)
    assert all(not getattr(again, name).flags.owndata for name in ARRAYS)
    assert all(getattr(again, name).flags.aligned for name in ARRAYS)


def test_anything_else_is_made_anew(town: NetworkModel, made: list[int]) -> None:
    facilities = some(town)
    kept_index(town.ways, facilities, k=3)
    kept_index(town.ways, facilities, k=2)
    kept_index(town.ways, some(town, seed=4), k=3)
    kept_index(town.variant("pram").ways, facilities, k=3)
    kept_index(town.variant("foot", at_night=True).ways, facilities, k=3)
    other = replace(town.graph, about={**town.graph.about, "built_at": "another day"})
    kept_index(NetworkModel(other).ways, facilities, k=3)
    assert len(made) == 6
    kept_index(town.ways, facilities, k=3)
    assert len(made) == 6


@pytest.mark.parametrize(
    "harm",
    [
        lambda whole: whole[:-1],
        lambda whole: whole[:200],
        lambda whole: b"",
        lambda whole: b"nothing of the kind",
        lambda whole: whole[:300] + bytes([whole[300] ^ 1]) + whole[301:],
        lambda whole: bytes([whole[0] ^ 1]) + whole[1:],
    ],
    ids=["cut", "short", "empty", "other", "flipped", "head"],
)
def test_a_damaged_file_is_made_again(
    town: NetworkModel, made: list[int], tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    facilities = some(town)
    first = kept_index(town.ways, facilities, k=3)
    (file,) = files(tmp_path)
    whole = file.read_bytes()
    file.unlink()  # what was read of it stays as it was
    file.write_bytes(harm(whole))
    assert same(first, kept_index(town.ways, facilities, k=3)) and len(made) == 2
    assert file.read_bytes() == whole


def test_where_nothing_can_be_kept_it_lives_in_memory(
    town: NetworkModel, made: list[int], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    found = kept_index(town.ways, some(town), k=3)
    assert found.k == 3 and len(made) == 1
    assert "is not kept" in caplog.text


def test_what_nobody_reads_any_more_goes(
    town: NetworkModel, made: list[int], tmp_path: Path
) -> None:
    kept_index(town.ways, some(town), k=3)
    kept_index(town.ways, some(town, seed=4), k=3)
    one, other = files(tmp_path)
    for file in (one, other):
        os.utime(file, (0, time.time() - 31 * 86_400))
    for seed in (3, 4):
        kept_index(town.ways, some(town, seed=seed), k=3)  # read again: they are in use
    os.utime(one, (0, time.time() - 31 * 86_400))
    kept_index(town.ways, some(town, seed=5), k=3)
    assert one not in files(tmp_path) and other in files(tmp_path) and len(made) == 3


def test_small_ones_are_not_kept(
    town: NetworkModel, made: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(k_nearest_file, "WORTH_KEEPING_B", 1_000_000)
    kept_index(town.ways, some(town), k=3)
    assert files(tmp_path) == []


@pytest.mark.real_data
def test_an_index_that_was_read_answers_as_one_that_was_made(
    real: NetworkModel, made: list[int]
) -> None:
    facilities, starts = some(real, 20), some(real, 25, seed=9)
    models = [NetworkModel(real.graph) for _ in range(2)]
    for model in models:
        model.index_nearest(facilities, k=4)
    assert len(made) == 1
    for i in range(len(starts)):
        start = starts.take(slice(i, i + 1))
        answers = [model.k_nearest_m(start, facilities, k=3) for model in models]
        assert np.array_equal(*answers)
        nearest = int(np.argmin(answers[0]))
        goal = facilities.take(slice(nearest, nearest + 1))
        lines = [model.walk(start, goal).xy for model in models]
        assert np.array_equal(*lines)
