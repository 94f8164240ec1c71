"""The base map of Kraków in a real browser: light to fetch, from nobody else, and readable."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.barriers import violations
from tests.browser.conftest import DESKTOP, PHONE, Arrive, arrivals
from tests.browser.maps import until

pytestmark = pytest.mark.browser

MAP = "locatorMap.of(document.querySelector('.folium-map'))"
FIRST_VIEW_BYTES = 250_000
RYNEK = "lat=50.0617&lon=19.9372"
"""The densest place, so the heaviest tiles."""

OVERLAPS = f"""() => {{
  const written = {MAP}.basemap.written;
  const apart = (a, b) => a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
  const found = [];
  written.forEach((one, i) => written.slice(0, i).forEach((other) => {{
    if (one.boxes.some((a) => other.boxes.some((b) => !apart(a, b)))) {{
      found.push(`${{one.name}} / ${{other.name}}`);
    }}
  }}));
  return found;
}}"""

SIGNS_APART = """() => {
  const middles = [...document.querySelectorAll(".map-marker svg, .map-origin svg")]
    .map((node) => node.getBoundingClientRect())
    .map(({ left, right, top, bottom }) => [(left + right) / 2, (top + bottom) / 2]);
  const away = ([x, y], [otherX, otherY]) => Math.hypot(x - otherX, y - otherY);
  return Math.min(...middles.flatMap((a, i) => middles.slice(0, i).map((b) => away(a, b))));
}"""


COVERED = f"""async () => {{
  const {{ map, basemap }} = {MAP};
  const canvas = document.querySelector(".map-lettering").getBoundingClientRect();
  const frame = map.getContainer().getBoundingClientRect();
  const points = [];
  const kept = ".leaflet-control, .map-marker svg, .map-origin svg";
  for (const node of document.querySelectorAll(kept)) {{
    const {{ left, top, width, height }} = node.getBoundingClientRect();
    for (const across of [0.1, 0.3, 0.5, 0.7, 0.9]) {{
      for (const down of [0.1, 0.3, 0.5, 0.7, 0.9]) {{
        points.push([node.className, left + across * width, top + down * height]);
      }}
    }}
  }}
  for (const walk of document.querySelectorAll(".map-line")) {{
    for (let at = 0; at < walk.getTotalLength(); at += 4) {{
      const {{ x, y }} = walk.getPointAtLength(at).matrixTransform(walk.getScreenCTM());
      points.push(["walk", x, y]);
    }}
  }}
  for (const {{ coords, left, top, side }} of basemap.onShow()) {{
    if (map.getZoom() < 15) break;
    const url = L.Util.template(basemap.config.url, {{ ...coords, z: coords.z - 1 }});
    const reading = locatorMap.vectorTile(await (await fetch(url)).arrayBuffer());
    for (const {{ kind, points: [[east, south]] }} of locatorMap.atOnce(reading).names) {{
      if (kind !== "stop") continue;
      const at = [left + (east * side) / 2048, top + (south * side) / 2048];
      const {{ x, y }} = map.layerPointToContainerPoint(at);
      points.push(["stop", x + frame.left, y + frame.top]);
    }}
  }}
  const found = new Set();
  for (const {{ name, boxes }} of basemap.written) {{
    for (const [left, top, right, bottom] of boxes) {{
      for (const [what, x, y] of points) {{
        const [east, south] = [x - canvas.left, y - canvas.top];
        if (left < east && east < right && top < south && south < bottom) {{
          found.add(`${{name}} / ${{what}}`);
        }}
      }}
    }}
  }}
  return [...new Set(points.map(([what]) => what))].length < 4 ? ["too little to see"] : [...found];
}}"""


@pytest.fixture
def visit(chromium: Browser, krakow_site: str) -> Iterator[Arrive]:
    """Let visitors in; at the end none may have seen an error or asked another host."""
    yield from arrivals(chromium, krakow_site, viewport=DESKTOP)


def drawn(page: Page) -> None:
    """Wait until every tile in view is painted and its names are written."""
    expect(page.locator(".map-tiles canvas.leaflet-tile-loaded").first).to_be_visible()
    until(page, f"(({{ basemap }}) => !basemap.pending && !basemap.unwritten())({MAP})")


def look_at(page: Page, lat: float, lon: float, zoom: float) -> None:
    # Not returned: it would be the whole map, and all that hangs on it.
    page.evaluate(f"void {MAP}.map.setView([{lat}, {lon}], {zoom}, {{animate: false}})")
    drawn(page)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize(
    "path",
    ["/en/map", f"/en/nearest?layer=aeds&{RYNEK}", "/en/facilities/senior_activity_centres-001"],
)
def test_the_tiles_of_a_first_view_are_light_and_ours(
    visit: Arrive, path: str, size: dict[str, int]
) -> None:
    one = visit(viewport=size, device_scale_factor=3 if size is PHONE else 1)
    tiles: dict[str, int] = {}
    hosts = set()

    def weigh(response: object) -> None:
        hosts.add(urlsplit(response.url).netloc)  # type: ignore[attr-defined]
        if "/tiles/" in response.url:  # type: ignore[attr-defined]
            tiles[response.url] = int(response.headers["content-length"])  # type: ignore[attr-defined]

    one.page.on("response", weigh)
    drawn(one.go(path))

    assert hosts == {urlsplit(one.site).netloc}
    assert 0 < sum(tiles.values()) <= FIRST_VIEW_BYTES, tiles


@pytest.mark.parametrize(("lat", "lon"), [(50.0617, 19.9372), (50.0782, 20.0352), (49.979, 19.956)])
def test_no_name_covers_another_one_across_tiles_too(visit: Arrive, lat: float, lon: float) -> None:
    page = visit().go("/en/map")
    for zoom in (11, 12.5, 14, 15, 16.5, 18):
        look_at(page, lat, lon, zoom)
        assert page.evaluate(f"{MAP}.basemap.written.length") > 3, zoom
        assert page.evaluate(OVERLAPS) == [], zoom


def test_no_name_covers_a_control_a_sign_the_start_a_walk_or_a_stop(visit: Arrive) -> None:
    page = visit().go(f"/en/nearest?layer=nurseries&{RYNEK}")
    drawn(page)
    for zoom in (15, 16, 17):
        look_at(page, 50.0617, 19.9372, zoom)
        assert page.evaluate(f"{MAP}.basemap.written.length") > 10, zoom
        assert page.evaluate(COVERED) == [], zoom


@pytest.mark.parametrize(
    ("lat", "lon", "name"),
    [
        (50.0793, 20.0322, "Osiedle Teatralne"),
        (50.0167, 19.9040, "Ruczaj"),
        (50.0617, 19.9372, "Sukiennice"),
    ],
)
def test_from_near_one_still_reads_where_one_is(
    visit: Arrive, lat: float, lon: float, name: str
) -> None:
    page = visit(viewport=PHONE).go("/en/map")
    look_at(page, lat, lon, 17)
    names = f"() => {MAP}.basemap.written.map(({{ name }}) => name)"

    assert name in page.evaluate(names)
    kinds = f"() => {MAP}.basemap.written.map(({{ kind }}) => kind)"
    assert {"number", "street"} <= set(page.evaluate(kinds))


def test_a_letter_alone_keeps_to_its_neighbour(visit: Arrive) -> None:
    page = visit().go("/en/map")
    lines = page.evaluate(
        "() => ['Osiedle Centrum B', 'Osiedle Górka w Dolinie', 'Nowa Huta', 'X']"
        ".map((name) => locatorMap.broken(name))"
    )

    assert lines == [
        ["Osiedle", "Centrum\u00a0B"],
        ["Osiedle Górka", "w\u00a0Dolinie"],
        ["Nowa Huta"],
        ["X"],
    ]


def test_the_map_changes_its_colours_with_the_system(visit: Arrive) -> None:
    page = visit(color_scheme="light").go("/en/map")
    look_at(page, 50.0617, 19.9372, 15)
    brightness = f"""() => {{
      const tiles = Object.values({MAP}.basemap._tiles);
      const {{ el }} = tiles.find((tile) => tile.current && tile.el.read);
      const copy = document.createElement("canvas");
      const context = copy.getContext("2d", {{ willReadFrequently: true }});
      context.drawImage(el, 0, 0, 300, 150);
      return context.getImageData(0, 0, 300, 150).data.reduce((sum, value) => sum + value, 0);
    }}"""
    light = page.evaluate(brightness)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"light => ({brightness})() < 0.6 * light", arg=light)


def test_a_tile_is_as_sharp_as_the_screen_between_two_zooms_too(visit: Arrive) -> None:
    page = visit(device_scale_factor=2).go("/en/map")
    for zoom in (13, 13.5):
        look_at(page, 50.0617, 19.9372, zoom)
        ratio = page.evaluate(
            "() => { const tile = document.querySelector('.map-tiles canvas.leaflet-tile-loaded');"
            " return tile.width / tile.getBoundingClientRect().width; }"
        )
        assert ratio == pytest.approx(2, abs=0.02)


def test_signs_at_one_place_stand_beside_one_another(visit: Arrive) -> None:
    page = visit().go(f"/en/nearest?layer=aeds&layer=nurseries&layer=social_welfare&{RYNEK}")
    drawn(page)
    for zoom in (12, 14, 16):
        page.evaluate(f"void {MAP}.map.setZoom({zoom}, {{animate: false}})")
        page.wait_for_timeout(400)
        assert page.evaluate(SIGNS_APART) > 22, zoom


def test_signs_without_room_for_a_finger_are_no_buttons_until_one_is_nearer(visit: Arrive) -> None:
    page = visit(viewport=PHONE).go("/en/coverage/senior_activity_centres")
    signs, buttons = (page.locator(f".map-marker{more}") for more in ("", "[role=button]"))
    hidden = page.locator(".map-marker[aria-hidden=true]:not([tabindex]):not([role])")

    def press() -> int:
        until(page, "document.querySelector('.map-marker[aria-hidden]') !== null")
        assert buttons.count() + hidden.count() == signs.count()
        return buttons.count()

    far = press()
    assert 5 < far < signs.count() / 2
    assert violations(page) == []
    look_at(page, 50.0617, 19.9372, 13)
    until(page, f"document.querySelectorAll('.map-marker[role=button]').length > {far}")
