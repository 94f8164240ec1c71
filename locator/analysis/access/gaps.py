"""Join unserved squares into gaps: areas of people whom one new facility could serve."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from locator.base.geo import WGS84, FloatArray, IntArray
from locator.base.rounding import whole
from locator.city.model import City
from locator.city.population import DemandPoints
from locator.walking.walkable_city import WalkableCity, remembered

LARGEST = 10
"""Gaps that are drawn and named; the rest is counted."""

_STRAIGHT_M = 0.5
"""A corner that is nearer than this to the line between its neighbours is left out."""

_FORWARD = ((1, 0), (0, 1), (1, 1), (1, -1))


@dataclass(frozen=True)
class Gaps:
    """The unserved people of one question, as areas.

    Attributes
    ----------
    largest : GeoDataFrame
        The `LARGEST` gaps by people, most first. Columns ``people`` (whole), ``district``
        (number), ``district_name``, ``place`` (the nearest stop's name), ``walk_s`` (their
        people's mean walking time to the nearest facility; NaN where there is none),
        ``geometry`` (union of the squares, WGS84).
    count : int
        How many gaps there are in all.
    """

    largest: gpd.GeoDataFrame
    count: int


def facility_reach_m(city: City, *, minutes: float, pace_m_s: float) -> float:
    """Return how far a facility reaches in a straight line within a standard, on one bank."""
    return minutes * 60 * pace_m_s / city.catalogue.estimate.detour_one_bank


def find_gaps(
    walkable_city: WalkableCity,
    unserved: npt.NDArray[np.bool_],
    people: FloatArray,
    walk_s: FloatArray,
    *,
    reach_m: float,
) -> Gaps:
    """Return the gaps that `unserved` demand points make.

    Parameters
    ----------
    walkable_city : WalkableCity
    unserved : (n,) bool array
        Demand points outside the standard.
    people : (n,) float array
        People of the group at each; squares without people belong to no gap.
    walk_s : (n,) float array
        Seconds to the nearest facility, ``inf`` where there is none.
    reach_m : float
        How far a facility reaches in a straight line within the standard.
    """
    squares = np.flatnonzero(unserved & (people > 0))
    area = divide_areas(walkable_city.city.demand, squares, reach_m=reach_m)
    count = int(area.max()) + 1 if len(area) else 0
    in_area = np.bincount(area, weights=people[squares], minlength=count)
    # Ties, to the millionth of a person, go to the area that comes first in the grid.
    largest = np.argsort(-in_area.round(6), kind="stable")[:LARGEST]
    members = [squares[area == number] for number in largest]
    return Gaps(_describe(walkable_city, members, people, walk_s), count)


def divide_areas(demand: DemandPoints, squares: IntArray, *, reach_m: float) -> IntArray:
    """Return the number of the area of each of some squares.

    Squares that touch by a side or a corner in one district are one area. An area whose box is
    longer or wider than `reach_m` x sqrt(2) is cut into the fewest equal tiles that are not; the
    pieces of a tile that do not touch are areas of their own. So an area fits in a circle of
    radius `reach_m` (or is a single square), and one facility in its middle could serve it.

    Parameters
    ----------
    demand : DemandPoints
    squares : (m,) int array
        Demand points.
    reach_m : float
        Metres, straight.

    Returns
    -------
    (m,) int array
        0, 1, ... in the order in which the areas appear.
    """
    column, row = demand.column[squares], demand.row[squares]
    place = column * (int(demand.row.max()) + 1) + row if len(squares) else column
    # Several points may share a square, which belongs to one area: to its first point's district.
    place, first, square = np.unique(place, return_index=True, return_inverse=True)
    column, row = column[first], row[first]
    area = _touching(demand.district[squares[first]], column, row)
    longest = max(1, int(reach_m * np.sqrt(2) / demand.size_m))
    across, up = _tile(area, column, longest), _tile(area, row, longest)
    most = len(place) + 1  # more than there can be tiles in a row
    piece = np.unique((area * most + across) * most + up, return_inverse=True)[1]
    return _in_order(_touching(piece.astype(np.int64), column, row)[square])


def _tile(area: IntArray, position: IntArray, longest: int) -> IntArray:
    """Return in which of the equal parts of its area's extent each position lies."""
    if len(area) == 0:
        return area
    first = np.full(int(area.max()) + 1, np.iinfo(np.int64).max)
    last = np.full(len(first), np.iinfo(np.int64).min)
    np.minimum.at(first, area, position)
    np.maximum.at(last, area, position)
    extent = (last - first + 1)[area]
    parts = -(-extent // longest)
    tile: IntArray = (position - first[area]) * parts // extent
    return tile


def _touching(barrier: IntArray, column: IntArray, row: IntArray) -> IntArray:
    """Return a component number per square; only squares with the same barrier are joined.

    No square is there twice.
    """
    if len(barrier) == 0:
        return barrier
    column, row = column - column.min() + 1, row - row.min() + 1
    # A frame of empty squares, so that every square has neighbours on all sides.
    width = int(row.max()) + 2
    at = column * width + row
    number = np.full((int(column.max()) + 2) * width, -1, dtype=np.int32)
    number[at] = np.arange(len(at), dtype=np.int32)
    starts, ends = [], []
    for columns, rows in _FORWARD:
        beside = number[at + columns * width + rows]
        touches = np.flatnonzero(beside >= 0)
        touches = touches[barrier[touches] == barrier[beside[touches]]]
        starts.append(touches)
        ends.append(beside[touches])
    pairs = (np.concatenate(starts), np.concatenate(ends))
    graph = coo_array((np.ones(len(pairs[0]), dtype=np.int8), pairs), shape=(len(at),) * 2)
    _, label = connected_components(graph, directed=False)
    return _in_order(label.astype(np.int64))


def _in_order(label: IntArray) -> IntArray:
    """Return the labels renumbered in the order in which they appear."""
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]


def _describe(
    walkable_city: WalkableCity, members: list[IntArray], people: FloatArray, walk_s: FloatArray
) -> gpd.GeoDataFrame:
    city = walkable_city.city
    district = np.array([city.demand.district[of_gap[0]] for of_gap in members], dtype=np.int64)
    centre = [np.average(city.demand.xy[m], axis=0, weights=people[m]) for m in members]
    mean_s = [np.average(walk_s[m], weights=people[m]) for m in members]
    names = city.districts["name"].reindex(district).to_numpy(dtype=object)
    columns = {
        "people": np.array([whole(people[m].sum()) for m in members], dtype=np.int64),
        "district": district,
        "district_name": names,
        "place": _nearest_stop(walkable_city, np.array(centre).reshape(-1, 2), names),
        "walk_s": np.array([s if np.isfinite(s) else np.nan for s in mean_s], dtype=np.float64),
    }
    outlines = [outline(walkable_city, of_gap) for of_gap in members]
    return gpd.GeoDataFrame(columns, geometry=np.array(outlines, dtype=object), crs=WGS84)


def outline(walkable_city: WalkableCity, squares: IntArray) -> shapely.Geometry:
    """Return the union of some squares, WGS84, without the corners along straight sides.

    Parameters
    ----------
    walkable_city : WalkableCity
    squares : (m,) int array
        Demand points; none make an empty polygon.
    """
    if len(squares) == 0:
        return shapely.Polygon()
    # Neighbours share their corners to the millimetre: a coverage, whose union is much cheaper.
    demand = walkable_city.city.demand
    place = np.column_stack([demand.column[squares], demand.row[squares]])
    once = squares[np.unique(place, axis=0, return_index=True)[1]]
    corners = demand.square_xy[once].round(3)
    union = shapely.coverage_union_all(shapely.polygons(corners))
    return shapely.transform(
        shapely.simplify(union, _STRAIGHT_M), walkable_city.city.projection.to_lonlat
    )


def points_in(walkable_city: WalkableCity, areas: gpd.GeoDataFrame) -> csr_array:
    """Return which demand points lie in some areas.

    Parameters
    ----------
    walkable_city : WalkableCity
    areas : GeoDataFrame
        g polygons, WGS84.

    Returns
    -------
    (g, n) csr_array
        1 where a point lies in an area.
    """
    demand, eastwards = walkable_city.city.demand, _eastwards(walkable_city)
    lon, lat = demand.lonlat[eastwards].T
    outlines = areas.geometry.to_numpy()
    west, south, east, north = shapely.bounds(outlines).T
    spans = zip(np.searchsorted(lon, west), np.searchsorted(lon, east, "right"), strict=True)
    inside = [np.zeros(0, dtype=np.int32)]
    for outline, (first, last), low, high in zip(outlines, spans, south, north, strict=True):
        level = (lat[first:last] >= low) & (lat[first:last] <= high)
        near = first + np.flatnonzero(level)
        within = near[shapely.contains_xy(outline, lon[near], lat[near])]
        inside.append(np.sort(eastwards[within]))
    shapely.destroy_prepared(outlines)  # `contains_xy` leaves as much again at each
    pointer = np.cumsum([len(points) for points in inside])
    point = np.concatenate(inside)
    return csr_array((np.ones(len(point)), point, pointer), shape=(len(areas), len(demand)))


@remembered
def _eastwards(walkable_city: WalkableCity) -> npt.NDArray[np.int32]:
    """Return the demand points from west to east: a point of shapely each takes 80 times more."""
    return np.argsort(walkable_city.city.demand.lonlat[:, 0], kind="stable").astype(np.int32)


def _nearest_stop(
    walkable_city: WalkableCity, xy: FloatArray, otherwise: npt.NDArray[np.object_]
) -> npt.NDArray[np.object_]:
    """Return the name of the nearest stop; without any stop, `otherwise`."""
    from scipy.spatial import cKDTree

    if len(walkable_city.stop_xy) == 0 or len(xy) == 0:
        return otherwise
    _, found = cKDTree(walkable_city.stop_xy).query(xy)
    return walkable_city.city.stops["name"].to_numpy(dtype=object)[found]
