"""Hold the people of the city as demand points of at most 100 m.

A census cell is spread over its dwellings (`locator.city.dwellings`) where the folder knows them,
and evenly over squares of 100 m where it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Transformer

from locator.base.geo import WGS84, FloatArray, IntArray, Projection, transformer
from locator.base.reading import FaultLog, read_table
from locator.city.catalogue import GROUP_COLUMNS, AgeGroup
from locator.city.dwellings import Dwellings

FILE = "population_grid.csv"
CELL_M = 1000.0
SQUARE_M = 100.0
_SIDE = round(CELL_M / SQUARE_M)
_MOST_PEOPLE = 200_000

EVENLY, BY_BUILDINGS = "uniform", "buildings"

EVERYONE = AgeGroup("people", {}, "people")
"""All residents, whichever groups a catalogue has."""


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
        The fine square of each point: neighbours differ by one, and points may share a square.
    square_xy : (n, 4, 2) float array
        Corners of that square, metric CRS.
    people : mapping of str to (n,) float array
        People of each age group of the catalogue.
    size_m : float
        Side of a fine square.
    method : str
        How the census cells were spread: ``"uniform"``, or ``"buildings"`` where at least one
        was spread over its dwellings.
    cell : (n,) int array
        Row of the census grid that each point comes from.
    cell_share : (cells,) float array
        Share of each census cell inside the city.
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
    cell_share: FloatArray

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.xy)


def read_grid(folder: Path, log: FaultLog) -> pd.DataFrame | None:
    """Return the census cells of `folder`, or None with the faults noted in `log`.

    Parameters
    ----------
    folder : Path
        City folder.
    log : FaultLog
        Names the file, and takes its faults.

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


def disaggregate(
    grid: pd.DataFrame,
    groups: Mapping[str, AgeGroup],
    *,
    crs_grid: str,
    projection: Projection,
    district_of: Callable[[FloatArray], IntArray],
    dwellings: Dwellings | None = None,
) -> DemandPoints:
    """Spread census cells over their dwellings, or evenly, and keep what lies inside the city.

    The city's people of a cell are its people times its share inside the city: the hundredths of
    the cell whose middle lies in the city. They go to the dwellings of the cell in the city, each
    by its weight; without one, to those hundredths alike. All age groups are spread alike. Where
    the census keeps an age secret, the rest of the cell's people is divided over the secret ages
    by the shares of all cells that have every age (inside the city).

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
    dwellings : Dwellings, optional
    """
    to_lonlat = transformer(crs_grid, WGS84)
    points = _even(grid, to_lonlat, district_of)
    cell_share: FloatArray = np.bincount(points.cell, minlength=len(grid)) / _SIDE**2
    method = EVENLY
    if dwellings is not None:
        housed = _housed(grid, to_lonlat, district_of, dwellings, cell_share)
        if len(housed.cell):
            method = BY_BUILDINGS
            points = _joined(points.where(~np.isin(points.cell, housed.cell)), housed)
    people = _fill_ages(grid, cell_share)
    ring = points.corner[:, None, :] + SQUARE_M * np.array([(0, 0), (1, 0), (1, 1), (0, 1)])
    square = np.column_stack(to_lonlat.transform(ring[..., 0].ravel(), ring[..., 1].ravel()))
    index = np.rint(points.corner / SQUARE_M).astype(np.int64)
    lowest = index.min(axis=0) if len(index) else np.zeros(2, dtype=np.int64)
    return DemandPoints(
        xy=projection.to_metric(points.lonlat),
        lonlat=points.lonlat,
        district=points.district,
        column=index[:, 0] - lowest[0],
        row=index[:, 1] - lowest[1],
        square_xy=projection.to_metric(square).reshape(-1, 4, 2),
        people={
            group.id: people[group.column][points.cell] * (points.share * group.factor)
            for group in groups.values()
        },
        size_m=SQUARE_M,
        method=method,
        cell=points.cell,
        cell_share=cell_share,
    )


@dataclass(frozen=True)
class _Points:
    """Points of the census grid: cell, lower left corner of the fine square, share of the cell."""

    cell: IntArray
    corner: FloatArray
    lonlat: FloatArray
    district: IntArray
    share: FloatArray

    def where(self, chosen: npt.NDArray[np.bool_] | IntArray) -> _Points:
        """Return the chosen ones."""
        return replace(self, **{name: values[chosen] for name, values in vars(self).items()})


def _joined(first: _Points, second: _Points) -> _Points:
    """Return the points of both in the order of cells."""
    both = _Points(
        **{name: np.concatenate([a, vars(second)[name]]) for name, a in vars(first).items()}
    )
    return both.where(np.argsort(both.cell, kind="stable"))


def _even(
    grid: pd.DataFrame, to_lonlat: Transformer, district_of: Callable[[FloatArray], IntArray]
) -> _Points:
    """Return the middles of the fine squares in the city, each a hundredth of its cell."""
    cell, corner = _squares(grid)
    centre = corner + SQUARE_M / 2
    lonlat = np.column_stack(to_lonlat.transform(centre[:, 0], centre[:, 1]))
    points = _Points(cell, corner, lonlat, district_of(lonlat), np.full(len(cell), 1 / _SIDE**2))
    return points.where(points.district > 0)


def _housed(
    grid: pd.DataFrame,
    to_lonlat: Transformer,
    district_of: Callable[[FloatArray], IntArray],
    dwellings: Dwellings,
    cell_share: FloatArray,
) -> _Points:
    """Return the dwellings in the city, each with its share of its cell's people."""
    lonlat = dwellings.lonlat
    xy = np.column_stack(to_lonlat.transform(lonlat[:, 0], lonlat[:, 1], direction="INVERSE"))
    cell = cell_of(grid, xy)
    district = district_of(lonlat)
    inside = (cell >= 0) & (district > 0)
    weight = np.where(inside, dwellings.weight, 0.0)
    total = np.bincount(np.maximum(cell, 0), weights=weight, minlength=len(grid))[cell]
    share = np.divide(weight * cell_share[cell], total, out=np.zeros_like(weight), where=total > 0)
    points = _Points(cell, np.floor(xy / SQUARE_M) * SQUARE_M, lonlat, district, share)
    # Along the boundary a dwelling may lie in a cell of which no hundredth counts.
    return points.where(share > 0)


def cell_of(grid: pd.DataFrame, xy: FloatArray) -> IntArray:
    """Return the row of the census cell that each point (in the grid's CRS) lies in, or -1.

    Parameters
    ----------
    grid : DataFrame
        As `read_grid` returns it.
    xy : array of float, shape (n, 2)
        Metres in the grid's CRS.

    Returns
    -------
    array of int64, shape (n,)
    """
    cells = pd.MultiIndex.from_frame(grid[["east_km", "north_km"]].astype(np.int64))
    of_point = np.floor(xy / CELL_M).astype(np.int64)
    wanted = pd.MultiIndex.from_arrays([of_point[:, 0], of_point[:, 1]])
    found: IntArray = cells.get_indexer(wanted).astype(np.int64)
    return found


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
