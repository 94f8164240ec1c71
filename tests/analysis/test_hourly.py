from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from locator.analysis.aed.hourly import HourlyCoverage, HourlyCoverageQuery, hourly_coverage
from locator.analysis.aed.intervals import Intervals, clipped, hourly_seconds, joined
from locator.analysis.aed.nearest import AedQuery, nearest_aed
from locator.analysis.aed.relocation import rank_moves
from locator.base.errors import NotComputableError
from locator.city.model import City
from locator.vehicles.positions import Fleet, load_fleet
from locator.walking.choose import choose_model
from locator.walking.reach_matrix import reach
from locator.walking.walkable_city import WalkableCity, walkable
from tests.tinycity import metric

WARSAW = ZoneInfo("Europe/Warsaw")
TUESDAY = date(2026, 11, 24)
QUERY = HourlyCoverageQuery(minutes=5, around=TUESDAY)


@pytest.fixture(scope="module")
def found(toy: WalkableCity, fleet: Fleet) -> HourlyCoverage:
    return hourly_coverage(toy, fleet, QUERY)


def point_at(walkable_city: WalkableCity, x: float, y: float) -> int:
    away = np.hypot(*(walkable_city.demand.xy - np.array(metric(x, y))).T)
    assert away.min() < 1e-3
    return int(away.argmin())


def test_share_of_the_hours_of_service_is_the_one_worked_out_by_hand(
    toy: WalkableCity, found: HourlyCoverage
) -> None:
    # (550, 3450) is 70.71 m from Lipowa: w = 88.39 m / 2 = 44.19 s. It is covered from
    # w - 300 s before a call to w before it leaves: 300 - 2 w = 211.6 s for each of the calls at
    # 6:00 (before the hours of service) and 6:16 (within them); service lasts 960 s.
    w = 1.25 * np.hypot(50, 50) / 2
    here = point_at(toy, 550, 3450)
    assert found.service_s["working"] == 960.0
    assert found.covered_s["working"][here, 1] == pytest.approx(2 * (300 - 2 * w), abs=0.1)
    assert found.vehicle_share("working")[here] == pytest.approx((300 - 2 * w) / 960, abs=1e-4)
    assert found.service_s["sunday"] == 0.0
    assert found.vehicle_share("sunday").max() == 0.0
    assert found.vehicle_share()[here] == pytest.approx((300 - 2 * w) / 960, abs=1e-4)


def test_a_vehicle_that_waits_covers_all_the_while(
    toy: WalkableCity, found: HourlyCoverage
) -> None:
    # (2050, 2050) is 70.71 m from Most Środkowy: from 6:06 (+ w - 300 s) to 6:10 (- w).
    w = 1.25 * np.hypot(50, 50) / 2
    here = point_at(toy, 2050, 2050)
    assert found.covered_s["working"][here, 1] == pytest.approx(240 + 300 - 2 * w, abs=0.1)


def test_days_and_hours_are_ordinary_ones(found: HourlyCoverage) -> None:
    assert found.days["working"] == TUESDAY
    assert list(found.hours.index.get_level_values("day").unique()) == [
        "working",
        "saturday",
        "sunday",
    ]
    assert len(found.hours) == 72
    assert (found.vehicles, found.unconfirmed, found.aeds, found.aeds_unknown) == (1, 0, 2, 0)
    open_aeds = found.hours["open_aeds"]
    assert [open_aeds["working", hour] for hour in (3, 8, 15, 16)] == [1.0, 2.0, 2.0, 1.0]
    assert open_aeds["saturday", 12] == 1.0
    assert found.hours["fixed_most"].equals(found.hours["fixed"]), "no hours are unknown"


def test_both_are_never_less_than_either_nor_more_than_the_sum(found: HourlyCoverage) -> None:
    hours = found.hours
    assert (hours["both"] >= hours[["fixed", "vehicles"]].max(axis=1) - 1e-9).all()
    assert (hours["both"] <= hours["fixed"] + hours["vehicles"] + 1e-9).all()
    assert hours["vehicles"]["working", 6] > 0
    assert hours["vehicles"]["working", 12] == 0


def test_every_instant_agrees_with_the_query_asked_at_that_instant(
    toy: WalkableCity, fleet: Fleet
) -> None:
    """The second, naive implementation: ask for the nearest AED, instant by instant."""
    minutes = 12
    found = hourly_coverage(toy, fleet, replace(QUERY, minutes=minutes))
    step = timedelta(seconds=30)
    begin = datetime(2026, 11, 24, 5, 45, tzinfo=WARSAW)
    instants = [begin + step * i for i in range(90)]  # 5:45 to 6:30
    for x, y in [(550, 3450), (850, 3050), (2050, 2050), (2150, 2350)]:
        here = point_at(toy, x, y)
        lon, lat = toy.city.demand.lonlat[here]
        covered = {"fixed": 0, "vehicle": 0}
        for at in instants:
            answer = nearest_aed(toy, fleet, AedQuery(lon, lat, at))
            kinds = {o.kind for o in answer.options if o.total_s <= minutes * 60}
            for kind in kinds:
                covered[kind] += 1
        seconds = found.covered_s["working"][here]
        # The only tram runs within these 45 minutes, so its whole day is in them.
        assert covered["vehicle"] * 30 == pytest.approx(seconds[1], abs=61)
        assert covered["fixed"] == (90 if seconds[0] == 86_400 else 0)


def test_moving_a_closed_aed_outdoors_gains_the_hours_it_is_closed(
    toy: WalkableCity, fleet: Fleet
) -> None:
    # 30 minutes: 1800 m there. aeds-2 is open 40 of the week's 168 hours, aeds-1 always.
    found = hourly_coverage(toy, fleet, replace(QUERY, minutes=30))
    demand, city = toy.demand, toy.city
    rows = toy.usable_rows["aeds"]
    near = reach(toy.model, demand, toy.snapped(rows), limit_m=1800.0).toarray() > 0
    people = city.demand.people["all"]
    gain = people[near[:, 1] & ~near[:, 0]].sum() * (1 - 40 / 168)
    assert gain > 0
    (row,) = found.moves.itertuples()
    assert (row.Index, row.basis) == ("aeds-2", "hours")
    assert (row.alone, row.added, row.together) == pytest.approx((gain, gain, gain))


def test_two_aeds_side_by_side_are_not_counted_twice(toy: WalkableCity) -> None:
    city = toy.city
    rows = np.repeat(toy.usable_rows["aeds"][1:], 2)
    walks = reach(toy.model, toy.demand, toy.snapped(rows), limit_m=1800.0)
    people = city.demand.people["all"]
    moves = rank_moves(city, rows, walks, people, covered_share=np.zeros(len(people)))
    assert len(moves) == 1


def test_unknown_hours_are_ranked_apart_and_never_counted_as_open(
    toy: WalkableCity, fleet: Fleet
) -> None:
    frame = toy.city.facilities.copy()
    frame.at["aeds-2", "opening_hours"] = None
    walkable_city = walkable(replace(toy.city, facilities=frame), toy.model)
    found = hourly_coverage(walkable_city, fleet, replace(QUERY, minutes=30))
    assert found.aeds_unknown == 1
    assert found.moves["basis"].tolist() == ["unknown"]
    assert found.hours["open_aeds"].eq(1.0).all()
    # At most as if it hung outdoors, which is what the ranked list says that it gains.
    gained = found.hours["fixed_most"] - found.hours["fixed"]
    assert gained.to_numpy() == pytest.approx(found.moves["alone"].iloc[0])
    assert gained.iloc[0] > 0


def test_a_city_without_vehicles_has_fixed_coverage_alone(toy: WalkableCity, fleet: Fleet) -> None:
    found = hourly_coverage(toy, replace(fleet, vehicles=(), timetables=()), QUERY)
    assert found.hours["vehicles"].eq(0).all()
    assert found.vehicle_share().max() == 0


def test_an_assumed_vehicle_is_not_counted(toy: WalkableCity, fleet: Fleet) -> None:
    assumed = replace(fleet.vehicles[0], fleet_number=None, assignment="assumed")
    found = hourly_coverage(toy, replace(fleet, vehicles=(assumed,)), QUERY)
    assert (found.vehicles, found.unconfirmed) == (0, 1)
    assert found.hours["vehicles"].eq(0).all()
    assert found.service_s["working"] == 0.0


def test_a_city_without_aeds_is_said_to_have_none(toy: WalkableCity, fleet: Fleet) -> None:
    layers = {k: v for k, v in toy.city.catalogue.layers.items() if k != "aeds"}
    bare = replace(toy.city, catalogue=replace(toy.city.catalogue, layers=layers))
    with pytest.raises(NotComputableError):
        hourly_coverage(replace(toy, city=bare), fleet, QUERY)


def intervals(*rows: tuple[int, float, float]) -> Intervals:
    point, begin, end = zip(*rows, strict=True)
    return Intervals(np.array(point), np.array(begin, float), np.array(end, float))


def test_intervals_are_joined_where_they_touch_and_cut_to_the_day() -> None:
    whole = joined(
        intervals((1, 50, 90), (0, 10, 20), (0, 20, 30), (1, 60, 70), (0, -5, 2), (1, 86_000, 9e4))
    )
    assert list(zip(whole.point, whole.begin_s, whole.end_s, strict=True)) == [
        (0, 0.0, 2.0),
        (0, 10.0, 30.0),
        (1, 50.0, 90.0),
        (1, 86_000.0, 86_400.0),
    ]


def test_hours_equal_a_naive_count_of_seconds() -> None:
    rng = np.random.default_rng(5)
    point = rng.integers(0, 4, 60)
    begin = rng.integers(-2000, 86_000, 60).astype(float)
    some = Intervals(point, begin, begin + rng.integers(0, 9000, 60))
    naive = np.zeros((4, 86_400), dtype=bool)
    for p, first, last in zip(point, some.begin_s, some.end_s, strict=True):
        naive[p, max(int(first), 0) : max(int(last), 0)] = True
    expected = naive.reshape(4, 24, 3600).sum(axis=2)
    assert np.allclose(hourly_seconds(some, points=4), expected)
    spans = intervals((0, 10_000, 20_000), (0, 50_000, 60_000))
    kept = hourly_seconds(clipped(some, spans), points=4).sum(axis=1)
    naive[:, :10_000] = naive[:, 20_000:50_000] = naive[:, 60_000:] = False
    assert np.allclose(kept, naive.sum(axis=1))


def test_krakow_by_hour_is_plausible(krakow: City) -> None:
    walkable_city, fleet = walkable(krakow, choose_model(krakow)), load_fleet(krakow)
    found = hourly_coverage(walkable_city, fleet, HourlyCoverageQuery(minutes=3, around=TUESDAY))
    hours = found.hours
    assert hours["fixed"]["working", 14] > hours["fixed"]["working", 3] > 0
    # Nobody has named one of the 17 vehicles: none is counted.
    assert (found.vehicles, found.unconfirmed) == (0, 17)
    assert hours["vehicles"].eq(0).all()
    assert hours["both"].equals(hours["fixed"].rename("both"))
    five = hourly_coverage(walkable_city, fleet, HourlyCoverageQuery(minutes=5, around=TUESDAY))
    assert (five.hours["both"] >= hours["both"]).all()
