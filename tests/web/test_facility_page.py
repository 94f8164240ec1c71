"""The page of a facility: what one does with it, its week, what lies round it, what one takes."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from locator.api.context import AppState
from locator.web import create_app
from locator.web.words import surroundings
from locator.web.words.hours import has_calendar, week_words
from locator.web.words.surroundings import stops_near
from tests.tinycity import at

WEDNESDAY = date(2026, 11, 25)


def page(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


# The week -----------------------------------------------------------------------------------


def test_the_week_begins_today_and_a_day_without_hours_is_closed(app: Flask) -> None:
    with app.test_request_context("/en/"):
        week = week_words("Mo-Fr 07:00-12:00,13:00-17:30; Sa 10:00-24:00", WEDNESDAY)
        said = [(day.times, day.today) for day in week]
    open_ = ("7:00–12:00, 13:00–17:30", False)
    assert said == [
        ("7:00–12:00, 13:00–17:30", True),
        open_,
        open_,
        ("10:00–24:00", False),
        ("zamknięte", False),
        open_,
        open_,
    ]


@pytest.mark.parametrize("hours", [None, "", "Mo-Fr 22:00-02:00", "sunrise-sunset", "gibberish"])
def test_hours_that_are_not_plain_make_no_week_and_no_calendar(
    app: Flask, hours: str | None
) -> None:
    with app.test_request_context("/"):
        assert week_words(hours, WEDNESDAY) == ()
    assert not has_calendar(hours)


def test_what_is_always_open_needs_no_calendar(client: FlaskClient) -> None:
    assert not has_calendar("24/7")
    assert "hours.ics" not in page(client, "/facilities/aeds-1")
    answer = client.get("/en/facilities/aeds-1/hours.ics")
    assert answer.status_code == 404
    assert "No hours of the week are known of AED – Remiza." in answer.text


# What one takes along -----------------------------------------------------------------------


def test_the_calendar_repeats_the_hours_every_week(client: FlaskClient) -> None:
    answer = client.get("/en/facilities/nurseries-1/hours.ics")
    assert answer.mimetype == "text/calendar"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="nurseries-1.ics"'
    calendar = Calendar.from_ical(answer.data)
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Warsaw"]
    (event,) = calendar.walk("VEVENT")
    start, end = event["DTSTART"].dt, event["DTEND"].dt
    assert (start.time(), end.time()) == (time(7), time(17))
    assert start.tzinfo.key == "Europe/Warsaw" and start.weekday() < 5
    assert timedelta(0) <= start.date() - datetime.now().date() + timedelta(days=1)
    assert event["RRULE"] == {"FREQ": ["WEEKLY"], "BYDAY": ["MO", "TU", "WE", "TH", "FR"]}
    assert str(event["SUMMARY"]) == "Open: Żłobek Pod Lipą"
    assert str(event["LOCATION"]) == "ul. Lipowa 1, Tiny City"
    assert str(event["URL"]) == "http://localhost/en/facilities/nurseries-1"


def test_the_card_holds_what_is_known_and_nothing_else(client: FlaskClient) -> None:
    answer = client.get("/facilities/nurseries-1/contact.vcf")
    assert answer.mimetype == "text/vcard"
    lines = answer.text.split("\r\n")
    assert lines[:2] + lines[-2:] == ["BEGIN:VCARD", "VERSION:3.0", "END:VCARD", ""]
    held = dict(line.split(":", 1) for line in lines[2:-2])
    lon, lat = at(500, 3500)
    assert [float(part) for part in held.pop("GEO").split(";")] == pytest.approx([lat, lon], 1e-6)
    assert held == {
        "N": "Żłobek Pod Lipą;;;;",
        "FN": "Żłobek Pod Lipą",
        "ORG": "Żłobek Pod Lipą",
        "TEL;TYPE=WORK": "+48121112233",
        "ADR;TYPE=WORK": ";;ul. Lipowa 1;Małe Miasto;;;",
        "URL": "http://localhost/facilities/nurseries-1",
    }
    assert "GEO" not in page(client, "/facilities/nurseries-4/contact.vcf")  # the street only


@pytest.mark.parametrize("file", ["hours.ics", "contact.vcf"])
def test_nobody_takes_anything_of_what_is_not_there(client: FlaskClient, file: str) -> None:
    assert client.get(f"/facilities/nurseries-99/{file}").status_code == 404


# What lies round it -------------------------------------------------------------------------


def test_stops_are_those_nearest_on_foot_each_once(app: Flask) -> None:
    held = app.extensions["locator"]
    stops = held.city.stops
    lon, lat = stops["lon"].iloc[0], stops["lat"].iloc[0]
    first = stops_near(held, lon, lat)[0]
    assert (first.name, first.walk_m) == (stops["name"].iloc[0], pytest.approx(0, abs=0.5))
    assert stops_near(held, 21.0, 52.2) == ()  # outside the city


def test_others_of_the_layer_are_offered_without_itself(client: FlaskClient) -> None:
    text = page(client, "/en/facilities/nurseries-1")
    others = text.split("Others nearby")[1].split("</section>")[0]
    assert re.findall(r'href="/en/facilities/([^"]+)"', others) == ["nurseries-2", "nurseries-3"]
    assert "Others nearby" not in page(client, "/en/facilities/vehicles-1")


def test_what_lies_round_is_looked_for_once_and_what_is_open_each_time(
    city_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = create_app({"GEODATA": city_folder, "LIMIT_PER_MINUTE": 0}).test_client()
    moment, searched, nearest = [datetime(2026, 11, 27, 10)], [], surroundings.nearest
    monkeypatch.setattr(AppState, "now", lambda self: moment[0].replace(tzinfo=self.timezone))
    monkeypatch.setattr(
        surroundings, "nearest", lambda *asked: searched.append(asked) or nearest(*asked)
    )
    said = []
    for hour in (10, 18, 10):
        moment[0] = moment[0].replace(hour=hour)
        text = page(client, "/en/facilities/nurseries-2")
        said.append(text.split("Others nearby")[1].split("</section>")[0])
    assert len(searched) == 1
    assert "Open now, until 17:00" in said[0] and said[2] == said[0]
    assert "Open now" not in said[1] and "Closed now" in said[1]


def test_what_one_does_stands_together_and_what_is_unknown_is_said(client: FlaskClient) -> None:
    text = page(client, "/en/facilities/nurseries-1")
    acts = text.split('<div class="acts')[1].split("</h2>")[0]
    for wanted in (
        'href="tel:+48121112233"',
        "https://www.openstreetmap.org/directions?engine=fossgis_osrm_foot&amp;route=%3B",
        "https://www.google.com/maps/dir/?api=1&amp;destination=",
        "https://maps.apple.com/?daddr=",
        'href="geo:',
        "data-share",
        "hidden data-save=",
        "hidden data-print",
        "/en/facilities/nurseries-1/hours.ics",
        "/en/facilities/nurseries-1/contact.vcf",
    ):
        assert wanted in acts, wanted
    assert "origin=" not in acts and "saddr=" not in acts  # no start is known
    assert "not known whether it is step-free" in text
    assert "does not stand in our sources" in text
    assert "not known whether it is step-free" not in page(client, "/en/facilities/aeds-2")


def test_a_facility_without_a_place_has_no_route_and_still_its_page(client: FlaskClient) -> None:
    text = page(client, "/en/facilities/nurseries-5")
    acts = text.split('<div class="acts')[1].split("</h2>")[0]
    assert "openstreetmap.org/directions" not in acts and "tel:" not in acts
    assert "data-share" in acts
