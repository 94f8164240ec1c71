"""Draw how far one gets on foot in so many minutes, from one place or from a whole layer.

The centre of every cell of a 30 m grid was set onto the streets once, when the graph was built.
An isochrone is then one Dijkstra, one look-up for each cell, and the contour of those values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from contourpy import FillType, contour_generator

from locator.base.errors import N_, InvalidParameterError
from locator.base.geo import FloatArray, IntArray
from locator.walking import SnappedPoints, WalkingModel
from locator.walking.graph.file import Grid
from locator.walking.graph.matrix import centres
from locator.walking.network.model import NetworkModel

MOST_MINUTES = 120.0

ESTIMATE_SIZE_M = 50.0
"""Side of the cells where there is no street graph with a grid of its own."""

ESTIMATE_CELLS = 40_000
"""With the estimate the cells of many origins grow until there are no more than so many: finer
ones would take half a minute and look more exact than the estimate is."""

_BEYOND_CELLS = 2.0
"""What cannot be reached in time counts as this many cells beyond, wherever it is."""


@dataclass(frozen=True)
class Isochrone:
    """The area within so many minutes' walk.

    Attributes
    ----------
    minutes : float
    pace_m_s : float
    area : shapely MultiPolygon
        Valid, with holes, in the city's metric CRS; empty where nothing is reached.
    """

    minutes: float
    pace_m_s: float
    area: Any

    @property
    def limit_m(self) -> float:
        """The longest walk inside, metres."""
        return self.minutes * 60.0 * self.pace_m_s


def isochrones(
    model: WalkingModel, origins: SnappedPoints, *, minutes: Sequence[float], pace_m_s: float
) -> tuple[Isochrone, ...]:
    """Return the areas within each of `minutes` of the nearest of `origins`.

    Parameters
    ----------
    model : WalkingModel
        With the street network the area follows the streets; with the estimate it is as rough as
        the estimate is.
    origins : SnappedPoints
        One place, or all facilities of a layer.
    minutes : sequence of float
        One area each; a longer time's area holds every shorter one's.
    pace_m_s : float
        Walking speed, metres a second.

    Returns
    -------
    tuple of Isochrone
        One for each of `minutes`, in their order.

    Raises
    ------
    InvalidParameterError
        A time or a pace that is not positive, or a time beyond `MOST_MINUTES`.
    """
    if not minutes or not all(0 < value <= MOST_MINUTES for value in minutes):
        raise InvalidParameterError(
            N_("Minutes must be more than 0 and at most {most}."),
            parameter="minutes",
            most=int(MOST_MINUTES),
        )
    if not 0 < pace_m_s < np.inf:
        raise InvalidParameterError(
            N_("The pace must be more than 0 metres a second, not {pace}."),
            parameter="pace",
            pace=pace_m_s,
        )
    limits_m = [value * 60.0 * pace_m_s for value in minutes]
    # A little farther than asked, so that the border is drawn between known values.
    margin_m = _BEYOND_CELLS * ESTIMATE_SIZE_M
    grid, values_m = _walk_m_of_cells(model, origins, max(limits_m) + margin_m)
    return tuple(
        Isochrone(value, pace_m_s, _area(grid, values_m, limit_m, origins))
        for value, limit_m in zip(minutes, limits_m, strict=True)
    )


def _walk_m_of_cells(
    model: WalkingModel, origins: SnappedPoints, limit_m: float
) -> tuple[Grid, FloatArray]:
    """Return a grid that holds the area, and the walk to each of its cells."""
    if len(origins) == 0:
        return Grid(0.0, 0.0, ESTIMATE_SIZE_M, 0, 0), np.empty((0, 0))
    low, high = origins.xy.min(axis=0) - limit_m, origins.xy.max(axis=0) + limit_m
    if isinstance(model, NetworkModel):
        grid, points = _cells_of_network(model, low, high)
    else:
        size_m = ESTIMATE_SIZE_M
        if len(origins) > 1:
            size_m = max(size_m, float(np.sqrt(np.prod(high - low) / ESTIMATE_CELLS)))
        grid = _window(Grid(0.0, 0.0, size_m, 10**7, 10**7), low, high)[0]
        points = model.snap(centres(grid))
    if len(origins) == 1:
        walk_m = model.walk_m(origins, points, limit_m=limit_m)
    elif isinstance(model, NetworkModel):
        walk_m = model.read(model.multi_source(origins, limit_m=limit_m), points)[0]
    else:
        walk_m = model.nearest(points, origins)[0]
    return grid, walk_m.reshape(grid.rows, grid.columns)


def _cells_of_network(
    model: NetworkModel, low: FloatArray, high: FloatArray
) -> tuple[Grid, SnappedPoints]:
    """Return the part of the graph's own grid between two corners, already set onto streets."""
    whole = model.graph.reach
    grid, first = _window(whole, low, high)
    rows = np.arange(first[1], first[1] + grid.rows)
    cell = rows[:, None] * whole.columns + np.arange(first[0], first[0] + grid.columns)
    reach = model.ways.reach_of(cell.ravel(), centres(grid))
    return grid, SnappedPoints(
        reach.xy, {"edge": reach.edge, "along_m": reach.along_m, "gap_m": reach.gap_m}
    )


def _window(whole: Grid, low: FloatArray, high: FloatArray) -> tuple[Grid, IntArray]:
    """Return the part of a grid between two corners, and its first column and row."""
    corner = np.array([whole.x, whole.y])
    shape = np.array([whole.columns, whole.rows])
    first = np.clip((low - corner) // whole.size_m - 1, 0, shape).astype(np.int64)
    last = np.clip((high - corner) // whole.size_m + 2, 0, shape).astype(np.int64)
    x, y = corner + first * whole.size_m
    columns, rows = (int(n) for n in last - first)
    return Grid(float(x), float(y), whole.size_m, columns, rows), first


def _area(grid: Grid, walk_m: FloatArray, limit_m: float, origins: SnappedPoints) -> Any:
    """Return where the walk is at most `limit_m`, as valid polygons with holes."""
    beyond_m = limit_m + _BEYOND_CELLS * grid.size_m
    # A frame of unreached cells closes the contours at the border of the grid.
    values = np.pad(np.minimum(walk_m, beyond_m), 1, constant_values=beyond_m)
    x = grid.x + (np.arange(grid.columns + 2) - 0.5) * grid.size_m
    y = grid.y + (np.arange(grid.rows + 2) - 0.5) * grid.size_m
    contours = contour_generator(x, y, values, fill_type=FillType.OuterOffset)
    found: Any = contours.filled(-1.0, limit_m)
    area = _whole(list(_polygons(*found)))
    if area.is_empty and walk_m.size:
        # Less than a cell: a circle of the walk left after reaching the street.
        gap_m = origins.extra.get("gap_m", np.zeros(len(origins)))
        left_m = np.clip(limit_m - gap_m, 0.0, grid.size_m)
        area = _whole(list(shapely.buffer(shapely.points(origins.xy), left_m)))
    return area


def _whole(polygons: list[Any]) -> Any:
    """Return polygons as one valid MultiPolygon; contours rarely touch each other, some do."""
    area = shapely.MultiPolygon(polygons)
    if area.is_valid:
        return area
    parts = shapely.get_parts(shapely.union_all(shapely.make_valid(polygons)))
    # Repaired contours may leave stray lines and points.
    return shapely.MultiPolygon(
        [part for part in parts if part.geom_type == "Polygon" and part.area > 0]
    )


def _polygons(points: Iterable[Any], offsets: Iterable[Any]) -> Iterable[Any]:
    """Yield each contour as a polygon; its first ring is the outside, the others are holes."""
    for xy, start in zip(points, offsets, strict=True):
        rings = [xy[start[i] : start[i + 1]] for i in range(len(start) - 1)]
        yield shapely.Polygon(rings[0], rings[1:])
