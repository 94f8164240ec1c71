"""The frame of every page, and what the list of results says once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from locator.web.static_files import STATIC, static_url
from tests.breaking import edit_feature
from tests.serving import client_of


def page(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def test_the_row_holds_name_languages_the_aed_and_the_menu(client: FlaskClient) -> None:
    head = page(client, "/en/layers").split("<header")[1].split("</header>")[0]
    order = ["wordmark", "site-nav", "languages", "aed-button", 'class="menu"']
    assert sorted(order, key=head.index) == order
    assert 'aria-label="AED now"' in head


def test_nothing_is_painted_before_what_is_read_has_arrived(client: FlaskClient) -> None:
    text = page(client, "/en/layers")
    expected = re.findall(r'<link rel="expect" href="#(\w+)" blocking="render">', text)
    assert len(expected) == 1
    # What is waited for stands after what is read, else half a row would be seen, and move.
    assert text.index("</main>") < text.index(f'id="{expected[0]}"')


def test_menu_and_footer_lead_to_the_same_pages(client: FlaskClient) -> None:
    text = page(client, "/en/about")
    menu = text.split('class="menu-panel"')[1].split("</nav>")[0]
    foot = text.split("<footer")[1].split("</nav>")[0]
    links = re.findall(r'<a href="([^"]+)"', menu)
    assert links == re.findall(r'<a href="([^"]+)"', foot)
    assert links[0] == "/en/" and {"/en/coverage", "/en/data", "/en/aed"} <= set(links)
    assert len(links) == len(set(links))
    assert '<a href="/en/about" aria-current="page">' in menu


def test_the_typeface_comes_from_us_under_an_address_of_its_own(app: Flask) -> None:
    with app.test_request_context("/"):
        address = static_url("fonts/locator-sans.woff2")
        text = app.test_client().get("/").text
    assert f'<link rel="preload" href="{address}" as="font"' in text
    # Another address would be fetched a second time.
    styles = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    assert f'url("{address.removeprefix("/static/")}")' in styles
    assert (STATIC / "fonts" / "locator-sans.woff2").stat().st_size < 45_000
    assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts" / "OFL.txt").read_text(encoding="utf-8")


def test_short_names_stand_where_there_is_little_room(tiny_folder: Path) -> None:
    catalogue = tiny_folder / "catalogue.toml"
    text = catalogue.read_text(encoding="utf-8")
    short = 'short_names = { pl = "Maluchy", en = "Tots", uk = "Малята" }\n'
    catalogue.write_text(text.replace('icon = "Ż"', short + 'icon = "Ż"'), encoding="utf-8")
    client = client_of(tiny_folder)
    assert "<strong>Tots</strong>" in page(client, "/en/")
    assert "<strong>AEDs</strong>" in page(client, "/en/")  # names none
    assert "Nurseries" in page(client, "/en/layers/nurseries")


# Results ------------------------------------------------------------------------------------


def test_what_holds_for_all_results_is_said_once_above_them(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, opening_hours=None)
    text = page(client_of(tiny_folder), "/en/nearest?q=Lipowa+1&layer=nurseries")
    assert text.count("The opening hours of these places are not published.") == 1
    assert "Hours not known" not in text.split('class="results"')[1]


def test_what_holds_for_some_results_stands_at_those(client: FlaskClient) -> None:
    text = page(client, "/en/nearest?q=Lipowa+1&layer=nurseries")
    assert "are not published" not in text
    assert text.count("Hours not known") == 2


def test_routes_to_results_begin_at_the_start(client: FlaskClient) -> None:
    first = page(client, "/en/nearest?q=Lipowa+1&layer=nurseries").split('class="result"')[1]
    for wanted in ("route=50.", "origin=50.", "saddr=50.", 'href="geo:'):
        assert wanted in first, wanted


@pytest.mark.parametrize(("accuracy", "said"), [("100", False), ("101", True), ("", False)])
def test_a_vague_position_is_said_to_be(client: FlaskClient, accuracy: str, said: bool) -> None:
    held = client.application.extensions["locator"]
    home = held.city.houses.iloc[0]
    point = f"lat={home['lat']:.5f}&lon={home['lon']:.5f}"
    text = page(client, f"/en/nearest?{point}&layer=nurseries&accuracy_m={accuracy}")
    assert ("to within 110 m only" in text) is said
    assert f"near {home['street']} {home['number']}" in text


def test_an_accuracy_that_is_no_number_is_a_fault_and_is_not_kept(client: FlaskClient) -> None:
    answer = client.get("/en/nearest?lat=50.1&lon=19.9&accuracy_m=near&layer=nurseries")
    assert answer.status_code == 400
    assert 'name="accuracy_m"' not in answer.text


@pytest.mark.parametrize(
    "path", ["/nearest?lat=50.1&lon=19.9", "/aed?lat=50.1&lon=19.9", "/facilities/nurseries-1"]
)
def test_nothing_of_a_map_is_loaded_before_the_answer_stands(
    client: FlaskClient, path: str
) -> None:
    text = page(client, path)
    _, body = text.split("<body>")
    later = body.split("<template>")[1].split("</template>")[0]
    assert "leaflet.js" in later and "leaflet.css" in later and "/maps/code/" in later
    for file in re.findall(r'(?:src|href)="([^"]+)"', later):
        assert text.count(file) == 1
