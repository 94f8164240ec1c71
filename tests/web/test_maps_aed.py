"""The emergency map has every number of its list, at the place to walk to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.serving import client_of
from tests.tinycity import at
from tests.toyline import write_toy_city


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return client_of(write_toy_city(tmp_path / "toy", number="RF302"))


def test_a_vehicle_of_the_list_is_marked_where_it_will_be_met(client: FlaskClient) -> None:
    lon, lat = at(500, 3000)
    asked = f"lat={lat}&lon={lon}&at=2026-11-24T05:55"
    found = json.loads(client.get(f"/aed/listed.geojson?{asked}").data)["features"]
    told = json.loads(client.get(f"/api/aed?{asked}").data)["features"]
    met = told[1]["properties"]["meeting"]["coordinates"]

    assert [item["id"] for item in found[:2]] == ["aeds-1", "vehicles-1"]
    assert [item["properties"]["mark"] for item in found[:2]] == ["1", "2"]
    assert found[1]["geometry"]["coordinates"] == pytest.approx(met, abs=1e-5)
    assert found[1]["geometry"]["coordinates"] == pytest.approx(at(500, 3400), abs=1e-5)


def test_the_signs_of_both_kinds_are_known_to_the_layer_of_the_list(client: FlaskClient) -> None:
    lon, lat = at(500, 3000)
    page = client.get(f"/aed?lat={lat}&lon={lon}&at=2026-11-24T05:55").text
    block = page.partition('data-map="map_aed1">')[2].partition("</script>")[0]
    (listed,) = [config for _, config in json.loads(block)["drawn"] if "data" in config]

    assert {symbol["id"] for symbol in listed["symbols"]} == {"aeds", "vehicles"}


def test_an_assumed_vehicle_is_drawn_as_a_maybe_and_is_not_on_the_list(tmp_path: Path) -> None:
    assumed = client_of(write_toy_city(tmp_path / "toy"))
    lon, lat = at(500, 3000)
    asked = f"lat={lat}&lon={lon}&at=2026-11-24T05:55"
    listed = json.loads(assumed.get(f"/en/aed/listed.geojson?{asked}").data)["features"]
    assert {item["properties"]["layer"] for item in listed} == {"aeds"}
    feeds = (
        "/en/aed/vehicles.geojson?at=2026-11-24T06:03",
        "/en/maps/features.geojson?layer=vehicles",
    )
    for feed in feeds:
        (drawn,) = json.loads(assumed.get(feed).data)["features"]
        told = drawn["properties"]
        assert (told["maybe"], told.get("dashed"), told.get("hollow")) == (True, None, None)
        assert any("not confirmed" in line for line in told["lines"])


def test_a_named_vehicle_is_no_maybe(client: FlaskClient) -> None:
    (drawn,) = json.loads(client.get("/aed/vehicles.geojson?at=2026-11-24T06:03").data)["features"]
    assert "maybe" not in drawn["properties"]
