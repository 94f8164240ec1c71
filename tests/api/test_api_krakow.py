"""The API on the city's own data: what the README promises, asked as a visitor would."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient

from locator.analysis.district_report import ReportQuery
from locator.api.reports import district_report_of
from locator.city.catalogue import read_catalogue
from locator.city.model import default_folder

LAYERS = tuple(read_catalogue(default_folder()).layers)
FIXED = tuple(layer for layer in LAYERS if layer != "mpk_aeds")
SQUARE = "Rynek Główny 1"


@pytest.fixture
def client(krakow_app: Flask) -> FlaskClient:
    return krakow_app.test_client()


def get(client: FlaskClient, path: str, **query: Any) -> Any:
    answer = client.get(path, query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


@pytest.mark.parametrize("layer", LAYERS)
def test_the_nearest_of_every_layer_by_address_and_by_position(
    client: FlaskClient, layer: str
) -> None:
    asked = {"layer": layer, "k": 3, "at": "2026-11-24T12:00"}  # nothing opens between the two
    by_words = get(client, "/api/nearest", q=SQUARE, **asked)
    origin = by_words["origin"]
    assert (origin["label"], origin["precision"]) == (SQUARE, "exact")
    walks = [item["properties"]["walk_s"] for item in by_words["features"]]
    if layer == "mpk_aeds":  # nobody has said which vehicles carry them: none is ranked
        assert walks == []
        return
    assert 1 <= len(walks) <= 3 and walks == sorted(walks)
    assert all(item["properties"]["name"] for item in by_words["features"])
    assert {item["properties"]["layer"] for item in by_words["features"]} == {layer}
    by_position = get(client, "/api/nearest", lat=origin["lat"], lon=origin["lon"], **asked)
    assert by_position["features"] == by_words["features"]


def test_a_walk_across_the_vistula_goes_by_a_bridge(krakow_app: Flask, client: FlaskClient) -> None:
    city = krakow_app.extensions["locator"].city
    answer = get(client, "/api/nearest", layer="nurseries", q="ul. Podgórska", k=20)
    origin = answer["origin"]
    across = [item for item in answer["features"] if item["properties"]["district"] == 13]
    assert across
    # The nearest goes by the footbridge, along ways without a name.
    assert any("Most" in name for item in across for name in item["properties"]["via"])
    for item in across:
        lonlat = [(origin["lon"], origin["lat"]), item["geometry"]["coordinates"]]
        straight_m = float(np.linalg.norm(np.diff(city.projection.to_metric(lonlat), axis=0)))
        if answer["model"] == "estimate":
            assert abs(item["properties"]["walk_m"] - straight_m * 1.26) > 20


@pytest.mark.parametrize("layer", FIXED)
def test_the_numbers_of_every_layer_add_up(client: FlaskClient, layer: str) -> None:
    report = get(client, f"/api/coverage/{layer}", minutes=15)
    assert report["served"] + report["unserved"] == report["people"] > 0
    for column in ("people", "served", "unserved"):
        assert sum(item[column] for item in report["districts"]) == report[column]
    assert len(report["districts"]) == 18
    assert len(report["gaps"]) <= 10
    assert report["completeness"]["located"] <= report["completeness"]["listed"]


def test_senior_centres_are_held_against_the_62_that_there_are(client: FlaskClient) -> None:
    complete = get(client, "/api/coverage/senior_activity_centres", minutes=15)["completeness"]
    assert complete["expected"] == 62
    assert 0 < complete["located"] < complete["listed"] <= 62


def test_every_listed_facility_is_in_its_layer(krakow_app: Flask, client: FlaskClient) -> None:
    facilities = krakow_app.extensions["locator"].city.facilities
    for layer in LAYERS:
        features = get(client, f"/api/layers/{layer}")["features"]
        assert len(features) == int((facilities["layer"] == layer).sum())
        assert all(item["properties"]["source"] for item in features)


def test_a_point_in_warsaw_is_outside(client: FlaskClient) -> None:
    for query in ({"lat": 52.2297, "lon": 21.0122}, {"q": "52.2297, 21.0122"}):
        answer = client.get("/api/nearest", query_string={"layer": "aeds", **query})
        assert answer.status_code == 422
        assert answer.get_json()["error"]["code"] == "outside_city"


def test_the_page_offers_to_prove_what_the_quick_answer_has_not(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without time nothing is settled where five sites take 250 each."""
    monkeypatch.setattr("locator.analysis.siting.query.QUICK_S", {"cover": 0.0})
    monkeypatch.setattr("locator.analysis.siting.query.EXACT_S", 0.0)
    asked = {"capacity": "250"}
    quick = client.get("/en/where-next/nurseries", query_string=asked)
    assert quick.status_code == 200 and "Look for the proven best" in quick.text
    exact = client.get("/en/where-next/nurseries", query_string=asked | {"method": "exact"})
    assert exact.status_code == 200 and "Look for the proven best" not in exact.text


def test_page_and_api_give_the_sites_of_the_report(
    krakow_app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So long that a slow machine changes nothing.
    monkeypatch.setattr("locator.analysis.siting.query.QUICK_S", {"cover": 3600.0})
    monkeypatch.setattr("locator.analysis.district_report.SOLVER_S", 3600.0)
    state = krakow_app.extensions["locator"]
    told = district_report_of(state, ReportQuery(layer="nurseries")).siting
    assert told is not None  # what is under way counts as open there
    answer = get(client, "/api/sites/nurseries", planned="1")
    assert answer["method"] == "quick" and answer["gap"] == 0
    assert [site["name"] for site in answer["sites"]] == told.sites["name"].tolist()
    assert answer["sites"][-1]["total"] == told.sites["total"].iloc[-1]
    page = client.get("/en/where-next/nurseries?planned=1").text
    assert f"{answer['sites'][-1]['total']:,}" in page and "this is proven" in page


@pytest.mark.parametrize(("off_m", "status"), [(-15, 200), (0, 200), (15, 200), (80, 422)])
def test_the_edge_of_the_city_is_the_same_for_every_question(
    krakow_app: Flask, client: FlaskClient, off_m: float, status: int
) -> None:
    city = krakow_app.extensions["locator"].city
    west, south, _, north = city.boundary.bounds
    row = shapely.LineString([(west - 1, (south + north) / 2), (west + 1, (south + north) / 2)])
    edge = row.intersection(city.boundary).bounds
    lon, lat = edge[0] - off_m / 71_600, edge[1]  # a degree of longitude here, m
    asked = {
        "nearest": {"layer": "nurseries", "lat": lat, "lon": lon},
        "nearest by words": {"layer": "nurseries", "q": f"{lat}, {lon}"},
        "aed": {"lat": lat, "lon": lon},
        "scenario/nurseries": {"add": f"{lat},{lon}"},
    }
    for path, query in asked.items():
        answer = client.get(f"/api/{path.split()[0]}", query_string=query)
        assert answer.status_code == status, (path, answer.text)
