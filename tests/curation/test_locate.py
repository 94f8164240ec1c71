"""Locating the facilities of a folder: what is written, and what is left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from locator.base.errors import CityFolderError
from locator.base.files import LOCK_FILE
from locator.city.model import load_city
from locator.curation.locate import NO_STREET, NOT_FOUND, locate_folder
from tests.breaking import edit_text
from tests.tinycity import at, facility, point, write_json

UNLOCATED: list[dict[str, Any]] = [
    facility(point(500, 3500), id="n-1", street="ul. Lipowa", housenumber="1"),
    facility(None, id="n-2", street="Lipowa", housenumber="5A/3"),
    facility(None, id="n-3", street="ul. Lipowa", housenumber="7"),
    facility(None, id="n-4", street="gen. Bema", housenumber="4"),
    facility(None, id="n-5", street="ul. Nieznana", housenumber="9"),
    facility(None, id="n-6"),
    facility(None, id="n-7", street="ul. Polna", housenumber="3", district=1),
    facility(None, id="n-8", street="ul. Polna", housenumber="3", district=2, note="ć „x”"),
]


@pytest.fixture
def folder(tiny_folder: Path) -> Path:
    write_json(tiny_folder / "nurseries.geojson", UNLOCATED)
    return tiny_folder


def features(folder: Path) -> dict[str, dict[str, Any]]:
    collection = json.loads((folder / "nurseries.geojson").read_text(encoding="utf-8"))
    return {item["properties"]["id"]: item for item in collection["features"]}


def test_each_facility_without_a_point_is_reported(folder: Path) -> None:
    report = locate_folder(folder, write=False)
    assert report["outcome"].to_dict() == {
        "n-2": "exact",
        "n-3": "street",
        "n-4": "exact",
        "n-5": "not_located",
        "n-6": "not_located",
        "n-7": "not_located",
        "n-8": "exact",
    }
    reasons = report["reason"].dropna().to_dict()
    assert reasons == {
        "n-5": NOT_FOUND,
        "n-6": NO_STREET,
        "n-7": "Polna 3 does not lie in the stated district 1",
    }


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    before = (folder / "nurseries.geojson").read_bytes()
    locate_folder(folder, write=False)
    assert (folder / "nurseries.geojson").read_bytes() == before


def test_found_points_are_written_with_precision_and_source(folder: Path) -> None:
    locate_folder(folder, source="OpenStreetMap 2026-10-03")
    found = features(folder)
    assert found["n-2"]["geometry"]["coordinates"] == [round(c, 6) for c in at(700, 3500)]
    assert found["n-2"]["properties"]["location_precision"] == "exact"
    assert (
        found["n-2"]["properties"]["location_source"]
        == "punkt adresowy Lipowa 5A/3, OpenStreetMap 2026-10-03"
    )
    assert found["n-3"]["properties"]["location_precision"] == "street"
    assert (
        found["n-3"]["properties"]["location_source"]
        == "punkt adresowy Lipowa 5A, OpenStreetMap 2026-10-03"
    )
    assert found["n-5"]["geometry"] is None
    assert found["n-7"]["geometry"] is None
    load_city(folder)  # the folder is still sound


def test_every_other_line_stays_as_it_was(folder: Path) -> None:
    before = (folder / "nurseries.geojson").read_text(encoding="utf-8").splitlines()
    locate_folder(folder)
    after = (folder / "nurseries.geojson").read_text(encoding="utf-8").splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    ids = [json.loads(line.rstrip(","))["properties"]["id"] for line in changed]
    assert ids == ["n-2", "n-3", "n-4", "n-8"]


def test_a_second_run_changes_nothing(folder: Path) -> None:
    locate_folder(folder)
    once = (folder / "nurseries.geojson").read_bytes()
    report = locate_folder(folder)
    assert list(report.index) == ["n-5", "n-6", "n-7"]
    assert (folder / "nurseries.geojson").read_bytes() == once


def test_the_source_of_the_addresses_is_not_that_of_the_stops(folder: Path) -> None:
    edit_text(folder, "stops.csv", "Most Środkowy", "Wiślna")
    unlocated = [facility(None, id="n-9", street="ul. Wiślna", housenumber="1")]
    write_json(folder / "nurseries.geojson", unlocated)
    locate_folder(folder, source="OpenStreetMap 2026-10-03")
    properties = features(folder)["n-9"]["properties"]
    assert properties["location_precision"] == "area"
    assert properties["location_source"].startswith("przystanek Wiślna, stops.csv, ")


def test_a_file_in_another_layout_comes_out_one_feature_per_line(folder: Path) -> None:
    path = folder / "nurseries.geojson"
    collection = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(collection, indent=2), encoding="utf-8")
    locate_folder(folder)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(UNLOCATED) + 2
    assert features(folder)["n-2"]["geometry"] is not None
    assert features(folder)["n-1"] == collection["features"][0]


def test_other_files_are_not_touched(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    locate_folder(folder)
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != LOCK_FILE}
    assert {name for name in after if after[name] != before.get(name)} == {"nurseries.geojson"}
    assert set(after) == set(before)


def test_a_folder_with_faults_is_refused_and_left_alone(folder: Path) -> None:
    (folder / "stops.csv").unlink()
    before = (folder / "nurseries.geojson").read_bytes()
    with pytest.raises(CityFolderError, match=r"stops\.csv"):
        locate_folder(folder)
    assert (folder / "nurseries.geojson").read_bytes() == before
