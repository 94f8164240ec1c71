"""Files are written whole or not at all, and one program at a time changes a city folder."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from filelock import FileLock

from locator.base import files
from locator.base.files import (
    LOCK_FILE,
    LockedError,
    WriteError,
    locked,
    write_text_atomically,
    written,
)
from locator.cli.main import main
from tests.osmdata import write_town
from tests.tinycity import facility, write_tiny_city
from tests.vehicles.test_gtfs import feed

UNITS = 6

LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
from locator.cli.main import main
main()
"""
"""A disk that takes 64 bytes of each file and is full then."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tiny city with as many AEDs on vehicles as writers, and a nursery to be located."""
    made = write_tiny_city(tmp_path / "tiny")
    path = made / "vehicles.geojson"
    whole = json.loads(path.read_text(encoding="utf-8"))
    first = json.dumps(whole["features"][0])
    whole["features"] = []
    for number in range(1, UNITS + 1):
        feature = json.loads(first)
        feature["properties"]["id"] = f"vehicles-{number}"
        feature["properties"]["vehicle"]["unit"] = number
        whole["features"].append(feature)
    path.write_text(json.dumps(whole), encoding="utf-8")
    nurseries = json.loads((made / "nurseries.geojson").read_text(encoding="utf-8"))
    nurseries["features"].append(facility(None, id="n-2", street="Lipowa", housenumber="5A/3"))
    (made / "nurseries.geojson").write_text(json.dumps(nurseries), encoding="utf-8")
    return made


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    return write_town(tmp_path / "town.osm.pbf")


def content(folder: Path) -> dict[str, bytes]:
    """What is in a folder, but for its lock."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != LOCK_FILE)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def commands(folder: Path, extract: Path, tmp_path: Path) -> Iterator[list[str]]:
    """Every command that changes a city folder which is there."""
    city = ["--geodata", str(folder)]
    yield [*city, "vehicles", "assign", "3", "--fleet-number", "RF303"]
    yield ["locate", str(folder)]
    yield [*city, "timetable", "import", f"T={feed(tmp_path / 'feed.zip')}"]
    yield ["network", "build", str(extract), "--city", str(folder)]
    yield ["network", "pack", str(extract), "--city", str(folder)]


def more_commands(folder: Path, extract: Path) -> Iterator[list[str]]:
    """Commands whose material is never looked at while another program changes the folder."""
    city, any_file = ["--geodata", str(folder)], str(extract)
    names = ("--streets", "--numbers", "--official", "--places")
    yield [*city, "addresses", "build", *(word for name in names for word in (name, any_file))]
    names = ("--pois", "--places", "--units")
    yield [*city, "addresses", "landmarks", *(word for name in names for word in (name, any_file))]
    about = ["--source", "OpenStreetMap", "--source-date", "2021-08"]
    yield [*city, "basemap", "pack", "--from", str(extract.parent), *about]
    names = ("--buildings", "--house-numbers", "--landuse")
    given = (word for name in names for word in (name, any_file))
    yield [*city, "people", "spread", *given, *about]
    yield [*city, "network", "download", "--city", str(folder), "--url", "http://127.0.0.1:9/x.pbf"]


def start(program: str, args: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *args],
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# Two writers --------------------------------------------------------------------------------


@pytest.mark.slow
def test_of_six_writers_at_once_none_is_lost(folder: Path) -> None:
    running = [
        start(
            "from locator.cli.main import main; main()",
            ["--geodata", str(folder), "vehicles", "assign", str(n), "--fleet-number", f"RF{n}"],
        )
        for n in range(1, UNITS + 1)
    ]
    said = [process.communicate(timeout=300) for process in running]
    assert all("Written" in out for out, _ in said), said
    whole = json.loads((folder / "vehicles.geojson").read_text(encoding="utf-8"))
    told = [feature["properties"]["vehicle"] for feature in whole["features"]]
    assert {one["unit"]: one["fleet_number"] for one in told} == {
        n: f"RF{n}" for n in range(1, UNITS + 1)
    }


def test_a_command_that_waits_in_vain_says_so_and_changes_nothing(
    folder: Path, extract: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "WAIT_S", 0.05)
    before = content(folder)
    with FileLock(folder / LOCK_FILE):
        for args in (*commands(folder, extract, tmp_path), *more_commands(folder, extract)):
            done = CliRunner().invoke(main, args)
            assert done.exit_code == 1, args
            assert "Another program is changing" in done.stderr, args
            assert "nothing was changed here" in done.stderr, args
    assert content(folder) == before


def test_who_holds_a_folder_may_ask_for_it_again(tmp_path: Path) -> None:
    with locked(tmp_path), locked(tmp_path, wait_s=0):
        other = FileLock(tmp_path / LOCK_FILE)
        with pytest.raises(TimeoutError):
            other.acquire(timeout=0)
    with other.acquire(timeout=0), pytest.raises(LockedError), locked(tmp_path, wait_s=0):
        raise AssertionError("held by another")


def test_a_folder_that_is_missing_is_not_made_by_its_lock(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="No such file"), locked(tmp_path / "gone"):
        raise AssertionError("there is nothing to hold")
    assert list(tmp_path.iterdir()) == []


# Nothing half written ------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX's")
def test_a_full_disk_is_told_and_leaves_everything_as_it_was(
    folder: Path, extract: Path, tmp_path: Path
) -> None:
    before = content(folder)
    for args in commands(folder, extract, tmp_path):
        running = start(LIMITED, args)
        _, said = running.communicate(timeout=300)
        assert running.returncode == 1, (args, said)
        assert "could not be written" in said and "Nothing was changed" in said, (args, said)
        assert "Traceback" not in said
        assert content(folder) == before, args


def test_a_folder_of_somebody_else_is_told_and_left_alone(
    folder: Path, extract: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(folder)
    if sys.platform == "win32" or os.geteuid() == 0:  # who may write everywhere is refused by hand

        def refused(*_: object, **__: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

        monkeypatch.setattr(FileLock, "acquire", refused)
    else:
        folder.chmod(0o555)
    for args in commands(folder, extract, tmp_path):
        done = CliRunner().invoke(main, args)
        assert done.exit_code == 1, args
        assert "could not be written: Permission denied. Nothing was changed." in done.stderr, args
        assert content(folder) == before, args
    folder.chmod(0o755)


def test_a_write_that_fails_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "layer.geojson"
    write_text_atomically(path, "old: ąć")

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", no_space)
    with pytest.raises(WriteError, match="could not be written: No space left on device"):
        write_text_atomically(path, "new")
    assert path.read_text(encoding="utf-8") == "old: ąć"
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_half_way_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with pytest.raises(KeyError), written(path) as stream:
        stream.write(b"half")
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_the_mode_of_a_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "layer.geojson"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o640)
    write_text_atomically(path, "new")
    assert path.stat().st_mode & 0o777 == 0o640
    write_text_atomically(tmp_path / "fresh", "new")
    assert (tmp_path / "fresh").stat().st_mode & 0o777 == 0o644
