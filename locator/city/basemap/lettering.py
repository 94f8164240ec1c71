"""Choose where names may stand in a tile: points, and pieces of streets straight enough to read.

A name is offered by the one tile that holds its middle, and reaches over the tile's edge where it
is long; which of the offered names are written is for the map to say, which knows all tiles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from locator.base.geo import FloatArray, IntArray
from locator.city.basemap.shapes import corners_of
from locator.city.basemap.worldgrid import EXTENT, UNITS_PER_PX, tile_units, to_tile

LETTER_PX = 6.4
"""A letter's width, as wide as the widest common typeface has it on average."""

ROOM = 1.15
"""A piece is so much longer than its name: a map between two zooms is smaller than its tiles."""

APART_PX, NEAR_APART_PX = 380.0, 230.0
"""A long street is named about once in so many pixels; and where a map shows little of the city."""

NEAR_ZOOM = 15
"""From this zoom of tiles on a map shows so little that it may hold no more than one street."""

SAMPLES = 9
STRAIGHT = 0.94
"""The ends of a piece are at least so much of its length apart."""

MOST_BENT = 0.55
"""Radians between one eighth of a piece and the next: letters must not run into each other."""

SHIFTS = (0.0, -0.25, 0.25, -0.4, 0.4)
"""Other places of a name, in parts of the room that it has to itself."""

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Names:
    """Names with where they belong, the most important first.

    Attributes
    ----------
    xy : (m, 2) float
        Corners of all points and lines in world units, one after another.
    offsets : (n + 1,) int
        Where the corners of each begin; a point has one.
    boxes : (n, 4) float
    words : (w,) array of texts
        Whatever names and kinds say.
    text, kind : (n,) int
        Which of `words` each says, and is.
    zooms : (n,) uint8
        The first zoom of tiles that offers each.
    """

    xy: FloatArray
    offsets: IntArray
    boxes: FloatArray
    words: Array
    text: Array
    kind: Array
    zooms: Array

    @property
    def texts(self) -> Array:
        """What each says."""
        return self.words.astype(object)[self.text]

    @property
    def kinds(self) -> Array:
        """What each is."""
        return self.words.astype(object)[self.kind]

    def lines(self, rows: IntArray) -> Array:
        """Return some of the lines."""
        taken, offsets = corners_of((self.offsets,), rows)
        kind = shapely.GeometryType.LINESTRING
        made: Array = shapely.from_ragged_array(kind, self.xy[taken], offsets)
        return made

    def said(self, row: int) -> tuple[str, str]:
        """Return the text and the kind of a name."""
        return str(self.words[self.text[row]]), str(self.words[self.kind[row]])


@dataclass(frozen=True)
class Offer:
    """A name that may be written: its text, its kind, and a point or a line in tile units."""

    text: str
    kind: str
    xy: IntArray


def names_of(
    geometries: Array, texts: Sequence[str], kinds: Sequence[str], zooms: Sequence[int]
) -> Names:
    """Return names at geometries in world units, points or lines of one part."""
    xy, of = shapely.get_coordinates(geometries, return_index=True)
    return _names(
        xy=xy,
        offsets=np.concatenate([[0], np.cumsum(np.bincount(of, minlength=len(geometries)))]),
        boxes=shapely.bounds(geometries).reshape(-1, 4),
        texts=np.asarray(texts, dtype=object),
        kinds=np.asarray(kinds, dtype=object),
        zooms=np.asarray(zooms, dtype=np.uint8),
    )


def joined(*names: Names) -> Names:
    """Return several collections as one, in this order."""
    counts = [np.diff(one.offsets) for one in names]
    return _names(
        xy=np.concatenate([one.xy for one in names]),
        offsets=np.concatenate([[0], np.cumsum(np.concatenate(counts))]),
        boxes=np.concatenate([one.boxes for one in names]),
        texts=np.concatenate([one.texts for one in names]),
        kinds=np.concatenate([one.kinds for one in names]),
        zooms=np.concatenate([one.zooms for one in names]),
    )


def _names(
    *,
    xy: FloatArray,
    offsets: IntArray,
    boxes: FloatArray,
    texts: Array,
    kinds: Array,
    zooms: Array,
) -> Names:
    """Return names, each of their words once: few of a city's numbers of houses differ."""
    said, words = pd.factorize(np.concatenate([texts, kinds]), use_na_sentinel=False)
    text, kind = np.split(said.astype(np.int32), 2)
    return Names(xy, offsets, boxes, words.astype(str), text, kind, zooms)


def point_offers(names: Names, zoom: int, x: int, y: int) -> Iterator[Offer]:
    """Return the names of points in a tile."""
    rows = _touching(names, zoom, x, y)
    units = np.rint(to_tile(names.xy[names.offsets[rows]], zoom, x, y))
    for row, (east, south) in zip(rows, units.astype(np.int64), strict=True):
        if 0 <= east < EXTENT and 0 <= south < EXTENT:
            yield Offer(*names.said(row), np.array([[east, south]]))


def line_offers(names: Names, zoom: int, x: int, y: int) -> Iterator[Offer]:
    """Return the pieces of lines whose middle is in a tile and that have room for their name."""
    rows = _touching(names, zoom, x, y)
    unit = tile_units(zoom) / EXTENT
    lines = names.lines(rows)
    length = shapely.length(lines) / unit
    wide = np.strings.str_len(names.words[names.text[rows]]) * LETTER_PX * UNITS_PER_PX * ROOM
    fits = length >= wide
    rows, lines, length, wide = rows[fits], lines[fits], length[fits], wide[fits]
    apart = (APART_PX if zoom < NEAR_ZOOM else NEAR_APART_PX) * UNITS_PER_PX
    slots = np.maximum(1, np.rint(length / np.maximum(apart, wide))).astype(np.int64)
    line = np.repeat(np.arange(len(rows)), slots)
    slot = np.arange(len(line)) - np.repeat(np.cumsum(slots) - slots, slots)
    room = length[line] / slots[line]
    middles = (slot + 0.5) * room
    # Whatever is chosen lies near the middle of its slot.
    points = shapely.get_coordinates(shapely.line_interpolate_point(lines[line], middles * unit))
    near = (np.abs(to_tile(points, zoom, x, y) - EXTENT / 2) < EXTENT / 2 + room[:, None]).all(
        axis=1
    )
    line, room, middles = line[near], room[near], middles[near]
    pieces, straight = _pieces(lines[line], middles, room, wide[line], unit)
    pieces = to_tile(pieces.reshape(-1, 2), zoom, x, y).reshape(-1, SAMPLES, 2)
    middle = pieces[:, SAMPLES // 2]
    here = straight & ((middle >= 0) & (middle < EXTENT)).all(axis=1)
    for row, xy in zip(rows[line[here]], _plain(pieces[here]), strict=True):
        yield Offer(*names.said(row), xy)


def _pieces(
    lines: Array, middles: FloatArray, room: FloatArray, wide: FloatArray, unit: float
) -> tuple[FloatArray, Array]:
    """Return for each slot the straightest of some pieces (n, SAMPLES, 2), and if it will do."""
    if len(lines) == 0:
        return np.zeros((0, SAMPLES, 2)), np.zeros(0, dtype=bool)
    steps = np.linspace(-0.5, 0.5, SAMPLES)
    spare = np.maximum(0.0, room - wide)
    best = np.zeros((len(lines), SAMPLES, 2))
    ratio = np.zeros(len(lines))
    for shift in SHIFTS:
        # Only what is not straight yet is looked at again.
        open_ = np.flatnonzero(ratio < 0.985)
        at = middles[open_] + shift * spare[open_]
        along = (at[:, None] + steps * wide[open_, None]) * unit
        points = shapely.get_coordinates(
            shapely.line_interpolate_point(lines[open_, None], along)
        ).reshape(-1, SAMPLES, 2)
        ends = np.hypot(*(points[:, -1] - points[:, 0]).T)
        found = np.where(_bends(points) < MOST_BENT, ends / (wide[open_] * unit), 0.0)
        better = found > ratio[open_]
        best[open_[better]] = points[better]
        ratio[open_[better]] = found[better]
    return best, ratio >= STRAIGHT


def _bends(points: FloatArray) -> FloatArray:
    """Return the sharpest turn of each row of points, radians."""
    east, south = np.diff(points, axis=1).transpose(2, 0, 1)
    turns = np.diff(np.arctan2(south, east), axis=1)
    sharpest: FloatArray = np.abs((turns + np.pi) % (2 * np.pi) - np.pi).max(axis=1)
    return sharpest


def _plain(pieces: FloatArray) -> Iterator[IntArray]:
    """Yield pieces in whole units with no more corners than they need, read left to right."""
    lines = shapely.simplify(shapely.linestrings(pieces), UNITS_PER_PX / 2)
    units = np.rint(shapely.get_coordinates(lines)).astype(np.int64)
    ends = np.cumsum(shapely.get_num_coordinates(lines)).tolist()
    for first, end in zip([0, *ends], ends, strict=False):
        xy = units[first:end]
        yield xy if xy[0, 0] <= xy[-1, 0] else xy[::-1]


def _touching(names: Names, zoom: int, x: int, y: int) -> IntArray:
    size = tile_units(zoom)
    offered: IntArray = np.flatnonzero(names.zooms <= zoom)
    left, top, right, bottom = names.boxes[offered].T
    inside = (
        (left < (x + 1) * size)
        & (right >= x * size)
        & (top < (y + 1) * size)
        & (bottom >= y * size)
    )
    found: IntArray = offered[inside]
    return found
