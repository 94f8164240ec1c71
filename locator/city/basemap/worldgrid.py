"""Count positions on the world's map: whole units of web mercator, the origin in the north-west.

The world is 2**30 units wide (3.7 cm at the equator), so that a tile of any zoom begins at a whole
unit and its own coordinates are the world's, shifted.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from locator.base.geo import Box, FloatArray, IntArray

WORLD_BITS = 30
EXTENT_BITS = 11
EXTENT = 1 << EXTENT_BITS
"""Units on a tile's side. A tile is drawn 512 px wide: a unit is a quarter of a pixel."""

UNITS_PER_PX = EXTENT / 512
LOWEST, HIGHEST = 9, 17
"""Zooms of tiles. One of 512 px is drawn where a map says one more: 10 to 18."""


def world_units(lonlat: npt.ArrayLike) -> IntArray:
    """Return the world units of some places.

    Parameters
    ----------
    lonlat : (n, 2) array
        Degrees, WGS84.

    Returns
    -------
    (n, 2) int array
        x to the east, y to the south.
    """
    points = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    sine = np.sin(np.radians(points[:, 1]))
    x = points[:, 0] / 360 + 0.5
    y = 0.5 - np.arctanh(sine) / (2 * np.pi)
    return np.rint(np.column_stack([x, y]) * (1 << WORLD_BITS)).astype(np.int64)


def tile_units(zoom: int) -> int:
    """Return how many world units a tile is wide.

    Parameters
    ----------
    zoom : int

    Returns
    -------
    int
    """
    return 1 << (WORLD_BITS - zoom)


def tile_range(box: Box, zoom: int) -> tuple[int, int, int, int]:
    """Return the first and last columns and rows of the tiles that touch a box.

    Parameters
    ----------
    box : tuple of float
        West, south, east, north; WGS84.
    zoom : int

    Returns
    -------
    tuple of int
        First x and y, last x and y.
    """
    west, south, east, north = box
    corners = world_units([[west, north], [east, south]]) // tile_units(zoom)
    (left, top), (right, bottom) = corners.tolist()
    return left, top, right, bottom


def to_tile(units: npt.NDArray[Any], zoom: int, x: int, y: int) -> FloatArray:
    """Return (n, 2) coordinates in a tile, 0 to `EXTENT` where inside, of world units."""
    size = tile_units(zoom)
    inside: FloatArray = (units - np.array([x * size, y * size])) / (size / EXTENT)
    return inside
