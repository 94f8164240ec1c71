"""The k-nearest index: what every vertex knows of its facilities, beside a search for each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locator.analysis.nearest import NearestQuery, nearest
from locator.base.geo import Projection
from locator.city.model import load_city
from locator.walking import SnappedPoints
from locator.walking.choose import choose_model
from locator.walking.graph.build import build_graph
from locator.walking.graph.for_city import build_for_city
from locator.walking.graph.osm import Streets
from locator.walking.network import model as model_module
from locator.walking.network.k_nearest import KNearestIndex, k_nearest_index
from locator.walking.network.model import MANY, NetworkModel
from locator.walking.network.profile import Profile, Ways
from locator.walking.network.search import MultiSource, first_at_place
from locator.walking.network.tree_cache import Tree
from locator.walking.walkable_city import walkable
from locator.walking.warmup import warm
from tests.osmdata import write_town
from tests.realstreets import one, scattered
from tests.tinycity import CRS, metric


def test_a_crossing_knows_its_two_nearest_and_the_way_to_them(town: NetworkModel) -> None:
    facilities = town.snap(
        np.array([metric(*at) for at in [(150.0, 3010.0), (490.0, 3450.0), (900.0, 2990.0)]])
    )
    known = k_nearest_index(town.ways, facilities, k=2)
    crossing = int(np.argmin(np.hypot(*(town.graph.vertex_xy - metric(500.0, 3000.0)).T)))
    assert known.facility[crossing].tolist() == [0, 2]
    assert known.distance_m[crossing] == pytest.approx([360, 410], abs=0.1)
    # East of the crossing the way leads to the foot of the steps and on along the same street.
    way = town.graph.vertex_xy[known.way(crossing * 2 + 1)]
    expected = np.array([metric(500.0, 3000.0), metric(800.0, 3000.0)])
    assert way == pytest.approx(expected, abs=0.1)


@pytest.mark.real_data
@pytest.mark.parametrize("profile", ["foot", "pram"])
@pytest.mark.parametrize("k", [1, 4, 50])
def test_every_vertex_knows_the_nearest_that_single_searches_find(
    real: NetworkModel, profile: Profile, k: int
) -> None:
    model = real.variant(profile)
    facilities = scattered(model, 25, seed=31)
    known = k_nearest_index(model.ways, facilities, k=k)
    alone_m = np.stack(
        [model.multi_source(one(facilities, i)).distance_m for i in range(len(facilities))], axis=1
    )
    assert known.k == min(k, 25)
    assert known.distance_m == pytest.approx(np.sort(alone_m, axis=1)[:, : known.k], abs=1e-6)
    reached = np.isfinite(known.distance_m)
    assert ((known.facility < 25) == reached).all()
    named = np.minimum(known.facility, 24).astype(np.int64)
    named_m = np.take_along_axis(alone_m, named, axis=1)
    assert named_m[reached] == pytest.approx(known.distance_m[reached], abs=1e-6)
    ordered = np.sort(np.where(reached, known.facility, 1000 + np.arange(known.k)), axis=1)
    assert (np.diff(ordered, axis=1) > 0).all()  # nobody is known twice


@pytest.mark.real_data
def test_what_is_looked_up_is_what_a_search_finds(real: NetworkModel) -> None:
    origins, targets = scattered(real, 40, seed=21), scattered(real, 30, seed=22)
    knowing = NetworkModel(real.graph)
    knowing.index_nearest(targets, k=6)
    for i in range(len(origins)):
        origin = one(origins, i)
        plain_m = real.walk_m(origin, targets)
        nearest_five = np.sort(plain_m)[:5]
        k_nearest_m = knowing.k_nearest_m(origin, targets, k=5)
        assert np.sort(k_nearest_m)[:5] == pytest.approx(nearest_five, abs=1e-6)
        assert np.sort(real.k_nearest_m(origin, targets, k=5))[:5] == pytest.approx(nearest_five)
        known = np.isfinite(k_nearest_m)
        assert k_nearest_m[known] == pytest.approx(plain_m[known], abs=1e-6)
        assert plain_m[~known].min() >= k_nearest_m[known].max() - 1e-6
        via = knowing.via(origin, targets)
        assert via == real.via(origin, targets)
        assert via == [real.walk(origin, one(targets, j)).via for j in range(len(targets))]
        for limit_m in (float(nearest_five[2]) + 0.01, float(np.median(plain_m)) + 0.01):
            cut_m = knowing.walk_m(origin, targets, limit_m=limit_m)
            assert np.isfinite(cut_m).tolist() == (plain_m <= limit_m).tolist()


@pytest.mark.real_data
def test_of_many_the_first_are_the_least_however_little_an_index_knows(real: NetworkModel) -> None:
    origins, targets = scattered(real, 8, seed=25), scattered(real, 120, seed=26)
    knowing = NetworkModel(real.graph)
    knowing.index_nearest(targets, k=2)
    for i in range(len(origins)):
        plain_m = real.walk_m(one(origins, i), targets)
        for k in (MANY - 1, MANY, 90, 120):
            got_m = knowing.k_nearest_m(one(origins, i), targets, k=k)
            assert np.sort(got_m)[:k] == pytest.approx(np.sort(plain_m)[:k], abs=1e-6)


@pytest.mark.real_data
def test_the_way_by_the_index_is_drawn_as_long_as_it_is(real: NetworkModel) -> None:
    origins, targets = scattered(real, 20, seed=23), scattered(real, 8, seed=24)
    knowing = NetworkModel(real.graph)
    knowing.index_nearest(targets, k=8)
    for i in range(len(origins)):
        origin = one(origins, i)
        known_m = knowing.walk_m(origin, targets)
        for j in range(len(targets)):
            walk = knowing.walk(origin, one(targets, j))
            drawn_m = float(np.hypot(*np.diff(walk.xy, axis=0).T).sum())
            assert walk.walk_m == known_m[j]
            assert drawn_m == pytest.approx(walk.walk_m, abs=0.1)
            assert walk.xy[0] == pytest.approx(origin.xy[0])
            assert walk.xy[-1] == pytest.approx(targets.xy[j])
    assert len(knowing.trees.kept) == 0  # no search was needed


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 9), k=st.integers(1, 4))
def test_in_any_street_grid_the_first_are_the_least_of_all(seed: int, count: int, k: int) -> None:
    model = street_grid()
    rng = np.random.default_rng(seed)
    # Round places make ties, and several facilities at one and the same point.
    targets = model.snap(metric(0, 0) + rng.integers(0, 9, (count, 2)) * 50.0)
    plain = NetworkModel(model.graph)
    model.index_nearest(targets, k=k)
    for at in rng.integers(0, 17, (4, 2)) * 25.0:
        origin = model.snap((metric(0, 0) + at)[None])
        expected = np.sort(plain.walk_m(origin, targets))[: min(k, count)]
        got = np.sort(model.k_nearest_m(origin, targets, k=k))[: min(k, count)]
        assert got == pytest.approx(expected, abs=1e-6)


def same_nearest(looked_up: MultiSource, searched: MultiSource) -> bool:
    return np.array_equal(looked_up.distance_m, searched.distance_m) and np.array_equal(
        looked_up.facility, searched.facility
    )


@pytest.mark.real_data
@pytest.mark.parametrize("limit_m", [np.inf, 150.0])
def test_what_is_indexed_is_looked_up_and_not_searched_from_all(
    real: NetworkModel, limit_m: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    facilities = scattered(real, 30, seed=5)
    facilities = facilities.take(np.r_[np.arange(30), 3, 0])  # two share a place with others
    searched = real.multi_source(facilities, limit_m=limit_m)
    assert np.isinf(searched.distance_m).any() == np.isfinite(limit_m)
    assert 0 < searched.facility.max() < 30
    assert np.array_equal(searched.facility >= 0, np.isfinite(searched.distance_m))
    real.index_nearest(facilities, k=3)
    monkeypatch.delattr(model_module, "multi_source")
    assert same_nearest(real.multi_source(facilities, limit_m=limit_m), searched)


def test_who_wants_all_of_few_looks_no_farther_than_they_are(
    town: NetworkModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits, search = [], model_module.tree_from

    def noted(ways: Ways, origin: SnappedPoints, *, limit_m: float) -> Tree:
        limits.append(limit_m)
        return search(ways, origin, limit_m=limit_m)

    monkeypatch.setattr(model_module, "tree_from", noted)
    here = town.snap(metric(150.0, 3010.0))
    there = town.snap(np.array([metric(490.0, 3450.0), metric(900.0, 2990.0)]))
    walk_m = town.k_nearest_m(here, there, k=5)
    assert np.isfinite(limits).all() and len(limits) == 1
    assert walk_m.tolist() == town.walk_m(here, there).tolist()


def test_of_several_at_one_place_the_first_serves(town: NetworkModel) -> None:
    here, there = metric(150.0, 3010.0), metric(900.0, 2990.0)
    facilities = town.snap(np.array([there, here, here, there]))
    assert first_at_place(facilities).tolist() == [0, 1, 1, 0, -1]
    for _ in range(2):  # searched, then looked up
        found = town.multi_source(facilities)
        assert set(found.facility.tolist()) == {0, 1}
        town.index_nearest(facilities, k=2)


def street_grid() -> NetworkModel:
    """Return streets every 100 m, five by five, as a new model."""
    names = np.arange(25)
    lines = [[5 * row + i for i in range(5)] for row in range(5)]
    lines += [[5 * i + column for i in range(5)] for column in range(5)]
    xy = metric(0, 0) + np.column_stack([names % 5, names // 5]) * 100.0
    return NetworkModel(
        build_graph(
            Streets(
                refs=np.concatenate(lines),
                way_start=np.arange(0, 51, 5),
                way_marks=np.zeros(10, dtype=np.uint8),
                way_name=np.zeros(10, dtype=np.int64),
                names=("",),
                lonlat=Projection(CRS).to_lonlat(xy),
                node_marks=np.zeros(25, dtype=np.uint8),
                source_date="",
                source_date_basis="",
                dropped={},
            ),
            projection=Projection(CRS),
            source="grid",
        )
    )


def test_every_layer_that_stands_still_is_indexed(tiny_folder: Path, tmp_path: Path) -> None:
    city = load_city(tiny_folder)
    assert warm(walkable(city, choose_model(city))) == 0
    build_for_city(write_town(tmp_path / "town.osm.pbf"), tiny_folder)
    walkable_city = walkable(city, choose_model(city))
    assert isinstance(walkable_city.model, NetworkModel)
    assert warm(walkable_city) == 2  # nurseries and AEDs; the vehicle moves
    known = {layer: len(rows) for layer, rows in walkable_city.usable_rows.items()}
    assert sorted(known.k for known in walkable_city.model.k_nearest.sets.values()) == sorted(
        [known["nurseries"], known["aeds"]]
    )
    assert all(
        isinstance(known, KNearestIndex) for known in walkable_city.model.k_nearest.sets.values()
    )


def test_the_nearest_are_the_same_before_and_after_they_are_indexed(
    tiny_folder: Path, tmp_path: Path
) -> None:
    city = load_city(tiny_folder)
    build_for_city(write_town(tmp_path / "town.osm.pbf"), tiny_folder)
    walkable_city, bare = (walkable(city, choose_model(city)) for _ in range(2))
    warm(walkable_city)
    lon, lat = city.projection.to_lonlat(np.array([metric(500.0, 3000.0)]))[0]
    for k in (1, 5):
        query = NearestQuery(("nurseries", "aeds"), float(lon), float(lat), k=k)
        after, before = nearest(walkable_city, query).rows, nearest(bare, query).rows
        assert len(before)
        assert after.drop(columns="next_change").equals(before.drop(columns="next_change"))


def test_many_know_their_nearest_on_the_street_that_they_stand_on(town: NetworkModel) -> None:
    # Lipowa from (0, 3000) to its crossing at (500, 3000): one edge, three facilities on it.
    facilities = town.snap(
        np.array([metric(*at) for at in [(50, 3000), (60, 3000), (70, 3000), (450, 3000)]])
    )
    starts = town.snap(np.array([metric(x, 3000.0) for x in (200.0, 400.0)]))
    index, metres = town.few_nearest(starts, facilities, k=3)
    least = [
        {one: round(float(metres[row][index[row] == one].min())) for one in set(index[row]) - {-1}}
        for row in range(2)
    ]
    nearest_m = [sorted(one.values())[:3] for one in least]
    # Past one's own neighbours no end of the street has to be reached.
    assert nearest_m == [[130, 140, 150], [50, 330, 340]]


@pytest.mark.real_data
def test_few_are_the_nearest_that_single_searches_find(real: NetworkModel) -> None:
    facilities, starts = scattered(real, 40, seed=8), scattered(real, 60, seed=9)
    index, metres = real.few_nearest(starts, facilities, k=3)
    for row in range(len(starts)):
        alone_m = np.sort(real.walk_m(one(starts, row), facilities))[:3]
        known = {int(i): np.inf for i in index[row] if i >= 0}
        for i, m in zip(index[row].tolist(), metres[row].tolist(), strict=True):
            if i >= 0:
                known[i] = min(known[i], m)
        mine_m = np.sort([*known.values(), np.inf, np.inf, np.inf])[:3]
        assert mine_m == pytest.approx(alone_m, abs=1e-6)
