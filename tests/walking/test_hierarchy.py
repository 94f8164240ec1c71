"""Walks all over a graph by its hierarchy are those of Dijkstra's algorithm."""

from __future__ import annotations

import heapq
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from locator.walking import SnappedPoints, WalkingModel, reach_matrix
from locator.walking.estimate import EstimateModel
from locator.walking.network import hierarchy, many_to_many
from locator.walking.network.model import NetworkModel
from tests.realstreets import scattered

PACKAGE = "routingkit_cch"


class StandIn:
    """What is used of the package, in plain Python: it counts whole numbers, too."""

    ordered = 0

    def compute_order_inertial(
        self, vertices: int, tail: list[int], head: list[int], y: list[float], x: list[float]
    ) -> list[int]:
        assert len(tail) == len(head) and len(x) == len(y) == vertices
        StandIn.ordered += 1
        return list(range(vertices))[::-1]

    def CCH(self, order: list[int], tail: list[int], head: list[int], _: bool):  # noqa: N802
        assert sorted(order) == list(range(len(order)))
        return SimpleNamespace(tail=tail, head=head)

    def CCHMetric(self, cch: SimpleNamespace, weights: list[int]):  # noqa: N802
        ways: dict[int, list[tuple[int, int]]] = {}
        for u, v, weight in zip(cch.tail, cch.head, weights, strict=True):
            assert isinstance(weight, int) and 0 <= weight <= hierarchy.CLOSED
            ways.setdefault(u, []).append((v, weight))
        return ways

    def CCHOneToMany(self, ways: dict[int, list[tuple[int, int]]], targets: list[int]):  # noqa: N802
        def distances_from_multi(sources: list[tuple[int, int]]) -> list[int | None]:
            known: dict[int, int] = {}
            heap = [(distance, vertex) for vertex, distance in sources]
            heapq.heapify(heap)
            while heap:
                distance, vertex = heapq.heappop(heap)
                if vertex in known:
                    continue
                known[vertex] = distance
                for onward, weight in ways.get(vertex, []):
                    if distance + weight < hierarchy.CLOSED:
                        heapq.heappush(heap, (distance + weight, onward))
            return [known.get(target) for target in targets]

        return SimpleNamespace(distances_from_multi=distances_from_multi)


@pytest.fixture(params=["stand-in", "package"])
def package(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Path:
    """Return the cache folder; with the package, and with what stands for it where it is not."""
    if request.param == "stand-in":
        monkeypatch.setitem(sys.modules, PACKAGE, StandIn())  # type: ignore[arg-type]
        monkeypatch.setattr(hierarchy, "usable", lambda: True)
    elif find_spec(PACKAGE) is None:
        pytest.skip(f"{PACKAGE} is not installed (extra: far)")
    monkeypatch.setenv("LOCATOR_CACHE", str(tmp_path))
    monkeypatch.setattr(many_to_many, "MANY", 1)
    monkeypatch.setattr(many_to_many, "AT_ONCE", 200)  # of some origins only
    return tmp_path


def whole(
    model: WalkingModel, a: SnappedPoints, b: SnappedPoints, up_to_m: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (a, b) metres and (a,) how far they are known; each origin has had one turn."""
    walk_m, known_m = np.full((len(a), len(b)), np.nan), np.full(len(a), np.nan)
    for one in model.far_walks(a, b, up_to_m=up_to_m):
        assert np.isnan(known_m[one.rows]).all()
        walk_m[one.rows], known_m[one.rows] = one.walk_m, one.known_m
    assert not np.isnan(known_m).any()
    return walk_m, known_m


def far(model: NetworkModel, a: SnappedPoints, b: SnappedPoints) -> np.ndarray:
    walk_m, known_m = whole(model, a, b, np.full(len(a), np.inf))
    assert np.isinf(known_m).all()
    return walk_m


def test_walks_are_the_same_to_the_millimetre(package: Path, real: NetworkModel) -> None:
    origins, targets = scattered(real, 8, 1), scattered(real, 40, 2)
    nowhere = np.array([[9e6, 9e6]])
    origins = real.snap(np.concatenate([origins.xy, nowhere, origins.xy[:1] + 300.0]))
    targets = real.snap(np.concatenate([targets.xy, nowhere, origins.xy, origins.xy + 1.0]))
    found, exact = far(real, origins, targets), real.walk_matrix_m(origins, targets)
    finite = np.isfinite(exact)
    assert np.array_equal(finite, np.isfinite(found)) and finite.any() and not finite.all()
    assert np.abs(found[finite] - exact[finite]).max() < 0.001
    assert found[0, 41] == 0.0  # the very same place
    blocks = real.far_walks(origins, targets, up_to_m=np.full(len(origins), np.inf))
    assert [len(one.walk_m) for one in blocks] == [3, 3, 3, 1]
    per_m = hierarchy.units_per_m(real.ways)
    assert 10_000 < per_m < hierarchy.CLOSED / exact[finite].max()


def test_each_profile_and_the_night_keep_to_their_ways(package: Path, town: NetworkModel) -> None:
    points, seen = scattered(town, 25, 3), set()
    for profile in ("foot", "pram", "wheelchair"):
        for at_night in (False, True):
            model = town.variant(profile, at_night=at_night)
            placed = model.snap(points.xy)
            found, exact = far(model, placed, placed), model.walk_matrix_m(placed, placed)
            assert np.allclose(found, exact, rtol=0.0, atol=0.001)
            seen.add(exact.tobytes())
    assert len(seen) > 1


def test_what_a_profile_cannot_reach_is_not_reached(package: Path, real: NetworkModel) -> None:
    """Places on ways that a wheelchair cannot use, and beside their ends."""
    model = real.variant("wheelchair")
    closed = np.flatnonzero(~np.asarray(model.ways.allowed))[:: len(model.graph.edge_u) // 300]
    there = real.snap(real.graph.line_xy[real.graph.line_start[closed]])
    origins = model.snap(scattered(real, 3, 4).xy)
    found, exact = far(model, origins, there), model.walk_matrix_m(origins, there)
    assert np.allclose(found, exact, rtol=0.0, atol=0.001)
    assert np.isinf(exact).any() and np.isfinite(exact).any()


def test_the_order_is_kept_and_made_again_where_it_is_damaged(
    package: Path, town: NetworkModel
) -> None:
    points = scattered(town, 5, 4)
    exact = far(town, points, points)
    (kept,) = (package / hierarchy.KIND).glob(f"*.{hierarchy.KIND}")
    made, whole = StandIn.ordered, kept.read_bytes()
    assert np.array_equal(far(town, points, points), exact)
    assert StandIn.ordered == made
    for content in (b"", b"rubbish", whole[:-3]):
        kept.write_bytes(content)
        assert np.array_equal(far(town, points, points), exact)
        assert kept.read_bytes() == whole


def test_where_nothing_can_be_kept_walks_are_found(
    package: Path, town: NetworkModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = scattered(town, 5, 5)
    exact = far(town, points, points)
    (package / "file").write_text("in the way")
    monkeypatch.setenv("LOCATOR_CACHE", str(package / "file"))
    assert np.array_equal(far(town, points, points), exact)


def test_the_order_is_of_the_graph_whoever_walks(package: Path, town: NetworkModel) -> None:
    points = scattered(town, 3, 6)
    far(town, points, points)
    made = StandIn.ordered
    far(town.variant("pram"), points, points)
    assert StandIn.ordered == made


@pytest.mark.parametrize(("usable", "many"), [(False, 1), (True, 99)])
def test_few_or_without_the_package_rows_are_known_as_far_as_asked(
    real: NetworkModel, monkeypatch: pytest.MonkeyPatch, usable: bool, many: int
) -> None:
    monkeypatch.setattr(hierarchy, "usable", lambda: usable)
    monkeypatch.setattr(many_to_many, "MANY", many)
    monkeypatch.setattr(reach_matrix, "WIDE_M", 100.0)
    origins, targets = scattered(real, 30, 7), scattered(real, 50, 8)
    up_to_m = np.tile([100.0, 400.0, 3000.0], 10)
    walk_m, known_m = whole(real, origins, targets, up_to_m)
    exact = real.walk_matrix_m(origins, targets)
    assert (known_m >= up_to_m).all()
    within = exact <= known_m[:, np.newaxis]
    assert np.array_equal(walk_m, np.where(within, exact, np.inf))
    assert within.any() and not within.all()


def test_short_walks_are_not_asked_of_a_hierarchy(
    town: NetworkModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hierarchy, "usable", lambda: True)
    monkeypatch.setattr(hierarchy, "far_walks_m", lambda *_, **__: pytest.fail("asked"))
    points = scattered(town, many_to_many.MANY + 5, 9)
    near = np.full(len(points), many_to_many.FAR_M - 1)
    assert (whole(town, points, points, near)[1] < np.inf).all()


def test_the_estimate_knows_all_walks_at_once() -> None:
    model = EstimateModel(1.3, 1.4, (), np.empty((0, 2)), None)
    points = model.snap(np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 9000.0]]))
    walk_m, known_m = whole(model, points, points, np.zeros(3))
    assert walk_m[0].tolist() == [0.0, 130.0, 11700.0] and np.isinf(known_m).all()
