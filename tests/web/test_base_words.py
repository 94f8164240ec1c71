"""Off service a vehicle is put where the folder says, and every surface says what that is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from locator.city.model import load_city
from locator.cli.main import main
from locator.vehicles.positions import load_fleet
from tests.breaking import edit_feature
from tests.serving import client_of
from tests.tinycity import vehicles

VEHICLE: dict[str, Any] = vehicles()[0]["properties"]["vehicle"]
NIGHT = "at=2026-11-24T03:00"


def client_with(folder: Path, **vehicle: Any) -> FlaskClient:
    edit_feature(folder, "vehicles.geojson", vehicle=VEHICLE | vehicle)
    return client_of(folder)


@pytest.mark.parametrize(
    ("change", "base_is"),
    [
        ({}, "first_stop"),
        ({"base": {"name": "Polna", "stop": 2}}, "stop"),
        ({"headsign": None}, "stop"),
        ({"base": {"name": "Zajezdnia", "stop": None}}, "place"),
    ],
)
def test_a_base_is_a_stop_or_a_place(
    tiny_folder: Path, change: dict[str, Any], base_is: str
) -> None:
    edit_feature(tiny_folder, "vehicles.geojson", vehicle=VEHICLE | change)
    assert [vehicle.base_is for vehicle in load_fleet(load_city(tiny_folder)).vehicles] == [base_is]


def test_a_stop_is_never_called_a_depot(tiny_folder: Path) -> None:
    client = client_with(tiny_folder)
    words = "the stop where its tour begins, Lipowa: its depot is not published."
    assert words in client.get("/en/facilities/vehicles-1").get_data(as_text=True)
    (drawn,) = json.loads(client.get(f"/en/aed/vehicles.geojson?{NIGHT}").data)["features"]
    assert drawn["properties"]["lines"][1:3] == [
        "Off service at this hour.",
        f"Off service it is drawn at {words}",
    ]
    (answered,) = json.loads(client.get(f"/api/vehicles?{NIGHT}").data)["unconfirmed"]
    assert answered["properties"]["basis"] == "base"
    assert (answered["properties"]["base"], answered["properties"]["base_is"]) == (
        "Lipowa",
        "first_stop",
    )
    args = ["vehicles", "list", "--geodata", str(tiny_folder), "--at", "2026-11-24T03:00"]
    assert "No depot is published" in CliRunner().invoke(main, args).output


def test_a_place_on_file_is_called_the_base(tiny_folder: Path) -> None:
    client = client_with(tiny_folder, base={"name": "Zajezdnia", "stop": None})
    text = client.get("/en/facilities/vehicles-1").get_data(as_text=True)
    assert "drawn at its base: Zajezdnia." in text


def test_a_known_vehicle_is_not_called_assumed(tiny_folder: Path) -> None:
    client = client_with(tiny_folder, fleet_number="T:302", assignment="confirmed")
    text = client.get("/en/facilities/vehicles-1").get_data(as_text=True)
    assert "The vehicle is known; where it is changes by the minute." in text
    assert "Line: 1 (Polna)" in text
    assert "Assumed line" not in text
    assumed = client_with(tiny_folder).get("/en/facilities/vehicles-1").get_data(as_text=True)
    assert "Assumed line: 1 (Polna)" in assumed
