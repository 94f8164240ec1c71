"""An imported timetable is checked like every other file that the start reads."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from locator.base.files import LOCK_FILE
from locator.city.model import load_city
from locator.curation.check import check_folder
from locator.curation.notices import notices
from locator.vehicles import timetable_file as compact
from locator.vehicles.calendar import Service
from locator.vehicles.own import OWN_FILE, own_timetable
from locator.vehicles.positions import load_fleet
from locator.vehicles.timetable import Timetable
from locator.vehicles.timetable_file import FILE_NAME, TimetableFileError, save_timetable
from locator.walking.graph.file import GRAPH_FILE
from locator.walking.graph.for_city import build_for_city
from locator.web import create_app
from tests.analysis.test_model_comparison import NODES, STREETS
from tests.breaking import edit_text, fault, faults
from tests.osmdata import write_osm

DAY = date(2026, 11, 22)


def table_of(folder: Path) -> Timetable:
    """The folder's own timetable, as if it had been imported."""
    table = own_timetable(load_city(folder))
    assert table is not None
    return table


def imported(folder: Path, **members: Any) -> Path:
    """Put a timetable with other members into the folder."""
    return save_timetable(replace(table_of(folder), **members), folder)


def test_a_sound_file_has_no_fault_and_no_notice(tiny_folder: Path) -> None:
    imported(tiny_folder)
    assert faults(tiny_folder) == []
    said = notices(load_city(tiny_folder), today=DAY)
    assert [notice for notice in said if notice.file == FILE_NAME] == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"<html>404</html>",
        lambda data: data[:700],
        lambda data: data[:200] + bytes(60) + data[260:],
        lambda data: data.replace(b"trip_path", b"trip_bath"),
    ],
)
def test_damage_is_a_fault(tiny_folder: Path, damage: Callable[[bytes], bytes]) -> None:
    path = imported(tiny_folder)
    path.write_bytes(damage(path.read_bytes()))
    assert fault(tiny_folder) == (
        "timetable.npz: -: -: timetable.npz is damaged or not a timetable: import it again "
        "(allowed: a file made by `locator timetable import` for this city)"
    )
    with pytest.raises(TimetableFileError):
        load_fleet(load_city(tiny_folder))


def test_an_older_version_is_a_fault(tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as older:
        older.setattr(compact, "VERSION", 0)
        imported(tiny_folder)
    assert "is of version 0, this program reads 1: import it again" in fault(tiny_folder)


@pytest.mark.parametrize(
    ("member", "change", "said"),
    [
        ("stop_names", lambda v: v[:-1], "stop_names: has the shape (3,) (allowed: (4,))"),
        ("trip_start_s", lambda v: v[1:], "trip_start_s: has the shape"),
        ("trip_path", lambda v: v + 1, "trip_path: 4 values point at nothing (allowed: 0 to 1)"),
        ("trip_service", lambda v: v - 1, "trip_service: 6 values point at nothing"),
        ("path_stop", lambda v: v + 3, "path_stop: 5 values point at nothing"),
        ("path_first", lambda v: v[::-1], "path_first: does not part the calls into paths"),
        ("path_arrive_s", lambda v: v[::-1], "path_arrive_s: 5 calls come before the one before"),
        ("stop_lonlat", lambda v: v * 10, "stop_lonlat: 4 stops lie nowhere on Earth"),
        ("stop_lonlat", lambda v: v[:, ::-1], "stop_lonlat: 4 stops lie outside the city"),
        ("stop_lonlat", lambda v: v + 3, "the first is Lipowa at 22."),
        ("timezone", lambda v: "Europe/London", "is Europe/London (allowed: Europe/Warsaw)"),
    ],
)
def test_what_does_not_hold_together_is_a_fault(
    tiny_folder: Path, member: str, change: Callable[[Any], Any], said: str
) -> None:
    imported(tiny_folder, **{member: change(getattr(table_of(tiny_folder), member))})
    assert said in "\n".join(faults(tiny_folder))
    with pytest.raises(TimetableFileError, match=member):
        load_fleet(load_city(tiny_folder))


def test_a_timetable_without_trips_is_a_fault(tiny_folder: Path) -> None:
    none = np.empty(0, dtype=np.int64)
    arrays = dict.fromkeys(("trip_path", "trip_service", "trip_start_s", "trip_block"), none)
    imported(tiny_folder, trip_ids=(), **arrays)
    assert faults(tiny_folder) != []


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (date(2026, 8, 1), date(2026, 11, 21), "ended on 2026-11-21: the folder's own timetable"),
        (date(2026, 12, 1), date(2026, 12, 9), "begins on 2026-12-01: until then the folder's own"),
    ],
)
def test_a_validity_that_has_passed_is_a_notice(
    tiny_folder: Path, start: date, end: date, said: str
) -> None:
    services = tuple(
        Service(service.id, service.weekdays, start, end)
        for service in table_of(tiny_folder).services
    )
    imported(tiny_folder, services=services)
    assert faults(tiny_folder) == []
    (notice,) = [n for n in notices(load_city(tiny_folder), today=DAY) if n.file == FILE_NAME]
    assert said in notice.message


def test_it_is_checked_beside_faults_of_other_files(tiny_folder: Path) -> None:
    imported(tiny_folder).write_bytes(b"")
    edit_text(tiny_folder, "catalogue.toml", 'shape = "square"', 'shape = "star"')
    assert [line.split(":")[0] for line in faults(tiny_folder)] == [
        "catalogue.toml",
        "timetable.npz",
    ]


# What the start reads -----------------------------------------------------------------------

_opened: list[Path] | None = None


def _note(event: str, args: tuple[Any, ...]) -> None:
    if _opened is not None and event == "open" and isinstance(args[0], str | Path):
        _opened.append(Path(args[0]))


@contextmanager
def files_read(folder: Path) -> Iterator[set[str]]:
    """Note the names of the files of `folder` that are opened inside the block."""
    global _opened
    _opened = []
    names: set[str] = set()
    try:
        yield names
    finally:
        names.update(path.name for path in _opened if path.parent == folder and path.is_file())
        _opened = None


def test_the_check_reads_every_file_that_the_start_reads(tiny_folder: Path, tmp_path: Path) -> None:
    sys.addaudithook(_note)  # it stays for the life of the process, and then does nothing
    imported(tiny_folder)
    build_for_city(write_osm(tmp_path / "streets.osm.pbf", NODES, STREETS), tiny_folder)
    (tiny_folder / "kinds.toml").write_text("", encoding="utf-8")
    with files_read(tiny_folder) as by_start:
        create_app({"GEODATA": tiny_folder})
    with files_read(tiny_folder) as by_check:
        assert check_folder(tiny_folder) == []
    assert by_start == by_check
    assert {FILE_NAME, GRAPH_FILE, OWN_FILE, "catalogue.toml"} <= by_start
    assert by_start == {path.name for path in tiny_folder.iterdir()} - {"README.md", LOCK_FILE}
