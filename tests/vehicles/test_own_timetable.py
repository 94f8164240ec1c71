"""The timetable of a city folder: a GTFS feed, read as it is, its faults named."""

from __future__ import annotations

import hashlib
import json
import random
import tempfile
import zipfile
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locator.city.model import City, load_city
from locator.curation.notices import notices
from locator.vehicles import own
from locator.vehicles.gtfs import GtfsError
from locator.vehicles.own import OWN_FILE, own_timetable
from locator.vehicles.positions import load_fleet, positions
from locator.vehicles.timetable import Timetable
from tests.breaking import fault
from tests.tinycity import timetable, write_timetable

WARSAW = ZoneInfo("Europe/Warsaw")
AS_BEFORE = "d573bbe1eb5338ce348ca44f7bda7919e3011fdea2300a11cdcdc97629c5f507"
"""Of what the former file answered, before it went."""


def test_the_trams_are_where_the_former_file_had_them_at_200_moments(krakow: City) -> None:
    fleet, draw = load_fleet(krakow), random.Random(20261128)
    start_t = int(datetime(2026, 9, 25, tzinfo=WARSAW).timestamp())
    rows = []
    for _ in range(200):  # before, within and after the period; holidays and changed clocks
        at = datetime.fromtimestamp(start_t + draw.randrange(140 * 86_400), WARSAW)
        for found in positions(fleet, at):
            vehicle = found.vehicle
            rows.append(
                [
                    *(vehicle.id, at.isoformat(), found.basis, found.assignment),
                    *(found.line, found.headsign, found.next_stop, str(found.next_stop_at)),
                    *(repr(found.lon), repr(found.lat)),
                    *(vehicle.base_is, vehicle.headsign, vehicle.first_departure_min),
                ]
            )
    assert len(rows) == 200 * 17
    said = json.dumps(rows, ensure_ascii=False)
    assert hashlib.sha256(said.encode()).hexdigest() == AS_BEFORE


def test_a_timetable_is_read_once_for_all_programs(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCATOR_CACHE", str(tmp_path / "cache"))
    city, read, imported = load_city(tiny_folder), [], own._imported

    def counted(path: Path) -> Timetable:
        read.append(path)
        return imported(path)

    monkeypatch.setattr(own, "_imported", counted)
    first, again = own_timetable(city), own_timetable(city)
    assert first is not None and again is not None and len(read) == 1
    for one in fields(first):
        before, now = getattr(first, one.name), getattr(again, one.name)
        if isinstance(before, np.ndarray):
            assert before.dtype == now.dtype and np.array_equal(before, now), one.name
        else:
            assert before == now, one.name
    feed = tiny_folder / OWN_FILE
    whole = feed.read_bytes()
    feed.write_bytes(whole + b"\0")  # still a zip, and another file
    assert own_timetable(city) is not None and len(read) == 2
    feed.write_bytes(whole[:-40])
    for _ in range(2):
        with pytest.raises(GtfsError):
            own_timetable(city)
    assert len(read) == 4


def test_patterns_become_paths_in_order(tiny: City) -> None:
    table = own_timetable(tiny)
    assert table is not None
    assert (table.lines, table.headsigns) == (("1", "1"), ("Polna", "Lipowa"))
    assert table.stop_ids == tuple(f"timetable:{stop}" for stop in (0, 1, 2, 4))
    assert table.path_stop.tolist() == [0, 1, 2, 2, 1, 3]
    assert (table.path_arrive_s / 60).tolist() == [0, 6, 14, 0, 8, 14]
    assert (table.trip_start_s / 60).tolist() == [360, 390, 420, 480, 380, 410, 440, 500]
    assert [table.services[one].id for one in table.trip_service[[0, 3]]] == [
        "timetable:working_day",
        "timetable:saturday",
    ]
    assert table.source == "timetable: Invented timetable 1"


@settings(max_examples=40, deadline=None)
@given(departures=st.lists(st.integers(0, 36 * 60), max_size=30, unique=True).map(sorted))
def test_every_departure_is_kept_and_none_is_added(tiny: City, departures: list[int]) -> None:
    table = timetable()
    table["patterns"][0].update(working_day=departures, minutes=[3, 9, 17])
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent)
        (folder / "stops.csv").write_bytes((tiny.folder / "stops.csv").read_bytes())
        write_timetable(folder, table)
        found = own_timetable(replace(tiny, folder=folder))
    assert found is not None
    trips = found.working_day_trips("1", "Polna")
    assert (found.trip_start_s[trips] / 60).tolist() == departures
    assert (found.path_arrive_s[:3] / 60).tolist() == [0, 6, 14]


def test_a_public_holiday_is_a_sunday(tiny: City) -> None:
    table = own_timetable(tiny)
    assert table is not None
    working, saturday, sunday = table.services
    independence, boxing_day = date(2026, 11, 11), date(2026, 12, 26)  # Wednesday, Saturday
    for day in (independence, boxing_day, date(2026, 11, 1)):
        assert (working.runs_on(day), saturday.runs_on(day), sunday.runs_on(day)) == (
            *(False, False),
            True,
        )
    assert working.runs_on(date(2026, 11, 12)) and not sunday.runs_on(date(2026, 11, 12))
    assert not sunday.runs_on(date(2027, 2, 7))  # after the last day


def test_a_folder_may_have_none(tiny_folder: Path) -> None:
    (tiny_folder / OWN_FILE).unlink()
    assert own_timetable(load_city(tiny_folder)) is None


def test_a_file_of_the_form_before_is_named_with_what_to_do(tiny_folder: Path) -> None:
    (tiny_folder / OWN_FILE).unlink()
    (tiny_folder / "timetable.json").write_text(json.dumps(timetable()), "utf-8")
    said = [notice for notice in notices(load_city(tiny_folder)) if "timetable" in notice.file]
    assert [(notice.file, notice.message) for notice in said] == [
        (
            "timetable.json",
            "is not read: put the publisher's GTFS feed into the folder as timetable.zip",
        )
    ]


@pytest.mark.parametrize(
    ("table", "old", "new", "said"),
    [
        ("agency", "Europe/Warsaw", "Europe/Kyiv", "timezone: is Europe/Kyiv"),
        ("stop_times", "06:00:00", "six", '-: feed timetable: "six" is not a time'),
        ("calendar", "20261001", "autumn", '-: feed timetable: "autumn" is not a date'),
        ("stops", "stop_lat", "latitude", "-: feed timetable: stops.txt lacks stop_lat"),
    ],
)
def test_each_wrong_part_of_the_feed_is_a_fault(
    tiny_folder: Path, table: str, old: str, new: str, said: str
) -> None:
    path = tiny_folder / OWN_FILE
    with zipfile.ZipFile(path) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert old in texts[f"{table}.txt"]
    texts[f"{table}.txt"] = texts[f"{table}.txt"].replace(old, new)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
    assert fault(tiny_folder).startswith(f"timetable.zip: -: {said}")


def test_what_is_not_a_feed_is_named(tiny_folder: Path) -> None:
    (tiny_folder / OWN_FILE).write_text("[1, 2]", encoding="utf-8")
    assert fault(tiny_folder).startswith("timetable.zip: -: -: timetable.zip is not a whole zip")
