"""Walks between many points at once are those of each point alone, to the last digit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from scipy import sparse

from locator.walking import SnappedPoints, WalkingModel, reach_matrix
from locator.walking.estimate import EstimateModel
from locator.walking.network import many_to_many
from locator.walking.network.model import NetworkModel
from locator.walking.reach_matrix import MIN_WALK_M, neighbourhoods, reach, useful_m
from tests.realstreets import one, scattered


def one_by_one(
    model: WalkingModel, origins: SnappedPoints, targets: SnappedPoints, limit_m: float
) -> np.ndarray:
    return np.array(
        [model.walk_m(one(origins, i), targets, limit_m=limit_m) for i in range(len(origins))]
    )


def points_of(model: NetworkModel, count: int, seed: int) -> SnappedPoints:
    """Return points about the streets, two of them on one edge, two at one place, one nowhere."""
    some = scattered(model, count, seed)
    return model.snap(np.concatenate([some.xy, some.xy[:1] + 1.0, some.xy[:1], [[9e6, 9e6]]]))


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(many_to_many, "AT_ONCE", 9_000)
    monkeypatch.setattr(reach_matrix, "TOGETHER", 7)
    yield


@pytest.mark.parametrize("limit_m", [0.0, 60.0, 700.0, np.inf])
def test_the_matrix_is_the_walks_of_each_origin(
    real: NetworkModel, few_at_once: None, limit_m: float
) -> None:
    origins, targets = points_of(real, 25, 1), points_of(real, 60, 2)
    targets = real.snap(np.concatenate([targets.xy, origins.xy]))
    found = real.walk_matrix_m(origins, targets, limit_m=limit_m)
    assert np.array_equal(found, one_by_one(real, origins, targets, limit_m))
    assert np.isfinite(found).any() and (found[:-1, -len(origins) :].diagonal() == 0).all()
    assert np.isinf(found[-1]).all() and np.isinf(found[:, -1]).all()


@pytest.mark.parametrize("count", [0, 1, 900])
def test_a_neighbourhood_is_of_one_wide_square_and_those_of_a_small_one_stay_together(
    monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(reach_matrix, "TOGETHER", 40)
    xy = np.random.default_rng(3).uniform(-2_000, 6_000, (count, 2))
    found = neighbourhoods(xy)
    order = np.concatenate([*found, np.empty(0, dtype=np.int64)])
    assert sorted(order.tolist()) == list(range(count))
    for some in found:
        assert 0 < len(some) <= 40
        assert len({tuple(square) for square in xy[some] // 3_000}) == 1
    small = [tuple(square) for square in (xy[order] // 1_000).tolist()]
    changes = sum(one != other for one, other in pairwise(small))
    assert changes == max(len(set(small)) - 1, 0)
    assert len(found) <= len({tuple(square) for square in xy // 3_000}) + count // 40


@pytest.mark.parametrize("limit_m", [5.0, 150.0])
def test_origins_near_each_other_look_at_little(
    real: NetworkModel, limit_m: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many_to_many, "WORTH_CUTTING", 1.0)
    targets = scattered(real, 200, 8)
    long = int(np.argmax(real.graph.edge_length_m))  # its ends lie outside of what is cut out
    middle = real.graph.line_xy[real.graph.line_start[long] : real.graph.line_start[long + 1]]
    for xy in (*targets.xy[:20], middle.mean(axis=0)):
        origins = real.snap(xy + np.array([[0.0, 0.0], [20.0, 0.0], [0.0, 30.0]]))
        beside = real.snap(np.concatenate([targets.xy, origins.xy, xy + [[40.0, 0], [0, 90.0]]]))
        found = real.walk_matrix_m(origins, beside, limit_m=limit_m)
        assert np.array_equal(found, one_by_one(real, origins, beside, limit_m))


def test_what_is_cut_out_reaches_as_far_from_the_corners(
    real: NetworkModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many_to_many, "WORTH_CUTTING", 1.0)
    vertices = real.graph.vertex_xy
    low, high = np.quantile(vertices, (0.25, 0.75), axis=0)
    corners = np.array([low, high, [low[0], high[1]], [high[0], low[1]]])
    near = 0
    for limit_m in np.linspace(10.0, 400.0, 14):
        part = many_to_many._part_round(real.ways, corners, limit_m)
        away_m = np.hypot(*(vertices[:, np.newaxis] - corners).T).min(axis=0)
        # No walk is shorter than the straight line, so these are all that one may go over.
        assert set(np.flatnonzero(away_m <= limit_m)) <= set(part.vertices.tolist())
        near += len(vertices) - len(part.vertices)
    assert near > 0, "something is left out"


def test_profiles_and_the_night_have_their_own_ways(town: NetworkModel) -> None:
    points = scattered(town, 30, 3)
    seen = set()
    for profile in ("foot", "pram", "wheelchair"):
        for at_night in (False, True):
            model = town.variant(profile, at_night=at_night)
            placed = model.snap(points.xy)
            found = model.walk_matrix_m(placed, placed)
            assert np.array_equal(found, one_by_one(model, placed, placed, np.inf))
            seen.add(found.tobytes())
    assert len(seen) > 1


def test_no_origins_and_no_targets_are_no_walks(town: NetworkModel) -> None:
    points = scattered(town, 3, 4)
    none = points.take(slice(0, 0))
    for limit_m in (100.0, np.inf):
        assert town.walk_matrix_m(none, points, limit_m=limit_m).shape == (0, 3)
        assert town.walk_matrix_m(points, none, limit_m=limit_m).shape == (3, 0)


ESTIMATE = EstimateModel(
    detour_one_bank=1.3,
    detour_across=1.4,
    crossing_names=("bridge",),
    crossing_xy=np.array([[0.0, 0.0]]),
    banks=None,
)


def naive_reach(
    model: WalkingModel, demand: SnappedPoints, places: SnappedPoints, limit_m: float
) -> sparse.csc_array:
    walk_m = one_by_one(model, places, demand, np.inf).T
    within = walk_m <= limit_m
    rows, columns = np.nonzero(within)
    walks = np.maximum(walk_m[within], MIN_WALK_M)
    return sparse.csc_array((walks, (rows, columns)), shape=walk_m.shape)


@pytest.mark.parametrize("limit_m", [50.0, 500.0])
def test_the_reach_of_places_is_that_of_each_one(
    real: NetworkModel, few_at_once: None, limit_m: float
) -> None:
    demand = points_of(real, 150, 5)
    for model in (real, ESTIMATE):
        points = model.snap(demand.xy)
        places = points.take(np.random.default_rng(6).permutation(len(points))[:40])
        told: list[tuple[int, int]] = []
        found = reach(
            model, points, places, limit_m=limit_m, progress=lambda *at, told=told: told.append(at)
        )
        naive = naive_reach(model, points, places, limit_m)
        assert found.has_sorted_indices and found.nnz > 30
        assert np.array_equal(found.indptr, naive.indptr)
        assert np.array_equal(found.indices, naive.indices)
        assert np.array_equal(found.data, naive.data)
        assert told == sorted(set(told)) and told[-1] == (40, 40)


def test_nothing_reaches_nothing(town: NetworkModel) -> None:
    points = scattered(town, 3, 7)
    none = points.take(slice(0, 0))
    assert reach(town, points, none, limit_m=100.0).shape == (3, 0)
    assert reach(town, none, points, limit_m=100.0).shape == (0, 3)


def test_a_walk_longer_than_useful_helps_nobody(real: NetworkModel) -> None:
    people, places = scattered(real, 120, 9), scattered(real, 72, 10)
    today_m = real.walk_matrix_m(places.take(slice(0, 60)), people).min(axis=0)
    for i in range(60, 72):
        limit_m = useful_m(places.xy[i], people.xy, today_m)
        there_m = real.walk_m(one(places, i), people)
        within_m = np.where(there_m <= limit_m, there_m, np.inf)
        assert np.array_equal(np.minimum(today_m, within_m), np.minimum(today_m, there_m))


def test_how_long_a_useful_walk_can_be_is_worked_out_by_hand() -> None:
    xy, today_m = (
        np.array([[0.0, 0.0], [100.0, 0.0], [1000.0, 0.0]]),
        np.array([50.0, 300.0, 900.0]),
    )
    assert useful_m(np.array([0.0, 0.0]), xy, today_m) == pytest.approx(300.0)
    assert useful_m(np.array([200.0, 0.0]), xy, today_m) == pytest.approx(900.0)
    assert useful_m(np.array([5000.0, 0.0]), xy, today_m) == 0.0
    nowhere_m = np.array([50.0, np.inf, 900.0])
    assert useful_m(np.array([5000.0, 0.0]), xy, nowhere_m) == np.inf
