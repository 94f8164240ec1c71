"""Ten situations of people who look for a service: each is tried in a browser as it would be met.

Here stands what no other test shows. A cheap phone with large letters, sharing and calling, and a
page without JavaScript are in `test_shell` and `test_journeys`; the keyboard as far as the facility
in `test_journeys`; the emergency at night in `test_aed`; a mistake to report in `test_reporting`.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import violations
from tests.browser.conftest import PHONE, Arrive

pytestmark = pytest.mark.browser

ADDRESS = "q=Rynek%20G%C5%82%C3%B3wny%201"

POLISH = """() => {
  // Names stay as they are written; these words are in none of them.
  const words = "dla|jest|nie|oraz|pieszo|godziny|trasa|zadzwo|udost|schod|najbli|dane|szukaj|od";
  const polish = new RegExp(`(^|[^a-ząćęłńóśźż])(${words})([^a-z]|$)`, "i");
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { parentElement: at, textContent: text } = texts.currentNode;
    if (at.closest("[lang=pl], script, style, template, noscript")) continue;
    if (polish.test(text)) found.push(text.trim());
  }
  return found;
}"""


def test_with_a_pram_in_ukrainian_from_the_home_page_to_the_facility(visitor: Arrive) -> None:
    someone = visitor(viewport=PHONE)
    page = someone.go("/uk/")
    assert page.evaluate(POLISH) == []
    page.locator("form summary").click()
    way = page.locator("[name=profile]")
    way.select_option("pram")
    page.locator("#q").fill("Rynek Główny 1")
    # Suggestions may have come by now, and stand over the button.
    page.locator("#q").press("Enter")
    page.wait_for_url(re.compile(r"/uk/nearest\?.*profile=pram"))
    expect(page.locator(".of-all")).to_contain_text("без сходів")
    someone.settle()
    assert page.evaluate(POLISH) == []
    assert violations(page) == []
    page.locator(".result h3 a").first.click()
    page.wait_for_url("**/uk/facilities/**")
    assert page.evaluate(POLISH) == []
    someone.settle()


def test_by_keyboard_the_call_and_the_landmarks_of_a_result_are_in_reach(visitor: Arrive) -> None:
    page = visitor(viewport=PHONE).go(f"/nearest?{ADDRESS}&layer=nurseries")
    for landmark in ("banner", "main", "contentinfo"):
        expect(page.get_by_role(landmark)).to_have_count(1)
    levels = (
        page.locator("main")
        .locator("h1, h2, h3")
        .evaluate_all("all => all.map((one) => +one.tagName[1])")
    )
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    page.locator(".result h3 a").first.focus()
    page.keyboard.press("Tab")
    call = page.locator("a[href^='tel:']:focus")
    expect(call).to_have_count(1)
    assert call.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


def test_a_refused_position_is_told_to_a_reader_and_an_address_does_as_well(
    visitor: Arrive,
) -> None:
    page = visitor(viewport=PHONE, permissions=[]).go("/")
    page.get_by_role("button", name="Użyj mojego położenia").click()
    told = page.get_by_role("status").filter(has_text="adres")
    expect(told).to_be_visible()
    page.locator("#q").fill("Rynek Główny 1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/nearest?**")
    expect(page.locator(".result").first).to_be_visible()


def test_nothing_of_the_map_is_asked_for_before_the_answer_stands(visitor: Arrive) -> None:
    page = visitor(viewport=PHONE).go(f"/nearest?{ADDRESS}&layer=nurseries")
    early, late = page.evaluate(
        """() => {
          const [{ loadEventStart: stands }] = performance.getEntriesByType("navigation");
          const map = performance.getEntriesByType("resource")
            .filter(({ name }) => /\\/(vendor|maps|tiles)\\//.test(name));
          return [map.filter((one) => one.startTime < stands).map(({ name }) => name), map.length];
        }"""
    )
    assert early == []
    assert late >= 4  # Leaflet and ours, each with its style
