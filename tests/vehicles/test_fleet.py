from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from locator.base.errors import InvalidParameterError, NotFoundError
from locator.base.files import LOCK_FILE
from locator.city.model import City, load_city
from locator.vehicles.fleet import assign_vehicle
from locator.vehicles.gtfs import import_feeds
from locator.vehicles.matching import match_report
from locator.vehicles.poller import FeedState
from locator.vehicles.positions import Fleet, load_fleet, plans, position, positions
from locator.vehicles.realtime import FeedError, Region, ReportedPosition, read_feed
from locator.vehicles.timetable_file import save_timetable
from tests.tinycity import at as lonlat
from tests.vehicles.test_gtfs import feed

TESTDATA = Path(__file__).resolve().parents[3] / "shared" / "testdata"
WARSAW = ZoneInfo("Europe/Warsaw")
AT = datetime(2026, 11, 24, 6, 10, tzinfo=WARSAW)
T = AT.timestamp()


def report(
    x: float, y: float, *, age: float = 5.0, trip: str | None = None, number: str = "302"
) -> ReportedPosition:
    lon, lat = lonlat(x, y)
    return ReportedPosition(f"T:{number}", "T", (number, f"RF{number}"), lon, lat, T - age, trip)


def alive(*reports: ReportedPosition, feed_name: str = "T") -> FeedState:
    return FeedState(feed_name, reports, answered_t=T)


def with_number(fleet: Fleet, number: str) -> Fleet:
    vehicle = replace(fleet.vehicles[0], fleet_number=number, assignment="confirmed")
    return replace(fleet, vehicles=(vehicle,))


@pytest.fixture
def numbered(tiny: City) -> Fleet:
    return with_number(load_fleet(tiny), "RF302")


def test_the_vehicles_are_those_of_the_layers_that_move(tiny: City) -> None:
    (vehicle,) = load_fleet(tiny).vehicles
    assert (vehicle.id, vehicle.unit, vehicle.line, vehicle.headsign) == (
        "vehicles-1",
        "1",
        "1",
        "Polna",
    )
    assert (vehicle.assignment, vehicle.fleet_number) == ("assumed", None)
    assert (vehicle.first_departure_min, vehicle.base_name) == (360, "Lipowa")


def test_live_comes_first(numbered: Fleet) -> None:
    (found,) = positions(numbered, AT, [alive(report(700, 900))])
    assert (found.basis, found.assignment, found.age_s) == ("live", "confirmed", 5.0)
    assert found.observed_at.timestamp() == T - 5
    assert (found.lon, found.lat) == lonlat(700, 900)
    assert found.next_stop is None  # where it goes is not known without its trip


@pytest.mark.parametrize(
    "state",
    [
        alive(report(700, 900, age=181)),
        alive(report(700, 900, age=-121)),
        alive(report(-400_000, 900_000)),
        alive(report(700, 900, number="303")),
        alive(),
        replace(alive(report(700, 900)), answered_t=T - 61, error=FeedError("down"), failures=3),
        FeedState("T"),
    ],
    ids=["stale", "future", "in the sea", "another", "empty", "dead feed", "never answered"],
)
def test_what_may_not_be_called_live_leaves_the_timetable(
    numbered: Fleet, state: FeedState
) -> None:
    (found,) = positions(numbered, AT, [state])
    assert (found.basis, found.age_s, found.observed_at) == ("timetable", 0.0, AT)
    # The vehicle is known, its tour of today is not.
    assert found.assignment == "assumed"


def test_a_vehicle_without_a_number_is_never_live(tiny: City) -> None:
    (found,) = positions(load_fleet(tiny), AT, [alive(report(700, 900))])
    assert found.basis == "timetable"


def test_a_number_in_two_feeds_needs_its_feed_in_front() -> None:
    tram = report(700, 900)
    bus = replace(tram, id="A:302", feed="A")
    both = {"A": (bus,), "T": (tram,)}
    assert match_report("302", both) is None
    assert match_report("T:302", both) is tram
    assert match_report("A:RF302", both) is bus
    assert match_report("X:302", both) is None


def gtfs_of_the_tiny_line(folder: Path) -> None:
    stops = "stop_id,stop_name,stop_lat,stop_lon\n" + "".join(
        f"{name},{name},{lonlat(*xy)[1]},{lonlat(*xy)[0]}\n"
        for name, xy in {"a": (500, 3400), "b": (2000, 2100), "c": (500, 600)}.items()
    )
    times = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n" + "".join(
        f"{trip},{t},{t},{stop},{i}\n"
        for trip, rows in {
            "t1": [("06:00:00", "a"), ("06:06:00", "b"), ("06:14:00", "c")],
            "t2": [("06:20:00", "c"), ("06:28:00", "b"), ("06:34:00", "a")],
        }.items()
        for i, (t, stop) in enumerate(rows)
    )
    trips = "trip_id,route_id,service_id,trip_headsign,block_id\nt1,r1,wk,C,b1\nt2,r1,wk,A,b1\n"
    path = feed(folder / "x_T.zip", stops=stops, stop_times=times, trips=trips)
    save_timetable(import_feeds({"T": path})[0], folder)


@pytest.fixture
def with_trips(tiny_folder: Path) -> Fleet:
    gtfs_of_the_tiny_line(tiny_folder)
    return with_number(load_fleet(load_city(tiny_folder)), "T:302")


def test_a_live_trip_on_file_gives_the_delay_and_the_next_stop(with_trips: Fleet) -> None:
    # At (1250, 2750), half of the way to b, it should be at 6:03; it was there at 6:09:55.
    (plan,) = plans(with_trips, AT, [alive(report(1250, 2750, trip="T:t1"))])
    assert plan.delay_s == pytest.approx(6 * 60 + 55, abs=1)
    found = position(plan)
    assert (found.line, found.headsign, found.next_stop) == ("52", "C", "b")
    assert found.next_stop_at is not None
    assert found.next_stop_at.timestamp() - T == pytest.approx(175, abs=1)
    assert plan.predictable


def test_a_live_trip_far_from_its_path_is_of_another_timetable(with_trips: Fleet) -> None:
    (plan,) = plans(with_trips, AT, [alive(report(3400, 3900, trip="T:t1"))])
    assert (plan.runs, plan.predictable, position(plan).basis) == ((), False, "live")


def test_a_dead_feed_leaves_the_tour_that_the_vehicle_was_on(with_trips: Fleet) -> None:
    seen = report(1250, 2750, age=400, trip="T:t1")
    dead = replace(alive(seen), answered_t=T - 390, error=FeedError("down"))
    (found,) = positions(with_trips, AT, [dead])
    assert (found.basis, found.assignment, found.line) == ("timetable", "confirmed", "52")
    assert (found.lon, found.lat) == pytest.approx(lonlat(1250, 1350), abs=1e-5)


@pytest.mark.real_data
@pytest.mark.skipif(not TESTDATA.exists(), reason="../shared/testdata is not there")
def test_a_timetable_of_another_year_never_explains_a_live_trip(tiny: City) -> None:
    """Ids are used again from one timetable to the next."""
    table, _ = import_feeds({"T": TESTDATA / "GTFS_KRK_T.zip"})
    data = (TESTDATA / "gtfs_rt" / "vehicle_positions_t__72843870.pb").read_bytes()
    reports = tuple(
        replace(seen, trip_id=table.trip_ids[number])
        for number, seen in enumerate(read_feed(data, feed="T"))
    )
    fleet = replace(load_fleet(tiny), timetables=(table,), region=Region(19, 49, 21, 51))
    for seen in reports:
        at = datetime.fromtimestamp(seen.observed_t, WARSAW)
        state = FeedState("T", reports, answered_t=seen.observed_t)
        (plan,) = plans(with_number(fleet, seen.id), at, [state])
        assert (plan.live, plan.runs, plan.predictable) == (seen, (), False)


def test_assigning_writes_the_number_and_no_longer_calls_it_assumed(tiny_folder: Path) -> None:
    before = json.loads((tiny_folder / "vehicles.geojson").read_text("utf-8"))
    path = assign_vehicle(load_city(tiny_folder), "1", fleet_number="T:302")
    (after,) = json.loads(path.read_text("utf-8"))["features"]
    (feature,) = before["features"]
    assert after["geometry"] == feature["geometry"]
    assert after["properties"]["name"] == "AED T:302"
    assert after["properties"]["note"] is None
    (vehicle,) = load_fleet(load_city(tiny_folder)).vehicles
    assert (vehicle.fleet_number, vehicle.assignment) == ("T:302", "confirmed")
    assert [name for name in os.listdir(tiny_folder) if name.startswith(".")] == [LOCK_FILE]


def test_a_number_can_be_taken_back(tiny_folder: Path) -> None:
    before = json.loads((tiny_folder / "vehicles.geojson").read_text("utf-8"))
    assign_vehicle(load_city(tiny_folder), "vehicles-1", fleet_number="T:302", line="173")
    assign_vehicle(load_city(tiny_folder), "1", fleet_number="T:303")
    assign_vehicle(load_city(tiny_folder), "1", fleet_number=None)
    assert json.loads((tiny_folder / "vehicles.geojson").read_text("utf-8")) == before


def test_another_line_takes_its_first_tour(tiny_folder: Path) -> None:
    assign_vehicle(load_city(tiny_folder), "1", fleet_number="302", line="1")
    (vehicle,) = load_fleet(load_city(tiny_folder)).vehicles
    assert (vehicle.headsign, vehicle.first_departure_min) == ("Polna", 360)
    assign_vehicle(load_city(tiny_folder), "1", fleet_number="302", line="173")
    (vehicle,) = load_fleet(load_city(tiny_folder)).vehicles
    assert (vehicle.line, vehicle.headsign, vehicle.first_departure_min) == ("173", None, None)


@pytest.mark.parametrize("number", ["", "T:", "3 02", "<b>", "T:302:1", "x" * 40])
def test_what_is_no_fleet_number_is_refused(tiny_folder: Path, number: str) -> None:
    before = (tiny_folder / "vehicles.geojson").read_bytes()
    with pytest.raises(InvalidParameterError, match="not a fleet number"):
        assign_vehicle(load_city(tiny_folder), "1", fleet_number=number)
    assert (tiny_folder / "vehicles.geojson").read_bytes() == before


def test_an_unknown_unit_is_answered_with_the_known_ones(tiny_folder: Path) -> None:
    with pytest.raises(NotFoundError, match='no unit "18"; units on file: 1'):
        assign_vehicle(load_city(tiny_folder), "18", fleet_number="302")
