"""Read the files that only the base map needs, or say what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from locator.base.errors import N_, Fault
from locator.base.packed import Packed, PackedFileError, read_packed_arrays
from locator.base.reading import WHOLE

LAND_KINDS = (
    "residential",
    "commercial",
    "industrial",
    "school",
    "hospital",
    "military",
    "allotments",
    "grass",
    "park",
    "cemetery",
    "wood",
    "wetland",
    "pitch",
    "water",
)
"""Kinds of land in the order in which they are drawn: what comes later covers what came before."""

LINE_KINDS = ("river", "stream", "rail", "siding", "tram")
PLACE_KINDS = ("town", "village", "suburb", "quarter", "neighbourhood", "hamlet", "square")


@dataclass(frozen=True)
class MapFile:
    """A packed file of a city folder (see `locator.base.packed`).

    Attributes
    ----------
    name : str
    geometry : str
        ``point``, ``linestring`` or ``polygon``.
    kinds : tuple of str
        What its column ``kind`` may say; empty where it has none.
    named : bool
        Whether it has a column ``name``.
    """

    name: str
    geometry: str
    kinds: tuple[str, ...] = ()
    named: bool = False


LAND = MapFile("land.npz", "polygon", LAND_KINDS)
LINES = MapFile("waters_and_rails.npz", "linestring", LINE_KINDS, named=True)
BUILDINGS = MapFile("buildings.npz", "polygon")
PLACES = MapFile("place_names.npz", "point", PLACE_KINDS, named=True)
FILES = (LAND, LINES, BUILDINGS, PLACES)


def read_map_file(folder: Path, file: MapFile) -> Packed | None:
    """Return what is in a file; None where the folder has no such file.

    Raises
    ------
    PackedFileError
        It cannot be read, or is not what it should be.
    """
    path = folder / file.name
    if not path.exists():
        return None
    found = read_packed_arrays(path)
    for problem, allowed in _problems(found, file):
        raise PackedFileError(
            N_("{file} {problem}; allowed: {allowed}"),
            file=file.name,
            problem=problem,
            allowed=allowed,
        )
    return found


def map_file_faults(folder: Path) -> Iterator[Fault]:
    """Yield what is wrong with the files of the base map; a missing one is no fault.

    Parameters
    ----------
    folder : Path
        City folder.

    Yields
    ------
    Fault
        For each file that is damaged or of another format, and each wrong layer in it.
    """
    for file in FILES:
        if not (folder / file.name).exists():
            continue
        try:
            for what in _problems(read_packed_arrays(folder / file.name), file):
                yield Fault(file.name, WHOLE, WHOLE, *what)
        except PackedFileError as error:
            allowed = "a file made by `locator basemap pack` for this city"
            yield Fault(file.name, WHOLE, WHOLE, error.message, allowed)


def _problems(found: Packed, file: MapFile) -> Iterator[tuple[str, str]]:
    """Yield each problem of a file with what would be accepted."""
    if found.geometry != file.geometry:
        yield f"holds geometries of kind {found.geometry}", file.geometry
        return
    wanted = [*(["kind"] if file.kinds else []), *(["name"] if file.named else [])]
    if missing := [column for column in wanted if column not in found.columns]:
        yield f"has no column {', '.join(missing)}", ", ".join(wanted)
    elif file.kinds:
        strange = sorted({str(kind) for kind in found.columns["kind"]} - set(file.kinds))
        if strange:
            yield f"has kinds {', '.join(strange[:5])}", ", ".join(file.kinds)
    lon, lat = np.abs(found.points).max(axis=0) if len(found.points) else (0, 0)
    if lon > 180 or lat > 85:
        yield "lies outside the map of the world", "degrees, at most 85 from the equator"
