"""Who is within reach on foot or by tram, worked out by hand in the tiny city.

A tram leaves Rynek (2500, 2500) every ten minutes from 06:05 to 07:05 and is at Lipowa (500, 3400)
five minutes later, 125 s on foot from the nursery there. With a quarter of an hour from door to
door one has to be in a tram at most 900 - 425 = 475 s after leaving home. Nobody else is near a
stop, and the nursery in Rynek's square is private, so that it does not count here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from flask import Flask

from locator.analysis.access.coverage import Coverage, CoverageQuery, coverage
from locator.analysis.transit.basis import NoTimetableError, OutsideTimetableError
from locator.analysis.transit.coverage import (
    MINUTES,
    Ride,
    TransitCoverage,
    transit_coverage,
    usual_departure,
    walks_to_stops,
)
from locator.analysis.transit.stop_walks import index_stops, stop_walks
from locator.api.context import AppState
from locator.base.geo import FloatArray
from locator.city.facility_filter import FacilityFilter
from locator.vehicles.calendar import Service
from locator.vehicles.raptor import search
from locator.vehicles.timetable import PathRow, Timetable, TripRow, build_timetable
from locator.vehicles.transit import TransitNetwork, transit_network
from locator.walking.network.model import NetworkModel
from locator.walking.walkable_city import WalkableCity
from tests.tinycity import at

ZONE = ZoneInfo("Europe/Warsaw")
SIX = datetime(2026, 11, 2, 6, tzinfo=ZONE)
QUERY = CoverageQuery("nurseries", 15, "all", 1.0, which=FacilityFilter(ownership="public"))
STOP = np.array([7_422_500.0, 5_552_500.0])


def every_ten_minutes(*codes: int) -> Timetable:
    """Return the tram, each trip with what the feed says of wheelchairs."""
    codes = codes or (0,) * 7
    return build_timetable(
        source="toy",
        timezone="Europe/Warsaw",
        services=[Service("s", frozenset(range(5)), date(2026, 10, 1), date(2026, 12, 31))],
        stop_ids="ab",
        stop_names=["Rynek", "Lipowa"],
        stop_lonlat=np.array([at(2500, 2500), at(500, 3400)]),
        paths=[PathRow("1", "", (0, 1), (0.0, 300.0), (0.0, 300.0), "tram")],
        trips=[TripRow(str(i), 0, 0, 21_900.0 + 600 * i, -1, code) for i, code in enumerate(codes)],
        stop_wheelchair=np.array([1, 1]),
    )


def reached(
    walkable_city: WalkableCity, *codes: int, query: CoverageQuery = QUERY, **options: Any
) -> tuple[Coverage, TransitCoverage]:
    found = coverage(walkable_city, query)
    network = transit_network([every_ten_minutes(*codes)])
    ride = replace(Ride(SIX), **options)
    return found, transit_coverage(walkable_city, network, query, found, ride)


def test_who_catches_a_tram_in_half_of_the_minutes_is_within_reach(
    walkable_city: WalkableCity,
) -> None:
    found, beside = reached(walkable_city)
    # Of ten minutes those count in which the next tram leaves in 60 s, 120 s ... 420 s, and not
    # before one has walked to it.
    away_m = np.hypot(*(walkable_city.city.demand.xy - STOP).T)
    walk_s = np.where(walkable_city.city.demand.xy[:, 1] > 5_552_000, 1.25 * away_m, np.inf)
    waits_s = np.arange(60, 421, 60)
    expected = 6 * (waits_s >= walk_s[:, None]).sum(axis=1)
    on_foot = found.walk_s <= 900
    np.testing.assert_array_equal(beside.reached_min, np.where(on_foot, 60, expected))
    # Four people live in each square of 100 m: the four squares at the stop are 88 s away and see
    # 36 of 60 minutes, the next eight, 198 s away, 24.
    assert sorted(set(expected)) == [0, 6, 12, 18, 24, 36]
    assert (found.served, beside.walking, beside.low) == (1600, 1600, 1600)
    assert (beside.served, beside.gained) == (1616, 16)
    near = 4 * int((1.25 * away_m <= 420).sum())
    assert beside.high == 1600 + near == 1728
    rows = beside.districts[["people", "served", "low", "high", "walking", "gained"]]
    assert rows.to_dict("split")["data"] == [
        [1400, 1016, 1000, 1128, 1000, 16],
        [700, 600, 600, 600, 600, 0],
    ]
    assert beside.districts.at[1, "share"] == 1016 / 1400
    assert beside.basis.modes == {"tram"}
    assert beside.gaps["people"].sum() == 2100 - 1616


def test_half_of_the_minutes_is_enough(walkable_city: WalkableCity) -> None:
    # At 0.7 m/s the four squares at the stop are 126 s from it, and one is in a tram in time who
    # leaves at most 421 s before it: 180 s, 240 s ... 420 s before, five minutes of ten.
    query = replace(QUERY, pace_m_s=0.7)
    _, beside = reached(walkable_city, query=query)
    away_m = np.hypot(*(walkable_city.city.demand.xy - STOP).T)
    assert set(beside.reached_min[away_m < 100].tolist()) == {30}
    assert beside.gained == 16


def test_the_register_counts_other_people_at_the_same_places(walkable_city: WalkableCity) -> None:
    _, census = reached(walkable_city)
    query = CoverageQuery(
        "nurseries", 15, "all", 1.0, "register", which=FacilityFilter(ownership="public")
    )
    found, register = reached(walkable_city, query=query)
    np.testing.assert_array_equal(register.reached_min, census.reached_min)
    assert found.people != 2100
    assert register.districts["people"].sum() == found.people
    assert register.districts.at[2, "served"] == found.districts.at[2, "served"] == 591  # of 690


def test_whoever_walks_less_far_to_a_stop_does_not_ride(walkable_city: WalkableCity) -> None:
    beside = reached(walkable_city, walk_limit_s=126.0)[1]
    assert (beside.gained, beside.high) == (16, 1616)  # none but the four squares at the stop
    assert reached(walkable_city, walk_limit_s=124.0)[1].gained == 0  # the walk from Lipowa
    assert reached(walkable_city, walk_limit_s=124.0)[1].high == 1600


def test_in_a_wheelchair_only_what_is_known_to_be_step_free_is_ridden(
    walkable_city: WalkableCity,
) -> None:
    codes = (1, 2, 2, 2, 2, 2, 1)
    _, any_trip = reached(walkable_city, *codes)
    _, beside = reached(walkable_city, *codes, step_free=True)
    assert (any_trip.gained, beside.gained) == (16, 0)
    assert any_trip.basis.step_free is None
    assert beside.basis.step_free is True
    # Of the trips of 06:05 and 07:05 one minute in 60 s ... 300 s before 06:05 counts, and those
    # from 420 s to 360 s before 07:05.
    assert beside.reached_min[beside.reached_min < 60].max() == 4 + 2


def test_a_day_or_a_city_without_trips_is_an_error(walkable_city: WalkableCity) -> None:
    found = coverage(walkable_city, QUERY)
    with pytest.raises(OutsideTimetableError) as raised:
        reached(walkable_city, depart=datetime(2031, 1, 1, 8, tzinfo=ZONE))
    assert raised.value.parameter == "depart"
    with pytest.raises(NoTimetableError):
        transit_coverage(walkable_city, transit_network([]), QUERY, found, Ride(SIX))


def test_one_usually_leaves_on_an_ordinary_working_day_in_about_a_week(
    walkable_city: WalkableCity,
) -> None:
    network, city = transit_network([every_ten_minutes()]), walkable_city.city

    def usual(*day: int) -> str:
        return f"{usual_departure(network, city, date(*day)):%a %Y-%m-%d %H:%M %Z}"

    assert usual(2026, 11, 3) == "Tue 2026-11-10 10:00 CET"  # tomorrow is a holiday, today is not
    assert usual(2026, 11, 27) == "Thu 2026-12-03 10:00 CET"  # a week later is a Friday
    assert usual(2027, 6, 1) == "Thu 2026-12-31 10:00 CET"  # the last day of the timetable


# Against the search from each door ----------------------------------------------------------


def from_the_door(
    walkable_city: WalkableCity,
    network: TransitNetwork,
    found: Coverage,
    egress_m: FloatArray,
    point: int,
) -> int:
    """Return in how many minutes a forward search from one point arrives in time."""
    pace_m_s, limit_m = found.pace_m_s, 900.0 * found.pace_m_s
    model, stops = walkable_city.model, stop_walks(walkable_city, network)
    access_m = model.walk_m(
        walkable_city.demand.take(np.array([point])), stops.stops, limit_m=limit_m
    )
    running, count = network.running_at(SAMPLED), 0
    for minute in range(MINUTES):
        depart_t = SAMPLED.timestamp() + 60 * minute
        rounds = search(
            running,
            stops.footpaths(pace_m_s),
            access_m / pace_m_s,
            depart_t=depart_t,
            latest_t=depart_t + 60 * found.minutes,
        ).rounds
        arrive_t = min([np.min(one.arrive_t + egress_m / pace_m_s) for one in rounds] or [np.inf])
        arrive_t = min(arrive_t, depart_t + found.walk_s[point])
        count += arrive_t <= depart_t + 60 * found.minutes
    return count


SAMPLED = datetime(2026, 12, 1, 16, 20, tzinfo=ZONE)


def test_in_krakow_the_search_backwards_agrees_with_one_from_each_door(krakow_app: Flask) -> None:
    state: AppState = krakow_app.extensions["locator"]
    walkable_city, network = state.walkable_city, state.transit_network
    query = CoverageQuery("senior_activity_centres", 25)
    found = coverage(walkable_city, query)
    beside = transit_coverage(walkable_city, network, query, found, Ride(SAMPLED))
    rng = np.random.default_rng(12)
    count = beside.reached_min
    near = np.flatnonzero(np.diff(walks_to_stops(walkable_city, network).indptr))
    sometimes = np.flatnonzero((count > 0) & (count < MINUTES))
    never = near[count[near] == 0]
    always = np.flatnonzero((count == MINUTES) & (found.walk_s > 25 * 60))
    assert min(map(len, (sometimes, never, always))) > 50
    sample = [*rng.choice(sometimes, 4), *rng.choice(never, 2), *rng.choice(always, 1)]
    model, stops = walkable_city.model, stop_walks(walkable_city, network).stops
    facilities = walkable_city.snapped(walkable_city.usable_rows[query.layer])
    limit_m = 900.0 * found.pace_m_s
    walks = [
        model.walk_m(facilities.take(np.array([i])), stops, limit_m=limit_m)
        for i in range(len(facilities))
    ]
    egress_m = np.min(walks, axis=0)
    told = [from_the_door(walkable_city, network, found, egress_m, int(one)) for one in sample]
    assert told == count[sample].tolist()
    assert beside.low <= beside.served <= beside.high
    assert beside.served > beside.walking == found.served


def test_the_hour_slides_with_its_first_minute(walkable_city: WalkableCity) -> None:
    _, later = reached(walkable_city, depart=SIX + timedelta(minutes=60))
    # Of trams after 07:00 there is one, at 07:05: five minutes before it count at its stop.
    assert later.reached_min[later.reached_min < 60].max() == 4


def test_in_krakow_stops_are_as_far_by_their_index_as_by_a_search(krakow_app: Flask) -> None:
    state: AppState = krakow_app.extensions["locator"]
    indexed, network = state.walkable_city, state.transit_network
    assert isinstance(indexed.model, NetworkModel)
    stops = stop_walks(indexed, network).stops
    index_stops(indexed, network)
    assert indexed.model.k_nearest.of_all(stops) is not None
    searched = indexed.model.anew()
    near = 0
    for point in np.random.default_rng(5).integers(0, len(indexed.demand), 60):
        origin = indexed.demand.take(np.array([point]))
        by_index, by_search = (
            model.walk_m(origin, stops, limit_m=990.0) for model in (indexed.model, searched)
        )
        assert by_index == pytest.approx(by_search, rel=0, abs=1e-6)
        near += np.isfinite(by_index).any()
    assert 10 < near < 60
