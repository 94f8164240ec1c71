"""The map in a real browser: seen, used by keyboard, filtered, clicked, and silent to others."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import DESKTOP, PHONE, Arrive
from tests.browser.maps import MAP, until
from tests.tinycity import at

pytestmark = pytest.mark.browser


PAGES = (
    "/map",
    "/en/layers/nurseries",
    "/uk/facilities/nurseries-1",
    "/nearest?layer=nurseries&layer=aeds&lat=50.1&lon=19.89",
    "/coverage/nurseries",
)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_map_draws_its_city_without_an_error(
    visit: Arrive, path: str, size: dict[str, int]
) -> None:
    page = visit(viewport=size).go(path)

    expect(page.locator(".map-tiles canvas.leaflet-tile-loaded").first).to_be_visible()
    until(page, f"Boolean({MAP}.basemap.written)")
    expect(page.locator(".map-marker").first).to_be_visible()
    expect(page.locator(".map-credit")).to_contain_text(re.compile("Dane|data|дані", re.I))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_has_no_accessibility_violation(visit: Arrive, scheme: str) -> None:
    page = visit(color_scheme=scheme).go("/en/map")

    found = Axe().run(page, context=".map-side")
    assert found.violations_count == 0, found.generate_report()


BRIGHTNESS = f"""() => Object.values({MAP}.basemap._tiles).filter(({{ current }}) => current)
  .reduce((sum, {{ el }}) => {{
    const copy = document.createElement("canvas");
    const context = copy.getContext("2d", {{ willReadFrequently: true }});
    context.drawImage(el, 0, 0, 300, 150);
    return sum + context.getImageData(0, 0, 300, 150).data.reduce((all, one) => all + one, 0);
  }}, 0)"""

DRAWN = f"(({{ basemap }}) => basemap && !basemap.pending && !basemap.unwritten())({MAP})"

NO_WORKER_COMES = """window.Worker = class {
  constructor() { setTimeout(() => this.onerror(new Event("error")), 50); }
  postMessage() {}
}"""


def test_the_ground_is_drawn_in_a_worker_and_without_one_all_the_same(visit: Arrive) -> None:
    def ground(page: Page) -> tuple[int, int, list[str]]:
        until(page, DRAWN)
        names = page.evaluate(f"{MAP}.basemap.written.map(({{ name }}) => name)")
        return len(page.workers), page.evaluate(BRIGHTNESS), names

    apart = ground(visit().go("/en/map"))
    without = []
    for script in ("delete window.OffscreenCanvas", NO_WORKER_COMES):
        one = visit(apart=True)
        one.page.add_init_script(script)
        without.append(ground(one.go("/en/map")))

    workers, brightness, names = apart
    assert workers == 1
    assert brightness > 0
    assert names
    for here in without:
        assert here == (0, pytest.approx(brightness, rel=0.01), names)


def test_a_tile_that_the_server_is_too_busy_for_is_asked_for_again(visit: Arrive) -> None:
    one = visit()
    asked: Counter[str] = Counter()

    def busy_at_first(route: Route) -> None:
        asked[route.request.url] += 1
        if asked[route.request.url] == 1:
            route.fulfill(status=503, headers={"Retry-After": "1"})
        else:
            route.continue_()

    one.page.route("**/tiles/**", busy_at_first)
    page = one.go("/en/map")
    until(page, DRAWN)

    assert asked
    assert set(asked.values()) == {2}
    expect(page.locator(".map-status.is-failed")).to_have_count(0)
    assert page.evaluate(f"{MAP}.basemap.written.length") > 0
    one.faults.clear()  # the browser's own word of a 503


def test_the_attribution_stands_below_the_map_and_covers_nothing(visit: Arrive) -> None:
    page = visit(viewport=PHONE).go("/en/map")
    credit, map_ = (page.locator(one).bounding_box() for one in (".map-credit", ".folium-map"))

    assert credit
    assert map_
    assert credit["y"] >= map_["y"] + map_["height"]


def test_who_does_not_want_every_sign_passes_the_map_by(visit: Arrive) -> None:
    page = visit().go("/en/map")
    skip = page.get_by_role("button", name="Skip the map")

    skip.focus()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="Nurseries")).to_be_focused()


def test_the_legend_filters_and_the_address_keeps_it(visit: Arrive) -> None:
    one = visit()
    page = one.go("/en/map")
    legend = page.get_by_role("group", name="Shown on the map")
    expect(page.locator(".map-marker")).to_have_count(8)

    legend.get_by_role("checkbox", name="Nurseries").uncheck()
    expect(page.locator(".map-marker")).to_have_count(3)
    expect(page).to_have_url(re.compile(r"#.*layers=aeds,vehicles$"))

    page.reload()
    expect(page.locator(".map-marker")).to_have_count(3)
    expect(legend.get_by_role("checkbox", name="Nurseries")).not_to_be_checked()
    page.get_by_role("button", name="Show all").click()
    expect(page.locator(".map-marker")).to_have_count(8)


def test_the_legend_says_what_hollow_and_dashed_mean_and_what_is_not_on_the_map(
    visit: Arrive,
) -> None:
    page = visit().go("/en/layers/nurseries")
    legend = page.locator(".map-panel")

    expect(legend).to_contain_text("Hollow sign")
    expect(legend).to_contain_text("Dashed outline")
    expect(legend).to_contain_text("because the address is not known: 1")


def test_a_click_asks_for_the_nearest_of_what_is_shown(visit: Arrive) -> None:
    page = visit().go("/en/map")
    page.get_by_role("checkbox", name="AEDs", exact=False).first.uncheck()
    box = page.locator(".folium-map").bounding_box()
    assert box

    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.6)
    page.get_by_role("link", name="Find the nearest from here").click()
    page.wait_for_url("**/en/nearest?**")
    asked = urlsplit(page.url)
    query = parse_qs(asked.query)
    assert asked.path == "/en/nearest"
    assert query["layer"] == ["nurseries", "vehicles"]
    assert float(query["lat"][0]) == pytest.approx(50.095, abs=0.01)
    assert float(query["lon"][0]) == pytest.approx(19.906, abs=0.001)


def test_the_keyboard_asks_from_the_middle_of_the_map(visit: Arrive) -> None:
    page = visit().go("/en/layers/nurseries")
    link = page.get_by_role("link", name="Find the nearest from the middle of the map")
    before = link.get_attribute("href")

    page.locator(".folium-map").focus()
    page.keyboard.press("ArrowDown")
    expect(link).not_to_have_attribute("href", before or "")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/nearest?**")
    assert parse_qs(urlsplit(page.url).query)["layer"] == ["nurseries"]


def test_results_wear_the_numbers_of_the_list_and_light_up_with_it(visit: Arrive) -> None:
    page = visit().go("/en/nearest?layer=nurseries&lat=50.1&lon=19.89&k=3")

    expect(page.locator(".map-marker text")).to_have_text(["1", "2", "3"])
    expect(page.locator(".map-origin")).to_have_count(1)
    expect(page.locator(".map-line")).to_have_count(4)  # three walks and the legend
    page.evaluate(
        """() => {
          const item = document.createElement("button");
          item.dataset.mapFeature = "nurseries-2";
          document.body.append(item);
          item.focus();
        }"""
    )
    expect(page.locator(".map-marker.is-lit text")).to_have_count(1)


def test_the_wheel_scrolls_the_page_unless_ctrl_is_held(visit: Arrive) -> None:
    page = visit().go("/en/map")
    zoom = "locatorMap.of(document.querySelector('.folium-map')).map.getZoom()"
    before = page.evaluate(zoom)

    page.locator(".folium-map").hover()
    page.mouse.wheel(0, 200)
    expect(page.locator(".map-hint")).to_contain_text("Ctrl")
    assert page.evaluate(zoom) == before


def test_one_finger_scrolls_the_page_on_a_phone(visit: Arrive) -> None:
    phone = visit(viewport=PHONE, has_touch=True, is_mobile=True)
    page = phone.go("/en/map")

    assert not page.evaluate(
        "locatorMap.of(document.querySelector('.folium-map')).map.dragging.enabled()"
    )
    touch = page.locator(".folium-map").evaluate("node => getComputedStyle(node).touchAction")
    assert "pan-y" in touch


BROKEN_WORDS = """() => [...document.querySelectorAll(".via")].flatMap(({ firstChild: text }) =>
  [...text.data.matchAll(/\\S+/g)].filter(({ 0: word, index }) => {
    const range = document.createRange();
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    return range.getClientRects().length > 1;
  }).map(([word]) => word))"""


@pytest.mark.parametrize("width", [320, 390, 700, 1024, 1280])
def test_no_name_of_a_street_is_broken_within_a_word(visit: Arrive, width: int) -> None:
    # From the north to places south of the river: over the bridge.
    lon, lat = at(1000.0, 3000.0)
    page = visit(viewport={"width": width, "height": 900}).go(
        f"/nearest?layer=nurseries&k=20&lat={lat}&lon={lon}"
    )
    page.locator(".act-drop").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    expect(page.locator(".via").first).to_be_visible()

    page.locator(".via").evaluate_all(
        "all => all.forEach((one) => { one.textContent ="
        " 'wzdłuż: Błogosławionego Wincentego Kadłubka, Niepodległościowa, Aleksanterinkatu'; })"
    )
    assert page.evaluate(BROKEN_WORDS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_coverage_map_has_a_legend_of_numbers_and_a_pattern_for_gaps(visit: Arrive) -> None:
    page = visit().go("/en/coverage/nurseries?minutes=5")

    expect(page.locator(".map-shade-pane .map-area")).to_have_count(2)
    expect(page.locator(".map-scale li")).to_have_count(6)
    gap = page.locator(".map-shade-pane .map-gap").first
    assert (gap.get_attribute("fill") or "").startswith("url(#")


def test_a_link_in_the_table_shows_its_gap_and_gets_the_focus_back(visit: Arrive) -> None:
    page = visit().go("/en/coverage/nurseries?minutes=5")
    link = page.locator("a[data-map-area='gap-1']")

    expect(page.locator(".map-gap-mark").first).to_have_text("1")
    link.focus()
    page.keyboard.press("Enter")
    popup = page.locator(".leaflet-popup")
    expect(popup).to_contain_text("beyond the standard")
    expect(page.locator(".folium-map")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(popup).to_have_count(0)
    expect(link).to_be_focused()


def test_a_page_may_take_a_click_on_the_map_for_itself(visit: Arrive) -> None:
    page = visit().go("/en/map")
    page.evaluate(
        """() => document.querySelector(".folium-map").addEventListener("locator:pick", (event) => {
          event.preventDefault();
          window.picked = event.detail;
        })"""
    )
    box = page.locator(".folium-map").bounding_box()
    assert box

    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.6)
    until(page, "'picked' in window")
    assert page.evaluate("picked.lat") == pytest.approx(50.095, abs=0.01)
    assert page.locator(".leaflet-popup").count() == 0


def test_without_scripts_the_page_stands_alone(chromium: Browser, tiny_site: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{tiny_site}/en/nearest?layer=nurseries&lat=50.1&lon=19.89")

    expect(page.locator(".folium-map")).to_be_hidden()
    expect(page.get_by_text("Żłobek Pod Lipą").first).to_be_visible()
    context.close()
