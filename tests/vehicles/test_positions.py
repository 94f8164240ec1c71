"""The tiny line, worked by hand: out 06:00, 06:30, 07:00 in 14 min; back 06:20, 06:50, 07:20."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from locator.city.model import City, load_city
from locator.vehicles import VehiclePosition
from locator.vehicles.calendar import Service, day_type, representative_days, service_day_zero
from locator.vehicles.own import own_timetable
from locator.vehicles.positions import Fleet, load_fleet, plans, positions, upcoming_calls
from locator.vehicles.runs import lay_out, shifted
from locator.vehicles.timetable import Timetable
from tests.tinycity import ORIGIN_XY, timetable, write_timetable, write_tiny_city

WARSAW = ZoneInfo("Europe/Warsaw")
TUESDAY = date(2026, 11, 24)


def instant(hour: int, minute: int = 0, second: int = 0, *, day: date = TUESDAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=WARSAW)


@pytest.fixture(scope="module")
def fleet(tiny: City) -> Fleet:
    return load_fleet(tiny)


def city_with(tmp_path: Path, **members: object) -> City:
    """The tiny city with other members of its timetable; departures of the way out given."""
    folder = write_tiny_city(tmp_path / "t")
    table = timetable()
    for name, value in members.items():
        target = table if name in table else table["patterns"][0]
        target[name] = value
    write_timetable(folder, table)
    return load_city(folder)


def where(city: City, position: VehiclePosition) -> tuple[float, float]:
    x, y = city.projection.to_metric([(position.lon, position.lat)])[0]
    return round(float(x - ORIGIN_XY[0]), 0), round(float(y - ORIGIN_XY[1]), 0)


@pytest.mark.parametrize(
    ("at", "xy", "next_stop"),
    [
        (instant(6, 0), (500, 3400), "Most Środkowy"),
        (instant(6, 3), (1250, 2750), "Most Środkowy"),  # half of the way to stop 1
        (instant(6, 6), (2000, 2100), "Polna"),
        (instant(6, 10), (1250, 1350), "Polna"),  # half of 6:06 to 6:14
        (instant(6, 17), (500, 600), "Most Środkowy"),  # waits for 6:20 at the terminus
        (instant(6, 24), (1250, 1350), "Most Środkowy"),
        (instant(6, 50), (500, 3400), "Most Środkowy"),  # waits for 7:00 where it leaves from
    ],
)
def test_position_at_a_minute_is_the_one_worked_out_by_hand(
    tiny: City, fleet: Fleet, at: datetime, xy: tuple[float, float], next_stop: str
) -> None:
    (position,) = positions(fleet, at)
    assert (position.basis, position.assignment, position.line) == ("timetable", "assumed", "1")
    assert where(tiny, position) == xy
    assert position.next_stop == next_stop
    assert (position.observed_at, position.age_s) == (at, 0.0)


def test_the_tour_takes_the_first_departure_that_leaves_its_pause(fleet: Fleet) -> None:
    run = fleet.runs(TUESDAY)["vehicles-1"]
    starts = run.timetable.trip_start_s[list(dict.fromkeys(run.trip.tolist()))]
    # 06:30 leaves before the vehicle is back at 06:34 from 06:20; so 07:00, then 07:20.
    assert (starts / 60).tolist() == [360.0, 380.0, 420.0, 440.0]


def test_other_vehicles_have_their_own_runs(tiny: City, fleet: Fleet) -> None:
    (one,) = fleet.vehicles
    assert set(fleet.runs(TUESDAY)) == {one.id}
    others = replace(fleet, vehicles=(replace(one, id="vehicles-2"),))  # as after a correction
    assert set(others.runs(TUESDAY)) == {"vehicles-2"}
    everywhere = np.array([(-180.0, -90.0), (180.0, 90.0)])
    assert others.passing(instant(6, 10), timedelta(hours=1), everywhere) == {"vehicles-2"}


@pytest.mark.parametrize("at", [instant(5, 59, 59), instant(7, 34, 1), instant(3)])
def test_before_the_first_and_after_the_last_call_it_is_at_its_base(
    tiny: City, fleet: Fleet, at: datetime
) -> None:
    (position,) = positions(fleet, at)
    assert (position.basis, position.line, where(tiny, position)) == ("base", None, (500, 3400))


def test_a_day_without_service_leaves_it_at_its_base(fleet: Fleet) -> None:
    sunday = date(2026, 11, 29)
    (position,) = positions(fleet, instant(6, 10, day=sunday))
    assert position.basis == "base"
    holiday = date(2026, 11, 11)  # a Wednesday
    (position,) = positions(fleet, instant(6, 10, day=holiday))
    assert position.basis == "base"


def test_outside_the_validity_of_the_timetable_nothing_runs(fleet: Fleet) -> None:
    (position,) = positions(fleet, instant(6, 10, day=date(2027, 2, 2)))
    assert position.basis == "base"
    assert not fleet.has_service(date(2027, 2, 2))
    assert fleet.has_service(TUESDAY)


def test_saturday_has_its_own_departures(tiny: City, fleet: Fleet) -> None:
    (position,) = positions(fleet, instant(8, 3, day=date(2026, 11, 28)))
    assert (position.basis, where(tiny, position)) == ("timetable", (1250, 2750))


def test_a_trip_past_midnight_belongs_to_the_day_before(tmp_path: Path) -> None:
    city = city_with(tmp_path, working_day=[360, 24 * 60 - 2])
    fleet = load_fleet(replace_vehicle(city, first_departure=24 * 60 - 2))
    (late,) = positions(fleet, instant(23, 59, day=TUESDAY))
    (early,) = positions(fleet, instant(0, 4, day=TUESDAY + timedelta(days=1)))
    assert (late.basis, early.basis) == ("timetable", "timetable")
    assert where(city, early) == (2000, 2100)
    friday_night = instant(0, 4, day=date(2026, 11, 28))
    assert positions(fleet, friday_night)[0].basis == "timetable"
    monday_morning = instant(0, 4, day=date(2026, 11, 30))
    assert positions(fleet, monday_morning)[0].basis == "base"


def replace_vehicle(city: City, **members: object) -> City:
    frame = city.facilities.copy()
    frame.at["vehicles-1", "vehicle"] = {**frame.at["vehicles-1", "vehicle"], **members}
    return replace(city, facilities=frame)


def test_day_types_follow_the_calendar_and_its_holidays() -> None:
    assert day_type(date(2026, 11, 24), country="PL") == "working"
    assert day_type(date(2026, 11, 28), country="PL") == "saturday"
    assert day_type(date(2026, 11, 29), country="PL") == "sunday"
    assert day_type(date(2026, 11, 11), country="PL") == "sunday"  # Independence Day
    assert day_type(date(2026, 12, 26), country="PL") == "sunday"  # a Saturday
    assert day_type(date(2027, 1, 6), country="PL") == "sunday"


def test_exceptions_of_a_service_win_over_its_weekdays() -> None:
    service = Service(
        "s",
        frozenset({5}),
        date(2020, 11, 28),
        date(2021, 1, 28),
        added=frozenset({date(2020, 12, 24)}),
        removed=frozenset({date(2020, 12, 26)}),
    )
    runs = [
        service.runs_on(date(*d))
        for d in [(2020, 12, 19), (2020, 12, 24), (2020, 12, 26), (2021, 1, 30)]
    ]
    assert runs == [True, True, False, False]


def test_representative_days_are_ordinary_ones() -> None:
    days = representative_days(
        [Service("all", frozenset(range(7)), date(2026, 10, 2), date(2027, 1, 31))],
        country="PL",
        timezone="Europe/Warsaw",
        around=date(2026, 11, 11),  # a holiday, and the day after has it before it
    )
    assert days == {
        "working": date(2026, 11, 10),
        "saturday": date(2026, 11, 14),
        "sunday": date(2026, 11, 8),
    }


def test_the_service_day_starts_twelve_hours_before_noon() -> None:
    ordinary = service_day_zero(TUESDAY, timezone="Europe/Warsaw")
    autumn = service_day_zero(date(2026, 10, 25), timezone="Europe/Warsaw")
    spring = service_day_zero(date(2027, 3, 28), timezone="Europe/Warsaw")
    assert ordinary.isoformat() == "2026-11-24T00:00:00+01:00"
    assert autumn.isoformat() == "2026-10-25T01:00:00+02:00"  # one hour after midnight
    assert spring.isoformat() == "2027-03-27T23:00:00+01:00"  # one hour before midnight


def test_a_night_trip_keeps_its_length_when_the_clocks_go_back(tmp_path: Path) -> None:
    # Saturday's service, 26:57: 2:57 summer time, 02:57 +02:00; 3 minutes later it is 2:00 again.
    city = city_with(tmp_path, saturday=[27 * 60 - 3])
    fleet = load_fleet(city)
    night = date(2026, 10, 25)
    before = datetime(2026, 10, 25, 2, 57, tzinfo=WARSAW, fold=0)
    after = datetime(2026, 10, 25, 2, 3, tzinfo=WARSAW, fold=1)
    assert after.timestamp() - before.timestamp() == 6 * 60
    assert where(city, positions(fleet, before)[0]) == (500, 3400)
    assert where(city, positions(fleet, after)[0]) == (2000, 2100)
    again = positions(fleet, instant(2, 57, day=night).replace(fold=1))[0]
    assert again.basis == "base"


def test_a_night_trip_keeps_its_length_when_the_clocks_go_forward(tmp_path: Path) -> None:
    city = city_with(tmp_path, saturday=[26 * 60 - 3], valid_to="2027-12-31")
    fleet = load_fleet(city)
    # 25:57 of Saturday is 1:57; 3 minutes later it is 3:00.
    at = datetime(2027, 3, 28, 3, 3, tzinfo=WARSAW)
    assert where(city, positions(fleet, at)[0]) == (2000, 2100)


def test_upcoming_calls_hold_what_comes_within_the_time(fleet: Fleet) -> None:
    (plan,) = plans(fleet, instant(6, 3))
    calls = upcoming_calls(plan, within=timedelta(minutes=12))
    assert calls.names == ("Most Środkowy", "Polna", "Polna")
    minutes = (calls.arrive_t - instant(6).timestamp()) / 60
    assert minutes.tolist() == [6.0, 14.0, 15.0]
    assert ((calls.depart_t - instant(6).timestamp()) / 60).tolist() == [6.0, 14.0, 20.0]


@pytest.fixture(scope="module")
def table(tiny: City) -> Timetable:
    found = own_timetable(tiny)
    assert found is not None
    return found


def test_a_delay_is_made_good_by_pauses(table: Timetable) -> None:
    six, back = "timetable:0:working_day@21600", "timetable:1:working_day@22800"
    tour = [table.trip_index[six], table.trip_index[back]]
    run = lay_out(table, tour, TUESDAY)
    zero = instant(6).timestamp()
    late = shifted(run, trip=tour[0], delay_s=600.0)
    # 14 + 10 = 24 min; the pause of 6 min (less 1 to the other platform) makes 5 min good.
    assert ((late.arrive_t - zero) / 60).tolist() == [10.0, 16.0, 24.0, 25.0, 33.0, 39.0]
    assert ((late.depart_t - zero) / 60).tolist() == [10.0, 16.0, 24.0, 25.0, 33.0, 39.0]
    early = shifted(run, trip=tour[0], delay_s=-60.0)
    assert ((early.depart_t - zero) / 60).tolist() == [-1.0, 5.0, 13.0, 20.0, 28.0, 34.0]


def test_two_vehicles_never_run_the_same_trip(tiny: City) -> None:
    fleet = load_fleet(tiny)
    one = fleet.vehicles[0]
    two = replace(fleet, vehicles=(one, replace(one, id="vehicles-2")))
    runs = two.runs(TUESDAY)
    assert not set(runs["vehicles-1"].trip) & set(runs["vehicles-2"].trip)
    starts = table_starts(runs["vehicles-2"])
    assert starts == [390.0, 410.0]  # 06:30 out, 06:50 back; 07:00 and 07:20 are the other's


def table_starts(run: object) -> list[float]:
    trips = np.unique(run.trip)  # type: ignore[attr-defined]
    return sorted((run.timetable.trip_start_s[trips] / 60).tolist())  # type: ignore[attr-defined]
