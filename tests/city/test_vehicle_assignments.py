"""The vehicles of moving facilities fit the timetable and the stops."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.breaking import edit_feature, fault, faults
from tests.tinycity import vehicles, write_json

VEHICLE: dict[str, Any] = vehicles()[0]["properties"]["vehicle"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("unit", "one", "vehicle.unit: is 'one'"),
        ("fleet_number", 7, "vehicle.fleet_number: is 7"),
        ("assignment", "sure", "vehicle.assignment: is 'sure'"),
        ("line", "2", "vehicle.line: is '2' (allowed: '1')"),
        ("line", 1, "vehicle.line: is 1 (allowed: a text or null)"),
        ("headsign", ["Polna"], "vehicle.headsign: is ['Polna'] (allowed: a text or null)"),
        ("first_departure", "06:00", "vehicle.first_departure: is '06:00' (allowed: minutes"),
        ("first_departure", -1, "vehicle.first_departure: is -1 (allowed: minutes, 0 to 2160"),
        ("headsign", "Rynek", "vehicle.headsign: is 'Rynek' (allowed: 'Lipowa', 'Polna')"),
        ("headsign", "Lipowa", "vehicle.first_departure: is 360"),
        ("first_departure", 361, "vehicle.first_departure: is 361"),
        ("base", "Lipowa", "vehicle.base: is 'Lipowa'"),
        ("base", {"name": "Lipowa", "stop": 5}, "vehicle.base.stop: is 5"),
    ],
)
def test_each_wrong_part_is_named(tiny_folder: Path, field: str, value: Any, said: str) -> None:
    edit_feature(tiny_folder, "vehicles.geojson", vehicle=VEHICLE | {field: value})
    assert fault(tiny_folder).startswith(f"vehicles.geojson: vehicles-1: {said}")


def test_a_free_line_is_checked_too(tiny_folder: Path) -> None:
    free = {"line": "52", "headsign": None, "first_departure": None}
    edit_feature(tiny_folder, "vehicles.geojson", vehicle=VEHICLE | free)
    assert faults(tiny_folder) == []
    edit_feature(tiny_folder, "vehicles.geojson", vehicle=VEHICLE | free | {"line": 52})
    assert fault(tiny_folder) == (
        "vehicles.geojson: vehicles-1: vehicle.line: is 52 (allowed: a text or null)"
    )


def test_one_vehicle_carries_one_unit(tiny_folder: Path) -> None:
    known = VEHICLE | {"fleet_number": "RY801", "assignment": "confirmed"}
    second = vehicles()[0]
    second["properties"] |= {"id": "vehicles-2", "vehicle": known}
    write_json(tiny_folder / "vehicles.geojson", [*vehicles(), second])
    edit_feature(tiny_folder, "vehicles.geojson", vehicle=known | {"unit": 2})
    assert fault(tiny_folder).endswith(
        "fleet_number: is 'RY801', as another one's (allowed: each once)"
    )
    edit_feature(tiny_folder, "vehicles.geojson", vehicle=VEHICLE)
    assert "unit: is 1, as another one's (allowed: each once)" in fault(tiny_folder)


def test_a_moving_facility_needs_a_vehicle(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, "vehicles.geojson", vehicle=None)
    assert fault(tiny_folder).startswith("vehicles.geojson: vehicles-1: vehicle: is missing")


def test_a_known_vehicle_is_accepted(tiny_folder: Path) -> None:
    known = {"fleet_number": "RY801", "assignment": "confirmed"}
    edit_feature(tiny_folder, "vehicles.geojson", vehicle=VEHICLE | known)
    assert faults(tiny_folder) == []
