"""Read the units of a country and its census grid, or say what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer
from pyproj.exceptions import CRSError

from locator.base.errors import N_, InvalidParameterError
from locator.base.geo import WGS84, transformer
from locator.city.population import CELL_M
from locator.curation.given import GRID_COLUMNS, check_degrees
from locator.walking.graph.osm import ExtractError

CODE_COLUMN = "TERYT"
NAME_COLUMNS = ("name", "nazwa", "jpt_nazwa_")
"""Where the name of a unit is looked for, whatever the case of its letters."""

UNIT_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,39}")
"""A code is the name of a folder and a part of addresses."""

GIVEN_AS = {
    "people": ("people", "RES", "TOT", "T"),
    "age_0_14": ("age_0_14", "RES_0_14", "TOT_0_14", "Y_LT15"),
    "age_15_64": ("age_15_64", "RES_15_64", "TOT_15_64", "Y_1564"),
    "age_65_plus": ("age_65_plus", "RES_65_", "TOT_65__", "Y_GE65"),
}
"""What statistical offices call the columns: this program, the census of 2021 and that of 2011 in
Poland, Eurostat. Cells below zero are secret or missing there."""

CELL_CODE = re.compile(r"N(\d{4,7})E(\d{4,7})$")
"""How grids of 1 km name a cell: its lower left corner, in metres or kilometres."""


@dataclass(frozen=True)
class Unit:
    """One unit of a country.

    Attributes
    ----------
    code, name : str
    shape : shapely geometry
        WGS84.
    """

    code: str
    name: str
    shape: Any


def read_units(
    path: Path, *, code_column: str = CODE_COLUMN, name_column: str | None = None
) -> list[Unit]:
    """Return the units of a file of polygons, by their code.

    Parameters
    ----------
    path : Path
        Any format that GDAL reads.
    code_column : str
        Column of the codes; the case of its letters does not matter.
    name_column : str, optional
        Column of the names; by default one of `NAME_COLUMNS`, or else the code.

    Returns
    -------
    list of Unit

    Raises
    ------
    ExtractError
        The file cannot be read, holds no polygon, or a code is missing or stands there twice.
    InvalidParameterError
        There is no such column.
    """
    frame = _read(path)
    codes = _column(frame, path, code_column, "code")
    if name_column is None:
        known = [one for one in NAME_COLUMNS if _spelled(frame, one)]
        name_column = known[0] if known else code_column
    names = _column(frame, path, name_column, "name")
    if frame.crs is not None:
        frame = frame.to_crs(WGS84)
    shapes = shapely.make_valid(shapely.force_2d(frame.geometry.to_numpy()))
    areal = np.isin(shapely.get_type_id(shapes), (3, 6, 7)) & (shapely.area(shapes) > 0)
    faults = [f"row {row + 1}: no polygon" for row in np.flatnonzero(~areal)] + [
        f"row {row + 1}: the code “{code}”"
        for row, code in enumerate(codes)
        if not UNIT_CODE.fullmatch(code)
    ]
    faults += [f"{code} more than once" for code in codes[codes.duplicated()].unique()]
    if frame.empty or faults:
        raise ExtractError(
            N_("{file} cannot be used as the units of a country: {faults}."),
            file=path.name,
            faults="; ".join(faults[:10]) or "it is empty",
        )
    check_degrees(shapes, path)
    found = zip(codes, names, shapes, strict=True)
    return sorted((Unit(*one) for one in found), key=lambda unit: unit.code)


def _read(path: Path) -> gpd.GeoDataFrame:
    try:
        return gpd.read_file(path)
    except Exception as error:  # GDAL's drivers raise errors of many kinds; all mean "not usable"
        raise ExtractError(
            N_(
                "{file} cannot be read as polygons: GeoPackage, GeoJSON, a shapefile or another "
                "format that GDAL reads is needed."
            ),
            file=path.name,
        ) from error


def _spelled(frame: pd.DataFrame, wanted: str) -> str | None:
    """Return a column as the file spells it, None where there is none."""
    return next(
        (str(one) for one in frame.columns if str(one).casefold() == wanted.casefold()), None
    )


def _column(frame: pd.DataFrame, path: Path, wanted: str, parameter: str) -> pd.Series[str]:
    found = _spelled(frame, wanted)
    if found is None:
        raise InvalidParameterError(
            N_("{file} has no column “{wanted}”; it has: {columns}."),
            parameter=parameter,
            file=path.name,
            wanted=wanted,
            columns=", ".join(str(one) for one in frame.columns if one != "geometry"),
        )
    return frame[found].map(lambda value: "" if pd.isna(value) else str(value).strip())


def read_country_grid(path: Path, *, crs: str) -> pd.DataFrame:
    """Return the census cells of a country.

    Parameters
    ----------
    path : Path
        CSV with the columns of `locator.curation.given.GRID_COLUMNS`; or squares of 1 km that GDAL
        reads, whose columns are named as in `GIVEN_AS`.
    crs : str
        CRS of the grid's own lines, which the cells' corners are counted in.

    Returns
    -------
    DataFrame
        Columns `locator.curation.given.GRID_COLUMNS`, by corner; what is secret is NaN, cells
        without people are left out.

    Raises
    ------
    ExtractError
        The file cannot be read, or knows no people.
    InvalidParameterError
        There is no such CRS.
    """
    if path.suffix.casefold() == ".csv":
        try:
            cells: pd.DataFrame = pd.read_csv(path)
        except (OSError, ValueError) as error:
            raise ExtractError(
                N_("{file} cannot be read as a population grid: {detail}"),
                file=path.name,
                detail=str(error),
            ) from error
        corners = cells.reindex(columns=list(GRID_COLUMNS[:2])).to_numpy(dtype=np.float64)
    else:
        cells = _read(path)
        corners = _corners(cells, crs)
    values = {}
    for column, known in GIVEN_AS.items():
        found = next((name for one in known if (name := _spelled(cells, one))), None)
        numbers = pd.to_numeric(cells[found], errors="coerce") if found else np.nan
        values[column] = pd.Series(numbers, index=cells.index, dtype=np.float64)
    grid = pd.DataFrame({"east_km": corners[:, 0], "north_km": corners[:, 1], **values})
    counts = grid[list(GIVEN_AS)]
    grid[list(GIVEN_AS)] = counts.where(counts >= 0)
    grid = grid[grid["people"].gt(0) & grid["east_km"].notna() & grid["north_km"].notna()]
    if grid.empty:
        raise ExtractError(
            N_(
                "{file} knows no people: a column {people} is needed, and cells of 1 km "
                "(squares, or the columns east_km and north_km)."
            ),
            file=path.name,
            people=" / ".join(GIVEN_AS["people"]),
        )
    grid["east_km"] = grid["east_km"].astype(np.int64)
    grid["north_km"] = grid["north_km"].astype(np.int64)
    return grid.sort_values(["east_km", "north_km"]).reset_index(drop=True)


def _corners(cells: gpd.GeoDataFrame, crs: str) -> Any:
    """Return (n, 2) km of the lower left corners: by the cells' codes, or else by their middles.

    Not by the corners of the squares: a grid that was put into another system has none left.
    """
    for name in cells.columns.drop("geometry"):
        text = cells[name].astype(str).str.extract(CELL_CODE)
        if text.notna().all(axis=None):
            metres = text[[1, 0]].to_numpy(dtype=np.float64)
            return metres / np.where(metres >= 1e5, CELL_M, 1.0)
    middle = shapely.get_coordinates(shapely.centroid(cells.geometry.to_numpy()))
    if len(middle) != len(cells):  # some cells have no shape
        return np.full((len(cells), 2), np.nan)
    if cells.crs is not None:
        try:
            to_grid = Transformer.from_crs(cells.crs, crs, always_xy=True)
        except CRSError as error:
            raise InvalidParameterError(
                N_("“{given}” is not a coordinate system: give its code, as in EPSG:3035."),
                parameter="grid_crs",
                given=crs,
            ) from error
        middle = np.column_stack(to_grid.transform(middle[:, 0], middle[:, 1]))
    return np.floor(middle / CELL_M)


def near_cells(grid: pd.DataFrame, units: Sequence[Unit], crs: str) -> Iterator[pd.DataFrame]:
    """Yield for each unit the cells that may reach into it.

    Parameters
    ----------
    grid : DataFrame
        As `read_country_grid` returns it.
    units : sequence of Unit
    crs : str
        Of the grid.

    Yields
    ------
    DataFrame
    """
    to_grid = transformer(WGS84, crs)
    for unit in units:
        west, south, east, north = np.array(to_grid.transform_bounds(*unit.shape.bounds)) / CELL_M
        first, last = grid["east_km"].searchsorted([np.floor(west), east], side="left")
        strip = grid.iloc[first : last + 1]  # the cells are sorted by their eastings
        east_of = strip["east_km"].between(west - 1, east)
        yield strip[east_of & strip["north_km"].between(south - 1, north)]
