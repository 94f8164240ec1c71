"""Read what a city's dwellings are weighed by: buildings, house numbers, land use, named places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely
from pyproj import Transformer

from locator.base.errors import N_, InvalidParameterError
from locator.base.geo import WGS84, FloatArray
from locator.base.measured import read_measured

Progress = Callable[[str, int, int | None], None]
"""Called with a step, how much of it is done, and how much there is."""

Objects = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Material:
    """Buildings and what stands around them, in metres of one CRS.

    Attributes
    ----------
    outlines : (n,) array of polygons
    points : (n, 2) float array
        A point inside each outline.
    area_m2, floors : (n,) float array
        Footprint; floors, 1 where unknown.
    numbers_xy : (m, 2) float array
        House numbers.
    land : GeoDataFrame
        Areas with the column ``class``.
    places_xy : (k, 2) float array
    places_class : (k,) array of str
        Named places.
    """

    outlines: Objects
    points: FloatArray
    area_m2: FloatArray
    floors: FloatArray
    numbers_xy: FloatArray
    land: gpd.GeoDataFrame
    places_xy: FloatArray
    places_class: Objects


def read_material(
    *,
    buildings: Path,
    house_numbers: Path,
    landuse: Path,
    places: Path | None = None,
    crs: str,
    area: Any,
    progress: Progress,
) -> Material:
    """Return the material inside `area`.

    Parameters
    ----------
    buildings : Path
        GeoJSON or GeoJSONSeq, also gzipped: polygons with the number ``floors``.
    house_numbers : Path
        CSV, also gzipped: ``housenumber``, ``lon``, ``lat``.
    landuse : Path
        GeoJSON, also gzipped: polygons with ``class``.
    places : Path, optional
        CSV, also gzipped: ``class``, ``lon``, ``lat``.
    crs : str
        Metric CRS.
    area : shapely geometry
        In `crs`; what lies outside is left out.
    progress : callable

    Raises
    ------
    InvalidParameterError
        Naming the option, the file and what is wrong with it.
    """
    shapely.prepare(area)
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        progress("material", done, 4)

    progress("material", 0, 4)
    houses = _areas(buildings, "buildings", "floors", crs)
    points = shapely.point_on_surface(houses.geometry.to_numpy())
    inside = shapely.intersects(area, points)
    houses, points = houses[inside], points[inside]
    step()
    numbers_xy, _ = _points(house_numbers, "house-numbers", "housenumber", crs, area)
    step()
    land = _areas(landuse, "landuse", "class", crs)
    step()
    nowhere: tuple[FloatArray, Objects] = (np.empty((0, 2)), np.empty(0, dtype=object))
    found = nowhere if places is None else _points(places, "places", "class", crs, area)
    step()
    floors = pd.to_numeric(houses["floors"], errors="coerce").fillna(1).clip(lower=1)
    return Material(
        outlines=houses.geometry.to_numpy(),
        points=shapely.get_coordinates(points),
        area_m2=shapely.area(houses.geometry.to_numpy()),
        floors=floors.to_numpy(dtype=np.float64),
        numbers_xy=numbers_xy,
        land=land,
        places_xy=found[0],
        places_class=found[1],
    )


def _areas(path: Path, option: str, column: str, crs: str) -> gpd.GeoDataFrame:
    """Return the polygons of a file in metres, each one valid."""
    where = f"/vsigzip/{path.resolve()}" if path.suffix == ".gz" else str(path)
    try:
        frame = gpd.read_file(where)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as error:
        raise InvalidParameterError(
            N_("{file} cannot be read as GeoJSON."), parameter=option, file=path.name
        ) from error
    if column not in frame.columns:
        raise InvalidParameterError(
            N_("{file} lacks the columns {missing}; it needs {needed}."),
            parameter=option,
            file=path.name,
            missing=column,
            needed=column,
        )
    polygons = np.isin(shapely.get_type_id(frame.geometry.to_numpy()), (3, 6))
    if not polygons.any():
        raise InvalidParameterError(N_("{file} has no areas."), parameter=option, file=path.name)
    frame = frame.loc[polygons, [column, frame.geometry.name]].to_crs(crs)
    frame.geometry = shapely.make_valid(frame.geometry.to_numpy())
    return frame


def _points(
    path: Path, option: str, column: str, crs: str, area: Any
) -> tuple[FloatArray, Objects]:
    """Return the points of a CSV table in metres, inside the area, and one text of each."""
    table = read_measured(path, ("lon", "lat"), texts=(column,), parameter=option)
    lonlat = table[["lon", "lat"]].to_numpy()
    transformer = Transformer.from_crs(WGS84, crs, always_xy=True)
    xy = np.column_stack(transformer.transform(lonlat[:, 0], lonlat[:, 1]))
    inside = shapely.intersects_xy(area, xy)
    return xy[inside], table[column].to_numpy(dtype=object)[inside]
