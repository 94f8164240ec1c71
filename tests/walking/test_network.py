"""Walking along streets: a town worked out by hand, and real cities beside networkx."""

from __future__ import annotations

from pathlib import Path

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locator.base.geo import FloatArray, Projection
from locator.city.model import load_city
from locator.walking import SnappedPoints
from locator.walking.choose import choose_model
from locator.walking.estimate import EstimateModel
from locator.walking.graph.build import build_graph
from locator.walking.graph.file import GRAPH_FILE, GraphFileError, write_graph
from locator.walking.graph.for_city import build_for_city
from locator.walking.graph.osm import read_streets
from locator.walking.graph.ready import ready_graph
from locator.walking.graph.tag_rules import Mark
from locator.walking.network.model import NetworkModel
from locator.walking.network.profile import Profile
from locator.walking.network.snapping import SHUNNED_M
from tests.osmdata import write_osm, write_town
from tests.realstreets import one, scattered
from tests.tinycity import CRS, metric

A = (100.0, 3010.0)
"""10 m north of Lipowa."""
B = (490.0, 3450.0)
"""10 m west of Polna."""
C = (900.0, 2990.0)
"""10 m south of Lipowa, beyond the foot of the steps."""


def placed(model: NetworkModel, *points: tuple[float, float]) -> SnappedPoints:
    return model.snap(np.array([metric(*point) for point in points]).reshape(-1, 2))


def length_m(xy: FloatArray) -> float:
    return float(np.hypot(*np.diff(xy, axis=0).T).sum())


@pytest.mark.parametrize(
    ("profile", "start", "goal", "metres", "streets"),
    [
        ("foot", A, B, 10 + 400 + 450 + 10, ("Lipowa", "Polna")),
        ("foot", C, B, 10 + 100 + 500 + 50 + 10, ("Lipowa", "Schody", "Polna")),
        ("pram", C, B, 10 + 400 + 450 + 10, ("Lipowa", "Polna")),
        ("wheelchair", C, B, 10 + 400 + 450 + 10, ("Lipowa", "Polna")),
        ("foot", A, (300.0, 2980.0), 10 + 200 + 20, ("Lipowa",)),
        ("foot", A, A, 0, ()),
    ],
)
def test_walks_in_the_town_are_as_long_as_worked_out_by_hand(
    town: NetworkModel,
    profile: Profile,
    start: tuple[float, float],
    goal: tuple[float, float],
    metres: float,
    streets: tuple[str, ...],
) -> None:
    model = town.variant(profile)
    origin, target = placed(model, start), placed(model, goal)
    walk = model.walk(origin, target)
    assert walk.walk_m == pytest.approx(metres, abs=0.1)
    assert walk.via == streets
    assert length_m(walk.xy) == pytest.approx(walk.walk_m, abs=0.1)
    assert walk.xy[0] == pytest.approx(metric(*start))
    assert walk.xy[-1] == pytest.approx(metric(*goal))
    assert model.walk_m(origin, target)[0] == pytest.approx(metres, abs=0.1)
    assert model.nearest(origin, target)[0][0] == pytest.approx(metres, abs=0.1)


def test_the_line_follows_the_streets(town: NetworkModel) -> None:
    walk = town.walk(placed(town, A), placed(town, B))
    corners = [A, (100, 3000), (500, 3000), (500, 3400), (500, 3450), B]
    assert walk.xy == pytest.approx(np.array([metric(*corner) for corner in corners]), abs=0.1)


def test_a_point_is_set_onto_the_edge_and_its_gap_is_known(town: NetworkModel) -> None:
    one = placed(town, A)
    assert one.extra["gap_m"] == pytest.approx([10], abs=0.05)
    assert one.extra["foot_xy"][0] == pytest.approx(metric(100, 3000), abs=0.05)
    assert not town.off_network(one)[0]


def test_a_point_far_from_every_street_is_said_to_be_off_the_network(town: NetworkModel) -> None:
    far = placed(town, (1000.0, 3400.0), (3000.0, 500.0))
    assert town.off_network(far).tolist() == [True, True]
    assert far.extra["gap_m"] == pytest.approx([400, np.hypot(2000, 2500)], abs=0.1)
    # Its gap is walked and counted all the same: an answer that says so beats none.
    assert np.isfinite(town.walk_m(placed(town, A), far)).all()


def test_a_point_beyond_reach_of_any_street_cannot_be_walked_to(town: NetworkModel) -> None:
    nowhere, here = placed(town, (20_000.0, 3000.0)), placed(town, A)
    assert nowhere.extra["edge"].tolist() == [-1]
    assert town.walk_m(here, nowhere).tolist() == [np.inf]
    assert town.walk_m(nowhere, here).tolist() == [np.inf]
    assert town.nearest(nowhere, here)[1].tolist() == [-1]
    assert town.nearest(here, nowhere)[1].tolist() == [-1]
    walk = town.walk(here, nowhere)
    assert (len(walk.xy), walk.walk_m, walk.via) == (0, np.inf, ())
    assert town.via(here, nowhere) == [()]


def test_the_limit_is_inclusive_and_cuts_off(town: NetworkModel) -> None:
    origin, targets = placed(town, A), placed(town, B, (300.0, 3000.0))
    metres = town.walk_m(origin, targets)
    assert town.walk_m(origin, targets, limit_m=metres[0]).tolist() == metres.tolist()
    cut = town.walk_m(origin, targets, limit_m=metres[0] - 0.001)
    assert cut.tolist() == [np.inf, metres[1]]


def test_without_facilities_or_demand_there_is_no_answer_and_no_error(town: NetworkModel) -> None:
    nobody, here = placed(town), placed(town, A)
    metres, index = town.nearest(here, nobody)
    assert (metres.tolist(), index.tolist()) == ([np.inf], [-1])
    assert [len(part) for part in town.nearest(nobody, here)] == [0, 0]
    assert len(town.walk_m(here, nobody)) == 0


def test_of_several_facilities_on_ones_own_edge_the_nearest_is_found(town: NetworkModel) -> None:
    demand = placed(town, (100.0, 3000.0), (200.0, 3000.0), (480.0, 3000.0))
    facilities = placed(town, (10.0, 3000.0), (130.0, 3000.0), (450.0, 3000.0), (500.0, 3010.0))
    metres, index = town.nearest(demand, facilities)
    assert metres == pytest.approx([30, 70, 30], abs=0.1)
    assert index.tolist() == [1, 1, 2]


def test_a_gate_that_closes_at_night_is_walked_round_at_night(tmp_path: Path) -> None:
    nodes = {1: (0.0, 0.0), 2: (100.0, 0.0), 3: (0.0, 300.0), 4: (100.0, 300.0), 5: (50.0, 0.0)}
    street = {"highway": "residential"}
    ways = [([1, 5, 2], {"highway": "footway"}), ([1, 3, 4, 2], street)]
    gate = {5: {"barrier": "gate", "opening_hours": "06:00-21:00"}}
    path = write_osm(tmp_path / "park.osm.pbf", nodes, ways, gate)
    model = NetworkModel(build_graph(read_streets(path), projection=Projection(CRS), source="p"))
    ends = [(0.0, 10.0), (100.0, 10.0)]
    for at_night, metres in ((False, 120), (True, 680)):
        now = model.variant("foot", at_night=at_night)
        walk_m = now.walk_m(placed(now, ends[0]), placed(now, ends[1]))
        assert walk_m[0] == pytest.approx(metres, abs=0.1)


# -- the city folder decides ----------------------------------------------------------------


def test_a_folder_with_a_street_graph_is_walked_along_the_streets(
    tiny_folder: Path, tmp_path: Path
) -> None:
    city = load_city(tiny_folder)
    assert isinstance(choose_model(city), EstimateModel)
    build_for_city(write_town(tmp_path / "town.osm.pbf"), tiny_folder)
    model = choose_model(city)
    assert isinstance(model, NetworkModel)
    assert model.name == "network"


def test_a_graph_in_another_crs_is_refused(tiny_folder: Path, town: NetworkModel) -> None:
    write_graph(town.graph, tiny_folder / GRAPH_FILE)
    with pytest.raises(GraphFileError, match="EPSG:2178, the city's metric CRS is EPSG:32634"):
        ready_graph(tiny_folder, "EPSG:32634")


# -- real cities beside a naive second implementation ---------------------------------------


def naive_graph(model: NetworkModel) -> networkx.MultiGraph:
    """Return every edge of the graph, parallel ones and loops included, as networkx has them."""
    graph = networkx.MultiGraph()
    ends = zip(model.graph.edge_u, model.graph.edge_v, model.graph.edge_length_m, strict=True)
    graph.add_edges_from((int(u), int(v), {"weight": float(metres)}) for u, v, metres in ends)
    return graph


def naive_ends(model: NetworkModel, point: SnappedPoints) -> list[tuple[int, float]]:
    edge, along_m = int(point.extra["edge"][0]), float(point.extra["along_m"][0])
    rest_m = float(model.graph.edge_length_m[edge]) - along_m
    return [(int(model.graph.edge_u[edge]), along_m), (int(model.graph.edge_v[edge]), rest_m)]


def naive_walk_m(
    model: NetworkModel,
    distances: list[dict[int, float]],
    origin: SnappedPoints,
    target: SnappedPoints,
) -> float:
    """Return the shortest of all four ways between the ends, or the way along the one edge."""
    ways = [
        leave_m + distance[vertex] + arrive_m
        for (_, leave_m), distance in zip(naive_ends(model, origin), distances, strict=True)
        for vertex, arrive_m in naive_ends(model, target)
    ]
    if origin.extra["edge"][0] == target.extra["edge"][0]:
        ways.append(abs(float(origin.extra["along_m"][0] - target.extra["along_m"][0])))
    return min(ways) + float(origin.extra["gap_m"][0] + target.extra["gap_m"][0])


@pytest.mark.real_data
def test_a_thousand_random_pairs_are_as_far_apart_as_networkx_says(real: NetworkModel) -> None:
    graph = naive_graph(real)
    origins, targets = scattered(real, 50, seed=1), scattered(real, 20, seed=2)
    worst_m = 0.0
    for i in range(len(origins)):
        origin = one(origins, i)
        distances = [
            networkx.single_source_dijkstra_path_length(graph, vertex)
            for vertex, _ in naive_ends(real, origin)
        ]
        walk_m = real.walk_m(origin, targets)
        for j in range(len(targets)):
            target = one(targets, j)
            expected_m = naive_walk_m(real, distances, origin, target)
            walk = real.walk(origin, target)
            worst_m = max(worst_m, abs(walk_m[j] - expected_m), abs(walk.walk_m - expected_m))
            assert length_m(walk.xy) == pytest.approx(walk.walk_m, abs=0.1)
    assert worst_m < 0.1


def carriageways(model: NetworkModel) -> np.ndarray:
    return model.graph.edge_marks & np.uint8(Mark.CARRIAGEWAY) > 0


@pytest.mark.real_data
def test_points_are_set_onto_the_very_nearest_segment(real: NetworkModel) -> None:
    import shapely

    points = scattered(real, 300, seed=3)
    starts = real.graph.line_start
    lines = [
        shapely.LineString(real.graph.line_xy[starts[i] : starts[i + 1]])
        for i in range(len(starts) - 1)
    ]
    shunned = carriageways(real)
    ordinary_m, shunned_m = (
        shapely.STRtree(np.array(lines)[which]).query_nearest(
            shapely.points(points.xy), return_distance=True, all_matches=False
        )[1]
        for which in (~shunned, shunned)
    )
    away_m = np.where(ordinary_m <= shunned_m + SHUNNED_M, ordinary_m, shunned_m)
    assert points.extra["gap_m"] == pytest.approx(away_m, abs=1e-6)
    drawn = np.array(lines)[points.extra["edge"]]
    assert shapely.distance(drawn, shapely.points(points.extra["foot_xy"])).max() < 1e-6
    on_line = shapely.line_locate_point(drawn, shapely.points(points.extra["foot_xy"]))
    feet = shapely.line_interpolate_point(drawn, points.extra["along_m"])
    assert shapely.distance(feet, shapely.points(points.extra["foot_xy"])).max() < 1e-6
    assert len(on_line) == 300


@pytest.mark.real_data
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_walks_are_a_metric_no_shorter_than_the_straight_line(
    real: NetworkModel, seed: int
) -> None:
    three = scattered(real, 3, seed)
    a, b, c = (one(three, i) for i in range(3))
    ab, ac = real.walk_m(a, three.take(np.array([1, 2])))
    ba, bc = real.walk_m(b, three.take(np.array([0, 2])))
    assert ab == pytest.approx(ba, abs=1e-6)
    assert ab >= np.hypot(*(a.xy[0] - b.xy[0])) - 1e-6
    assert ac <= ab + bc + 1e-6
    assert real.nearest(a, b)[0][0] == pytest.approx(ab, abs=1e-6)
    assert real.nearest(b, a)[0][0] == pytest.approx(ab, abs=1e-6)
    assert np.isfinite(c.xy).all()


@pytest.mark.real_data
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 12))
def test_another_facility_never_makes_a_walk_longer(
    real: NetworkModel, seed: int, count: int
) -> None:
    demand, facilities = scattered(real, 200, seed), scattered(real, count + 1, seed + 1)
    fewer_m, _ = real.nearest(demand, facilities.take(slice(0, count)))
    more_m, _ = real.nearest(demand, facilities)
    assert (more_m <= fewer_m + 1e-6).all()


@pytest.mark.real_data
def test_the_nearest_facility_is_the_least_of_all_single_walks(real: NetworkModel) -> None:
    demand, facilities = scattered(real, 40, seed=4), scattered(real, 15, seed=5)
    nearest_m, index = real.nearest(demand, facilities)
    for i in range(len(demand)):
        walk_m = real.walk_m(one(demand, i), facilities)
        assert nearest_m[i] == pytest.approx(walk_m.min(), abs=1e-6)
        assert walk_m[index[i]] == pytest.approx(nearest_m[i], abs=1e-6)


@pytest.mark.real_data
@pytest.mark.parametrize("profile", ["pram", "wheelchair"])
def test_whoever_avoids_steps_never_walks_shorter_along_the_streets(
    real: NetworkModel, profile: Profile
) -> None:
    model = real.variant(profile)
    assert model.ways.allowed is not None
    edges = np.flatnonzero(model.ways.allowed & ~carriageways(real))[::50]
    u = real.graph.vertex_xy[real.graph.edge_u[edges]]
    on_foot, on_wheels = real.snap(u), model.snap(u)
    assert on_wheels.extra["gap_m"].max() < 1e-6
    for i in range(0, len(edges), 10):
        foot_m = real.walk_m(one(on_foot, i), on_foot)
        wheels_m = model.walk_m(one(on_wheels, i), on_wheels)
        assert (wheels_m >= foot_m - 1e-6).all()
        walk = model.walk(one(on_wheels, i), one(on_wheels, 0))
        assert walk.walk_m == pytest.approx(wheels_m[0])
