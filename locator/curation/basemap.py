"""Make the base map's files of a city folder from GeoJSON with OpenMapTiles classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from locator.base.errors import N_, LocatorError
from locator.base.files import write_bytes_atomically
from locator.base.geo import WGS84
from locator.base.packed import packed_bytes
from locator.city.basemap.files import BUILDINGS, LAND, LINES, PLACES

MARGIN_M = 1000.0
"""Buildings so far outside the city are kept: a map of its edge shows them."""

LAND_TOLERANCE_M, LINE_TOLERANCE_M, BUILDING_TOLERANCE_M = 1.5, 1.0, 0.3
SMALLEST_LAND_M2, SMALLEST_BUILDING_M2 = 80.0, 10.0
"""Less is a speck of a pixel on the largest scale that shows it."""

LAND_SCALE, BUILDING_SCALE = 200_000, 500_000

LAND_OF = {
    "landcover": {
        "wood": "wood",
        "grass": "grass",
        "park": "park",
        "garden": "park",
        "recreation_ground": "park",
        "allotments": "allotments",
        "wetland": "wetland",
    },
    "landuse": {
        "residential": "residential",
        "commercial": "commercial",
        "retail": "commercial",
        "industrial": "industrial",
        "railway": "industrial",
        "school": "school",
        "kindergarten": "school",
        "college": "school",
        "university": "school",
        "hospital": "hospital",
        "military": "military",
        "cemetery": "cemetery",
        "pitch": "pitch",
        "stadium": "pitch",
        "zoo": "park",
        "theme_park": "park",
    },
}
"""Layer and class of OpenMapTiles to our kind; other classes are not drawn."""

WATERWAY_OF = {
    "river": "river",
    "canal": "river",
    "stream": "stream",
    "drain": "stream",
    "ditch": "stream",
}
PLACE_OF = {kind: kind for kind in ("town", "village", "suburb", "quarter", "neighbourhood")} | {
    "hamlet": "hamlet",
    "locality": "hamlet",
    "square": "square",
}


class BaseMapSourceError(LocatorError):
    """A folder that the base map cannot be made from."""

    code = "base_map_source"


def pack_base_map(
    source: Path, folder: Path, *, boundary: Any, crs_metric: str, about: Mapping[str, str]
) -> dict[str, int]:
    """Read the GeoJSON files of `source`, write the packed files into `folder`; return their sizes.

    Parameters
    ----------
    source : Path
        Holds ``landcover``, ``landuse``, ``water``, ``waterways``, ``railways`` as
        ``.geojson.gz`` (column ``class``, of lines also ``name``, ``service``, ``brunnel``),
        ``buildings.geojsonseq.gz`` and ``places.csv`` (name, class, lon, lat).
    folder : Path
        City folder.
    boundary : shapely geometry
        The city, WGS84.
    crs_metric : str
        Tolerances and areas are measured in it.
    about : mapping
        ``source``, ``source_date``, ``licence``: written into every file.

    Returns
    -------
    dict of str to int
        Bytes by name of the file.

    Raises
    ------
    BaseMapSourceError
        A file is missing or cannot be read. Nothing has been written then.
    """
    made = {
        LAND.name: packed_bytes(_land(source, crs_metric), about=about, scale=LAND_SCALE),
        LINES.name: packed_bytes(_lines(source, crs_metric), about=about, scale=LAND_SCALE),
        BUILDINGS.name: packed_bytes(
            _buildings(source, boundary, crs_metric), about=about, scale=BUILDING_SCALE
        ),
        PLACES.name: packed_bytes(_places(source), about=about, scale=LAND_SCALE),
    }
    for name, content in made.items():
        write_bytes_atomically(folder / name, content)
    return {name: len(content) for name, content in made.items()}


def _land(source: Path, crs: str) -> gpd.GeoDataFrame:
    parts = [
        _of_kinds(_read(source, f"{layer}.geojson.gz"), kinds) for layer, kinds in LAND_OF.items()
    ]
    parts.append(_read(source, "water.geojson.gz").assign(kind="water"))
    frame = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=WGS84)
    return _polygons(frame, crs, tolerance_m=LAND_TOLERANCE_M, smallest_m2=SMALLEST_LAND_M2)


def _lines(source: Path, crs: str) -> gpd.GeoDataFrame:
    waters = _read(source, "waterways.geojson.gz")
    waters = waters[waters["brunnel"] != "tunnel"]
    waters = _of_kinds(waters, WATERWAY_OF)
    rails = _read(source, "railways.geojson.gz")
    rails = rails[rails["brunnel"] != "tunnel"]
    kind = np.where(rails["service"].notna(), "siding", "rail")
    kind = np.where(rails["class"] == "tram", "tram", kind)
    rails = gpd.GeoDataFrame({"kind": kind, "name": None}, geometry=rails.geometry.values)
    frame = gpd.GeoDataFrame(
        pd.concat([waters[["kind", "name", "geometry"]], rails], ignore_index=True), crs=WGS84
    )
    named = frame["name"].where(frame["kind"].isin(("river", "stream")))
    frame = frame.assign(name=named.astype(object).where(named.notna(), None))
    return _ordered(_simplified(_merged(frame), crs, LINE_TOLERANCE_M))


def _buildings(source: Path, boundary: Any, crs: str) -> gpd.GeoDataFrame:
    frame = _read(source, "buildings.geojsonseq.gz", columns=[])
    near = gpd.GeoSeries([boundary], crs=WGS84).to_crs(crs).buffer(MARGIN_M).to_crs(WGS84).iloc[0]
    shapely.prepare(near)
    frame = frame[shapely.intersects(near, frame.geometry.values)]
    return _polygons(frame, crs, tolerance_m=BUILDING_TOLERANCE_M, smallest_m2=SMALLEST_BUILDING_M2)


def _places(source: Path) -> gpd.GeoDataFrame:
    frame = _checked(source / "places.csv", pd.read_csv)
    frame = frame.assign(kind=frame["class"].map(PLACE_OF)).dropna(subset=["kind"])
    points = shapely.points(frame["lon"].to_numpy(), frame["lat"].to_numpy())
    made = gpd.GeoDataFrame(frame[["kind", "name"]], geometry=points, crs=WGS84)
    return _ordered(made)


def _of_kinds(frame: gpd.GeoDataFrame, kinds: Mapping[str, str]) -> gpd.GeoDataFrame:
    frame = frame.assign(kind=frame["class"].map(kinds)).dropna(subset=["kind"])
    return frame.drop(columns="class")


def _polygons(
    frame: gpd.GeoDataFrame, crs: str, *, tolerance_m: float, smallest_m2: float
) -> gpd.GeoDataFrame:
    """Return valid polygons without specks and needless corners, neighbours beside each other."""
    columns = [name for name in frame.columns if name in ("kind", "geometry")]
    metric = frame[columns].to_crs(crs).explode(ignore_index=True)
    metric = metric[metric.area >= smallest_m2]
    metric.geometry = metric.geometry.simplify(tolerance_m)
    metric.geometry = metric.geometry.where(metric.is_valid, metric.geometry.make_valid())
    metric = metric.explode(ignore_index=True)
    metric = metric[(metric.geom_type == "Polygon") & (metric.area >= smallest_m2)]
    return _ordered(metric.to_crs(WGS84))


def _simplified(frame: gpd.GeoDataFrame, crs: str, tolerance_m: float) -> gpd.GeoDataFrame:
    metric = frame.to_crs(crs)
    metric.geometry = metric.geometry.simplify(tolerance_m)
    return metric.to_crs(WGS84)


def _merged(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return lines of one kind and name joined where nothing branches off."""
    lines = frame.explode(ignore_index=True).fillna({"name": ""})
    lines = lines.dissolve(["kind", "name"]).line_merge().explode().rename("geometry")
    merged = gpd.GeoDataFrame(lines, geometry="geometry", crs=WGS84).reset_index()
    return merged.assign(name=merged["name"].where(merged["name"] != "", None))


def _ordered(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the frame along a space-filling curve: small steps pack well."""
    return frame.iloc[np.argsort(frame.hilbert_distance(level=16), kind="stable")].reset_index(
        drop=True
    )


def _read(source: Path, name: str, **options: Any) -> gpd.GeoDataFrame:
    path = source / name
    return _checked(path, lambda file: gpd.read_file(f"/vsigzip/{file.resolve()}", **options))


def _checked(path: Path, read: Callable[[Path], Any]) -> Any:
    if not path.exists():
        raise BaseMapSourceError(N_("{file} is missing."), file=str(path))
    try:
        return read(path)
    except Exception as error:  # GDAL's drivers raise errors of many kinds; all mean "not usable"
        raise BaseMapSourceError(
            N_("{file} cannot be read: {error}"), file=str(path), error=str(error)
        ) from error
