"""Whom to call: read with their sources, on top of the pages of their layers, and in the API."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from locator.city.helplines import Helpline
from locator.city.model import City, load_city
from tests.breaking import edit_feature, edit_text, faults
from tests.serving import client_of

LINES = """\
[emergency]
number = "112"
layers = ["nurseries"]
opening_hours = "24/7"
source = "everybody knows"
source_date = "2026-01"
licence = "facts"
names = { pl = "Numer alarmowy", en = "Emergency number", uk = "Екстрений номер" }
purposes = { pl = "Gdy ktoś jest w niebezpieczeństwie.", en = "In danger.", uk = "У небезпеці." }

[parents]
number = "+48 12 345 67 89"
layers = ["nurseries", "aeds"]
source = "a leaflet"
source_date = "2025-05-06"
licence = "facts"
names = { pl = "Rodzice", en = "Parents", uk = "Батьки" }
purposes = { pl = "Rozmowa.", en = "A talk.", uk = "Розмова." }
"""


@pytest.fixture
def folder(tiny_folder: Path) -> Path:
    (tiny_folder / "helplines.toml").write_text(LINES, encoding="utf-8")
    return tiny_folder


@pytest.fixture
def client(folder: Path) -> FlaskClient:
    return client_of(folder)


def test_helplines_are_read_in_the_order_of_the_file(folder: Path) -> None:
    first, second = load_city(folder).helplines
    assert first == Helpline(
        id="emergency",
        number="112",
        layers=("nurseries",),
        names={"pl": "Numer alarmowy", "en": "Emergency number", "uk": "Екстрений номер"},
        purposes={
            "pl": "Gdy ktoś jest w niebezpieczeństwie.",
            "en": "In danger.",
            "uk": "У небезпеці.",
        },
        opening_hours="24/7",
        source="everybody knows",
        source_date="2026-01",
        licence="facts",
    )
    assert (second.number, second.opening_hours) == ("+48 12 345 67 89", None)


def test_a_folder_without_helplines_has_none_and_shows_none(tiny: City, app: Flask) -> None:
    assert tiny.helplines == ()
    assert "helplines" not in app.test_client().get("/layers/nurseries").text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            '"112"',
            '"one one two"',
            "emergency: number: is 'one one two' (allowed: digits, spaces between)",
        ),
        (
            '"24/7"',
            '"zawsze"',
            "emergency: opening_hours: is 'zawsze' (allowed: the grammar of OpenStreetMap)",
        ),
        ('source = "a leaflet"\n', "", "parents: source: is missing (allowed: a text)"),
        ('"2025-05-06"', '"May"', "parents: source_date: is 'May' (allowed: an ISO 8601 date)"),
        (
            'en = "A talk.", ',
            "",
            "parents: purposes.en: is missing (allowed: a text in pl, en, uk)",
        ),
    ],
)
def test_faults_of_a_helpline_stop_the_start(folder: Path, old: str, new: str, said: str) -> None:
    edit_text(folder, "helplines.toml", old, new)
    assert faults(folder) == [f"helplines.toml: {said}"]


def test_a_layer_that_is_not_there_is_a_fault(folder: Path) -> None:
    edit_text(folder, "helplines.toml", '["nurseries"]', '["nurserys"]')
    (said,) = faults(folder)
    assert said.startswith("helplines.toml: emergency: layers: names the layer 'nurserys'")


@pytest.mark.parametrize(
    "path", ["/layers/nurseries", "/facilities/nurseries-1", "/nearest?layer=nurseries"]
)
def test_pages_of_a_layer_say_whom_to_call_before_anything_else(
    client: FlaskClient, path: str
) -> None:
    page = client.get(path).text
    numbers = re.findall(r'class="helpline" href="tel:([^"]+)"', page)
    assert numbers == ["112", "+48123456789"]
    assert "Gdy ktoś jest w niebezpieczeństwie." in page
    assert "całą dobę, codziennie" in page and "Godziny nieznane" in page
    assert "everybody knows" in page


def test_each_language_has_its_own_words(client: FlaskClient) -> None:
    assert "In danger." in client.get("/en/layers/nurseries").text
    assert "У небезпеці." in client.get("/uk/layers/nurseries").text
    assert 'class="helpline"' not in client.get("/layers/mpk_aeds").text


def test_the_api_of_a_layer_has_the_helplines(client: FlaskClient) -> None:
    (only,) = client.get("/en/api/layers/aeds").get_json()["helplines"]
    assert only == {
        "number": "+48 12 345 67 89",
        "name": "Parents",
        "purpose": "A talk.",
        "opening_hours": None,
        "source": "a leaflet",
        "source_date": "2025-05-06",
        "licence": "facts",
    }


def test_krakow_names_the_national_numbers_for_a_crisis(krakow: City) -> None:
    numbers = [line.number for line in krakow.helplines if "crisis_support" in line.layers]
    assert numbers[:4] == ["112", "116 123", "116 111", "800 70 2222"]


def test_nothing_is_to_be_called_that_has_no_number(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, "nurseries.geojson", 0, status_basis="last_known", phone=None)
    edit_feature(tiny_folder, "nurseries.geojson", 1, status_basis="last_known", phone="12 3456789")
    client = client_of(tiny_folder)
    silent, spoken = (client.get(f"/en/facilities/nurseries-{n}").text for n in (1, 2))
    assert "call before you go" not in silent and "not confirmed since" in silent
    assert "call before you go" in spoken


def test_lists_begin_with_what_one_can_use_and_reach(krakow: City, krakow_app: Flask) -> None:
    page = krakow_app.test_client().get("/layers/crisis_support").text
    order = re.findall(r'href="/facilities/(crisis_support-\d+)"', page)
    where = krakow.facilities.loc[order]
    ways = (where["address"].notna() | where.geometry.notna()).astype(int) + where["phone"].notna()
    assert list(ways) == sorted(ways, reverse=True)
    assert (
        ways.iloc[0] == 2 and len(order) == (krakow.facilities["layer"] == "crisis_support").sum()
    )


def test_what_is_closed_stands_last_whatever_is_known_of_it(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, "nurseries.geojson", 0, status="closed", phone="12 3456789")
    client = client_of(tiny_folder)
    order = re.findall(r'href="/facilities/(nurseries-\d+)"', client.get("/layers/nurseries").text)
    usable = [load_city(tiny_folder).facilities.at[name, "status"] == "open" for name in order]
    assert usable == sorted(usable, reverse=True) and order.index("nurseries-1") > 0
