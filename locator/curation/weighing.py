"""Weigh the dwellings of a city: floor area of the buildings where people can live.

A building counts when it holds a house number; where no building of a census cell does, one on
residential land counts instead. It does not count on land or in a house that serves something
else (`OTHER_LAND`, `OTHER_HOUSES`), nor when it is a hall. Its dwellings are its footprint times
its floors. Unknown floors are those of the nearest buildings that are known. Small houses hold
about a family whatever their size, houses outside residential land hold workshops and offices as
well, and where shops and offices are dense they take up rooms too:
`locator.city.dwellings.Parameters` says how much.

How well that does is measured on the census itself (`held_out`): from the people of 2 by 2 km
alone, how many does it put into the wrong square kilometre?
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer
from scipy.spatial import cKDTree

from locator.base.geo import WGS84, Flags, FloatArray, IntArray
from locator.city.dwellings import SQUARE_M, Parameters
from locator.city.population import cell_of
from locator.curation.material import Material

OTHER_LAND = frozenset(
    {
        "industrial",
        "commercial",
        "retail",
        "school",
        "kindergarten",
        "college",
        "university",
        "hospital",
        "library",
        "railway",
        "bus_station",
        "military",
        "cemetery",
        "stadium",
        "zoo",
        "theme_park",
    }
)
"""Classes of land use where nobody lives."""

OTHER_HOUSES = frozenset(
    {
        "school",
        "college",
        "university",
        "kindergarten",
        "place_of_worship",
        "hospital",
        "fire_station",
        "town_hall",
        "police",
        "museum",
        "theatre",
        "sports_centre",
        "stadium",
        "mall",
        "lodging",
    }
)
"""Classes of named places that take up the whole house they lie in."""

NO_BUSINESS = frozenset(
    {
        "bus",
        "climbing",
        "bicycle_rental",
        "parking",
        "information",
        "playground",
        "pitch",
        "shelter",
    }
)
"""Classes of named places that take up no rooms."""


@dataclass(frozen=True)
class Homes:
    """Doors with the dwellings behind them, in metres of the material's CRS.

    Attributes
    ----------
    xy : (n, 2) float array
        The house numbers of a building, or a point in it where it has none.
    weight : (n,) float array
        Its square metres of dwellings, shared by its numbers alike.
    """

    xy: FloatArray
    weight: FloatArray


def weigh(material: Material, cell: IntArray, *, parameters: Parameters) -> Homes:
    """Return the doors of all buildings that count.

    Parameters
    ----------
    material : Material
    cell : (buildings,) int array
        Census cell of each building's point, -1 for none.
    parameters : Parameters
    """
    at = material.points
    place, building = _numbers_of(material, parameters.number_m)
    numbers = np.bincount(building, minlength=len(at))
    residential = _on_land(material, at, frozenset({"residential"}))
    able = ~_on_land(material, at, OTHER_LAND) & ~_houses_of(material, OTHER_HOUSES)
    able &= (material.floors > 1) | (material.area_m2 <= parameters.hall_m2)
    numbered = able & (numbers > 0)
    cells_with = np.unique(cell[numbered])
    homes = numbered | (able & residential & ~np.isin(cell, cells_with))
    floor_m2 = _floor_m2(material, homes, able & (residential | (numbers > 0)), parameters)
    floor_m2 *= np.where(residential, 1.0, parameters.mixed)
    floor_m2 *= np.exp(-_businesses_near(material, parameters.business_m) / parameters.businesses)
    doors = homes[building]
    alone = np.flatnonzero(homes & (numbers == 0))
    return Homes(
        xy=np.concatenate([material.numbers_xy[place[doors]], at[alone]]),
        weight=np.concatenate(
            [floor_m2[building[doors]] / numbers[building[doors]], floor_m2[alone]]
        ),
    )


def _numbers_of(material: Material, within_m: float) -> tuple[IntArray, IntArray]:
    """Return the house numbers that belong to a building, and which."""
    points = shapely.points(material.numbers_xy)
    found = shapely.STRtree(material.outlines).query_nearest(
        points, max_distance=within_m, all_matches=False
    )
    return found[0], found[1]


def _on_land(material: Material, at: FloatArray, classes: frozenset[str]) -> Flags:
    """Return which points lie on land of some classes."""
    land = material.land.geometry.to_numpy()[material.land["class"].isin(classes).to_numpy()]
    on = np.zeros(len(at), dtype=bool)
    on[shapely.STRtree(land).query(shapely.points(at), predicate="intersects")[0]] = True
    return on


def _houses_of(material: Material, classes: frozenset[str]) -> Flags:
    """Return which buildings hold a named place of some classes."""
    chosen = np.isin(material.places_class, list(classes))
    points = shapely.points(material.places_xy[chosen])
    holds = np.zeros(len(material.outlines), dtype=bool)
    holds[shapely.STRtree(material.outlines).query(points, predicate="intersects")[1]] = True
    return holds


def _businesses_near(material: Material, within_m: float) -> IntArray:
    """Return how many businesses lie round each building."""
    business = material.places_xy[~np.isin(material.places_class, list(NO_BUSINESS))]
    if len(business) == 0:
        return np.zeros(len(material.points), dtype=np.int64)
    near = cKDTree(business).query_ball_point(material.points, within_m, return_length=True)
    return np.asarray(near, dtype=np.int64)


def _floor_m2(material: Material, homes: Flags, telling: Flags, p: Parameters) -> FloatArray:
    """Return the floor area of each home, 0 for all other buildings."""
    area, floors = material.area_m2, material.floors
    known = floors > 1
    teachers = np.flatnonzero(telling & known & (area > p.known_m2))
    asking = np.flatnonzero(homes & ~known & (area > p.small_m2))
    guessed = np.full(len(asking), p.floors)
    if len(teachers):
        _, found = cKDTree(material.points[teachers]).query(
            material.points[asking],
            k=[*range(1, p.neighbours + 1)],
            distance_upper_bound=p.neighbours_m,
        )
        taught = np.append(floors[teachers], np.nan)[found]
        some = np.isfinite(taught).any(axis=1)
        guessed[some] = np.nanmedian(taught[some], axis=1)
    floor_m2 = np.where(known, area * floors, np.sqrt(area * p.house_m2))
    floor_m2[asking] = area[asking] * guessed
    return np.where(homes, floor_m2, 0.0)


def in_squares(homes: Homes, *, crs: str, crs_grid: str) -> gpd.GeoDataFrame:
    """Return the homes joined in squares of `SQUARE_M` aligned to the census grid.

    Returns
    -------
    GeoDataFrame
        WGS84 points: the mean of the square's doors by weight. Column ``weight``, whole square
        metres; squares of less than half a metre are left out.
    """
    to_grid = Transformer.from_crs(crs, crs_grid, always_xy=True)
    xy = np.column_stack(to_grid.transform(homes.xy[:, 0], homes.xy[:, 1]))
    square = np.floor(xy / SQUARE_M).astype(np.int64)
    frame = pd.DataFrame({"east": square[:, 0], "north": square[:, 1], "weight": homes.weight})
    frame["x"], frame["y"] = (xy * homes.weight[:, None]).T
    summed = frame.groupby(["east", "north"], as_index=False).sum()
    summed["metres"] = summed["weight"].round().astype(np.uint32)
    summed = summed[summed["metres"] > 0]
    points = gpd.points_from_xy(summed["x"] / summed["weight"], summed["y"] / summed["weight"])
    data = {"weight": summed["metres"].to_numpy()}
    return gpd.GeoDataFrame(data, geometry=points, crs=crs_grid).to_crs(WGS84)


def held_out(grid: pd.DataFrame, weight: FloatArray) -> float:
    """Return the share of people put into the wrong cell when only blocks of 2 x 2 are known.

    The people of each block are divided over its cells by `weight`; half the sum of what is too
    much and too little, over all people, is the share misplaced. It is the mean over the four
    ways to lay the blocks.

    Parameters
    ----------
    grid : DataFrame
        From `locator.city.population.read_grid`.
    weight : (cells,) float array
        Ones for the even spread. A block without any is divided evenly.
    """
    people = grid["people"].to_numpy(dtype=np.float64)
    wrong = []
    for shift in ((0, 0), (0, 1), (1, 0), (1, 1)):
        corner = (grid[["east_km", "north_km"]].to_numpy() + shift) // 2
        block = np.unique(corner, axis=0, return_inverse=True)[1].ravel()
        count, known, total = (
            np.bincount(block, weights=w) for w in (np.ones(len(grid)), people, weight)
        )
        share = np.where(
            total[block] > 0, weight / np.maximum(total[block], 1e-9), 1 / count[block]
        )
        wrong.append(np.abs(share * known[block] - people).sum() / 2)
    return float(np.mean(wrong) / max(people.sum(), 1e-9))


def per_cell(grid: pd.DataFrame, homes: Homes, *, crs: str, crs_grid: str) -> FloatArray:
    """Return the weight of all homes in each census cell."""
    to_grid = Transformer.from_crs(crs, crs_grid, always_xy=True)
    cell = cell_of(grid, np.column_stack(to_grid.transform(homes.xy[:, 0], homes.xy[:, 1])))
    inside = cell >= 0
    weight = np.bincount(cell[inside], weights=homes.weight[inside], minlength=len(grid))
    return np.asarray(weight, dtype=np.float64)
