from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from locator.base.errors import InvalidParameterError, LocatorError
from locator.base.files import LOCK_FILE
from locator.vehicles.gtfs import GtfsError, feed_name, import_feeds
from locator.vehicles.gtfs_tables import mode_of
from locator.vehicles.runs import block_of, lay_out, point_at
from locator.vehicles.timetable import Timetable
from locator.vehicles.timetable_file import (
    FILE_NAME,
    TimetableFileError,
    load_timetable,
    save_timetable,
)
from locator.vehicles.transit import transit_network

TESTDATA = Path(__file__).resolve().parents[3] / "shared" / "testdata"
needs_testdata = pytest.mark.skipif(
    not (TESTDATA / "GTFS_KRK_T.zip").exists(), reason="../shared/testdata is not there"
)

TABLES = {
    "agency": "agency_id,agency_name,agency_url,agency_timezone\n1,A,http://a,Europe/Warsaw\n",
    "stops": "stop_id,stop_name,stop_lat,stop_lon\ns1,One,50.0,19.9\ns2,Two,50.0,20.0\n"
    "s3,Three,50.1,20.0\n",
    "routes": "route_id,route_short_name\nr1,52\n",
    "trips": "trip_id,route_id,service_id,trip_headsign,block_id\n"
    "t1,r1,wk,Three,b1\nt2,r1,wk,One,b1\n",
    "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t1,23:50:00,23:50:00,s1,1\nt1,,,s2,2\nt1,24:10:00,24:10:00,s3,3\n"
    "t2,24:20:00,24:20:00,s3,1\nt2,24:40:00,24:40:00,s1,9\n",
    "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
    "start_date,end_date\nwk,1,1,1,1,1,0,0,20261101,20261231\n",
    "calendar_dates": "service_id,date,exception_type\nwk,20261111,2\nwk,20261128,1\n",
}


def feed(path: Path, **tables: str | None) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in (TABLES | tables).items():
            if text is not None:
                archive.writestr(f"{name}.txt", text)
    return path


def read(path: Path, name: str = "T") -> Timetable:
    return import_feeds({name: path})[0]


def test_times_past_midnight_and_empty_times_are_read(tmp_path: Path) -> None:
    table = read(feed(tmp_path / "f.zip"))
    first = table.trip_index["T:t1"]
    path = table.path(int(table.trip_path[first]))
    assert table.trip_start_s[first] == 23 * 3600 + 50 * 60
    assert table.path_arrive_s[path].tolist() == [0.0, 600.0, 1200.0]  # the second one: evenly
    assert (table.lines, table.headsigns) == (("52", "52"), ("Three", "One"))


def test_a_block_is_one_tour_and_runs_past_midnight(tmp_path: Path) -> None:
    table = read(feed(tmp_path / "f.zip"))
    day = date(2026, 11, 24)
    active = table.active(day)
    tour = block_of(table, table.trip_index["T:t1"], active)
    assert [table.trip_ids[trip] for trip in tour] == ["T:t1", "T:t2"]
    run = lay_out(table, tour, day)
    after_midnight = datetime(2026, 11, 25, 0, 5, tzinfo=ZoneInfo("Europe/Warsaw"))
    assert point_at(run, after_midnight.timestamp()) == pytest.approx((20.0, 50.05))


def test_calendar_exceptions_take_days_away_and_add_them(tmp_path: Path) -> None:
    table = read(feed(tmp_path / "f.zip"))
    assert [len(table.active(date(2026, 11, d))) for d in (10, 11, 14, 28)] == [2, 0, 0, 2]


def test_a_feed_may_list_its_days_alone(tmp_path: Path) -> None:
    table = read(feed(tmp_path / "f.zip", calendar=None))
    assert (len(table.active(date(2026, 11, 28))), len(table.active(date(2026, 11, 24)))) == (2, 0)


def test_ids_that_collide_between_feeds_stay_apart(tmp_path: Path) -> None:
    moved = TABLES["stops"].replace("50.0,19.9", "50.0,19.8")
    feeds = {"A": feed(tmp_path / "a.zip"), "T": feed(tmp_path / "t.zip", stops=moved)}
    table, reports = import_feeds(feeds)
    assert table.trip_ids == ("A:t1", "A:t2", "T:t1", "T:t2")
    assert len(set(table.stop_ids)) == 6
    assert [service.id for service in table.services] == ["A:wk", "T:wk"]
    begins = [
        table.stop_lonlat[table.path_stop[table.path_first[table.trip_path[i]]]][0] for i in (0, 2)
    ]
    assert begins == [19.9, 19.8]
    assert table.trip_block[0] != table.trip_block[2]
    assert [report.trips for report in reports] == [2, 2]


def test_a_headway_repeats_a_trip(tmp_path: Path) -> None:
    every = "trip_id,start_time,end_time,headway_secs\nt1,10:00:00,11:00:00,1200\n"
    table = read(feed(tmp_path / "f.zip", frequencies=every))
    starts = [table.trip_start_s[i] / 3600 for i, t in enumerate(table.trip_ids) if "t1" in t]
    assert starts == pytest.approx([10, 10 + 1 / 3, 10 + 2 / 3])
    assert {int(b) for i, b in enumerate(table.trip_block) if "t1" in table.trip_ids[i]} == {-1}


def test_trips_without_service_or_stops_are_dropped_and_counted(tmp_path: Path) -> None:
    trips = TABLES["trips"] + "t3,r1,nobody,X,b\nt4,r1,wk,X,b\n"
    _, (report,) = import_feeds({"T": feed(tmp_path / "f.zip", trips=trips)})
    assert (report.trips, report.dropped_trips) == (2, 2)
    assert (report.first_day, report.last_day) == (date(2026, 11, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"stop_times": None}, "stop_times.txt is missing"),
        ({"stops": "stop_id,stop_name\ns1,One\n"}, "stops.txt lacks stop_lat, stop_lon"),
        (
            {"stop_times": TABLES["stop_times"].replace("23:50:00", "teatime", 1)},
            '"teatime" is not a time',
        ),
        ({"calendar": TABLES["calendar"].replace("20261101", "soon")}, '"soon" is not a date'),
        ({"trips": "trip_id,route_id,service_id\n"}, "no trip"),
    ],
)
def test_a_broken_feed_is_refused_in_words(
    tmp_path: Path, tables: dict[str, str | None], words: str
) -> None:
    with pytest.raises(GtfsError, match=words):
        read(feed(tmp_path / "f.zip", **tables))


def test_what_is_not_a_zip_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"<html>")
    with pytest.raises(GtfsError, match="not a whole zip"):
        read(tmp_path / "x.zip")
    with pytest.raises(InvalidParameterError, match="no file"):
        read(tmp_path / "nowhere.zip")


def test_feeds_of_two_timezones_are_refused(tmp_path: Path) -> None:
    other = TABLES["agency"].replace("Europe/Warsaw", "Europe/London")
    feeds = {"A": feed(tmp_path / "a.zip"), "T": feed(tmp_path / "t.zip", agency=other)}
    with pytest.raises(GtfsError, match="different timezones"):
        import_feeds(feeds)


def test_the_compact_file_holds_everything(tmp_path: Path) -> None:
    table = read(feed(tmp_path / "f.zip"))
    again = load_timetable(save_timetable(table, tmp_path))
    for name in ("services", "stop_ids", "stop_names", "lines", "headsigns", "trip_ids", "modes"):
        assert getattr(again, name) == getattr(table, name)
    for name in ("path_first", "path_stop", "path_arrive_s", "trip_start_s", "trip_block"):
        assert np.array_equal(getattr(again, name), getattr(table, name))
    assert np.allclose(again.stop_lonlat, table.stop_lonlat, atol=1e-6)
    left = {path.name for path in tmp_path.iterdir() if path.suffix != ".zip"} - {LOCK_FILE}
    assert left == {FILE_NAME}


def test_what_runs_and_where_one_gets_on_and_off_is_read(tmp_path: Path) -> None:
    table = read(
        feed(
            tmp_path / "f.zip",
            routes="route_id,route_short_name,route_type\nr1,52,900\n",
            stop_times="trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,"
            "drop_off_type\nt1,10:00:00,10:00:00,s1,1,0,1\nt1,10:05:00,10:05:00,s2,2,1,0\n"
            "t1,10:09:00,10:09:00,s3,3,,\n",
        )
    )
    assert table.modes == ("tram",)
    assert table.path_board.tolist() == [True, False, True]
    assert table.path_alight.tolist() == [False, True, True]
    assert table.tells_rides
    again = load_timetable(save_timetable(table, tmp_path))
    assert again.modes == table.modes
    assert again.path_board.tolist() == table.path_board.tolist()
    assert again.path_alight.tolist() == table.path_alight.tolist()
    assert read(feed(tmp_path / "g.zip")).modes == ("other", "other")  # it names no types


@pytest.mark.parametrize(
    ("route_type", "mode"),
    [
        ("0", "tram"),
        ("3", "bus"),
        ("11", "bus"),
        ("109", "rail"),
        ("401", "metro"),
        ("700", "bus"),
        ("900", "tram"),
        ("1000", "ferry"),
        ("1300", "other"),
        ("", "other"),
    ],
)
def test_modes_are_those_of_the_few_numbers_and_of_the_extended_ones(
    route_type: str, mode: str
) -> None:
    assert mode_of(route_type) == mode


def test_what_a_feed_says_of_wheelchairs_is_read_a_stop_inherits_from_its_station(
    tmp_path: Path,
) -> None:
    table = read(
        feed(
            tmp_path / "f.zip",
            stops="stop_id,stop_name,stop_lat,stop_lon,parent_station,wheelchair_boarding\n"
            "s1,One,50.0,19.9,hub,0\ns2,Two,50.0,20.0,hub,2\ns3,Three,50.1,20.0,,\n"
            "hub,Hub,50.0,19.9,,1\n",
            trips="trip_id,route_id,service_id,wheelchair_accessible\nt1,r1,wk,1\nt2,r1,wk,2\n",
        )
    )
    codes = dict(zip(table.stop_names, table.stop_wheelchair.tolist(), strict=True))
    assert codes == {"One": 1, "Two": 2, "Three": 0, "Hub": 1}
    assert dict(zip(table.trip_ids, table.trip_wheelchair.tolist(), strict=True)) == {
        "T:t1": 1,
        "T:t2": 2,
    }
    again = load_timetable(save_timetable(table, tmp_path))
    assert again.stop_wheelchair.tolist() == table.stop_wheelchair.tolist()
    assert again.trip_wheelchair.tolist() == table.trip_wheelchair.tolist()
    silent = read(feed(tmp_path / "g.zip"))
    assert not silent.stop_wheelchair.any()
    assert not silent.trip_wheelchair.any()


def test_a_compact_file_of_before_is_read_and_tells_no_rides(tmp_path: Path) -> None:
    path = save_timetable(read(feed(tmp_path / "f.zip")), tmp_path)
    with np.load(path) as stored:
        kept = {name: stored[name] for name in stored.files}
    for name in ("modes", "path_board", "path_alight", "stop_wheelchair", "trip_wheelchair"):
        del kept[name]
    np.savez_compressed(path, **kept)
    table = load_timetable(path)
    assert table.modes == ("", "")
    assert not table.tells_rides
    assert transit_network([table]).timetables == ()


@pytest.mark.parametrize("damage", [b"", b"<html>", None])
def test_a_damaged_compact_file_says_so(tmp_path: Path, damage: bytes | None) -> None:
    path = save_timetable(read(feed(tmp_path / "f.zip")), tmp_path)
    path.write_bytes(path.read_bytes()[:900] if damage is None else damage)
    with pytest.raises(TimetableFileError, match="import it again"):
        load_timetable(path)


def test_a_feed_is_named_after_its_file() -> None:
    assert [feed_name(Path(p)) for p in ("x/GTFS_KRK_T.zip", "trams.zip")] == ["T", "trams"]


def naive_rows(path: Path, table: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(path) as archive, archive.open(f"{table}.txt") as file:
        return list(csv.DictReader(io.TextIOWrapper(file, "utf-8-sig")))


@pytest.mark.real_data
@needs_testdata
def test_the_real_feeds_of_krakow_equal_a_naive_reading(tmp_path: Path) -> None:
    zips = {name: TESTDATA / f"GTFS_KRK_{name}.zip" for name in ("A", "T")}
    table, reports = import_feeds(zips)
    table = load_timetable(save_timetable(table, tmp_path))
    for report in reports:
        calls = naive_rows(zips[report.feed], "stop_times")
        per_trip = Counter(row["trip_id"] for row in calls)
        kept = sum(1 for count in per_trip.values() if count >= 2)
        assert (report.trips, report.calls) == (kept, len(calls))
        # A hundredth of the trips, call by call.
        wanted = sorted(per_trip)[::100]
        rows: dict[str, list[dict[str, str]]] = {trip: [] for trip in wanted}
        for row in calls:
            if row["trip_id"] in rows:
                rows[row["trip_id"]].append(row)
        for trip in wanted:
            ordered = sorted(rows[trip], key=lambda row: int(row["stop_sequence"]))
            assert naive_calls(report.feed, ordered) == stored_calls(table, f"{report.feed}:{trip}")
    both = {trip.partition(":")[2] for trip in table.trip_ids[: reports[0].trips]} & {
        trip.partition(":")[2] for trip in table.trip_ids[reports[0].trips :]
    }
    assert both  # ids do collide, and stayed apart
    christmas, saturday_after = date(2020, 12, 25), date(2020, 12, 26)
    assert len(table.active(christmas)) == len(table.active(date(2020, 12, 6)))
    assert len(table.active(saturday_after)) == len(table.active(christmas))
    assert (tmp_path / FILE_NAME).stat().st_size < 400_000


def naive_calls(feed_id: str, rows: list[dict[str, str]]) -> list[tuple[str, int, int]]:
    def seconds(text: str) -> int:
        hours, minutes, rest = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + int(rest)

    return [
        (f"{feed_id}:{r['stop_id']}", seconds(r["arrival_time"]), seconds(r["departure_time"]))
        for r in rows
    ]


def stored_calls(table: Timetable, trip_id: str) -> list[tuple[str, int, int]]:
    trip = table.trip_index[trip_id]
    path = table.path(int(table.trip_path[trip]))
    start = table.trip_start_s[trip]
    return [
        (table.stop_ids[stop], int(start + arrive), int(start + depart))
        for stop, arrive, depart in zip(
            table.path_stop[path],
            table.path_arrive_s[path],
            table.path_depart_s[path],
            strict=True,
        )
    ]


@pytest.mark.real_data
@needs_testdata
def test_a_block_of_the_real_trams_never_overlaps_itself() -> None:
    table, _ = import_feeds({"T": TESTDATA / "GTFS_KRK_T.zip"})
    day = date(2020, 12, 1)
    active = table.active(day)
    longest = 0
    for block in np.unique(table.trip_block[active])[:50]:
        trips = [int(t) for t in active[table.trip_block[active] == block]]
        run = lay_out(table, trips, day)
        assert (np.diff(run.arrive_t) >= 0).all()
        assert (run.depart_t >= run.arrive_t).all()
        longest = max(longest, len(trips))
    assert longest > 10


@pytest.mark.real_data
@needs_testdata
def test_positions_on_the_real_trams_equal_a_naive_second_reading() -> None:
    """A hundred instants: between which two rows of the CSV file is each tram, and where."""
    path = TESTDATA / "GTFS_KRK_T.zip"
    table, _ = import_feeds({"T": path})
    day = date(2020, 12, 1)
    midnight = datetime(2020, 12, 1, tzinfo=ZoneInfo("Europe/Warsaw")).timestamp()
    places = {
        row["stop_id"]: (float(row["stop_lon"]), float(row["stop_lat"]))
        for row in naive_rows(path, "stops")
    }
    running = {table.trip_ids[trip] for trip in table.active(day)}
    rows: dict[str, list[tuple[str, int, int]]] = {}
    for row in naive_rows(path, "stop_times"):
        if f"T:{row['trip_id']}" in running:
            rows.setdefault(row["trip_id"], []).append(naive_calls("T", [row])[0])
    for trip_id in sorted(rows)[:: len(rows) // 100]:
        calls = sorted(rows[trip_id], key=lambda call: call[1])
        trip = table.trip_index[f"T:{trip_id}"]
        run = lay_out(table, block_of(table, trip, table.active(day)), day)
        (here, _, leaves), (there, comes, _) = calls[len(calls) // 2 - 1 : len(calls) // 2 + 1]
        if comes == leaves:
            continue
        at = leaves + 0.25 * (comes - leaves)
        (x0, y0), (x1, y1) = places[here[2:]], places[there[2:]]
        expected = (x0 + 0.25 * (x1 - x0), y0 + 0.25 * (y1 - y0))
        assert point_at(run, midnight + at) == pytest.approx(expected, abs=1e-5), trip_id


def test_every_error_of_a_feed_is_one_of_ours() -> None:
    assert issubclass(GtfsError, LocatorError)
    assert issubclass(TimetableFileError, LocatorError)
