"""The map on paper: as wide as it, with the whole city or what somebody looks at."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Arrive
from tests.browser.maps import MAP
from tests.tinycity import at

pytestmark = pytest.mark.browser


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
