"""What ranges are made of: their ends, their draws, the walks that decide, and the people of gaps.

The city and its numbers are those of `tests.analysis.test_ranges`.
"""

from __future__ import annotations

import numpy as np
import pytest

from locator.analysis.access.coverage import coverage
from locator.analysis.access.doubtful_walks import walks_of
from locator.analysis.access.doubts import sites_of
from locator.analysis.access.draws import CAUSES, _spread
from locator.analysis.access.part_ranges import gap_ranges
from locator.analysis.access.ranges import CAUSE_RUNS, ends, ranges
from locator.city.field_types import UNSAID
from locator.city.model import City
from locator.city.uncertainty import PlaceErrors, Uncertainty, WalkErrors
from tests.analysis.test_ranges import MEASURED, QUERY, doubt_in, made


def test_a_twentieth_of_the_runs_lies_below_and_a_twentieth_above():
    drawn = np.random.default_rng(1).permutation(np.arange(101.0))[:, np.newaxis]
    assert np.ravel(ends(drawn, [50.0])) == pytest.approx([5.0, 95.0])


def test_what_was_counted_widens_a_range_that_leaves_it_out():
    drawn = np.tile(np.arange(101.0), (3, 1)).T
    low, high = ends(drawn, [2.0, 99.0, np.nan])
    assert low == pytest.approx([2.0, 5.0, 5.0])
    assert high == pytest.approx([95.0, 99.0, 95.0])


def test_what_moves_a_whole_run_is_drawn_once_in_each_part_of_all_it_may_be():
    drawn = _spread(np.random.default_rng(3), 40)
    assert np.floor(np.sort(drawn) * 40).tolist() == list(range(40))
    assert drawn.tolist() != sorted(drawn)
    assert len(np.unique((drawn * 40) % 1)) == 40


def test_each_cause_has_numbers_of_its_own(tiny: City):
    # Walks that are drawn, and are what the model says, leave the others' numbers as they were.
    exact = Uncertainty(walks=WalkErrors((0.0, 1.0), UNSAID, estimate=(1.0, 1.0)))
    doubt = doubt_in(made(tiny, uncertainty=exact))
    for causes in ({"completeness"}, {"people"}):
        alone, beside = (
            doubt.shares(frozenset(some), runs=30, seed=4) for some in (causes, causes | {"walks"})
        )
        assert np.ptp(alone[:, -1]) > 0
        np.testing.assert_array_equal(alone, beside)
        other = doubt.shares(frozenset(causes), runs=30, seed=5)
        assert not np.array_equal(alone, other)


def test_a_cause_moves_the_share_by_the_root_mean_square_from_what_was_counted(tiny: City):
    city = made(tiny, uncertainty=MEASURED)
    found, doubt = coverage(city, QUERY), doubt_in(city)
    causes = ranges(city, found, runs=150, seed=9).causes
    counted = doubt.shares(frozenset(), runs=1, seed=9)[0, -1]
    assert counted == pytest.approx(found.share, abs=1e-9)
    for cause in CAUSES:
        alone = doubt.shares(frozenset({cause}), runs=CAUSE_RUNS, seed=9)[:, -1]
        assert causes[cause] == pytest.approx(np.sqrt(np.mean((alone - counted) ** 2)), rel=1e-9)


@pytest.mark.parametrize("limit_m", [60.0, 300.0, 720.0, 2500.0])
def test_walks_that_are_left_out_change_nothing(tiny: City, limit_m: float):
    city = made(tiny)
    sites = sites_of(city, city.city.catalogue.layers["nurseries"])
    moved_m = np.array([0.0, 150.0, 40.0])
    assert sites.sure_site.tolist() == [True, True, False]
    known = walks_of(city, sites, limit_m, ratios=(0.7, 1.6), moved_m=moved_m)
    walk_m = np.array(
        [
            city.model.walk_m(city.snapped(sites.rows[site : site + 1]), city.demand)
            for site in range(3)
        ]
    )
    surely = ((walk_m + moved_m[:, np.newaxis]) * 1.6 <= limit_m)[sites.sure_site].any(axis=0)
    assert known.always.tolist() == surely.tolist()
    maybe = (walk_m <= limit_m / 0.7 + moved_m[:, np.newaxis]) & ~surely
    listed = set(zip(known.site.tolist(), known.point.tolist(), strict=True))
    assert listed == set(zip(*(side.tolist() for side in np.nonzero(maybe)), strict=True))
    assert known.walk_m == pytest.approx(walk_m[known.site, known.point], abs=0.02)


# -- gaps --------------------------------------------------------------------------------------


def test_the_people_of_a_gap_may_be_served_by_what_is_not_on_the_map(tiny: City):
    # The fifth stands somewhere in district 2: at Polna 3 it serves the 600 there, and nowhere
    # the 100 of the half cell, of whom the register has 690 of 700.
    city = made(
        tiny, without=("nurseries-3",), expected=None, columns={"district": {"nurseries-5": 2}}
    )
    found = coverage(city, QUERY)
    within = gap_ranges(city, found, found.gaps)
    assert found.gaps["people"].tolist() == [600, 100]
    assert within["low"].tolist() == pytest.approx([0.0, 100 * (1 - 0.95 * 10 / 700)], abs=0.1)
    assert within["high"].tolist() == pytest.approx([600.0, 100.0])


def test_the_people_of_a_gap_are_drawn_with_their_walks(tiny: City):
    # Half as long or twice: of a gap beyond the standard some, or none, are served.
    either = Uncertainty(
        walks=WalkErrors((0.0, 0.5, 0.5, 1.0), UNSAID, estimate=(0.5, 0.5, 2.0, 2.0)),
        places=PlaceErrors((0.0, 1.0), UNSAID, exact=(0.0, 0.0)),
    )
    city = made(tiny, without=("nurseries-3", "nurseries-5"), expected=None, uncertainty=either)
    found = coverage(city, QUERY)
    one, same, other = (gap_ranges(city, found, found.gaps, seed=seed) for seed in (1, 1, 2))
    assert one.equals(same) and not one.equals(other)
    assert one.index.equals(found.gaps.index)
    doubt, people = doubt_in(city), found.gaps["people"].to_numpy()
    low = [
        np.quantile(
            [
                weight[inside & ~served].sum()
                for served, weight in doubt.runs(frozenset(CAUSES), runs=200, seed=1)
            ],
            0.05,
        )
        for area in found.gaps.geometry
        for inside in [np.array([area.contains(at) for at in _points(tiny)])]
    ]
    assert one["low"].to_numpy() == pytest.approx(np.minimum(low, people))


def _points(city: City) -> list[object]:
    import shapely

    return list(shapely.points(city.demand.lonlat))
