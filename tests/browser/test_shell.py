"""What a resident does with a phone: sees the answer at once, opens menus, calls, goes, tells."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.barriers import violations
from tests.browser.conftest import PHONE, Arrive

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ADDRESS = "q=Rynek%20G%C5%82%C3%B3wny%201"
LARGE_PX = 24

SHIFTS = """() => new Promise((told) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) if (!shift.hadRecentInput) sum += shift.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => told(sum), 0);
})"""

SHARED = """window.told = [];
Object.defineProperty(navigator, "share", { value: async (what) => window.told.push(what) });"""


def enlarge(page: Page, px: int) -> None:
    """Set what a phone calls the size of letters; it is not the zoom."""
    client = page.context.new_cdp_session(page)
    client.send("Page.enable")
    client.send("Page.setFontSizes", {"fontSizes": {"standard": px, "fixed": px}})


def bottom(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def test_with_large_letters_the_first_result_is_on_the_first_screen(visitor: Arrive) -> None:
    someone = visitor(viewport=PHONE)
    enlarge(someone.page, LARGE_PX)
    for layer in ("nurseries", "crisis_support"):
        page = someone.go(f"/nearest?{ADDRESS}&layer={layer}")
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
        assert bottom(page, ".result h3 a") < PHONE["height"]
        # One row: nothing of the head stands below something else of it.
        tops = page.locator(".site-head .wrap > :visible").evaluate_all(
            "all => all.map((one) => one.getBoundingClientRect().y)"
        )
        assert all(y < 44 for y in tops)
        assert bottom(page, ".site-head") < 100
    page = someone.go(f"/nearest?{ADDRESS}")  # one of each layer: signs that would overlap
    found = Axe().run(page, options={"runOnly": ["target-size"]}).response["violations"]
    assert [node["target"] for rule in found for node in rule["nodes"]] == []


def test_menu_and_actions_by_keyboard(visitor: Arrive) -> None:
    someone = visitor(viewport=PHONE)
    someone.page.add_init_script(SHARED)
    page = someone.go(f"/nearest?{ADDRESS}&layer=nurseries")
    assert page.evaluate(SHIFTS) == 0
    menu = page.locator(".menu")
    summary = menu.locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="Zasięg usług")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Tab")
    expect(menu.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link").first).to_be_hidden()
    expect(summary).to_be_focused()

    acts = page.locator(".result").first.locator(".acts")
    heights = acts.locator(".act").evaluate_all("all => all.map((one) => one.offsetHeight)")
    assert len(heights) == 3 and min(heights) >= 44
    assert (
        acts.evaluate("(all) => new Set([...all.children].map((one) => one.offsetTop)).size") == 1
    )
    expect(acts.get_by_role("link").first).to_have_attribute("href", "tel:+48124224935")
    way = acts.locator("summary")
    way.focus()
    page.keyboard.press("Enter")
    ways = acts.locator(".drop a")
    expect(ways).to_have_count(4)
    assert violations(page) == []
    addresses = [one.get_attribute("href") for one in ways.all()]
    page.mouse.click(5, 300)
    expect(ways.first).to_be_hidden()
    share = acts.locator("[data-share]")
    share.click()
    told = page.evaluate("window.told")
    assert told == [{"title": "Żłobek Samorządowy Nr 1", "url": share.evaluate("a => a.href")}]
    whole = page.locator(".more [data-share]")
    whole.click()
    assert page.evaluate("window.told[1].url") == page.url == whole.evaluate("a => a.href")

    # The sign on the map leads on as the list does.
    page.get_by_role("button", name="1, Żłobek Samorządowy Nr 1").focus()
    page.keyboard.press("Enter")
    shown = page.locator(".map-popup-ways a")
    expect(shown).to_have_count(4)
    assert [one.get_attribute("href") for one in shown.all()] == addresses
    assert violations(page) == []


def test_a_page_that_takes_its_time_is_said_to_be_under_way(visitor: Arrive) -> None:
    page = visitor(viewport=PHONE).go("/")
    said = page.locator(".under-way")
    expect(said).to_be_hidden()
    # Nothing comes: the page stays as it does while one waits.
    page.route("**/layers", lambda route: route.fulfill(status=204))
    page.locator(".menu summary").click()
    everything = page.locator(".menu").get_by_role("link", name="Wszystkie usługi")
    everything.click()
    expect(said).to_have_text("Wczytuję…")
    expect(said).to_have_attribute("role", "status")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(said).to_be_hidden()
    page.unroute("**/layers")
    page.locator(".menu summary").click()
    everything.click()
    page.wait_for_url("**/layers")
    expect(page.locator(".under-way")).to_be_hidden()


def test_without_javascript_the_menu_opens_and_a_link_stays_a_link(visitor: Arrive) -> None:
    page = visitor(viewport=PHONE, java_script_enabled=False).go("/")
    page.locator(".menu summary").click()
    page.locator(".menu").get_by_role("link", name="Wszystkie usługi").click()
    page.wait_for_url("**/layers")
    page.goto(page.url.replace("/layers", f"/nearest?{ADDRESS}&layer=nurseries"))
    first = page.locator(".result").first
    first.locator("summary").click()
    expect(first.locator(".drop a")).to_have_count(4)
    first.locator("summary").click()
    first.locator("[data-share]").click()
    page.wait_for_url("**/facilities/**")
    for button in ("data-save", "data-print"):
        expect(page.locator(f"[{button}]")).to_be_hidden()
