"""One answer, one shape: web page, API, command line and file say the same of each question."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from locator.api.asking import OPERATIONS
from locator.api.openapi import IN_PATH
from locator.cli.main import main
from locator.web import create_app
from tests.tinycity import at
from tests.toyline import write_toy_city

TUESDAY = "2026-11-24"
START = "{1:.6f}, {0:.6f}".format(*at(500, 3000))
NOON = f"{TUESDAY}T12:00"
STANDARD = {"minutes": "5", "group": "all"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_city(tmp_path_factory.mktemp("city") / "toy")


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[FlaskClient]:
    app = create_app({"GEODATA": folder, "LIMIT_PER_MINUTE": 0, "COMPRESS_REGISTER": False})
    with app.test_client() as client:
        yield client


def printed(folder: Path, *args: str) -> bytes:
    result = CliRunner().invoke(main, ["--geodata", str(folder), *args])
    assert result.exit_code == 0, result.output
    return result.stdout_bytes


def served(client: FlaskClient, path: str, **asked: Any) -> bytes:
    got = client.get(f"/en{path}?{urlencode(asked, doseq=True)}")
    assert got.status_code == 200, got.text
    return got.data


def answered(client: FlaskClient, path: str, **asked: Any) -> Any:
    return json.loads(served(client, path, **asked))


def options(**given: str) -> list[str]:
    return [part for name, value in given.items() for part in (f"--{name}", value)]


# The command line and the API, byte for byte ----------------------------------------------------


@pytest.mark.parametrize(
    ("path", "asked", "command"),
    [
        (
            "/api/nearest",
            {"q": START, "layer": ["nurseries", "aeds"], "k": "2", "at": NOON, "status": "all"},
            ["nearest", START, "--layer", "nurseries", "--layer", "aeds", "-k", "2", "--all"]
            + options(at=NOON),
        ),
        (
            "/api/nearest",
            {"q": START, "layer": ["nurseries"], "at": f"{TUESDAY}T05:50", "by": "transit"},
            ["nearest", START, "--layer", "nurseries", "--transit"]
            + options(at=f"{TUESDAY}T05:50"),
        ),
        (
            "/api/coverage/nurseries",
            {**STANDARD, "by": "transit", "depart": f"{TUESDAY}T05:50", "max_walk": "10"},
            ["coverage", "nurseries", "--transit", *options(**STANDARD)]
            + ["--depart", f"{TUESDAY}T05:50", "--max-walk", "10"],
        ),
        ("/api/coverage/nurseries", STANDARD, ["coverage", "nurseries", *options(**STANDARD)]),
        (
            "/api/sites/nurseries",
            {**STANDARD, "n": "2", "planned": "1", "avoid": ["2"]},
            ["sites", "nurseries", "-n", "2", "--planned", "--avoid", "II", *options(**STANDARD)],
        ),
        (
            "/api/closures/nurseries",
            {**STANDARD, "n": "2"},
            ["sites", "nurseries", "--least-missed", "-n", "2", *options(**STANDARD)],
        ),
        (
            "/api/relocations/aeds",
            STANDARD,
            ["sites", "aeds", "--best-move", *options(**STANDARD)],
        ),
        ("/api/vehicles", {"at": NOON}, ["vehicles", "list", "--at", NOON]),
    ],
)
def test_a_command_prints_what_the_api_answers(
    folder: Path, client: FlaskClient, path: str, asked: dict[str, Any], command: list[str]
) -> None:
    assert printed(folder, *command, "--json") == served(client, path, **asked)


def examples(client: FlaskClient) -> dict[str, str]:
    """Return an address that answers for each operation, from the page of the API."""
    page = client.get("/en/api").text
    found = re.findall(r'<a href="([^"]+)"><code>', page)
    return dict(zip(re.findall(r'id="op-(\w+)"', page), map(html.unescape, found), strict=True))


@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() - {"healthz"}))  # says when it started
def test_any_operation_is_answered_alike_without_a_server(
    folder: Path, client: FlaskClient, name: str
) -> None:
    address = urlsplit(examples(client)[name])
    pairs = parse_qsl(address.query)
    if name in ("nearest_on_foot", "aed", "vehicles"):
        pairs.append(("at", NOON))  # "now" may be another second
    pattern = IN_PATH.sub(r"(?P<\1>[^/.]+)", OPERATIONS[name].path)
    in_path = re.fullmatch(f"/en{pattern}", address.path)
    assert in_path is not None
    given = [f"{key}={value}" for key, value in (*pairs, *in_path.groupdict().items())]
    expected = client.get(f"{address.path}?{urlencode(pairs)}")
    assert expected.status_code == 200, expected.text
    assert printed(folder, "api", name, *given) == expected.data


def test_the_list_of_operations_has_them_all(folder: Path) -> None:
    listed = printed(folder, "api").decode()
    assert all(one.name in listed and one.path in listed for one in OPERATIONS.values())


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["zoo"], "There is no zoo"),
        (["search", "q"], "NAME=VALUE"),
        (["search", "q=a", "sort=b"], "no parameter"),
        (["layer_features"], "layer is missing"),
        (["layer_features", "layer=zoo"], "There is no layer"),
    ],
)
def test_a_wrong_question_is_explained(folder: Path, args: list[str], words: str) -> None:
    result = CliRunner().invoke(main, ["--geodata", str(folder), "api", *args])
    assert result.exit_code in (1, 2)
    assert words in result.stderr
    assert result.stdout == ""


# Files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "path"), [("csv", ".csv"), ("geojson", ".geojson"), ("json", "")]
)
def test_a_coverage_file_is_what_the_api_sends(
    folder: Path, client: FlaskClient, tmp_path: Path, ending: str, path: str
) -> None:
    out = tmp_path / f"out.{ending}"
    printed(folder, "coverage", "nurseries", *options(**STANDARD), "--out", str(out))
    assert out.read_bytes() == served(client, f"/api/coverage/nurseries{path}", **STANDARD)


def test_the_gaps_of_the_page_are_those_of_the_api(client: FlaskClient) -> None:
    page = served(client, "/coverage/nurseries/gaps.geojson", **STANDARD)
    assert page == served(client, "/api/coverage/nurseries.geojson", **STANDARD)


def rows(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def test_the_districts_of_the_page_are_those_of_the_api(client: FlaskClient) -> None:
    page = rows(served(client, "/coverage/nurseries/districts.csv", **STANDARD))
    table = rows(served(client, "/api/coverage/nurseries.csv", **STANDARD))
    answer = answered(client, "/api/coverage/nurseries", **STANDARD)
    counted = ("people", "served", "unserved", "share", "mean_s", "p90_s")
    for row, line, district in zip(page, table, answer["districts"], strict=False):
        assert row["district"] == line["name"] == district["name"]
        for name in counted:
            assert float(row[name]) == float(line[name]) == district[name], name
    assert [float(page[-1][name]) for name in counted[:4]] == [answer[name] for name in counted[:4]]


# A change ----------------------------------------------------------------------------------------

CHANGE = {
    "group": "all",
    "minutes": "10",
    "planned": "1",
    "close": "nurseries-2",
    "add": "{1:.5f},{0:.5f},30,nowy".format(*at(3300, 1500)),
}


@pytest.fixture
def scenario_file(client: FlaskClient, tmp_path: Path) -> str:
    """Return the path of the file that the page "what if" saves of `CHANGE`."""
    path = tmp_path / "change.json"
    path.write_bytes(served(client, "/what-if/nurseries/scenario.json", **CHANGE))
    return str(path)


def test_a_scenario_file_is_answered_as_its_address(
    folder: Path, client: FlaskClient, scenario_file: str
) -> None:
    answer = served(client, "/api/scenario/nurseries", **CHANGE)
    assert printed(folder, "scenario", scenario_file, "--json") == answer
    found = json.loads(answer)
    assert found["opened"] == ["nurseries-4"] and found["closed"] == ["nurseries-2"]
    page = served(client, "/what-if/nurseries", **CHANGE).decode()
    for number in (found["after"]["served"], found["gained"], found["lost"]):
        assert f"{number:,}" in page


@pytest.mark.parametrize("ending", ["csv", "geojson"])
def test_the_files_of_a_scenario_are_what_the_api_sends(
    folder: Path, client: FlaskClient, tmp_path: Path, scenario_file: str, ending: str
) -> None:
    out = tmp_path / f"out.{ending}"
    printed(folder, "scenario", scenario_file, "--out", str(out))
    assert out.read_bytes() == served(client, f"/api/scenario/nurseries.{ending}", **CHANGE)


# Pages, field for field ---------------------------------------------------------------------------


def test_the_page_lists_the_nearest_in_the_order_of_the_api(client: FlaskClient) -> None:
    lon, lat = at(500, 3000)
    asked = {"lon": lon, "lat": lat, "layer": "nurseries", "k": "3"}
    found = answered(client, "/api/nearest", **asked)["features"]
    on_map = answered(client, "/maps/nearest.geojson", **asked)["features"]
    ids = [one["id"] for one in found]
    assert len(ids) == 3
    assert [one["id"] for one in on_map] == ids
    page = served(client, "/nearest", **asked).decode()
    links = re.findall(r'href="/en/facilities/([\w-]+)', page)
    assert list(dict.fromkeys(links)) == ids


def test_the_page_starts_where_the_search_leads(client: FlaskClient) -> None:
    best = answered(client, "/api/search", q="Lipowa 1")["places"][0]
    origin = answered(client, "/api/nearest", q="Lipowa 1", layer="nurseries")["origin"]
    assert origin == best
    page = served(client, "/nearest", q="Lipowa 1", layer="nurseries").decode()
    assert best["label"] in page


def test_the_page_suggests_the_sites_of_the_api(client: FlaskClient) -> None:
    sites = answered(client, "/api/sites/nurseries", n="2", **STANDARD)["sites"]
    page = html.unescape(served(client, "/where-next/nurseries", n="2", **STANDARD).decode())
    added = re.findall(r"add=([\d.]+)(?:,|%2C)([\d.]+)", page)
    expected = [(f"{site['lat']:.5f}", f"{site['lon']:.5f}") for site in sites]
    assert list(dict.fromkeys(added))[: len(sites)] == expected


def test_the_page_lists_the_aeds_of_the_api(client: FlaskClient) -> None:
    lon, lat = at(500, 3000)
    asked = {"lon": lon, "lat": lat, "at": NOON}
    found = answered(client, "/api/aed", **asked)["features"]
    listed = answered(client, "/aed/listed.geojson", **asked)["features"]
    first = [one["id"] for one in found if one["properties"]["availability"] == "now"]
    assert first
    assert [one["id"] for one in listed][: len(first)] == first


@pytest.mark.parametrize("table", ["hours", "moves"])
def test_the_tables_of_the_page_are_those_of_the_api(client: FlaskClient, table: str) -> None:
    # The mark in front tells spreadsheets that this is UTF-8; programs would trip over it.
    page = served(client, f"/aed/coverage/{table}.csv", minutes="3")
    sent = served(client, f"/api/aed/coverage/{table}.csv", minutes="3")
    assert page == b"\xef\xbb\xbf" + sent
    answer = answered(client, "/api/aed/coverage", minutes="3")[table]
    assert [{name: str(value) for name, value in row.items()} for row in answer] == rows(sent)


def test_the_map_of_a_layer_has_the_facilities_of_the_api(client: FlaskClient) -> None:
    answer = answered(client, "/api/layers/nurseries")["features"]
    on_map = answered(client, "/maps/features.geojson", layer="nurseries")["features"]
    located = {one["id"]: one["properties"]["name"] for one in answer if one["geometry"]}
    assert {one["id"]: one["properties"]["name"] for one in on_map} == located


def test_places_within_reach_are_the_same_before_a_change(client: FlaskClient) -> None:
    supply = answered(client, "/api/supply/nurseries", group="all")
    change = answered(client, "/api/scenario/nurseries", **CHANGE)["places_per_100"]
    assert change["before"] == supply["mean_per_100"]
    assert change["short_people_before"] == supply["short_people"]


# The package -------------------------------------------------------------------------------------


def test_the_api_knows_nobody_who_asks_it() -> None:
    code = (
        "import pkgutil, sys, locator.api\n"
        "for one in pkgutil.iter_modules(locator.api.__path__):\n"
        "    __import__(f'locator.api.{one.name}')\n"
        "print({'flask', 'folium', 'click', 'rich'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
