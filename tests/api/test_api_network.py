"""Isochrones, the source of the streets and the comparison, as the API and the pages say them."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from shapely.geometry import Point, shape

from locator.walking.graph.for_city import build_for_city
from tests.analysis.test_model_comparison import NODES, STREETS
from tests.osmdata import write_osm
from tests.serving import client_of
from tests.tinycity import at, write_tiny_city

STEPS = ([8, 2], {"highway": "steps"})
"""A way over steps, straight from the end of the footpath to the middle of the town."""


@pytest.fixture(scope="module")
def networked(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    work = tmp_path_factory.mktemp("city")
    folder = write_tiny_city(work / "tiny")
    build_for_city(write_osm(work / "streets.osm.pbf", NODES, [*STREETS, STEPS]), folder)
    return client_of(folder)


def get(client: FlaskClient, address: str, status: int = 200) -> Any:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return answer.get_json()


def point(x: float, y: float) -> str:
    lon, lat = at(x, y)
    return f"lat={lat}&lon={lon}"


def holds(feature: Any, x: float, y: float) -> bool:
    return bool(shape(feature["geometry"]).contains(Point(at(x, y))))


def test_an_isochrone_follows_the_streets(networked: FlaskClient) -> None:
    here = point(500, 3000)
    answer = get(networked, f"/api/isochrone?{here}&minutes=5&minutes=10&pace=1")
    assert answer["model"] == "network"
    assert "OpenStreetMap" in answer["attribution"]
    five, ten = answer["features"]
    assert [item["properties"]["limit_m"] for item in (five, ten)] == [300, 600]
    assert holds(five, 750, 3000) and not holds(five, 900, 3000)
    assert holds(ten, 1000, 3000) and not holds(five, 700, 3200)
    assert shape(ten["geometry"]).is_valid


def test_a_wheelchair_does_not_take_the_steps(networked: FlaskClient) -> None:
    address = f"/api/isochrone?{point(2500, 2500)}&minutes=15&pace=1&profile="
    on_foot, on_wheels = (
        get(networked, address + profile)["features"][0] for profile in ("foot", "wheelchair")
    )
    assert on_wheels["properties"]["profile"] == "wheelchair"
    assert holds(on_foot, 1900, 2650) and not holds(on_wheels, 1900, 2650)
    assert on_foot["properties"]["area_km2"] > on_wheels["properties"]["area_km2"]


def test_a_whole_layer_has_one_area(networked: FlaskClient) -> None:
    (area,) = get(networked, "/api/isochrone?layer=nurseries&minutes=5")["features"]
    assert area["properties"]["pace_m_s"] == 1.0
    assert holds(area, 500, 3400) and holds(area, 500, 600)


def test_without_streets_an_isochrone_is_as_rough_as_the_estimate(client: FlaskClient) -> None:
    answer = get(client, f"/api/isochrone?{point(500, 3000)}&minutes=10&pace=1")
    assert (answer["model"], answer["attribution"]) == ("estimate", None)
    (area,) = answer["features"]
    # 600 m of walk at 1.25 m for each straight metre: a circle of 480 m.
    assert area["properties"]["area_km2"] == pytest.approx(3.14159 * 0.48**2, rel=0.02)


@pytest.mark.parametrize(
    ("question", "status", "parameter"),
    [
        ("", 400, "q"),
        ("q=Lipowa 1&lat=50", 400, "q"),
        ("layer=nurseries&lat=50", 400, "lon"),
        ("layer=nothing", 404, "layer"),
        ("layer=vehicles", 422, "layer"),
        ("q=Lipowa 1&minutes=0", 400, "minutes"),
        ("q=Lipowa 1&minutes=600", 400, "minutes"),
        ("q=Lipowa 1&pace=9", 400, "pace"),
        ("q=Lipowa 1&profile=horse", 400, "profile"),
        ("q=Lipowa 1&profile=wheelchair", 422, "profile"),
        ("lat=52.2&lon=21", 422, None),
    ],
)
def test_wrong_questions_are_answered_clearly(
    client: FlaskClient, question: str, status: int, parameter: str | None
) -> None:
    error = get(client, f"/api/isochrone?{question}", status)["error"]
    assert error["message"]
    if parameter:
        assert error["parameter"] == parameter


def test_the_streets_say_where_they_come_from(networked: FlaskClient, client: FlaskClient) -> None:
    said = get(networked, "/api/streets")
    assert (said["model"], said["source"]) == ("network", "streets.osm.pbf")
    assert said["length_km"] > 5
    assert get(client, "/api/streets")["source"] is None


def test_the_comparison_is_there_where_both_models_are(
    networked: FlaskClient, client: FlaskClient
) -> None:
    assert get(client, "/api/comparison") == {"layers": []}
    lines = get(networked, "/api/comparison")["layers"]
    assert [line["layer"] for line in lines] == ["nurseries", "aeds"]
    assert all(0 <= line["changed_people"] <= 1 for line in lines)


@pytest.mark.parametrize(
    ("prefix", "heading"),
    [("", "Co zmieniają ulice"), ("/en", "What the streets change"), ("/uk", "Що змінюють вулиці")],
)
def test_the_data_page_compares_where_both_models_are(
    networked: FlaskClient, client: FlaskClient, prefix: str, heading: str
) -> None:
    assert heading in networked.get(f"{prefix}/data").text
    assert heading not in client.get(f"{prefix}/data").text


def test_list_map_walk_and_api_agree_on_a_walk(networked: FlaskClient) -> None:
    """The same pair has the same length wherever it is said."""
    from locator.analysis.access.coverage import CoverageQuery
    from locator.analysis.nearest import NearestQuery, nearest
    from locator.analysis.walks import walk_to

    app = networked.application.extensions["locator"]
    lon, lat = at(1000, 3010)
    rows = nearest(app.walkable_city, NearestQuery(("nurseries",), lon, lat)).rows
    by_api = get(networked, f"/api/nearest?layer=nurseries&lat={lat}&lon={lon}")["features"]
    for item in by_api:
        walk = walk_to(app.walkable_city, lon, lat, item["id"])
        assert item["properties"]["walk_m"] == round(walk.walk_m)
        assert rows.loc[item["id"], "walk_m"] == pytest.approx(walk.walk_m, abs=1e-6)
        assert item["properties"]["via"] == list(walk.via)
    # The coverage's own walk of a demand point is that of the list from the same place.
    found = app.coverage(CoverageQuery("nurseries"))
    demand_lon, demand_lat = app.city.demand.lonlat[0]
    first = nearest(
        app.walkable_city, NearestQuery(("nurseries",), demand_lon, demand_lat, k=1)
    ).rows
    assert first["walk_s"].iloc[0] == pytest.approx(found.walk_s[0], abs=0.01)


def test_the_page_offers_ways_without_steps_where_streets_are_known(
    networked: FlaskClient, client: FlaskClient
) -> None:
    start = point(2500, 2490)
    address = f"/en/nearest?layer=nurseries&k=1&{start}"
    assert "With a pram: no steps" in networked.get(address).text
    assert "With a pram: no steps" not in client.get(address).text
    on_wheels = networked.get(f"{address}&profile=wheelchair")
    assert "nobody has mapped may remain" in on_wheels.text
    refused = client.get(f"{address}&profile=wheelchair")
    assert refused.status_code == 422
    assert "need the street network" in refused.text
    foot, wheels = (
        get(networked, f"/api/nearest?layer=nurseries&k=3&{start}&profile={profile}")["features"]
        for profile in ("foot", "wheelchair")
    )
    walks = [
        {item["id"]: item["properties"]["walk_m"] for item in found} for found in (foot, wheels)
    ]
    assert walks[1]["nurseries-1"] > walks[0]["nurseries-1"] + 100
    drawn = networked.get(f"/maps/walks.geojson?layer=nurseries&k=1&{start}&profile=wheelchair")
    assert drawn.status_code == 200


def test_reach_without_steps_is_that_of_the_longer_ways(
    networked: FlaskClient, client: FlaskClient
) -> None:
    address = "/coverage/nurseries?minutes=10&group=all"
    foot = get(networked, f"/api{address}")
    wheels = get(networked, f"/api{address}&profile=wheelchair")
    assert (foot["profile"], wheels["profile"]) == ("foot", "wheelchair")
    assert wheels["people"] == foot["people"]
    assert wheels["walk_s"]["mean"] > foot["walk_s"]["mean"]
    part_served = [part["served"] for part in wheels["parts"]]
    assert all(served <= wheels["served"] for served in part_served)

    page = networked.get(f"/en{address}&profile=wheelchair").text
    assert '<option value="wheelchair" selected>' in page
    assert "nobody has mapped may remain" in page
    assert "Whether an entrance has steps is known of few places" in page
    assert "profile=wheelchair" in page.split('id="downloads-title"')[1]
    map_data = networked.get(
        "/maps/coverage/nurseries.geojson?minutes=10&group=all&profile=wheelchair"
    )
    mean = [
        one["properties"]["lines"]
        for one in map_data.get_json(force=True)["features"]
        if one["properties"]["kind"] == "area"
    ]
    on_foot = networked.get("/maps/coverage/nurseries.geojson?minutes=10&group=all")
    assert mean != [
        one["properties"]["lines"]
        for one in on_foot.get_json(force=True)["features"]
        if one["properties"]["kind"] == "area"
    ]

    assert 'id="profile"' not in client.get(f"/en{address}").text  # no street, no steps known
    assert client.get(f"/en{address}&profile=wheelchair").status_code == 422
    assert networked.get(f"/en{address}&profile=horse").status_code == 400


def test_the_page_names_the_streets_and_says_who_is_far_from_them(networked: FlaskClient) -> None:
    lon, lat = at(1000, 3010)
    page = networked.get(f"/en/nearest?layer=nurseries&lat={lat}&lon={lon}").text
    assert "along Długa" in page
    assert "along the streets and paths of OpenStreetMap" in page
    assert "counted as a" not in page
    lon, lat = at(1500, 1500)
    far = networked.get(f"/en/nearest?layer=nurseries&lat={lat}&lon={lon}").text
    assert "The nearest street on file is" in far
    near_m, far_m = (
        get(networked, f"/api/nearest?layer=nurseries&{point(*where)}")["off_network_m"]
        for where in ((1000, 3010), (1500, 1500))
    )
    assert near_m is None
    assert far_m == pytest.approx(1000, abs=1)
