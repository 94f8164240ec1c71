"""An index of the nearest facilities is made once, kept in a file, and the same when read again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from locator.api.context import AppState
from locator.base import mapped
from locator.base.files import LockedError
from locator.city.model import load_city
from locator.cli.commands.network import network
from locator.walking import SnappedPoints
from locator.walking.choose import choose_model
from locator.walking.graph.for_city import build_for_city
from locator.walking.network import k_nearest_file
from locator.walking.network.k_nearest import KNearestIndex
from locator.walking.network.k_nearest_file import ARRAYS, is_kept, kept_index
from locator.walking.network.model import NetworkModel
from locator.walking.walkable_city import walkable
from locator.walking.warmup import keep_variant, other_ways, warm, with_indexes
from tests.osmdata import write_town


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
    return sorted((tmp_path / "cache" / "k-nearest").glob("*.k-nearest"))


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


def test_who_waited_for_another_reads_what_that_one_made(
    town: NetworkModel, made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    facilities, lock = some(town), mapped.locked

    @contextmanager
    def behind_another(folder: Path, *, wait_s: float) -> Iterator[None]:
        monkeypatch.setattr(mapped, "locked", lock)
        kept_index(town.ways, facilities, k=3)
        with lock(folder, wait_s=wait_s):
            yield

    monkeypatch.setattr(mapped, "locked", behind_another)
    found = kept_index(town.ways, facilities, k=3)
    assert len(made) == 1 and all(not getattr(found, name).flags.owndata for name in ARRAYS)


def test_who_waits_too_long_makes_it_for_itself(
    town: NetworkModel, made: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(folder: Path, *, wait_s: float) -> None:
        raise LockedError("busy")

    monkeypatch.setattr(mapped, "locked", busy)
    assert kept_index(town.ways, some(town), k=3).k == 3
    assert len(made) == 1 and files(tmp_path) == []


def test_only_what_is_kept_is_read_where_none_is_to_be_made(
    town: NetworkModel, made: list[int]
) -> None:
    facilities, pram = some(town), town.variant("pram")
    assert not is_kept(pram.ways, facilities.xy, k=3)
    pram.index_nearest(facilities, k=3, make=False)
    assert made == [] and pram.k_nearest.of_all(facilities) is None
    first = kept_index(pram.ways, facilities, k=3)
    assert is_kept(pram.ways, facilities.xy, k=3) and not is_kept(town.ways, facilities.xy, k=3)
    again = town.variant("pram")
    again.index_nearest(facilities, k=3, make=False)
    known = again.k_nearest.of_all(facilities)
    assert known is not None and same(known, first) and len(made) == 1


def test_what_is_not_worth_a_file_is_not_waited_for(
    town: NetworkModel, made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(k_nearest_file, "WORTH_KEEPING_B", 1_000_000)
    assert is_kept(town.ways, some(town).xy, k=3)


def test_other_ways_are_indexed_once_for_all_processes(
    tiny_folder: Path, tmp_path: Path, made: list[int]
) -> None:
    build_for_city(write_town(tmp_path / "town.osm.pbf"), tiny_folder)
    city = load_city(tiny_folder)
    on_foot = walkable(city, choose_model(city))
    state = AppState(city, on_foot, datetime.now(UTC))
    early = state.walkable_city_for("pram")  # somebody could not wait
    assert early.model.k_nearest.sets == {}  # type: ignore[attr-defined]
    state.keep_variants()
    layers = len(early.usable_rows) - 1  # the vehicle moves
    night = int(on_foot.model.closes_at_night)  # type: ignore[attr-defined]
    assert len(made) == layers * (2 + 3 * night) and len(files(tmp_path)) == len(made)
    assert len(early.model.k_nearest.sets) == layers  # type: ignore[attr-defined]
    later = AppState(city, walkable(city, choose_model(city)), datetime.now(UTC))
    later.keep_variants()
    known = later.walkable_city_for("pram").model.k_nearest.sets  # type: ignore[attr-defined]
    assert len(known) == layers and len(made) == len(files(tmp_path))
    assert on_foot.model.k_nearest.sets == {}  # type: ignore[attr-defined]


def test_what_only_coverage_needs_is_not_waited_for(
    tiny_folder: Path, tmp_path: Path, made: list[int]
) -> None:
    build_for_city(write_town(tmp_path / "town.osm.pbf"), tiny_folder)
    city = load_city(tiny_folder)
    state = AppState(city, walkable(city, choose_model(city)), datetime.now(UTC))
    layers = with_indexes(state.walkable_city)
    assert layers == len(made) > 0
    with_a_pram = state.walkable_city_for("pram")
    assert state.variants.held_b > 0 and state.walkable_city_for("pram") is with_a_pram
    for one in (state.walkable_city, with_a_pram):
        assert not {"demand", "completeness"} & vars(one).keys()
    assert warm(state.walkable_city) == layers == len(made)
    assert {"demand", "completeness"} <= vars(state.walkable_city).keys()


def test_a_graph_that_is_built_brings_the_indexes_of_its_city(
    tiny_folder: Path, tmp_path: Path, made: list[int]
) -> None:
    town = str(write_town(tmp_path / "town.osm.pbf"))
    built = CliRunner().invoke(network, ["build", town, "--city", str(tiny_folder)])
    assert built.exit_code == 0 and "Indexing the nearest places" in built.output
    city = load_city(tiny_folder)
    state = AppState(city, walkable(city, choose_model(city)), datetime.now(UTC))
    ways = 1 + len([*other_ways(state.walkable_city.model)])  # type: ignore[arg-type]
    layers = warm(state.walkable_city)
    state.keep_variants()
    assert layers > 0 and len(made) == len(files(tmp_path)) == ways * layers
    again = CliRunner().invoke(network, ["build", town, "--city", str(tiny_folder), "--json"])
    assert again.exit_code == 0 and "Indexing" not in again.output


def test_a_graph_is_built_for_a_folder_that_is_no_sound_city_yet(
    tiny_folder: Path, tmp_path: Path, made: list[int]
) -> None:
    (tiny_folder / "population_grid.csv").unlink()
    town = str(write_town(tmp_path / "town.osm.pbf"))
    built = CliRunner().invoke(network, ["build", town, "--city", str(tiny_folder)])
    assert built.exit_code == 0 and "no sound city yet" in built.output
    assert (tiny_folder / "streets.graph").is_file() and made == []


def test_where_nothing_can_be_kept_other_ways_are_not_indexed_in_vain(
    tiny_folder: Path, tmp_path: Path, made: list[int]
) -> None:
    build_for_city(write_town(tmp_path / "town.osm.pbf"), tiny_folder)
    city = load_city(tiny_folder)
    (tmp_path / "cache").write_text("a file where a folder should be")
    assert not keep_variant(walkable(city, choose_model(city)), "pram")
    assert len(made) == 1


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
