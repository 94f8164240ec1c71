"""Read what a new city is given besides its extract, or say what is wrong with it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy.typing as npt
import pandas as pd
import shapely
from babel.core import get_global
from pyproj.exceptions import CRSError

from locator.base.errors import N_, InvalidParameterError, LocatorError
from locator.base.geo import WGS84, transformer
from locator.city.catalogue import timezones
from locator.city.population import CELL_M
from locator.curation.osmcity import AdminArea
from locator.walking.graph.osm import ExtractError

GRID_COLUMNS = ("east_km", "north_km", "people", "age_0_14", "age_15_64", "age_65_plus")
NEEDED = 3
"""So many of `GRID_COLUMNS` have to be there; the ages may be missing."""

LAYER_ID = re.compile(r"[a-z][a-z0-9_]*")
"""A layer is a file name and a part of addresses."""

TAG = re.compile(r"[^=\s]+=[^=]+")


class LayersError(LocatorError):
    """A file of layers that cannot be used."""

    code = "layers"


def read_boundary(path: Path) -> Any:
    """Return the union of a file's polygons, WGS84.

    Raises
    ------
    ExtractError
        The file cannot be read, holds no polygon or is not where longitudes and latitudes are.
    """
    try:
        frame = gpd.read_file(path)
    except Exception as error:  # GDAL's drivers raise errors of many kinds; all mean "not usable"
        raise ExtractError(
            N_(
                "{file} cannot be read as a boundary: polygons are needed, as GeoJSON, GeoPackage "
                "or another format that GDAL reads."
            ),
            file=path.name,
        ) from error
    shapes = (frame if frame.crs is None else frame.to_crs(WGS84)).geometry.dropna()
    shapes = shapes[shapes.geom_type.isin(["Polygon", "MultiPolygon"])]
    if shapes.empty:
        raise ExtractError(N_("{file} holds no polygon."), file=path.name)
    check_degrees(shapes.to_numpy(), path)
    return shapely.union_all(shapely.make_valid(shapes.to_numpy()))


def check_degrees(shapes: npt.NDArray[Any], path: Path) -> None:
    """Say so where shapes are not in degrees of longitude and latitude.

    Parameters
    ----------
    shapes : array of shapely geometry
    path : Path
        The file that they come from.

    Raises
    ------
    ExtractError
        They are not.
    """
    west, south, east, north = shapely.total_bounds(shapes)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ExtractError(
            N_(
                "{file} is not in degrees of longitude and latitude (its coordinates reach "
                "{east}, {north}): convert it to WGS84, or save it with its coordinate system."
            ),
            file=path.name,
            east=f"{east:.0f}",
            north=f"{north:.0f}",
        )


def country_of(
    given: str | None, boundary: Any, areas: Sequence[AdminArea], countries: Iterable[str]
) -> str:
    """Return the ISO 3166-1 code of the country: the given one, or the one that is mapped.

    Parameters
    ----------
    given : str or None
        Two letters, capital or not.
    boundary : shapely geometry
        WGS84.
    areas : sequence of AdminArea
        Mapped in the extract.
    countries : iterable of str
        Codes that the extract names, complete or not.

    Returns
    -------
    str

    Raises
    ------
    InvalidParameterError
        The code does not exist, or the extract does not say which country this is.
    """
    if given is not None:
        code = given.strip().upper()
        if code not in get_global("territory_zones"):
            raise InvalidParameterError(
                N_("“{given}” is not the code of a country: two letters are needed, as in PL."),
                parameter="country",
                given=given,
            )
        return code
    inside = {
        area.country
        for area in areas
        if area.country and area.shape.contains(boundary.representative_point())
    }
    found = sorted(inside or set(countries))
    if len(found) != 1 or len(found[0]) != 2:
        raise InvalidParameterError(
            N_("The extract does not say which country this is ({found}): give --country."),
            parameter="country",
            found=", ".join(found) or "-",
        )
    return found[0]


def timezone_of(given: str | None, country: str) -> str:
    """Return the IANA time zone: the given one, or the only one of the country.

    Raises
    ------
    InvalidParameterError
        There is no such zone, or the country has several.
    """
    if given is not None:
        if given not in timezones():
            raise InvalidParameterError(
                N_("“{given}” is not a time zone: give its name, as in Europe/Warsaw."),
                parameter="timezone",
                given=given,
            )
        return given
    zones = [str(zone) for zone in get_global("territory_zones").get(country, [])]
    if len(zones) != 1 or zones[0] not in timezones():
        raise InvalidParameterError(
            N_(
                "{country} has several time zones or none that is known ({zones}): give --timezone."
            ),
            parameter="timezone",
            country=country,
            zones=", ".join(zones) or "-",
        )
    return zones[0]


def read_layers(path: Path | None) -> dict[str, dict[str, Any]]:
    """Return the layers with their tags; without a file the program's own.

    Parameters
    ----------
    path : Path or None
        TOML.

    Returns
    -------
    dict of str to dict
        By id, in the order of the file.

    Raises
    ------
    LayersError
        It is no TOML, or a layer lacks what its facilities are found and named by.
    """
    source = path or files("locator.curation") / "newcity.toml"
    name = path.name if path else "newcity.toml"
    try:
        content = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LayersError(
            N_("{file} cannot be read as layers: {detail}"), file=name, detail=str(error)
        ) from error
    layers = content.get("layers")
    if not isinstance(layers, dict) or not layers or not all(map(_is_layer, layers.values())):
        raise LayersError(
            N_(
                "{file}: every table [layers.<id>] needs names.en, and osm_tags as a list of texts "
                "key=value."
            ),
            file=name,
        )
    wrong = [layer for layer in layers if not LAYER_ID.fullmatch(layer)]
    if wrong:
        raise LayersError(
            N_("{file}: “{layer}” cannot be the id of a layer: only a-z, 0-9 and _ are allowed."),
            file=name,
            layer=wrong[0],
        )
    return layers


def _is_layer(values: object) -> bool:
    if not isinstance(values, dict):
        return False
    tags, names = values.get("osm_tags"), values.get("names")
    return (
        isinstance(tags, list)
        and bool(tags)
        and all(isinstance(tag, str) and TAG.fullmatch(tag) for tag in tags)
        and isinstance(names, dict)
        and isinstance(names.get("en"), str)
    )


def read_grid(path: Path | None, crs: str, boundary: Any) -> pd.DataFrame:
    """Return the census cells near the city; none without a grid.

    Parameters
    ----------
    path : Path or None
        CSV with `GRID_COLUMNS`; the ages may be missing.
    crs : str
        CRS of the cells.
    boundary : shapely geometry
        WGS84.

    Raises
    ------
    InvalidParameterError
        There is no such CRS.
    ExtractError
        The file cannot be read, lacks a column, holds something that is no number, or no cell of
        it lies in the city.
    """
    if path is None:
        return pd.DataFrame(columns=list(GRID_COLUMNS))
    try:
        to_grid = transformer(WGS84, crs)
    except CRSError as error:
        raise InvalidParameterError(
            N_("“{given}” is not a coordinate system: give its code, as in EPSG:3035."),
            parameter="grid_crs",
            given=crs,
        ) from error
    try:
        grid = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise ExtractError(
            N_("{file} cannot be read as a population grid: {detail}"),
            file=path.name,
            detail=str(error),
        ) from error
    missing = [name for name in GRID_COLUMNS[:NEEDED] if name not in grid.columns]
    if missing:
        raise ExtractError(
            N_("{file} lacks the column(s) {missing} of a population grid."),
            file=path.name,
            missing=", ".join(missing),
        )
    grid = grid.reindex(columns=list(GRID_COLUMNS))
    _check_numbers(grid, path.name)
    low_x, low_y, high_x, high_y = to_grid.transform_bounds(*boundary.bounds)
    km = CELL_M / 1000.0
    near = grid["east_km"].between(low_x / CELL_M - km, high_x / CELL_M + km)
    near &= grid["north_km"].between(low_y / CELL_M - km, high_y / CELL_M + km)
    if not near.any():
        raise ExtractError(
            N_("{file} has no cell in the city: are its coordinates really in {crs}?"),
            file=path.name,
            crs=crs,
        )
    return grid[near].reset_index(drop=True)


def _check_numbers(grid: pd.DataFrame, file: str) -> None:
    """Raise for the first value that is not a number, or for people below zero.

    Here and not only when the folder is read: there, lines and names are no longer the giver's.
    """
    for place, column in enumerate(GRID_COLUMNS):
        numbers = pd.to_numeric(grid[column], errors="coerce")
        wrong = grid[column].notna() & numbers.isna()
        wrong |= grid[column].isna() & (place < NEEDED)
        if place >= NEEDED - 1:
            wrong |= numbers < 0
        if wrong.any():
            line = int(wrong.to_numpy().argmax())
            raise ExtractError(
                N_("{file}, line {line}: {column} has to be a number and not negative: “{given}”."),
                file=file,
                line=line + 2,
                column=column,
                given=grid[column].iloc[line],
            )
