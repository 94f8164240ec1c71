"""A map that was saved as one file is whole without a server and without a network."""

from __future__ import annotations

from pathlib import Path

import folium
import pytest
from playwright.sync_api import Browser, expect

import locator
from tests.browser.conftest import PATIENCE_MS, PHONE
from tests.browser.maps import NASTY, until
from tests.tinycity import facility, nurseries, point, write_json, write_tiny_city

PAINTED = """[...document.querySelectorAll(".map-tiles canvas")].some((canvas) => {
  const copy = Object.assign(document.createElement("canvas"), { width: 64, height: 64 });
  const pen = copy.getContext("2d");
  pen.drawImage(canvas, 0, 0, 64, 64);
  return new Set(new Uint32Array(pen.getImageData(0, 0, 64, 64).data.buffer)).size > 3;
})"""
"""Some tile is of more than a few colours."""


@pytest.mark.browser
def test_it_is_whole_without_a_network(chromium: Browser, tmp_path: Path) -> None:
    folder = write_tiny_city(tmp_path / "tiny")
    nasty = facility(
        point(2000, 3000), id="nurseries-9", name=f"{NASTY}{{{{ 7 * 7 }}}}{{#</script>"
    )
    write_json(folder / "nurseries.geojson", [*nurseries(), nasty])
    map_ = locator.open(folder, language="uk").map("nurseries", closest_zoom=12)
    folium.Marker(nasty["geometry"]["coordinates"][::-1], popup="mine", tooltip="here").add_to(map_)
    group = folium.FeatureGroup("circle").add_to(map_)
    folium.Circle((50.1, 19.9), radius=300).add_to(group)
    folium.LayerControl(collapsed=False).add_to(map_)
    map_.save(tmp_path / "map.html")
    context = chromium.new_context(offline=True, viewport=PHONE, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((tmp_path / "map.html").as_uri())
    until(page, PAINTED)
    sign = page.get_by_role("button", name="Żłobek Pod Lipą")
    expect(sign).to_be_visible()
    sign.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup")).to_contain_text("ul. Lipowa 1")
    expect(page.locator(".leaflet-popup")).to_contain_text("Ясла")
    page.keyboard.press("Escape")
    other = page.get_by_role("button", name=NASTY)
    other.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup")).to_contain_text(f"{NASTY}{{{{ 7 * 7 }}}}{{#</script>")
    expect(page.locator(".leaflet-marker-pane img")).to_have_count(1)
    expect(page.locator(".leaflet-control-layers")).to_contain_text("circle")
    expect(page.locator(".map-credit")).to_contain_text("Вигадані дані")
    assert page.locator("html").get_attribute("lang") == "uk"
    fetched = [url for url in asked if not url.startswith(("data:", "blob:"))]
    assert (fetched, said) == ([(tmp_path / "map.html").as_uri()], [])
    context.close()
