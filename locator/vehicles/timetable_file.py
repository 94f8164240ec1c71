"""Keep an imported timetable in one compact file of the city folder, and read it back.

A zip of plain numpy arrays (``.npz``); texts are one UTF-8 block each, lines parted by newlines;
nothing is pickled. The file says its version, and one of another version is refused.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from locator.base.errors import N_, LocatorError
from locator.base.files import locked, write_bytes_atomically
from locator.vehicles.calendar import Service
from locator.vehicles.timetable import Timetable
from locator.vehicles.validation import inconsistencies

FILE_NAME = "timetable.npz"
VERSION = 1

_TEXTS = ("stop_ids", "stop_names", "lines", "headsigns", "trip_ids", "modes")
_WHOLE = ("path_first", "path_stop", "trip_path", "trip_service", "trip_block")
_CODES = ("stop_wheelchair", "trip_wheelchair")
_FLAGS = ("path_board", "path_alight")
_SECONDS = ("path_arrive_s", "path_depart_s", "trip_start_s")


class TimetableFileError(LocatorError):
    """A timetable file of the city folder that cannot be read."""

    code = "timetable_file"


def save_timetable(table: Timetable, folder: Path) -> Path:
    """Write `table` into the city folder, whole or not at all; return the file.

    Parameters
    ----------
    table : Timetable
    folder : Path
        City folder.

    Returns
    -------
    Path

    Raises
    ------
    LockedError, WriteError
        Another program is changing the folder, or it cannot be written.
    """
    arrays: dict[str, Any] = {
        "head": _block(
            json.dumps(
                {
                    "version": VERSION,
                    "source": table.source,
                    "timezone": table.timezone,
                    "services": [_service_row(service) for service in table.services],
                }
            )
        ),
        # 1e-6 degrees is 0.1 m.
        "stop_lonlat": np.round(table.stop_lonlat * 1e6).astype(np.int32),
    }
    for name in _TEXTS:
        texts = [" ".join(text.split("\n")) for text in getattr(table, name)]
        arrays[name] = _block("\n".join(texts))
    for name in (*_WHOLE, *_SECONDS):
        arrays[name] = np.round(getattr(table, name)).astype(np.int32)
    for name in (*_CODES, *_FLAGS):
        arrays[name] = getattr(table, name).astype(np.int8)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    path = folder / FILE_NAME
    with locked(folder):
        write_bytes_atomically(path, buffer.getvalue())
    return path


def load_timetable(path: Path) -> Timetable:
    """Return the timetable in `path`.

    Raises
    ------
    TimetableFileError
        Not such a file, damaged, of another version, or one that does not hold together.
    """
    table = read_timetable_file(path)
    for member, problem, _ in inconsistencies(table):
        raise TimetableFileError(
            N_("{file} does not hold together ({member}: {problem}): import it again"),
            file=path.name,
            member=member,
            problem=problem,
        )
    return table


def read_timetable_file(path: Path) -> Timetable:
    """Return what is in `path`, whether it holds together (`validation.inconsistencies`) or not.

    Parameters
    ----------
    path : Path
        As `save_timetable` writes it.

    Returns
    -------
    Timetable

    Raises
    ------
    TimetableFileError
        Not such a file, damaged, or of another version.
    """
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        head = json.loads(arrays["head"].tobytes())
        _refuse_version(path, head["version"])
        return _timetable(head, _unsaid(arrays) | arrays)
    except DAMAGED:
        raise TimetableFileError(
            N_("{file} is damaged or not a timetable: import it again"), file=path.name
        ) from None


DAMAGED = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    NotImplementedError,  # a method of compression, or of encryption, that zipfile lacks
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading a damaged file may end in; a sound one never does."""


def _refuse_version(path: Path, version: object) -> None:
    if version != VERSION:
        raise TimetableFileError(
            N_("{file} is of version {found}, this program reads {wanted}: import it again"),
            file=path.name,
            found=version,
            wanted=VERSION,
        )


def _timetable(head: dict[str, Any], arrays: dict[str, np.ndarray[Any, Any]]) -> Timetable:
    members: dict[str, Any] = {
        **{name: tuple(arrays[name].tobytes().decode().split("\n")) for name in _TEXTS},
        **{name: arrays[name].astype(np.int64) for name in (*_WHOLE, *_CODES)},
        **{name: arrays[name].astype(np.bool_) for name in _FLAGS},
        **{name: arrays[name].astype(np.float64) for name in _SECONDS},
    }
    return Timetable(
        source=str(head["source"]),
        timezone=ZoneInfo(head["timezone"]).key,
        services=tuple(_service(row) for row in head["services"]),
        stop_lonlat=arrays["stop_lonlat"] / 1e6,
        **members,
    )


def _unsaid(arrays: dict[str, np.ndarray[Any, Any]]) -> dict[str, np.ndarray[Any, Any]]:
    """Return what files did not hold before journeys were searched: modes, whether one boards."""
    calls, paths = len(arrays["path_stop"]), len(arrays["path_first"]) - 1
    flags = {name: np.ones(calls, dtype=np.int8) for name in _FLAGS}
    of_stops = np.zeros(len(arrays["stop_lonlat"]), dtype=np.int8)
    of_trips = np.zeros(len(arrays["trip_path"]), dtype=np.int8)
    codes = dict(zip(_CODES, (of_stops, of_trips), strict=True))
    return {"modes": _block("\n" * max(paths - 1, 0)), **flags, **codes}


def _block(text: str) -> np.ndarray[Any, Any]:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _service_row(service: Service) -> dict[str, object]:
    return {
        "id": service.id,
        "weekdays": sorted(service.weekdays),
        "start": service.start.isoformat(),
        "end": service.end.isoformat(),
        "added": sorted(day.isoformat() for day in service.added),
        "removed": sorted(day.isoformat() for day in service.removed),
    }


def _service(row: dict[str, Any]) -> Service:
    return Service(
        id=row["id"],
        weekdays=frozenset(row["weekdays"]),
        start=date.fromisoformat(row["start"]),
        end=date.fromisoformat(row["end"]),
        added=frozenset(map(date.fromisoformat, row["added"])),
        removed=frozenset(map(date.fromisoformat, row["removed"])),
    )
