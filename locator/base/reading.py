"""Read single files of a city folder, noting every fault instead of stopping at the first."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from locator.base.errors import Fault

WHOLE = "-"
"""Stands for the whole file or the whole feature in a fault."""

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True)
class FaultLog:
    """Where the faults of one file are noted.

    Attributes
    ----------
    file : str
        Name inside the city folder.
    faults : list of Fault
        Shared by all files of the folder; grows while they are read.
    """

    file: str
    faults: list[Fault]

    def add(self, feature: object, field: str, problem: str, allowed: str) -> None:
        """Note one fault."""
        self.faults.append(Fault(self.file, str(feature), field, problem, allowed))

    def noted(self, feature: str, field: str) -> bool:
        """Tell whether a field has a fault already, so that what it says needs no look."""
        place = (self.file, feature, field)
        return any((fault.file, fault.feature, fault.field) == place for fault in self.faults)


def read_text(folder: Path, log: FaultLog) -> str | None:
    """Return the text of a file in UTF-8; None, with a fault, where that is impossible."""
    try:
        return (folder / log.file).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        log.add(WHOLE, WHOLE, "the file is missing", "a file of this name in the city folder")
    except (OSError, UnicodeDecodeError) as error:
        log.add(WHOLE, WHOLE, f"cannot be read: {error}", "a readable file in UTF-8")
    return None


def read_toml(folder: Path, log: FaultLog) -> dict[str, Any] | None:
    """Return the content of a TOML file, or None with a fault.

    Parameters
    ----------
    folder : Path
    log : FaultLog
        Names the file, and takes its fault.

    Returns
    -------
    dict or None
    """
    text = read_text(folder, log)
    if text is None:
        return None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        log.add(WHOLE, WHOLE, f"is not valid TOML: {error}", "TOML 1.0")
        return None


def read_json(folder: Path, log: FaultLog) -> Any:
    """Return the content of a JSON file, or None with a fault."""
    text = read_text(folder, log)
    if text is None:
        return None
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        log.add(WHOLE, WHOLE, f"is not valid JSON: {error}", "JSON (RFC 8259)")
        return None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def read_features(folder: Path, log: FaultLog) -> list[dict[str, Any]]:
    """Return the features of a GeoJSON file; what is not a feature becomes a fault.

    The raw objects are returned, not a frame: a fault has to name the very feature and field,
    and a GIS reader would repair or drop them before they can be seen.

    Parameters
    ----------
    folder : Path
    log : FaultLog
        Names the file, and takes its faults.

    Returns
    -------
    list of dict
        Those that are whole, in their order; empty where the file cannot be read.
    """
    content = read_json(folder, log)
    if content is None:
        return []
    items = content.get("features") if isinstance(content, dict) else None
    if not isinstance(items, list) or content.get("type") != "FeatureCollection":
        log.add(WHOLE, WHOLE, "is not a FeatureCollection", "a GeoJSON FeatureCollection")
        return []
    features = []
    for position, item in enumerate(items, 1):
        if (
            isinstance(item, dict)
            and item.get("type") == "Feature"
            and isinstance(item.get("properties"), dict)
            and "geometry" in item
        ):
            features.append(item)
        else:
            log.add(
                position, WHOLE, "is not a feature", "type Feature with properties and geometry"
            )
    return features


def read_table(
    folder: Path,
    log: FaultLog,
    *,
    text: Sequence[str] = (),
    numbers: Mapping[str, tuple[float, float]] | None = None,
    optional: Collection[str] = (),
) -> pd.DataFrame | None:
    """Return a CSV file as a frame, or None with the faults that make it unusable.

    Parameters
    ----------
    folder : Path
    log : FaultLog
    text : sequence of str
        Text columns; empty is a fault unless `optional`.
    numbers : mapping of str to (low, high)
        Number columns with their accepted range, both ends included.
    optional : collection of str
        Columns whose values may be empty: "" for text, NaN for numbers.

    Returns
    -------
    DataFrame or None
        Columns in the order of `text`, then `numbers`; index 0, 1, 2...
    """
    ranges = dict(numbers or {})
    content = read_text(folder, log)
    if content is None:
        return None
    wanted = [*text, *ranges]
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        log.add(f"line {reader.line_num}", WHOLE, f"is not valid CSV: {error}", "CSV (RFC 4180)")
        return None
    header = rows[0][1] if rows else []
    for column in wanted:
        if column not in header:
            log.add(WHOLE, column, "the column is missing", ", ".join(wanted))
    if any(column not in header for column in wanted):
        return None
    before = len(log.faults)
    body = []
    for number, row in rows[1:]:
        if len(row) == len(header):
            body.append((number, row))
        else:
            log.add(f"line {number}", WHOLE, f"has {len(row)} values", f"{len(header)} values")
    lines = [number for number, _ in body]
    frame = pd.DataFrame(
        {
            column: pd.Series([row[header.index(column)].strip() for _, row in body], dtype=object)
            for column in wanted
        }
    )
    for column in text:
        if column not in optional:
            for i in np.flatnonzero((frame[column] == "").to_numpy()):
                log.add(f"line {lines[i]}", column, "is empty", "a text")
    for column, (low, high) in ranges.items():
        frame[column] = _numbers(
            frame[column], lines, low, high, log, may_be_empty=column in optional
        )
    return frame if len(log.faults) == before else None


def _numbers(
    values: pd.Series[Any],
    lines: list[int],
    low: float,
    high: float,
    log: FaultLog,
    *,
    may_be_empty: bool,
) -> pd.Series[float]:
    numbers = pd.to_numeric(values.replace("", None), errors="coerce").astype(float)
    empty = (values == "").to_numpy()
    wrong = ~np.isfinite(numbers.to_numpy()) & ~(empty & may_be_empty)
    wrong |= ((numbers < low) | (numbers > high)).to_numpy()
    for i in np.flatnonzero(wrong):
        said = f"is {values.iloc[i]!r}" if not empty[i] else "is empty"
        log.add(f"line {lines[i]}", str(values.name), said, f"a number from {low:g} to {high:g}")
    return numbers


def is_iso_date(value: object) -> bool:
    """Tell whether `value` is a date of ISO 8601, which may be reduced to a month or a year.

    Parameters
    ----------
    value : object
        Only a text can be one.

    Returns
    -------
    bool
    """
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return False
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def is_number(value: object) -> bool:
    """Tell whether `value` is a finite number (a boolean is not).

    Parameters
    ----------
    value : object

    Returns
    -------
    bool
    """
    # JSON knows whole numbers of any length; a float does not.
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) <= sys.float_info.max
    )


def is_integer(value: object) -> bool:
    """Tell whether `value` is a whole number that fits 64 bits (a boolean is not).

    Parameters
    ----------
    value : object

    Returns
    -------
    bool
    """
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
