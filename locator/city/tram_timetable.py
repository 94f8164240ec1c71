"""Read the tram timetable of a city folder: patterns of stops, minutes and departures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from locator.base.reading import WHOLE, FaultLog, is_integer, is_iso_date, read_json

FILE = "timetable.json"
SERVICES = ("working_day", "saturday", "sunday")
LAST_MINUTE = 36 * 60  # a service day may end after midnight: 24:30 is 1470


@dataclass(frozen=True)
class Pattern:
    """One line in one direction.

    Attributes
    ----------
    line, headsign : str
    stops : tuple of int
        Indexes of ``stops.csv``, in the order of the ride.
    minutes : tuple of int
        Minutes from the first stop, one for each stop.
    working_day, saturday, sunday : tuple of int
        Departures from the first stop, minutes after midnight, past 1440 after midnight.
    """

    line: str
    headsign: str
    stops: tuple[int, ...]
    minutes: tuple[int, ...]
    working_day: tuple[int, ...]
    saturday: tuple[int, ...]
    sunday: tuple[int, ...]


@dataclass(frozen=True)
class TramTimetable:
    """The tram timetable that comes with a city folder.

    Attributes
    ----------
    source, licence : str
    valid_from, valid_to : str
        ISO 8601 dates.
    note : str
        What the departures stand for.
    patterns : tuple of Pattern
        Facilities on vehicles refer to them by position.
    """

    source: str
    licence: str
    valid_from: str
    valid_to: str
    note: str
    patterns: tuple[Pattern, ...]


def read_timetable(folder: Path, *, stops: int, log: FaultLog) -> TramTimetable | None:
    """Return the timetable of `folder`; None without the file, or with faults in `log`.

    Parameters
    ----------
    folder : Path
    stops : int
        Rows of ``stops.csv``, which the patterns refer to.
    log : FaultLog
    """
    if not (folder / FILE).exists():
        return None
    content = read_json(folder, log)
    if content is None:
        return None
    if not isinstance(content, dict) or not isinstance(content.get("patterns"), list):
        log.add(WHOLE, "patterns", "is missing", "an object with a list of patterns")
        return None
    before = len(log.faults)
    for field in ("source", "licence", "valid_from", "valid_to", "note"):
        value = content.get(field)
        if field.startswith("valid"):
            if not is_iso_date(value) or str(value).count("-") != 2:
                log.add(WHOLE, field, f"is {value!r}", "a whole ISO 8601 date: 2026-10-02")
        elif not isinstance(value, str):
            log.add(WHOLE, field, f"is {value!r}", "a text")
    if len(log.faults) == before and content["valid_to"] < content["valid_from"]:
        said = f"is {content['valid_to']}, before valid_from"
        log.add(WHOLE, "valid_to", said, f"{content['valid_from']} or later")
    for position, item in enumerate(content["patterns"]):
        _check_pattern(position, item, stops, log)
    if len(log.faults) > before:
        return None
    return TramTimetable(
        **{key: content[key] for key in ("source", "licence", "valid_from", "valid_to", "note")},
        patterns=tuple(
            Pattern(
                item["line"],
                item["headsign"],
                *(tuple(item[key]) for key in ("stops", "minutes", *SERVICES)),
            )
            for item in content["patterns"]
        ),
    )


def _check_pattern(position: int, item: Any, stops: int, log: FaultLog) -> None:
    where = f"pattern {position}"
    if not isinstance(item, dict):
        log.add(where, WHOLE, "is not an object", "line, headsign, stops, minutes, departures")
        return
    for field in ("line", "headsign"):
        if not isinstance(item.get(field), str) or not item[field]:
            log.add(where, field, f"is {item.get(field)!r}", "a text")
    limits = {"stops": stops - 1, "minutes": LAST_MINUTE} | dict.fromkeys(SERVICES, LAST_MINUTE)
    for field, last in limits.items():
        values = item.get(field)
        if not isinstance(values, list) or not all(map(is_integer, values)):
            log.add(where, field, "is not a list of whole numbers", f"whole numbers 0 to {last}")
            continue
        for value in values:
            if not 0 <= value <= last:
                log.add(where, field, f"holds {value}", f"whole numbers 0 to {last}")
        if field != "stops" and values != sorted(values):
            log.add(where, field, "is not in ascending order", "minutes in ascending order")
    ride, minutes = item.get("stops"), item.get("minutes")
    if isinstance(ride, list) and len(ride) < 2:
        log.add(where, "stops", f"has {len(ride)} values", "two stops or more")
    if isinstance(ride, list) and isinstance(minutes, list) and len(ride) != len(minutes):
        log.add(
            where,
            "minutes",
            f"has {len(minutes)} values for {len(ride)} stops",
            "one value for each stop",
        )
