"""Pages over the tiny city: what they say, and that nothing odd breaks them."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from flask.testing import FlaskClient
from markupsafe import Markup

from locator.web.layout import brief, language_of_data, linked
from locator.web.pages.accessibility import statement
from locator.web.words.cards import phones, web_address
from locator.web.words.listing import folded

START = "q=Lipowa+1"


def page(client: FlaskClient, path: str, *, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.text
    assert "style=" not in response.text
    return response.text


EVERY_PAGE = [
    "/",
    f"/nearest?{START}",
    f"/nearest?{START}&layer=nurseries&layer=aeds&k=2",
    "/nearest",
    "/layers",
    "/layers/nurseries",
    "/layers/vehicles",
    "/facilities/nurseries-1",
    "/facilities/nurseries-5",
    "/facilities/vehicles-1",
    "/map",
    "/coverage",
    "/coverage/nurseries",
    "/data",
    "/about",
    "/accessibility",
]


@pytest.mark.parametrize("prefix", ["", "/en", "/uk"])
@pytest.mark.parametrize("path", EVERY_PAGE)
def test_every_page_is_served_in_every_language(
    client: FlaskClient, prefix: str, path: str
) -> None:
    text = page(client, prefix + path)
    assert f'<html lang="{prefix.strip("/") or "pl"}">' in text
    assert text.count("<h1") == 1
    assert "<title>" in text
    assert '<meta name="description" content="' in text


# Nearest ------------------------------------------------------------------------------------


def test_the_nearest_page_lists_walks_with_minutes_and_metres(client: FlaskClient) -> None:
    # From Lipowa 1 at (500, 3500), where nurseries-1 is; nurseries-2 is 2236 m x 1.25 away.
    text = page(client, f"/en/nearest?{START}&layer=nurseries&k=2")
    assert text.index("nurseries-1") < text.index("nurseries-2")
    assert "<b>1 min</b>" in text
    assert "<b>47 min</b>" in text
    assert "2.8 km on foot" in text


def test_of_no_layer_the_nearest_of_each_fixed_layer_is_shown(client: FlaskClient) -> None:
    text = page(client, f"/en/nearest?{START}")
    assert 'id="r-nurseries-1"' in text
    assert 'id="r-aeds-1"' in text
    assert 'id="r-vehicles-1"' not in text


def test_words_win_over_coordinates_kept_from_before(client: FlaskClient) -> None:
    text = page(client, f"/en/nearest?{START}&lat=1&lon=2&layer=nurseries")
    assert "Lipowa 1" in text
    assert 'id="r-nurseries-1"' in text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("q=zzzzzzqqqq", 404),
        (f"{START}&layer=nothing", 404),
        (f"{START}&layer=nurseries&k=0", 400),
        (f"{START}&layer=nurseries&k=9999", 400),
        (f"{START}&layer=nurseries&pace=-1", 400),
        (f"{START}&layer=nurseries&open=perhaps", 400),
        ("layer=nothing", 404),
        ("k=0", 400),
        ("lat=abc&lon=19.9&layer=nurseries", 400),
        ("lat=50.06&layer=nurseries", 400),
        ("lat=52.2297&lon=21.0122&layer=nurseries", 422),
        ("q=" + 10_000 * "a", 400),
    ],
)
def test_a_wrong_question_is_answered_on_the_page_with_the_form(
    client: FlaskClient, query: str, status: int
) -> None:
    text = page(client, f"/nearest?{query}", status=status)
    assert 'role="alert"' in text
    assert 'name="q"' in text


@pytest.mark.parametrize("start", ["", START])
def test_all_that_is_wrong_is_said_at_once(client: FlaskClient, start: str) -> None:
    text = page(client, f"/en/nearest?{start}&k=0&at=soon&layer=nothing", status=400)
    for said in ("k has to be", "at has to be", "There is no layer “nothing”"):
        assert said in text
    # What the form does not show is not sent again.
    assert 'value="soon"' not in text
    assert 'name="k"' not in text


def test_the_filter_beside_an_unknown_layer_is_that_of_all(client: FlaskClient) -> None:
    of_all = re.search(r"Of \d+ places", page(client, "/en/nearest"))
    assert of_all is not None and of_all[0] != "Of 0 places"
    assert of_all[0] in page(client, "/en/nearest?layer=nothing", status=404)


def test_an_empty_question_asks_where_from_and_keeps_the_layer(client: FlaskClient) -> None:
    text = page(client, "/nearest?q=++&layer=nurseries")
    assert 'role="alert"' not in text
    assert '<input type="checkbox" name="layer" value="nurseries" checked>' in text


def test_markup_in_the_question_is_escaped(client: FlaskClient) -> None:
    text = page(client, "/nearest?q=<script>alert(1)</script>&pace=<b>&k=<i>", status=400)
    assert "<script>alert" not in text
    assert "<b>&" not in text


def test_facilities_that_are_not_located_are_mentioned(client: FlaskClient) -> None:
    text = page(client, f"/en/nearest?{START}&layer=nurseries")
    assert "1 more is known, but not where exactly" in text


# Lists and facilities -----------------------------------------------------------------------


def test_the_overview_of_lists_counts_what_the_lists_hold(client: FlaskClient) -> None:
    listing = page(client, "/en/layers/nurseries")
    count = listing.split(" entries in the list")[0].split()[-1].split(">")[-1]
    card = page(client, "/en/layers").split('href="/en/layers/nurseries"')[1]
    assert f"{count} listed" in card.split("</a>")[0]


def test_a_list_holds_what_is_not_on_the_map_too(client: FlaskClient) -> None:
    text = page(client, "/en/layers/nurseries")
    assert "5 entries in the list, 4 of them on the map" in text
    assert "/en/facilities/nurseries-5" in text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {1, 2, 3, 4, 5}),
        ("q=lipowa", {1}),
        ("q=LIPOWA+1", {1}),
        ("precision=none", {5}),
        ("precision=street", {4}),
        ("status=under_construction", {4}),
        ("district=1", {1, 2}),
        ("district=99", set()),
    ],
)
def test_the_filter_leaves_what_fits(client: FlaskClient, query: str, expected: set[int]) -> None:
    text = page(client, f"/en/layers/nurseries?{query}")
    shown = {i for i in range(1, 6) if f"/en/facilities/nurseries-{i}" in text}
    assert shown == expected


def test_a_facility_on_a_vehicle_says_that_its_place_is_assumed(client: FlaskClient) -> None:
    assert "Maybe; not confirmed" in page(client, "/en/facilities/vehicles-1")


def test_what_sources_wrote_carries_its_own_language(client: FlaskClient) -> None:
    assert '<h1 lang="pl">' in page(client, "/en/facilities/nurseries-1")
    assert "<h1>" in page(client, "/facilities/nurseries-1")


# Reports ------------------------------------------------------------------------------------


def test_the_csv_adds_up_to_its_last_row(client: FlaskClient) -> None:
    response = client.get("/coverage/nurseries/districts.csv?minutes=15")
    assert response.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"))))
    *districts, city = rows
    for column in ("people", "served", "unserved"):
        assert sum(int(row[column]) for row in districts) == int(city[column])
    assert int(city["served"]) + int(city["unserved"]) == int(city["people"])


def test_the_gaps_are_geojson_that_says_what_it_is(client: FlaskClient) -> None:
    answer = json.loads(client.get("/coverage/nurseries/gaps.geojson?minutes=5").text)
    assert answer["type"] == "FeatureCollection"
    assert (answer["layer"], answer["minutes"], answer["model"]) == ("nurseries", 5.0, "estimate")
    assert all(feature["properties"]["people"] > 0 for feature in answer["features"])


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/coverage/nothing", 404),
        ("/coverage/vehicles/districts.csv", 422),
        ("/coverage/nurseries?minutes=-5", 400),
        ("/coverage/nurseries?minutes=abc", 400),
        ("/coverage/nurseries?group=nobody", 400),
        ("/coverage/nothing/districts.csv", 404),
        ("/layers/nothing", 404),
        ("/facilities/nothing", 404),
        ("/nowhere", 404),
    ],
)
def test_what_is_not_there_is_said_with_a_way_on(
    client: FlaskClient, path: str, status: int
) -> None:
    assert 'name="q"' in page(client, path, status=status)


@pytest.mark.parametrize("key", ["number", "name", "share", "people", "unserved", "mean_s"])
def test_the_table_of_districts_is_sorted_on_the_server_too(client: FlaskClient, key: str) -> None:
    page(client, f"/coverage/nurseries?sort={key}")
    text = page(client, f"/coverage/nurseries?sort={key}&order=desc&minutes=10")
    assert 'aria-sort="descending"' in text
    assert f"sort={key}&amp;order=asc" in text or f"order=asc&amp;sort={key}" in text


def test_the_overview_names_layers_that_move_without_a_number(client: FlaskClient) -> None:
    text = page(client, "/en/coverage")
    assert "they ride on vehicles" in text
    assert "/en/coverage/vehicles" not in text


# Pieces -------------------------------------------------------------------------------------


def test_several_phone_numbers_are_dialled_one_by_one() -> None:
    assert [p.dial for p in phones("+48 12 644 23 95; 12 644 00 00")] == [
        "+48126442395",
        "126440000",
    ]
    assert phones(None) == phones("; brak") == ()


def test_only_web_addresses_are_linked() -> None:
    assert web_address("https://example.org/a") == "https://example.org/a"
    assert web_address("example.org/a:b") == "https://example.org/a:b"
    assert web_address("javascript:alert(1)") is None
    assert web_address(None) is None


def test_addresses_in_a_text_become_links_and_the_rest_is_escaped() -> None:
    assert linked("<b> see https://example.org/a, or not") == Markup(
        '&lt;b&gt; see <a href="https://example.org/a" rel="noreferrer noopener">'
        "https://example.org/a</a>, or not"
    )


def test_the_first_clause_ends_at_a_colon_or_a_sentence() -> None:
    assert brief("Opieka do lat 3: żłobki i kluby.") == "Opieka do lat 3"
    assert brief("Dla osób po 60. roku życia. I nie tylko.") == "Dla osób po 60. roku życia"


def test_the_language_of_the_data_is_that_of_the_country() -> None:
    assert language_of_data("PL") == "pl"
    assert language_of_data("UA") == "uk"


def test_a_filter_ignores_case_and_diacritics() -> None:
    assert folded("Łódź, Żółkiewskiego") == "lodz, zolkiewskiego"


def test_the_statement_invents_no_contact() -> None:
    unset = statement({})
    assert (unset.operator, unset.email, unset.published) == (None, None, None)
    assert statement({"OPERATOR_EMAIL": "kontakt@example.org"}).email == "kontakt@example.org"


@pytest.mark.parametrize("at", ["2026-11-25T11:00", "2026-11-25T10:00Z"])
@pytest.mark.parametrize("layer", ["aeds", "nurseries"])
def test_a_moment_without_a_time_zone_is_the_citys(
    client: FlaskClient, layer: str, at: str
) -> None:
    asked = f"layer={layer}&q=Lipowa+1&status=all"
    here = client.get(f"/en/nearest?{asked}&at=2026-11-25T11:00%2B01:00")
    given = client.get(f"/en/nearest?{asked}&at={at}")
    assert (here.status_code, given.status_code) == (200, 200)
    said = [re.findall(r'<li class="chip.*?</li>', page.text, re.DOTALL) for page in (here, given)]
    assert said[0]
    assert said[1] == said[0]
    assert client.get(f"/maps/nearest.geojson?{asked}&at={at}").status_code == 200
