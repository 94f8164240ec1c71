"""Name places, districts, stops, landmarks and houses: all that is named at a point."""

from __future__ import annotations

from collections.abc import Collection, Iterable
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

STOP_ZOOM, STREET_ZOOM, NUMBER_ZOOM = 14, 14, 16
ESTATE_ZOOM, KNOWN_ZOOM, LANDMARK_ZOOM = 16, 15, 16

STREET_NAME_M = 700.0
"""A street's name is written about once in so many metres where its course is not known."""

ESTATE_NAME_M = 250.0
"""An estate's name is written among its houses about once in so many metres, seen from near."""

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
    frame = pd.concat([frame, _units(city, named=known.union(frame["name"]))])
    rest = frame[(frame["kind"] != "suburb") & ~frame["name"].isin(known)]
    rank = rest["kind"].map({kind: place for place, kind in enumerate(PLACE_ZOOMS)})
    rest = rest.iloc[np.argsort(rank.to_numpy(), kind="stable")]
    kinds = rest["kind"].tolist()
    estates = _spread(city, city.houses[city.houses["street"].isin(rest["name"])], ESTATE_NAME_M)
    return joined(
        districts,
        _at(rest, kinds, [PLACE_ZOOMS[kind] for kind in kinds]),
        _at(estates, "neighbourhood", ESTATE_ZOOM),
    )


def point_names(city: City, streets_drawn: bool) -> Names:
    """Return the names of stops, landmarks, houses, and of streets whose course is not known."""
    found = [_at(_stops(city), "stop", STOP_ZOOM)]
    if not streets_drawn:
        streets = _spread(city, city.addresses, STREET_NAME_M)
        found.append(_at(streets, "street", STREET_ZOOM))
    landmarks = city.landmarks[city.landmarks["kind"] == "landmark"]
    known = landmarks["known"].astype(bool)
    found.append(_at(landmarks[known], "known", KNOWN_ZOOM))
    found.append(_at(landmarks[~known], "landmark", LANDMARK_ZOOM))
    numbers = city.houses.rename(columns={"street": "_", "number": "name"})
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
    names = city.districts["roman"] + "\n" + city.districts["name"]
    return _at(_middles(names, city.districts.geometry), "district", 9)


def _units(city: City, *, named: Collection[str]) -> pd.DataFrame:
    """Return the neighbourhood units that no place is `named` after, as quarters."""
    units = city.units[~city.units["name"].isin(named)]
    return _middles(units["name"], units.geometry).assign(kind="quarter")


def _middles(names: Iterable[str], shapes: Iterable[Any]) -> pd.DataFrame:
    """Return names in the middle of the widest part of their shapes."""
    rows = []
    for name, shape in zip(names, shapes, strict=True):
        widest = max(shapely.get_parts(shape), key=lambda part: part.area)
        lon, lat = shapely.maximum_inscribed_circle(widest, tolerance=0.001).coords[0]
        rows.append((name, lon, lat))
    return pd.DataFrame(rows, columns=["name", "lon", "lat"])


def _stops(city: City) -> pd.DataFrame:
    """Return the stops of the city, those with most platforms first."""
    frame = city.stops.dropna(subset=["lon", "lat"])
    west, south, east, north = city.boundary.bounds
    frame = frame[frame["lon"].between(west, east) & frame["lat"].between(south, north)]
    xy = city.projection.to_metric(frame[["lon", "lat"]].to_numpy())
    grouped = frame.groupby(_stop_numbers(frame["name"].to_numpy(), xy))
    stops = grouped.agg({"name": "first", "lon": "mean", "lat": "mean"})
    return _ranked(stops.assign(weight=grouped.size()))


def _spread(city: City, frame: pd.DataFrame, apart_m: float) -> pd.DataFrame:
    """Return each street of some houses at one of them, and again where it goes on."""
    xy = city.projection.to_metric(frame[["lon", "lat"]].to_numpy())
    near = np.round(xy / apart_m).astype(np.int64)
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
