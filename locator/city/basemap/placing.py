"""Name places, districts, stops and houses where a point is all that is known of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from locator.base.geo import FloatArray, IntArray
from locator.base.packed import Packed
from locator.city.basemap.lettering import Names, joined, names_of
from locator.city.basemap.worldgrid import world_units
from locator.city.model import City

PLACE_ZOOMS = {
    "town": 9,
    "quarter": 11,
    "village": 11,
    "suburb": 10,
    "neighbourhood": 12,
    "square": 14,
    "hamlet": 13,
}
"""Zooms of tiles from which each kind of place is named, the most important first."""

STOP_ZOOM, STREET_ZOOM, NUMBER_ZOOM = 14, 14, 17

STREET_NAME_M = 700.0
"""A street's name is written about once in so many metres where its course is not known."""

SAME_STOP_M = 300.0
"""Platforms of one name that are no further apart are one stop."""


def place_names(city: City, places: Packed | None) -> Names:
    """Return the names of districts, and of the towns, quarters and villages that are known."""
    districts = _district_names(city)
    if places is None:
        return districts
    # The districts carry these names already.
    known = {str(name) for name in city.districts["name"]}
    frame = places.columns.assign(lon=places.points[:, 0], lat=places.points[:, 1])
    rest = frame[(frame["kind"] != "suburb") & ~frame["name"].isin(known)]
    rank = rest["kind"].map({kind: place for place, kind in enumerate(PLACE_ZOOMS)})
    rest = rest.iloc[np.argsort(rank.to_numpy(), kind="stable")]
    kinds = rest["kind"].tolist()
    return joined(districts, _at(rest, kinds, [PLACE_ZOOMS[kind] for kind in kinds]))


def point_names(city: City, streets_drawn: bool) -> Names:
    """Return the names of stops, of house numbers, and of streets whose course is not known."""
    stops, addresses = _stops(city), city.addresses
    found = [_at(stops, "stop", STOP_ZOOM)]
    if not streets_drawn:
        found.append(_at(_streets(city), "street", STREET_ZOOM))
    numbers = addresses.rename(columns={"street": "_", "number": "name"})
    found.append(_at(numbers[["name", "lon", "lat"]], "number", NUMBER_ZOOM))
    return joined(*found)


def _at(frame: pd.DataFrame, kinds: Any, zooms: Any) -> Names:
    units = world_units(frame[["lon", "lat"]].to_numpy(dtype=float))
    return names_of(
        np.asarray(shapely.points(units), dtype=object),
        frame["name"].tolist(),
        kinds if isinstance(kinds, list) else [kinds] * len(frame),
        zooms if isinstance(zooms, list) else [zooms] * len(frame),
    )


def _district_names(city: City) -> Names:
    """Return each district's numeral and name in the middle of its widest part."""
    rows = []
    for shape, roman, name in city.districts[["geometry", "roman", "name"]].itertuples(index=False):
        widest = max(shapely.get_parts(shape), key=lambda part: part.area)
        lon, lat = shapely.maximum_inscribed_circle(widest, tolerance=0.001).coords[0]
        rows.append((f"{roman}\n{name}", lon, lat))
    return _at(pd.DataFrame(rows, columns=["name", "lon", "lat"]), "district", 9)


def _stops(city: City) -> pd.DataFrame:
    """Return the stops of the city, those with most platforms first."""
    frame = city.stops.dropna(subset=["lon", "lat"])
    west, south, east, north = city.boundary.bounds
    frame = frame[frame["lon"].between(west, east) & frame["lat"].between(south, north)]
    xy = city.projection.to_metric(frame[["lon", "lat"]].to_numpy())
    grouped = frame.groupby(_stop_numbers(frame["name"].to_numpy(), xy))
    stops = grouped.agg({"name": "first", "lon": "mean", "lat": "mean"})
    return _ranked(stops.assign(weight=grouped.size()))


def _streets(city: City) -> pd.DataFrame:
    """Return each street at one of its addresses, and again where it is long."""
    frame = city.addresses
    xy = city.projection.to_metric(frame[["lon", "lat"]].to_numpy())
    near = np.round(xy / STREET_NAME_M).astype(np.int64)
    once = frame.groupby([frame["street"], near[:, 0], near[:, 1]]).first()
    once = once.reset_index("street").rename(columns={"street": "name"})
    return _ranked(once.assign(weight=once["name"].map(frame["street"].value_counts())))


def _ranked(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(["weight", "name", "lon", "lat"], ascending=[False, True, True, True])


def _stop_numbers(names: Any, xy: FloatArray) -> IntArray:
    """Return the same number for platforms of one name that are near one another."""
    from scipy.spatial import cKDTree

    if len(xy) == 0:
        return np.zeros(0, dtype=np.int64)
    pairs = cKDTree(xy).query_pairs(SAME_STOP_M, output_type="ndarray")
    pairs = pairs[names[pairs[:, 0]] == names[pairs[:, 1]]]
    links = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(xy), len(xy)))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)
