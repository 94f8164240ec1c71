"""Read what was corrected in a city folder, and put it over the facilities as their files say them.

``overrides.toml`` holds one table ``[[override]]`` for each correction, in the order in which they
hold: of two that change one field the later one counts. The layers' files stay as their sources
wrote them, so that a refreshed file keeps its corrections.

The fields have the rules of the layers' files (`locator.city.facilities.value_fault`), said once
for both, and not types of their own as the other TOML files have (`locator.base.toml`): a faulty
correction is left out, where those put an example in the place of what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from locator.base.opening_hours.state import is_valid_hours
from locator.base.reading import WHOLE, FaultLog, is_iso_date, is_number, read_toml
from locator.city.catalogue import Layer
from locator.city.facilities import CityArea, check_places, joined_address, value_fault

FILE = "overrides.toml"
TABLE = "override"

CHANGEABLE = (
    "status",
    "closed",
    "status_note",
    "phone",
    "opening_hours",
    "hours_text",
    "wheelchair",
    "street",
    "housenumber",
    "postcode",
    "place_note",
    "verified_on",
)
"""Fields of a facility that an override may change, beside where it is."""

PLACE = ("lon", "lat", "location_precision", "location_source")
"""Where it is: all four or none."""

ABOUT = ("facility", "date", "source", "report")
"""What an override says of itself; only ``report`` may be missing."""

TAKES_WITH: Mapping[str, tuple[str, ...]] = {
    "opening_hours": ("hours_text",),
    "hours_text": ("opening_hours",),
    "status": ("status_note", "expected_opening", "closed"),
    "street": ("housenumber", "postcode", "place_note"),
    "lon": ("district", "unit", "postcode", "place_note"),
}
"""What was said of the former state, and is not known any more once a field is corrected."""


@dataclass(frozen=True)
class Override:
    """A correction of one facility.

    Attributes
    ----------
    facility : str
        Id of the facility.
    date : str
        When it was decided (ISO 8601).
    source : str
        Who said so, in a few words.
    report : str or None
        Id of the resident's report that it came from.
    changes : mapping
        `CHANGEABLE` and `PLACE` fields with their new values.
    """

    facility: str
    date: str
    source: str
    report: str | None
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def corrects(self) -> bool:
        """Whether it changes anything; False where it only confirms."""
        return set(self.changes) != {"verified_on"}


def read_overrides(
    folder: Path,
    log: FaultLog,
    *,
    facilities: gpd.GeoDataFrame,
    layers: Mapping[str, Layer],
    area: CityArea,
) -> tuple[Override, ...]:
    """Return the corrections of a folder in their order; faults go to `log`.

    A folder without the file has none. The parameters are those of `parse_overrides`.
    """
    if not (folder / FILE).exists():
        return ()
    content = read_toml(folder, log) or {}
    return parse_overrides(content, log, facilities=facilities, layers=layers, area=area)


def parse_overrides(
    content: Mapping[str, Any],
    log: FaultLog,
    *,
    facilities: gpd.GeoDataFrame,
    layers: Mapping[str, Layer],
    area: CityArea,
) -> tuple[Override, ...]:
    """Return the corrections that the content of the file says; faults go to `log`.

    Parameters
    ----------
    content : mapping
        What the TOML file holds.
    log : FaultLog
    facilities : GeoDataFrame
        As `locator.city.facilities.read_facilities` returns them.
    layers : mapping of str to Layer
    area : CityArea
        What points are checked against.

    Returns
    -------
    tuple of Override
        Those without faults.
    """
    for key in sorted(set(content) - {TABLE}):
        log.add(WHOLE, key, "is unknown", f"tables [[{TABLE}]]")
    entries = content.get(TABLE, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        log.add(WHOLE, TABLE, "is not a list of tables", f"tables [[{TABLE}]]")
        return ()
    found = []
    moves = {
        str(name): layers[layer].moves
        for name, layer in zip(facilities.index, facilities["layer"], strict=True)
    }
    for position, entry in enumerate(entries, 1):
        before = len(log.faults)
        _check_entry(str(entry.get("facility", position)), entry, log, moves, area)
        if len(log.faults) == before:
            changes = {key: value for key, value in entry.items() if key not in ABOUT}
            about = {key: entry.get(key) for key in ABOUT}
            found.append(Override(**about, changes=changes))
    return tuple(found)


def _check_entry(
    name: str,
    entry: Mapping[str, Any],
    log: FaultLog,
    moves: Mapping[str, bool],
    area: CityArea,
) -> None:
    known = (*ABOUT, *CHANGEABLE, *PLACE)
    for key in sorted(set(entry) - set(known)):
        log.add(name, key, "cannot be changed by an override", ", ".join(known))
    facility = entry.get("facility")
    if not isinstance(facility, str) or facility not in moves:
        log.add(name, "facility", f"is {facility!r}", "the id of a facility of this folder")
    for key in ("source", "report"):
        value = entry.get(key)
        if (value is not None or key == "source") and not _is_text(value):
            log.add(name, key, "is missing" if value is None else f"is {value!r}", "a text")
    if not is_iso_date(entry.get("date")) or len(entry["date"]) != len("2026-01-31"):
        log.add(name, "date", f"is {entry.get('date')!r}", "a day of ISO 8601: 2026-10-03")
    changes = {key: entry[key] for key in (*CHANGEABLE, *PLACE) if key in entry}
    if not changes:
        log.add(name, WHOLE, "changes nothing", ", ".join((*CHANGEABLE, *PLACE)))
    for key, value in changes.items():
        fault = None if key in ("lon", "lat") else value_fault(key, value)
        if fault is not None:
            log.add(name, key, *fault)
    if "closed" in changes and changes.get("status") != "closed":
        log.add(name, "status", f"is {changes.get('status')!r}", "closed, where closed has a date")
    hours = changes.get("opening_hours")
    if isinstance(hours, str) and hours.strip() and not is_valid_hours(hours):
        log.add(name, "opening_hours", f"is {hours!r}", "hours in OpenStreetMap's grammar")
    if set(changes) & set(PLACE):
        _check_place(name, changes, log, area, moves=moves.get(str(facility), False))


def _check_place(
    name: str, changes: Mapping[str, Any], log: FaultLog, area: CityArea, *, moves: bool
) -> None:
    if moves:
        log.add(name, "lon", "is not allowed here", "no place in a layer that moves")
        return
    missing = [key for key in PLACE if key not in changes]
    for key in missing:
        log.add(name, key, "is missing", f"all of {', '.join(PLACE)}")
    wrong = [key for key in ("lon", "lat") if key in changes and not is_number(changes[key])]
    for key in wrong:
        log.add(name, key, f"is {changes[key]!r}", "degrees")
    if not wrong and not missing:
        check_places([(name, (float(changes["lon"]), float(changes["lat"])))], area, log)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def overridden(
    facilities: gpd.GeoDataFrame, overrides: Iterable[Override], area: CityArea
) -> gpd.GeoDataFrame:
    """Return the facilities with their corrections, later ones over earlier ones."""
    overrides = tuple(overrides)
    # Where an id is used twice the folder is refused anyway, and nobody could say which is meant.
    if not overrides or not facilities.index.is_unique:
        return facilities
    changed = facilities.copy()
    for override in overrides:
        for column, value in _values(changed.loc[override.facility], override, area).items():
            changed.at[override.facility, column] = value
    return changed


def _values(row: pd.Series[Any], override: Override, area: CityArea) -> dict[str, Any]:
    """Return the columns that an override sets, and those that it empties."""
    changes = override.changes
    values: dict[str, Any] = {}
    for key, others in TAKES_WITH.items():
        if key in changes:
            values |= {other: pd.NA if other == "district" else None for other in others}
    values |= {key: value for key, value in changes.items() if key not in ("lon", "lat")}
    if "status" in changes or ("verified_on" in changes and row["status"] == "open"):
        values["status_basis"] = "confirmed"
    if "street" in values or "housenumber" in values:
        street, number = (values.get(key, row[key]) for key in ("street", "housenumber"))
        values["address"] = joined_address(street, number)
    if "lon" in changes:
        lonlat = (float(changes["lon"]), float(changes["lat"]))
        ((values["x"], values["y"]),) = area.projection.to_metric([lonlat])
        values["geometry"] = shapely.Point(lonlat)
    return values


def overrides_of(overrides: Iterable[Override], facility: str) -> tuple[Override, ...]:
    """Return the corrections of one facility, the latest first.

    Parameters
    ----------
    overrides : iterable of Override
        As they hold: the later over the earlier.
    facility : str

    Returns
    -------
    tuple of Override
    """
    return tuple(one for one in overrides if one.facility == facility)[::-1]
