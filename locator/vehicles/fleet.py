"""Read which vehicles carry an AED from a city, and write down which one it really is."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any

import pandas as pd

from locator.base.errors import N_, InvalidParameterError, NotFoundError
from locator.base.files import locked, write_bytes_atomically
from locator.city.model import City
from locator.city.usability import is_assumed
from locator.vehicles import BaseKind, Vehicle
from locator.vehicles.own import own_stop_id, own_timetable
from locator.vehicles.timetable import Timetable

FLEET_NUMBER = re.compile(r"(?:[A-Za-z0-9]{1,8}:)?[A-Za-z0-9]{1,12}")


def vehicles_of(city: City, timetables: Sequence[Timetable]) -> tuple[Vehicle, ...]:
    """Return the vehicles of every layer that moves, in the order of the city's facilities.

    Parameters
    ----------
    city : City
    timetables : sequence of Timetable
        Those of the city, which know where a tour begins.

    Returns
    -------
    tuple of Vehicle
    """
    moving = [layer.id for layer in city.catalogue.layers.values() if layer.moves]
    rows = city.facilities[city.facilities["layer"].isin(moving)]
    first_stops = {
        (table.lines[path], table.headsigns[path], table.stop_ids[table.path_stop[first]])
        for table in timetables
        for path, first in enumerate(table.path_first[:-1])
    }
    return tuple(
        _vehicle(str(row_id), row, city.stops, first_stops) for row_id, row in rows.iterrows()
    )


def _vehicle(
    row_id: str, row: Any, stops: pd.DataFrame, first_stops: Set[tuple[str, str, str]]
) -> Vehicle:
    told = row["vehicle"] if isinstance(row["vehicle"], dict) else {}
    first = told.get("first_departure")
    number = told.get("fleet_number")
    base = told.get("base") or {}
    lon, lat = _base_point(base.get("stop"), row["geometry"], stops)
    return Vehicle(
        id=row_id,
        layer=str(row["layer"]),
        name=str(row["name"]),
        unit=str(told.get("unit", row_id)),
        fleet_number=str(number) if number else None,
        assignment="assumed" if is_assumed(told) else "confirmed",
        line=_text(told.get("line")),
        headsign=_text(told.get("headsign")),
        first_departure_min=int(first) if first is not None else None,
        base_name=_text(base.get("name")),
        base_lon=lon,
        base_lat=lat,
        base_is=_base_kind(base.get("stop"), told, first_stops),
    )


def _base_kind(
    stop: object, told: Mapping[str, Any], first_stops: Set[tuple[str, str, str]]
) -> BaseKind:
    if not isinstance(stop, int):
        return "place"
    begins = (told.get("line"), told.get("headsign"), own_stop_id(stop)) in first_stops
    return "first_stop" if begins else "stop"


def _base_point(stop: object, point: Any, stops: pd.DataFrame) -> tuple[float, float]:
    """Return lon, lat of the base: its stop, else the facility's point, else NaN."""
    if isinstance(stop, int):
        return float(stops["lon"].iloc[stop]), float(stops["lat"].iloc[stop])
    if point is None or point.is_empty:
        return math.nan, math.nan
    return float(point.x), float(point.y)


def _text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None


def assign_vehicle(
    city: City, unit: str, *, fleet_number: str | None, line: str | None = None
) -> Path:
    """Write into the city folder which vehicle carries `unit`; return the file written.

    Parameters
    ----------
    city : City
        As loaded from the folder that is written to.
    unit : str
        Which AED, as its ``vehicle.unit`` says, or the facility's id.
    fleet_number : str or None
        ``"RF302"`` or ``"T:302"``; None takes a number back: the vehicle is assumed again.
    line : str, optional
        The line that it runs on by rule, for when no feed says.

    Returns
    -------
    Path

    Raises
    ------
    NotFoundError
        No such unit.
    InvalidParameterError
        Not a fleet number, or one that another unit has.
    LockedError, WriteError
        Another program is changing the folder, or it cannot be written.
    """
    if fleet_number is not None and not FLEET_NUMBER.fullmatch(fleet_number):
        raise InvalidParameterError(
            N_('"{number}" is not a fleet number: letters and digits, with a feed in front: T:302'),
            parameter="fleet_number",
            number=fleet_number,
        )
    moving = [layer.id for layer in city.catalogue.layers.values() if layer.moves]
    paths = [city.folder / f"{layer}.geojson" for layer in moving]
    with locked(city.folder):
        read = {path: json.loads(path.read_text("utf-8")) for path in paths}
        features = [(path, f) for path, whole in read.items() for f in whole["features"]]
        path, feature = _find_unit(features, unit)
        _refuse_second(features, feature, fleet_number)
        _note_number(feature["properties"], fleet_number)
        if line is not None:
            feature["properties"]["vehicle"].update(_first_tour(city, line))
        write_features(path, read[path])
    return path


_KEPT = ("line", "headsign", "first_departure")


def _note_number(properties: dict[str, Any], number: str | None) -> None:
    """Change name, note and ``vehicle`` of a feature; the assumption is kept for the way back."""
    told = properties["vehicle"]
    if number is None:
        assumed = told.pop("assumed", None)
        if assumed:
            told.update({key: assumed[key] for key in _KEPT})
            properties.update({key: assumed[key] for key in ("name", "note")})
    elif "assumed" not in told:
        told["assumed"] = {
            **{key: told.get(key) for key in _KEPT},
            **{key: properties.get(key) for key in ("name", "note")},
        }
    if number is not None:
        properties.update({"name": f"AED {number}", "note": None})
    told.update(fleet_number=number, assignment="confirmed" if number else "assumed")


def _refuse_second(
    features: list[tuple[Path, dict[str, Any]]], feature: dict[str, Any], number: str | None
) -> None:
    for _, other in features:
        told = other["properties"].get("vehicle") or {}
        if other is not feature and number and told.get("fleet_number") == number:
            raise InvalidParameterError(
                N_("{number} already carries unit {unit}: take it back there first"),
                parameter="fleet_number",
                number=number,
                unit=told.get("unit"),
            )


def _first_tour(city: City, line: str) -> dict[str, object]:
    """Return the members of ``vehicle`` for the first working-day tour of `line`.

    A line that only an imported timetable has is declared by name alone: its first departure
    of the day counts.
    """
    table = own_timetable(city)
    if table is None or not len(trips := table.working_day_trips(line)):
        return {"line": line, "headsign": None, "first_departure": None}
    path = table.trip_path[trips].min()
    first_s = table.trip_start_s[trips][table.trip_path[trips] == path].min()
    return {
        "line": line,
        "headsign": table.headsigns[path],
        "first_departure": int(first_s) // 60,
    }


def _find_unit(
    features: list[tuple[Path, dict[str, Any]]], unit: str
) -> tuple[Path, dict[str, Any]]:
    for path, feature in features:
        properties = feature["properties"]
        told = properties.get("vehicle") or {}
        if unit in (str(told.get("unit")), str(properties.get("id"))):
            properties["vehicle"] = dict(told)
            return path, feature
    known = ", ".join(str((f["properties"].get("vehicle") or {}).get("unit")) for _, f in features)
    raise NotFoundError(
        N_('there is no unit "{unit}"; units on file: {known}'),
        parameter="unit",
        unit=unit,
        known=known or "-",
    )


def write_features(path: Path, collection: dict[str, Any]) -> None:
    """Write a GeoJSON collection, one feature a line, whole or not at all."""
    members = {key: value for key, value in collection.items() if key != "features"}
    head = json.dumps(members, ensure_ascii=False)[:-1]
    rows = ",\n".join(json.dumps(f, ensure_ascii=False) for f in collection["features"])
    write_bytes_atomically(path, f'{head}, "features": [\n{rows}\n]}}\n'.encode())
