"""Hold the people of the city as demand points of at most 100 m."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import Transformer

from locator.catalogue import GROUP_COLUMNS, AgeGroup
from locator.geo import WGS84, FloatArray, IntArray, Projection
from locator.reading import FaultLog, read_table

FILE = "population_grid.csv"
CELL_M = 1000.0
SQUARE_M = 100.0
_SIDE = round(CELL_M / SQUARE_M)
_MOST_PEOPLE = 200_000


@dataclass(frozen=True)
class DemandPoints:
    """Points that each stand for some people, n in all.

    Attributes
    ----------
    xy : (n, 2) float array
        Metres in the city's metric CRS.
    lonlat : (n, 2) float array
        WGS84.
    district : (n,) int array
        District number.
    column, row : (n,) int array
        Position in the fine grid: neighbours differ by one.
    square_xy : (n, 4, 2) float array
        Corners of the fine square round each point, metric CRS.
    people : mapping of str to (n,) float array
        People of each age group of the catalogue.
    size_m : float
        Side of a fine square.
    method : str
        How the census cells were spread: ``"uniform"`` or ``"address-weighted"``.
    cell : (n,) int array
        Row of the census grid that each point comes from.
    """

    xy: FloatArray
    lonlat: FloatArray
    district: IntArray
    column: IntArray
    row: IntArray
    square_xy: FloatArray
    people: Mapping[str, FloatArray]
    size_m: float
    method: str
    cell: IntArray

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.xy)


def read_grid(folder: Path, log: FaultLog) -> pd.DataFrame | None:
    """Return the census cells of `folder`, or None with the faults noted in `log`.

    Returns
    -------
    DataFrame or None
        Columns ``east_km``, ``north_km`` (lower left corner in the grid's CRS), ``people``,
        ``age_0_14``, ``age_15_64``, ``age_65_plus``; the ages are NaN where the census keeps
        them secret.
    """
    ages = GROUP_COLUMNS[1:]
    grid = read_table(
        folder,
        log,
        numbers={"east_km": (0, 20_000), "north_km": (0, 20_000)}
        | dict.fromkeys(GROUP_COLUMNS, (0, _MOST_PEOPLE)),
        optional=ages,
    )
    if grid is None:
        return None
    for i in np.flatnonzero(grid.duplicated(["east_km", "north_km"]).to_numpy()):
        log.add(_cell(grid, int(i)), "east_km", "is a cell that is listed twice", "each cell once")
    known = grid[list(ages)].notna().all(axis=1).to_numpy()
    total = grid[list(ages)].sum(axis=1).to_numpy()
    people = grid["people"].to_numpy()
    for i in np.flatnonzero((known & (total != people)) | (total > people)):
        log.add(
            _cell(grid, int(i)),
            "people",
            f"is {people[i]:g}, the ages sum to {total[i]:g}",
            "the sum of the three ages, or more where an age is empty",
        )
    return grid


def _cell(grid: pd.DataFrame, row: int) -> str:
    return f"cell E{grid['east_km'].iloc[row]:g}N{grid['north_km'].iloc[row]:g}"


def spread(
    grid: pd.DataFrame,
    groups: Mapping[str, AgeGroup],
    *,
    crs_grid: str,
    projection: Projection,
    district_of: Callable[[FloatArray], IntArray],
) -> DemandPoints:
    """Spread census cells evenly over squares of 100 m and keep those inside the city.

    Each of the 100 squares of a cell gets a hundredth of its people; a square belongs to the city
    when its centre does. So the city's people of a cell are its people times its share inside.
    Where the census keeps an age secret, the rest of the cell's people is divided over the secret
    ages by the shares of all cells that have every age (inside the city).

    Parameters
    ----------
    grid : DataFrame
        From `read_grid`.
    groups : mapping of str to AgeGroup
    crs_grid : str
        CRS of the cells, in metres.
    projection : Projection
    district_of : callable
        (n, 2) lon, lat to (n,) district numbers, 0 outside the city.
    """
    cell, corner = _squares(grid)
    to_lonlat = Transformer.from_crs(crs_grid, WGS84, always_xy=True)
    centre = corner + SQUARE_M / 2
    lonlat = np.column_stack(to_lonlat.transform(centre[:, 0], centre[:, 1]))
    district = district_of(lonlat)
    inside = district > 0
    cell, corner, lonlat, district = cell[inside], corner[inside], lonlat[inside], district[inside]
    shares = np.bincount(cell, minlength=len(grid)) / _SIDE**2
    people = _fill_ages(grid, shares)
    ring = corner[:, None, :] + SQUARE_M * np.array([(0, 0), (1, 0), (1, 1), (0, 1)])
    square = np.column_stack(to_lonlat.transform(ring[..., 0].ravel(), ring[..., 1].ravel()))
    index = np.rint(corner / SQUARE_M).astype(np.int64)
    lowest = index.min(axis=0) if len(index) else np.zeros(2, dtype=np.int64)
    return DemandPoints(
        xy=projection.to_metric(lonlat),
        lonlat=lonlat,
        district=district,
        column=index[:, 0] - lowest[0],
        row=index[:, 1] - lowest[1],
        square_xy=projection.to_metric(square).reshape(-1, 4, 2),
        people={
            group.id: people[group.column][cell] * (group.factor / _SIDE**2)
            for group in groups.values()
        },
        size_m=SQUARE_M,
        method="uniform",
        cell=cell,
    )


def shares_inside(points: DemandPoints, cells: int) -> FloatArray:
    """Return the share inside the city of each of the `cells` of the grid."""
    return np.bincount(points.cell, minlength=cells) / _SIDE**2


def _squares(grid: pd.DataFrame) -> tuple[IntArray, FloatArray]:
    """Return, for every square of every cell, its cell's row and its lower left corner."""
    step = np.arange(_SIDE) * SQUARE_M
    offsets = np.stack(np.meshgrid(step, step), axis=-1).reshape(-1, 2)
    corner = grid[["east_km", "north_km"]].to_numpy(dtype=np.float64) * 1000.0
    cell = np.repeat(np.arange(len(grid), dtype=np.int64), len(offsets))
    return cell, (corner[:, None, :] + offsets).reshape(-1, 2)


def _fill_ages(grid: pd.DataFrame, shares: FloatArray) -> dict[str, FloatArray]:
    """Return people of each column per cell; the rest of a cell follows the city's shares."""
    ages = grid[list(GROUP_COLUMNS[1:])].to_numpy(dtype=np.float64)
    people = grid["people"].to_numpy(dtype=np.float64)
    known = np.isfinite(ages)
    whole = known.all(axis=1)
    totals = (ages[whole] * shares[whole, None]).sum(axis=0)
    weights = np.where(known, 0.0, np.maximum(totals, 1e-9))
    rest = people - np.where(known, ages, 0.0).sum(axis=1)
    scale = np.divide(rest, weights.sum(axis=1), out=np.zeros_like(rest), where=~whole)
    filled = np.where(known, ages, weights * scale[:, None])
    return {"people": people} | dict(zip(GROUP_COLUMNS[1:], filled.T, strict=True))
