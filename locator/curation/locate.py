"""Give a point to the facilities of a city folder that have only an address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from locator.base.files import locked, write_text_atomically
from locator.base.geo import Projection
from locator.city.model import City, load_city
from locator.geocoding.place import Place

COLUMNS = ("layer", "name", "street", "housenumber", "outcome", "place", "reason", "lon", "lat")

DISTRICT_TOLERANCE_M = 100.0
"""A point this near to the stated district still counts as in it: boundaries are generalised,
and the two sides of a street may lie in two districts."""

NO_STREET = "no street is given"
NOT_FOUND = "the street is not on file, or not certain, or no near number is"

DECIMALS = 6

_BASES = {
    "pl": {
        "address": "punkt adresowy {place}, {source}",
        "house number": "numer domu {place} (ulica według reguły), addresses.npz",
        "facility": "placówka pod adresem {place} z własnym położeniem, {source}",
        "stop": "przystanek {place}, {source}",
    },
    "en": {
        "address": "address point {place}, {source}",
        "house number": "house number {place} (its street by the rule), addresses.npz",
        "facility": "facility at {place} with coordinates of its own, {source}",
        "stop": "stop {place}, {source}",
    },
}
"""How the source of a point is written into the data, in the language of the folder."""


@dataclass(frozen=True)
class Located:
    """The point found for one facility.

    Attributes
    ----------
    lon, lat : float
        WGS84, rounded to `DECIMALS`.
    precision : str
        ``exact``, ``street`` or ``area``.
    source : str
        What the point was taken from.
    """

    lon: float
    lat: float
    precision: str
    source: str


def locate_folder(folder: Path, *, write: bool = True, source: str | None = None) -> pd.DataFrame:
    """Locate the facilities of `folder` that have a street but no point.

    Each goes through `Gazetteer.locate`, which never guesses; a point outside the stated
    district is not taken. Found ones get ``geometry``, ``location_precision`` and
    ``location_source`` in their layer's file; every other feature keeps its line as it is.

    Parameters
    ----------
    folder : Path
        A sound city folder.
    write : bool
        False only reports.
    source : str, optional
        Where the address points come from, with the date, for ``location_source``; the files'
        names and the date of the folder where None.

    Returns
    -------
    DataFrame
        One row for each facility without a point; index: facility id; columns `COLUMNS`.
        ``outcome`` is a precision or ``not_located``, then ``reason`` says why.

    Raises
    ------
    CityFolderError
        When the folder has faults.
    LockedError, WriteError
        Another program is changing the folder, or it cannot be written.
    """
    with locked(folder) if write else nullcontext():
        return _located_folder(folder, write=write, source=source)


def _located_folder(folder: Path, *, write: bool, source: str | None) -> pd.DataFrame:
    city = load_city(folder)
    frame = city.facilities
    moving = {layer.id for layer in city.catalogue.layers.values() if layer.moves}
    pending = frame[frame.geometry.isna() & ~frame["layer"].isin(moving)]
    rows: list[tuple[Any, ...]] = []
    found: dict[str, Located] = {}
    for facility_id, facility in pending.iterrows():
        street, number = (_text(facility[name]) for name in ("street", "housenumber"))
        place, reason = place_of(city, street, number, facility["district"])
        if place is not None:
            found[str(facility_id)] = located(city, place, source)
        rows.append(_report_row(facility, place, reason))
    if write:
        for layer_id in dict.fromkeys(pending.loc[list(found), "layer"]):
            _update(folder / f"{layer_id}.geojson", found)
    return pd.DataFrame(rows, columns=list(COLUMNS), index=pending.index)


def place_of(
    city: City, street: str | None, number: str | None, district: object = None
) -> tuple[Place | None, str | None]:
    """Return the place of a published address, or None and why there is none.

    Parameters
    ----------
    city : City
    street, number : str or None
        As published.
    district : int, optional
        The stated one; a place outside it is not taken.

    Returns
    -------
    Place or None
    str or None
    """
    if street is None:
        return None, NO_STREET
    place = city.gazetteer.locate(street, number)
    if place is None:
        return None, NOT_FOUND
    if pd.notna(district):  # type: ignore[call-overload]
        stated = int(str(district))
        if not _near_district(place, stated, city.districts, city.projection):
            return None, f"{place.label} does not lie in the stated district {stated}"
    return place, None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _near_district(
    place: Place, number: int, districts: gpd.GeoDataFrame, projection: Projection
) -> bool:
    if number not in districts.index:
        return False
    area = shapely.transform(districts.geometry[number], projection.to_metric)
    point = shapely.Point(projection.to_metric([(place.lon, place.lat)])[0])
    return bool(area.distance(point) <= DISTRICT_TOLERANCE_M)


def located(city: City, place: Place, source: str | None = None) -> Located:
    """Return a place as the point of a facility, with what it was taken from.

    Parameters
    ----------
    city : City
    place : Place
        Of `Gazetteer.locate`.
    source : str, optional
        As for `locate_folder`.
    """
    language = "pl" if city.catalogue.country == "PL" else "en"
    basis = place.basis or "address"
    file = "stops.csv" if basis == "stop" else _file_of(city, place)
    # Whoever names the source of the addresses has not said where the stops are from.
    named = source if source and basis != "stop" else f"{file}, {city.catalogue.data_date}"
    text = _BASES[language][basis].format(place=place.label, source=named)
    return Located(round(place.lon, DECIMALS), round(place.lat, DECIMALS), place.precision, text)


def _file_of(city: City, place: Place) -> str:
    own = city.addresses
    if place.basis == "facility":
        return "addresses.csv"
    there = (own["lon"] == place.lon) & (own["lat"] == place.lat)
    return "addresses.csv" if there.any() else "addresses.npz"


def _report_row(
    facility: pd.Series[Any], place: Place | None, reason: str | None
) -> tuple[Any, ...]:
    return (
        facility["layer"],
        facility["name"],
        facility["street"],
        facility["housenumber"],
        place.precision if place else "not_located",
        place.label if place else None,
        reason,
        place.lon if place else None,
        place.lat if place else None,
    )


def _update(path: Path, found: Mapping[str, Located]) -> None:
    text = path.read_text(encoding="utf-8-sig")
    wanted = _updated(json.loads(text), found)
    updated = "".join(_updated_line(line, found) for line in text.splitlines(keepends=True))
    if not updated or json.loads(updated) != wanted:  # not one feature per line
        updated = one_per_line(wanted)
    write_text_atomically(path, updated)


def _updated_line(line: str, found: Mapping[str, Located]) -> str:
    body = line.strip()
    comma = "," if body.endswith(",") else ""
    try:
        feature = json.loads(body.removesuffix(","))
    except ValueError:
        return line
    if not isinstance(feature, dict) or _key(feature) not in found:
        return line
    end = line[len(line.rstrip("\r\n")) :]
    return json.dumps(_with_point(feature, found), ensure_ascii=False) + comma + end


def _key(feature: Any) -> str | None:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict) or feature.get("geometry") is not None:
        return None
    return str(properties.get("id"))


def _with_point(feature: dict[str, Any], found: Mapping[str, Located]) -> dict[str, Any]:
    located = found[str(feature["properties"]["id"])]
    properties = feature["properties"] | {
        "location_precision": located.precision,
        "location_source": located.source,
    }
    point = {"type": "Point", "coordinates": [located.lon, located.lat]}
    return feature | {"properties": properties, "geometry": point}


def _updated(collection: dict[str, Any], found: Mapping[str, Located]) -> dict[str, Any]:
    features = [
        _with_point(feature, found) if _key(feature) in found else feature
        for feature in collection["features"]
    ]
    return collection | {"features": features}


def one_per_line(collection: Mapping[str, Any]) -> str:
    """Return the text of a GeoJSON file with one feature on a line, so that changes can be read.

    Parameters
    ----------
    collection : mapping
        A FeatureCollection.

    Returns
    -------
    str
    """
    head = {key: value for key, value in collection.items() if key != "features"}
    start = json.dumps(head, ensure_ascii=False)[:-1]
    lines = ",\n".join(
        json.dumps(feature, ensure_ascii=False) for feature in collection["features"]
    )
    return f'{start}, "features": [\n{lines}\n]}}\n'
