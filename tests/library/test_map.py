"""One file holds the whole map: nothing is fetched, and what folium has can be added."""

from __future__ import annotations

import json
import re

import folium

import locator
from locator.city.basemap.serving import BaseMap as Tiles
from locator.city.basemap.worldgrid import tile_range


def test_the_page_names_no_file_and_no_host(opened: locator.OpenCity) -> None:
    page = opened.map("nurseries", closest_zoom=10).get_root().render()
    (head, body) = page.split("</head>")
    assert not re.search(r"<(?:script|img|iframe)\b[^>]*\bsrc=|<link\b", head + body)
    styles = "".join(re.findall(r"<style>(.*?)</style>", head, re.DOTALL))
    assert not re.search(r"url\((?!data:|#)|@import", styles)
    assert "<title>Map: Nurseries – Tiny City</title>" in head
    assert 'document.documentElement.lang = "en"' in head
    assert "user-scalable" not in head


def drawn(map_: folium.Map) -> dict[str, dict[str, object]]:
    page = map_.get_root().render()
    (block,) = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page)
    return dict(json.loads(block)["drawn"])


def test_layers_and_tiles_are_those_asked_for(opened: locator.OpenCity) -> None:
    one = drawn(opened.map("aeds", closest_zoom=10))
    assert [feature["id"] for feature in one["features"]["data"]["features"]] == [  # type: ignore[index]
        *("aeds-1", "aeds-2")
    ]
    zooms = {int(key.split("/")[0]) for key in one["basemap"]["carried"]}  # type: ignore[attr-defined]
    assert zooms == {9}
    every = drawn(opened.map(closest_zoom=12))
    assert len(every["features"]["data"]["features"]) == 7  # type: ignore[index]
    zooms = {int(key.split("/")[0]) for key in every["basemap"]["carried"]}  # type: ignore[attr-defined]
    assert zooms == {9, 10, 11}


def test_the_nearest_tiles_are_those_of_the_city(opened: locator.OpenCity) -> None:
    keys = drawn(opened.map("aeds", closest_zoom=14))["basemap"]["carried"]  # type: ignore[index]
    tiles = Tiles(opened.state.city)
    for zoom, all_of_them in ((11, True), (13, False)):
        left, top, right, bottom = tile_range(tiles.box, zoom)
        there = sum(key.startswith(f"{zoom}/") for key in keys)  # type: ignore[attr-defined]
        assert (there == (right - left + 1) * (bottom - top + 1)) == all_of_them
    west, south, east, north = opened.state.city.boundary.bounds
    for x, y in ((west, south), (east, north)):
        column, row, *_ = tile_range((x, y, x, y), 13)
        assert f"13/{column}/{row}" in keys  # type: ignore[operator]


def test_its_options_are_called_as_leaflet_calls_them(opened: locator.OpenCity) -> None:
    page = opened.map("aeds", closest_zoom=16).get_root().render()
    options = json.loads(
        re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page)[0]
    )
    assert options["options"]["zoomControl"] is False
    assert options["options"]["maxZoom"] == 18


def test_a_notebook_shows_it_and_rendering_twice_is_the_same(opened: locator.OpenCity) -> None:
    map_ = opened.map("nurseries", closest_zoom=10)
    assert isinstance(map_, folium.Map)
    assert map_.get_root().render() == map_.get_root().render()
    assert map_._repr_html_().startswith("<div")
