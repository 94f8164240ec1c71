"""Walks to all candidates: those of one standard are cut out of those of a wider one."""

from dataclasses import replace

import numpy as np
import pytest

from locator.analysis.siting.walks import (
    STEP_M,
    _candidates_xy,
    _cut,
    all_walks,
    rows_of,
    walks_within,
)
from locator.base.memory import Memory
from locator.walking.reach_matrix import reach
from locator.walking.walkable_city import WalkableCity
from tests.realstreets import CITIES, real_streets, scattered


def test_standards_in_any_order_have_the_walks_that_each_has_alone(
    walkable_city: WalkableCity,
) -> None:
    rng = np.random.default_rng(14)
    city = replace(walkable_city, memory=Memory())
    places = city.model.snap(_candidates_xy(city))
    for limit_m in (*rng.uniform(50, 2_500, 12), 3 * STEP_M, 4_000.0):
        sites = np.sort(rng.permutation(len(places))[: rng.integers(1, len(places) + 1)])
        matter = rng.random(len(city.demand)) < 0.6
        rows = np.flatnonzero(matter)
        alone = reach(city.model, city.demand, places.take(sites), limit_m=limit_m)
        found = walks_within(city, sites, limit_m, matter=matter)
        assert found.shape == alone.shape
        _same(rows_of(found, rows), rows_of(alone, rows))


def test_only_the_walks_of_the_widest_standard_are_kept(walkable_city: WalkableCity) -> None:
    city = replace(walkable_city, memory=Memory())
    sites, matter = np.array([0, 1]), np.ones(len(city.demand), dtype=np.bool_)
    walks_within(city, sites, 550.0, matter=matter)
    first = all_walks(city, 600.0)
    walks_within(city, sites, 590.0, matter=matter)
    assert all_walks(city, 600.0) is first
    walks_within(city, sites, 700.0, matter=matter)  # the second standard: all that fit
    kept = [question for question in city.memory._answers if "walks to candidates" in question]
    assert [question[-1] for question in kept] == [2400.0]
    widest = all_walks(city, 2400.0)
    walks_within(city, sites, 300.0, matter=matter)
    assert all_walks(city, 2400.0) is widest


def test_nothing_is_kept_that_does_not_fit(walkable_city: WalkableCity) -> None:
    city = replace(walkable_city, memory=Memory(limit_b=2000))
    sites, matter = np.array([0, 2]), np.ones(len(city.demand), dtype=np.bool_)
    places = city.model.snap(_candidates_xy(city)).take(sites)
    for limit_m in (800.0, 1_700.0):
        found = walks_within(city, sites, limit_m, matter=matter)
        _same(found, reach(city.model, city.demand, places, limit_m=limit_m))
    assert not any("walks to candidates" in question for question in city.memory._answers)


@pytest.mark.parametrize("name", CITIES)
def test_a_cut_on_real_streets_is_what_a_search_so_far_finds(name: str) -> None:
    model, rng = real_streets(name), np.random.default_rng(3)
    demand, places = scattered(model, 1_500, 4), scattered(model, 250, 5)
    wide = reach(model, demand, places, limit_m=1_600.0)
    everybody, every_place = np.ones(len(demand), dtype=np.bool_), np.arange(len(places))
    for limit_m in (*rng.uniform(20, 1_600, 8), 810.0, 1_600.0):
        cut = _cut(wide, every_place, limit_m, everybody)
        _same(cut, reach(model, demand, places, limit_m=limit_m))


def _same(one, other) -> None:
    assert one.shape == other.shape
    np.testing.assert_array_equal(one.indptr, other.indptr)
    np.testing.assert_array_equal(one.indices, other.indices)
    np.testing.assert_array_equal(one.data, other.data)
