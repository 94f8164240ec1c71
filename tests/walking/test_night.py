"""Walks at night: on the page, in the address, on the map, in the API, at the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from locator.cli.main import main
from locator.walking.graph.for_city import build_for_city
from tests.analysis.test_model_comparison import NODES, STREETS
from tests.osmdata import write_osm
from tests.serving import client_of
from tests.tinycity import at, write_tiny_city

PARK = ([8, 2], {"highway": "footway", "name": "Parkowa", "opening_hours": "06:00-21:00"})
"""Straight from the end of the footpath to the middle of the town, closed at night."""

LON, LAT = at(2500, 2490)
QUESTION = f"layer=nurseries&k=3&lat={LAT}&lon={LON}"
OFFERED = "At night: not through gates and ways that are closed then"
SAID = "Counted for the night"


@pytest.fixture(scope="module")
def gated_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = tmp_path_factory.mktemp("city")
    folder = write_tiny_city(work / "tiny")
    build_for_city(write_osm(work / "streets.osm.pbf", NODES, [*STREETS, PARK]), folder)
    return folder


@pytest.fixture(scope="module")
def gated(gated_folder: Path) -> FlaskClient:
    return client_of(gated_folder)


@pytest.fixture(scope="module")
def open_always(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    work = tmp_path_factory.mktemp("city")
    folder = write_tiny_city(work / "tiny")
    build_for_city(write_osm(work / "streets.osm.pbf", NODES, STREETS), folder)
    return client_of(folder)


def get(client: FlaskClient, address: str, status: int = 200) -> Any:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return answer.get_json(force=True)


def walks_m(answer: Any) -> dict[str, int]:
    return {item["id"]: item["properties"]["walk_m"] for item in answer["features"]}


def test_the_api_walks_round_what_is_closed_at_night(gated: FlaskClient) -> None:
    by_day = get(gated, f"/api/nearest?{QUESTION}")
    by_night = get(gated, f"/api/nearest?{QUESTION}&night=yes")
    assert (by_day["profile"], by_day["at_night"]) == ("foot", False)
    assert (by_night["profile"], by_night["at_night"]) == ("foot", True)
    assert walks_m(by_night)["nurseries-1"] > walks_m(by_day)["nurseries-1"] + 100
    by_id = {item["id"]: item["properties"]["via"] for item in by_day["features"]}
    assert "Parkowa" in by_id["nurseries-1"]
    assert all("Parkowa" not in item["properties"]["via"] for item in by_night["features"])
    assert walks_m(get(gated, f"/api/nearest?{QUESTION}&night=no")) == walks_m(by_day)


def test_list_map_and_api_agree_at_night(gated: FlaskClient) -> None:
    asked = get(gated, f"/api/nearest?{QUESTION}&night=yes")
    mapped = get(gated, f"/maps/nearest.geojson?{QUESTION}&night=yes")
    listed = {str(item["id"]) for item in asked["features"]}
    assert {str(item["id"]) for item in mapped["features"]} >= listed
    drawn = get(gated, f"/maps/walks.geojson?{QUESTION}&night=yes")["features"]
    by_day = get(gated, f"/maps/walks.geojson?{QUESTION}")["features"]
    assert [walk["geometry"] for walk in drawn] != [walk["geometry"] for walk in by_day]


def test_a_wheelchair_at_night_keeps_off_both(gated: FlaskClient) -> None:
    answer = get(gated, f"/api/nearest?{QUESTION}&night=yes&profile=wheelchair")
    assert (answer["profile"], answer["at_night"]) == ("wheelchair", True)


def test_an_isochrone_at_night_is_smaller(gated: FlaskClient) -> None:
    address = f"/api/isochrone?lat={LAT}&lon={LON}&minutes=15&pace=1"
    (day,), (night,) = (get(gated, address + more)["features"] for more in ("", "&night=yes"))
    assert (day["properties"]["at_night"], night["properties"]["at_night"]) == (False, True)
    assert night["properties"]["area_km2"] < day["properties"]["area_km2"]


def test_the_page_offers_the_night_and_says_that_it_counted_it(gated: FlaskClient) -> None:
    by_day = gated.get(f"/en/nearest?{QUESTION}").text
    assert OFFERED in by_day
    assert SAID not in by_day
    by_night = gated.get(f"/en/nearest?{QUESTION}&night=yes").text
    assert SAID in by_night
    assert 'name="night" value="yes" checked' in by_night
    assert "along Parkowa" in by_day
    assert "Parkowa" not in by_night


@pytest.mark.parametrize(
    ("prefix", "offered", "said"),
    [
        ("", "W nocy: bez furtek i dróg wtedy zamkniętych", "Liczone na noc"),
        ("/uk", "Уночі: без хвірток і шляхів, які тоді зачинені", "Пораховано для ночі"),
    ],
)
def test_the_night_is_offered_in_every_language(
    gated: FlaskClient, prefix: str, offered: str, said: str
) -> None:
    page = gated.get(f"{prefix}/nearest?{QUESTION}&night=yes").text
    assert offered in page
    assert said in page


def test_the_night_is_kept_by_the_links_of_the_page(gated: FlaskClient) -> None:
    page = gated.get(f"/en/nearest?layer=nurseries&k=1&lat={LAT}&lon={LON}&night=yes").text
    more = next(line for line in page.splitlines() if "Show more" in line)
    assert "night=yes" in more


def test_where_nothing_closes_the_night_is_not_offered(open_always: FlaskClient) -> None:
    page = open_always.get(f"/en/nearest?{QUESTION}&night=yes")
    assert page.status_code == 200
    assert OFFERED not in page.text
    assert SAID not in page.text
    assert get(open_always, f"/api/nearest?{QUESTION}&night=yes")["at_night"] is False


def test_without_streets_the_night_is_not_known(client: FlaskClient) -> None:
    assert OFFERED not in client.get(f"/en/nearest?{QUESTION}").text
    assert get(client, f"/api/nearest?{QUESTION}")["at_night"] is False
    error = get(client, f"/api/nearest?{QUESTION}&night=yes", 422)["error"]
    assert error["parameter"] == "night"
    refused = client.get(f"/en/nearest?{QUESTION}&night=yes")
    assert refused.status_code == 422
    assert "What is closed at night is known only of the street network" in refused.text


def test_the_night_is_yes_or_no(gated: FlaskClient) -> None:
    error = get(gated, f"/api/nearest?{QUESTION}&night=dark", 400)["error"]
    assert error["parameter"] == "night"
    assert "yes, no" in error["message"]


def locator(folder: Path, *args: str) -> Result:
    return CliRunner().invoke(main, [*args, "--geodata", str(folder)])


def test_the_command_line_walks_at_night_and_in_a_wheelchair(gated_folder: Path) -> None:
    start = f"{LAT}, {LON}"
    asked = ("nearest", start, "--layer", "nurseries", "-k", "1")
    by_day = locator(gated_folder, *asked)
    assert by_day.exit_code == 0, by_day.output
    assert SAID not in by_day.stdout
    by_night = locator(gated_folder, *asked, "--at-night", "--profile", "wheelchair")
    assert SAID in " ".join(by_night.stdout.split())
    assert "not passable are avoided" in " ".join(by_night.stdout.split())
    found = json.loads(locator(gated_folder, *asked, "--at-night", "--json").stdout)
    assert (found["profile"], found["at_night"]) == ("foot", True)
    wrong = locator(gated_folder, *asked, "--profile", "horse")
    assert wrong.exit_code == 2
    assert "foot, pram, wheelchair" in wrong.output
