"""Districts are read as a clean coverage, and points find theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from locator.analysis.district_report import ReportQuery, district_report
from locator.base.i18n import speaking
from locator.city.districts import district_of
from locator.city.model import City, load_city
from locator.geocoding.names import district_title
from locator.reports.bundle import file_stem
from locator.reports.content import scope_name
from locator.walking.choose import choose_model
from locator.walking.walkable_city import walkable
from tests.breaking import edit_feature, edit_json, fault, faults
from tests.serving import client_of
from tests.tinycity import at, rectangle

FILE = "districts.geojson"


def test_points_find_their_district(tiny: City) -> None:
    points = np.array([at(100, 3900), at(100, 100), at(100, 4100), at(3600, 100)])
    assert district_of(points, tiny.districts).tolist() == [1, 2, 0, 0]


def test_on_the_shared_boundary_the_lower_number_wins(tiny: City) -> None:
    vertex = np.array([at(1700, 2000)])
    assert district_of(vertex, tiny.districts).tolist() == [1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"number": "2"}, "feature 2: number: is '2'"),
        ({"number": 0}, "0: number: is 0"),
        ({"number": 1}, "1: number: is used twice"),
        ({"name": ""}, "2: name: is ''"),
        ({"roman": None}, "2: roman: is None"),
        ({"residents": -4}, "2: residents: is -4"),
        ({"geometry": None}, "2: geometry: is a None"),
        ({"geometry": {"type": "Point", "coordinates": [1, 2]}}, "2: geometry: is a Point"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[1, 2]]]}}, "2: geometry: cannot be"),
        ({"geometry": {"type": "Polygon", "coordinates": []}}, "2: geometry: is empty"),
        (
            {"geometry": {"type": "Polygon", "coordinates": [[[10**400, 0], [1, 1], [2, 0]]]}},
            "2: geometry: cannot be read",
        ),
        (
            {
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]],
                }
            },
            "2: geometry: Self-intersection",
        ),
        ({"geometry": rectangle(0, 0, 3500, 2100)}, "1: geometry: overlaps district 2"),
    ],
)
def test_each_wrong_district_is_named(tiny_folder: Path, change: dict[str, Any], said: str) -> None:
    edit_feature(tiny_folder, FILE, 1, **change)
    assert fault(tiny_folder).startswith(f"{FILE}: {said}")


def test_metres_are_not_degrees(tiny_folder: Path) -> None:
    square = [[7e6, 5e6], [7.1e6, 5e6], [7.1e6, 5.1e6], [7e6, 5.1e6], [7e6, 5e6]]
    edit_feature(tiny_folder, FILE, 1, geometry={"type": "Polygon", "coordinates": [square]})
    assert fault(tiny_folder).startswith(f"{FILE}: 2: geometry: is not in degrees")


def test_a_city_needs_districts(tiny_folder: Path) -> None:
    edit_json(tiny_folder, FILE, lambda content: content["features"].clear())
    assert fault(tiny_folder).startswith(f"{FILE}: -: -: has no districts")


def test_with_faulty_districts_the_facilities_are_still_checked(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, FILE, 1, name=None)
    edit_feature(tiny_folder, "aeds.geojson", 0, access="all")
    assert [line.split(": ")[0] for line in faults(tiny_folder)] == ["aeds.geojson", FILE]


def test_a_city_without_numerals_calls_its_districts_by_their_names(tiny_folder: Path) -> None:
    for position in (0, 1):
        edit_feature(tiny_folder, FILE, position, roman="")
    city = load_city(tiny_folder)
    rows = city.districts[["roman", "name"]].to_numpy().tolist()
    assert [district_title(*row) for row in rows] == ["Północ", "Południe"]
    assert city.gazetteer.search("polnoc")[0].label == "Północ"
    client = client_of(tiny_folder)
    assert ">Północ<" in client.get("/nearest?layer=nurseries&q=Północ").text
    assert client.get("/coverage/nurseries").status_code == 200
    found = district_report(
        walkable(city, choose_model(city)), ReportQuery(layer="nurseries", district=2)
    )
    assert file_stem(city, found) == f"{city.catalogue.id}-nurseries-2"
    with speaking("pl"):
        assert scope_name(city, found) == "dzielnica Południe"
