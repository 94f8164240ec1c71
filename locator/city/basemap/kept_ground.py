"""Keep what the tiles of a city are cut from in a file, mapped into memory when read again.

Cutting takes a few of many shapes: of a mapped file only those are in memory, and the system may
take them back. Whatever is wrong with the file (`locator.base.mapped`), it is made again; where
none can be kept, all of it lives in memory. One program makes it, and the others wait for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from locator.base.mapped import Array, made_once, read_arrays, write_arrays
from locator.city.basemap.ground import MapGround, map_ground
from locator.city.basemap.lettering import Names
from locator.city.basemap.shapes import Shapes
from locator.city.model import City

WAIT_S = 60.0
"""So long another program is waited for that makes it; some seconds are usual."""

SUFFIX = ".ground"

_ALIGNMENT = 64
"""Of what stands before the arrays, so that they stand where their numbers are read at one go."""


def kept_ground(
    city: City, place: Path | None, *, is_current: Callable[[], bool] = lambda: True
) -> MapGround:
    """Return `map_ground` of a city, from its file where it is kept.

    Parameters
    ----------
    city : City
    place : Path or None
        Its name changes with what is drawn; files of other names are removed. None: nothing is
        kept.
    is_current : callable
        Tells whether the city's files still are what `place` is named after; else what was made
        of them is not kept.
    """
    if place is None:
        return map_ground(city)

    def keep(made: MapGround) -> None:
        if not made.faults and is_current():
            _keep(place, made)

    return made_once(
        place, read=partial(_read, place), make=lambda: map_ground(city), keep=keep, wait_s=WAIT_S
    )


def _keep(place: Path, ground: MapGround) -> None:
    """Write the file, and remove those of other versions."""
    for other in place.parent.glob(f"*{SUFFIX}"):
        other.unlink(missing_ok=True)
    arrays: list[Array] = []
    told = _told(ground, arrays)
    order = sorted(range(len(arrays)), key=lambda number: -arrays[number].dtype.alignment)
    about = json.dumps({"order": order, "ground": told}).encode()
    about += b" " * (-len(about) % _ALIGNMENT)
    write_arrays(place, [np.frombuffer(about, np.uint8), *(arrays[number] for number in order)])


def _told(value: Any, arrays: list[Array]) -> Any:
    """Return what JSON can hold of a value; its arrays are put into `arrays`, and numbered."""
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return len(arrays) - 1
    if is_dataclass(value):
        return {one.name: _told(getattr(value, one.name), arrays) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _told(part, arrays) for name, part in value.items()}
    return [_told(part, arrays) for part in value] if isinstance(value, tuple) else value


def _read(place: Path) -> MapGround | None:
    """Return what a file holds; None where there is none that is whole."""
    found = read_arrays(place)
    if not found:
        return None
    about = json.loads(found[0].tobytes())
    by_number = dict(zip(about["order"], found[1:], strict=True))
    arrays, told = [by_number[number] for number in range(len(by_number))], about["ground"]
    return MapGround(
        layers=_layers(told["layers"], arrays),
        coarse={int(zoom): _layers(some, arrays) for zoom, some in told["coarse"].items()},
        along=Names(**{name: arrays[number] for name, number in told["along"].items()}),
        at=Names(**{name: arrays[number] for name, number in told["at"].items()}),
        faults=(),
    )


def _layers(told: Mapping[str, Mapping[str, Any]], arrays: Sequence[Array]) -> dict[str, Shapes]:
    return {
        name: Shapes(
            polygons=one["polygons"],
            simple=one["simple"],
            offsets=tuple(arrays[number] for number in one["offsets"]),
            **{part: arrays[one[part]] for part in ("xy", "boxes", "codes", "zooms")},
        )
        for name, one in told.items()
    }
