"""The walking estimate: by hand on a toy river, against a naive reading, and by its properties."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from locator.city.model import City
from locator.walking.choose import choose_model
from locator.walking.estimate import EstimateModel
from tests.tinycity import metric

# The river is the line y = 0; bank a is north of it, bank b south. Bridges at x = 0 and x = 1000.
MODEL = EstimateModel(
    detour_one_bank=1.25,
    detour_across=1.5,
    crossing_names=("West Bridge", "East Bridge"),
    crossing_xy=np.array([[0.0, 0.0], [1000.0, 0.0]]),
    banks=(shapely.box(-5000, 0, 5000, 5000), shapely.box(-5000, -5000, 5000, 0)),
)
NO_BRIDGE = EstimateModel(1.25, 1.5, (), np.empty((0, 2)), MODEL.banks)
NO_RIVER = EstimateModel(1.25, 1.5, (), np.empty((0, 2)), None)

coordinate = st.floats(-4000, 4000, allow_nan=False).map(lambda value: round(value, 1))
point = st.tuples(coordinate, coordinate)
points = st.lists(point, min_size=1, max_size=12)


def distance(start: tuple[float, float], end: tuple[float, float], model=MODEL) -> float:
    return float(model.walk_m(model.snap(np.array([start])), model.snap(np.array([end])))[0])


def naive_walk_m(start: tuple[float, float], end: tuple[float, float]) -> float:
    """The definition, word for word, for the toy river."""
    if (start[1] >= 0) == (end[1] >= 0):
        return float(np.hypot(end[0] - start[0], end[1] - start[1])) * 1.25
    return 1.5 * min(
        float(np.hypot(start[0] - x, start[1]) + np.hypot(end[0] - x, end[1])) for x in (0, 1000)
    )


def test_on_one_bank_a_walk_is_the_straight_line_times_its_detour():
    assert distance((0, 300), (400, 600)) == pytest.approx(500 * 1.25)


def test_across_the_river_a_walk_goes_through_the_better_bridge():
    start, end = MODEL.snap(np.array([[900.0, 300.0]])), MODEL.snap(np.array([[1000.0, -400.0]]))
    walk = MODEL.walk(start, end)
    assert walk.via == ("East Bridge",)
    assert walk.xy.tolist() == [[900, 300], [1000, 0], [1000, -400]]
    assert walk.walk_m == pytest.approx((np.hypot(100, 300) + 400) * 1.5)


def test_a_walk_on_one_bank_is_drawn_straight_and_goes_by_nothing():
    walk = MODEL.walk(MODEL.snap(np.array([[0.0, 300.0]])), MODEL.snap(np.array([[400.0, 600.0]])))
    assert (walk.xy.tolist(), walk.walk_m, walk.via) == ([[0, 300], [400, 600]], 625.0, ())


def test_a_river_without_a_bridge_is_not_crossed():
    assert distance((0, 100), (0, -100), NO_BRIDGE) == np.inf
    start, end = (NO_BRIDGE.snap(np.array([[0.0, y]])) for y in (100, -100))
    assert NO_BRIDGE.walk(start, end).via == ()


def test_a_city_without_a_river_has_one_bank():
    assert distance((0, 100), (0, -100), NO_RIVER) == pytest.approx(250)


def test_a_point_outside_every_district_is_on_the_nearer_bank():
    banks = (shapely.box(0, 50, 1000, 1000), shapely.box(0, -1000, 1000, -50))
    model = EstimateModel(1.25, 1.5, MODEL.crossing_names, MODEL.crossing_xy, banks)
    placed = model.snap(np.array([[500, 20], [500, -20], [500, 0], [2000, -60], [500, 500]]))
    assert placed.extra["bank"].tolist() == [0, 1, 0, 1, 0]


def test_beyond_the_limit_there_is_no_walk():
    origin, targets = (
        MODEL.snap(np.array([[0.0, 0.0]])),
        MODEL.snap(np.array([[80.0, 0], [81, 0]])),
    )
    assert MODEL.walk_m(origin, targets, limit_m=100).tolist() == [100.0, np.inf]


def test_with_no_facility_nobody_reaches_one():
    demand, none = MODEL.snap(np.array([[0.0, 1.0], [0.0, -1.0]])), MODEL.snap(np.empty((0, 2)))
    walk_m, index = MODEL.nearest(demand, none)
    assert (walk_m.tolist(), index.tolist()) == ([np.inf, np.inf], [-1, -1])
    assert MODEL.walk_m(demand.take(np.array([0])), none).tolist() == []


def test_with_no_demand_there_is_nothing_to_answer():
    walk_m, index = MODEL.nearest(MODEL.snap(np.empty((0, 2))), MODEL.snap(np.array([[0.0, 1]])))
    assert (len(walk_m), len(index)) == (0, 0)


def test_a_facility_only_on_the_other_bank_is_reached_by_a_bridge():
    demand, facilities = (
        MODEL.snap(np.array([[0.0, 200.0]])),
        MODEL.snap(np.array([[0.0, -100.0]])),
    )
    walk_m, index = MODEL.nearest(demand, facilities)
    assert (walk_m.tolist(), index.tolist()) == ([450.0], [0])


def test_of_two_facilities_equally_far_one_is_chosen_every_time():
    demand = MODEL.snap(np.array([[0.0, 500.0]]))
    facilities = MODEL.snap(np.array([[-100.0, 500.0], [100.0, 500.0]]))
    answers = {tuple(MODEL.nearest(demand, facilities)[1].tolist()) for _ in range(5)}
    assert len(answers) == 1
    assert MODEL.nearest(demand, facilities)[0].tolist() == [125.0]


@given(points, points)
def test_nearest_equals_comparing_every_pair(demand, facilities):
    walk_m, index = MODEL.nearest(MODEL.snap(np.array(demand)), MODEL.snap(np.array(facilities)))
    for start, found_m, found in zip(demand, walk_m, index, strict=True):
        all_m = [naive_walk_m(start, end) for end in facilities]
        assert found_m == pytest.approx(min(all_m), abs=1e-6)
        assert all_m[found] == pytest.approx(min(all_m), abs=1e-6)


@given(point, points)
def test_one_origin_equals_the_definition(start, ends):
    walk_m = MODEL.walk_m(MODEL.snap(np.array([start])), MODEL.snap(np.array(ends)))
    assert walk_m.tolist() == pytest.approx([naive_walk_m(start, end) for end in ends], abs=1e-6)


@given(point, point)
def test_a_walk_is_symmetric_and_never_shorter_than_the_straight_line(start, end):
    there, back = distance(start, end), distance(end, start)
    assert there == pytest.approx(back, abs=1e-6)
    assert there >= np.hypot(end[0] - start[0], end[1] - start[1]) - 1e-6


@given(points, points, point)
def test_one_more_facility_never_worsens_anyone_and_one_less_never_helps(demand, facilities, new):
    placed = MODEL.snap(np.array(demand))
    before, _ = MODEL.nearest(placed, MODEL.snap(np.array(facilities)))
    after, _ = MODEL.nearest(placed, MODEL.snap(np.array([*facilities, new])))
    fewer, _ = MODEL.nearest(placed, MODEL.snap(np.array(facilities[1:]).reshape(-1, 2)))
    assert (after <= before).all()
    assert (fewer >= before).all()


def test_the_tiny_city_walks_as_it_says(tiny: City):
    model = EstimateModel.from_city(tiny)
    origin = model.snap(np.array([metric(2000, 2500)]))
    nursery = model.snap(np.array([metric(500, 500)]))
    walk = model.walk(origin, nursery)
    assert walk.via == ("Most Środkowy",)
    assert walk.walk_m == pytest.approx(3931.9805, abs=0.01)


def test_without_a_street_graph_the_estimate_is_chosen(tiny: City):
    assert choose_model(tiny).name == "estimate"


def test_in_krakow_a_walk_over_the_vistula_goes_by_a_bridge(krakow: City):
    model = EstimateModel.from_city(krakow)
    kazimierz, podgorze = (19.9502, 50.0492), (19.9497, 50.0455)  # Podgórska, Rynek Podgórski
    origin, target = (
        model.snap(krakow.projection.to_metric([place])) for place in (kazimierz, podgorze)
    )
    walk, straight_m = model.walk(origin, target), float(np.hypot(*(origin.xy - target.xy)[0]))
    assert len(walk.via) == 1
    assert walk.via[0] in set(krakow.crossings["name"])
    assert walk.walk_m != pytest.approx(straight_m * 1.26, rel=0.01)
    assert walk.walk_m == pytest.approx(
        krakow.catalogue.estimate.detour_across * np.hypot(*np.diff(walk.xy, axis=0).T).sum()
    )
