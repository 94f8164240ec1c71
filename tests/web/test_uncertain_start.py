"""Every surface asks for a start that is not certain: page, emergency, map, API, command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from locator.cli.main import main

TYPO, RIGHT = "Lipova 1", "Lipowa 1"


@pytest.mark.parametrize("path", ["/en/nearest?layer=aeds&q={}", "/en/aed?q={}"])
def test_a_page_offers_the_candidates_as_links_and_answers_nothing(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(path.format(TYPO))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f"We are not certain where “{TYPO}” is." in text
    (link, label) = re.findall(r'class="candidate" href="([^"]+)">([^<]+?) <span', text)[0]
    assert label == RIGHT
    chosen = client.get(link.replace("&amp;", "&"))
    assert chosen.status_code == 200
    assert 'class="candidate"' not in chosen.get_data(as_text=True)


def test_the_number_to_call_stands_before_the_candidates(client: FlaskClient) -> None:
    text = client.get(f"/en/aed?q={TYPO}").get_data(as_text=True)
    assert text.index('href="tel:112"') < text.index('class="candidate"')


@pytest.mark.parametrize(
    "path", ["/api/nearest?layer=aeds&q={}", "/api/aed?q={}", "/api/nearest?layer=nurseries&q={}"]
)
def test_the_api_answers_422_with_the_candidates(client: FlaskClient, path: str) -> None:
    answer = client.get(path.format(TYPO))
    assert answer.status_code == 422
    error = answer.get_json()["error"]
    assert (error["code"], error["parameter"]) == ("ambiguous_place", "q")
    first = error["candidates"][0]
    assert set(first) == {"label", "kind", "lon", "lat", "precision", "basis", "note"}
    assert (first["label"], first["basis"]) == (RIGHT, "address")
    assert client.get(path.format(RIGHT)).status_code == 200


def test_search_tells_what_would_be_taken_without_asking(client: FlaskClient) -> None:
    sure = client.get(f"/api/search?q={RIGHT}").get_json()["places"][0]
    like = client.get(f"/api/search?q={TYPO}").get_json()["places"][0]
    assert (sure["label"], sure["sure"], sure["basis"]) == (RIGHT, True, "address")
    assert (like["label"], like["sure"]) == (RIGHT, False)


def test_the_workbench_adds_nothing_at_an_uncertain_address(client: FlaskClient) -> None:
    text = client.get(f"/en/what-if/nurseries?site={TYPO}").get_data(as_text=True)
    assert "is not certain. Did you mean: Lipowa 1" in text


def test_the_command_line_lists_the_candidates_and_ends_with_1(city_folder: Path) -> None:
    runner = CliRunner()
    found = runner.invoke(main, ["--geodata", str(city_folder), "nearest", TYPO, "--layer", "aeds"])
    assert found.exit_code == 1
    assert re.search(r"^  Lipowa 1 \(address: 50\.\d+, 19\.\d+\)$", found.stderr, re.MULTILINE)
