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

from locator.errors import N_, InvalidParameterError
from locator.geo import FloatArray
from locator.walking import Placed
from locator.walking.graphfile import Grid
from locator.walking.network import NetworkModel
from locator.walking.snapping import Snapped

MOST_MINUTES = 120.0

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
    model: NetworkModel, origins: Placed, *, minutes: Sequence[float], pace_m_s: float
) -> tuple[Isochrone, ...]:
    """Return the areas within each of `minutes` of the nearest of `origins`.

    Parameters
    ----------
    model : NetworkModel
    origins : Placed
        One place, or all facilities of a layer.
    minutes : sequence of float
        One area each; a longer time's area holds every shorter one's.
    pace_m_s : float
        Walking speed, metres a second.

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
    grid, values_m = _walk_m_of_cells(model, origins, max(limits_m))
    return tuple(
        Isochrone(value, pace_m_s, _area(grid, values_m, limit_m, origins))
        for value, limit_m in zip(minutes, limits_m, strict=True)
    )


def _walk_m_of_cells(
    model: NetworkModel, origins: Placed, limit_m: float
) -> tuple[Grid, FloatArray]:
    """Return the part of the grid that can matter, and the walk to each of its cells."""
    whole = model.graph.reach
    low = origins.xy.min(axis=0, initial=np.inf) - limit_m - (whole.x, whole.y)
    high = origins.xy.max(axis=0, initial=-np.inf) + limit_m - (whole.x, whole.y)
    if not np.isfinite(low).all():
        low, high = np.zeros(2), np.zeros(2)
    shape = np.array([whole.columns, whole.rows])
    first = np.clip(low // whole.size_m - 1, 0, shape).astype(np.int64)
    last = np.clip(high // whole.size_m + 2, 0, shape).astype(np.int64)
    corner = np.array([whole.x, whole.y]) + first * whole.size_m
    columns, rows = (int(n) for n in np.maximum(last - first, 0))
    grid = Grid(float(corner[0]), float(corner[1]), whole.size_m, columns, rows)
    if columns < 1 or rows < 1:
        return grid, np.full((rows, columns), np.inf)
    cell = (np.arange(first[1], last[1])[:, None] * whole.columns) + np.arange(first[0], last[0])
    points = _taken(model.reach, cell.ravel())
    if len(origins) == 1:
        walk_m = model.walk_m(origins, points, limit_m=limit_m)
    else:
        walk_m = model.read(model.spread(origins, limit_m=limit_m), points)[0]
    return grid, walk_m.reshape(rows, columns)


def _taken(reach: Snapped, cell: Any) -> Placed:
    """Return the cells' centres as placed points."""
    return Placed(
        reach.xy[cell],
        {
            "edge": reach.edge[cell],
            "along_m": reach.along_m[cell].astype(np.float64),
            "gap_m": reach.gap_m[cell].astype(np.float64),
        },
    )


def _area(grid: Grid, walk_m: FloatArray, limit_m: float, origins: Placed) -> Any:
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
        left_m = np.clip(limit_m - origins.extra["gap_m"], 0.0, grid.size_m)
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
