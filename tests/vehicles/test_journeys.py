from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from locator.vehicles.backwards import backwards
from locator.vehicles.calendar import Service
from locator.vehicles.day_trips import day_trips
from locator.vehicles.gtfs import import_feeds
from locator.vehicles.raptor import CHANGE_S, Footpaths, Ride, Search, search
from locator.vehicles.timetable import (
    ACCESSIBLE,
    INACCESSIBLE,
    PathRow,
    Timetable,
    TripRow,
    build_timetable,
)
from locator.vehicles.transit import TransitNetwork, transit_network
from tests.plainjourneys import (
    ZONE,
    Connection,
    PlainFeed,
    connections,
    plain_arrivals,
    read_plain,
)

TESTDATA = Path(__file__).resolve().parents[3] / "shared" / "testdata"
OWN = Path(__file__).resolve().parents[2] / "geodata" / "timetable.zip"

# A toy line city ----------------------------------------------------------------------------

MONDAY = date(2026, 11, 30)
DAILY = Service("daily", frozenset(range(7)), date(2026, 10, 1), date(2026, 12, 31))
WEEKDAYS = Service("weekdays", frozenset(range(5)), date(2026, 10, 1), date(2026, 12, 31))


def toy(
    *rows: tuple[str, tuple[int, ...], tuple[int, ...], tuple[int, ...]],
    service: Service = DAILY,
    **more: object,
) -> Timetable:
    """Lines: name, stops, minutes at each, minutes after midnight at which a trip starts."""
    paths = [
        PathRow(line, "", stops, *[tuple(60.0 * m for m in minutes)] * 2, "tram")
        for line, stops, minutes, _ in rows
    ]
    trips = [
        TripRow(f"{line}@{start}", number, 0, 60.0 * start)
        for number, (line, _, _, starts) in enumerate(rows)
        for start in starts
    ]
    return table_of(paths, trips, service=service, **more)


def table_of(
    paths: list[PathRow], trips: list[TripRow], *, service: Service = DAILY, **more: object
) -> Timetable:
    count = 1 + max(stop for path in paths for stop in path.stops)
    return build_timetable(
        source="toy",
        timezone="Europe/Warsaw",
        services=[service],
        stop_ids=[str(i) for i in range(count)],
        stop_names=[f"S{i}" for i in range(count)],
        stop_lonlat=np.column_stack([np.arange(count), np.zeros(count)]),
        paths=paths,
        trips=trips,
        **more,  # type: ignore[arg-type]
    )


def walks(count: int, *pairs: tuple[int, int, float]) -> Footpaths:
    """Every stop leads to itself, and each pair both ways in so many seconds."""
    rows = [(i, i, 0.0) for i in range(count)]
    rows += [way for a, b, s in pairs for way in ((a, b, s), (b, a, s))]
    rows.sort(key=lambda row: row[1])
    to_stop = [row[1] for row in rows]
    return Footpaths(
        np.array([row[0] for row in rows]),
        np.searchsorted(to_stop, np.arange(count + 1)),
        np.array([row[2] for row in rows]),
    )


def at(clock: str, day: date = MONDAY) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE)


def ask(
    table: Timetable | TransitNetwork,
    access: dict[int, float],
    when: datetime,
    *pairs: tuple[int, int, float],
    step_free: bool = False,
) -> Search:
    network = table if isinstance(table, TransitNetwork) else transit_network([table])
    count = len(network.stop_names)
    access_s = np.full(count, np.inf)
    access_s[list(access)] = list(access.values())
    running = network.running_at(when, step_free=step_free)
    return search(running, walks(count, *pairs), access_s, depart_t=when.timestamp())


def clock(searched: Search, stop: int, *, rides: int = 1) -> str:
    """When so many rides get to a stop."""
    reached = [one.arrive_t[stop] for one in searched.rounds[rides - 1 : rides]]
    if not reached or not np.isfinite(reached[0]):
        return "-"
    return datetime.fromtimestamp(reached[0], ZONE).strftime("%H:%M")


def told(searched: Search, stop: int, rides: int) -> list[tuple[str, int, int, str, str]]:
    """Line, from, to, departure and arrival of each ride."""
    return [
        (
            ride.running.trips.table.lines[ride.running.trips.table.trip_path[ride.trip]],
            ride.from_stop,
            ride.to_stop,
            datetime.fromtimestamp(ride.depart_t, ZONE).strftime("%H:%M"),
            datetime.fromtimestamp(ride.arrive_t, ZONE).strftime("%H:%M"),
        )
        for ride in searched.rides_to(stop, round_=rides - 1)
    ]


A, B, C, D, E = range(5)
SLOW = ("1", (A, B, C), (0, 10, 30), (480, 500, 520))
CROSS = ("2", (B, D), (0, 5), (485, 491, 495, 512))


def test_the_next_tram_after_the_walk_to_the_stop_is_taken() -> None:
    found = ask(toy(SLOW), {A: 120.0}, at("07:58"))
    assert clock(found, C) == "08:30"  # at the stop at 08:00:00, just in time
    assert clock(ask(toy(SLOW), {A: 121.0}, at("07:58")), C) == "08:50"


def test_a_change_takes_a_minute_and_the_walk_between_the_stops() -> None:
    table = toy(SLOW, CROSS)
    assert clock(ask(table, {A: 0.0}, at("08:00")), D, rides=2) == "08:16"  # off 08:10, on 08:11
    late = toy(SLOW, ("2", (B, D), (0, 5), (490, 512)))
    assert clock(ask(late, {A: 0.0}, at("08:00")), D, rides=2) == "08:37"  # 08:10 is too soon
    other = toy(SLOW, ("2", (E, D), (0, 5), (494, 495, 500)))
    assert clock(ask(other, {A: 0.0}, at("08:00"), (B, E, 240.0)), D, rides=2) == "08:20"
    assert clock(ask(other, {A: 0.0}, at("08:00"), (B, E, 241.0)), D, rides=2) == "08:25"
    assert clock(ask(other, {A: 0.0}, at("08:00")), D, rides=2) == "-"  # no way from B to E


def test_at_most_two_changes_are_made() -> None:
    legs = [(str(i), (i, i + 1), (0, 5), (480 + 10 * i,)) for i in range(4)]
    back = ("back", (B, A), (0, 5), (486,))
    found = ask(toy(*legs, back), {A: 0.0}, at("08:00"))
    reached = [[clock(found, stop, rides=n) for n in (1, 2, 3)] for stop in (B, C, D, E)]
    assert reached == [
        ["08:05", "-", "-"],
        ["-", "08:15", "-"],
        ["-", "-", "08:25"],
        ["-", "-", "-"],
    ]
    assert len(found.rounds) == 3
    assert not np.isfinite(found.rounds[1].ready_t[A])  # another ride is no gain there


def test_the_rides_are_told_and_the_first_is_as_late_as_the_second_allows() -> None:
    table = toy(("1", (A, B), (0, 10), (480, 485, 490, 500)), ("2", (B, C), (0, 5), (505,)))
    found = ask(table, {A: 0.0}, at("08:00"))
    assert told(found, C, 2) == [
        ("1", A, B, "08:10", "08:20"),
        ("2", B, C, "08:25", "08:30"),
    ]


def test_of_stops_of_the_same_tram_that_with_the_shorter_walk_is_chosen() -> None:
    found = ask(toy(SLOW), {A: 300.0, B: 60.0}, at("07:50"))
    assert told(found, C, 1) == [("1", B, C, "08:10", "08:30")]
    found = ask(toy(SLOW), {A: 60.0, B: 300.0}, at("07:50"))
    assert told(found, C, 1) == [("1", A, C, "08:00", "08:30")]


def test_a_tram_that_overtakes_is_taken() -> None:
    paths = [
        PathRow("slow", "", (A, B), (0.0, 1800.0), (0.0, 1800.0), "tram"),
        PathRow("fast", "", (A, B), (0.0, 600.0), (0.0, 600.0), "tram"),
    ]
    table = table_of(paths, [TripRow("s", 0, 0, 28_800.0), TripRow("f", 1, 0, 29_100.0)])
    assert len(day_trips(table, np.array([0, 1])).trip_first) == 3  # two patterns of one order
    assert told(ask(table, {A: 0.0}, at("08:00")), B, 1) == [("fast", A, B, "08:05", "08:15")]


def test_where_one_may_not_get_on_or_off_nobody_does() -> None:
    def line(board: tuple[bool, ...], alight: tuple[bool, ...]) -> Timetable:
        times = (0.0, 600.0, 1200.0)
        path = PathRow("1", "", (A, B, C), times, times, "tram", board, alight)
        return table_of([path], [TripRow("t", 0, 0, 28_800.0)])

    every = (True, True, True)
    assert clock(ask(line(every, every), {A: 0.0}, at("07:00")), B) == "08:10"
    assert clock(ask(line((False, True, True), every), {A: 0.0}, at("07:00")), C) == "-"
    assert clock(ask(line((False, True, True), every), {B: 0.0}, at("07:00")), C) == "08:20"
    off = line(every, (True, False, True))
    assert [clock(ask(off, {A: 0.0}, at("07:00")), stop) for stop in (B, C)] == ["-", "08:20"]


def test_yesterdays_trips_run_past_midnight_by_yesterdays_calendar() -> None:
    late = toy(("1", (A, B), (0, 20), (24 * 60 + 30,)), service=WEEKDAYS)
    saturday, sunday = date(2026, 11, 28), date(2026, 11, 29)
    assert clock(ask(late, {A: 0.0}, at("00:10", saturday)), B) == "00:50"  # Friday's
    monday = ask(late, {A: 0.0}, at("00:10", sunday)).rounds[0].arrive_t[B]  # no Saturday's
    assert datetime.fromtimestamp(monday, ZONE).isoformat() == "2026-12-01T00:50:00+01:00"
    before = ask(late, {A: 0.0}, at("23:50", date(2026, 11, 27)))
    assert clock(before, B) == "00:50"


def test_exceptions_of_the_calendar_count() -> None:
    holiday = date(2026, 11, 11)  # a Wednesday
    service = Service(
        "s",
        frozenset(range(5)),
        date(2026, 10, 1),
        date(2026, 12, 31),
        removed=frozenset([holiday]),
    )
    line = toy(("1", (A, B), (0, 20), (600,)), service=service)
    assert clock(ask(line, {A: 0.0}, at("09:00", date(2026, 11, 12))), B) == "10:20"
    assert told(ask(line, {A: 0.0}, at("09:00", holiday)), B, 1)[0][3:] == ("10:00", "10:20")
    next_day = ask(line, {A: 0.0}, at("09:00", holiday)).rounds[0].arrive_t[B]
    assert datetime.fromtimestamp(next_day, ZONE).date() == date(2026, 11, 12)


def test_times_count_from_noon_less_twelve_hours_when_the_clocks_change() -> None:
    # On 2026-10-25 the clocks go back at 3: the service day starts at 1 o'clock (summer time), and
    # a trip that the timetable has at 01:30 leaves half an hour later, still in summer time.
    line = toy(("1", (A, B), (0, 20), (90,)))
    day = date(2026, 10, 25)
    found = ask(line, {A: 0.0}, at("00:40", day)).rounds[0].arrive_t[B]
    assert datetime.fromtimestamp(found, ZONE).isoformat() == "2026-10-25T02:50:00+02:00"


def test_of_two_timetables_the_first_that_runs_and_has_the_line_counts() -> None:
    imported = toy(("1", (A, B), (0, 9), (480,)), service=WEEKDAYS)
    own = toy(("1", (A, B), (0, 5), (480,)), ("2", (A, B), (0, 7), (480,)))
    network = transit_network([imported, own])
    working = ask(network, {A: 0.0, 2 + A: 0.0}, at("07:59"), (B, 2 + B, 0.0))
    assert [clock(working, stop) for stop in (B, 2 + B)] == ["08:09", "08:07"]
    sunday = ask(network, {A: 0.0, 2 + A: 0.0}, at("07:59", date(2026, 11, 29)))
    assert clock(sunday, 2 + B) == "08:05"


def test_each_timetable_counts_by_its_own_clock() -> None:
    ours = toy(("1", (A, B), (0, 5), (480,)))
    theirs = replace(toy(("2", (A, B), (0, 5), (540,))), timezone="Europe/Kyiv")
    found = ask(transit_network([ours, theirs]), {A: 0.0, 2 + A: 0.0}, at("07:59"))
    assert [clock(found, stop) for stop in (B, 2 + B)] == ["08:05", "08:05"]


def test_a_wheelchair_rides_what_the_timetable_says_it_can_or_all_where_it_says_nothing() -> None:
    paths = [PathRow("1", "", (A, B), (0.0, 600.0), (0.0, 600.0), "tram")]
    codes = (INACCESSIBLE, 0, ACCESSIBLE)
    trips = [TripRow(str(i), 0, 0, 28_800.0 + 600 * i, -1, code) for i, code in enumerate(codes)]
    table = table_of(paths, trips)
    assert clock(ask(table, {A: 0.0}, at("08:00")), B) == "08:10"
    assert clock(ask(table, {A: 0.0}, at("08:00"), step_free=True), B) == "08:30"
    stops = table_of(paths, trips, stop_wheelchair=np.array([ACCESSIBLE, INACCESSIBLE]))
    assert clock(ask(stops, {A: 0.0}, at("08:00"), step_free=True), B) == "-"
    silent = table_of(paths, [TripRow("t", 0, 0, 28_800.0)])
    assert clock(ask(silent, {A: 0.0}, at("08:00"), step_free=True), B) == "08:10"


def test_a_day_is_arranged_once_for_all_days_of_the_same_services() -> None:
    network = transit_network([toy(SLOW, service=WEEKDAYS)])
    monday, tuesday = (network.running_at(at("12:00", MONDAY + timedelta(days=i))) for i in (0, 1))
    assert {id(one.trips) for one in monday} == {id(one.trips) for one in tuesday}
    assert len({one.zero_t for one in (*monday, *tuesday)}) == 3  # Mon, Tue, Wed; no Sunday


# Against a plain implementation -------------------------------------------------------------


@dataclass
class Rivals:
    """The same timetables for both, and walks along straight lines."""

    network: TransitNetwork
    plain: PlainFeed
    xy: np.ndarray
    footpaths: Footpaths
    foot: dict[str, list[tuple[str, float]]]

    @property
    def stop_ids(self) -> list[str]:
        return [stop for table in self.network.timetables for stop in table.stop_ids]


def rivals(feeds: dict[str, Path]) -> Rivals:
    network = transit_network([import_feeds(feeds)[0]])
    lon, lat = network.stop_lonlat.T
    xy = np.column_stack([lon * 71_500, lat * 111_200])
    near = cKDTree(xy).query_ball_point(xy, 300.0)
    pairs = [(a, b, float(np.hypot(*(xy[a] - xy[b])))) for b, all_ in enumerate(near) for a in all_]
    first = np.concatenate([[0], np.cumsum([len(one) for one in near])])
    footpaths = Footpaths(
        np.array([a for a, _, _ in pairs]), first, np.array([m for _, _, m in pairs]) * 1.25
    )
    ids = list(network.timetables[0].stop_ids)
    foot: dict[str, list[tuple[str, float]]] = {stop: [] for stop in ids}
    for a, b, metres in pairs:
        foot[ids[a]].append((ids[b], metres * 1.25))
    return Rivals(network, read_plain(feeds), xy, footpaths, foot)


@pytest.fixture(scope="module")
def own() -> Rivals:
    return rivals({"timetable": OWN})


@pytest.fixture(scope="module")
def full() -> Rivals:
    if not (TESTDATA / "GTFS_KRK_T.zip").exists():
        pytest.skip("../shared/testdata is not there")
    return rivals({name: TESTDATA / f"GTFS_KRK_{name}.zip" for name in "AT"})


def access_from(both: Rivals, rng: np.random.Generator) -> np.ndarray:
    start = both.xy[rng.integers(len(both.xy))] + rng.normal(0, 150, 2)
    access_s: np.ndarray = np.hypot(*(both.xy - start).T) * 1.25
    return np.where(access_s <= 900, access_s, np.inf)


HORIZON_S = 5400.0


def compare(both: Rivals, when: datetime, rng: np.random.Generator) -> tuple[Search, int]:
    """Assert that every stop is reached alike with one, two and three rides."""
    access_s, depart_t = access_from(both, rng), when.timestamp()
    found = search(
        both.network.running_at(when),
        both.footpaths,
        access_s,
        depart_t=depart_t,
        latest_t=depart_t + HORIZON_S,
    )
    ids = both.stop_ids
    latest_t = depart_t + HORIZON_S
    expected = plain_arrivals(
        connections(both.plain, depart_t, latest_t),
        {ids[i]: float(access_s[i]) for i in np.flatnonzero(np.isfinite(access_s))},
        both.foot,
        depart_t=depart_t,
    )
    best = np.full(len(ids), np.inf)
    wanted = np.full(len(ids), np.inf)
    for number in range(3):
        arrive_t = found.rounds[number].arrive_t if number < len(found.rounds) else best
        assert (np.minimum(best, arrive_t) <= best).all()  # another ride never comes later
        best = np.minimum(best, arrive_t)
        plain = np.array([expected[number].get(stop, np.inf) for stop in ids])
        wanted = np.minimum(wanted, plain)
        # Beyond that, what is boarded in time still runs on; the plain search ends there.
        here, there = (np.where(times <= latest_t, times, np.inf) for times in (best, wanted))
        np.testing.assert_allclose(here, there, rtol=0, atol=1e-3, err_msg=str(when))
    return found, int(np.isfinite(wanted).sum())


def called(both: Rivals, ride: Ride, offset_s: np.ndarray) -> set[tuple[int, float]]:
    """Return the stops of a trip and when it is there, on the day of the ride."""
    table = both.network.timetables[0]
    path = table.path(int(table.trip_path[ride.trip]))
    start_t = ride.depart_t - ride.running.trips.depart_s(ride.board_call, _number(ride))
    start_t += table.trip_start_s[ride.trip]
    return set(
        zip(table.path_stop[path].tolist(), (start_t + offset_s[path]).tolist(), strict=True)
    )


def _number(ride: Ride) -> int:
    first = ride.running.trips.trip_first[ride.running.trips.pattern[ride.board_call]]
    return int(np.flatnonzero(ride.running.trips.trip[first:] == ride.trip)[0])


def check_rides(both: Rivals, found: Search, rng: np.random.Generator) -> None:
    """Assert that the rides told can be ridden: real calls, in order, with time to change."""
    table = both.network.timetables[0]
    for number, round_ in enumerate(found.rounds):
        reached = np.flatnonzero(np.isfinite(round_.arrive_t))
        for stop in rng.choice(reached, min(5, len(reached)), replace=False).tolist():
            rides = found.rides_to(stop, round_=number)
            assert len(rides) == number + 1
            assert rides[-1].to_stop == stop
            assert rides[-1].arrive_t == round_.arrive_t[stop]
            first = rides[0]
            walk_s = found.access_s[first.from_stop]
            ready_t = found.rounds[0].ready_t[first.from_stop]
            assert np.isfinite(walk_s)
            assert ready_t <= first.depart_t
            for ride in rides:
                assert (ride.from_stop, ride.depart_t) in called(both, ride, table.path_depart_s)
                assert (ride.to_stop, ride.arrive_t) in called(both, ride, table.path_arrive_s)
                assert ride.depart_t <= ride.arrive_t
            for before, after in pairwise(rides):
                walk_s = found.footpaths.walk_between_s(before.to_stop, after.from_stop)
                assert before.arrive_t + walk_s + CHANGE_S <= after.depart_t + 1e-6


def moments(*days: str, clocks: tuple[str, ...], each: int) -> Iterator[datetime]:
    for day in days:
        for clock in clocks:
            for i in range(each):
                yield at(clock, date.fromisoformat(day)) + timedelta(minutes=7 * i)


ORDINARY = ("2020-11-30", "2020-12-02", "2020-12-05"), ("05:40", "08:11", "12:47", "16:05", "19:30")
ODD = (
    # Saturday to Sunday, a Sunday, both days of Christmas (one of them a Saturday that runs as a
    # Sunday), and the New Year, for which only the buses have a timetable.
    ("2020-12-05", "2020-12-06", "2020-12-25", "2020-12-26", "2021-01-01"),
    ("00:20", "04:10", "13:03", "23:41"),
)


def test_fifty_trips_on_the_feeds_of_2020_arrive_as_the_plain_search_says(full: Rivals) -> None:
    rng = np.random.default_rng(2020)
    asked = [*moments(*ORDINARY[0], clocks=ORDINARY[1], each=2)]
    asked += moments(*ODD[0], clocks=ODD[1], each=1)
    assert len(asked) == 50
    reached = []
    for when in asked:
        found, count = compare(full, when, rng)
        check_rides(full, found, rng)
        reached.append(count)
    assert np.median(reached) > 500


def test_trips_of_the_folders_own_timetable_arrive_as_the_plain_search_says(own: Rivals) -> None:
    """On a working day, over midnight, on a Sunday, on holidays, and when the clocks change."""
    rng = np.random.default_rng(2026)
    days = ("2026-11-30", "2026-10-24", "2026-10-25", "2026-11-11", "2026-12-24", "2027-01-31")
    for when in moments(*days, clocks=("00:40", "07:35", "22:58"), each=1):
        found, _ = compare(own, when, rng)
        check_rides(own, found, rng)


def test_who_leaves_later_never_arrives_earlier(own: Rivals) -> None:
    rng = np.random.default_rng(3)
    when = at("21:00")
    access_s = access_from(own, rng)
    before = np.full(len(own.xy), -np.inf)
    for minutes in range(0, 300, 13):
        depart = when + timedelta(minutes=minutes)
        running = own.network.running_at(depart)
        found = search(running, own.footpaths, access_s, depart_t=depart.timestamp())
        arrive_t = np.min([one.arrive_t for one in found.rounds], axis=0)
        assert (arrive_t >= before).all()
        before = arrive_t


# From the other end -------------------------------------------------------------------------


def latest(
    table: Timetable, egress: dict[int, float], by: datetime, *pairs: tuple[int, int, float]
) -> list[str]:
    """Return when one has to be at each stop to arrive by a moment, as a clock says it."""
    network, count = transit_network([table]), len(table.stop_names)
    egress_s = np.full(count, np.inf)
    egress_s[list(egress)] = list(egress.values())
    turned = backwards(network.running_at(by), walks(count, *pairs))
    by_t = by.timestamp()  # without an earliest moment, yesterday's rides arrive in time, too
    found_t = turned.latest_t(egress_s, arrive_t=by_t, earliest_t=by_t - 7200)
    return [
        f"{datetime.fromtimestamp(t, ZONE):%H:%M}" if np.isfinite(t) else "-"
        for t in found_t.tolist()
    ]


def test_one_leaves_as_late_as_the_last_ride_that_arrives_in_time() -> None:
    table = toy(
        ("1", (0, 1, 2), (0, 5, 10), (480, 490, 500)),
        ("2", (2, 3), (0, 4), (505, 511, 522)),
    )
    # By 08:36 at a place 60 s from stop 3: there by line 2 of 08:31, and line 1 of 08:20 leaves
    # the minute that a change takes. A second later only line 2 of 08:25 is in time.
    assert latest(table, {3: 60.0}, at("08:36")) == ["08:20", "08:25", "08:31", "-"]
    assert latest(table, {3: 61.0}, at("08:36")) == ["08:10", "08:15", "08:25", "-"]
    assert latest(table, {3: 60.0}, at("08:30")) == ["08:10", "08:15", "08:25", "-"]
    assert latest(table, {3: 60.0}, at("08:29")) == ["-", "-", "-", "-"]
    assert latest(table, {2: 0.0, 3: 60.0}, at("08:36")) == ["08:20", "08:25", "08:31", "-"]


def test_backwards_one_boards_and_leaves_only_where_one_may_and_walks_as_far_as_it_is() -> None:
    paths = [
        PathRow(
            "1",
            "",
            (0, 1, 2),
            (0.0, 300.0, 600.0),
            (0.0, 300.0, 600.0),
            "tram",
            board=(True, False, True),
            alight=(True, True, False),
        ),
        PathRow("2", "", (3, 4), (0.0, 60.0), (0.0, 60.0), "bus"),
    ]
    trips = [TripRow("a", 0, 0, 28_800.0), TripRow("b", 1, 0, 29_400.0)]
    table = table_of(paths, trips)
    assert latest(table, {1: 0.0}, at("08:05")) == ["08:00", "-", "-", "-", "-"]
    assert latest(table, {2: 0.0}, at("09:00")) == ["-"] * 5
    # Off at 08:05, then 240 s on foot and a minute: at 08:10 the bus leaves.
    assert latest(table, {4: 0.0}, at("08:11"), (1, 3, 240.0))[0] == "08:00"
    assert latest(table, {4: 0.0}, at("08:11"), (1, 3, 241.0))[0] == "-"


def test_a_walk_between_stops_is_walked_from_where_one_gets_off() -> None:
    table = toy(("1", (0, 1), (0, 5), (480,)), ("2", (2, 3), (0, 1), (490,)))
    rows = [(i, i, 0.0) for i in range(4)] + [(1, 2, 240.0), (2, 1, 999.0)]  # down, and up
    rows.sort(key=lambda row: row[1])
    footpaths = Footpaths(
        np.array([row[0] for row in rows]),
        np.searchsorted([row[1] for row in rows], np.arange(5)),
        np.array([row[2] for row in rows]),
    )
    by = at("08:11")
    turned = backwards(transit_network([table]).running_at(by), footpaths)
    egress_s = np.array([np.inf, np.inf, np.inf, 0.0])
    found_t = turned.latest_t(egress_s, arrive_t=by.timestamp(), earliest_t=by.timestamp() - 3600)
    assert found_t[0] == at("08:00").timestamp()


def test_the_latest_departure_is_the_last_from_which_the_plain_search_arrives(own: Rivals) -> None:
    rng, ids = np.random.default_rng(26), own.stop_ids
    checked = 0
    for when in (at("08:40"), at("00:25", date(2026, 11, 29)), at("16:10", date(2026, 12, 5))):
        egress_s, arrive_t = access_from(own, rng), when.timestamp()
        earliest_t = arrive_t - 2400.0
        turned = backwards(own.network.running_at(when), own.footpaths)
        latest_t = turned.latest_t(egress_s, arrive_t=arrive_t, earliest_t=earliest_t)
        rides = list(connections(own.plain, earliest_t, arrive_t))

        def arrives(
            stop: int,
            depart_t: float,
            egress_s: np.ndarray = egress_s,
            arrive_t: float = arrive_t,
            rides: list[Connection] = rides,
        ) -> bool:
            found = plain_arrivals(rides, {ids[stop]: 0.0}, own.foot, depart_t=depart_t)
            ends = np.flatnonzero(np.isfinite(egress_s))
            return any(
                one.get(ids[end], np.inf) + egress_s[end] <= arrive_t
                for one in found
                for end in ends
            )

        for stop in rng.permutation(len(ids))[:25].tolist():
            if latest_t[stop] < earliest_t:
                assert not arrives(stop, earliest_t)
            else:
                checked += 1
                assert arrives(stop, latest_t[stop])
                assert not arrives(stop, latest_t[stop] + 1)
    assert checked > 10
