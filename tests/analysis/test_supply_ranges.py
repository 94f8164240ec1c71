"""Between which values the places within reach lie, on the tiny city."""

from dataclasses import replace

import numpy as np
import pytest

from locator.analysis.access.doubtful_walks import every_walk_of
from locator.analysis.access.draws import CAUSES, doubt_within
from locator.analysis.access.e2sfca import STEPS
from locator.analysis.access.supply import Supply, supply
from locator.analysis.access.supply_ranges import SupplyRanges, _runs, supply_ranges
from locator.city.model import City
from locator.walking.walkable_city import WalkableCity
from tests.analysis.test_ranges import MEASURED, made


def found_in(walkable_city: WalkableCity, *, runs: int = 60) -> tuple[Supply, SupplyRanges]:
    found = supply(walkable_city, "nurseries", group="all")
    return found, supply_ranges(walkable_city, found, runs=runs)


def sure(tiny: City, **layer: object) -> WalkableCity:
    """Return a city where all is sure: as many in the register, confirmed, on the map."""
    city = replace(tiny, districts=tiny.districts.assign(residents=[1400, 700]))
    return made(city, without=("nurseries-3", "nurseries-5"), **{"expected": None, **layer})


def test_nothing_doubted_leaves_no_range(tiny: City) -> None:
    found, within = found_in(sure(tiny))
    assert within.mean_per_100 == pytest.approx((found.mean_per_100, found.mean_per_100))
    assert within.short_people == pytest.approx((found.short_people, found.short_people))
    assert within.none_people == pytest.approx((found.none_people, found.none_people))
    assert set(within.not_measured) == {"walks", "locations", "people"}
    assert (within.runs, within.seed) == (60, 1)
    for end in ("low", "high"):
        assert within.districts[f"per_100_{end}"].tolist() == pytest.approx(
            found.districts["per_100"].tolist(), nan_ok=True
        )
        assert within.districts[f"short_{end}"].tolist() == pytest.approx(
            found.districts["short_people"].tolist()
        )


def test_what_was_counted_lies_in_its_range(tiny: City) -> None:
    found, within = found_in(made(tiny, uncertainty=MEASURED))
    few = 1e-9
    assert within.mean_per_100[0] - few <= found.mean_per_100 <= within.mean_per_100[1]
    assert within.short_people[0] - few <= found.short_people <= within.short_people[1] + few
    assert within.short_people[0] < within.short_people[1]
    districts = found.districts.join(within.districts).dropna()
    assert (districts["per_100_low"] - few <= districts["per_100"]).all()
    assert (districts["per_100"] <= districts["per_100_high"] + few).all()


def test_places_that_nobody_states_are_those_of_any_other(tiny: City) -> None:
    found, within = found_in(sure(tiny, columns={"places": {"nurseries-2": None}}))
    assert found.unknown == ("nurseries-2",)
    # Counted as none; drawn as those of the only one that states them.
    ends = 100 * 40 / found.people.sum(), 100 * 80 / found.people.sum()
    assert within.mean_per_100 == pytest.approx(ends)


def test_one_that_the_official_count_lacks_stands_somewhere(tiny: City) -> None:
    found, alone = found_in(sure(tiny))
    _, more = found_in(sure(tiny, expected=9))
    assert more.mean_per_100[0] == pytest.approx(found.mean_per_100)
    assert more.mean_per_100[1] > alone.mean_per_100[1]
    assert more.none_people[0] <= alone.none_people[0]


def test_each_run_shares_out_the_places_as_a_plain_program_does(tiny: City) -> None:
    without = ("nurseries-5",)
    city = made(tiny, uncertainty=MEASURED, without=without, expected=None)
    found = supply(city, "nurseries", group="all")
    doubt = doubt_within(
        city, "nurseries", group="all", limit_m=1800 * found.pace_m_s, walks=every_walk_of
    )
    stated = city.city.facilities["places"].iloc[doubt.sites.rows].tolist()
    draws = doubt.draws(frozenset(CAUSES), runs=8, seed=1)
    runs = _runs(city, doubt, found, runs=8, seed=1)
    differ = 0.0
    for one, (weight, per_person) in zip(draws, runs, strict=True):
        walks = zip(doubt.walks.point, doubt.walks.site, one.walk_m, strict=True)
        near = [
            (point, site, next((w for end_s, w in STEPS if m / found.pace_m_s <= end_s), 0.0))
            for point, site, m in walks
        ]
        score = np.zeros(len(weight))
        for number, places in enumerate(stated):
            mine = [(point, share) for point, site, share in near if site == number]
            asked = sum(weight[point] * share for point, share in mine)
            for point, share in mine if asked and one.exists[number] else ():
                score[point] += share * places / asked
        assert not one.more
        assert per_person == pytest.approx(score)
        assert (weight == one.weight).all()
        differ = max(differ, float(np.abs(100 * score - found.per_100).max()))
    assert differ > 0, "something is drawn"


def test_what_stands_elsewhere_is_shared_out_by_how_far_it_is(tiny: City) -> None:
    city = sure(tiny, expected=4, columns={"places": {"nurseries-2": None}})
    found = supply(city, "nurseries", group="all")
    limit_m = 1800 * found.pace_m_s
    doubt = doubt_within(city, "nurseries", group="all", limit_m=limit_m, walks=every_walk_of)
    assert doubt.places is not None
    rows = city.snapped(doubt.sites.rows)
    facilities_m = city.model.walk_matrix_m(rows, city.demand, limit_m=np.inf)
    places_m = city.model.walk_matrix_m(
        city.model.snap(doubt.places.xy), city.demand, limit_m=np.inf
    )
    draws = doubt.draws(frozenset(CAUSES), runs=8, seed=1)
    shares = set()
    for one, (weight, per_person) in zip(
        draws, _runs(city, doubt, found, runs=8, seed=1), strict=True
    ):
        score = np.zeros(len(weight))
        for walk_m in (*facilities_m[one.exists], *places_m[list(one.more)]):
            share = np.zeros(len(weight))
            for end_s, step in reversed(STEPS):
                share[walk_m <= end_s * found.pace_m_s] = step
            shares |= set(share[weight > 0])
            score += share * 40 / (share @ weight)  # as many as the only one that states them
        assert one.more
        assert per_person == pytest.approx(score)
    assert len(shares - {0.0}) > 1, "some are near and some far"
