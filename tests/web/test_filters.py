"""What is chosen reaches page, map, table, API and command alike, on the tiny city."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from locator.analysis.scenario.file import ScenarioFileError, parse_scenario, read_scenario
from locator.city.facility_filter import FacilityFilter
from tests.breaking import edit_feature
from tests.cli.running import answer, locator
from tests.serving import client_of

pytestmark = pytest.mark.usefixtures("patient")

PUBLIC = "ownership=public"


def api(client: FlaskClient, path: str, status: int = 200) -> Any:
    told = client.get(path)
    assert told.status_code == status, told.text
    return json.loads(told.data)


def test_the_page_says_what_counts_and_how_many_do_not(client: FlaskClient) -> None:
    page = client.get(f"/en/coverage/nurseries?{PUBLIC}&open_at=2026-12-01T10:00").text
    assert "Free places are not taken into account" in page
    assert "Opening hours and free places" not in page
    assert "Only these count: public (run by the city or commissioned by it); open on" in page
    assert "Tuesday, 1 December 2026, 10:00. On the map: 1." in page
    assert "2 more do not count, because nobody knows whether they fit. 1 is known" in page
    assert 'value="2026-12-01T10:00"' in page
    assert '<option value="public" selected>' in page
    sorting = "open_at=2026-12-01T10:00&amp;sort=share"
    assert f"/en/coverage/nurseries?{PUBLIC}&amp;{sorting}" in page.replace("%3A", ":")
    assert 'href="/en/coverage/nurseries">Count all places</a>' in page


def test_without_a_filter_the_page_is_as_it_was(client: FlaskClient) -> None:
    page = client.get("/en/coverage/nurseries").text
    assert "Only these count" not in page and "(only:" not in page
    assert '<details class="filter"><summary>Choose which places count' in page
    assert "Of 4 places the opening hours are on file for 1" in page


def test_the_map_shows_the_places_that_count(client: FlaskClient) -> None:
    places = api(client, f"/en/maps/coverage/nurseries/places.geojson?{PUBLIC}")
    assert {one["id"] for one in places["features"]} == {"nurseries-1", "nurseries-3"}
    assert "places.geojson?ownership=public" in client.get(f"/en/coverage/nurseries?{PUBLIC}").text
    assert "places.geojson" not in client.get("/en/coverage/nurseries").text


def test_the_answer_names_the_filter(client: FlaskClient) -> None:
    told = api(client, f"/en/api/coverage/nurseries?{PUBLIC}&step_free=yes")
    assert told["filter"] == {
        "ownership": "public",
        "kind": [],
        "operator": [],
        "open_at": None,
        "step_free": True,
        "words": "public (run by the city or commissioned by it); with an entrance without steps",
        "counted": 0,
        "undetermined": 3,
        "barred": 1,
    }
    assert (told["counted"], told["served"]) == (0, 0)
    assert told["ranges"]["low"] == 0 < told["ranges"]["high"]
    assert api(client, "/en/api/coverage/nurseries")["filter"] is None
    layers = api(client, f"/en/api/coverage?{PUBLIC}")["layers"]
    assert {one["layer"]: one["filter"]["counted"] for one in layers} == {"nurseries": 2, "aeds": 0}


def test_a_table_says_in_each_row_what_counts(client: FlaskClient) -> None:
    for path in ("/en/api/coverage/nurseries.csv", "/en/coverage/nurseries/districts.csv"):
        table = client.get(f"{path}?{PUBLIC}").text.removeprefix("\ufeff")
        rows = list(csv.DictReader(io.StringIO(table)))
        assert {row["filter"] for row in rows} == {"public (run by the city or commissioned by it)"}
        assert {row["undetermined"] for row in rows} == {"0"}
        assert "filter" not in client.get(path).text.splitlines()[0]
    gaps = api(client, f"/en/api/coverage/nurseries.geojson?{PUBLIC}")
    assert gaps["filter"]["ownership"] == "public"


def test_all_that_is_wrong_with_a_filter_is_told(client: FlaskClient) -> None:
    wrong = "ownership=both&kind=bank&operator=nobody&open_at=noon&step_free=1"
    told = api(client, f"/en/api/coverage/nurseries?{wrong}", 400)["error"]
    assert [one["parameter"] for one in told["faults"]] == [
        *("ownership", "open_at", "step_free"),
        *("kind", "operator"),
    ]
    assert told["faults"][-1]["message"] == (
        "No facility of this layer is run by “nobody”. Operators: –."
    )


@pytest.mark.parametrize("language", ["", "/uk"])
def test_every_language_says_it(client: FlaskClient, language: str) -> None:
    said = {"": "Liczymy tylko takie placówki", "/uk": "Враховано лише такі заклади"}
    assert said[language] in client.get(f"{language}/coverage/nurseries?{PUBLIC}").text


def test_the_command_asks_the_same(city_folder: Path) -> None:
    asked = ("coverage", "nurseries", "--ownership", "public", "--open-at", "2026-12-01T10:00")
    told = answer(city_folder, *asked)
    assert told["filter"]["counted"] == 1
    said = locator(city_folder, *asked).stdout.replace("\n", " ")
    assert "2 more do not count" in said
    refused = locator(city_folder, "coverage", "nurseries", "--operator", "nobody")
    assert refused.exit_code == 2 and "run by “nobody”" in refused.stderr
    steps = locator(city_folder, "coverage", "nurseries", "--profile", "pram")
    assert steps.exit_code != 0 and "need the street network" in steps.stderr


def test_the_overview_and_several_services_count_the_same(client: FlaskClient) -> None:
    page = client.get(f"/en/coverage?{PUBLIC}").text
    assert "Only these count: public" in page
    assert f'href="/en/coverage/nurseries?{PUBLIC}"' in page
    assert "not known: 2" in page  # of the AEDs nobody says who runs them
    both = "layer=nurseries&layer=aeds&need=any"
    page = client.get(f"/en/coverage/combined?{both}&{PUBLIC}").text
    assert "<b>AEDs.</b> Only these count: public" in page
    told = api(client, f"/en/api/together?{both}&{PUBLIC}")
    assert told["filters"]["aeds"]["undetermined"] == 2
    assert told["single"]["aeds"] == 0


def test_planning_counts_the_same(client: FlaskClient) -> None:
    served = api(client, f"/en/api/coverage/nurseries?{PUBLIC}")["served"]
    told = api(client, f"/en/api/scenario/nurseries?{PUBLIC}&planned=1")
    assert told["before"]["served"] == served
    assert told["filter"]["counted"] == 2
    private = api(client, "/en/api/scenario/nurseries?ownership=private&planned=1")
    assert private["not_chosen"] == ["nurseries-4"] and private["gained"] == 0
    assert api(client, "/en/api/supply/nurseries")["places"] == 90
    assert api(client, f"/en/api/supply/nurseries?{PUBLIC}")["places"] == 60
    for path in ("sites", "closures", "relocations"):
        told = api(client, f"/en/api/{path}/nurseries?{PUBLIC}")
        assert (told["filter"]["counted"], told["profile"]) == (2, "foot")


@pytest.mark.parametrize("path", ["where-next", "what-if", "report"])
def test_a_planning_page_says_and_keeps_what_counts(client: FlaskClient, path: str) -> None:
    chosen = f"{PUBLIC}&open_at=2026-12-01T10:00"
    answered = client.get(f"/en/{path}/nurseries?{chosen}")
    assert answered.status_code == 200, answered.text
    page = answered.text.replace("%3A", ":")
    assert "public (run by the city or commissioned by it); open on Tuesday" in page
    assert "2 more do not count" in page
    assert '<option value="public" selected>' in page
    assert f"/en/coverage/nurseries?{chosen.replace('&', '&amp;')}" in page


def test_a_report_of_some_is_named_after_them(client: FlaskClient, tmp_path: Path) -> None:
    page = client.get(f"/en/report/nurseries?{PUBLIC}").text
    title = "Nurseries: Tiny City (only: public (run by the city or commissioned by it))"
    assert f"<h1>{title}</h1>" in page
    sent = client.get(f"/en/report/nurseries.xlsx?{PUBLIC}")
    assert "tiny-nurseries-filtered.xlsx" in sent.headers["Content-Disposition"]
    file = tmp_path / "report.gpkg"
    file.write_bytes(client.get(f"/en/report/nurseries.gpkg?{PUBLIC}").data)
    with closing(sqlite3.connect(file)) as opened:
        said = [one for (one,) in opened.execute("select description from gpkg_contents")]
    assert said and all("(only: public (run by" in one for one in said)
    scenario = client.get(f"/en/what-if/nurseries/report?{PUBLIC}&planned=1").text
    assert "(only: public (run by the city or commissioned by it))" in scenario


def test_what_is_not_known_of_steps_is_said_where_no_street_is_known(client: FlaskClient) -> None:
    for path in ("coverage", "where-next/nurseries", "what-if/nurseries", "report/nurseries"):
        assert client.get(f"/en/{path}?profile=pram").status_code == 422, path


def test_a_scenario_file_keeps_what_counts(client: FlaskClient, tmp_path: Path) -> None:
    asked = f"{PUBLIC}&open_at=2026-12-01T10:00&planned=1"
    sent = client.get(f"/en/what-if/nurseries/scenario.json?{asked}")
    file = tmp_path / "change.json"
    file.write_bytes(sent.data)
    read = read_scenario(file)
    assert read.which == FacilityFilter(ownership="public", open_at=datetime(2026, 12, 1, 10))
    wrong = json.loads(sent.data) | {"ownership": "both", "open_at": "noon"}
    with pytest.raises(ScenarioFileError) as raised:
        parse_scenario(json.dumps(wrong), file="s.json")
    assert [one.field for one in raised.value.faults] == ["ownership", "open_at"]


def test_the_commands_of_a_planner_ask_the_same(city_folder: Path, tmp_path: Path) -> None:
    sites = answer(city_folder, "sites", "nurseries", "--ownership", "public")
    assert sites["filter"]["counted"] == 2
    said = locator(city_folder, "sites", "nurseries", "--ownership", "public").stdout
    assert "Only these count: public" in said
    file = tmp_path / "change.json"
    file.write_text('{"layer": "nurseries", "planned": true, "operator": ["nobody"]}')
    refused = locator(city_folder, "scenario", str(file))
    assert refused.exit_code == 1 and "run by “nobody”" in refused.stderr


NEAR = "layer=nurseries&q=Lipowa+1"


def test_what_is_near_can_be_chosen_too(client: FlaskClient) -> None:
    told = api(client, f"/en/api/nearest?{NEAR}&ownership=private")
    assert [one["id"] for one in told["features"]] == ["nurseries-2"]
    counts = {name: told["filter"][name] for name in ("ownership", "counted", "barred")}
    assert counts == {"ownership": "private", "counted": 1, "barred": 3}
    several = api(client, f"/en/api/nearest?{NEAR}&layer=aeds&ownership=private")["filter"]
    assert (several["counted"], several["undetermined"]) == (1, 2)
    assert api(client, f"/en/api/nearest?{NEAR}")["filter"] is None
    error = api(client, f"/en/api/nearest?{NEAR}&operator=nobody&ownership=both", 400)["error"]
    assert [one["parameter"] for one in error["faults"]] == ["ownership", "operator"]


def test_the_page_of_what_is_near_says_what_counts(client: FlaskClient) -> None:
    page = client.get(f"/en/nearest?{NEAR}&{PUBLIC}").text
    assert "Only these count: public" in page and "1 is known not to fit." in page
    assert '<option value="public" selected>' in page and 'name="open_at"' not in page
    assert 'href="/en/nearest?q=Lipowa+1&amp;layer=nurseries">Show all places</a>' in page
    assert 'id="r-nurseries-1"' in page and 'id="r-nurseries-2"' not in page
    assert "1 more is known, but not where exactly" in page
    private = client.get(f"/en/nearest?{NEAR}&ownership=private").text
    assert "not where exactly" not in private  # the one without a place is public
    nothing = client.get(f"/en/nearest?{NEAR}&ownership=private&step_free=yes").text
    assert "None of these is known to fit what was chosen." in nothing
    assert 'value="private" selected' in nothing and 'value="yes" checked' in nothing
    plain = client.get(f"/en/nearest?{NEAR}").text
    assert "Only these count" not in plain and '<details class="filter"><summary>' in plain


def test_a_form_without_a_layer_lists_only_the_operators_that_are_chosen(
    tiny_folder: Path,
) -> None:
    for number, name in ((0, "Gmina"), (1, "Fundacja")):
        edit_feature(tiny_folder, "nurseries.geojson", number, operator=name)
    client = client_of(tiny_folder)
    ticked = 'name="operator" value="{}"'
    page = client.get("/en/nearest?q=Lipowa+1&operator=gmina").text
    assert ticked.format("Gmina") + " checked" in page and "Fundacja)" not in page
    assert ticked.format("Fundacja") not in page and 'id="r-nurseries-1"' in page
    page = client.get(f"/en/nearest?{NEAR}&operator=gmina").text
    assert ticked.format("Fundacja") in page


def test_the_command_finds_what_is_chosen(city_folder: Path) -> None:
    asked = ("nearest", "Lipowa 1", "--layer", "nurseries", "--ownership", "private")
    told = answer(city_folder, *asked)
    assert [one["id"] for one in told["features"]] == ["nurseries-2"]
    said = " ".join(locator(city_folder, *asked).stdout.split())
    assert "Only these count: private. On the map: 1." in said
