"""A city that was read once is not read again, unless anything of it changed."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from locator.base.errors import CityFolderError
from locator.city import kept
from locator.city.kept import kept_city
from locator.city.model import City, load_city

Reads = list[Path]


@pytest.fixture
def reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reads:
    """The folders that were really read, in a cache of its own."""
    found: Reads = []

    def counted(folder: Path) -> City:
        found.append(folder)
        return load_city(folder)

    monkeypatch.setenv("LOCATOR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(kept, "load_city", counted)
    return found


def kept_file(tmp_path: Path) -> Path:
    """Return the one file that was kept."""
    (file,) = (tmp_path / "cache").iterdir()
    return file


def test_a_city_is_read_once_and_answers_the_same(tiny_folder: Path, reads: Reads) -> None:
    first, second = (kept_city(tiny_folder, least_b=0) for _ in range(2))
    assert reads == [tiny_folder]
    assert_frame_equal(first.facilities, second.facilities)
    assert second.folder == tiny_folder
    assert second.catalogue == first.catalogue
    assert second.boundary is second.gazetteer.boundary
    for words in ("Lipowa 1", "zlobek", "Rynek"):
        assert first.gazetteer.search(words) == second.gazetteer.search(words)


def test_a_small_folder_is_read_each_time(tiny_folder: Path, reads: Reads, tmp_path: Path) -> None:
    kept_city(tiny_folder)
    kept_city(tiny_folder)
    assert len(reads) == 2
    assert not (tmp_path / "cache").exists()


def test_any_other_byte_is_read_anew(tiny_folder: Path, reads: Reads) -> None:
    kept_city(tiny_folder, least_b=0)
    file = tiny_folder / "nurseries.geojson"
    known = file.stat()
    file.write_text(file.read_text("utf-8").replace("Lipowa", "Lipawa"), "utf-8")
    os.utime(file, ns=(known.st_atime_ns, known.st_mtime_ns))
    changed = kept_city(tiny_folder, least_b=0)
    assert len(reads) == 2
    assert_frame_equal(changed.facilities, load_city(tiny_folder).facilities)


def test_a_file_that_comes_or_goes_is_noticed(tiny_folder: Path, reads: Reads) -> None:
    kept_city(tiny_folder, least_b=0)
    (tiny_folder / "kinds.toml").write_text("", "utf-8")
    kept_city(tiny_folder, least_b=0)
    (tiny_folder / "kinds.toml").unlink()
    kept_city(tiny_folder, least_b=0)
    assert len(reads) == 3


def test_what_is_no_part_of_the_city_is_not_looked_at(tiny_folder: Path, reads: Reads) -> None:
    first = kept_city(tiny_folder, least_b=0)
    (tiny_folder / "README.md").write_text("Where all this comes from.", encoding="utf-8")
    (tiny_folder / "city.osm.pbf").write_bytes(b"streets")
    assert kept_city(tiny_folder, least_b=0).facilities.equals(first.facilities)
    assert len(reads) == 1


def test_another_program_or_library_reads_anew(
    tiny_folder: Path, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_city(tiny_folder, least_b=0)
    monkeypatch.setattr(kept, "__version__", "another")
    kept_city(tiny_folder, least_b=0)
    monkeypatch.setattr("shapely.__version__", "another")
    kept_city(tiny_folder, least_b=0)
    assert len(reads) == 3


def test_a_server_and_a_command_keep_a_city_each(
    tiny_folder: Path, reads: Reads, tmp_path: Path
) -> None:
    # A server has no pyarrow in pandas: what holds text differs, and neither may open the other's.
    for storage in ("python", "pyarrow") * 2:
        with pd.option_context("mode.string_storage", storage):
            kept_city(tiny_folder, least_b=0)
    assert len(reads) == len(list((tmp_path / "cache").iterdir())) == 2


def test_faults_are_found_though_the_city_was_kept(tiny_folder: Path, reads: Reads) -> None:
    kept_city(tiny_folder, least_b=0)
    (tiny_folder / "stops.csv").write_text("name,lon\nLipowa,19.9\n", "utf-8")
    for _ in range(2):
        with pytest.raises(CityFolderError, match=r"stops\.csv"):
            kept_city(tiny_folder, least_b=0)
    assert len(reads) == 3


def cut(content: bytes) -> bytes:
    """Return a file that was written by half."""
    return content[: len(content) // 2]


def turned(content: bytes) -> bytes:
    """Return a file in which one bit of the city is wrong."""
    return content[:-9] + bytes([content[-9] ^ 1]) + content[-8:]


@pytest.mark.parametrize("damaged", [cut, turned, lambda _: b"", lambda content: content[:32]])
def test_a_damaged_file_is_made_again(
    tiny_folder: Path, reads: Reads, tmp_path: Path, damaged: Callable[[bytes], bytes]
) -> None:
    kept_city(tiny_folder, least_b=0)
    file = kept_file(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(damaged(whole))
    kept_city(tiny_folder, least_b=0)
    kept_city(tiny_folder, least_b=0)
    assert len(reads) == 2
    assert len(file.read_bytes()) == len(whole)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="modes of files are POSIX's")
def test_what_others_can_write_is_never_opened(
    tiny_folder: Path, reads: Reads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_city(tiny_folder, least_b=0)
    kept_file(tmp_path).chmod(0o666)
    monkeypatch.setattr(pickle, "loads", lambda _: pytest.fail("was opened"))
    kept_city(tiny_folder, least_b=0)
    assert len(reads) == 2
    assert kept_file(tmp_path).stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(os, "getuid", lambda: -1)
    kept_city(tiny_folder, least_b=0)
    assert len(reads) == 3


def test_without_a_cache_it_is_read_each_time(
    tiny_folder: Path, reads: Reads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LOCATOR_CACHE", str(tmp_path / "file" / "cache"))
    for _ in range(2):
        assert len(kept_city(tiny_folder, least_b=0).facilities)
    assert len(reads) == 2


def test_what_changes_while_it_is_read_is_not_kept(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disturbed(folder: Path) -> City:
        city = load_city(folder)
        (folder / "kinds.toml").write_text("", "utf-8")
        return city

    monkeypatch.setenv("LOCATOR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(kept, "load_city", disturbed)
    kept_city(tiny_folder, least_b=0)
    assert not (tmp_path / "cache").exists()


HEAVY = ("flask", "folium", "highspy", "google.protobuf", "locator.web", "locator.vehicles.gtfs")


def test_a_walk_imports_nothing_but_what_it_needs(city_folder: Path) -> None:
    program = (
        "import sys\nfrom locator.cli.main import main\n"
        f"main(['--geodata', {str(city_folder)!r}, 'nearest', 'Lipowa 1', '--layer', 'nurseries'],"
        " standalone_mode=False)\n"
        f"print('imported:', *[name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.splitlines()[-1] == "imported:"
