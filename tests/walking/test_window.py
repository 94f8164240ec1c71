"""A search of what lies near a point finds what one of the whole graph finds."""

from __future__ import annotations

import numpy as np
import pytest

from locator.walking import SnappedPoints
from locator.walking.network import search
from locator.walking.network.model import NetworkModel
from locator.walking.network.window import Cells, Windows

#        3 --2-- 4
#        |       |        a square of 300 m and a street that leads 900 m away from it
# 0 --1--+       5 ------- 6
TINY = Windows(
    Cells(np.array([[0, 0], [300, 0], [300, 300], [600, 300], [600, 0], [1500, 0]], dtype=float)),
    indptr=np.array([0, 1, 3, 5, 7, 9, 10], dtype=np.int32),
    indices=np.array([1, 0, 2, 1, 3, 2, 4, 3, 5, 4], dtype=np.int32),
    weight_m=np.array([300, 300, 310, 310, 320, 320, 330, 330, 900, 900], dtype=float),
)


def test_a_part_is_worked_out_by_hand() -> None:
    near = TINY.within(np.array([300.0, 0.0]), 10.0)
    assert near.tolist() == [1]  # alone in its cell, from 250 to 500 m east and 0 to 250 m north
    near = TINY.within(np.array([0.0, 0.0]), 599.0)
    assert near.tolist() == [0, 1, 2, 3, 4]
    part = TINY.cut(np.array([1, 2, 4]))
    assert part.indptr.tolist() == [0, 1, 2, 2]  # 4 is joined to nothing that is there
    assert part.indices.tolist() == [1, 0] and part.weight_m.tolist() == [310, 310]
    whole = TINY.cut(np.arange(6))
    assert np.array_equal(whole.indptr, TINY.indptr)
    assert np.array_equal(whole.indices, TINY.indices)
    assert np.array_equal(whole.weight_m, TINY.weight_m)


@pytest.mark.parametrize("xy", [(-9e3, 0.0), (9e3, 0.0), (0.0, -9e3), (0.0, 9e3)])
def test_far_from_everything_there_is_nothing(xy: tuple[float, float]) -> None:
    assert TINY.within(np.array(xy), 100.0).tolist() == []
    assert TINY.within(np.array(xy), 2e4).tolist() == [0, 1, 2, 3, 4, 5]


def test_what_lies_in_the_corner_of_a_square_is_beyond_the_circle() -> None:
    side = np.arange(9) * 250.0  # one vertex in the south-west corner of each cell
    xy = np.array([(x, y) for y in side for x in side])
    none = np.zeros(0)
    grid = Windows(Cells(xy), np.zeros(82, dtype=np.int32), none.astype(np.int32), none)
    found = grid.within(np.array([1000.0, 1000.0]), 800.0)
    rows = [len(part) for part in np.split(found, np.searchsorted(found, np.arange(9, 81, 9)))]
    # The circle is 762 m to each side where it enters the row after next, 626 and 281 m in those
    # farther off: four cells, three and two. In a square all of them would have eight.
    assert rows == [4, 6, 8, 8, 8, 8, 6, 4, 0]
    rng = np.random.default_rng(3)
    for _ in range(200):
        at, reach_m = rng.uniform(-700.0, 2800.0, 2), rng.uniform(0.0, 1500.0)
        inside = np.flatnonzero(np.hypot(*(xy - at).T) <= reach_m)
        assert np.isin(inside, grid.within(at, reach_m)).all()


def test_one_street_far_away_from_all_others_costs_nothing() -> None:
    # A table of all cells between them would have 1.6e11.
    xy = np.vstack([TINY.cells.xy, [[1e8, 1e8]]])
    far = Windows(
        Cells(xy), np.append(TINY.indptr, 10).astype(np.int32), TINY.indices, TINY.weight_m
    )
    assert far.within(np.array([0.0, 0.0]), 599.0).tolist() == [0, 1, 2, 3, 4]
    assert far.within(np.array([1e8, 1e8]), 599.0).tolist() == [6]
    assert far.within(np.array([5e7, 5e7]), 599.0).tolist() == []


def test_near_and_far_a_search_finds_what_one_of_the_whole_graph_finds(
    real: NetworkModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(14)
    corners = real.graph.vertex_xy
    every = np.arange(len(corners))
    reached = cut = 0
    for limit_m in (0.0, 40.0, 400.0, 2500.0):
        for start in rng.integers(0, len(corners), 12):
            origin = real.snap(corners[start] + rng.normal(0.0, 40.0, 2))
            monkeypatch.setattr(search, "WORTH_CUTTING", 1.0)
            tree = search.tree_from(real.ways, origin, limit_m=limit_m)
            monkeypatch.setattr(search, "WORTH_CUTTING", -1.0)
            whole = search.tree_from(real.ways, origin, limit_m=limit_m)
            assert whole.vertices is None
            cut += tree.vertices is not None
            metres = tree.metres_to(every)
            assert np.array_equal(metres, whole.metres_to(every))
            inside = np.flatnonzero(np.isfinite(metres))
            reached += len(inside)
            for vertex in rng.permutation(inside)[:3].tolist():
                way = tree.way(vertex)
                assert way[-1] == vertex and np.array_equal(way, whole.way(vertex))
    assert reached > 1000 and cut > 40


def test_the_ends_of_a_long_edge_may_lie_outside(town: NetworkModel) -> None:
    tree = search.tree_from(town.ways, _middle_of_the_longest(town), limit_m=1.0)
    assert not np.isfinite(tree.metres_to(np.arange(len(town.graph.vertex_xy)))).any()


def _middle_of_the_longest(model: NetworkModel) -> SnappedPoints:
    graph = model.graph
    edge = int(np.argmax(graph.edge_length_m))
    line = graph.line_xy[graph.line_start[edge] : graph.line_start[edge + 1]]
    return model.snap(line.mean(axis=0))


def test_walks_of_known_lengths_stay_in_their_ellipses() -> None:
    rng = np.random.default_rng(5)
    xy = rng.uniform(-4000.0, 4000.0, (3000, 2))
    cells = Cells(xy)
    sizes = []
    for _ in range(120):
        start, goals = rng.uniform(-4500.0, 4500.0, 2), rng.uniform(-4500.0, 4500.0, (3, 2))
        walk_m = np.hypot(*(goals - start).T) * rng.uniform(1.0, 1.5, 3)
        found = cells.between(start, goals, walk_m)
        here_m = np.hypot(*(xy - start).T)
        over_m = [
            here_m + np.hypot(*(xy - goal).T) - most_m
            for goal, most_m in zip(goals, walk_m, strict=True)
        ]
        least_m = np.min(over_m, axis=0)
        assert np.isin(np.flatnonzero(least_m <= 0), found).all()
        assert (np.diff(found) > 0).all()
        # Whoever is in a cell with somebody in reach is farther by its diagonal, twice, at most.
        assert least_m[found].max(initial=0.0) <= 2 * np.sqrt(2) * 250.0 + 1.0
        sizes.append(len(found))
    assert 0 < np.mean(sizes) < 0.6 * len(xy)
    nowhere = cells.between(np.array([9e4, 9e4]), np.array([[9e4, 9.1e4]]), np.array([1100.0]))
    assert nowhere.tolist() == []
