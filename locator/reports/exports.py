"""Write the numbers of a report for machines: CSV, GeoJSON (WGS84), GeoPackage (national CRS)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from locator.analysis.access.filter_words import filtered
from locator.analysis.district_report import DistrictReport
from locator.base.errors import N_
from locator.base.geo import WGS84
from locator.base.geojson import collection, feature
from locator.base.i18n import gettext
from locator.city.facility_filter import EVERYTHING, FacilityFilter
from locator.city.model import City
from locator.reports.document import Table
from locator.reports.geofiles import geofile

LAYERS = {
    "districts": N_("Districts: people within the standard and beyond it, with ranges and ranks"),
    "gaps": N_("The largest areas of people beyond the standard, most people first"),
    "facilities": N_("Facilities as listed; those not on the map without a point"),
    "sites": N_("Suggested sites, in the order of what each adds"),
    "areas": N_("Where people come within reach or no longer are"),
    "changes": N_("What a change opens, closes and adds"),
}
"""What each layer of a GeoPackage is described as."""


def table_csv(table: Table) -> str:
    """Return a table as CSV (UTF-8, comma, point as decimal sign, keys as header; ``_s`` are
    seconds, shares go from 0 to 1)."""
    rows = table.rows[[column.key for column in table.file_columns]].copy()
    for column in table.file_columns:
        if column.kind == "share":
            rows[column.key] = rows[column.key].round(4)
        elif column.kind == "degrees":
            rows[column.key] = rows[column.key].round(6)
        elif column.kind in ("minutes", "number"):
            rows[column.key] = rows[column.key].round(1)
        elif column.kind in ("people", "places"):
            rows[column.key] = rows[column.key].round().astype("Int64")
    return str(rows.to_csv(index=False))


def report_layers(city: City, found: DistrictReport) -> dict[str, gpd.GeoDataFrame]:
    """Return what a report can put on a map, by name, in WGS84.

    Returns
    -------
    dict of str to GeoDataFrame
        ``districts`` with their numbers (``number`` and ``roman`` are the city's official ones),
        ``gaps``, ``facilities`` (those not located have no geometry) and ``sites``; each with the
        city's code in an official register as a column named after it (``teryt``), if declared.
    """
    numbers = found.coverage.districts.drop(columns="name")
    gaps = found.gaps
    if found.within is not None:
        numbers = numbers.join(found.within.shares.districts)
        gaps = gaps.join(found.within.gaps)
    districts = city.districts.join(numbers).reset_index(names="number")
    facilities = found.facilities[
        ["name", "kind", "operator", "public", "address", "district", "unit"]
        + ["status", "status_basis", "places", "location_precision"]
        + ["source", "source_date", "licence", "geometry"]
    ].reset_index(names="id")
    gaps = gaps.reset_index(drop=True)
    layers = {
        "districts": districts,
        "gaps": gaps.assign(rank=range(1, len(gaps) + 1)),
        "facilities": facilities,
    }
    if found.siting is not None and len(found.siting.sites):
        sites = found.siting.sites
        layers["sites"] = gpd.GeoDataFrame(
            sites.drop(columns=["lon", "lat"]),
            geometry=gpd.points_from_xy(sites["lon"], sites["lat"]),
            crs=WGS84,
        )
    return coded_layers(city, layers)


def coded_layers(city: City, layers: Mapping[str, gpd.GeoDataFrame]) -> dict[str, gpd.GeoDataFrame]:
    """Return layers with the city's code in an official register as a column, if declared."""
    known = city.catalogue.unit_code
    code = {} if known is None else {known.scheme: known.code}
    return {name: layer.assign(**code) for name, layer in layers.items()}


def layer_geojson(layer: gpd.GeoDataFrame) -> str:
    """Return one layer as RFC 7946 GeoJSON: WGS84, six decimals, no ``crs`` member.

    Parameters
    ----------
    layer : GeoDataFrame
        In any system; without a geometry where nobody knows the place.

    Returns
    -------
    str
    """
    told = json.loads(layer.to_json(drop_id=True))["features"]
    properties = (one["properties"] for one in told)
    made = collection(map(feature, properties, layer.to_crs(WGS84).geometry))
    return json.dumps(made, ensure_ascii=False, allow_nan=False)


def geopackage(
    city: City, layers: Mapping[str, gpd.GeoDataFrame], *, which: FacilityFilter = EVERYTHING
) -> bytes:
    """Return layers and their numbers as one GeoPackage in the city's national CRS.

    Parameters
    ----------
    city : City
    layers : mapping of str to GeoDataFrame
        By the name that each has in the file.
    which : FacilityFilter
        Which facilities count, said in the description of a layer.

    Returns
    -------
    bytes
    """
    told = []
    for name, layer in layers.items():
        said = filtered(city, which, gettext(LAYERS[name]) if name in LAYERS else "")
        options = {"layer": name, "driver": "GPKG", "DESCRIPTION": said}
        told.append((_plain(layer).to_crs(city.catalogue.crs_export), options))
    return geofile("report.gpkg", told)


def _plain(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `layer` with columns of the few types that GeoPackage has."""
    columns: dict[str, Any] = {}
    for name in layer.columns.drop("geometry"):
        values = layer[name]
        is_number = pd.api.types.is_numeric_dtype(values) or name == "places"
        columns[name] = pd.to_numeric(values) if is_number else values.astype("string")
    return gpd.GeoDataFrame(columns, geometry=layer.geometry, crs=layer.crs)


def flatgeobuf(layer: gpd.GeoDataFrame, *, name: str) -> bytes:
    """Return a layer as FlatGeobuf with a spatial index, of which a reader takes parts.

    Parameters
    ----------
    layer : GeoDataFrame
        In WGS84; what has no geometry cannot stand in such an index and is left out.
    name : str
        Of the layer in the file.

    Returns
    -------
    bytes
    """
    located = _plain(layer[layer.geometry.notna()])
    return geofile(f"{name}.fgb", [(located, {"driver": "FlatGeobuf", "SPATIAL_INDEX": "YES"})])
