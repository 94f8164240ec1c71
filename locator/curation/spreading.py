"""Make ``dwellings.npz`` of a city folder: where its census cells' people are put."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from locator.base.errors import N_, CityFolderError, Fault, NotComputableError
from locator.base.files import write_bytes_atomically
from locator.base.geo import WGS84, FloatArray, IntArray, Projection
from locator.base.packed import packed_bytes
from locator.base.reading import FaultLog
from locator.city import districts as areas
from locator.city import population
from locator.city.catalogue import read_catalogue
from locator.city.dwellings import FILE, Parameters
from locator.city.population import CELL_M, cell_of
from locator.curation.material import Material, Progress, read_material
from locator.curation.weighing import held_out, in_squares, per_cell, weigh


@dataclass(frozen=True)
class _Census:
    """What is read of a city folder: not the file that is to be made, which may be broken."""

    grid: pd.DataFrame
    districts: gpd.GeoDataFrame
    crs: str
    crs_grid: str


def write_dwellings(
    folder: Path,
    *,
    buildings: Path,
    house_numbers: Path,
    landuse: Path,
    places: Path | None,
    source: str,
    source_date: str,
    licence: str,
    progress: Progress,
    parameters: Parameters | None = None,
) -> dict[str, Any]:
    """Weigh the dwellings of a city folder and write them there, whole or not at all.

    Parameters
    ----------
    folder : Path
    buildings, house_numbers, landuse, places : Path
        See `locator.curation.material.read_material`.
    source, source_date, licence : str
        Of all of them; they stand in the file.
    progress : callable
    parameters : Parameters, optional

    Returns
    -------
    dict
        What the file says of itself; ``squares`` and ``cells`` count the squares, and the census
        cells with one, in the city.

    Raises
    ------
    InvalidParameterError
        For a file that cannot be read.
    NotComputableError
        No census cell, or no dwelling, in the city.
    """
    city = _read_census(folder)
    used = parameters or Parameters()
    material = read_material(
        buildings=buildings,
        house_numbers=house_numbers,
        landuse=landuse,
        places=places,
        crs=city.crs,
        area=_cells_area(city),
        progress=progress,
    )
    progress("weighing", 0, 1)
    frame, weight = _weighed(city, material, used)
    progress("weighing", 1, 1)
    if frame.empty:
        raise NotComputableError(N_("No dwelling was found in the city."))
    about = {
        "source": source,
        "source_date": source_date,
        "licence": licence,
        "parameters": asdict(used),
        "held_out": {
            "misplaced": round(held_out(city.grid, weight), 4),
            "misplaced_evenly": round(held_out(city.grid, np.ones(len(weight))), 4),
        },
    }
    write_bytes_atomically(folder / FILE, packed_bytes(frame, about=about))
    cells = np.unique(_cell_at(city, shapely.get_coordinates(frame.geometry.values)))
    counted = {"squares": len(frame), "cells": int((cells >= 0).sum())}
    said: dict[str, Any] = json.loads(json.dumps(about | counted))
    return said


def _read_census(folder: Path) -> _Census:
    """Return census cells and districts of a folder, or raise every fault in them."""
    catalogue = read_catalogue(folder)
    faults: list[Fault] = []
    grid = population.read_grid(folder, FaultLog(population.FILE, faults))
    districts = areas.read_districts(
        folder, Projection(catalogue.crs_metric), FaultLog(areas.FILE, faults)
    )
    if faults or grid is None or districts is None:
        raise CityFolderError(faults)
    if grid.empty:
        raise NotComputableError(N_("The city folder has no census cells to spread."))
    return _Census(grid, districts, catalogue.crs_metric, catalogue.crs_grid)


def _weighed(
    city: _Census, material: Material, parameters: Parameters
) -> tuple[gpd.GeoDataFrame, FloatArray]:
    """Return the squares in the city, and the weight of every census cell, in the city or not."""
    crs = {"crs": city.crs, "crs_grid": city.crs_grid}
    at = Projection(city.crs).to_lonlat(material.points)
    homes = weigh(material, _cell_at(city, at), parameters=parameters)
    frame = in_squares(homes, **crs)
    inside = areas.district_of(shapely.get_coordinates(frame.geometry.values), city.districts) > 0
    return frame[inside].reset_index(drop=True), per_cell(city.grid, homes, **crs)


def _cell_at(city: _Census, lonlat: FloatArray) -> IntArray:
    to_grid = Transformer.from_crs(WGS84, city.crs_grid, always_xy=True)
    return cell_of(city.grid, np.column_stack(to_grid.transform(lonlat[:, 0], lonlat[:, 1])))


def _cells_area(city: _Census) -> Any:
    """Return the union of the census cells in the city's metric CRS."""
    corner: pd.DataFrame = city.grid[["east_km", "north_km"]] * CELL_M
    boxes = shapely.box(
        corner["east_km"],
        corner["north_km"],
        corner["east_km"] + CELL_M,
        corner["north_km"] + CELL_M,
    )
    area = gpd.GeoSeries([shapely.union_all(boxes)], crs=city.crs_grid)
    return area.to_crs(city.crs).iloc[0]
