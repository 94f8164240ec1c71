"""The range of a difference, by hand in the city of `tests.analysis.test_ranges`.

Of all residents 1000 live round the first nursery, 400 round the second, 600 round the third, which
is open by an older list only.
"""

from __future__ import annotations

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from locator.analysis.access.coverage import coverage
from locator.analysis.access.gain_ranges import GainRanges, gain_ranges
from locator.analysis.access.part_ranges import gap_ranges
from locator.analysis.access.ranges import ranges
from locator.analysis.district_report import ReportQuery, district_report
from locator.city.field_types import UNSAID
from locator.city.model import City
from locator.city.uncertainty import Uncertainty, WalkErrors
from locator.walking import SnappedPoints
from locator.walking.walkable_city import WalkableCity
from tests.analysis.test_ranges import MEASURED, QUERY, made


def places_of(city: City, *numbers: int) -> np.ndarray:
    return city.facilities.loc[[f"nurseries-{one}" for one in numbers], ["x", "y"]].to_numpy(float)


def gained(
    city: WalkableCity,
    xy: np.ndarray,
    *,
    already: np.ndarray | None = None,
    closed: tuple = (),
    runs: int = 200,
    seed: int = 1,
) -> GainRanges:
    rows = tuple(int(city.city.facilities.index.get_loc(one)) for one in closed)
    return gain_ranges(
        city,
        coverage(city, QUERY),
        added=city.model.snap(xy.reshape(-1, 2)),
        already=None if already is None else city.model.snap(already),
        closed=rows,
        runs=runs,
        seed=seed,
    )


def even(city: City) -> City:
    """With as many people in the register as in the census, so that only the causes asked move."""
    from dataclasses import replace

    return replace(city, districts=city.districts.assign(residents=[1400, 700]))


def test_what_nobody_doubts_gains_what_is_counted(tiny: City) -> None:
    city = made(even(tiny), without=("nurseries-3", "nurseries-5"), expected=None)
    found = gained(city, places_of(tiny, 3))
    assert (found.low, found.high) == pytest.approx((600, 600))
    assert found.districts["low"].tolist() == pytest.approx([0, 600])
    assert found.sites[["low", "high"]].to_numpy().tolist() == [pytest.approx([600, 600])]
    assert (found.runs, found.seed) == (200, 1)


def test_the_doubt_of_what_is_there_already_falls_out_of_the_difference(tiny: City) -> None:
    # Whether the third is there or not, a site at the second's place gains its 400.
    city = made(even(tiny), without=("nurseries-2", "nurseries-5"), expected=None)
    before = ranges(city, coverage(city, QUERY))
    assert (before.high - before.low) * 2100 == pytest.approx(600)
    found = gained(city, places_of(tiny, 2))
    assert (found.low, found.high) == pytest.approx((400, 400))


def test_a_site_beside_one_that_may_be_gone_gains_its_people_or_nobody(tiny: City) -> None:
    city = made(even(tiny), without=("nurseries-5",), expected=None)
    found = gained(city, places_of(tiny, 3))
    assert (found.low, found.high) == pytest.approx((0, 600))


def test_the_people_of_a_district_are_drawn_in_the_difference_too(tiny: City) -> None:
    # The register has 690 of 700 in district 2: the 600 are from 591.4 to 600.
    city = made(tiny, without=("nurseries-3", "nurseries-5"), expected=None)
    found = gained(city, places_of(tiny, 3))
    assert found.low == pytest.approx(600 * (1 - 0.95 * 10 / 700), abs=0.2)
    assert found.high == pytest.approx(600)


def test_what_closes_loses_its_people_and_walks_of_others_may_save_them(tiny: City) -> None:
    city = made(even(tiny), without=("nurseries-3", "nurseries-5"), expected=None)
    found = gained(city, np.zeros((0, 2)), closed=("nurseries-1",))
    assert (found.low, found.high) == pytest.approx((-1000, -1000))
    assert found.sites.empty and found.above.shape == (0, 0)
    # Walks a tenth as long: the second serves all the same.
    short = Uncertainty(walks=WalkErrors((0.0, 1.0), UNSAID, estimate=(0.1, 0.1)))
    left = {"without": ("nurseries-3", "nurseries-5"), "expected": None}
    saved = gained(
        made(even(tiny), uncertainty=short, **left), np.zeros((0, 2)), closed=("nurseries-1",)
    )
    assert (saved.low, saved.high) == pytest.approx((-1000, 0))  # what was counted stays inside


def test_a_site_adds_to_those_before_it_and_to_what_is_under_way(tiny: City) -> None:
    city = made(even(tiny), without=("nurseries-2", "nurseries-3", "nurseries-5"), expected=None)
    xy = places_of(tiny, 3, 2, 3)
    found = gained(city, xy)
    assert found.sites["low"].tolist() == pytest.approx([600, 400, 0])
    assert (found.low, found.high) == pytest.approx((1000, 1000))
    assert found.alike(0) == (2,) and found.alike(1) == ()
    assert found.differ(0, 1) and not found.differ(0, 2)
    known = gained(city, xy, already=places_of(tiny, 3))
    assert known.sites["high"].tolist() == pytest.approx([0, 400, 0])


def test_the_same_seed_draws_the_same_difference_and_its_walks_are_drawn(tiny: City) -> None:
    city = made(tiny, without=("nurseries-3", "nurseries-5"), expected=None, uncertainty=MEASURED)
    xy = places_of(tiny, 3)
    one, same, other = gained(city, xy), gained(city, xy), gained(city, xy, seed=2)
    assert (one.low, one.high) == (same.low, same.high) != (other.low, other.high)
    assert one.high - one.low > 20
    assert one.low <= 600 <= one.high


def test_walks_to_a_new_site_that_are_too_long_in_truth_gain_less(tiny: City) -> None:
    def low(factor: float) -> float:
        by = Uncertainty(walks=WalkErrors((0.0, 1.0), UNSAID, estimate=(factor, factor)))
        left = ("nurseries-3", "nurseries-5")
        city = made(even(tiny), without=left, expected=None, uncertainty=by)
        return gained(city, places_of(tiny, 3)).low

    assert low(1.0) == pytest.approx(600)
    assert 0 < low(1.5) < 600
    assert low(1000.0) == 0.0


def test_snapped_points_of_nothing_are_no_sites(tiny: City) -> None:
    city = made(even(tiny))
    assert gained(city, np.zeros((0, 2))).low == gained(city, np.zeros((0, 2))).high == 0.0
    assert isinstance(city.model.snap(np.zeros((0, 2))), SnappedPoints)


def test_a_report_draws_once_for_what_each_function_draws_for_itself(
    walkable_city: WalkableCity,
) -> None:
    query = ReportQuery(layer="nurseries", group="all", minutes=10)
    found = district_report(walkable_city, query)
    assert found.within is not None and found.planned is not None and found.siting is not None
    city = walkable_city.city
    opened = city.facilities.loc[list(found.planned.opened), ["x", "y"]].to_numpy(float)
    sites = city.projection.to_metric(found.siting.sites[["lon", "lat"]].to_numpy(float))
    already, added = walkable_city.model.snap(opened), walkable_city.model.snap(sites)
    planned = gain_ranges(walkable_city, found.coverage, added=already)
    besides = gain_ranges(walkable_city, found.coverage, added=added, already=already)
    gaps = gap_ranges(walkable_city, found.coverage, found.gaps)
    assert_frame_equal(found.within.gaps, gaps, check_exact=True)
    for one, other in ((found.within.planned, planned), (found.within.sites, besides)):
        assert one is not None and (one.low, one.high) == (other.low, other.high)
        assert np.array_equal(one.above, other.above)
        for name in ("districts", "units", "sites"):
            assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)
