"""Choose walks for the night in a real browser, in a town whose park is closed then."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from locator.walking.graph.for_city import build_for_city
from locator.web import create_app
from tests.analysis.test_model_comparison import NODES, STREETS
from tests.browser.barriers import violations
from tests.browser.conftest import PHONE, Arrive, arrivals, serving
from tests.osmdata import write_osm
from tests.tinycity import write_tiny_city
from tests.walking.test_night import PARK, QUESTION

pytestmark = pytest.mark.browser

LABEL = "W nocy: bez furtek i dróg wtedy zamkniętych"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    work = tmp_path_factory.mktemp("city")
    folder = write_tiny_city(work / "tiny")
    build_for_city(write_osm(work / "streets.osm.pbf", NODES, [*STREETS, PARK]), folder)
    app = create_app({"GEODATA": folder, "LIMIT_PER_MINUTE": 0})
    with serving(app) as address:
        yield address


@pytest.fixture
def visitor(chromium: Browser, site: str) -> Iterator[Arrive]:
    yield from arrivals(chromium, site, viewport=PHONE)


def test_the_walk_goes_round_the_park_when_the_night_is_ticked(visitor: Arrive) -> None:
    page = visitor().go(f"/nearest?{QUESTION}")
    one = page.locator("#r-nurseries-1")
    expect(one).to_contain_text("Parkowa")
    expect(page.get_by_text("Liczone na noc")).to_have_count(0)
    tick = page.get_by_label(LABEL)
    if not tick.is_visible():
        page.locator("summary", has_text="Zmień wyszukiwanie").click()
    tick.check()
    page.get_by_role("button", name="Pokaż najbliższe").click()
    page.wait_for_url(re.compile(r"[?&]night=yes"))
    expect(page.locator("#r-nurseries-1")).to_be_visible()
    expect(page.locator("#r-nurseries-1")).not_to_contain_text("Parkowa")
    expect(page.get_by_text("Liczone na noc")).to_be_visible()


def test_the_page_of_the_night_can_be_used_by_everyone(visitor: Arrive) -> None:
    page = visitor().go(f"/en/nearest?{QUESTION}&night=yes")
    expect(page.get_by_text("Counted for the night")).to_be_visible()
    assert violations(page) == []


def test_the_night_is_kept_when_the_language_changes(visitor: Arrive) -> None:
    page = visitor().go(f"/en/nearest?{QUESTION}&night=yes")
    page.get_by_role("link", name="Polski").first.click()
    expect(page.get_by_text("Liczone na noc")).to_be_visible()
