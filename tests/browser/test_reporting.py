"""A mistake seen on a phone without JavaScript becomes a corrected answer on that phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from locator.curation.passwords import hashed
from locator.web import create_app, forms
from tests.browser.barriers import see_no_barrier
from tests.browser.conftest import PHONE, Arrive, arrivals, serving
from tests.tinycity import write_tiny_city

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PASSWORD = "three green trams"
PLACE = "/en/facilities/nurseries-1"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A tiny city that may be corrected, with one moderator; its forms may come back at once."""
    folder = write_tiny_city(tmp_path_factory.mktemp("reporting") / "tiny")
    app: Flask = create_app({"GEODATA": folder, "REPORTS": folder.parent / "reports.sqlite"})
    app.extensions["locator.reporting"].store.set_moderator("Anna", hashed(PASSWORD))
    with pytest.MonkeyPatch.context() as patch, serving(app) as address:
        patch.setattr(forms, "SHORTEST_S", 0.0)
        yield address


@pytest.fixture
def visitor(chromium: Browser, site: str) -> Iterator[Arrive]:
    yield from arrivals(chromium, site, viewport=PHONE)


def see_no_barrier_here(page: Page) -> None:
    see_no_barrier(page)
    page.set_viewport_size(PHONE)


def test_the_way_of_a_mistake_from_a_phone_to_the_corrected_answer(visitor: Arrive) -> None:
    plain = visitor(java_script_enabled=False)
    page = plain.go(PLACE)
    page.get_by_role("link", name="Report a mistake").click()
    # Nothing chosen: the browser itself says so, and nothing is sent.
    page.get_by_role("button", name="Send the report").click()
    assert plain.path() == f"{PLACE}/mistake"
    page.get_by_label("The telephone number is wrong").check()
    page.get_by_label("In your words").fill("Teraz 12 345 67 89")
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()

    moderating = visitor()
    desk = moderating.go("/en/moderate")
    see_no_barrier_here(desk)
    desk.get_by_label("Moderator").fill("Anna")
    desk.get_by_label("Password").fill(PASSWORD)
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Teraz 12 345 67 89")).to_be_visible()
    see_no_barrier_here(desk)
    desk.get_by_role("button", name="Accept").click()
    expect(desk.get_by_role("alert")).to_contain_text("Give the right telephone number.")
    see_no_barrier_here(desk)
    desk.get_by_role("textbox", name="Telephone").fill("+48 12 345 67 89")
    desk.get_by_role("button", name="Accept").click()
    expect(desk.get_by_role("status")).to_contain_text("Accepted; the pages say so now.")
    desk.get_by_role("link", name="Decisions").click()
    expect(desk.get_by_role("rowheader", name="Anna")).to_be_visible()
    see_no_barrier_here(desk)

    page.get_by_role("link", name="Back to the place").click()
    expect(page.locator("main")).to_contain_text("after a report by a resident: telephone.")
    expect(page.get_by_role("link", name="+48 12 345 67 89").first).to_be_visible()


@pytest.mark.parametrize("path", ["", "?what=right", "?sent=1"])
def test_the_pages_of_a_report_have_no_barrier(visitor: Arrive, path: str) -> None:
    see_no_barrier(visitor().go(f"{PLACE}/mistake{path}"))
