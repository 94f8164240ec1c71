"""Cut the streets, waters and green of a city for small maps on paper."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from locator.base.errors import LocatorError
from locator.base.geo import Projection
from locator.base.packed import Packed, read_packed_arrays
from locator.city.added_streets import STREETS_FILE
from locator.city.basemap.files import LAND, LINES, read_map_file
from locator.city.basemap.shapes import corners_of

log = logging.getLogger("locator.city.basemap")

MAIN = ("motorway", "trunk", "primary", "secondary")
LESSER = ("tertiary", "residential", "unclassified", "living_street", "pedestrian")
GREEN, WATER, RIVERS = ("park", "wood", "cemetery"), ("water",), ("river",)

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Backdrop:
    """What lies under a map, in the city's metric CRS; empty where the folder does not know.

    Attributes
    ----------
    green, water : arrays of polygons
    rivers : array of lines
    main, lesser : arrays of lines
        Streets: those that show where one is in a city, and in a district.
    """

    green: Array
    water: Array
    rivers: Array
    main: Array
    lesser: Array


def read_backdrop(folder: Path, projection: Projection) -> Backdrop:
    """Return what a city folder has of it; a file that cannot be read is left out."""
    land = _read(LAND.name, lambda: read_map_file(folder, LAND))
    lines = _read(LINES.name, lambda: read_map_file(folder, LINES))
    streets = _read(STREETS_FILE, lambda: _read_streets(folder / STREETS_FILE))

    def of(found: Packed | None, column: str, kinds: Sequence[str]) -> Array:
        if found is None or column not in found.columns:
            return np.array([], dtype=object)
        rows = np.flatnonzero(found.columns[column].isin(kinds).to_numpy())
        points, offsets = corners_of(found.offsets, rows)
        kind = shapely.GeometryType[found.geometry.upper()]
        made: Array = shapely.from_ragged_array(
            kind, projection.to_metric(found.points[points]), offsets
        )
        return made

    def streets_of(kinds: Sequence[str]) -> Array:
        # Joined where nothing branches off, a street loses more of the corners nobody sees.
        lines = shapely.multilinestrings(of(streets, "highway", kinds))
        return np.asarray(shapely.get_parts(shapely.line_merge(lines)))

    return Backdrop(
        green=of(land, "kind", GREEN),
        water=of(land, "kind", WATER),
        rivers=of(lines, "kind", RIVERS),
        main=streets_of(MAIN),
        lesser=streets_of(LESSER),
    )


def _read_streets(file: Path) -> Packed | None:
    return read_packed_arrays(file, columns=("highway",)) if file.exists() else None


def _read(name: str, read: Callable[[], Packed | None]) -> Packed | None:
    try:
        return read()
    except LocatorError as error:
        log.warning("Maps of reports are drawn without %s: %s", name, error.message)
        return None
