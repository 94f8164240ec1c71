"""Make the names of a city findable: streets, stops, districts and facilities as rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from locator.districts import district_title
from locator.geo import FloatArray
from locator.locating import MIDDLE_NOTE, SHORT_STREET_M, Stop
from locator.places import Place
from locator.streetnames import STREET, fold, parse_name
from locator.streets import Street, distance_m, extent_m

RowKind = Literal["street", "stop", "district", "facility"]


@dataclass(frozen=True)
class Row:
    """One name that can be found, and what it stands for.

    Attributes
    ----------
    kind : str
    words : tuple of str
    kinds : tuple of str
        Kinds of place ("osiedle", "plac", ...) that a query may state for it.
    place : Place
        The answer without a house number.
    street : Street or None
    only_stated : bool
        Found only when the query states the kind ("dzielnica 4", not "4").
    """

    kind: RowKind
    words: tuple[str, ...]
    kinds: tuple[str, ...]
    place: Place
    street: Street | None = None
    only_stated: bool = False


def districts_at(districts: gpd.GeoDataFrame, lonlat: FloatArray) -> list[str | None]:
    """Return, for (n, 2) lon, lat, the names of the districts; None outside all of them."""
    names: list[str | None] = [None] * len(lonlat)
    for name, geometry in zip(districts["name"], districts.geometry, strict=True):
        for position in np.flatnonzero(shapely.contains_xy(geometry, lonlat)):
            names[position] = str(name)
    return names


def facility_points(facilities: gpd.GeoDataFrame) -> list[tuple[str, str, float, float, str]]:
    """Return the located facilities with an address of their own, as rows of address points."""
    located = facilities[
        facilities.geometry.notna()
        & (facilities["location_precision"] == "exact")
        & facilities["street"].notna()
        & facilities["housenumber"].notna()
    ]
    return [
        (str(street), str(number), point.x, point.y, "facility")
        for street, number, point in zip(
            located["street"], located["housenumber"], located.geometry, strict=True
        )
    ]


def merged_stops(stops: pd.DataFrame, boundary: Any) -> list[Stop]:
    """Return the stops inside the city, platforms of one name near each other as one."""
    lonlat = stops[["lon", "lat"]].to_numpy(dtype=np.float64)
    inside = shapely.contains_xy(boundary, lonlat)
    groups: dict[str, list[int]] = defaultdict(list)
    for position in np.flatnonzero(inside):
        groups[str(stops["name"].iloc[position])].append(int(position))
    return [
        _stop(name, lonlat[cluster])
        for name, positions in sorted(groups.items())
        for cluster in _clusters(lonlat, positions)
    ]


def _clusters(lonlat: FloatArray, positions: Sequence[int]) -> list[list[int]]:
    clusters: list[list[int]] = []
    for position in positions:
        for cluster in clusters:
            if distance_m(lonlat[cluster], lonlat[position]).min() <= SHORT_STREET_M:
                cluster.append(position)
                break
        else:
            clusters.append([position])
    return clusters


def _stop(name: str, lonlat: FloatArray) -> Stop:
    lon, lat = lonlat.mean(axis=0)
    return Stop(name, parse_name(name), float(lon), float(lat), extent_m(lonlat))


def street_row(street: Street) -> Row:
    """Return the row of a street; a namesake is also found by its area."""
    middle = street.middle()
    place = Place(
        label=street.label,
        kind="street",
        lon=middle.lon,
        lat=middle.lat,
        precision="street",
        score=0.0,
        note=MIDDLE_NOTE,
        basis=middle.basis,
    )
    kinds = (street.name.kind or STREET,)
    words = (*fold(street.area or "").split(), *street.name.core)
    return Row("street", words, kinds, place, street=street)


def stop_row(stop: Stop) -> Row:
    """Return the row of a stop."""
    place = Place(stop.label, "stop", stop.lon, stop.lat, "exact", 0.0, basis="stop")
    kinds = ("przystanek", stop.name.kind or STREET)
    return Row("stop", stop.name.core or tuple(fold(stop.label).split()), kinds, place)


def district_rows(districts: gpd.GeoDataFrame) -> list[Row]:
    """Return the rows of the districts: by name, by roman and by plain number."""
    rows = []
    for number, roman, name, geometry in zip(
        districts.index, districts["roman"], districts["name"], districts.geometry, strict=True
    ):
        point = geometry.representative_point()
        label = district_title(roman, name)
        place = Place(label, "district", point.x, point.y, "area", 0.0, basis="district")
        words, short = tuple(fold(str(name)).split()), fold(str(roman))
        for form in ((short, *words), words, (short,)) if short else (words,):
            rows.append(Row("district", form, ("dzielnica",), place))
        rows.append(Row("district", (str(number),), ("dzielnica",), place, only_stated=True))
    return rows


def facility_rows(facilities: gpd.GeoDataFrame) -> list[Row]:
    """Return the rows of the located facilities, by their names."""
    located = facilities[facilities.geometry.notna()]
    rows = []
    for facility_id, name, precision, point in zip(
        located.index,
        located["name"],
        located["location_precision"],
        located.geometry,
        strict=True,
    ):
        words = parse_name(str(name)).core
        if words:
            place = Place(
                label=str(name),
                kind="facility",
                lon=point.x,
                lat=point.y,
                precision=str(precision),
                score=0.0,
                facility_id=str(facility_id),
                basis="facility",
            )
            rows.append(Row("facility", words, (), place))
    return rows
