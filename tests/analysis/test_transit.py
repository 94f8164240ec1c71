"""Journeys by tram beside the walks, worked out by hand in the tiny city.

Line 1 leaves Lipowa (500, 3400) at 06:00, 06:30 and 07:00 on working days, is at Most Środkowy
(2000, 2100) 6 and at Polna (500, 600) 14 minutes later. One walks 1.25 m for each straight metre
on one bank and 1.5 m across the river, at 1 m/s.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from locator.analysis.nearest import NearestQuery, NearestResult, nearest
from locator.analysis.transit.basis import NoTimetableError, OutsideTimetableError
from locator.analysis.transit.journeys import Transit, transit
from locator.vehicles.calendar import Service
from locator.vehicles.own import timetables_of
from locator.vehicles.timetable import PathRow, Timetable, TripRow, build_timetable
from locator.vehicles.transit import TransitNetwork, transit_network
from locator.walking.walkable_city import WalkableCity
from tests.tinycity import at

ZONE = ZoneInfo("Europe/Warsaw")
MONDAY = datetime(2026, 11, 2, 5, 50)
FAR = "nurseries-3"  # at (500, 500), 100 m from the stop Polna


@pytest.fixture(scope="module")
def network(walkable_city: WalkableCity) -> TransitNetwork:
    return transit_network(timetables_of(walkable_city.city))


def walked(
    walkable_city: WalkableCity, x: float = 500, y: float = 3500, *, when: datetime = MONDAY
) -> NearestResult:
    lon, lat = at(x, y)
    return nearest(walkable_city, NearestQuery(("nurseries",), lon, lat, at=when))


def ask(walkable_city: WalkableCity, network: TransitNetwork, *place: float, **options: Any):
    when = options.pop("when", MONDAY)
    return transit(walkable_city, network, walked(walkable_city, *place, when=when), **options)


def clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}"


def test_one_walks_rides_and_walks(walkable_city: WalkableCity, network: TransitNetwork) -> None:
    first, following = ask(walkable_city, network).journeys[FAR]
    told = [
        (leg.mode, leg.line, leg.from_stop, leg.to_stop, clock(leg.departure), clock(leg.arrival))
        for leg in first.legs
    ]
    assert told == [
        ("walk", None, None, "Lipowa", "05:57:55", "06:00:00"),
        ("tram", "1", "Lipowa", "Polna", "06:00:00", "06:14:00"),
        ("walk", None, "Polna", None, "06:14:00", "06:16:05"),
    ]
    assert [round(leg.walk_m) for leg in first.legs] == [125, 0, 125]
    assert (first.legs[1].headsign, first.legs[1].stops) == ("Polna", 2)
    assert first.duration_s == pytest.approx(18 * 60 + 10, abs=0.1)
    assert (round(first.walk_s), round(first.walk_m), first.changes) == (250, 250, 0)
    assert clock(following.rides[0].departure) == "06:30:00"
    assert first.departure.tzinfo == ZONE


def test_one_changes_and_walks_between_the_stops(walkable_city: WalkableCity) -> None:
    lonlat = [at(500, 3400), at(2000, 2100), at(2000, 2200), at(500, 600)]
    table = build_timetable(
        source="toy",
        timezone="Europe/Warsaw",
        services=[Service("s", frozenset(range(7)), date(2026, 10, 1), date(2026, 12, 31))],
        stop_ids="abcd",
        stop_names=["Lipowa", "Most", "Most B", "Polna"],
        stop_lonlat=np.array(lonlat),
        paths=[
            PathRow("1", "", (0, 1), (0.0, 360.0), (0.0, 360.0), "tram"),
            PathRow("101", "", (2, 3), (0.0, 600.0), (0.0, 600.0), "bus"),
        ],
        # Off at 06:06, 125 s on foot and a minute in hand: 06:09 is too soon, 06:10 is not.
        trips=[
            TripRow("t", 0, 0, 21_600.0),
            TripRow("a", 1, 0, 22_140.0),
            TripRow("b", 1, 0, 22_200.0),
        ],
    )
    found = ask(walkable_city, transit_network([table]))
    (journey,) = found.journeys[FAR]  # nothing leaves later
    told = [(leg.mode, leg.from_stop, leg.to_stop, clock(leg.arrival)) for leg in journey.legs]
    assert told == [
        ("walk", None, "Lipowa", "06:00:00"),
        ("tram", "Lipowa", "Most", "06:06:00"),
        ("walk", "Most", "Most B", "06:08:05"),
        ("bus", "Most B", "Polna", "06:20:00"),
        ("walk", "Polna", None, "06:22:05"),
    ]
    assert (journey.changes, round(journey.walk_s)) == (1, 375)
    assert found.basis.modes == {"tram", "bus"}


def test_of_two_that_arrive_alike_the_one_without_a_change_is_told(
    walkable_city: WalkableCity,
) -> None:
    rides = {"1": (0, 1, 360.0), "2": (1, 2, 420.0), "3": (0, 2, 840.0)}
    table = build_timetable(
        source="toy",
        timezone="Europe/Warsaw",
        services=[Service("s", frozenset(range(7)), date(2026, 10, 1), date(2026, 12, 31))],
        stop_ids="abc",
        stop_names=["Lipowa", "Most", "Polna"],
        stop_lonlat=np.array([at(500, 3400), at(2000, 2100), at(500, 600)]),
        paths=[PathRow(n, "", (a, b), (0, s), (0, s), "tram") for n, (a, b, s) in rides.items()],
        # Both are at Polna at 06:14.
        trips=[TripRow(str(i), i, 0, 21_600.0 + (420.0 if i == 1 else 0.0)) for i in range(3)],
    )
    (journey,) = ask(walkable_city, transit_network([table])).journeys[FAR]
    assert [leg.line for leg in journey.rides] == ["3"]


def test_none_is_told_where_the_walk_is_as_quick(
    walkable_city: WalkableCity, network: TransitNetwork
) -> None:
    found = ask(walkable_city, network)
    assert "nurseries-1" not in found.journeys  # where one stands
    late = ask(walkable_city, network, when=datetime(2026, 11, 2, 7, 1))
    assert late.journeys == {}  # the last tram has left
    # The walk takes 106 minutes, and whoever waits for the first tram is there at 06:16.
    early = ask(walkable_city, network, when=datetime(2026, 11, 2, 4, 29))
    assert FAR not in early.journeys
    assert FAR in ask(walkable_city, network, when=datetime(2026, 11, 2, 4, 31)).journeys


@pytest.mark.parametrize("place", [(500, 3500), (1500, 2500), (2600, 3600), (600, 900)])
def test_a_journey_never_comes_later_than_the_walk(
    walkable_city: WalkableCity, network: TransitNetwork, place: tuple[float, float]
) -> None:
    for minutes in range(0, 110, 10):
        when = (MONDAY + timedelta(minutes=minutes)).replace(tzinfo=ZONE)
        result = walked(walkable_city, *place, when=when)
        walk_s = {one.id: one.walk_s for one in result.found}
        for facility, told in transit(walkable_city, network, result).journeys.items():
            assert told[0].arrival < when + timedelta(seconds=walk_s[facility])
            assert told[0].departure >= when
            assert [one.departure for one in told] == sorted({one.departure for one in told})


def test_nobody_walks_longer_than_a_quarter_of_an_hour_to_a_stop(
    walkable_city: WalkableCity, network: TransitNetwork
) -> None:
    # 719 m and 721 m from Lipowa in a straight line, 899 s and 901 s on foot.
    assert FAR in ask(walkable_city, network, 500, 3400 - 719, when=MONDAY).journeys
    assert FAR not in ask(walkable_city, network, 500, 3400 - 721, when=MONDAY).journeys


def test_who_walks_less_far_to_a_stop_is_told_less(
    walkable_city: WalkableCity, network: TransitNetwork
) -> None:
    # 800 s from Most Środkowy to the second nursery, 125 s from Polna to the third.
    assert list(ask(walkable_city, network, walk_limit_s=799).journeys) == [FAR]
    assert list(ask(walkable_city, network, walk_limit_s=801).journeys) == ["nurseries-2", FAR]
    assert list(ask(walkable_city, network, walk_limit_s=124).journeys) == []


def test_only_long_walks_and_so_many_of_them_are_looked_at(
    walkable_city: WalkableCity, network: TransitNetwork
) -> None:
    assert list(ask(walkable_city, network).journeys) == ["nurseries-2", FAR]
    assert list(ask(walkable_city, network, longer_than_s=3000).journeys) == [FAR]
    assert list(ask(walkable_city, network, most=2).journeys) == ["nurseries-2"]  # of three


def test_what_the_journeys_rest_on_is_said(
    walkable_city: WalkableCity, network: TransitNetwork
) -> None:
    basis = ask(walkable_city, network).basis
    assert basis.sources == ("timetable: Invented timetable 1",)
    assert (basis.valid_from, basis.valid_to) == (date(2026, 10, 1), date(2027, 1, 31))
    assert basis.modes == {"tram"}
    assert basis.step_free is None
    assert ask(walkable_city, network, step_free=True).basis.step_free is False


def test_a_city_without_a_timetable_says_so(walkable_city: WalkableCity) -> None:
    with pytest.raises(NoTimetableError, match="no timetable"):
        ask(walkable_city, transit_network([]))


@pytest.mark.parametrize("when", [datetime(2027, 2, 1, 6), datetime(2026, 11, 7, 12)])
def test_a_day_without_trips_is_an_error_not_an_empty_answer(
    walkable_city: WalkableCity, network: TransitNetwork, when: datetime
) -> None:
    """After the last day of the timetable, and on a Saturday at noon, before a Sunday without."""
    with pytest.raises(OutsideTimetableError, match="2026-10-01 to 2027-01-31"):
        ask(walkable_city, network, when=when)


def wheelchairs(*codes: int) -> Timetable:
    """Line 1 at 06:00, 06:10 and so on, each trip with what the feed says of it."""
    return build_timetable(
        source="toy",
        timezone="Europe/Warsaw",
        services=[Service("s", frozenset(range(7)), date(2026, 10, 1), date(2026, 12, 31))],
        stop_ids="ab",
        stop_names=["Lipowa", "Polna"],
        stop_lonlat=np.array([at(500, 3400), at(500, 600)]),
        paths=[PathRow("1", "", (0, 1), (0.0, 840.0), (0.0, 840.0), "tram")],
        trips=[TripRow(str(i), 0, 0, 21_600.0 + 600 * i, -1, code) for i, code in enumerate(codes)],
        stop_wheelchair=np.array([1, 1]),
    )


def test_what_is_known_of_wheelchairs_is_told_of_each_ride(walkable_city: WalkableCity) -> None:
    network = transit_network([wheelchairs(2, 0, 1)])

    def first(**options: Any) -> tuple[str, bool | None, bool | None]:
        found: Transit = ask(walkable_city, network, **options)
        ride = found.journeys[FAR][0].rides[0]
        return clock(ride.departure), ride.step_free, found.basis.step_free

    assert first() == ("06:00:00", None, None)
    assert first(step_free=True) == ("06:20:00", True, True)


def test_the_paths_between_stops_are_walked_once(
    walkable_city: WalkableCity, network: TransitNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(walkable_city, network)

    def again(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("locator.analysis.transit.stop_walks.reach", again)
    assert FAR in ask(walkable_city, network).journeys
