"""A point is set onto the street that a look at every single one of them finds nearest."""

from __future__ import annotations

import numpy as np
import pytest

from locator.base.geo import FloatArray
from locator.walking.network import snapping
from locator.walking.network.snapping import (
    CELL_M,
    FARTHEST_M,
    NEAR_CELLS,
    SHUNNED_M,
    EdgeIndex,
    segment_points,
    sort_segments,
)
from tests.realstreets import real_streets

FAR_M = NEAR_CELLS * CELL_M


def index_of(
    lines: list[list[tuple[float, float]]],
    *,
    allowed: list[bool] | None = None,
    shunned: list[bool] | None = None,
) -> EdgeIndex:
    xy = np.array([point for line in lines for point in line], dtype=np.float64)
    counts = [len(line) for line in lines]
    start = np.concatenate([[0], np.cumsum(counts)])
    along = [np.r_[0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))] for line in lines]
    cells, cell_start, cell_segment = sort_segments(xy, start)
    return EdgeIndex(
        cells,
        cell_start,
        cell_segment,
        xy,
        np.concatenate(along),
        np.repeat(np.arange(len(lines)), counts),
        None if allowed is None else np.array(allowed),
        None if shunned is None else np.array(shunned),
    )


def counted_m(index: EdgeIndex, line_start: np.ndarray, xy: FloatArray) -> FloatArray:
    """Return (p, e) metres from points to edges as they count; ``inf`` for those not allowed."""
    first = segment_points(line_start, len(index.line_xy))
    begin, line = index.line_xy[first], np.diff(index.line_xy, axis=0)[first]
    away = xy[:, None] - begin
    share = np.clip((away * line).sum(axis=2) / np.maximum((line**2).sum(axis=1), 1e-300), 0, 1)
    metres = np.hypot(*np.moveaxis(away - share[..., None] * line, 2, 0))
    edge = index.segment_edge[first]
    if index.shunned is not None:
        metres[:, index.shunned[edge]] += SHUNNED_M
    if index.allowed is not None:
        metres[:, ~index.allowed[edge]] = np.inf
    each = np.minimum.reduceat(metres, np.flatnonzero(np.diff(edge, prepend=-1)), axis=1)
    return np.asarray(each)


def agrees(index: EdgeIndex, line_start: np.ndarray, xy: FloatArray) -> int:
    """Compare every point with the naive answer; return how many are far from all streets."""
    found = index.snap(xy)
    alone = [index.snap(point) for point in xy[:, None]]
    for one in ("edge", "along_m", "gap_m", "xy"):
        assert np.array_equal(np.concatenate([vars(each)[one] for each in alone]), vars(found)[one])
    counted = counted_m(index, line_start, xy)
    least = counted.min(axis=1)
    chosen = np.where(found.edge >= 0, found.edge, counted.argmin(axis=1))
    own = counted[np.arange(len(xy)), chosen]
    assert np.allclose(own, least, rtol=0, atol=1e-6)  # of equally near ones, any
    shunned = np.zeros(len(line_start) - 1) if index.shunned is None else index.shunned
    gap = own - SHUNNED_M * shunned[chosen]
    near = np.abs(gap - FARTHEST_M) > 1e-6  # at the very limit, rounding decides
    assert np.array_equal((found.edge >= 0)[near], (gap <= FARTHEST_M)[near])
    on = found.edge >= 0
    assert np.allclose(found.gap_m[on], gap[on], rtol=0, atol=1e-6)
    assert np.allclose(np.hypot(*(found.xy - xy)[on].T), gap[on], rtol=0, atol=1e-6)
    assert np.isinf(found.gap_m[~on]).all() and np.array_equal(found.xy[~on], xy[~on])
    return int(np.sum(on & (found.gap_m > FAR_M)))


@pytest.mark.parametrize("seed", range(6))
def test_near_and_far_the_nearest_of_random_lines_is_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines: list[list[tuple[float, float]]] = []
    for _ in range(60):
        step = rng.choice([8.0, 60.0, 900.0])
        points = rng.uniform(0, 4_000, 2) + np.cumsum(rng.normal(0, step, (3, 2)), axis=0)
        lines.append([(float(x), float(y)) for x, y in points])
    index = index_of(
        lines,
        allowed=None if seed % 3 == 0 else (rng.random(60) < 0.3).tolist(),
        shunned=None if seed % 2 == 0 else (rng.random(60) < 0.5).tolist(),
    )
    around = rng.uniform(-7_000, 11_000, (250, 2))
    inside = rng.uniform(0, 4_000, (150, 2))
    start = np.arange(61) * 3
    assert agrees(index, start, np.vstack([around, inside])) > 100


def test_batches_do_not_change_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    index = index_of([[(0.0, 0.0), (50.0, 0.0)], [(900.0, 30.0), (900.0, 90.0)]])
    xy = np.random.default_rng(3).uniform(-4_000, 4_000, (80, 2))
    at_once = index.snap(xy)
    monkeypatch.setattr(snapping, "_ROWS", 150)
    one_by_one = index.snap(xy)
    for one in ("edge", "along_m", "gap_m", "xy"):
        assert np.array_equal(getattr(at_once, one), getattr(one_by_one, one))


@pytest.mark.parametrize("seed", range(3))
def test_a_point_alone_is_set_where_it_is_set_among_others(seed: int) -> None:
    rng = np.random.default_rng(seed)
    begins = rng.uniform(0.0, 10 * CELL_M, (60, 2)).round(-1)  # many points have two equally near
    lines = [[tuple(at), tuple(at + rng.uniform(-20.0, 20.0, 2))] for at in begins.tolist()]
    index = index_of(
        lines, allowed=(rng.random(60) < 0.8).tolist(), shunned=(rng.random(60) < 0.3).tolist()
    )
    xy = np.vstack(
        [
            rng.uniform(-FAR_M, 2 * FAR_M, (100, 2)),
            rng.uniform(0.0, 10 * CELL_M, (300, 2)),
            begins,
            [[9e4, 0.0], [np.nan, 0.0]],
        ]
    )
    together = index.snap(xy)
    for i in range(len(xy)):
        alone = index.snap(xy[i : i + 1])
        for name in ("edge", "along_m", "gap_m", "xy"):
            assert np.array_equal(
                getattr(alone, name)[0], getattr(together, name)[i], equal_nan=True
            )


def test_a_shunned_street_counts_as_farther_also_from_far_away() -> None:
    road, path = [(0.0, 0.0), (10.0, 0.0)], [(0.0, -29.0), (10.0, -29.0)]
    index = index_of([road, path], shunned=[True, False])
    assert index.snap(np.array([[5.0, 2_000.0]])).edge.tolist() == [1]
    lower = index_of([road, [(0.0, -31.0), (10.0, -31.0)]], shunned=[True, False])
    assert lower.snap(np.array([[5.0, 2_000.0]])).edge.tolist() == [0]


def test_between_two_equally_near_streets_one_is_chosen() -> None:
    index = index_of([[(0.0, 0.0), (0.0, 100.0)], [(2_000.0, 0.0), (2_000.0, 100.0)]])
    found = index.snap(np.array([[1_000.0, 50.0]]))
    assert found.gap_m.tolist() == [1_000.0] and found.edge[0] in (0, 1)
    assert found.along_m.tolist() == [50.0]


def test_where_no_street_may_be_used_there_is_none() -> None:
    index = index_of([[(0.0, 0.0), (10.0, 0.0)]], allowed=[False])
    found = index.snap(np.array([[5.0, 1.0], [5.0, 900.0], [np.nan, 0.0]]))
    assert found.edge.tolist() == [-1, -1, -1] and np.isinf(found.gap_m).all()


def test_nobody_asked_is_nobody_answered() -> None:
    index = index_of([[(0.0, 0.0), (10.0, 0.0)]])
    assert len(index.snap(np.empty((0, 2))).edge) == 0


def test_five_kilometres_are_the_limit() -> None:
    index = index_of([[(0.0, 0.0), (10.0, 0.0)]])
    found = index.snap(np.array([[10.0 + FARTHEST_M - 0.5, 0.0], [10.0 + FARTHEST_M + 0.5, 0.0]]))
    nowhere = index.snap(np.array([[30_000.0, 0.0]]))
    assert nowhere.edge.tolist() == [-1] and nowhere.xy.tolist() == [[30_000.0, 0.0]]
    assert found.edge.tolist() == [0, -1] and found.gap_m.tolist() == [FARTHEST_M - 0.5, np.inf]


@pytest.mark.real_data
def test_far_from_a_real_city_the_nearest_street_is_found() -> None:
    real = real_streets("helsinki")
    index = real.variant("wheelchair").ways.index
    low, high = index.line_xy.min(axis=0), index.line_xy.max(axis=0)
    rng = np.random.default_rng(14)
    xy = rng.uniform(low - 5_500, high + 5_500, (30, 2))
    assert agrees(index, real.graph.line_start, xy) > 5
