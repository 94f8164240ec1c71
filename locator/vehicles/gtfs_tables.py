"""Read the tables of a GTFS feed from its zip, every needed column there, its codes and times."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from locator.base.errors import N_, InvalidParameterError, LocatorError
from locator.base.geo import FloatArray
from locator.vehicles.timetable import ACCESSIBLE, INACCESSIBLE, UNKNOWN

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "agency": (("agency_timezone",), ()),
    "feed_info": ((), ("feed_publisher_name", "feed_version")),
    "stops": (
        ("stop_id", "stop_name", "stop_lat", "stop_lon"),
        ("parent_station", "wheelchair_boarding"),
    ),
    "routes": (("route_id", "route_short_name"), ("route_long_name", "route_type")),
    "trips": (
        ("trip_id", "route_id", "service_id"),
        ("trip_headsign", "block_id", "wheelchair_accessible"),
    ),
    "stop_times": (
        ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"),
        ("pickup_type", "drop_off_type"),
    ),
    "calendar": (("service_id", "start_date", "end_date", *WEEKDAYS), ()),
    "calendar_dates": (("service_id", "date", "exception_type"), ()),
    "frequencies": (("trip_id", "start_time", "end_time", "headway_secs"), ()),
}
"""Table to columns that must be there and columns that may be."""
_OPTIONAL = ("feed_info", "calendar", "calendar_dates", "frequencies")

Tables = Mapping[str, pd.DataFrame]


class GtfsError(LocatorError):
    """A GTFS feed that cannot be read."""

    code = "gtfs"


def read_tables(path: Path, feed: str) -> dict[str, pd.DataFrame]:
    """Return the tables of `COLUMNS` by name, all values as text.

    Raises
    ------
    GtfsError
        Not a zip, or a table or column missing.
    InvalidParameterError
        No such file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            inside = {Path(name).name: name for name in archive.namelist()}
            return {table: _read_table(archive, inside, table, feed) for table in COLUMNS}
    except FileNotFoundError:
        raise InvalidParameterError(
            N_('there is no file "{path}"'), parameter="gtfs", path=str(path)
        ) from None
    except (zipfile.BadZipFile, EOFError):
        raise GtfsError(N_("{path} is not a whole zip file"), path=path.name) from None


def _read_table(
    archive: zipfile.ZipFile, inside: Mapping[str, str], table: str, feed: str
) -> pd.DataFrame:
    needed, wished = COLUMNS[table]
    if f"{table}.txt" not in inside:
        if table in _OPTIONAL:
            return pd.DataFrame(columns=[*needed, *wished], dtype=str)
        raise GtfsError(N_("feed {feed}: {table}.txt is missing"), feed=feed, table=table)
    with archive.open(inside[f"{table}.txt"]) as file:
        try:
            frame = pd.read_csv(
                file,
                dtype=str,
                keep_default_na=False,
                encoding="utf-8-sig",
                skipinitialspace=True,
                usecols=lambda column: column.strip() in (*needed, *wished),
            )
        except (ValueError, UnicodeDecodeError) as error:
            raise GtfsError(
                N_("feed {feed}: {table}.txt cannot be read: {why}"),
                feed=feed,
                table=table,
                why=str(error),
            ) from None
    frame.columns = frame.columns.str.strip()
    missing = [column for column in needed if column not in frame]
    if missing or (frame.empty and table == "agency"):
        raise GtfsError(
            N_("feed {feed}: {table}.txt lacks {columns}"),
            feed=feed,
            table=table,
            columns=", ".join(missing) or "rows",
        )
    return frame.reindex(columns=[*needed, *wished], fill_value="")


_MODES = {"0": "tram", "1": "metro", "2": "rail", "3": "bus", "4": "ferry", "5": "tram"}
_MODES |= {"11": "bus", "12": "rail"}
_EXTENDED = {"1": "rail", "2": "bus", "4": "metro", "5": "metro", "7": "bus", "8": "bus"}
_EXTENDED |= {"9": "tram", "10": "ferry", "12": "ferry"}


def mode_of(route_type: str) -> str:
    """Return the mode of a route's type, of the few numbers or the extended ones (100 to 1299)."""
    extended = _EXTENDED.get(route_type[:-2], "other")
    return _MODES.get(route_type, extended)


def wheelchair_codes(said: pd.Series[str]) -> pd.Series[int]:
    """Return what a timetable says of wheelchairs for what a feed does."""
    return said.map({"1": ACCESSIBLE, "2": INACCESSIBLE}).fillna(UNKNOWN).astype(np.int64)


def seconds_of(times: pd.Series[str], *, feed: str) -> FloatArray:
    """Return seconds for ``H:MM:SS`` times, which may pass 24:00; NaN where empty.

    Raises
    ------
    GtfsError
        A text that is not a time.
    """
    codes, texts = pd.factorize(times)
    values = np.empty(len(texts))
    for i, text in enumerate(texts.tolist()):
        if not text.strip():
            values[i] = np.nan
            continue
        try:
            hours, minutes, seconds = (int(part) for part in text.split(":"))
        except ValueError:
            raise GtfsError(
                N_('feed {feed}: "{text}" is not a time'), feed=feed, text=text
            ) from None
        values[i] = hours * 3600 + minutes * 60 + seconds
    result: FloatArray = values[codes]
    return result
