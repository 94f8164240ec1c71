"""The emergency page in a real browser whose network is off, after one visit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect
from pyproj import Geod

from locator.city.model import default_folder, load_city
from locator.city.opening import opening_in
from locator.web import create_app
from locator.web.pages import aed_offline as offline
from tests.browser.barriers import overflow_px, see_no_barrier
from tests.browser.conftest import PHONE, Arrive, Visitor, arrivals, serving
from tests.tinycity import at
from tests.toyline import write_toy_city

pytestmark = pytest.mark.browser

LAT, LON = 50.06170, 19.93730
SQUARE = f"lat={LAT:.5f}&lon={LON:.5f}"
KEPT = """async () => {
  await navigator.serviceWorker.ready;
  const found = {};
  for (const name of await caches.keys())
    found[name] = (await (await caches.open(name)).keys()).map((request) => request.url);
  return found;
}"""

ANSWER = "/en/nearest?q=Lipowa%201&layer=nurseries"

REPLACED = """async (old) => {
  for (;;) {
    const names = await caches.keys();
    if (names.length === 1 && !(names[0] in old)) return;
    await new Promise((done) => setTimeout(done, 50));
  }
}"""


@pytest.fixture
def visitor(chromium: Browser, krakow_site: str) -> Iterator[Arrive]:
    """Let visitors in whose browsers may keep things."""
    yield from arrivals(chromium, krakow_site, viewport=PHONE, service_workers="allow")


@pytest.fixture
def villager(chromium: Browser, tmp_path: Path) -> Iterator[Arrive]:
    """The same in the toy city, whose pages cost next to nothing."""
    with serving(
        create_app({"GEODATA": write_toy_city(tmp_path / "toy"), "LIMIT_PER_MINUTE": 0})
    ) as site:
        yield from arrivals(chromium, site, viewport=PHONE, service_workers="allow")


def cut_off(someone: Visitor) -> None:
    """Wait until the page has all it asks for and the worker what it keeps; cut the network."""
    someone.settle()
    page = someone.page
    page.evaluate(KEPT)
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    someone.was_cut_off = True
    page.context.set_offline(True)


@pytest.mark.parametrize("hour", [3, 13])
def test_after_one_visit_the_nearest_aeds_are_told_without_a_network(
    visitor: Arrive, hour: int
) -> None:
    someone = visitor(apart=True)
    someone.go("/en/aed")
    cut_off(someone)
    now = datetime.now(ZoneInfo("Europe/Warsaw")).replace(
        hour=hour, minute=20, second=0, microsecond=0
    )
    page = someone.page
    page.clock.set_fixed_time(now)
    page.goto(f"{someone.site}/en/aed?{SQUARE}")
    expect(page.get_by_text("Offline: straight-line distances, data of")).to_be_visible()
    expect(page.locator("[data-here]")).to_have_text("50.06170, 19.93730")
    shown = page.locator("[data-list=open] h3").all_inner_texts()
    assert shown == open_by_the_minute(now)[: len(shown)] and len(shown) == 5
    assert page.locator("main").inner_text().count("tram") == 0  # nobody knows which carries one
    see_no_barrier(page)
    assert overflow_px(page) == 0


def open_by_the_minute(now: datetime) -> list[str]:
    """Return the names of AEDs that are open each minute of the way, nearest first; naively."""
    city = load_city(default_folder())
    found = []
    aeds = city.facilities[
        (city.facilities["layer"] == "aeds") & (city.facilities["status"] == "open")
    ]
    for _, aed in aeds[aeds["x"].notna()].iterrows():
        away_m = Geod(ellps="WGS84").inv(LON, LAT, aed["geometry"].x, aed["geometry"].y)[2]
        if away_m > 1500 or aed["access"] in ("no", "private"):
            continue
        minutes = int(away_m / 60)  # twice the straight line at 2 m/s
        hours = aed["opening_hours"]
        if isinstance(hours, str):
            states = [
                opening_in(city, hours, now + timedelta(minutes=n)).state == "open"
                for n in range(minutes + 11)
            ]
        else:
            outdoors = str(aed["indoor"]) == "False" and aed["access"] in (
                "yes",
                "permissive",
                None,
            )
            states = [outdoors] * (minutes + 11)
        if all(states[: minutes + 1]):
            found.append(
                (away_m * (1 if all(states) and aed["access"] != "permit" else 2), aed["name"])
            )
    return [name for _, name in sorted(found)]


def test_the_language_is_kept_and_no_place_is(visitor: Arrive) -> None:
    someone = visitor(apart=True)
    page = someone.go(f"/aed?{SQUARE}")
    cut_off(someone)
    page.goto(f"{someone.site}/uk/aed?{SQUARE}")
    expect(page.get_by_text("Без мережі: відстані по прямій")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "uk")
    page.get_by_role("link", name="Polski").click()
    expect(page.get_by_text("Bez sieci: odległości w linii prostej")).to_be_visible()
    expect(page.locator("[data-list=open] .result").first).to_be_visible()
    kept = [address for addresses in page.evaluate(KEPT).values() for address in addresses]
    assert len([address for address in kept if "/offline?v=" in address]) == 6
    assert [address for address in kept if "lat" in address.partition("?")[2]] == []


def test_a_typed_address_is_said_to_need_the_network_and_the_position_does_not(
    visitor: Arrive,
) -> None:
    someone = visitor(geolocation={"latitude": LAT, "longitude": LON}, permissions=["geolocation"])
    someone.go("/en/aed")
    cut_off(someone)
    page = someone.page
    page.goto(f"{someone.site}/en/aed?q=Rynek")
    expect(page.get_by_text("An address cannot be looked up offline")).to_be_visible()
    page.get_by_role("button", name="Use my position").click()
    expect(page.locator("[data-list=open] .result")).to_have_count(5)


def test_hours_that_were_kept_too_long_ago_are_unknown(visitor: Arrive) -> None:
    someone = visitor(apart=True)
    someone.go("/en/aed")
    cut_off(someone)
    page = someone.page
    page.clock.set_fixed_time(datetime.now() + timedelta(days=offline.DAYS + 1))
    page.goto(f"{someone.site}/en/aed?{SQUARE}")
    expect(page.get_by_text("have run out")).to_be_visible()
    chips = page.locator("[data-list=open] .chip-good").all_inner_texts()
    assert {chip for chip in chips if "Open" in chip} == set()
    expect(page.locator("[data-list=unknown] .result")).not_to_have_count(0)


def test_below_a_prefix_a_new_version_takes_the_place_of_the_old_one_whole(
    chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app({"GEODATA": write_toy_city(tmp_path / "toy"), "LIMIT_PER_MINUTE": 0})
    inner = app.wsgi_app

    def below(environ: dict[str, Any], start_response: Any) -> Any:
        environ["SCRIPT_NAME"] = "/city"
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix("/city")
        return inner(environ, start_response)

    app.wsgi_app = below  # type: ignore[method-assign]
    lon, lat = at(100, 100)
    with serving(app) as site:
        for arrive in arrivals(chromium, site, viewport=PHONE, service_workers="allow"):
            someone = arrive()
            page = someone.go("/city/en/aed")
            page.evaluate(KEPT)
            first = page.evaluate(KEPT)
            assert len(first) == 1
            monkeypatch.setattr(offline, "DAYS", 14)
            app.extensions["locator"].memo._answers.clear()
            page.evaluate("navigator.serviceWorker.ready.then((it) => it.update())")
            page.evaluate(REPLACED, first)
            (kept,) = page.evaluate(KEPT).values()
            assert len([one for one in kept if "/offline?v=" in one]) == 6
            assert all("/city/" in address for address in kept)
            cut_off(someone)
            page.goto(f"{site}/city/aed?lat={lat}&lon={lon}")
            expect(page.get_by_text("Bez sieci: odległości")).to_be_visible()


def stored(page: Page, address: str) -> None:
    """Wait until an answer is kept on the device."""
    page.evaluate(
        """async (address) => {
          const cache = await caches.open("answers/");
          while (!await cache.match(address)) await new Promise((done) => setTimeout(done, 50));
        }""",
        address,
    )


def test_answers_and_saved_places_are_kept_told_their_age_and_wiped_at_one_tap(
    villager: Arrive,
) -> None:
    someone = villager()
    page = someone.go(ANSWER)
    stored(page, ANSWER)
    results = page.locator(".result h3 a").all_inner_texts()
    page.locator(".result h3 a").first.click()
    save = page.locator("button[data-save]")
    save.click()
    expect(page.get_by_text("Saved on this device")).to_be_visible()
    cut_off(someone)
    page.clock.install(time=datetime.now() + timedelta(minutes=12))

    page.goto(someone.site + ANSWER)
    expect(page.get_by_text("No network: this page was stored at")).to_contain_text("12 min. ago")
    assert page.locator(".result h3 a").all_inner_texts() == results
    expect(page.locator(".leaflet-marker-icon").first).to_be_visible()
    see_no_barrier(page)

    page.goto(someone.site + "/en/coverage")  # never seen before
    expect(page.get_by_role("heading", level=1, name="No network")).to_be_visible()
    lists = page.locator("[data-on-device]")
    for title in ("Saved places", "Recent searches", "Stored pages"):
        expect(lists.get_by_role("heading", name=title)).to_be_visible()
    see_no_barrier(page)
    lists.get_by_role("link", name="Lipowa 1").first.click()
    expect(page.locator(".result")).to_have_count(len(results))

    page.context.set_offline(False)
    page.goto(someone.site + "/uk/")
    page.get_by_role("link", name=results[0]).click()
    expect(page).to_have_url(re.compile("/uk/facilities/"))  # in the language of today
    page.go_back()
    page.get_by_role("button", name="Видалити все").click()
    expect(page.get_by_role("status").filter(has_text="Видалено")).to_be_focused()
    expect(page.locator("[data-on-device]")).to_be_hidden()
    assert page.evaluate("localStorage.length") == 0
    assert [name for name in page.evaluate("caches.keys()") if not name.startswith("aed/")] == []


def test_the_emergency_map_has_its_ground_without_a_network(visitor: Arrive) -> None:
    someone = visitor()
    page = someone.go(f"/en/aed?{SQUARE}")
    page.evaluate(KEPT)
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    someone.go(f"/en/aed?{SQUARE}")
    page.wait_for_function("async () => (await (await caches.open('tiles/')).keys()).length > 3")
    cut_off(someone)
    page.goto(f"{someone.site}/en/aed?{SQUARE}")
    expect(page.get_by_text("Stored on this device at")).to_be_visible()
    shown = page.locator("[data-list] .result").count()
    expect(page.locator(".map-marker")).to_have_count(shown)
    someone.settle()
    painted = page.evaluate(
        """() => [...document.querySelectorAll("canvas")].filter((canvas) => {
          const copy = document.createElement("canvas").getContext("2d");
          copy.drawImage(canvas, 0, 0, 300, 150);
          const { data } = copy.getImageData(0, 0, 300, 150);
          return new Set(new Uint32Array(data.buffer)).size > 50;
        }).length"""
    )
    assert painted > 0
    see_no_barrier(page)


def test_where_nothing_can_be_kept_everything_else_works(villager: Arrive) -> None:
    someone = villager()
    someone.page.add_init_script(
        """const refuse = () => { throw new DOMException("no", "SecurityError"); };
        for (const name of ["localStorage", "caches"])
          Object.defineProperty(window, name, { get: refuse });
        navigator.serviceWorker.register = async () => refuse();"""
    )
    page = someone.go(ANSWER)
    expect(page.locator(".result").first).to_be_visible()
    page.locator(".result h3 a").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("button[data-save]")).to_be_hidden()
    someone.go("/en/")
    expect(page.locator("[data-on-device]")).to_be_hidden()


def test_a_full_device_says_so(villager: Arrive) -> None:
    someone = villager()
    page = someone.go("/en/facilities/nurseries-1")
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }")
    page.locator("button[data-save]").click()
    expect(page.get_by_text("storage is full or switched off")).to_be_visible()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()
