"""The vehicles of moving facilities fit the timetable and the stops."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.breaking import edit_feature, fault, faults
from tests.tinycity import vehicles

VEHICLE: dict[str, Any] = vehicles()[0]["properties"]["vehicle"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("unit", "one", "vehicle.unit: is 'one'"),
        ("fleet_number", 7, "vehicle.fleet_number: is 7"),
        ("assignment", "sure", "vehicle.assignment: is 'sure'"),
        ("line", "2", "vehicle.line: is '2' (allowed: '1')"),
        ("headsign", "Lipowa", "vehicle.headsign: is 'Lipowa'"),
        ("pattern", 2, "vehicle.pattern: is 2 (allowed: 0 to 1)"),
        ("first_departure", 361, "vehicle.first_departure: is 361"),
        ("base", "Lipowa", "vehicle.base: is 'Lipowa'"),
        ("base", {"name": "Lipowa", "stop": 5}, "vehicle.base.stop: is 5"),
    ],
)
def test_each_wrong_part_is_named(tiny_folder: Path, field: str, value: Any, said: str) -> None:
    edit_feature(tiny_folder, "vehicles.geojson", vehicle=VEHICLE | {field: value})
    assert fault(tiny_folder).startswith(f"vehicles.geojson: vehicles-1: {said}")


def test_a_moving_facility_needs_a_vehicle(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, "vehicles.geojson", vehicle=None)
    assert fault(tiny_folder).startswith("vehicles.geojson: vehicles-1: vehicle: is missing")


def test_a_known_vehicle_is_accepted(tiny_folder: Path) -> None:
    known = {"fleet_number": "RY801", "assignment": "confirmed"}
    edit_feature(tiny_folder, "vehicles.geojson", vehicle=VEHICLE | known)
    assert faults(tiny_folder) == []
