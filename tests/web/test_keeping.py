"""The site on a device: its manifest, what the worker is told, files that never change."""

from __future__ import annotations

import json
import re
import struct
from datetime import date, datetime

import pytest
from flask.testing import FlaskClient

from locator.api.context import AppState
from locator.base.i18n import speaking
from locator.city.field_types import LANGUAGES
from locator.city.model import City
from locator.web.pages import aed_offline

KINDS = {"any", "maskable"}


@pytest.mark.parametrize(("prefix", "lang"), [("", "pl"), ("/en", "en"), ("/uk", "uk")])
def test_the_manifest_says_what_it_takes_to_install_the_site(
    client: FlaskClient, prefix: str, lang: str
) -> None:
    assert (
        f'<link rel="manifest" href="{prefix}/manifest.webmanifest">'
        in client.get(f"{prefix}/").text
    )
    answer = client.get(f"{prefix}/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    told = answer.get_json(force=True)
    assert (told["id"], told["scope"], told["lang"]) == ("/", "/", lang)
    assert told["start_url"] == f"{prefix}/"
    assert told["shortcuts"][0]["url"] == f"{prefix}/aed"
    sizes = {(icon["sizes"], icon["purpose"]) for icon in told["icons"]}
    assert sizes == {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
    assert {one["form_factor"] for one in told["screenshots"]} == {"narrow", "wide"}
    shown = [*told["icons"], *told["screenshots"], *told["shortcuts"][0]["icons"]]
    for picture in shown:
        png = client.get(picture["src"], buffered=True).data
        width, height = struct.unpack(">II", png[16:24])
        assert f"{width}x{height}" == picture["sizes"], picture["src"]


def test_a_script_of_another_version_is_refused(client: FlaskClient) -> None:
    for name in ("kept.js", "site.css"):
        assert client.get(f"/static/{name}", buffered=True).status_code == 200
        answer = client.get(f"/static/{name}?v=0123456789ab", buffered=True)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")
    assert client.get("/static/none.js?v=1").status_code == 404


@pytest.mark.parametrize("path", ["/offline", "/uk/offline"])
def test_the_page_without_a_network_offers_what_still_works(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    assert 'href="tel:112"' in page and "data-on-device" in page
    assert client.get(f"{path}?v=0123456789ab").status_code == 404


def test_each_page_that_is_kept_speaks_its_own_language_and_leads_to_its_own_pages(
    client: FlaskClient,
) -> None:
    kept = json.loads(client.get("/uk/sw.js").text.removeprefix("const KEPT = ").split(";\n")[0])
    home = {}
    for address in [*kept["pages"].values(), *kept["otherwise"].values()]:
        page = client.get(address).text
        language = re.search(r'<html lang="(\w+)"', page)
        wordmark = re.search(r'<a class="wordmark" href="([^"]+)"', page)
        assert language and wordmark
        home.setdefault(language[1], set()).add(wordmark[1])
        here = address.partition("offline")[0].replace("/aed/", "/aed")
        assert f'<a href="{here}" lang="{language[1]}" hreflang="{language[1]}" aria-cur' in page
    assert home == {"pl": {"/"}, "en": {"/en/"}, "uk": {"/uk/"}}


def test_an_answer_tells_the_device_what_to_call_it(client: FlaskClient) -> None:
    page = client.get("/en/nearest?q=Lipowa+1&layer=nurseries").text
    assert re.search(r'data-label="Lipowa 1 – Nearest: Nurseries" data-searched', page)
    assert "data-label=" not in client.get("/en/about").text
    assert "data-searched" not in client.get("/en/nearest?q=Nowhere+at+all").text
    page = client.get("/en/facilities/nurseries-1").text
    assert 'data-address="/en/facilities/nurseries-1"' in page


def test_the_hours_of_a_door_are_read_once_for_all_languages(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, changes = [], aed_offline._changes

    def counted(city: City, hours: str, begin: datetime, end: datetime) -> list[tuple[int, str]]:
        read.append(hours)
        return changes(city, hours, begin, end)

    monkeypatch.setattr(aed_offline, "_changes", counted)  # of a Monday nobody has asked about
    app: AppState = client.application.extensions["locator"]
    with client.application.app_context():
        told = []
        for language in LANGUAGES:
            with speaking(language):
                told.append(aed_offline.content_of(app, date(2031, 7, 7)))
    assert read and len(read) == len({*read})
    assert all(one["hours"] == told[0]["hours"] for one in told)
    assert [one["words"] for one in told].count(told[0]["words"]) == 1
