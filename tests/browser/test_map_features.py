"""What is fetched for the map: many places as clusters, what moves, and what does not come."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Arrive, Visitor
from tests.browser.maps import NASTY, marker, until
from tests.tinycity import at

pytestmark = pytest.mark.browser


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
