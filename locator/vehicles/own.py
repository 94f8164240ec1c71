"""Read the timetables of a city folder: the one that was imported, and the one it came with.

The folder's own is a small GTFS feed, read like any other. A timetable that has been imported
(`timetable_file`) comes first, where it runs.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import cast

import numpy as np

from locator.base.errors import N_
from locator.base.own_files import keep, kept, key_of
from locator.city.model import City
from locator.vehicles.gtfs import feed_name, import_feeds
from locator.vehicles.timetable import Timetable
from locator.vehicles.timetable_file import FILE_NAME, TimetableFileError, load_timetable
from locator.vehicles.validation import unfit

OWN_FILE = "timetable.zip"


def timetables_of(city: City) -> tuple[Timetable, ...]:
    """Return the timetables of the city folder: the imported one first, then its own.

    Parameters
    ----------
    city : City
        Its folder is read anew.

    Returns
    -------
    tuple of Timetable
        None, one or two.

    Raises
    ------
    GtfsError, TimetableFileError
        One is there and cannot be read, or is not one of this city.
    """
    found = (imported_timetable(city), own_timetable(city))
    return tuple(table for table in found if table is not None)


def imported_timetable(city: City) -> Timetable | None:
    """Return the timetable that was imported into the folder; None where none was.

    Parameters
    ----------
    city : City
        Its folder is read anew.

    Returns
    -------
    Timetable or None

    Raises
    ------
    TimetableFileError
        It is there and cannot be read, or is not one of this city.
    """
    path = city.folder / FILE_NAME
    if not path.exists():
        return None
    table = load_timetable(path)
    refuse_unfit(table, city, path.name)
    return table


def own_timetable(city: City) -> Timetable | None:
    """Return the timetable that the folder came with; None where it has none.

    Its stops are those of ``stops.csv``: their ids are the indexes there, see `own_stop_id`.

    Parameters
    ----------
    city : City
        Its folder is read anew.

    Returns
    -------
    Timetable or None

    Raises
    ------
    GtfsError, TimetableFileError
        It is there and cannot be read, or is not one of this city.
    """
    path = city.folder / OWN_FILE
    if not path.exists():
        return None
    table = _read_once(path)
    refuse_unfit(table, city, path.name)
    return table


def _read_once(path: Path) -> Timetable:
    """Return the timetable of a feed, as it was kept when the same bytes were read before."""
    try:
        read = path.read_bytes()
    except OSError:
        return _imported(path)  # which says what is wrong
    name = f"{key_of(str(path.resolve())).hex()[:12]}.timetable"
    key = key_of(np.__version__, path.name, read, packages=("base", "vehicles"))
    content = kept(name, key)
    if content is not None:
        return cast(Timetable, pickle.loads(content))  # which only this user's own program wrote
    table = _imported(path)
    keep(name, key, pickle.dumps(table, protocol=pickle.HIGHEST_PROTOCOL))
    return table


def _imported(path: Path) -> Timetable:
    return import_feeds({feed_name(path): path})[0]


def own_stop_id(index: int) -> str:
    """Return the id that a stop of ``stops.csv`` has in the folder's own timetable."""
    return f"{OWN_FILE.partition('.')[0]}:{index}"


def refuse_unfit(table: Timetable, city: City, name: str) -> None:
    """Raise TimetableFileError where `table`, called `name`, is not a timetable of `city`.

    Parameters
    ----------
    table : Timetable
    city : City
    name : str
        Of the file, for the message.

    Raises
    ------
    TimetableFileError
        Naming the first thing that `locator.vehicles.validation.unfit` finds.
    """
    for member, problem, allowed in unfit(table, city):
        raise TimetableFileError(
            N_("{file} is not of this city ({member}: {problem}; allowed: {allowed})"),
            file=name,
            member=member,
            problem=problem,
            allowed=allowed,
        )
