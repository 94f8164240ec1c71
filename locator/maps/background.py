"""Draw the ground of the maps from the city's own data: districts, river, names.

Shapes are made simple enough to travel in a few kilobytes; nothing is computed with them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from locator.catalogue import River
from locator.city import City
from locator.geo import WGS84, FloatArray, IntArray

SIMPLIFY_M = 25.0
"""How far a drawn border may lie from the true one."""

STREET_NAME_M = 700.0
"""A street's name is written about once in so many metres."""

DECIMALS = 5
SAME_STOP_M = 300.0
"""Platforms of one name that are no further apart are one stop."""

Collection = dict[str, Any]


def background(city: City) -> Collection:
    """Return the districts and the river of `city` as GeoJSON.

    Returns
    -------
    dict
        FeatureCollection in WGS84. Districts: ``kind: district``, ``number``, ``roman``,
        ``name``, ``label`` (lon, lat of its name), ``room`` (degrees of longitude on either side
        of it). River: ``kind: river``.
    """
    shapes = simplified(city)
    features = [
        feature(
            shape,
            kind="district",
            number=int(number),
            roman=str(row.roman),
            name=str(row.name_),
            **_label(shape),
        )
        for (number, row), shape in zip(
            city.districts.rename(columns={"name": "name_"}).iterrows(), shapes, strict=True
        )
    ]
    river = city.catalogue.river
    if river is not None:
        line = river_line(city.districts.index.to_list(), shapes, river)
        if not line.is_empty:
            features.append(feature(line, kind="river"))
    return collection(features)


def simplified(city: City) -> list[Any]:
    """Return the districts in WGS84, simplified together so that they still share borders."""
    metric = city.districts.geometry.to_crs(city.catalogue.crs_metric)
    coarse = shapely.coverage_simplify(np.asarray(metric), SIMPLIFY_M)
    return list(gpd.GeoSeries(coarse, crs=city.catalogue.crs_metric).to_crs(WGS84))


def river_line(numbers: Sequence[int], shapes: Sequence[Any], river: River) -> Any:
    """Return the shared border of the districts on the two banks of `river`."""
    shape = dict(zip(numbers, shapes, strict=True))
    bank_a = shapely.union_all([shape[n].boundary for n in river.bank_a if n in shape])
    bank_b = shapely.union_all([shape[n].boundary for n in river.bank_b if n in shape])
    shared = shapely.intersection(bank_a, bank_b, grid_size=1e-7)
    lines = [part for part in shapely.get_parts(shared) if part.geom_type == "LineString"]
    return shapely.line_merge(shapely.union_all(lines))


def names(city: City) -> dict[str, list[list[Any]]]:
    """Return the names that are written on the ground when someone looks closely.

    Returns
    -------
    dict
        ``stops`` and ``streets``, each a list of ``[name, lon, lat]``. The platforms of one stop
        are joined. The name of a street stands at one of its addresses, and again where it is
        long; nothing is said of how the street runs. Stops with most platforms and streets with
        most addresses come first: where there is little room, theirs are the names to write.
    """
    return {"stops": _stops(city), "streets": _streets(city)}


def _stops(city: City) -> list[list[Any]]:
    frame = city.stops.dropna(subset=["lon", "lat"])
    west, south, east, north = city.boundary.bounds
    frame = frame[frame["lon"].between(west, east) & frame["lat"].between(south, north)]
    xy = city.projection.to_metric(frame[["lon", "lat"]].to_numpy())
    joined = frame.groupby(_stop_numbers(frame["name"].to_numpy(), xy))
    stops = joined.agg({"name": "first", "lon": "mean", "lat": "mean"})
    return _named(stops.assign(weight=joined.size()))


def _streets(city: City) -> list[list[Any]]:
    frame = city.addresses
    xy = city.projection.to_metric(frame[["lon", "lat"]].to_numpy())
    near = np.round(xy / STREET_NAME_M).astype(np.int64)
    once = frame.groupby([frame["street"], near[:, 0], near[:, 1]]).first()
    once = once.reset_index("street").rename(columns={"street": "name"})
    return _named(once.assign(weight=once["name"].map(frame["street"].value_counts())))


def _named(frame: pd.DataFrame) -> list[list[Any]]:
    ranked = frame.sort_values(
        ["weight", "name", "lon", "lat"], ascending=[False, True, True, True]
    )
    rows = ranked[["name", "lon", "lat"]]
    return [
        [name, round(lon, DECIMALS), round(lat, DECIMALS)]
        for name, lon, lat in rows.itertuples(index=False)
    ]


def _stop_numbers(names: Any, xy: FloatArray) -> IntArray:
    """Return the same number for platforms of one name that are near one another."""
    if len(xy) == 0:
        return np.zeros(0, dtype=np.int64)
    pairs = cKDTree(xy).query_pairs(SAME_STOP_M, output_type="ndarray")
    pairs = pairs[names[pairs[:, 0]] == names[pairs[:, 1]]]
    links = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(xy), len(xy)))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def compact_json(value: Any) -> bytes:
    """Return `value` as UTF-8 JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def collection(features: Iterable[Collection], **members: Any) -> Collection:
    """Return a FeatureCollection; further members stand beside the features."""
    return {"type": "FeatureCollection", "features": list(features), **members}


def feature(geometry: Any, *, identifier: str | None = None, **properties: Any) -> Collection:
    """Return a GeoJSON feature with coordinates of about a metre; None properties are left out."""
    head = {"type": "Feature"} if identifier is None else {"type": "Feature", "id": identifier}
    return {
        **head,
        "geometry": None if geometry is None else _rounded(shapely.geometry.mapping(geometry)),
        "properties": {key: value for key, value in properties.items() if value is not None},
    }


def _label(shape: Any) -> Collection:
    """Return the middle of the widest part of `shape`, where its name has most room, and that."""
    part = max(shapely.get_parts(shape), key=lambda polygon: polygon.area)
    radius = shapely.maximum_inscribed_circle(part, tolerance=0.001)
    return {"label": _rounded(radius.coords[0]), "room": round(radius.length, 4)}


def _rounded(value: Any) -> Any:
    """Round every number in nested coordinates."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return round(value, DECIMALS) if isinstance(value, float) else value
