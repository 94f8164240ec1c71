"""The walks to all of some facilities are read at the borders of cells, as a search finds them."""

from __future__ import annotations

import shutil
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locator.analysis.aed.fixed import fixed_aeds, fixed_options
from locator.analysis.aed.nearest import AedAnswer, AedQuery, nearest_aed
from locator.analysis.nearest import place_origin
from locator.api.context import AppState
from locator.walking.network import border_table as tables
from locator.walking.network import model as model_module
from locator.walking.network.model import NetworkModel
from locator.walking.network.profile import Profile
from locator.walking.network.street_cells import StreetCells, street_cells
from locator.web import make_app, workers
from tests.podgorze.cut import FOLDER
from tests.realstreets import one, scattered
from tests.tinycity import metric
from tests.walking.test_k_nearest import street_grid


def cells_of(model: NetworkModel, *, also: list[int], most: int) -> StreetCells:
    indptr, indices, _, _ = model.ways.csr
    xy = model.graph.vertex_xy
    return street_cells(xy, indptr, indices, also=np.array(also, dtype=np.int64), most=most)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Divide small graphs, too, into cells of a few vertices."""
    monkeypatch.setenv("LOCATOR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(tables, "FEWEST", 0)
    monkeypatch.setattr(tables, "AT_ONCE", 50_000)  # of some facilities at a time
    monkeypatch.setattr(tables, "street_cells", partial(street_cells, most=40))


def searching_is_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(model_module, "tree_from")


def test_a_street_of_four_crossings_is_two_cells_and_a_border() -> None:
    xy = np.array([(0.0, 0.0), (100.0, 0.0), (200.0, 0.0), (300.0, 0.0)])
    indptr, indices = np.array([0, 1, 3, 5, 6]), np.array([1, 0, 2, 1, 3, 2])
    cells = street_cells(xy, indptr, indices, also=np.empty(0, dtype=np.int64), most=2)
    assert cells.border.tolist() == [1]  # of 1 and 2 the way was cut, and 1 comes first
    first, last = cells.around(0), cells.around(3)
    assert first is not None and first.tolist() == [0, 1]
    assert last is not None and last.tolist() == [1, 2, 3]
    assert cells.around(1) is None and cells.place[1] == -1
    named = street_cells(xy, indptr, indices, also=np.array([3]), most=2)
    assert named.border.tolist() == [1, 3] and named.place.tolist()[1::2] == [-1, -2]
    whole = street_cells(xy, indptr, indices, also=np.array([], dtype=np.int64), most=4)
    assert len(whole.border) == 0 and whole.vertex.tolist() == [0, 1, 2, 3]


@pytest.mark.real_data
@pytest.mark.parametrize("most", [25, 150, 100_000])
def test_no_way_leads_from_one_cell_into_another(real: NetworkModel, most: int) -> None:
    cells = cells_of(real, also=[7, 7, 300], most=most)
    indptr, indices, _, _ = real.ways.csr
    n = len(indptr) - 1
    row = np.repeat(np.arange(n), np.diff(indptr))
    inside = (cells.place[row] >= 0) & (cells.place[indices] >= 0)
    assert (cells.place[row] == cells.place[indices])[inside].all()
    assert np.array_equal(np.flatnonzero(cells.place < 0), cells.border)
    assert np.array_equal(-1 - cells.place[cells.border], np.arange(len(cells.border)))
    assert {7, 300} <= set(cells.border.tolist())
    assert np.bincount(cells.place[cells.place >= 0]).max() <= most
    for cell in range(len(cells.start) - 1):
        own = set(np.flatnonzero(cells.place == cell).tolist())
        near = {int(v) for u in own for v in indices[indptr[u] : indptr[u + 1]]}
        listed = cells.vertex[cells.start[cell] : cells.start[cell + 1]].tolist()
        assert listed == sorted(own | near)
    if most < 100_000:
        assert len(cells.border) < 0.4 * n


@pytest.mark.real_data
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("profile", ["foot", "wheelchair"])
def test_what_is_read_is_what_a_search_finds(
    real: NetworkModel, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, knowing = real.variant(profile), real.variant(profile)
    origins, targets = scattered(plain, 60, seed=41), scattered(plain, 35, seed=42)
    # From the very place of one, and from another point of the street of one.
    origins = plain.snap(np.vstack([origins.xy, targets.xy[:3], targets.xy[3:6] + 4.0]))
    expected = [plain.walk_m(one(origins, i), targets) for i in range(len(origins))]
    walks = [plain.walks(one(origins, i), targets) for i in range(10)]
    knowing.index_all(targets)
    knowing.index_all(targets)
    (table,) = knowing.tables
    assert 0.02 < len(table.cells.border) / len(real.graph.vertex_xy) < 0.4
    with_others = plain.snap(np.vstack([targets.xy[:3], origins.xy[:4]]))  # those are searched for
    expected_m = plain.walk_m(one(origins, 9), with_others)
    assert knowing.walk_m(one(origins, 9), with_others) == pytest.approx(expected_m, abs=1e-6)
    assert knowing.knows_all(targets) and knowing.knows_all(targets.take(np.array([30, 2, 2])))
    assert not knowing.knows_all(with_others) and not knowing.knows_all(targets.take(slice(0)))
    searching_is_forbidden(monkeypatch)
    for i, plain_m in enumerate(expected):
        origin = one(origins, i)
        assert knowing.walk_m(origin, targets) == pytest.approx(plain_m, abs=1e-6)
        limit_m = float(np.median(plain_m))
        within_m = knowing.walk_m(origin, targets, limit_m=limit_m + 0.01)
        assert np.isfinite(within_m).tolist() == (plain_m <= limit_m + 0.01).tolist()
        some = np.arange(len(targets))[i % 3 :: 4][::-1]
        assert knowing.walk_m(origin, targets.take(some)) == pytest.approx(plain_m[some], abs=1e-6)
        nearest_m = knowing.k_nearest_m(origin, targets, k=20)
        known = np.isfinite(nearest_m)
        assert known.sum() >= 20 and nearest_m[known] == pytest.approx(plain_m[known], abs=1e-6)
    for i, its in enumerate(walks):
        mine = knowing.walks(one(origins, i), targets)
        assert [walk.via for walk in mine] == [walk.via for walk in its]
        for one_way, other in zip(mine, its, strict=True):
            assert one_way.xy == pytest.approx(other.xy, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 9), most=st.integers(1, 30))
def test_in_any_street_grid_however_small_its_cells(seed: int, count: int, most: int) -> None:
    model = street_grid()
    rng = np.random.default_rng(seed)
    targets = model.snap(metric(0, 0) + rng.integers(0, 9, (count, 2)) * 50.0)
    ends = model.graph.edge_u[targets.extra["edge"]], model.graph.edge_v[targets.extra["edge"]]
    cells = cells_of(model, also=np.concatenate(ends).tolist(), most=most)
    every = [model.multi_source(one(targets, j)).distance_m[cells.border] for j in range(count)]
    table = tables.BorderTable(model.ways, targets, cells, np.stack(every, axis=1))
    plain = NetworkModel(model.graph)
    for at in rng.integers(0, 17, (4, 2)) * 25.0:
        origin = plain.snap((metric(0, 0) + at)[None])
        expected = plain.walk_m(origin, targets)
        plain.tables.append(table)
        assert plain.walk_m(origin, targets) == pytest.approx(expected, abs=1e-6)
        plain.tables.clear()


@pytest.mark.usefixtures("small")
def test_to_what_stands_near_no_street_no_way_leads(town: NetworkModel) -> None:
    there = np.array([metric(150.0, 3010.0), metric(20_000.0, 3010.0), metric(900.0, 2990.0)])
    targets, origin = town.snap(there), town.snap(np.array([metric(490.0, 3450.0)]))
    expected = town.walk_m(origin, targets)
    assert np.isfinite(expected).tolist() == [True, False, True]
    knowing = town.anew()
    knowing.index_all(targets)
    assert len(knowing.tables) == 1
    assert knowing.walk_m(origin, targets) == pytest.approx(expected, abs=1e-6)
    nowhere = town.snap(there[1:2])
    assert np.isinf(knowing.walk_m(nowhere, targets)).all()


@pytest.mark.usefixtures("small")
def test_the_table_is_read_again_and_others_are_made(
    town: NetworkModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    make = tables.made_table

    def counted(*given: object) -> object:
        made.append(1)
        return make(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(tables, "made_table", counted)
    targets = scattered(town, 5, seed=3)
    first, again = tables.border_table(town.ways, targets), tables.border_table(town.ways, targets)
    assert first is not None and again is not None and len(made) == 1
    assert np.array_equal(first.metres, again.metres) and not again.metres.flags.owndata
    assert all(
        np.array_equal(getattr(first.cells, name), getattr(again.cells, name))
        for name in ("border", "start", "place", "vertex")
    )
    tables.border_table(town.ways, targets.take(np.arange(4)))
    tables.border_table(town.variant("pram").ways, targets)
    tables.border_table(town.variant("foot", at_night=True).ways, targets)
    assert len(made) == 4


def test_where_a_table_does_not_pay_none_is_made(
    town: NetworkModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets = scattered(town, 5, seed=3)
    town.index_all(targets)  # a small town is searched as quickly
    assert not town.tables
    monkeypatch.setattr(tables, "FEWEST", 0)
    monkeypatch.setattr(tables, "MOST", 5 * len(town.graph.vertex_xy) - 1)
    town.index_all(targets)
    town.index_all(targets.take(np.arange(0)))
    assert not town.tables


@pytest.mark.usefixtures("small")
def test_an_emergency_is_answered_the_same_without_a_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app({"GEODATA": shutil.copytree(FOLDER, tmp_path / "piece")})
    state: AppState = app.extensions["locator"]
    fleet, zone = state.live_fleet.fleet, state.timezone
    hours = [datetime(2026, 12, day, hour, 20, tzinfo=zone) for day, hour in ((1, 3), (5, 12))]
    lonlat = state.city.demand.lonlat[:: len(state.city.demand.lonlat) // 12]
    asked = [AedQuery(*place, at, k=k) for place in lonlat.tolist() for at in hours for k in (1, 8)]
    searched = [nearest_aed(state.walkable_city, fleet, query) for query in asked]
    workers.warm(app)
    assert isinstance(state.walkable_city.model, NetworkModel)
    (table,) = state.walkable_city.model.tables
    assert table.metres.shape[1] == len(fixed_aeds(state.walkable_city)[0]) > 1
    read = [nearest_aed(state.walkable_city, fleet, query) for query in asked]
    assert [told(answer) for answer in read] == [told(answer) for answer in searched]
    assert any(len(told(answer)) > 1 for answer in read)
    searching_is_forbidden(monkeypatch)
    for query in asked:
        origin = place_origin(state.walkable_city, query.lon, query.lat)
        assert fixed_options(state.walkable_city, origin, query.at, pace_m_s=2.0, k=query.k)


def told(answer: AedAnswer) -> list[tuple[str, int, str]]:
    groups = (answer.options, answer.unknown, answer.closed)
    return [(aed.id, round(aed.walk_m, 3), aed.state) for group in groups for aed in group]
