"""Hold the facilities of a city: one frame, one schema for all layers.

The properties of a feature in ``<layer>.geojson`` are the columns below; every one is optional
in the file unless marked, and present (possibly null) in the frame.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from locator.base.geo import WGS84, FloatArray, Projection
from locator.base.reading import FaultLog, is_integer, is_iso_date, is_number, read_features
from locator.city.catalogue import PRECISIONS, STATUSES, Layer

STATUS_BASES = ("confirmed", "last_known")
"""``last_known``: open by an older list, or by an old or undated source; not seen in a newer one,
not known to be closed."""

ACCESS = ("yes", "permissive", "customers", "permit", "private", "no")
"""Who may take an AED, as OpenStreetMap's ``access`` says it."""


@dataclass(frozen=True)
class Field:
    """One property of a facility.

    Attributes
    ----------
    name : str
        Property in the GeoJSON file and column of the frame.
    kind : str
        ``text``, ``web`` (an address on the web), ``integer``, ``boolean``, ``date`` (ISO 8601,
        may be reduced to a month or year), ``choice`` or ``object``.
    required : bool
        Must be there and not null.
    choices : tuple of str
        Accepted values of a ``choice``.
    """

    name: str
    kind: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()


FIELDS: tuple[Field, ...] = (
    Field("id", required=True),  # unique in the whole folder, URL-safe: "nurseries-014"
    Field("name", required=True),  # as the operator writes it (Polish)
    Field("kind"),  # finer kind inside the layer, free text in Polish ("klub samopomocy")
    Field("centre"),  # several sites of one facility share this id; counted once
    Field("operator"),
    Field("public", "boolean"),  # run by the city or commissioned by it
    Field("street"),  # with its prefix as published: "ul. Wielicka", "os. Zielone"
    Field("housenumber"),
    Field("postcode"),
    Field("district", "integer"),  # as published; the frame fills it from the point where null
    Field("unit"),  # name of the neighbourhood unit; the frame fills it from the point where null
    Field("place_note"),  # where exactly: "parter, przy recepcji"
    Field("phone"),  # "+48 12 644 23 95"; several separated by "; "
    Field("email"),
    Field("website", "web"),
    Field("opening_hours"),  # OSM opening_hours grammar
    Field("hours_text"),  # as written at the source, when it is not in the grammar
    Field("places", "integer"),
    Field("places_basis", "choice", choices=("stated", "approximate")),
    Field("status", "choice", True, STATUSES),
    Field("status_basis", "choice", True, STATUS_BASES),
    Field("status_note"),
    Field("opened", "date"),
    Field("closed", "date"),
    Field("expected_opening", "date"),
    Field("is_new", "boolean"),  # of the last two years, or of the programme under way
    Field("access", "choice", choices=ACCESS),
    Field("indoor", "boolean"),
    Field("level"),
    Field("wheelchair", "choice", choices=("yes", "limited", "no")),
    Field("vehicle", "object"),  # moving facilities only: see locator.city.vehicle_assignments
    Field("note"),
    Field("rule"),  # the written rule that decided something here: "aed-3" (README of the folder)
    Field("source", required=True),
    Field("source_date", "date"),
    Field("licence", required=True),
    Field("verified_on", "date"),
    Field("location_precision", "choice", choices=PRECISIONS),
    Field("location_source"),
)
"""The schema. In the frame there are also ``layer``, ``address`` (street and number joined),
``x``, ``y`` (metres, NaN where not located) and ``geometry`` (WGS84 point or None)."""

_ID = re.compile(r"[a-z][a-z0-9_]*-[a-z0-9-]+")
_WEB = re.compile(r"https?://.+|[^:/]+(/.*)?", re.IGNORECASE)  # with or without its scheme
_BY_NAME = {field.name: field for field in FIELDS}
_DTYPES: Mapping[str, Any] = {"integer": "Int64", "boolean": "boolean"}


def _accepts_object(value: object) -> bool:
    return isinstance(value, dict)


_KINDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "text": (lambda value: isinstance(value, str) and bool(value.strip()), "a text or null"),
    "web": (
        lambda value: isinstance(value, str) and _WEB.fullmatch(value) is not None,
        "an address that begins with https:// or http://, or null",
    ),
    "integer": (lambda value: is_integer(value) and value >= 0, "a whole number, 0 or more"),
    "boolean": (lambda value: isinstance(value, bool), "true, false or null"),
    "date": (is_iso_date, "an ISO 8601 date: 2026-10-03, 2026-10 or 2026"),
    "object": (_accepts_object, "an object or null"),
}


@dataclass(frozen=True)
class CityArea:
    """What the facilities of a city are checked against.

    Attributes
    ----------
    boundary : shapely geometry or None
        The city, WGS84; None where it is not known because the districts have faults.
    projection : Projection
    districts : frozenset of int
        District numbers; empty where they are not known.
    margin_m : float
        How far outside the city a facility may lie.
    """

    boundary: Any
    projection: Projection
    districts: frozenset[int]
    margin_m: float


def read_facilities(
    folder: Path, layers: Iterable[Layer], area: CityArea, log: Callable[[str], FaultLog]
) -> gpd.GeoDataFrame:
    """Return the facilities of all layers in one frame; faults go to `log`.

    Parameters
    ----------
    folder : Path
    layers : iterable of Layer
        The files to read, and the order of the frame.
    area : CityArea
    log : callable
        Gives the fault log of a file name.

    Returns
    -------
    GeoDataFrame
        Index: facility id. Columns: `FIELDS` without ``id``, and ``layer``, ``address``, ``x``,
        ``y``, geometry (WGS84). ``district`` is *not* filled here, see `locator.city.model`.
    """
    rows: list[dict[str, Any]] = []
    points: list[tuple[float, float] | None] = []
    seen: Counter[object] = Counter()
    for layer in layers:
        file = log(f"{layer.id}.geojson")
        located: list[tuple[str, tuple[float, float]]] = []
        for position, item in enumerate(read_features(folder, file), 1):
            properties = item["properties"]
            name = properties.get("id") if isinstance(properties.get("id"), str) else position
            _check_properties(name, properties, layer, area, file)
            seen[name] += isinstance(name, str)
            if seen[name] > 1:
                file.add(name, "id", "is used twice", "an id that is unique in the folder")
            point = _point(name, item, file)
            if point is not None:
                located.append((str(name), point))
            rows.append({field.name: properties.get(field.name) for field in FIELDS})
            rows[-1] |= {"id": str(name), "layer": layer.id}
            points.append(point)
        check_places(located, area, file)
    return _frame(rows, points, area.projection)


def _check_properties(
    name: object, properties: Mapping[str, Any], layer: Layer, area: CityArea, log: FaultLog
) -> None:
    for key in sorted(set(properties) - set(_BY_NAME)):
        log.add(name, key, "is not in the schema", "see locator/city/facilities.py")
    for field in FIELDS:
        value = properties.get(field.name)
        if value is None:
            if field.required:
                log.add(name, field.name, "is missing", "a value: this field is required")
        elif fault := value_fault(field.name, value):
            log.add(name, field.name, *fault)
    identifier = properties.get("id")
    if isinstance(identifier, str) and not _ID.fullmatch(identifier):
        log.add(name, "id", f"is {identifier!r}", f"{layer.id}-<number or word>, URL-safe")
    district = properties.get("district")
    if is_integer(district) and area.districts and district not in area.districts:
        log.add(name, "district", f"is {district}", "the number of a district")
    if layer.moves != (properties.get("vehicle") is not None):
        allowed = "an object in a layer that moves, nothing in others"
        log.add(name, "vehicle", "is missing" if layer.moves else "is not allowed here", allowed)


def value_fault(name: str, value: object) -> tuple[str, str] | None:
    """Return what is wrong with a value of a field, and what is allowed; None where it is right.

    Parameters
    ----------
    name : str
        Of `FIELDS`.
    value : object

    Returns
    -------
    tuple of (str, str) or None
    """
    field = _BY_NAME[name]
    if field.kind == "choice":
        right, allowed = value in field.choices, ", ".join(field.choices)
    else:
        accepts, allowed = _KINDS[field.kind]
        right = accepts(value)
    return None if right else (f"is {value!r}", allowed)


def _point(name: object, item: Mapping[str, Any], log: FaultLog) -> tuple[float, float] | None:
    geometry = item["geometry"]
    precision = item["properties"].get("location_precision")
    if geometry is None:
        if precision is not None:
            log.add(name, "location_precision", f"is {precision!r} without a point", "null")
        return None
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        kind = geometry.get("type") if isinstance(geometry, dict) else geometry
        log.add(name, "geometry", f"is a {kind}", "a Point or null")
        return None
    coordinates = geometry.get("coordinates")
    if (
        not isinstance(coordinates, list)
        or len(coordinates) not in (2, 3)
        or not all(map(is_number, coordinates))
    ):
        log.add(name, "geometry", f"has coordinates {coordinates!r}", "[lon, lat] in degrees")
        return None
    if precision is None:
        log.add(name, "location_precision", "is missing", ", ".join(PRECISIONS))
    return float(coordinates[0]), float(coordinates[1])


def check_places(
    located: list[tuple[str, tuple[float, float]]], area: CityArea, log: FaultLog
) -> None:
    """Note the points that lie outside the city, or have lon and lat swapped."""
    if not located or area.boundary is None:
        return
    lonlat = np.array([point for _, point in located])
    outside = np.flatnonzero(~shapely.contains_xy(area.boundary, lonlat))
    if not len(outside):
        return
    for i, away_m in zip(outside, _distance_m(lonlat[outside], area), strict=True):
        name, (lon, lat) = located[i]
        if shapely.contains_xy(area.boundary, lat, lon):
            log.add(name, "geometry", f"lies at {lon}, {lat}: swapped", "[lon, lat], in this order")
        elif away_m > area.margin_m:
            log.add(
                name,
                "geometry",
                f"lies at {lon}, {lat}: outside the city",
                f"a point in the city or at most {area.margin_m:g} m from it",
            )


def _distance_m(lonlat: FloatArray, area: CityArea) -> FloatArray:
    """Return how far (n, 2) points lie from the city; infinitely far where there is no place."""
    city = shapely.transform(area.boundary, area.projection.to_metric)
    shapely.prepare(city)
    away_m = np.full(len(lonlat), np.inf)
    xy = area.projection.to_metric(lonlat)
    real = (np.abs(lonlat) <= (180, 90)).all(axis=1) & np.isfinite(xy).all(axis=1)
    away_m[real] = shapely.distance(city, shapely.points(xy[real]))
    return away_m


def _frame(
    rows: list[dict[str, Any]],
    points: list[tuple[float, float] | None],
    projection: Projection,
) -> gpd.GeoDataFrame:
    columns = {name: _column(name, [row[name] for row in rows]) for name in (*_BY_NAME, "layer")}
    frame = pd.DataFrame(columns)
    frame["address"] = pd.Series(
        [joined_address(row["street"], row["housenumber"]) for row in rows], dtype="object"
    )
    lonlat = np.array([point or (np.nan, np.nan) for point in points], dtype=float).reshape(-1, 2)
    known = np.isfinite(lonlat).all(axis=1)
    xy = np.full(lonlat.shape, np.nan)
    xy[known] = projection.to_metric(lonlat[known])
    frame["x"], frame["y"] = xy[:, 0], xy[:, 1]
    geometry = np.full(len(rows), None, dtype=object)
    geometry[known] = shapely.points(lonlat[known])
    frame.index = pd.Index(frame.pop("id"), name="id", dtype="object")
    return gpd.GeoDataFrame(frame, geometry=geometry, crs=WGS84)


def _column(name: str, values: list[Any]) -> pd.Series[Any]:
    kind = _BY_NAME[name].kind if name in _BY_NAME else "text"
    if kind not in _DTYPES:
        return pd.Series(values, dtype="object")
    accepts, _ = _KINDS[kind]
    # A wrong value has its fault already, and the frame is thrown away then.
    clean = [value if value is None or accepts(value) else None for value in values]
    return pd.Series(clean, dtype="object").astype(_DTYPES[kind])


def joined_address(street: object, number: object) -> str | None:
    """Return street and number as one text; None where the street is not known.

    Parameters
    ----------
    street, number : str or None

    Returns
    -------
    str or None
    """
    if not street:
        return None
    return f"{street} {number}" if number else str(street)
