"""Every page, on a phone and on a desktop, in light and dark: no error, no barrier, no stranger."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import see_no_barrier
from tests.browser.conftest import DESKTOP, PHONE, Arrive

pytestmark = pytest.mark.browser

ADDRESS = "q=Rynek%20G%C5%82%C3%B3wny%201"

PAGES = {
    "home": "/",
    "home in English": "/en/",
    "home in Ukrainian": "/uk/",
    "nearest, nothing asked": "/nearest",
    "nearest of one layer": f"/nearest?{ADDRESS}&layer=nurseries",
    "nearest of every layer": f"/nearest?{ADDRESS}",
    "nearest, planned ones too": f"/nearest?{ADDRESS}&layer=nurseries&status=all&k=20",
    "nearest, not found": "/nearest?q=Qwertyuiopolis",
    "nearest, outside the city": "/nearest?lat=52.2297&lon=21.0122&layer=nurseries",
    "nearest, wrong number": f"/nearest?{ADDRESS}&layer=nurseries&k=9999",
    "layers": "/layers",
    "layer": "/layers/senior_activity_centres",
    "layer that moves": "/layers/mpk_aeds",
    "layer, nothing left by the filter": "/layers/nurseries?q=zzzz",
    "map": "/map",
    "overview": "/coverage",
    "overview in Ukrainian": "/uk/coverage",
    "overview, sorted": "/coverage?minutes=10&sort=share&order=desc",
    "report": "/coverage/senior_activity_centres",
    "report, changed": "/coverage/nurseries?minutes=5&group=age_3_5&pace=1.1&sort=share",
    "report that cannot be": "/coverage/mpk_aeds",
    "compare": "/compare",
    "two years": "/two-years",
    "data": "/data",
    "method": "/about",
    "accessibility statement": "/accessibility",
    "features for GIS programs": "/en/ogc/collections/districts/items?f=html&limit=5",
    "no such page": "/nie-ma",
    "no such layer": "/layers/nie-ma",
}


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_a_page_has_no_barrier_and_asks_no_stranger(visitor: Arrive, path: str) -> None:
    page = visitor(viewport=PHONE).go(path)
    see_no_barrier(page)


def some_facilities() -> dict[str, str]:
    return {
        "located": "nurseries",
        "on a vehicle": "mpk_aeds",
        "defibrillator": "aeds",
        "not located": "family_support",
    }


@pytest.mark.parametrize("layer", some_facilities().values(), ids=some_facilities().keys())
def test_a_facility_page_has_no_barrier(visitor: Arrive, layer: str) -> None:
    page = visitor().go(f"/layers/{layer}")
    rows = page.locator("#rows li")
    if layer == "family_support":
        rows = page.locator("#rows li[data-precision=none]")
    rows.first.get_by_role("link").click()
    page.wait_for_url("**/facilities/**")
    see_no_barrier(page)


@pytest.mark.parametrize(("prefix", "language"), [("", "pl"), ("/en", "en"), ("/uk", "uk")])
def test_a_page_names_its_language_and_its_sisters(
    visitor: Arrive, prefix: str, language: str
) -> None:
    someone = visitor()
    page = someone.go(f"{prefix}/coverage?minutes=10")
    assert page.locator("html").get_attribute("lang") == language
    sisters = page.locator("link[rel=alternate][hreflang]")
    codes = [link.get_attribute("hreflang") for link in sisters.all()]
    assert codes == ["pl", "en", "uk", "x-default"]
    page.get_by_role("link", name="Українська").click()
    expect(page).to_have_url(f"{someone.site}/uk/coverage?minutes=10")


def test_targets_are_large_enough_for_a_thumb(visitor: Arrive) -> None:
    page = visitor().go("/")
    small = page.evaluate(
        """() => [...document.querySelectorAll('a, button, input, select, summary')]
        .filter((e) => e.offsetParent && !e.closest('p, .skip'))
        .filter((e) => e.getBoundingClientRect().height < 44)
        .map((e) => e.textContent.trim())"""
    )
    assert small == []


def test_print_leaves_out_what_paper_cannot_do(visitor: Arrive) -> None:
    page = visitor(viewport=DESKTOP).go(f"/nearest?{ADDRESS}&layer=nurseries")
    page.emulate_media(media="print")
    assert page.locator(".results").first.is_visible()
    assert not page.locator(".site-nav").is_visible()
    assert not page.locator(".change").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
