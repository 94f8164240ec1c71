"""The schema of facilities: each fault is named with its file, feature and field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from locator.city.model import City
from tests.breaking import edit_feature, edit_json, edit_text, fault, faults
from tests.tinycity import at, point, vehicles

VEHICLE = vehicles()[0]["properties"]["vehicle"]
HEAD = "nurseries.geojson: nurseries-1: "


def test_the_tiny_folder_is_sound(tiny_folder: Path) -> None:
    assert faults(tiny_folder) == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", None, "name: is missing"),
        ("name", "  ", "name: is '  '"),
        ("source", None, "source: is missing"),
        ("licence", None, "licence: is missing"),
        ("status", "opened", "status: is 'opened'"),
        ("status", None, "status: is missing"),
        ("status_basis", "sure", "status_basis: is 'sure'"),
        ("verified_on", "15.10.2026", "verified_on: is '15.10.2026'"),
        ("verified_on", "2026-02-30", "verified_on: is '2026-02-30'"),
        ("opened", "2026-13", "opened: is '2026-13'"),
        ("places", -1, "places: is -1"),
        ("places", "40", "places: is '40'"),
        ("places", 10**19, "places: is 1000"),
        ("website", "javascript:alert(1)", "website: is 'javascript:alert(1)'"),
        ("places", True, "places: is True"),
        ("places_basis", "guess", "places_basis: is 'guess'"),
        ("public", "yes", "public: is 'yes'"),
        ("access", "everyone", "access: is 'everyone'"),
        ("wheelchair", "maybe", "wheelchair: is 'maybe'"),
        ("district", 99, "district: is 99"),
        ("location_precision", "near", "location_precision: is 'near'"),
        ("vehicle", VEHICLE, "vehicle: is not allowed here"),
        ("adress", "Lipowa 1", "adress: is not in the schema"),
    ],
)
def test_each_wrong_property_is_named(tiny_folder: Path, field: str, value: Any, said: str) -> None:
    edit_feature(tiny_folder, **{field: value})
    assert fault(tiny_folder).startswith(HEAD + said)


@pytest.mark.parametrize("date", ["2026", "2026-10", "2026-10-15"])
def test_a_date_may_be_reduced(tiny_folder: Path, date: str) -> None:
    edit_feature(tiny_folder, source_date=date)
    assert faults(tiny_folder) == []


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        ({"type": "LineString", "coordinates": [[19.9, 50.1], [20, 50]]}, "is a LineString"),
        ({"type": "Point", "coordinates": [19.9]}, "has coordinates [19.9]"),
        ({"type": "Point", "coordinates": ["19.9", "50.1"]}, "has coordinates"),
        ({"type": "Point", "coordinates": list(reversed(at(500, 3500)))}, "lies at 50.1"),
        ({"type": "Point", "coordinates": [21.01, 52.23]}, "lies at 21.01, 52.23: outside"),
        ({"type": "Point", "coordinates": [1e9, 1e9]}, "lies at"),
        ("POINT (1 2)", "is a POINT (1 2)"),
    ],
)
def test_each_wrong_place_is_named(tiny_folder: Path, geometry: Any, said: str) -> None:
    edit_feature(tiny_folder, geometry=geometry)
    assert fault(tiny_folder).startswith(HEAD + "geometry: " + said)


def test_swapped_coordinates_are_called_swapped(tiny_folder: Path) -> None:
    edit_feature(
        tiny_folder,
        geometry={"type": "Point", "coordinates": list(reversed(at(500, 3500)))},
    )
    assert "swapped (allowed: [lon, lat], in this order)" in fault(tiny_folder)


def test_a_place_just_outside_the_city_is_accepted(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, geometry=point(4400, 3500))
    assert faults(tiny_folder) == []


def test_precision_and_point_belong_together(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, geometry=None)
    edit_feature(tiny_folder, position=1, location_precision=None)
    assert [line.split(": ", 1)[1] for line in faults(tiny_folder)] == [
        "nurseries-1: location_precision: is 'exact' without a point (allowed: null)",
        "nurseries-2: location_precision: is missing (allowed: exact, street, area)",
    ]


def test_an_id_is_unique_in_the_whole_folder(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, "aeds.geojson", id="nurseries-1")
    assert fault(tiny_folder).startswith("aeds.geojson: nurseries-1: id: is used twice")


def test_a_missing_id_is_named_by_its_position(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, position=2, id=None)
    assert fault(tiny_folder).startswith("nurseries.geojson: 3: id: is missing")


def test_an_id_has_to_be_url_safe(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, id="nurseries/1")
    assert fault(tiny_folder).startswith("nurseries.geojson: nurseries/1: id: is 'nurseries/1'")


def test_what_is_not_a_feature_is_named(tiny_folder: Path) -> None:
    edit_json(tiny_folder, "aeds.geojson", lambda content: content["features"].append("AED"))
    assert fault(tiny_folder).startswith("aeds.geojson: 3: -: is not a feature")


def test_what_is_not_a_collection_is_named(tiny_folder: Path) -> None:
    (tiny_folder / "aeds.geojson").write_text("[]", encoding="utf-8")
    assert fault(tiny_folder).startswith("aeds.geojson: -: -: is not a FeatureCollection")


def test_broken_json_is_one_fault(tiny_folder: Path) -> None:
    edit_text(tiny_folder, "aeds.geojson", "}", "")
    assert fault(tiny_folder).startswith("aeds.geojson: -: -: is not valid JSON")


def test_nan_is_not_json(tiny_folder: Path) -> None:
    edit_text(tiny_folder, "nurseries.geojson", '"places": 40', '"places": NaN')
    assert "NaN is not a JSON number" in fault(tiny_folder)


def test_a_missing_layer_file_is_named(tiny_folder: Path) -> None:
    (tiny_folder / "aeds.geojson").unlink()
    assert fault(tiny_folder).startswith("aeds.geojson: -: -: the file is missing")


def test_a_layer_may_be_empty(tiny_folder: Path) -> None:
    edit_json(tiny_folder, "aeds.geojson", lambda content: content["features"].clear())
    assert faults(tiny_folder) == []


def test_types_of_the_frame_hold_nulls(tiny: City) -> None:
    frame = tiny.facilities
    assert {name: str(frame[name].dtype) for name in ("places", "is_new", "district", "x")} == {
        "places": "Int64",
        "is_new": "boolean",
        "district": "Int64",
        "x": "float64",
    }
    assert frame.loc["aeds-1", "phone"] is None
    assert frame.loc["nurseries-5", "geometry"] is None


def test_a_stated_district_is_kept(tiny_folder: Path) -> None:
    from locator.city.model import load_city

    edit_feature(tiny_folder, district=2)
    assert load_city(tiny_folder).facilities.loc["nurseries-1", "district"] == 2


@pytest.mark.parametrize("odd", [[], {"a": 1}, 7, True])
def test_an_odd_id_is_a_fault_and_nothing_worse(tiny_folder: Path, odd: Any) -> None:
    edit_feature(tiny_folder, "vehicles.geojson", id=odd)
    assert fault(tiny_folder).startswith(f"vehicles.geojson: 1: id: is {odd!r}")
