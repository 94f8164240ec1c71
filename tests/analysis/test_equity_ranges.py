"""How unequal walks are, with ranges; the city and its doubts are those of `test_ranges`."""

from __future__ import annotations

import numpy as np
import pytest

from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.analysis.access.doubtful_walks import near_walks_of
from locator.analysis.access.equity import density_places, equity_ranges
from locator.analysis.access.inequality import gini
from locator.analysis.access.ranges import ranges
from locator.city.field_types import UNSAID
from locator.city.model import City
from locator.city.uncertainty import Uncertainty, WalkErrors
from tests.analysis.test_ranges import MEASURED, QUERY, doubt_in, made

SURE = {"without": ("nurseries-3", "nurseries-5"), "expected": None}


def test_the_values_are_those_of_the_coverage(tiny: City) -> None:
    city = made(tiny, uncertainty=MEASURED)
    found = coverage(city, QUERY)
    said = equity_ranges(city, found, runs=20)
    people = tiny.demand.people["all"]
    value = said.measures["value"]
    assert value[["mean_s", "median_s", "p90_s"]].tolist() == pytest.approx(
        [found.mean_s, found.median_s, found.p90_s]
    )
    assert value["gini"] == pytest.approx(gini(found.walk_s, people))
    assert (said.measures["low"] <= value).all() and (value <= said.measures["high"]).all()
    assert (said.measures["low"] < said.measures["high"]).all()
    assert (said.runs, said.seed) == (20, 1)


def test_walks_twice_as_long_or_half_as_long_move_the_mean_by_as_much(tiny: City) -> None:
    def mean_s(factor: float) -> tuple[float, float, float]:
        by = Uncertainty(walks=WalkErrors((0.0, 1.0), UNSAID, estimate=(factor, factor)))
        city = made(tiny, uncertainty=by, **SURE)
        measures = equity_ranges(city, coverage(city, QUERY), runs=10).measures
        return tuple(measures.loc["mean_s", ["value", "low", "high"]])

    value, low, high = mean_s(2.0)
    assert (low, high) == (value, pytest.approx(2 * value, rel=0.01))
    value, low, high = mean_s(0.5)
    assert (low, high) == (pytest.approx(value / 2, rel=0.01), value)


def test_a_place_that_may_be_gone_lets_people_walk_to_the_next(tiny: City) -> None:
    # With the third everybody of its 600 is near; without it they walk to the first or second.
    city = made(tiny, without=("nurseries-5",), expected=None)
    found = coverage(city, QUERY)
    without = coverage(made(tiny, **SURE), QUERY)
    mean = equity_ranges(city, found).measures.loc["mean_s"]
    assert mean["low"] == pytest.approx(found.mean_s, rel=0.005)
    assert mean["high"] == pytest.approx(without.mean_s, rel=0.005)


def test_what_is_not_on_the_map_is_walked_to_by_the_detour(tiny: City) -> None:
    # Nothing is on the map: each run has one place somewhere, 1.25 m for each straight metre.
    left = ("nurseries-1", "nurseries-2", "nurseries-3")
    city = made(tiny, without=left, expected=None)
    found = coverage(city, QUERY)
    assert found.mean_s is None
    mean = equity_ranges(city, found).measures.loc["mean_s"]
    doubt = doubt_in(city)
    assert doubt.places is not None
    straight_m = np.hypot(*(tiny.demand.xy[:, None] - doubt.places.xy).transpose(2, 0, 1))
    means = (tiny.demand.people["all"] @ (1.25 * straight_m) / 2100) / found.pace_m_s
    assert np.isnan(mean["value"])
    assert means.min() * 0.99 <= mean["low"] < mean["high"] <= means.max() * 1.01


def test_nobody_reached_has_no_measure(tiny: City) -> None:
    none = made(tiny, without=tuple(tiny.facilities.index[:5]), expected=None)
    said = equity_ranges(none, coverage(none, QUERY), runs=5)
    assert said.measures.isna().all(axis=None)
    assert (said.groups[["share", "low", "high"]].fillna(0) == 0).all(axis=None)


def test_each_group_and_pace_has_the_range_of_its_own_coverage(tiny: City) -> None:
    city = made(tiny, uncertainty=MEASURED)
    found = coverage(city, QUERY)
    said = equity_ranges(city, found, paces_m_s=(0.7, 1.3))
    for group, row in said.groups.iterrows():
        if not row["people"]:
            assert np.isnan(row["share"])
            continue
        own = coverage(city, CoverageQuery("nurseries", group=str(group)))
        within = ranges(city, own)
        assert (row["people"], row["served"]) == (own.people, own.served)
        assert (row["low"], row["high"]) == pytest.approx((within.low, within.high))
        assert row["mean_s"] == pytest.approx(own.mean_s)
    assert said.paces.index.tolist() == sorted({0.7, found.pace_m_s, 1.3})
    for pace_m_s, row in said.paces.iterrows():
        own = coverage(city, CoverageQuery("nurseries", group="all", pace_m_s=pace_m_s))
        within = ranges(city, own)
        assert (row["served"], row["mean_s"]) == pytest.approx((own.served, own.mean_s))
        assert (row["low"], row["high"]) == pytest.approx((within.low, within.high))
    assert said.paces["share"].is_monotonic_increasing


def test_the_nearest_sites_and_the_nearest_confirmed_one_are_looked_at(tiny: City) -> None:
    old = {"status_basis": {"nurseries-1": "last_known"}}
    city = made(tiny, columns=old)
    sites = doubt_in(city).sites
    near = near_walks_of(city, sites, k=1)
    for point in range(len(tiny.demand)):
        walk_m = np.array(
            [
                city.model.walk_m(city.snapped(sites.rows[one : one + 1]), city.demand)[point]
                for one in range(len(sites.rows))
            ]
        )
        mine = near.site[near.point == point]
        assert len(set(mine.tolist())) == len(mine)
        assert {int(walk_m.argmin()), 1} == set(mine.tolist())  # the second is the confirmed one
        assert near.walk_m[near.point == point] == pytest.approx(walk_m[mine])
    assert (np.diff(near.point) >= 0).all()


def test_places_by_density_go_from_the_emptiest_cell_to_the_fullest(tiny: City) -> None:
    place, people = (
        density_places(tiny),
        np.bincount(tiny.demand.cell, weights=tiny.demand.people["all"]),
    )
    order = np.argsort([place[tiny.demand.cell == one][0] for one in range(len(people))])
    assert people[order].tolist() == sorted(people.tolist())
    assert all(len(set(place[tiny.demand.cell == one])) == 1 for one in range(len(people)))
