"""Between which values a coverage lies: worked out by hand, and drawn a second time naively.

In the tiny city the nurseries 1 and 2 are confirmed, 3 is open by an older list only, 5 is open
and not on the map; 4 municipal ones (1, 3, 5 are) are expected. Of all residents 1000 live round
the first, 400 round the second, 600 round the third, 100 in the half cell that nobody reaches: 2100
in all, 1400 in district 1 and 700 in district 2.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.analysis.access.doubts import sites_of, spread_for
from locator.analysis.access.draws import CAUSES, Cause, Doubt, doubt_of
from locator.analysis.access.known_runs import known_runs
from locator.analysis.access.ranges import Ranges, ranges
from locator.city.catalogue import Layer
from locator.city.field_types import UNSAID
from locator.city.model import City
from locator.city.uncertainty import PeopleErrors, PlaceErrors, Uncertainty, WalkErrors
from locator.walking.choose import choose_model
from locator.walking.walkable_city import WalkableCity, walkable
from tests.analysis.naive_ranges import Naive
from tests.tinycity import metric

SURE, ALL = 1400 / 2100, 2000 / 2100
QUERY = CoverageQuery("nurseries", group="all")


def made(
    city: City,
    *,
    uncertainty: Uncertainty | None = None,
    without: tuple[str, ...] = (),
    columns: dict[str, dict[str, object]] | None = None,
    **layer: object,
) -> WalkableCity:
    """Return the tiny city with some facilities left out or changed, and its nurseries too."""
    facilities = city.facilities.drop(index=list(without))
    for column, values in (columns or {}).items():
        for facility, value in values.items():
            facilities.loc[facility, column] = value
    nurseries: Layer = replace(city.catalogue.layers["nurseries"], **layer)  # type: ignore[arg-type]
    layers = {**city.catalogue.layers, "nurseries": nurseries}
    city = replace(
        city,
        facilities=facilities,
        catalogue=replace(city.catalogue, layers=layers),
        uncertainty=uncertainty or Uncertainty(),
    )
    return walkable(city, choose_model(city))


def found_in(walkable_city: WalkableCity, *, runs: int = 60, seed: int = 1) -> Ranges:
    found = coverage(walkable_city, QUERY)
    return ranges(walkable_city, found, runs=runs, seed=seed)


def doubt_in(walkable_city: WalkableCity) -> Doubt:
    return doubt_of(walkable_city, coverage(walkable_city, QUERY))


def drawn(walkable_city: WalkableCity, cause: Cause, runs: int = 2000) -> np.ndarray:
    """Shares of the city where one cause alone is drawn."""
    return doubt_in(walkable_city).shares(frozenset({cause}), runs=runs, seed=3)[:, -1]


# -- extremes ----------------------------------------------------------------------------------


def test_the_extremes_are_only_the_confirmed_and_all_at_the_best_places(tiny: City):
    found = found_in(made(tiny))
    assert (found.lowest, found.highest) == pytest.approx((SURE, ALL))
    # District 1 has all its people served by confirmed ones; district 2 by the third only.
    assert found.districts["lowest"].tolist() == pytest.approx([1.0, 0.0])
    assert found.districts["highest"].tolist() == pytest.approx([1.0, 600 / 700])


def test_what_is_not_on_the_map_may_stand_at_the_best_place(tiny: City):
    # Only the second is on the map; the fifth may stand at Lipowa 3, and serve the 1000 there, or
    # at Polna 3, and serve the 600 there: each district has its own best place.
    found = found_in(made(tiny, without=("nurseries-1", "nurseries-3"), expected=None))
    assert (found.lowest, found.highest) == pytest.approx((400 / 2100, 1400 / 2100))
    assert found.districts["highest"].tolist() == pytest.approx([1.0, 600 / 700])


def test_what_an_official_count_lacks_may_stand_at_the_best_place(tiny: City):
    left = ("nurseries-1", "nurseries-3", "nurseries-5")
    none = found_in(made(tiny, without=left, expected=0))
    assert (none.lowest, none.highest) == pytest.approx((400 / 2100, 400 / 2100))
    # The second is private, and the count is about municipal ones: both of two are lacking.
    two = found_in(made(tiny, without=left, expected=2))
    assert two.highest == pytest.approx(ALL)


def test_an_older_list_may_name_what_the_official_count_lacks(tiny: City):
    # Three municipal ones are counted: 1, and 3 and 5 by older lists. Either both exist (3 where
    # it is, 5 anywhere), or two unknown ones do, anywhere: never more than all that is listed.
    old = {"status_basis": {"nurseries-3": "last_known", "nurseries-5": "last_known"}}
    sites = sites_of(made(tiny, columns=old, expected=3), tiny.catalogue.layers["nurseries"])
    every, confirmed = np.ones_like(sites.sure), sites.sure
    sites = replace(sites, expected=3)
    assert (sites.lacking(every), sites.lacking(confirmed)) == (0, 2)
    assert replace(sites, expected=None).lacking(confirmed) == 0


def test_what_exists_by_an_older_list_is_not_lacking_elsewhere(tiny: City):
    # Two municipal ones are counted: 1, and 3 by an older list or an unknown one elsewhere. Both
    # at once would serve the 400 round the second as well.
    left = ("nurseries-2", "nurseries-5")
    shares = drawn(made(tiny, without=left, expected=2), "completeness", runs=300)
    assert shares.max() == pytest.approx(1600 / 2100)


# -- what is drawn -----------------------------------------------------------------------------


def test_one_place_of_an_older_list_exists_in_half_of_the_runs(tiny: City):
    # A share that is anybody's guess, and one facility: it exists as often as not.
    shares = drawn(made(tiny, without=("nurseries-5",), expected=None), "completeness")
    assert np.unique(shares.round(9)).tolist() == pytest.approx([SURE, ALL])
    assert np.mean(shares > 0.8) == pytest.approx(0.5, abs=0.04)


def test_how_many_of_an_older_list_exist_is_anybodys_guess(tiny: City):
    # Two of them serve 1000 and 600: none, one or both exist in a third of the runs each.
    old = {"status_basis": {"nurseries-1": "last_known"}}
    city = made(tiny, without=("nurseries-5",), expected=None, columns=old)
    shares = drawn(city, "completeness", runs=4000)
    values, counts = np.unique((shares * 2100).round(6), return_counts=True)
    assert values.tolist() == pytest.approx([400, 1000, 1400, 2000])
    assert counts / 4000 == pytest.approx([1 / 3, 1 / 6, 1 / 6, 1 / 3], abs=0.03)


def test_sites_of_one_centre_exist_together(tiny: City):
    old = {
        "status_basis": {"nurseries-1": "last_known"},
        "centre": {"nurseries-1": "one", "nurseries-3": "one"},
    }
    shares = drawn(made(tiny, without=("nurseries-5",), expected=None, columns=old), "completeness")
    assert np.unique((shares * 2100).round(6)).tolist() == pytest.approx([400, 2000])


def test_what_is_not_on_the_map_stands_where_people_live(tiny: City):
    left = ("nurseries-1", "nurseries-2", "nurseries-3")
    doubt = doubt_in(made(tiny, without=left, expected=None))
    assert doubt.places is not None
    assert doubt.places.people.sum() == pytest.approx(2100)
    gained = [
        doubt.people.census[doubt.places.served_from(k)].sum()
        for k in range(len(doubt.places.people))
    ]
    expected = float(np.average(gained, weights=doubt.places.people)) / 2100
    shares = doubt.shares(frozenset({"completeness"}), runs=4000, seed=5)[:, -1]
    assert shares.mean() == pytest.approx(expected, abs=0.02)
    assert set((shares * 2100).round(6)) <= set(np.round(gained, 6))


def test_what_is_said_to_be_in_a_district_stands_there(tiny: City):
    left = ("nurseries-1", "nurseries-2", "nurseries-3")
    there = made(tiny, without=left, expected=None, columns={"district": {"nurseries-5": 2}})
    shares = doubt_in(there).shares(frozenset({"completeness"}), runs=50, seed=5)
    assert shares[:, 0].max() == 0.0
    assert shares[:, 1].max() > 0.5


def test_a_square_of_homes_shares_the_error_of_its_walk_to_a_facility(tiny: City):
    # Ten times the walk reaches the one point of each square next to the nursery: 10 of 250
    # people; as often as not. Four squares of 500 m round the only nursery: 0 to 4 of them.
    either = Uncertainty(
        walks=WalkErrors((0.0, 0.5, 0.5, 1.0), UNSAID, estimate=(1.0, 1.0, 10.0, 10.0))
    )
    left = ("nurseries-2", "nurseries-3", "nurseries-5")
    shares = drawn(made(tiny, without=left, expected=None, uncertainty=either), "walks", runs=4000)
    values, counts = np.unique((shares * 2100).round(6), return_counts=True)
    assert values.tolist() == pytest.approx([40, 280, 520, 760, 1000])
    assert counts / 4000 == pytest.approx([1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16], abs=0.03)


def test_a_facility_that_lies_elsewhere_is_farther_by_the_detour(tiny: City):
    # All of the cell is within 636 m of its middle and of the standard, 720 m straight: moved by
    # 50 m everybody is still served, moved by 10 km nobody is.
    left = ("nurseries-2", "nurseries-3", "nurseries-5")

    def moved(metres: float) -> np.ndarray:
        by = Uncertainty(places=PlaceErrors((0.0, 1.0), UNSAID, exact=(metres, metres)))
        return drawn(made(tiny, without=left, expected=None, uncertainty=by), "locations", runs=40)

    assert moved(50.0) == pytest.approx(1000 / 2100)
    assert moved(10_000.0) == pytest.approx(0.0)
    # By 400 m: those are left out whose new straight way is longer than 720 m.
    some = moved(400.0)
    assert 0.7 * 1000 / 2100 < some.min() <= some.max() < 1000 / 2100


class North:
    """Draws a quarter of everything: a whole turn's quarter is north."""

    def random(self, size: int) -> np.ndarray:
        return np.full(size, 0.25)


@pytest.mark.parametrize("walked", [1.25, 1.0])
def test_a_walk_changes_by_the_detour_and_is_never_shorter_than_straight(tiny: City, walked: float):
    by = Uncertainty(places=PlaceErrors((0.0, 1.0), UNSAID, exact=(400.0, 400.0)))
    left = ("nurseries-2", "nurseries-3", "nurseries-5")
    doubt = doubt_in(made(tiny, without=left, expected=None, uncertainty=by))
    walks = replace(doubt.walks, walk_m=walked * doubt.walks.straight_m)
    for limit_m in (300.0, 500.0, 700.0, 900.0):
        drawn_m = replace(doubt, walks=walks)._walk_m(None, North())  # type: ignore[arg-type]
        within = drawn_m <= limit_m
        for point, is_within in zip(walks.point, within, strict=True):
            # The nursery stands at (500, 3500), and in truth 400 m farther north.
            east_m, north_m = tiny.demand.xy[point] - metric(500, 3500)
            before_m, after_m = np.hypot(east_m, north_m), np.hypot(east_m, north_m - 400)
            walk_m = max(walked * before_m + 1.25 * (after_m - before_m), after_m)
            assert is_within == (walk_m <= limit_m) or abs(walk_m - limit_m) < 0.01


def test_people_move_inside_their_cells_and_towards_the_register(tiny: City):
    doubt = doubt_in(made(tiny, uncertainty=Uncertainty(people=PeopleErrors(0.25, UNSAID))))
    census = tiny.demand.people["all"]
    cell = np.bincount(tiny.demand.cell, weights=census)
    draw = np.random.default_rng(1)
    for _ in range(20):
        weight = doubt._weight(draw, draw.random())
        by_cell = np.bincount(tiny.demand.cell, weights=weight) / cell
        # District 1 has as many in the register as in the census, district 2 has 690 of 700.
        assert by_cell[:2] == pytest.approx([1.0, 1.0])
        assert by_cell[2] == pytest.approx(by_cell[3])
        assert 690 / 700 <= by_cell[2] <= 1.0
    assert np.ptp(weight / census) > 0.5


def test_the_spread_misplaces_the_share_that_was_measured():
    draws = np.exp(spread_for(0.25) * np.random.default_rng(1).standard_normal(200_000))
    assert np.abs(draws / draws.mean() - 1).mean() / 2 == pytest.approx(0.25, abs=0.005)
    assert spread_for(0.0) == 0.0


# -- ranges ------------------------------------------------------------------------------------

MEASURED = Uncertainty(
    walks=WalkErrors((0.0, 0.5, 1.0), UNSAID, estimate=(0.7, 1.0, 1.6)),
    places=PlaceErrors((0.0, 1.0), UNSAID, exact=(0.0, 300.0)),
    people=PeopleErrors(0.25, UNSAID),
)


def test_the_same_seed_gives_the_same_ranges_and_another_one_others(tiny: City):
    city = made(tiny, uncertainty=MEASURED)
    one, same, other = found_in(city), found_in(city), found_in(city, seed=2)
    assert (one.low, one.high, one.causes) == (same.low, same.high, same.causes)
    pd.testing.assert_frame_equal(one.districts, same.districts)
    assert (one.low, one.causes) != (other.low, other.causes)
    assert (one.runs, one.seed, other.seed) == (60, 1, 2)


@pytest.mark.parametrize("uncertainty", [Uncertainty(), MEASURED])
def test_runs_are_drawn_once_whoever_is_told_of_them(
    tiny: City, monkeypatch: pytest.MonkeyPatch, uncertainty: Uncertainty
):
    city = made(tiny, uncertainty=uncertainty)
    found = coverage(city, QUERY)
    expected = list(doubt_in(city).runs(frozenset(CAUSES), runs=40, seed=5))
    told = list(known_runs(city, found, runs=40, seed=5))
    monkeypatch.setattr(Doubt, "served", None)  # who is served is not found out again
    for same in (told, list(known_runs(city, found, runs=40, seed=5))):
        for (served, weight), (now, people) in zip(expected, same, strict=True):
            assert now.dtype == bool and np.array_equal(now, served)
            assert np.array_equal(people, weight)
    assert not all(np.array_equal(served, told[0][0]) for served, _ in told)
    assert any(served.all(axis=0) for served in np.array([one for one, _ in told]).T)


@pytest.mark.parametrize("seed", range(5))
def test_what_was_counted_lies_in_its_range_and_so_does_its_rank(tiny: City, seed: int):
    city = made(tiny, uncertainty=MEASURED)
    counted = coverage(city, QUERY)
    found = found_in(city, seed=seed)
    assert found.low <= counted.share <= found.high
    districts = found.districts
    assert (districts["low"] <= counted.districts["share"]).all()
    assert (counted.districts["share"] <= districts["high"]).all()
    assert (districts["rank_low"] <= districts["rank"]).all()
    assert (districts["rank"] <= districts["rank_high"]).all()
    assert districts["rank"].tolist() == [1, 2]


def test_more_places_that_are_not_on_the_map_widen_the_range(tiny: City):
    def width(expected: int) -> float:
        found = found_in(made(tiny, without=("nurseries-1", "nurseries-3"), expected=expected))
        return found.high - found.low

    assert 0 < width(1) <= width(2) <= width(4)
    assert width(1) < width(4)


def test_nothing_doubted_leaves_no_range(tiny: City):
    # The register has as many as the census in either district, and nothing is measured.
    city = replace(tiny, districts=tiny.districts.assign(residents=[1400, 700]))
    sure = made(city, without=("nurseries-3", "nurseries-5"), expected=None)
    found = found_in(sure)
    share = coverage(sure, QUERY).share
    assert (found.low, found.high) == pytest.approx((share, share))
    assert found.causes == {"completeness": pytest.approx(0.0)}
    assert found.not_measured == ("walks", "locations", "people")


def test_causes_stand_in_the_order_of_what_they_move(tiny: City):
    found = found_in(made(tiny, uncertainty=MEASURED))
    assert set(found.causes) == set(CAUSES)
    assert list(found.causes.values()) == sorted(found.causes.values(), reverse=True)
    # The third nursery, 600 of 2100 people, is there or not: nothing else moves that many.
    assert next(iter(found.causes)) == "completeness"
    assert found.not_measured == ()


def test_districts_differ_where_nearly_all_runs_agree(tiny: City):
    # The third serves 600 of 700 in district 2, half of the time: always fewer than all.
    found = found_in(made(tiny, without=("nurseries-5",), expected=None))
    assert found.above.at[1, 2] == 1.0
    assert found.differ(1, 2) and found.differ(2, 1)
    # Without the first and second, district 1 has nobody served; so has 2, half of the time.
    less = found_in(
        made(tiny, without=("nurseries-1", "nurseries-2", "nurseries-5"), expected=None)
    )
    assert 0.3 < less.above.at[2, 1] < 0.7
    assert not less.differ(1, 2)
    ranks = less.districts[["rank", "rank_low", "rank_high"]]
    assert ranks.loc[2].tolist() == [1, 1, 1]
    assert ranks.loc[1].tolist() == [2, 1, 2]


def test_a_district_without_people_has_no_range_and_no_rank(tiny: City):
    demand = tiny.demand
    people = {
        name: np.where(demand.district == 2, 0.0, some) for name, some in demand.people.items()
    }
    empty = replace(tiny, demand=replace(demand, people=people))
    found = found_in(made(empty, uncertainty=MEASURED))
    assert found.districts.loc[2].isna().all()
    assert found.districts.loc[1, "rank_high"] == 1
    assert 0 < found.low <= found.high <= 1


def test_a_layer_without_any_facility_may_be_served_by_none(tiny: City):
    none = made(tiny, without=tuple(tiny.facilities.index[:5]), expected=None, uncertainty=MEASURED)
    found = found_in(none)
    assert (found.low, found.high, found.lowest, found.highest) == (0.0, 0.0, 0.0, 0.0)


def test_a_second_plain_reading_of_the_rule_draws_the_same_ranges(tiny: City):
    city = made(tiny, uncertainty=MEASURED)
    counted = coverage(city, QUERY)
    naive, draw = Naive(city, counted), np.random.default_rng(7)
    runs = [naive.run(draw) for _ in range(200)]
    slow = np.array([[*districts, share] for share, districts in runs])
    quick = doubt_of(city, counted).shares(frozenset(CAUSES), runs=3000, seed=1)
    spread = slow.std(axis=0)
    assert quick.mean(axis=0) == pytest.approx(slow.mean(axis=0), abs=4 * spread.max() / 14)
    assert quick.std(axis=0) == pytest.approx(spread, rel=0.25)
    for share in (0.05, 0.5, 0.95):
        assert np.quantile(quick, share, axis=0) == pytest.approx(
            np.quantile(slow, share, axis=0), abs=0.06
        )
