"""Turn the rows of a source into records with our own names, or say why they cannot be believed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any

import numpy as np
import shapely

from locator.base.errors import N_
from locator.base.geo import Projection
from locator.city.facilities import joined_address
from locator.city.model import City
from locator.curation.refresh.fetching import SourceError
from locator.curation.refresh.replies import ID, LAT, LON, Row, Rows
from locator.curation.refresh.sources import ADDRESSES, GRID, TIMETABLE, WATCHED, Source
from locator.curation.refresh.values import (
    field_value,
    hours_values,
    split_address,
    text_or_none,
    whole,
    without_telephones,
)
from locator.geocoding.names import fold, parse_name, spelt

Point = tuple[float, float]

NOTED = "Według źródła: "
"""Begins a note that a source makes; another one was written by people, and stays."""

PLACE = "@place"
"""Stands for the place among fields."""

LONGEST_NAME = 60
"""Of a name that is made of where something hangs."""

DECIMALS = 6
_REMOVED = {True: "(numer usunięto)", False: "(number removed)"}
_CELL = re.compile(r"CRS(\d+)RES1000mN(\d+)000E(\d+)000")


@dataclass(frozen=True)
class Record:
    """One thing that a source lists.

    Attributes
    ----------
    key : str
        Its id at the source, or name and address where the source has no ids.
    values : mapping
        Our fields; those about which the source says nothing are not there.
    point : tuple of float or None
        Lon, lat.
    ours : mapping
        Of one that was decided on: what is otherwise here, and was to stay so.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    point: Point | None = None
    ours: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called."""
        address = joined_address(self.values.get("street"), self.values.get("number"))
        return str(self.values.get("name") or address or self.key)


def records_of(source: Source, rows: Rows, city: City) -> tuple[Record, ...]:
    """Return what a source lists for this city, each thing once.

    Raises
    ------
    SourceError
        A column is not there any more, coordinates are of another system, or there are fewer
        rows than the source has at least.
    """
    _refuse_changed(source, rows.rows)
    chosen = [row for row in rows.rows if _wanted(source, row)]
    points = _points(source, chosen)
    found: dict[str, Record] = {}
    for row, point in zip(chosen, _inside(source, points, city), strict=True):
        if isinstance(point, str):  # it lies elsewhere
            continue
        record = _RECORDS.get(source.into, _facility)(source, row, point, city)
        if record is not None:
            found.setdefault(record.key, record)
    if source.into == GRID:
        found = {key: record for key, record in found.items() if _in_city(record, city)}
    if len(found) < source.least_rows:
        raise SourceError(
            N_("It lists {count} for this city, fewer than the {least} that there are at least."),
            count=len(found),
            least=source.least_rows,
        )
    return tuple(found.values())


def _refuse_changed(source: Source, rows: Iterable[Row]) -> None:
    there = {column for row in rows for column in row}
    asked = [*source.columns.values(), *source.only]
    missing = sorted(
        column
        for columns in asked
        for column in ([columns] if isinstance(columns, str) else columns[:1])
        if column not in there
    )
    if missing:
        raise SourceError(
            N_("It has no column {missing} any more; there are: {there}."),
            missing=", ".join(missing),
            there=", ".join(sorted(there))[:500] or "–",
        )


def _wanted(source: Source, row: Row) -> bool:
    return all(
        fold(str(row.get(column) or "")) == fold(value) for column, value in source.only.items()
    )


def _points(source: Source, rows: list[Row]) -> list[Point | None]:
    """Return where each row is, in degrees."""
    pair = source.columns.get("lonlat") or source.maybe.get("lonlat")
    raw = [_pair(row.get(pair)) if isinstance(pair, str) else _of_row(row) for row in rows]
    known = [i for i, point in enumerate(raw) if point is not None]
    if source.crs == "EPSG:4326" or not known:
        return raw
    xy = np.array([raw[i] for i in known], dtype=float)
    made: list[Point | None] = [None] * len(rows)
    for i, lonlat in zip(known, Projection(source.crs).to_lonlat(xy).tolist(), strict=True):
        made[i] = (lonlat[0], lonlat[1]) if np.isfinite(lonlat).all() else None
    return made


def _of_row(row: Row) -> Point | None:
    try:
        point = float(row[LON]), float(row[LAT])
    except (KeyError, TypeError, ValueError):
        return None
    return point if np.isfinite(point).all() else None


def _pair(value: object) -> Point | None:
    match = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*;\s*(-?\d+(?:\.\d+)?)\s*", str(value))
    return (float(match[1]), float(match[2])) if match else None


def _inside(source: Source, points: list[Point | None], city: City) -> list[Point | str | None]:
    """Return the points in the city; ``"outside"`` for a row that has no other place.

    Where hardly any point lies on the Earth, or they lie in the city the other way round, the
    coordinates are not what they are said to be.
    """
    known = np.array([point or (np.nan, np.nan) for point in points], dtype=float).reshape(-1, 2)
    there = np.isfinite(known).all(axis=1)
    if not there.any():
        return list(points)
    degrees = (np.abs(known[there]) <= (180.0, 90.0)).all(axis=1)
    area = shapely.buffer(
        city.boundary, city.catalogue.facilities_margin_m / 70_000
    )  # degrees, wide enough
    inside = np.zeros(len(known), dtype=bool)
    inside[there] = shapely.contains_xy(area, known[there])
    turned = shapely.contains_xy(area, known[there][:, ::-1])
    if not degrees.all() or turned.sum() > inside.sum():
        raise SourceError(
            N_("Its coordinates are not lon, lat in degrees: {lon}, {lat}."),
            lon=f"{known[there][0, 0]:g}",
            lat=f"{known[there][0, 1]:g}",
        )
    elsewhere = None if source.only else "outside"
    rounded = [point and (round(point[0], DECIMALS), round(point[1], DECIMALS)) for point in points]
    return [
        point if ok or point is None else elsewhere
        for point, ok in zip(rounded, inside, strict=True)
    ]


def _facility(source: Source, row: Row, point: Point | None, city: City) -> Record | None:
    values: dict[str, Any] = {"status": "open", "status_basis": "confirmed"}
    for name, columns in {**source.columns, **source.maybe}.items():
        value = _first(row, columns)
        if value is None or name in ("lonlat", "source_id"):
            continue
        if name == "address":
            street, number = split_address(value)
            values.setdefault("street", street)
            if number:
                values.setdefault("housenumber", number)
        elif name == "suspended":
            if field_value("public", value):
                values |= {"status": "closed", "status_note": NOTED + "działalność zawieszona."}
        elif name == "opening_hours":
            values |= hours_values(value)
        elif name == "kind":
            if value.casefold() in city.kinds:  # another one is no word of this city folder
                values[name] = value.casefold()
        else:
            made = _district(value, city) if name == "district" else field_value(name, value)
            if made is not None:
                values[name] = made
    if "place_note" in values:
        removed = _REMOVED[city.catalogue.country == "PL"]
        values["place_note"] = without_telephones(values["place_note"], removed)
    _complete(source, row, values)
    if "name" not in values:
        return None
    return Record(_key(source, row, values), values, point)


def _complete(source: Source, row: Row, values: dict[str, Any]) -> None:
    """Add what is made of several columns: a name with its prefix, a note, what places are."""
    prefix = source.name_prefix
    if prefix and not fold(values.get("name", "")).startswith(fold(prefix)):
        name = f"{prefix} – {values['name']}" if "name" in values else prefix
        values["name"] = shorten(name, LONGEST_NAME, placeholder="…")
    said = [
        f"{words} {value}"
        for words, column in source.note.items()
        if (value := text_or_none(row.get(column))) is not None
    ]
    if said:
        values["note"] = f"{NOTED}{'; '.join(said)}."
    if "places" in values:
        values["places_basis"] = "stated"


def _first(row: Row, columns: str | tuple[str, ...]) -> str | None:
    names = (columns,) if isinstance(columns, str) else columns
    return next(filter(None, (text_or_none(row.get(name)) for name in names)), None)


def _key(source: Source, row: Row, values: Mapping[str, Any]) -> str:
    column = source.columns.get("source_id") or source.maybe.get("source_id")
    stated = row.get(ID) if column is None else _first(row, column)
    if stated is not None:
        return str(stated)
    parts = (fold(str(values.get(name, ""))) for name in ("name", "street", "housenumber"))
    return "|".join(parts)


def _district(value: str, city: City) -> int | None:
    """Return the number of a district by its number, numeral or name."""
    words = fold(value).split()
    number = whole(text_or_none(value.partition(".")[0]) or "")
    if number in city.districts.index:
        return number
    for found, district in city.districts.iterrows():
        roman, name = fold(str(district["roman"] or "")), fold(str(district["name"]))
        if (roman and roman in words) or " ".join(words).endswith(name):
            return int(str(found))
    return None


def _address(source: Source, row: Row, point: Point | None, city: City) -> Record | None:
    street, number = (_first(row, source.columns[name]) for name in ("street", "number"))
    if street is None or number is None or point is None:
        return None
    return Record(address_key(street, number), {"street": street, "number": number}, point)


def address_key(street: str, number: str) -> str:
    """Return what an address is recognised by."""
    kind = parse_name(street).kind or "ulica"
    return f"{kind} {' '.join(spelt(street))} {''.join(number.split()).upper()}"


def _cell(source: Source, row: Row, point: Point | None, city: City) -> Record | None:
    """Return a census cell; what is no count of people (-9999) is secret, and stays unknown."""
    match = _CELL.fullmatch(str(row.get(str(source.columns["cell"]), "")))
    if match is None or f"EPSG:{match[1]}" != city.catalogue.crs_grid:
        return None
    values = {"north_km": int(match[2]), "east_km": int(match[3])}
    for name, column in {**source.columns, **source.maybe}.items():
        if name != "cell":
            number = whole(str(row.get(str(column), "")))
            if number is not None:
                values[name] = number
    return Record(f"E{values['east_km']}N{values['north_km']}", values)


def _in_city(record: Record, city: City) -> bool:
    if not record.values.get("people"):
        return False
    east, north = (record.values[name] * 1000 for name in ("east_km", "north_km"))
    corners = [(east + dx, north + dy) for dx, dy in ((0, 0), (1000, 0), (1000, 1000), (0, 1000))]
    square = shapely.Polygon(Projection(city.catalogue.crs_grid).to_lonlat(corners))
    return bool(shapely.intersects(city.boundary, square))


def _watched(source: Source, row: Row, point: Point | None, city: City) -> Record:
    if source.columns or source.maybe:
        chosen = {**source.columns, **source.maybe}
        values = {name: _first(row, columns) for name, columns in chosen.items()}
        key = _key(source, row, values)
    else:
        values = {name: text_or_none(value) for name, value in row.items() if name[0] != "@"}
        key = str(row[ID])
    return Record(key, {name: value for name, value in values.items() if value is not None}, point)


_RECORDS = {ADDRESSES: _address, GRID: _cell, WATCHED: _watched, TIMETABLE: _watched}
