"""What lies near a place without an address is said in words, and links keep only what is right."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from locator.web.words.near import near_address, near_facility, near_stop
from tests.breaking import edit_feature
from tests.serving import client_of
from tests.tinycity import at


def page(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


@pytest.mark.parametrize(
    ("xy", "stop"),
    [
        ((2000, 2100), "w pobliżu przystanku Most Środkowy"),
        ((2000, 2340), "w pobliżu przystanku Most Środkowy"),
        ((2000, 2400), ""),  # 300 m away, and no address either
    ],
)
def test_a_vehicle_is_near_a_stop_within_250_m(
    app: Flask, xy: tuple[float, float], stop: str
) -> None:
    with app.test_request_context("/"):
        assert near_stop(app.extensions["locator"], *at(*xy)) == stop


def test_a_place_is_near_an_address_within_120_m(app: Flask) -> None:
    held = app.extensions["locator"]
    first = held.city.addresses.iloc[0]
    with app.test_request_context("/"):
        said = near_address(held, first["lon"], first["lat"])
        assert said == f"w pobliżu: {first['street']} {first['number']}"
        assert near_address(held, *at(3400, 3900)) == ""


def test_what_is_near_a_facility_is_what_is_near_its_place(app: Flask) -> None:
    held = app.extensions["locator"]
    placed = held.city.facilities[held.city.facilities["x"].notna()]
    with app.test_request_context("/"):
        said = {str(id_): near_facility(held, str(id_)) for id_ in placed.index}
        assert said == {
            str(id_): near_address(held, p.x, p.y) for id_, p in placed.geometry.items()
        }
        assert set(said.values()) - {""}
        assert near_facility(held, "nurseries-5") == ""  # nobody knows where it is


@pytest.mark.parametrize("start", ["lat=52.23&lon=21.01", "lat=abc&lon=21.01", "lat=50.06&lon=999"])
def test_a_start_that_cannot_be_is_not_kept(client: FlaskClient, start: str) -> None:
    text = page(client, f"/en/nearest?layer=aeds&{start}")
    assert 'role="alert"' in text
    assert 'name="lat"' not in text
    assert "Leave it empty to keep the present start." not in text


@pytest.mark.parametrize("wrong", ["at=soon", "k=0"])
@pytest.mark.parametrize("path", ["/en/nearest", "/en/aed"])
def test_what_is_wrong_in_a_hidden_field_is_not_sent_again(
    client: FlaskClient, path: str, wrong: str
) -> None:
    text = page(client, f"{path}?q=Lipowa+1&layer=aeds&{wrong}")
    name, _, value = wrong.partition("=")
    assert f'name="{name}" value="{value}"' not in text
    assert 'name="at" value="2026-11-24T14:00"' in page(
        client, f"{path}?q=nowhere+at+all&at=2026-11-24T14:00"
    )


def test_a_start_outside_by_words_is_kept_to_be_mended(client: FlaskClient) -> None:
    assert 'value="52.23, 21.01"' in page(client, "/en/nearest?q=52.23,+21.01")


def test_an_unknown_list_is_answered_in_words_and_with_a_way_on(client: FlaskClient) -> None:
    text = page(client, "/en/layers/nursery")
    assert "There is no list of services called “nursery”." in text
    assert "senior_activity_centres" not in text
    assert '<a href="/en/layers">All services</a>' in text


def test_a_date_that_the_source_names_is_not_said_twice(client: FlaskClient) -> None:
    text = page(client, "/en/facilities/nurseries-1")
    assert "data of 1 October 2026" in text


def test_a_vehicle_has_no_opening_hours(client: FlaskClient) -> None:
    assert ">Hours</h2>" not in page(client, "/en/facilities/vehicles-1")
    assert ">Hours</h2>" in page(client, "/en/facilities/aeds-1")


def test_hours_that_are_on_file_are_not_called_unknown(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, "aeds.geojson", 0, opening_hours="24/7 unknown")
    client = client_of(tiny_folder)
    text = page(client, "/en/facilities/aeds-1")
    assert "Not known whether it is open now" in text
    assert "Hours not known" in page(client, "/en/facilities/nurseries-2")


def test_the_page_of_a_vehicle_leads_to_where_it_is_now(client: FlaskClient) -> None:
    assert 'class="button" href="/en/aed">AED now</a>' in page(client, "/en/facilities/vehicles-1")


def test_another_place_than_the_answered_one_is_a_link_away(client: FlaskClient) -> None:
    place = "lat={1}&lon={0}".format(*at(1000, 3000))
    assert 'href="/en/aed">Another place</a>' in page(client, f"/en/aed?{place}")
    assert "<summary>Another place</summary>" not in page(client, "/en/aed")
    assert "<summary>Another place</summary>" not in page(client, "/en/aed?q=nowhere")


def test_names_and_notes_of_sources_carry_their_language(client: FlaskClient) -> None:
    place = "lat={1}&lon={0}".format(*at(1000, 3000))
    text = page(client, f"/en/aed?{place}&at=2026-11-24T14:00")
    assert '<a lang="pl" href="/en/facilities/aeds-1">AED – Remiza</a>' in text
    assert '<span lang="pl">na ścianie od ulicy</span>' in text
    assert '<a lang="pl"' not in page(client, f"/aed?{place}")
