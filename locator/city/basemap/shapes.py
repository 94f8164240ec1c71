"""Hold many lines or polygons in a few arrays, and cut out what lies in a tile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from locator.base.geo import IntArray
from locator.city.basemap.worldgrid import EXTENT, tile_units, to_tile, world_units

MARGIN = 64
"""Units of a tile kept beyond its sides: the ends of the widest street lie there, unseen."""

TOLERANCE = 1.2
"""Units that a drawn line may be off: a third of a pixel."""

SMALLEST = 6
"""Units: a polygon that is smaller both ways is not drawn."""

COARSE_TOLERANCE, COARSE_SMALLEST = 3.0, 14
"""The same where tiles hold much land: three quarters of a pixel, three pixels."""

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Shapes:
    """Lines or polygons in world units.

    Attributes
    ----------
    polygons : bool
    xy : (n, 2) int32
        Corners of all rings or lines, one after another.
    offsets : tuple of arrays
        As `shapely.to_ragged_array` gives them: where each line or ring begins, and for polygons
        where each shape's rings begin.
    boxes : (m, 4) int32
        West, north, east, south of each shape.
    codes : (m,) uint8
        What each shape is; the meaning is the maker's. Shapes are drawn in the order of codes.
    zooms : (m,) uint8
        The first zoom of tiles that shows it.
    simple : bool
        Corners that cannot be seen are gone already.
    """

    polygons: bool
    xy: Array
    offsets: tuple[Array, ...]
    boxes: Array
    codes: Array
    zooms: Array
    simple: bool = False


@dataclass(frozen=True)
class Cut:
    """What lies in a tile, in its own whole units.

    Attributes
    ----------
    xy : (n, 2) int
        Corners; rings are not closed.
    starts : (parts + 1,) int
        Where each line or ring begins.
    codes : (parts,) int
        Ascending.
    """

    xy: IntArray
    starts: IntArray
    codes: IntArray


def shapes_of(geometries: Array, codes: Array, zooms: Array) -> Shapes:
    """Return single lines or single polygons (WGS84; at least one) in world units."""
    kind, points, offsets = shapely.to_ragged_array(geometries, include_z=False)
    return shapes_from_arrays(
        world_units(points),
        tuple(offsets),
        codes,
        zooms,
        polygons=kind == shapely.GeometryType.POLYGON,
    )


def shapes_from_arrays(
    units: Array, offsets: tuple[Array, ...], codes: Array, zooms: Array, *, polygons: bool
) -> Shapes:
    """Return lines or polygons in world units, as `shapely.to_ragged_array` describes them."""
    order = np.argsort(codes, kind="stable")
    offsets = tuple(np.asarray(offset, dtype=np.int64) for offset in offsets)
    taken, offsets = corners_of(offsets, order)
    xy = np.rint(units[taken]).astype(np.int32)
    first = offsets[0][offsets[1][:-1]] if polygons else offsets[0][:-1]
    low, high = np.minimum.reduceat(xy, first), np.maximum.reduceat(xy, first)
    return Shapes(
        polygons=polygons,
        xy=xy,
        offsets=offsets,
        boxes=np.column_stack([low, high]),
        codes=codes[order].astype(np.uint8),
        zooms=zooms[order].astype(np.uint8),
    )


def coarsened(shapes: Shapes, zoom: int) -> Shapes | None:
    """Return what tiles of `zoom` show of `shapes`, with no more corners than can be seen."""
    tolerance = COARSE_TOLERANCE if shapes.polygons else TOLERANCE
    rows = np.flatnonzero(_shown(shapes, zoom, COARSE_SMALLEST))
    units = shapely.simplify(
        _geometries(shapes, rows, lambda xy: xy),
        tolerance * tile_units(zoom) / EXTENT,
        preserve_topology=False,
    )
    parts, index = _single(units, shapes.polygons)
    if len(parts) == 0:
        return None
    _, points, offsets = shapely.to_ragged_array(parts)
    codes, zooms = shapes.codes[rows[index]], shapes.zooms[rows[index]]
    made = shapes_from_arrays(points, tuple(offsets), codes, zooms, polygons=shapes.polygons)
    return replace(made, simple=True)


def cut(shapes: Shapes, zoom: int, x: int, y: int) -> Cut:
    """Return what of `shapes` lies in a tile and its margin."""
    size = tile_units(zoom)
    reach = MARGIN * size // EXTENT
    west, north, east, south = (
        x * size - reach,
        y * size - reach,
        (x + 1) * size + reach,
        (y + 1) * size + reach,
    )
    left, top, right, bottom = shapes.boxes.T
    touching = (left <= east) & (right >= west) & (top <= south) & (bottom >= north)
    rows = np.flatnonzero(touching & _shown(shapes, zoom))
    units = _geometries(shapes, rows, lambda xy: to_tile(xy, zoom, x, y))
    left, top, right, bottom = shapes.boxes[rows].T
    across = (left < west) | (right > east) | (top < north) | (bottom > south)
    crossing = np.flatnonzero(across)
    box = (-MARGIN, -MARGIN, EXTENT + MARGIN, EXTENT + MARGIN)
    units[crossing] = shapely.clip_by_rect(units[crossing], *box)
    if not shapes.simple:
        units = shapely.simplify(units, TOLERANCE, preserve_topology=False)
    parts, index = _single(units, shapes.polygons)
    return _whole(parts, shapes.codes[rows[index]].astype(np.int64), polygons=shapes.polygons)


def _shown(shapes: Shapes, zoom: int, smallest: int = SMALLEST) -> Array:
    """Tell which shapes are drawn at `zoom` at all, wherever they are."""
    shown: Array = shapes.zooms <= zoom
    if shapes.polygons:
        left, top, right, bottom = shapes.boxes.T
        least = smallest * tile_units(zoom) // EXTENT
        shown &= np.maximum(right - left, bottom - top) >= least
    return shown


def _geometries(shapes: Shapes, rows: Array, placed: Callable[[Array], Array]) -> Array:
    """Return some of the shapes as geometries; `placed` moves their corners."""
    taken, offsets = corners_of(shapes.offsets, rows)
    kind = shapely.GeometryType.POLYGON if shapes.polygons else shapely.GeometryType.LINESTRING
    points = np.asarray(placed(shapes.xy[taken]), dtype=np.float64)
    made: Array = shapely.from_ragged_array(kind, points, offsets)
    return made


def corners_of(offsets: tuple[Array, ...], rows: Array) -> tuple[Array, tuple[Array, ...]]:
    """Return which corners belong to `rows`, and the offsets of just these."""
    taken, made = rows, []
    for offset in reversed(offsets):
        counts = offset[taken + 1] - offset[taken]
        begins = np.concatenate([[0], np.cumsum(counts)])
        made.append(begins)
        taken = np.repeat(offset[taken] - begins[:-1], counts) + np.arange(begins[-1])
    return taken, tuple(reversed(made))


def _single(geometries: Array, polygons: bool) -> tuple[Array, Array]:
    """Return the single lines or polygons in `geometries`, and which each came from."""
    kind = shapely.GeometryType.POLYGON if polygons else shapely.GeometryType.LINESTRING
    single = shapely.get_type_id(geometries) == kind
    # Nearly all are, and would be copied.
    others = np.flatnonzero(~single)
    parts, of_others = shapely.get_parts(geometries[others], return_index=True)
    parts = np.concatenate([geometries[single], parts])
    index = np.concatenate([np.flatnonzero(single), others[of_others]])
    order = np.argsort(index, kind="stable")
    parts, index = parts[order], index[order]
    kept = (shapely.get_type_id(parts) == kind) & ~shapely.is_empty(parts)
    return parts[kept], index[kept]


def _whole(parts: Array, codes: IntArray, *, polygons: bool) -> Cut:
    """Return parts in whole units, without corners that fall together and what collapses."""
    if len(parts) == 0:
        return Cut(np.zeros((0, 2), np.int64), np.zeros(1, np.int64), codes)
    lengths, shell = _rings(parts) if polygons else (shapely.get_num_coordinates(parts), None)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    if shell is not None:
        codes = codes[np.cumsum(shell) - 1]
    xy = np.rint(shapely.get_coordinates(parts)).astype(np.int64)
    ring = np.repeat(np.arange(len(lengths)), lengths)
    fresh = np.ones(len(xy), dtype=bool)
    fresh[1:] = (np.diff(xy, axis=0) != 0).any(axis=1) | (np.diff(ring) != 0)
    if shell is not None:
        fresh[starts[1:] - 1] = False  # a ring is closed without its last corner
    counts = np.bincount(ring[fresh], minlength=len(lengths))
    enough = counts >= (3 if polygons else 2)
    kept = fresh & enough[ring]
    begins = np.concatenate([[0], np.cumsum(counts[enough])])
    xy = xy[kept]
    if shell is not None and len(xy):
        xy = xy[_wound(xy, begins, shell[enough])]
    return Cut(xy=xy, starts=begins, codes=codes[enough])


def _rings(polygons: Array) -> tuple[IntArray, Array]:
    """Return the corners of each ring of some polygons, and whether it is the outer one.

    As `shapely.to_ragged_array`, which makes a geometry of every ring to count them.
    """
    counts = 1 + shapely.get_num_interior_rings(polygons)
    ends = np.cumsum(counts)
    shell = np.zeros(ends[-1], dtype=bool)
    shell[ends - counts] = True
    holed = counts > 1
    lengths = np.empty(ends[-1], dtype=np.int64)
    of_holed = np.repeat(holed, counts)
    lengths[~of_holed] = shapely.get_num_coordinates(polygons[~holed])
    lengths[of_holed] = shapely.get_num_coordinates(shapely.get_rings(polygons[holed]))
    return lengths, shell


def _wound(xy: IntArray, starts: IntArray, shell: Array) -> IntArray:
    """Return the order of corners in which shells enclose a positive area, holes a negative."""
    counts = np.diff(starts)
    ring = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(xy)) - starts[ring]
    after = np.where(place == counts[ring] - 1, starts[ring], np.arange(len(xy)) + 1)
    twice = xy[:, 0] * xy[after, 1] - xy[after, 0] * xy[:, 1]
    wrong = (np.add.reduceat(twice, starts[:-1]) > 0) != shell
    turned = starts[ring] + counts[ring] - 1 - place
    return np.where(wrong[ring], turned, np.arange(len(xy)))
