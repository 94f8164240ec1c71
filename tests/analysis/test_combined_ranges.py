"""Ranges of several layers at once, by hand in the city of `tests.analysis.test_ranges`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from locator.analysis.access.combined import CombinedQuery, Need, combined
from locator.analysis.access.combined_ranges import CombinedRanges, combined_ranges
from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.city.model import City
from locator.walking.walkable_city import WalkableCity
from tests.analysis.test_ranges import MEASURED, made


def together(city: WalkableCity, need: Need, *, seed: int = 1) -> CombinedRanges:
    query = CombinedQuery(layers=("nurseries", "aeds"), need=need, minutes=15, pace_m_s=1.0)
    alone = [coverage(city, CoverageQuery(one, 15, "all", 1.0)) for one in query.layers]
    return combined_ranges(city, combined(city, query), alone, seed=seed)


def even(tiny: City, **changes: object) -> WalkableCity:
    city = replace(tiny, districts=tiny.districts.assign(residents=[1400, 700]))
    return made(city, without=("nurseries-5",), expected=None, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("need", ["all", "any"])
def test_what_is_counted_with_and_without_the_doubtful_place_is_the_range(tiny: City, need: Need):
    # Only the third nursery may be gone, and nothing else is drawn: either it counts, or not.
    city = even(tiny)
    query = CombinedQuery(layers=("nurseries", "aeds"), need=need, minutes=15, pace_m_s=1.0)
    with_it = combined(city, query)
    without = combined(made(city.city, without=("nurseries-3",), expected=None), query)
    found = together(city, need)
    assert (found.low, found.high) == pytest.approx((without.share, with_it.share))
    assert found.districts["low"].tolist() == pytest.approx(without.districts["share"].tolist())
    assert found.districts["high"].tolist() == pytest.approx(with_it.districts["share"].tolist())


def test_the_same_seed_draws_the_same_range_and_all_lies_in_any(tiny: City):
    city = made(tiny, uncertainty=MEASURED)
    one, same, other = (together(city, "all", seed=seed) for seed in (1, 1, 2))
    assert (one.low, one.high) == (same.low, same.high) != (other.low, other.high)
    some = together(city, "any")
    assert one.low < some.low and one.high < some.high
    assert (one.runs, one.seed) == (200, 1)


def test_what_exists_of_one_layer_says_nothing_of_the_other(
    tiny: City, monkeypatch: pytest.MonkeyPatch
):
    city = made(tiny, uncertainty=MEASURED)
    apart = together(city, "any")
    monkeypatch.setattr("locator.analysis.access.combined_ranges.APART", 0)
    alike = together(city, "any")
    assert (apart.low, apart.high) != (alike.low, alike.high)
