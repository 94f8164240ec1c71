"""The map in a real browser: seen, used by keyboard, filtered, clicked, and silent to others."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, expect

from locator.web import create_app
from tests.browser.conftest import DESKTOP, PHONE, Arrive, Visitor, arrivals, serving
from tests.tinycity import at, facility, nurseries, point, write_json, write_tiny_city

pytestmark = pytest.mark.browser

MAP = "locatorMap.of(document.querySelector('.folium-map'))"
NASTY = "<img src=x onerror=alert(1)>${alert(2)}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the tiny city, one of its nurseries with a hostile name."""
    folder = write_tiny_city(tmp_path_factory.mktemp("map") / "tiny")
    nasty = facility(point(1500, 3300), id="nurseries-9", name=NASTY)
    write_json(folder / "nurseries.geojson", [*nurseries(), nasty])
    app = create_app({"GEODATA": folder, "LIMIT_PER_MINUTE": 0})
    with serving(app) as address:
        yield address


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Arrive]:
    """Let visitors in; at the end none may have seen an error or asked another host."""
    yield from arrivals(chromium, site, viewport=DESKTOP)


def marker(page: Page, name: str) -> Locator:
    return page.locator(".map-marker", has=page.locator("svg")).and_(
        page.get_by_role("button", name=name)
    )


def until(page: Page, expression: str, *, timeout_s: float = 60.0) -> None:
    """Wait until `expression` is true; playwright's own wait is barred by the strict policy."""
    patience = time.monotonic() + timeout_s
    while not page.evaluate(expression):
        assert time.monotonic() < patience, f"never came true: {expression}"
        page.wait_for_timeout(50)


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


VIEW = f"(({{ map }}) => [map.getZoom(), map.getCenter(), map.getSize()])({MAP})"
WATCH_PRINTING = f"""() => addEventListener("beforeprint", () => {{
  const {{ map, bounds }} = {MAP};
  const shown = map.getBounds();
  const city = shown.contains(bounds);
  window.printed = {{ width: map.getSize().x, middle: map.getCenter(), city }};
}})"""
PAPER_PX = 686
"""So wide is what an A4 page has between its margins."""


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize(
    "path",
    ["/coverage/nurseries", "/what-if/nurseries?planned=1", "/where-next/nurseries"],
)
def test_a_printed_map_takes_the_paper_and_shows_the_city_and_goes_back(
    visit: Arrive, path: str, size: dict[str, int]
) -> None:
    page = visit(viewport=size).go(path)
    expect(page.locator(".map-marker").first).to_be_visible()
    before = page.evaluate(VIEW)

    page.evaluate(WATCH_PRINTING)
    page.pdf(format="A4")
    printed = page.evaluate("window.printed")
    assert 0 <= PAPER_PX + 1 - printed["width"] < 5
    assert printed["city"]
    assert page.evaluate(VIEW) == before


def test_a_place_somebody_looks_at_is_what_is_printed(visit: Arrive) -> None:
    page = visit().go("/en/map")
    lon, lat = at(1000.0, 3000.0)
    page.evaluate(
        """([lat, lon]) => {
          const { map } = locatorMap.of(document.querySelector(".folium-map"));
          locatorMap.states.get(map).moved = true;
          map.setView([lat, lon], 15, { animate: false });
        }""",
        [lat, lon],
    )
    before, address = page.evaluate(VIEW), page.evaluate("location.hash")

    page.evaluate(WATCH_PRINTING)
    page.pdf(format="A4")
    printed = page.evaluate("window.printed")
    assert not printed["city"]
    assert printed["middle"] == pytest.approx({"lat": lat, "lng": lon}, abs=1e-3)
    assert page.evaluate(VIEW) == before
    assert page.evaluate("location.hash") == address


def test_the_buttons_of_a_map_are_not_printed(visit: Arrive) -> None:
    page = visit().go("/en/coverage/nurseries")
    expect(page.locator(".leaflet-control-zoom")).to_be_visible()

    page.emulate_media(media="print")
    for hidden in (".leaflet-control-zoom", ".map-tools", ".map-skip"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator(".folium-map")).to_have_class(re.compile("is-printing"))
    page.emulate_media(media="screen")
    expect(page.locator(".folium-map")).not_to_have_class(re.compile("is-printing"))
    expect(page.locator(".leaflet-control-zoom")).to_be_visible()


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


def test_a_popup_leads_to_the_facility(visit: Arrive) -> None:
    page = visit().go("/en/map")

    marker(page, "AED – Remiza, AEDs").click()
    page.get_by_role("dialog").get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/en/facilities/aeds-1$"))


def test_a_hostile_name_stays_text(visit: Arrive) -> None:
    page = visit().go("/en/map")

    marker(page, f"{NASTY}, Nurseries").click()
    expect(page.locator(".map-popup-name")).to_have_text(NASTY)
    assert page.locator(".folium-map img").count() == 0


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


def test_what_cannot_be_loaded_is_said_and_can_be_tried_again(visit: Arrive) -> None:
    one = visit()
    down = True

    def answer(route: Route) -> None:
        if down:
            route.fulfill(status=503, body="down")
        else:
            route.continue_()

    one.page.route("**/maps/features.geojson*", answer)
    page = one.go("/en/map")
    expect(page.get_by_role("status")).to_contain_text("could not be loaded")
    down = False
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".map-marker")).to_have_count(8)
    assert [fault for fault in one.faults if "503" not in fault] == []
    one.faults.clear()  # the browser reports the 503 itself


def test_ten_thousand_features_are_drawn_as_clusters(visit: Arrive) -> None:
    one = visit()
    features = [
        {
            "type": "Feature",
            "id": f"n-{i}",
            "geometry": {"type": "Point", "coordinates": at(35.0 * (i % 100), 40.0 * (i // 100))},
            "properties": {"name": f"Nursery {i}", "layer": "nurseries", "lines": []},
        }
        for i in range(10_000)
    ]
    body = json.dumps({"type": "FeatureCollection", "features": features})
    one.page.route("**/maps/features.geojson*", lambda route: route.fulfill(body=body))
    page = one.go("/en/map")
    clusters = page.locator(".map-cluster text")

    expect(page.locator(".map-legend-count").first).to_have_text("10,000")
    until(
        page,
        """() => [...document.querySelectorAll(".map-cluster text")]
          .reduce((sum, node) => sum + Number(node.textContent.replace(",", "")), 0) >= 9900""",
    )
    assert clusters.count() < 300
    assert page.locator(".map-marker").count() < 300


def test_a_cluster_opens_with_the_keyboard(visit: Arrive) -> None:
    one = visit()
    features = [
        {
            "type": "Feature",
            "id": f"n-{i}",
            "geometry": {"type": "Point", "coordinates": at(1000.0 + 20 * i, 3000.0)},
            "properties": {"name": f"Nursery {i}", "layer": "nurseries", "lines": []},
        }
        for i in range(60)
    ]
    body = json.dumps({"type": "FeatureCollection", "features": features})
    one.page.route("**/maps/features.geojson*", lambda route: route.fulfill(body=body))
    page = one.go("/en/map")
    zoom = "locatorMap.of(document.querySelector('.folium-map')).map.getZoom()"
    before = page.evaluate(zoom)

    page.get_by_role("button", name=re.compile("^Places here")).first.focus()
    page.keyboard.press("Enter")
    until(page, f"{zoom} > {before}")


def test_a_moving_layer_is_fetched_again_and_its_markers_move(visit: Arrive) -> None:
    one = visit()
    asked = 0

    def answer(route: Route) -> None:
        nonlocal asked
        asked += 1
        moving = {
            "type": "Feature",
            "id": "tram-1",
            "geometry": {"type": "Point", "coordinates": at(500.0 + 500 * min(asked, 3), 3000.0)},
            "properties": {"name": f"Tram {asked}", "layer": "vehicles", "lines": []},
        }
        route.fulfill(body=json.dumps({"type": "FeatureCollection", "features": [moving]}))

    one.page.route("**/moving.geojson", answer)
    page = one.go("/en/facilities/nurseries-1")
    page.add_script_tag(url="/static/map/moving.js")  # nothing moves on this page
    page.evaluate(
        """() => {
          const { map, symbols } = locatorMap.of(document.querySelector(".folium-map"));
          const symbol = { ...symbols.values().next().value, id: "vehicles", name: "Trams" };
          window.moving = locatorMap.features(map, {
            url: "/moving.geojson", symbols: [symbol], legend: false, refreshS: 0.2,
          });
        }"""
    )
    place = "moving.byId.get('tram-1').getLatLng().lng"
    until(page, f"moving.byId.has('tram-1') && {place} > {at(1900, 0)[0]}")
    assert page.locator(".map-marker", has_text="").count() == 2


def test_places_on_one_spot_open_with_one_press_and_take_the_focus(visit: Arrive) -> None:
    one = visit()
    features = [
        {
            "type": "Feature",
            "id": f"n-{i}",
            "geometry": {"type": "Point", "coordinates": at(1000.0, 3000.0)},
            "properties": {"name": f"Nursery {i}", "layer": "nurseries", "lines": []},
        }
        for i in range(60)
    ]
    body = json.dumps({"type": "FeatureCollection", "features": features})
    one.page.route("**/maps/features.geojson*", lambda route: route.fulfill(body=body))
    page = one.go("/en/map")

    page.get_by_role("button", name="Places here: 60").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".map-marker:focus")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name=re.compile("^Nursery"))).to_be_visible()


def test_two_layers_with_one_sign_explain_it_once(visit: Arrive) -> None:
    page = visit().go("/en/map")
    page.evaluate(
        """() => {
          const { map, symbols } = locatorMap.of(document.querySelector(".folium-map"));
          locatorMap.features(map, {
            url: "/maps/features.geojson?layer=aeds", symbols: [symbols.get("aeds")], legend: true,
          });
        }"""
    )
    expect(page.locator(".map-marker")).to_have_count(10)  # eight, and the two AEDs again
    expect(page.locator(".map-legend-item")).to_have_count(3)


def with_trams(one: Visitor, answer: Callable[[Route], None]) -> Page:
    """Open a map with a layer that is asked for anew five times a second."""
    one.page.route("**/moving.geojson", answer)
    page = one.go("/en/facilities/nurseries-1")
    page.add_script_tag(url="/static/map/moving.js")
    page.evaluate(
        """() => {
          const { map, symbols } = locatorMap.of(document.querySelector(".folium-map"));
          const symbol = { ...symbols.values().next().value, id: "vehicles", name: "Trams" };
          locatorMap.features(map, {
            url: "/moving.geojson", symbols: [symbol], legend: false, refreshS: 0.2,
          });
        }"""
    )
    return page


def test_a_popup_goes_along_with_what_moves(visit: Arrive) -> None:
    one = visit()
    away = False

    def answer(route: Route) -> None:
        moving = {
            "type": "Feature",
            "id": "tram-1",
            "geometry": {"type": "Point", "coordinates": at(1500.0 if away else 500.0, 3000.0)},
            "properties": {"name": "Tram 1", "layer": "vehicles", "lines": []},
        }
        route.fulfill(body=json.dumps({"type": "FeatureCollection", "features": [moving]}))

    page = with_trams(one, answer)
    sign = marker(page, "Tram 1, Trams")
    sign.evaluate("node => node.focus()")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Tram 1")).to_be_visible()
    away = True
    place = "locatorMap.of(document.querySelector('.folium-map')).popup.getLatLng().lng"
    until(page, f"{place} > {at(1400.0, 0)[0]}")


def test_an_open_popup_says_what_is_new_and_keeps_the_focus(visit: Arrive) -> None:
    one = visit()
    said: dict[str, object] = {"name": "Tram 1", "lines": ["Seen at 10:00", "Late"]}

    def answer(route: Route) -> None:
        moving = {
            "type": "Feature",
            "id": "tram-1",
            "geometry": {"type": "Point", "coordinates": at(500.0, 3000.0)},
            "properties": {"layer": "vehicles", "url": "/en/map", **said},
        }
        route.fulfill(body=json.dumps({"type": "FeatureCollection", "features": [moving]}))

    page = with_trams(one, answer)
    marker(page, "Tram 1, Trams").evaluate("node => node.focus()")
    page.keyboard.press("Enter")
    lines = page.locator(".map-popup p:not(.map-popup-layer)")
    expect(lines).to_have_text(["Tram 1", "Seen at 10:00", "Late"])
    link = page.get_by_role("dialog").get_by_role("link")
    expect(link).to_be_focused()

    said |= {"name": NASTY, "lines": ["Seen at 10:01"]}
    expect(lines).to_have_text([NASTY, "Seen at 10:01"])
    expect(page.get_by_role("dialog", name=NASTY)).to_be_visible()
    expect(link).to_be_focused()
    said |= {"lines": ["Seen at 10:02", "On time", "Line 8"]}
    expect(lines).to_have_text([NASTY, "Seen at 10:02", "On time", "Line 8"])
    expect(link).to_be_focused()
    page.keyboard.press("Escape")
    expect(marker(page, f"{NASTY}, Trams")).to_be_focused()


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


def test_without_scripts_the_page_stands_alone(chromium: Browser, site: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/en/nearest?layer=nurseries&lat=50.1&lon=19.89")

    expect(page.locator(".folium-map")).to_be_hidden()
    expect(page.get_by_text("Żłobek Pod Lipą").first).to_be_visible()
    context.close()
