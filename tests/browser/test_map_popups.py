"""What opens on the map: read and left by keyboard, never cut off, and text whatever it holds."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Arrive
from tests.browser.maps import NASTY, marker, until

pytestmark = pytest.mark.browser


def test_a_marker_is_opened_read_and_left_with_the_keyboard_alone(visit: Arrive) -> None:
    page = visit().go("/en/map")
    sign = marker(page, "Żłobek Pod Lipą, Nurseries")

    sign.focus()
    page.keyboard.press("Enter")
    popup = page.get_by_role("dialog", name="Żłobek Pod Lipą")
    expect(popup).to_contain_text("ul. Lipowa 1")
    expect(popup.get_by_role("link", name="Żłobek Pod Lipą")).to_be_focused()
    page.keyboard.press("Escape")
    expect(popup).to_have_count(0)
    expect(sign).to_be_focused()


INSIDE = """() => {
  const [popup, map] = [".leaflet-popup-content-wrapper", ".folium-map"]
    .map((one) => document.querySelector(one).getBoundingClientRect());
  return popup.left >= map.left && popup.right <= map.right
    && popup.top >= map.top && popup.bottom <= map.bottom;
}"""


@pytest.mark.parametrize(
    "size", [PHONE, {"width": 320, "height": 256}, DESKTOP], ids=["phone", "400 %", "desktop"]
)
@pytest.mark.parametrize("path", ["/en/map", "/en/coverage/nurseries"])
def test_no_popup_is_cut_off_and_no_button_lies_over_it(
    visit: Arrive, size: dict[str, int], path: str
) -> None:
    page = visit(viewport=size).go(path)
    signs = page.locator(".map-marker")
    expect(signs.first).to_be_visible()
    zoom = page.locator(".leaflet-control-zoom")

    for name in signs.evaluate_all("all => all.map((one) => one.ariaLabel)"):
        marker(page, name).evaluate("node => node.focus()")
        page.keyboard.press("Enter")
        expect(page.locator(".leaflet-popup")).to_have_count(1)
        assert page.evaluate(INSIDE), name
        if size != DESKTOP:
            expect(zoom).to_be_hidden()
        page.keyboard.press("Escape")
        expect(page.locator(".leaflet-popup")).to_have_count(0)
        expect(marker(page, name)).to_be_focused()
        expect(zoom).to_be_visible()


def test_a_popup_opened_while_the_map_moves_is_brought_into_it(visit: Arrive) -> None:
    page = visit(viewport=PHONE, reduced_motion="no-preference").go("/en/coverage/nurseries")
    map_ = "locatorMap.of(document.querySelector('.folium-map')).map"
    sign = marker(page, "Żłobek Pod Lipą, Nurseries")
    expect(sign).to_be_visible()

    # The pan that the focus begins is still under way when Enter is pressed.
    page.evaluate(f"void {map_}.panBy([600, 600], {{ animate: false }})")
    sign.evaluate(
        """node => {
          node.focus();
          node.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true }));
        }"""
    )
    expect(page.locator(".leaflet-popup")).to_have_count(1)
    until(page, f"({INSIDE})()")


def test_a_popup_leads_to_the_facility(visit: Arrive) -> None:
    page = visit().go("/en/map")

    marker(page, "AED – Remiza, AEDs").click()
    page.get_by_role("dialog").get_by_role("link", name="AED – Remiza").click()
    expect(page).to_have_url(re.compile(r"/en/facilities/aeds-1$"))


def test_a_hostile_name_stays_text(visit: Arrive) -> None:
    page = visit().go("/en/map")

    marker(page, f"{NASTY}, Nurseries").click()
    expect(page.locator(".map-popup-name")).to_have_text(NASTY)
    assert page.locator(".folium-map img").count() == 0
