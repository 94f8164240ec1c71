"""The API on the tiny city: every answer worked out by hand (see `tests.tinycity`)."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from shapely.geometry import shape

from tests.serving import client_of
from tests.tinycity import at, write_tiny_city

START = "lat={1}&lon={0}".format(*at(500, 3000))


FILTER = ("ownership", "kind", "operator", "open_at")
REACH = ("profile", "people", "at", "by", "depart", "max_walk", "step_free")


def get(client: FlaskClient, path: str, status: int = 200) -> Any:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return json.loads(answer.data, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))


def error(client: FlaskClient, path: str, status: int) -> tuple[str, str | None, str]:
    told = get(client, path, status)["error"]
    return told["code"], told["parameter"], told["message"]


def test_a_wrong_question_is_told_everything_that_is_wrong(client: FlaskClient) -> None:
    told = get(client, "/en/api/coverage/nurseries?minutes=0&pace=x&speed=1", 400)["error"]
    assert (told["code"], told["parameter"]) == ("invalid_parameter", "speed")
    number = {"type": "number"}
    assert [(one["parameter"], one["accepted"]) for one in told["faults"]] == [
        ("speed", {"enum": ["minutes", "group", "pace", *FILTER, *REACH]}),
        ("minutes", number | {"minimum": 1, "maximum": 60}),
        ("pace", number | {"minimum": 0.3, "maximum": 3}),
    ]
    assert told["message"] == told["faults"][0]["message"]
    group = get(client, "/en/api/coverage/nurseries?group=giants", 400)["error"]["faults"][0]
    groups = ["all", "age_0_14", "age_65_plus", "age_60_plus", "age_0_2"]
    assert group["accepted"] == {"enum": groups}


@pytest.mark.parametrize(
    ("path", "status", "parameters"),
    [
        ("/api/coverage/zoo?minutes=0&group=giants", 404, ["layer", "minutes", "group"]),
        ("/api/nearest?layer=zoo&k=0&q=Lipowa+1", 400, ["k", "layer"]),
        ("/api/nearest?layer=zoo&layer=aeds&q=Lipowa+1", 404, ["layer"]),
        ("/api/sites/aeds?district=77&group=giants", 400, ["group", "district"]),
        ("/api/sites/aeds?district=77&avoid=1&avoid=78", 404, ["district", "avoid"]),
    ],
)
def test_names_that_are_unknown_are_told_with_the_rest(
    client: FlaskClient, path: str, status: int, parameters: list[str]
) -> None:
    told = get(client, path, status)["error"]
    assert [one["parameter"] for one in told["faults"]] == parameters
    assert told["parameter"] == parameters[0] and told["message"] == told["faults"][0]["message"]
    assert all(one["accepted"] for one in told["faults"])


# What there is ------------------------------------------------------------------------------


def test_the_health_check_says_with_what_it_runs(client: FlaskClient) -> None:
    health = get(client, "/healthz")
    assert {key: health[key] for key in ("status", "city", "model", "facilities")} == {
        "status": "ok",
        "city": "tiny",
        "model": "estimate",
        "facilities": 8,
    }


def test_layers_say_how_complete_they_are(client: FlaskClient) -> None:
    layers = {layer["id"]: layer for layer in get(client, "/api/layers")["layers"]}
    assert list(layers) == ["nurseries", "aeds", "vehicles"]
    nurseries = layers["nurseries"]
    assert nurseries["name"] == "Żłobki"
    assert {key: nurseries[key] for key in ("expected", "listed", "located", "not_located")} == {
        "expected": 4,
        "listed": 3,
        "located": 2,
        "not_located": 1,
    }
    assert layers["aeds"]["expected"] is None
    assert layers["vehicles"]["moves"] is True


def test_names_are_in_the_language_of_the_address(client: FlaskClient) -> None:
    said = [get(client, f"{prefix}/api/layers")["layers"][0]["name"] for prefix in ("/en", "/uk")]
    assert said == ["Nurseries", "Ясла"]


def test_a_layer_lists_the_facilities_that_nobody_could_locate(client: FlaskClient) -> None:
    layer = get(client, "/api/layers/nurseries")
    assert layer["type"] == "FeatureCollection"
    assert [feature["id"] for feature in layer["features"]] == [
        f"nurseries-{i}" for i in range(1, 6)
    ]
    first, last = layer["features"][0], layer["features"][-1]
    assert first["geometry"]["coordinates"] == pytest.approx(at(500, 3500), abs=1e-6)
    assert first["properties"]["address"] == "ul. Lipowa 1"
    assert (first["properties"]["places"], first["properties"]["public"]) == (40, True)
    assert last["geometry"] is None
    assert last["properties"]["location_precision"] is None


def test_a_vehicle_keeps_what_is_known_of_its_tour(client: FlaskClient) -> None:
    (vehicle,) = get(client, "/api/layers/vehicles")["features"]
    assert vehicle["properties"]["vehicle"]["assignment"] == "assumed"


def test_districts_are_valid_areas(client: FlaskClient) -> None:
    districts = get(client, "/api/districts")["features"]
    assert [item["properties"]["number"] for item in districts] == [1, 2]
    assert [item["properties"]["name"] for item in districts] == ["Północ", "Południe"]
    for item in districts:
        area = shape(item["geometry"])
        assert area.is_valid and area.exterior.is_ccw


def test_data_are_sent_once_and_then_confirmed(client: FlaskClient) -> None:
    first = client.get("/api/layers/nurseries", headers={"Accept-Encoding": "br"})
    assert first.headers["Content-Encoding"] == "br"
    assert first.headers["Cache-Control"] == "public, max-age=300"
    again = client.get(
        "/api/layers/nurseries",
        headers={"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]},
    )
    assert (again.status_code, again.data) == (304, b"")
    plain = client.get("/api/layers/nurseries")
    assert "Content-Encoding" not in plain.headers
    headers = {"If-None-Match": plain.headers["ETag"]}
    assert client.get("/api/layers/nurseries", headers=headers).status_code == 304


# Search and nearest -------------------------------------------------------------------------


def test_search_answers_places_best_first(client: FlaskClient) -> None:
    answer = get(client, "/api/search?q=lipowa+1")
    best = answer["places"][0]
    assert (best["kind"], best["precision"]) == ("address", "exact")
    assert (best["lon"], best["lat"]) == pytest.approx(at(500, 3500), abs=1e-6)
    assert len(get(client, "/api/search?q=lipowa&limit=1")["places"]) == 1
    assert get(client, "/api/search?q=xyzzyxyz") == {"q": "xyzzyxyz", "places": [], "needs": []}


def test_the_nearest_are_sorted_by_walking_time(client: FlaskClient) -> None:
    answer = get(client, f"/api/nearest?layer=nurseries&{START}&k=3")
    walks = [
        (item["id"], item["properties"]["walk_m"], item["properties"]["walk_s"])
        for item in answer["features"]
    ]
    assert walks[:2] == [("nurseries-1", 625, 625), ("nurseries-2", 2577, 2577)]
    assert [walk[2] for walk in walks] == sorted(walk[2] for walk in walks)
    assert len(walks) == 3
    assert answer["model"] == "estimate"
    assert {item["properties"]["model"] for item in answer["features"]} == {"estimate"}
    assert answer["origin"]["kind"] == "coordinate"


def test_a_walk_over_the_river_names_its_bridge(client: FlaskClient) -> None:
    start = "lat={1}&lon={0}".format(*at(2000, 2500))
    (found,) = get(client, f"/api/nearest?layer=aeds&{start}&k=1&at=2026-06-01T12:00")["features"]
    assert found["id"] == "aeds-2" or found["id"] == "aeds-1"
    every = get(client, f"/api/nearest?layer=aeds&{start}&k=2")["features"]
    across = {item["id"]: item["properties"] for item in every}["aeds-2"]
    assert (across["walk_m"], across["walk_s"]) == (1500, 750)
    assert across["via"] == ["Most Środkowy"]


def test_several_layers_are_asked_at_once_each_at_its_own_pace(client: FlaskClient) -> None:
    found = get(client, f"/api/nearest?layer=nurseries&layer=aeds&{START}&k=1")["features"]
    assert [(item["properties"]["layer"], item["properties"]["pace_m_s"]) for item in found] == [
        ("aeds", 2.0),
        ("nurseries", 1.0),
    ]


def test_only_those_known_to_be_open_at_a_moment(client: FlaskClient) -> None:
    monday = f"/api/nearest?layer=nurseries&{START}&open=now&at=2026-11-02T08:00"
    answer = get(client, monday)
    (found,) = answer["features"]
    assert found["id"] == "nurseries-1"
    assert found["properties"]["open_state"] == "open"
    assert found["properties"]["next_change"] == "2026-11-02T17:00:00+01:00"
    assert answer["at"] == "2026-11-02T08:00:00+01:00"
    sunday = f"/api/nearest?layer=nurseries&{START}&open=now&at=2026-11-01T08:00"
    assert get(client, sunday)["features"] == []


def test_planned_ones_only_when_asked_for(client: FlaskClient) -> None:
    def ids(status: str) -> set[str]:
        path = f"/api/nearest?layer=nurseries&{START}&k=20&status={status}"
        return {item["id"] for item in get(client, path)["features"]}

    assert ids("open") == {"nurseries-1", "nurseries-2", "nurseries-3"}
    assert ids("all") == {"nurseries-1", "nurseries-2", "nurseries-3", "nurseries-4"}


def test_where_somebody_is_is_never_kept(client: FlaskClient) -> None:
    answer = client.get(f"/api/nearest?layer=nurseries&{START}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


# Coverage -----------------------------------------------------------------------------------


def test_the_numbers_of_a_coverage_add_up(client: FlaskClient) -> None:
    report = get(client, "/api/coverage/nurseries?minutes=15&group=all")
    assert (report["layer"], report["minutes"], report["group"]) == ("nurseries", 15, "all")
    assert report["people"] == 2100
    assert report["served"] + report["unserved"] == report["people"]
    assert report["share"] == pytest.approx(report["served"] / report["people"], abs=1e-4)
    people = {item["number"]: item["people"] for item in report["districts"]}
    assert people == {1: 1400, 2: 700}
    assert sum(item["served"] for item in report["districts"]) == report["served"]
    assert report["completeness"] == {"expected": 4, "listed": 3, "located": 2}
    assert report["walk_s"]["median"] <= report["walk_s"]["p90"]


def test_gaps_are_valid_areas_with_people(client: FlaskClient) -> None:
    report = get(client, "/api/coverage/nurseries?minutes=5&group=all")
    assert report["gaps"]
    assert sum(gap["people"] for gap in report["gaps"]) <= report["unserved"]
    for gap in report["gaps"]:
        assert shape(gap["geometry"]).is_valid
        assert gap["district"] in (1, 2)


def test_a_layer_has_its_own_standard_group_and_pace(client: FlaskClient) -> None:
    report = get(client, "/api/coverage/nurseries")
    assert (report["minutes"], report["group"], report["pace_m_s"]) == (15, "age_0_2", 1.0)


def test_the_overview_leaves_out_what_moves_and_says_why(client: FlaskClient) -> None:
    overview = get(client, "/en/api/coverage")
    assert [line["layer"] for line in overview["layers"]] == ["nurseries", "aeds"]
    (left_out,) = overview["left_out"]
    assert left_out["layer"] == "vehicles" and left_out["reason"]
    whole = get(client, "/api/coverage/nurseries")
    assert overview["layers"][0]["served"] == whole["served"]


def test_the_districts_can_be_downloaded_as_a_table(client: FlaskClient) -> None:
    answer = client.get("/api/coverage/nurseries.csv?minutes=15&group=all")
    assert answer.content_type == "text/csv; charset=utf-8"
    disposition = answer.headers["Content-Disposition"]
    assert disposition == 'attachment; filename="coverage-nurseries.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["number"], row["name"], row["people"]) for row in rows] == [
        ("1", "Północ", "1400"),
        ("2", "Południe", "700"),
    ]
    assert {row["minutes"] for row in rows} == {"15"}


def test_the_gaps_can_be_downloaded_for_a_gis(client: FlaskClient) -> None:
    answer = client.get("/api/coverage/nurseries.geojson?minutes=5&group=all")
    assert answer.content_type == "application/geo+json"
    gaps = answer.get_json()
    report = get(client, "/api/coverage/nurseries?minutes=5&group=all")
    assert [gap["properties"]["people"] for gap in gaps["features"]] == [
        gap["people"] for gap in report["gaps"]
    ]


# What is wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status", "code", "parameter"),
    [
        ("/api/nowhere", 404, "not_found", None),
        ("/api/layers/schools", 404, "not_found", "layer"),
        ("/api/layers/%3Cscript%3E", 404, "not_found", "layer"),
        ("/api/layers?x=1", 400, "invalid_parameter", "x"),
        (f"/api/nearest?{START}", 400, "invalid_parameter", "layer"),
        (f"/api/nearest?layer=schools&{START}", 404, "not_found", "layer"),
        (f"/api/nearest?layer=nurseries&{START}&k=0", 400, "invalid_parameter", "k"),
        (f"/api/nearest?layer=nurseries&{START}&k=9999", 400, "invalid_parameter", "k"),
        ("/api/nearest?layer=nurseries&lat=abc&lon=20", 400, "invalid_parameter", "lat"),
        (f"/api/nearest?layer=nurseries&{START}&by=rocket", 400, "invalid_parameter", "by"),
        (f"/api/nearest?layer=nurseries&{START}&max_walk=0", 400, "invalid_parameter", "max_walk"),
        (f"/api/nearest?layer=nurseries&{START}&by=transit&at=8h", 400, "invalid_parameter", "at"),
        (
            f"/api/nearest?layer=nurseries&{START}&by=transit&at=2031-01-01T08:00",
            422,
            "outside_timetable",
            "at",
        ),
        ("/api/nearest?layer=nurseries&q=", 400, "invalid_parameter", "q"),
        ("/api/nearest?layer=nurseries&q=xyzzyxyz", 404, "not_found", "q"),
        ("/api/nearest?layer=nurseries&q=" + "x" * 10_000, 400, "invalid_parameter", "q"),
        ("/api/search?q=52.23,21.01", 422, "outside_city", "q"),
        ("/api/search", 400, "invalid_parameter", "q"),
        ("/api/coverage/schools", 404, "not_found", "layer"),
        ("/api/coverage/schools.csv", 404, "not_found", "layer"),
        ("/api/coverage/nurseries?minutes=-5", 400, "invalid_parameter", "minutes"),
        ("/api/coverage/nurseries?minutes=nan", 400, "invalid_parameter", "minutes"),
        ("/api/coverage/nurseries?group=martians", 400, "invalid_parameter", "group"),
        ("/api/coverage/vehicles", 422, "not_computable", "layer"),
        ("/api/coverage/nurseries?by=rocket", 400, "invalid_parameter", "by"),
        ("/api/coverage/nurseries?by=transit&depart=8h", 400, "invalid_parameter", "depart"),
        ("/api/coverage/nurseries?by=transit&max_walk=31", 400, "invalid_parameter", "max_walk"),
        (
            "/api/coverage/nurseries?by=transit&depart=2031-01-01T08:00",
            422,
            "outside_timetable",
            "depart",
        ),
    ],
)
def test_what_is_wrong_is_answered_clearly(
    client: FlaskClient, path: str, status: int, code: str, parameter: str | None
) -> None:
    told_code, told_parameter, message = error(client, path, status)
    assert (told_code, told_parameter) == (code, parameter)
    assert message and "<" not in client.get(path).text
    assert error(client, f"/en{path}", status)[2] != message


def test_who_rides_stands_beside_who_walks_where_it_is_asked_for(client: FlaskClient) -> None:
    asked = "/api/coverage/nurseries?minutes=30&group=all&depart=2026-11-02T06:00&ownership=private"
    on_foot, beside = get(client, asked), get(client, f"{asked}&by=transit")
    assert on_foot.pop("transit") is None
    told = beside.pop("transit")
    assert beside == on_foot
    assert (told["depart"], told["departures"], told["max_walk"]) == (
        "2026-11-02T06:00:00+01:00",
        60,
        15,
    )
    assert told["basis"]["modes"] == ["tram"]
    assert told["walking"] == on_foot["served"]
    assert told["gained"] == told["served"] - told["walking"]
    assert told["low"] <= told["served"] <= told["high"]
    for name in ("people", "served", "low", "high", "walking", "gained"):
        assert sum(row[name] for row in told["districts"]) == told[name]
    assert len(told["gaps"]) == min(10, told["gaps_total"])


def test_the_table_of_districts_says_who_rides_where_it_is_asked_for(client: FlaskClient) -> None:
    asked = "/api/coverage/nurseries.csv?minutes=30"
    plain, more = (
        list(csv.DictReader(io.StringIO(client.get(path).text)))
        for path in (asked, f"{asked}&by=transit&depart=2026-11-02T06:00")
    )
    told = get(client, "/api/coverage/nurseries?minutes=30&by=transit&depart=2026-11-02T06:00")
    for row, longer, district in zip(plain, more, told["transit"]["districts"], strict=True):
        ridden = {name: value for name, value in longer.items() if name.startswith("transit_")}
        assert {name: longer[name] for name in row} == row
        assert ridden.pop("transit_depart") == "2026-11-02T06:00:00+01:00"
        assert ridden.pop("transit_modes") == "tram"
        assert ridden == {
            f"transit_{name}": str(district[name])
            for name in district
            if name not in ("number", "name", "people")
        }


def test_journeys_stand_beside_the_walks_where_they_are_asked_for(client: FlaskClient) -> None:
    lon, lat = at(500, 3500)
    asked = f"/api/nearest?layer=nurseries&lat={lat}&lon={lon}&at=2026-11-02T05:50"
    on_foot, beside = get(client, asked), get(client, f"{asked}&by=transit")
    assert "transit" not in on_foot
    assert beside.pop("transit") == {
        "sources": ["timetable: Invented timetable 1"],
        "valid_from": "2026-10-01",
        "valid_to": "2027-01-31",
        "modes": ["tram"],
        "step_free": None,
    }
    journeys = {one["id"]: one["properties"].pop("journeys") for one in beside["features"]}
    assert beside == on_foot  # all else, and the order, stay those of the walks
    assert journeys["nurseries-1"] == []
    first, following = journeys["nurseries-3"]
    legs = first.pop("legs")
    assert first == {
        "departure": "2026-11-02T05:57:55+01:00",
        "arrival": "2026-11-02T06:16:05+01:00",
        "duration_s": 1090,
        "changes": 0,
        "walk_s": 250,
        "walk_m": 250,
    }
    assert legs[1] == {
        "mode": "tram",
        "line": "1",
        "headsign": "Polna",
        "from_stop": "Lipowa",
        "to_stop": "Polna",
        "departure": "2026-11-02T06:00:00+01:00",
        "arrival": "2026-11-02T06:14:00+01:00",
        "duration_s": 840,
        "walk_m": 0,
        "stops": 2,
        "step_free": None,
    }
    assert [leg["mode"] for leg in legs] == ["walk", "tram", "walk"]
    assert following["legs"][1]["departure"] == "2026-11-02T06:30:00+01:00"


def test_a_city_without_a_timetable_answers_no_journeys(tmp_path: Path) -> None:
    folder = write_tiny_city(tmp_path / "tiny")
    (folder / "timetable.zip").unlink()
    asked = f"/api/nearest?layer=nurseries&{START}"
    with client_of(folder) as bare:
        code, parameter, message = error(bare, f"{asked}&by=transit", 422)
        assert (code, parameter) == ("no_timetable", "by")
        assert message
        assert len(get(bare, asked)["features"]) == 3


def test_a_point_in_another_city_is_outside(client: FlaskClient) -> None:
    code, _, message = error(client, "/api/nearest?layer=nurseries&lat=52.23&lon=21.01", 422)
    assert code == "outside_city" and message


def test_an_unknown_layer_is_answered_with_those_there_are(client: FlaskClient) -> None:
    _, _, message = error(client, "/en/api/layers/schools", 404)
    assert message == "There is no layer “schools”. Layers: nurseries, aeds, vehicles."
