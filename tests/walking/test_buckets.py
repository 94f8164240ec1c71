"""Many sources searched by buckets are as far, bit by bit, as Dijkstra's algorithm says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from locator.walking.network import search
from locator.walking.network.buckets import WIDTH_M, nearest_source
from locator.walking.network.model import NetworkModel
from locator.walking.network.search import multi_source


@pytest.mark.parametrize("seed", range(12))
def test_any_streets_are_searched_as_by_dijkstra(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, edges = 300, int(rng.integers(200, 900))
    u, v = rng.integers(0, n, (2, edges))
    u, v = u[u != v], v[u != v]
    metres = rng.exponential(WIDTH_M / 3, len(u)) + 1e-9
    both = csr_array((np.tile(metres, 2), (np.append(u, v), np.append(v, u))), shape=(n, n))
    source = np.sort(rng.choice(n, 9, replace=False))
    start = source, np.zeros(9), np.arange(9)
    for limit_m in (np.inf, 2.5 * WIDTH_M):
        expected_m = dijkstra(both, indices=source, limit=limit_m)
        csr = both.indptr, both.indices, both.data
        distance_m, nearest = nearest_source(csr, start, limit_m=limit_m)
        assert np.array_equal(distance_m, expected_m.min(axis=0))
        assert np.array_equal(nearest >= 0, np.isfinite(distance_m))
        reached = np.flatnonzero(nearest >= 0)
        assert np.array_equal(expected_m[nearest[reached], reached], distance_m[reached])


def test_without_a_source_nobody_is_reached() -> None:
    none = np.zeros(0, dtype=np.int64)
    csr = np.array([0, 1, 2]), np.array([1, 0]), np.array([5.0, 5.0])
    distance_m, source = nearest_source(csr, (none, np.zeros(0), none))
    assert np.isinf(distance_m).all() and source.tolist() == [-1, -1]


def same_both_ways(model: NetworkModel, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    vertices = rng.integers(0, len(model.graph.vertex_xy), count)
    some = model.snap(model.graph.vertex_xy[vertices] + rng.normal(0, 20, (count, 2)))
    for limit_m in (np.inf, 700.0):
        expected = multi_source(model.ways, some, limit_m=limit_m)
        with monkeypatch.context() as patch:
            patch.setattr(search, "LARGE", 0)
            found = multi_source(model.ways, some, limit_m=limit_m)
        assert np.array_equal(found.distance_m, expected.distance_m)
        assert np.array_equal(found.facility, expected.facility)


def test_facilities_on_streets_are_searched_as_by_dijkstra(
    town: NetworkModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_both_ways(town, 5, monkeypatch)
    same_both_ways(town.variant("wheelchair"), 5, monkeypatch)


@pytest.mark.real_data
def test_real_streets_are_searched_as_by_dijkstra(
    real: NetworkModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_both_ways(real, 300, monkeypatch)
