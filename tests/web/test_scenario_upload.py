"""A scenario file opened on the page: its address when it is right, every fault when it is not."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.tinycity import at

LON, LAT = at(500, 3000)
CHANGE = {
    "layer": "nurseries",
    "open": ["nurseries-4"],
    "close": ["nurseries-1"],
    "planned": False,
    "add": [{"lon": LON, "lat": LAT, "places": 60, "name": "Żółta 1, za rogiem"}],
    "minutes": 12.5,
    "pace_m_s": 1.0,
    "group": "all",
}


def sent(
    client: FlaskClient,
    content: bytes | dict[str, Any],
    *,
    path: str = "/en/what-if/nurseries",
    name: str = "change.json",
    **headers: str,
) -> TestResponse:
    """Post a file as the form does."""
    body = json.dumps(content).encode() if isinstance(content, dict) else content
    # By hand, because the test client leaves a large body in a file that nobody closes.
    head = (
        f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/json\r\n\r\n"
    )
    return client.post(
        path,
        data=head.encode() + body + b"\r\n--edge--\r\n",
        content_type="multipart/form-data; boundary=edge",
        headers={header.replace("_", "-"): value for header, value in headers.items()},
    )


def test_a_good_file_becomes_the_address_of_its_page(client: FlaskClient) -> None:
    answer = sent(client, CHANGE)
    assert answer.status_code == 303
    address, _, fragment = answer.headers["Location"].partition("#")
    assert fragment == "result"
    assert unquote(address.replace("+", " ")) == (
        "/en/what-if/nurseries?open=nurseries-4&close=nurseries-1"
        f"&add={LAT:.5f},{LON:.5f},60,Żółta 1, za rogiem&minutes=12.5&pace=1&group=all"
    )
    page = client.get(address)
    assert page.status_code == 200
    assert "people within reach instead of" in page.text


def test_what_the_page_saves_it_opens_again(client: FlaskClient) -> None:
    site = f"{LAT:.5f},{LON:.5f},,A"
    address = f"/what-if/nurseries?close=nurseries-1&planned=1&add={site}&minutes=5"
    saved = client.get(address.replace("nurseries?", "nurseries/scenario.json?"))
    again = sent(client, saved.data, path="/what-if").headers["Location"].partition("#")[0]
    same = client.get(again.replace("nurseries?", "nurseries/scenario.json?"))
    assert json.loads(same.data) == json.loads(saved.data)


def test_a_file_of_another_service_opens_the_page_of_that_one(client: FlaskClient) -> None:
    answer = sent(client, {"layer": "aeds", "minutes": 3}, path="/what-if/nurseries")
    assert answer.headers["Location"] == "/what-if/aeds?minutes=3#result"


RIVER_LON, RIVER_LAT = at(1000, 2010)
FAULTY: dict[str, tuple[bytes | dict[str, Any], list[str]]] = {
    "not JSON": (b'{"layer": "nurseries",}', ["is not JSON (line 1, column "]),
    "not UTF-8": ('{"layer": "żłobki"}'.encode("cp1250"), ["is not text in UTF-8"]),
    "empty": (b"", ["is empty"]),
    "unknown facility": (
        CHANGE | {"close": ["nurseries-1", "nurseries-99"]},
        ["<b>close, entry 2</b>: There is no facility nurseries-99"],
    ),
    "capacity of -3": (
        CHANGE | {"add": [{"lon": LON, "lat": LAT, "places": -3}]},
        ["<b>add, entry 1, places</b>: does not fit: -3", "whole number from 1 to 5000, or null"],
    ),
    "a site in the river": (
        CHANGE | {"add": [{"lon": RIVER_LON, "lat": RIVER_LAT}]},
        ["<b>add, entry 1</b>: The site at ", "lies in the river"],
    ),
    "lat and lon exchanged": (
        CHANGE | {"add": [{"lon": LAT, "lat": LON}]},
        ["lies outside the city", "Accepted: lon before lat."],
    ),
    "everything wrong": (
        {"open": 1, "minutes": 0, "zip": "<b>31-007</b>"},
        [
            "<b>layer</b>: is missing",
            "<b>open</b>: does not fit: 1",
            "<b>minutes</b>: does not fit: 0",
            "<b>zip</b>: is unknown",
        ],
    ),
    "a service that moves": ({"layer": "vehicles"}, ["move, so they cover no fixed place"]),
    "an unknown service": ({"layer": "zoo"}, ["<b>layer</b>: There is no layer “zoo”"]),
}


@pytest.mark.parametrize(("content", "words"), FAULTY.values(), ids=FAULTY.keys())
def test_a_faulty_file_is_told_and_the_page_stays_as_it_was(
    client: FlaskClient, content: bytes | dict[str, Any], words: list[str]
) -> None:
    path = "/en/what-if/nurseries?planned=1&group=all"
    answer = sent(client, content, path=path)
    assert answer.status_code == 400
    assert "The file “change.json” was not opened." in answer.text
    for one in words:
        assert one in answer.text
    assert 'name="planned" value="1" checked' in answer.text
    assert 'action="/en/what-if/nurseries?group=all&amp;planned=1"' in answer.text
    assert "people within reach instead of" in answer.text


def test_faults_are_told_in_the_language_of_the_page(client: FlaskClient) -> None:
    content = CHANGE | {"add": [{"lon": LON, "lat": LAT, "places": -3}], "speed": 1}
    polish = sent(client, content, path="/what-if/nurseries").text
    assert "Plik „change.json” nie został otwarty." in polish
    assert "<b>add, pozycja 1, places</b>: nieodpowiednia wartość: -3." in polish
    assert "Dozwolone: liczba całkowita od 1 do 5000 albo null." in polish
    ukrainian = sent(client, content, path="/uk/what-if").text
    assert "Файл «change.json» не відкрито." in ukrainian
    assert "<b>speed</b>: невідоме поле." in ukrainian


@pytest.mark.parametrize("path", ["/en/what-if", "/en/what-if/nurseries?planned=1"])
def test_a_file_that_is_too_large_is_told(client: FlaskClient, path: str) -> None:
    for content in (b" " * 200_001, b" " * 5_000_000):
        answer = sent(client, content, path=path)
        assert answer.status_code == 400
        assert "is too large. Accepted: at most 200 kB." in answer.text


def test_a_change_that_is_too_long_for_an_address_says_what_reads_it(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("locator.web.scenario_upload.MAX_QUERY_BYTES", 100)
    answer = sent(client, CHANGE)
    assert answer.status_code == 400
    assert "is too long for the address of a page" in answer.text
    assert "at most 100 characters" in answer.text


def test_more_faults_than_anybody_reads_are_counted(client: FlaskClient) -> None:
    content = CHANGE | {"close": [f"nobody-{one}" for one in range(50)]}
    page = sent(client, content).text
    assert page.count("There is no facility nobody-") == 40
    assert "and 10 more faults" in page


def test_no_file_and_a_hostile_name_do_no_harm(client: FlaskClient) -> None:
    assert "no file was chosen" in client.post("/en/what-if/nurseries").text
    page = sent(client, b"x", name="../a/%22><script>alert(1)</script>.json").text
    assert "<script>alert" not in page
    assert "The file “script&gt;.json” was not opened." in page


def test_only_pages_of_this_site_send_files(client: FlaskClient) -> None:
    assert sent(client, CHANGE, Sec_Fetch_Site="cross-site").status_code == 403
    assert sent(client, CHANGE, Origin="https://example.org").status_code == 403
    assert sent(client, CHANGE, Origin="null").status_code == 403
    assert sent(client, CHANGE, Origin="http://localhost").status_code == 303
    assert sent(client, CHANGE, Sec_Fetch_Site="same-origin").status_code == 303


def test_a_page_that_is_not_there_opens_no_file(client: FlaskClient) -> None:
    assert sent(client, CHANGE, path="/what-if/zoo").status_code == 404
    assert sent(client, CHANGE, path="/what-if/vehicles").status_code == 422
    assert sent(client, CHANGE, path="/where-next/nurseries").status_code == 405
