"""Other cities in a real browser: Helsinki and Liechtenstein, walked along their streets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect
from pyproj import Transformer

from locator.curation.newcity import NewCity, found_city
from locator.web import create_app
from tests.browser.barriers import violations
from tests.browser.conftest import DESKTOP, PATIENCE_MS, PHONE, Visitor, serving, watch
from tests.osmdata import helsinki, liechtenstein

pytestmark = [pytest.mark.browser, pytest.mark.real_data]

CITIES = {
    "Helsinki": (helsinki, (24.935, 60.164, 24.954, 60.180), "Aleksanterinkatu 15", "pharmacies"),
    "Liechtenstein": (liechtenstein, (9.47, 47.04, 9.64, 47.28), "Äulestrasse 30", "doctors"),
}
"""Extract, box of the invented grid, an address, a layer."""


def invented_grid(path: Path, box: tuple[float, float, float, float]) -> Path:
    """Write a hundred invented people into every cell: nobody's census is in the repository."""
    to_grid = Transformer.from_crs("EPSG:4326", "EPSG:3035", always_xy=True)
    low_x, low_y, high_x, high_y = (round(m / 1000) for m in to_grid.transform_bounds(*box))
    cells = [
        f"{x},{y},100" for x in range(low_x - 1, high_x + 1) for y in range(low_y - 1, high_y + 1)
    ]
    path.write_text("\n".join(["east_km,north_km,people", *cells]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module", params=CITIES)
def city(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """Found a city, serve it, and give its name and address."""
    extract, box, _, _ = CITIES[request.param]
    work = tmp_path_factory.mktemp("city")
    grid = invented_grid(work / "grid.csv", box)
    new = NewCity(request.param, extract(), work / "new", grid=grid, grid_source="invented")
    app = create_app({"GEODATA": found_city(new).folder, "LIMIT_PER_MINUTE": 0})
    with serving(app) as address:
        yield request.param, address


@pytest.fixture
def visitor(
    chromium: Browser, city: tuple[str, str], request: pytest.FixtureRequest
) -> Iterator[Visitor]:
    """Let a visitor in, who may see no error and cause no request to another host."""
    context = chromium.new_context(viewport=DESKTOP, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    new = Visitor(city[1], context.new_page())
    watch(new)
    yield new
    context.close()
    assert new.faults == []


def test_an_address_is_searched_and_the_walk_drawn_along_streets(
    visitor: Visitor, city: tuple[str, str]
) -> None:
    _, _, address, layer = CITIES[city[0]]
    page = visitor.go("/en/")
    page.get_by_role("combobox").or_(page.get_by_role("searchbox")).first.fill(address)
    page.keyboard.press("Enter")
    page.wait_for_url("**/nearest?**")
    expect(page.get_by_text(address).first).to_be_visible()
    page = visitor.go(f"/en/nearest?layer={layer}&k=3&q={quote(address)}")
    drawn = json.loads(page.locator("script[data-map]").inner_text())["drawn"]
    walks = dict(drawn)["lines"]["steps"]
    assert len(walks) == 3
    assert max(len(steps) for steps in walks) > 2 * 10  # east and north in turn
    expect(page.get_by_text("the walk along streets").first).to_be_visible()
    expect(page.locator(".result").first).to_contain_text("along")


def test_coverage_shows_who_is_left_out_and_where(visitor: Visitor, city: tuple[str, str]) -> None:
    page = visitor.go(f"/en/coverage/{CITIES[city[0]][3]}?minutes=3")
    expect(page.get_by_role("heading", name="The largest gaps")).to_be_visible()
    expect(page.get_by_text("along the streets and paths of OpenStreetMap").first).to_be_visible()


def test_the_data_page_compares_and_everyone_can_use_it(
    visitor: Visitor, city: tuple[str, str]
) -> None:
    visitor.page.set_viewport_size(PHONE)
    page = visitor.go("/en/data")
    expect(page.get_by_role("heading", name="What the streets change")).to_be_visible()
    assert violations(page) == []
    _, _, address, layer = CITIES[city[0]]
    page = visitor.go(f"/en/nearest?layer={layer}&q={quote(address)}&profile=pram")
    assert violations(page) == []
