"""Keep a city that was read and found sound, so that it need not all be read again.

A command answers one question, and reading and checking a city takes longer than the answer; of a
server's start, with the names that can be searched, it is a quarter. What was read is kept in the
user's cache folder, one file for each city folder, as Python keeps what it compiled: it begins with
a key of every byte that was read, of the program that read it and of the libraries that it is made
of, and with a checksum of itself. When one of them differs, the folder is read again and every
fault in it found, as ever; a folder with faults is never kept. Such a file is an object of Python
(a pickle), so only one that nobody else can have written is opened.
"""

from __future__ import annotations

import hashlib
import pickle
from contextlib import suppress
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from locator import __version__
from locator.base.files import WriteError
from locator.base.folders import cache_folder
from locator.base.own_files import key_of, read_own, write_own
from locator.city.model import City, load_city

LEAST_B = 1_000_000
"""A folder with less in it is read as quickly as it is kept."""

_READ_BY = ("base", "city", "geocoding")
_LIBRARIES = (gpd, np, pd, pyproj, shapely)
_APART = (".graph", ".lock", ".tmp", ".md", ".pbf")
"""Endings of what lies in a city folder and is no part of what is kept: streets, which are mapped,
and what is written about the city or only made something of."""


def kept_city(folder: Path, *, least_b: int = LEAST_B) -> City:
    """Return the city of a folder, as it was kept or else read, checked and kept.

    Parameters
    ----------
    folder : Path
        City folder.
    least_b : int
        Bytes that a folder has to hold to be kept.

    Returns
    -------
    City
        As `load_city` returns it.

    Raises
    ------
    CityFolderError
        As `load_city`: with every fault of every file.
    """
    try:
        place = _place(folder)
        key, size_b = _key(folder)
    except (OSError, RuntimeError):  # a file that cannot be read is reported by who reads it all
        return load_city(folder)
    if size_b < least_b:
        return load_city(folder)
    city = _opened(place, key)
    if city is None:
        city = load_city(folder)
        with suppress(OSError, WriteError):  # a cache that cannot be written is none
            if _key(folder) == (key, size_b):  # nothing was changed while it was read
                _keep(city, place, key)
    return city


def _place(folder: Path) -> Path:
    """Return the file that a folder's city is kept in.

    A server has no pyarrow in pandas (`locator.base.lighter`), commands do: each has its own.
    """
    whole, text = folder.resolve(), pd.StringDtype(na_value=np.nan).storage
    whose = hashlib.sha256(f"{whole} {text}".encode()).hexdigest()[:12]
    return cache_folder() / f"{whole.name}-{whose}.city"


def _key(folder: Path) -> tuple[bytes, int]:
    """Return what a city is known by that was read of these bytes here, and their number."""
    made_by = [f"{library.__name__} {library.__version__}" for library in _LIBRARIES]
    read: list[str | bytes] = []
    size_b = 0
    for file in sorted(folder.iterdir()):
        if file.suffix in _APART or not file.is_file():
            continue
        with file.open("rb") as stream:  # never held as a whole: a region's streets are large
            content = hashlib.file_digest(stream, "sha256").digest()
            size_b += (length := stream.tell())
        read += [f"{file.name} {length}", content]
    return key_of(__version__, str(folder), *made_by, *read, packages=_READ_BY), size_b


def _opened(place: Path, key: bytes) -> City | None:
    """Return the city kept at `place` if it is whole, ours, and what `key` stands for."""
    content = read_own(place, key)
    if content is None:
        return None
    city = pickle.loads(content)  # which only this user's own program wrote
    assert isinstance(city, City)
    shapely.prepare(city.boundary)
    return city


def _keep(city: City, place: Path, key: bytes) -> None:
    _ = city.gazetteer  # made once, for whoever reads this
    write_own(place, key, pickle.dumps(city, protocol=pickle.HIGHEST_PROTOCOL))
