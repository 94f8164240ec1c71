"""Make the names of a city findable: streets, stops, districts and facilities as rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from locator.base.geo import FloatArray
from locator.geocoding.address_rule import COURSE_NOTE, MIDDLE_NOTE, SHORT_STREET_M, Stop
from locator.geocoding.names import STREET, district_title, fold, name_fits, parse_name, spelt
from locator.geocoding.place import Place
from locator.geocoding.streets import Street, distance_m, extent_m

RowKind = Literal["street", "stop", "district", "quarter", "landmark", "facility"]


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
    spelling : tuple of str
        The words with their accents; as `words` where they were not kept.
    """

    kind: RowKind
    words: tuple[str, ...]
    kinds: tuple[str, ...]
    place: Place
    street: Street | None = None
    only_stated: bool = False
    spelling: tuple[str, ...] = ()


def districts_at(districts: gpd.GeoDataFrame, lonlat: FloatArray) -> list[str | None]:
    """Return, for (n, 2) lon, lat, the names of the districts; None outside all of them."""
    names: list[str | None] = [None] * len(lonlat)
    for name, geometry in zip(districts["name"], districts.geometry, strict=True):
        for position in np.flatnonzero(shapely.contains_xy(geometry, lonlat)):
            names[position] = str(name)
    return names


def facility_points(facilities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the located facilities with an address of their own, as rows of address points."""
    located = facilities[
        facilities.geometry.notna()
        & (facilities["location_precision"] == "exact")
        & facilities["street"].notna()
        & facilities["housenumber"].notna()
    ]
    return pd.DataFrame(
        {
            "street": located["street"].astype(str),
            "number": located["housenumber"].astype(str),
            "lon": located.geometry.x,
            "lat": located.geometry.y,
            "basis": "facility",
        }
    )


def merged_stops(stops: pd.DataFrame, boundary: Any) -> list[Stop]:
    """Return the stops inside the city, platforms of one name near each other as one."""
    lonlat = stops[["lon", "lat"]].to_numpy(dtype=np.float64)
    inside = shapely.contains_xy(boundary, lonlat)
    groups: dict[str, list[int]] = defaultdict(list)
    names = stops["name"].to_numpy(dtype=object)
    for position in np.flatnonzero(inside):
        groups[str(names[position])].append(int(position))
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


def street_rows(street: Street) -> list[Row]:
    """Return the rows of a street, one for each way to write it; a namesake also by its area."""
    if not len(street.rows) and street.place is None:
        return []
    middle = street.middle()
    place = Place(
        label=street.label,
        kind="street",
        lon=middle.lon,
        lat=middle.lat,
        precision="street",
        score=0.0,
        note=MIDDLE_NOTE if middle.basis != "street" else COURSE_NOTE,
        basis=middle.basis,
    )
    area = tuple(fold(street.area or "").split())
    rows = []
    # A shorter form of the name is a part of it, which other streets may share.
    longer = [
        (text, name)
        for text, name in street.others
        if not name_fits(name.core, street.name.core) or name.core == street.name.core
    ]
    for text, name in ((street.bare_label, street.name), *longer):
        kinds = (name.kind or STREET,)
        spelling = (*area, *spelt(text))
        rows.append(
            Row("street", (*area, *name.core), kinds, place, street=street, spelling=spelling)
        )
    return rows


def stop_row(stop: Stop) -> Row:
    """Return the row of a stop."""
    place = Place(stop.label, "stop", stop.lon, stop.lat, "exact", 0.0, basis="stop")
    kinds = ("przystanek", stop.name.kind or STREET)
    words = stop.name.core or tuple(fold(stop.label).split())
    return Row("stop", words, kinds, place, spelling=spelt(stop.label) or words)


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
            rows.append(Row("facility", words, (), place, spelling=spelt(str(name))))
    return rows


def landmark_rows(landmarks: pd.DataFrame) -> list[Row]:
    """Return the rows of the landmarks and neighbourhoods.

    Parameters
    ----------
    landmarks : DataFrame
        Columns ``name``, ``kind`` (``landmark`` or ``quarter``), ``lon``, ``lat``.
    """
    rows = []
    for label, kind, lon, lat in landmarks[["name", "kind", "lon", "lat"]].itertuples(index=False):
        name = parse_name(label)
        words = name.core or tuple(fold(label).split())
        precision = "area" if kind == "quarter" else "exact"
        place = Place(label, kind, float(lon), float(lat), precision, 0.0, basis=kind)
        kinds = (name.kind,) if name.kind else ()
        rows.append(Row(kind, words, kinds, place, spelling=spelt(label) or words))
    return rows


def alias_rows(aliases: pd.DataFrame, rows: Sequence[Row]) -> list[Row]:
    """Return the rows of other names for places that have rows already.

    Parameters
    ----------
    aliases : DataFrame
        Columns ``typed``, ``name``: what people type, and the label of the place that they mean.
    """
    by_label: dict[str, Row] = {}
    for row in rows:
        by_label.setdefault(row.place.label, row)
    found = []
    for typed, label in aliases[["typed", "name"]].itertuples(index=False):
        name, meant = parse_name(typed), by_label.get(label)
        words = name.core or tuple(fold(typed).split())
        if meant is not None and words:
            kinds = tuple({*meant.kinds, *([name.kind] if name.kind else [])})
            found.append(replace(meant, words=words, kinds=kinds, spelling=spelt(typed) or words))
    return found
