"""The emergency page in a real browser: light, open to everyone, right by day and night, alive."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from google.transit import gtfs_realtime_pb2
from playwright.sync_api import Page, expect
from waitress.server import create_server

from locator.api.live import LiveFleet
from locator.city.model import default_folder, load_city
from locator.vehicles.fleet import assign_vehicle
from locator.web import create_app
from tests.browser.barriers import overflow_px, see_no_barrier
from tests.browser.conftest import DESKTOP, PHONE, Arrive
from tests.browser.maps import MAP, until
from tests.serving import address_of, in_a_thread
from tests.vehicles.test_poller import answer, serving

pytestmark = pytest.mark.browser

CAPTURES = Path(__file__).resolve().parents[3] / "shared" / "testdata" / "gtfs_rt"
ADDRESS = "q=Rynek%20G%C5%82%C3%B3wny%201"
BY_THE_TRAMS = "q=Kalwaryjska%201"
BUDGET_BYTES = 100_000

PAGES = {
    "nothing asked": "/aed",
    "answered": f"/aed?{ADDRESS}",
    "answered in English, by day": f"/en/aed?{ADDRESS}&at=2026-11-24T14:00",
    "at a point known roughly": "/aed?lat=50.0617&lon=19.9373&accuracy_m=350",
    "answered in Ukrainian, at night": f"/uk/aed?{ADDRESS}&at=2026-11-24T03:00",
    "not found": "/aed?q=Qwertyuiopolis",
    "outside the city": "/aed?lat=52.2297&lon=21.0122",
    "by the hour": "/aed/coverage",
    "by the hour in English": "/en/aed/coverage?minutes=3&day=sunday",
}


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_a_page_has_no_barrier_and_asks_no_stranger(visitor: Arrive, path: str) -> None:
    page = visitor(viewport=PHONE).go(path)
    see_no_barrier(page)


def test_the_page_weighs_less_than_100_kb_and_with_the_base_map_less_than_300(
    visitor: Arrive,
) -> None:
    someone = visitor(viewport=PHONE, apart=True)
    sizes: list[int] = []
    tiles: list[int] = []

    def weigh(request: Any) -> None:
        told = request.sizes()
        size = told["responseBodySize"] + told["responseHeadersSize"]
        (tiles if "/tiles/" in request.url else sizes).append(size)

    someone.page.on("requestfinished", weigh)
    page = someone.go(f"/aed?{ADDRESS}")
    expect(page.locator(".leaflet-marker-icon").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert len(sizes) > 10
    assert sum(sizes) < BUDGET_BYTES, sizes
    assert sum(tiles) < 250_000 and sum(sizes) + sum(tiles) < 300_000, tiles


def test_without_javascript_the_whole_answer_is_there(visitor: Arrive) -> None:
    page = visitor(java_script_enabled=False).go("/en/aed")
    expect(page.get_by_role("link", name="Call 112 first")).to_have_attribute("href", "tel:112")
    page.get_by_label("Where is the AED needed?").fill("Rynek Główny 1")
    page.get_by_role("button", name="Show the AEDs").click()
    expect(page.get_by_role("heading", name="The surest AED")).to_be_visible()
    expect(page.locator("ol.results > li")).to_have_count(4)


def test_a_poor_line_gets_the_map_only_when_asked_for(visitor: Arrive) -> None:
    someone = visitor()
    someone.page.add_init_script(
        "Object.defineProperty(navigator, 'connection',"
        " { value: { saveData: true, effectiveType: '4g' } });"
    )
    page = someone.go(f"/en/aed?{ADDRESS}")
    assert page.locator(".leaflet-container").count() == 0
    page.get_by_role("button", name="Show the map").click()
    expect(page.locator(".leaflet-container")).to_be_visible()


def fetchable(page: Page) -> list[str]:
    return page.locator(".aed-card h3 a, ol.results h3 a").all_inner_texts()


@pytest.mark.parametrize("prefix", ["", "/en", "/uk"])
@pytest.mark.parametrize("at", ["2026-11-24T14:00", "2026-11-22T03:00"], ids=["day", "night"])
def test_the_answer_is_in_the_first_look_of_a_phone(visitor: Arrive, prefix: str, at: str) -> None:
    """112, the surest one with its way, door and route, where one is, and the next ones begin."""
    page = visitor(viewport=PHONE).go(f"{prefix}/aed?lat=50.0617&lon=19.9373&accuracy_m=35&at={at}")
    needed = {
        "112": 'main a[href="tel:112"]',
        "the way": ".aed-card .aed-way b",
        "the name": ".aed-card h3 a",
        "door and floor": ".aed-card > p:not([class])",
        "how sure": ".aed-card .chips",
        "the route": '.aed-card a[href^="https://www.openstreetmap.org/directions"]',
        "perhaps nearer": ".aed-beside",
        "address": ".aed-here b",
        "coordinates": ".aed-coordinates",
        "the next ones": "#next-title",
    }
    bottoms = {}
    for name, selector in needed.items():
        box = page.locator(selector).first.bounding_box()
        assert box is not None, name
        bottoms[name] = round(box["y"] + box["height"])
    late = {name: bottom for name, bottom in bottoms.items() if bottom > PHONE["height"]}
    assert late == {}, bottoms
    assert overflow_px(page) == 0


def test_the_same_address_differs_between_day_and_night(visitor: Arrive) -> None:
    someone = visitor()
    page = someone.go(f"/en/aed?{BY_THE_TRAMS}&at=2026-11-24T14:00")
    day = fetchable(page)
    # Trams pass here, but nobody has said that they carry an AED: that is shut away.
    assert not any("meet it at" in title for title in day)
    maybe = page.locator("details.aed-maybe")
    expect(maybe.get_by_text("meet it at").first).to_be_hidden()
    maybe.locator("summary").click()
    expect(maybe.get_by_text("meet it at").first).to_be_visible()
    page = someone.go(f"/en/aed?{BY_THE_TRAMS}&at=2026-11-24T03:00")
    closed = page.locator("section[aria-labelledby=closed-title]")
    assert set(closed.locator("h3 a").all_inner_texts()) & set(day)
    expect(closed.locator("text=/Closed, opens/").first).to_be_visible()


def test_the_position_of_the_device_is_asked_for_on_a_press_only(visitor: Arrive) -> None:
    someone = visitor(
        geolocation={"latitude": 50.0617, "longitude": 19.9373}, permissions=["geolocation"]
    )
    page = someone.go("/en/aed")
    assert someone.path() == "/en/aed"
    page.get_by_role("button", name="Use my position").click()
    page.wait_for_url("**/en/aed?*lat=50.06170*accuracy_m=*")
    expect(page.get_by_role("heading", name="The surest AED")).to_be_visible()


# A live feed ----------------------------------------------------------------------------------


@dataclass
class LiveSite:
    """A site over a copy of the city folder, with a feed whose answer can be changed."""

    url: str
    app: Flask
    vehicle: str
    frames: tuple[bytes, bytes]
    served: dict[str, bytes]

    def show(self, frame: int) -> tuple[float, float]:
        """Let the feed answer with a frame; return lon, lat of the vehicle in it."""
        data = stamped_now(self.frames[frame])
        self.served["body"] = data.SerializeToString()
        held: LiveFleet = self.app.extensions["locator"].live_fleet
        assert held.poller.poll_once("T").error is None
        place = next(
            e.vehicle.position for e in data.entity if e.vehicle.vehicle.id == self.vehicle
        )
        return place.longitude, place.latitude


def parsed(data: bytes) -> Any:
    message = gtfs_realtime_pb2.FeedMessage()
    message.ParseFromString(data)
    return message


def stamped_now(data: bytes) -> Any:
    """A real capture as if it were taken now."""
    message = parsed(data)
    later = int(datetime.now().timestamp()) - message.header.timestamp
    message.header.timestamp += later
    for entity in message.entity:
        entity.vehicle.timestamp += later
    return message


def mover(first: bytes, second: bytes) -> str:
    """A vehicle near the middle of the city in both captures, seen lately, that has moved."""

    def near(data: bytes) -> dict[str, tuple[float, float]]:
        message = parsed(data)
        return {
            e.vehicle.vehicle.id: (e.vehicle.position.longitude, e.vehicle.position.latitude)
            for e in message.entity
            if message.header.timestamp - e.vehicle.timestamp < 30
            and abs(e.vehicle.position.longitude - 19.937) < 0.02
            and abs(e.vehicle.position.latitude - 50.062) < 0.012
        }

    before, after = near(first), near(second)
    both = [v for v in sorted(before) if v in after and abs(before[v][0] - after[v][0]) > 0.003]
    assert both
    return both[0]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    if not CAPTURES.exists():
        pytest.skip("../shared/testdata is not there")
    names = ("vehicle_positions_t__43d1a20d.pb", "vehicle_positions_t__72843870.pb")
    frames = tuple((CAPTURES / name).read_bytes() for name in names)
    vehicle = mover(*frames)
    folder = tmp_path_factory.mktemp("live") / "city"
    shutil.copytree(default_folder(), folder)
    assign_vehicle(load_city(folder), "1", fleet_number=f"T:{vehicle}")
    served = {"body": stamped_now(frames[0]).SerializeToString()}
    with serving(lambda handler: answer(served["body"])(handler)) as (feed, _):
        app = create_app({"GEODATA": folder, "LIMIT_PER_MINUTE": 0, "FEEDS": f"T={feed}"})
        assert app.extensions["locator.city.basemap"].ground  # read before anybody comes
        server = create_server(app, host="127.0.0.1", port=0, threads=4)
        with in_a_thread(server):
            yield LiveSite(address_of(server), app, vehicle, frames, served)  # type: ignore[arg-type]
        app.extensions["locator"].live_fleet.poller.stop()


@pytest.mark.real_data
@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_a_replayed_capture_moves_the_map_without_reloading(
    visitor: Arrive, live: LiveSite, motion: str
) -> None:
    someone = visitor(viewport=DESKTOP, reduced_motion=motion, apart=True)
    someone.site = live.url
    page = someone.page
    page.clock.install()
    live.show(0)
    someone.go("/en/aed?lat=50.0617&lon=19.9373")
    marker = page.locator(f'.leaflet-marker-icon[aria-label*="AED T:{live.vehicle}"]')
    expect(marker).to_be_attached()
    # Only what moves afterwards is looked at, not what is still being drawn.
    until(page, f"!{MAP}.loading && !{MAP}.basemap.unwritten()")
    page.evaluate(
        "() => { window.frames_ = 0; const draw = window.requestAnimationFrame.bind(window);"
        "window.requestAnimationFrame = (step) => { window.frames_ += 1; return draw(step); }; }"
    )
    before = marker.get_attribute("style")
    live.show(1)
    with page.expect_response("**/aed/vehicles.geojson*"):
        page.clock.run_for(10_500)
    page.clock.run_for(2_000)
    expect(marker).not_to_have_attribute("style", before or "")
    # Undefined would mean that the page had been loaded again.
    animated = page.evaluate("window.frames_")
    assert animated == 0 if motion == "reduce" else animated > 0
    marker.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Seen live").first).to_be_visible()
