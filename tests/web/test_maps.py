"""The maps hold to the strict policy: nothing inline, nothing foreign, text stays text."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import folium
import pytest
from branca.element import CssLink, Element, JavascriptLink
from flask import Flask
from flask.testing import FlaskClient
from folium.plugins import HeatMap, MarkerCluster

from locator.city.catalogue import SHAPES
from locator.city.model import City
from locator.web import create_app
from locator.web.map import views
from locator.web.map.background import script_json
from locator.web.map.elements import AreaLayer, FeatureLayer
from locator.web.map.figure import Map, UnknownLinkError, render
from locator.web.map.labels import LABELS
from locator.web.map.symbols import SHAPE_PATHS, ink_on, symbol
from tests.serving import UNPACKED
from tests.tinycity import facility, nurseries, point, write_json

NASTY = "<img src=x onerror=alert(1)>${alert(2)}</script>\u2028'\""
MAX_DATA_BYTES = 12_000
BLOCK = re.compile(r'<script type="application/json" data-map="(\w+)">(.*?)</script>', re.S)


def data_of(client: FlaskClient, address: str) -> Any:
    """Return what a page brings along for its map."""
    ((_, block),) = BLOCK.findall(client.get(address).text)
    return json.loads(block)


def local(name: str) -> str:
    return f"/assets/{name}"


@pytest.fixture
def ground() -> views.Ground:
    return views.Ground(
        bounds=(19.8, 50.0, 20.2, 50.1),
        label="Mapa",
        labels=LABELS,
        attribution="© autorzy",
        base_map_url="/tiles/1/{z}/{x}/{y}.pbf",
        base_map_bounds=(19.7, 49.9, 20.3, 50.2),
        facility_url="/facilities/__id__",
    )


@pytest.fixture
def city_map(ground: views.Ground, tiny: City) -> Map:
    return views.city_map(
        ground,
        symbols=[symbol(layer, language="pl") for layer in tiny.catalogue.layers.values()],
        features_url="/f.geojson",
        nearest_url="/nearest",
    )


@pytest.fixture
def app(tiny_folder: Path) -> Flask:
    features = nurseries()
    features.append(facility(point(700, 3500), id="nurseries-9", name=NASTY))
    write_json(tiny_folder / "nurseries.geojson", features)
    return create_app({"GEODATA": tiny_folder, "TESTING": True})


# The figure ---------------------------------------------------------------------------------


def test_every_link_of_the_map_is_local(city_map: Map) -> None:
    rendered = render(city_map, asset_url=local)

    assert rendered.scripts == (
        "/assets/leaflet/leaflet.js",
        "/assets/markercluster/leaflet.markercluster.js",
    )
    assert rendered.styles == (
        "/assets/leaflet/leaflet.css",
        "/assets/markercluster/MarkerCluster.css",
    )
    assert "http" not in rendered.html + rendered.data


def test_the_html_is_one_bare_element(city_map: Map) -> None:
    rendered = render(city_map, asset_url=local, name="city")

    assert rendered.html == '<div class="folium-map" id="map_city1"></div>'


def test_the_same_map_gives_the_same_data(ground: views.Ground, tiny: City) -> None:
    def data() -> str:
        map_ = views.layer_map(
            ground,
            symbol=symbol(tiny.catalogue.layers["aeds"], language="en"),
            features_url="/f",
            nearest_url="/n",
        )
        return render(map_, asset_url=local).data

    assert data() == data()


def test_two_maps_on_a_page_have_names_of_their_own(ground: views.Ground, tiny: City) -> None:
    def element(prefix: str) -> str:
        map_ = views.layer_map(
            ground,
            symbol=symbol(tiny.catalogue.layers["aeds"], language="en"),
            features_url="/f",
            nearest_url="/n",
        )
        return render(map_, asset_url=local, name=prefix).html

    assert 'id="map_before1"' in element("before")
    assert 'id="map_after1"' in element("after")


def test_all_that_is_drawn_is_data_in_the_order_of_the_layers(city_map: Map) -> None:
    data = json.loads(render(city_map, asset_url=local).data)

    assert [act for act, _ in data["drawn"]] == ["stage", "basemap", "features"]
    assert data["options"]["center"] == [50.05, 20.0]
    assert (data["options"]["maxZoom"], data["options"]["zoomControl"]) == (views.MAX_ZOOM, False)


@pytest.mark.parametrize("element", [MarkerCluster(), folium.Marker([50.0, 20.0])])
def test_what_brings_a_script_of_its_own_is_refused(element: Element) -> None:
    map_ = Map()
    element.add_to(map_)

    with pytest.raises(UnknownLinkError, match="script of its own"):
        render(map_, asset_url=local)


def test_an_unknown_script_is_refused() -> None:
    map_ = Map()
    HeatMap([[50.0, 20.0]]).add_to(map_)

    with pytest.raises(UnknownLinkError, match="leaflet_heat"):
        render(map_, asset_url=local)


@pytest.mark.parametrize(
    "link",
    [
        JavascriptLink("https://evil.example/leaflet@1.9.3/x.js"),
        CssLink("//evil.example/a.css"),
        CssLink("https://cdn.jsdelivr.net/npm/leaflet@2.0.0/dist/leaflet.css"),
        Element('<link rel="preconnect" href="https://evil.example">'),
    ],
)
def test_an_unknown_link_is_refused(link: Element) -> None:
    map_ = Map()
    map_.get_root().header.add_child(link)

    with pytest.raises(UnknownLinkError):
        render(map_, asset_url=local)


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        '<p style="color: red">x</p>',
        '<p onclick="x()">x</p>',
        '<img src="/x.png">',
        "<style>p {color: red}</style>",
    ],
)
def test_html_that_the_policy_would_block_is_refused(markup: str) -> None:
    map_ = Map()
    map_.get_root().html.add_child(Element(markup))

    with pytest.raises(UnknownLinkError):
        render(map_, asset_url=local)


def test_tiles_are_asked_for_only_where_they_are_configured(ground: views.Ground) -> None:
    from dataclasses import replace

    tiled = replace(
        ground,
        tiles="https://tiles.example.org/{z}/{x}/{y}.png",
        tiles_attribution="<b>© Tiles</b>",
    )
    make: dict[str, Any] = {"areas_url": "/a", "shading": views.Shading("T", "v", (), ("all",))}

    assert "https" not in render(views.coverage_map(ground, **make), asset_url=local).data
    data = render(views.coverage_map(tiled, **make), asset_url=local).data
    assert "<b>" not in data
    (tiles,) = [config for act, config in json.loads(data)["drawn"] if act == "tiles"]
    assert tiles["url"] == "https://tiles.example.org/{z}/{x}/{y}.png"
    assert tiles["attribution"] == "<b>© Tiles</b>"


# The elements -------------------------------------------------------------------------------


def test_configuration_cannot_leave_its_string() -> None:
    text = script_json({"name": NASTY})

    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == {"name": NASTY}


def test_a_nasty_address_stays_a_string_in_the_data(tiny: City) -> None:
    map_ = Map()
    FeatureLayer(NASTY, symbols=[symbol(tiny.catalogue.layers["aeds"], language="pl")]).add_to(map_)

    data = render(map_, asset_url=local).data
    assert "<img" not in data
    assert "</script>" not in data
    assert json.loads(data)["drawn"][0][1]["url"] == NASTY


def test_the_library_of_clusters_is_loaded_only_where_there_may_be_some(tiny: City) -> None:
    map_ = Map()
    aeds = symbol(tiny.catalogue.layers["aeds"], language="pl")
    FeatureLayer("/f", symbols=[aeds], cluster_above=None).add_to(map_)

    assert render(map_, asset_url=local).scripts == ("/assets/leaflet/leaflet.js",)


def test_classes_and_labels_have_to_match() -> None:
    with pytest.raises(ValueError, match="one label for each class"):
        AreaLayer("/a", title="T", value="v", breaks=(0.5,), class_labels=("one",))


def test_every_shape_of_the_catalogue_can_be_drawn() -> None:
    assert set(SHAPE_PATHS) == set(SHAPES)


@pytest.mark.parametrize(
    ("colour", "ink"), [("#000000", "#ffffff"), ("#ffffff", "#16181d"), ("#ffd700", "#16181d")]
)
def test_letters_are_legible_on_every_colour(colour: str, ink: str) -> None:
    assert ink_on(colour) == ink


# The routes ---------------------------------------------------------------------------------

PAGES = {
    "/map": "city",
    "/layers/nurseries": "layer",
    "/nearest?layer=nurseries&lat=50.1&lon=19.89": "nearest",
    "/facilities/nurseries-1": "facility",
    "/coverage/nurseries?minutes=10": "coverage",
    "/aed?lat=50.1&lon=19.89": "aed",
    "/what-if/nurseries": "what_if",
}


@pytest.mark.parametrize(("address", "name"), PAGES.items())
@pytest.mark.parametrize("prefix", ["", "/en", "/uk"])
def test_a_page_brings_along_one_map_and_it_is_small(
    client: FlaskClient, prefix: str, address: str, name: str
) -> None:
    page = client.get(f"{prefix}{address}").text
    ((element, block),) = BLOCK.findall(page)

    assert element == f"map_{name}1"
    assert f'<div class="folium-map" id="{element}"></div>' in page
    assert len(block) < MAX_DATA_BYTES
    assert "https:" not in block
    assert json.loads(block)["drawn"][0][0] == "stage"
    assert not re.search(r"<script(?! (src=|type=\"application/))", page)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("nowhere.js", 404),
        ("features.geojson?id=unknown", 404),
        ("nearest.geojson?lat=abc&lon=19.9", 400),
        ("nearest.geojson?lat=52.2&lon=21.0&layer=nurseries", 422),
        ("coverage/nurseries.geojson?minutes=-5", 400),
        ("features.geojson?layer=unknown", 404),
        ("features.geojson?id=%3Cscript%3E", 404),
        ("nearest.geojson?q=", 400),
        ("walks.geojson?layer=unknown&lat=50.1&lon=19.89", 404),
        ("coverage/unknown.geojson", 404),
        ("coverage/vehicles.geojson", 422),
    ],
)
def test_a_wrong_address_gets_a_clear_answer(client: FlaskClient, address: str, code: int) -> None:
    assert client.get(f"/maps/{address}").status_code == code


def test_a_nasty_name_travels_as_json_only(client: FlaskClient) -> None:
    answer = client.get("/maps/features.geojson?layer=nurseries")

    assert answer.mimetype == "application/geo+json"
    assert NASTY in [item["properties"]["name"] for item in answer.get_json(force=True)["features"]]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "<img" not in client.get("/facilities/nurseries-9").text
    _, config = data_of(client, "/facilities/nurseries-9")["drawn"][-1]
    assert config["data"]["features"][0]["properties"]["name"] == NASTY


@pytest.mark.parametrize("encoding", UNPACKED)
def test_places_are_sent_as_they_are_read_and_known_again(
    client: FlaskClient, encoding: str
) -> None:
    path, accept = "/maps/features.geojson?layer=nurseries", {"Accept-Encoding": encoding}
    whole = client.get(path, headers={"Accept-Encoding": "identity"}).data
    first = client.get(path, headers=accept)
    assert (UNPACKED[encoding](first.data), first.headers["Vary"]) == (whole, "Accept-Encoding")
    again = client.get(path, headers={**accept, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_features_without_a_place_are_counted_not_drawn(client: FlaskClient) -> None:
    answer = client.get("/maps/features.geojson?layer=nurseries").get_json(force=True)

    assert answer["unlocated"] == 1
    assert [item["id"] for item in answer["features"]] == [
        "nurseries-1",
        "nurseries-2",
        "nurseries-3",
        "nurseries-4",
        "nurseries-9",
    ]


def test_what_is_not_open_is_hollow_and_what_is_approximate_is_dashed(client: FlaskClient) -> None:
    answer = client.get("/maps/features.geojson?layer=nurseries").get_json(force=True)
    flags = {
        item["id"]: (item["properties"].get("hollow"), item["properties"].get("dashed"))
        for item in answer["features"]
    }

    assert flags["nurseries-1"] == (None, None)
    assert flags["nurseries-4"] == (True, True)


def test_results_are_numbered_as_in_the_list_and_each_has_its_walk(client: FlaskClient) -> None:
    query = "layer=nurseries&lat=50.1&lon=19.89&k=2"
    found = client.get(f"/maps/nearest.geojson?{query}").get_json(force=True)["features"]
    walks = client.get(f"/maps/walks.geojson?{query}").get_json(force=True)["features"]

    assert [item["properties"]["mark"] for item in found] == ["1", "2"]
    assert [item["properties"]["to"] for item in walks] == [item["id"] for item in found]
    assert {item["properties"]["kind"] for item in walks} == {"walk-estimate"}
    assert walks[0]["geometry"]["coordinates"][0] == pytest.approx([19.89, 50.1])


def test_coverage_areas_carry_the_numbers_of_the_report(client: FlaskClient) -> None:
    features = client.get("/maps/coverage/nurseries.geojson?minutes=10").get_json(force=True)[
        "features"
    ]
    areas = [item for item in features if item["properties"]["kind"] == "area"]

    assert [item["properties"]["number"] for item in areas] == [1, 2]
    assert all(0 <= item["properties"]["share"] <= 1 for item in areas)


def test_data_with_their_version_in_the_address_are_kept(client: FlaskClient) -> None:
    ((_, block),) = BLOCK.findall(client.get("/map").text)
    versioned = re.findall(r'"(/maps/\w+\.\w+\?v=\w+)"', block)

    assert len(versioned) == 1
    for address in versioned:
        assert "immutable" in client.get(address).headers["Cache-Control"]
    assert client.get("/maps/features.geojson?v=old").headers["Cache-Control"] == "no-cache"


def test_where_someone_is_is_not_kept_by_caches(client: FlaskClient) -> None:
    for name in ("nearest.geojson", "walks.geojson"):
        answer = client.get(f"/maps/{name}?layer=nurseries&lat=50.1&lon=19.89")
        assert answer.headers["Cache-Control"] == "private, no-cache"


def test_what_a_page_has_found_is_what_its_map_draws(client: FlaskClient) -> None:
    query = "layer=nurseries&lat=50.1&lon=19.89&k=2"
    data = data_of(client, f"/nearest?{query}")
    brought = {act: config.get("data") for act, config in data["drawn"]}

    assert brought["features"] == client.get(f"/maps/nearest.geojson?{query}").get_json(force=True)
    listed = client.get("/aed/listed.geojson?lat=50.1&lon=19.89").get_json(force=True)
    drawn = data_of(client, "/aed?lat=50.1&lon=19.89")["drawn"]
    assert [config["data"] for act, config in drawn if "data" in config] == [listed]


@pytest.mark.parametrize("start", ["lat=50.1&lon=19.89", "lat=50.1031&lon=19.88207"])
def test_the_walks_of_a_page_are_told_step_by_step(client: FlaskClient, start: str) -> None:
    query = f"layer=nurseries&{start}&k=2"
    (lines,) = (
        told for act, told in data_of(client, f"/nearest?{query}")["drawn"] if act == "lines"
    )
    walks = client.get(f"/maps/walks.geojson?{query}").get_json(force=True)["features"]

    points = [[[0, 0]] for _ in lines["steps"]]
    for way, steps in zip(points, lines["steps"], strict=True):
        for east, north in zip(steps[::2], steps[1::2], strict=True):
            way.append([way[-1][0] + east, way[-1][1] + north])
    drawn = [[[part / lines["scale"] for part in point] for point in way[1:]] for way in points]

    assert drawn == [walk["geometry"]["coordinates"] for walk in walks]
    assert {lines["kind"]} == {walk["properties"]["kind"] for walk in walks}


def test_an_address_of_before_leads_to_the_script_of_all_maps(client: FlaskClient) -> None:
    answer = client.get("/en/maps/nearest.js?q=Lipowa+1")
    assert answer.status_code == 308
    script = client.get(answer.location)
    assert script.mimetype == "text/javascript"
    assert "data-map" in script.text
