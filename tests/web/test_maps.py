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
from locator.web.map import pages as mapviews
from locator.web.map import views
from locator.web.map.elements import AreaLayer, FeatureLayer, script_json
from locator.web.map.figure import UnknownLinkError, render
from locator.web.map.labels import LABELS
from locator.web.map.symbols import SHAPE_PATHS, ink_on, symbol
from tests.tinycity import facility, nurseries, point, write_json

NASTY = "<img src=x onerror=alert(1)>${alert(2)}</script>\u2028'\""
MAX_SCRIPT_BYTES = 12_000


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
def city_map(ground: views.Ground, tiny: City) -> folium.Map:
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


def test_every_link_of_the_map_is_local(city_map: folium.Map) -> None:
    rendered = render(city_map, asset_url=local)

    assert rendered.scripts == (
        "/assets/leaflet/leaflet.js",
        "/assets/markercluster/leaflet.markercluster.js",
    )
    assert rendered.styles == (
        "/assets/leaflet/leaflet.css",
        "/assets/markercluster/MarkerCluster.css",
    )
    assert "http" not in rendered.html + rendered.script


def test_the_html_is_one_bare_element(city_map: folium.Map) -> None:
    rendered = render(city_map, asset_url=local, name="city")

    assert rendered.html == '<div class="folium-map" id="map_city1" ></div>'


def test_the_same_map_gives_the_same_script(ground: views.Ground, tiny: City) -> None:
    def script() -> str:
        map_ = views.layer_map(
            ground,
            symbol=symbol(tiny.catalogue.layers["aeds"], language="en"),
            features_url="/f",
            nearest_url="/n",
        )
        return render(map_, asset_url=local).script

    assert script() == script()


def test_two_maps_on_a_page_have_names_of_their_own(ground: views.Ground, tiny: City) -> None:
    def names(prefix: str) -> set[str]:
        map_ = views.layer_map(
            ground,
            symbol=symbol(tiny.catalogue.layers["aeds"], language="en"),
            features_url="/f",
            nearest_url="/n",
        )
        return set(
            re.findall(r"(?:const|var) (\w+)", render(map_, asset_url=local, name=prefix).script)
        )

    assert not names("before") & names("after")


def test_foliums_own_clusters_are_served_by_us() -> None:
    map_ = folium.Map(tiles=None)
    MarkerCluster().add_to(map_)

    assert render(map_, asset_url=local).scripts == (
        "/assets/leaflet/leaflet.js",
        "/assets/markercluster/leaflet.markercluster.js",
    )


def test_an_unknown_script_is_refused() -> None:
    map_ = folium.Map(tiles=None)
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
    map_ = folium.Map(tiles=None)
    map_.get_root().header.add_child(link)

    with pytest.raises(UnknownLinkError):
        render(map_, asset_url=local)


def test_a_library_that_is_left_out_may_not_be_used() -> None:
    map_ = folium.Map(tiles=None)
    folium.Marker([50.0, 20.0], icon=folium.Icon()).add_to(map_)

    with pytest.raises(UnknownLinkError, match="awesome"):
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
    map_ = folium.Map(tiles=None)
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

    assert "tileLayer" not in render(views.coverage_map(ground, **make), asset_url=local).script
    script = render(views.coverage_map(tiled, **make), asset_url=local).script
    assert "https://tiles.example.org/{z}/{x}/{y}.png" in script
    assert "<b>" not in script


# The elements -------------------------------------------------------------------------------


def test_configuration_cannot_leave_its_string() -> None:
    text = script_json({"name": NASTY})

    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == {"name": NASTY}


def test_a_nasty_address_stays_a_string_in_the_script(tiny: City) -> None:
    map_ = folium.Map(tiles=None)
    FeatureLayer(NASTY, symbols=[symbol(tiny.catalogue.layers["aeds"], language="pl")]).add_to(map_)

    script = render(map_, asset_url=local).script
    assert "<img" not in script
    assert "</script>" not in script


def test_the_library_of_clusters_is_loaded_only_where_there_may_be_some(tiny: City) -> None:
    map_ = folium.Map(tiles=None)
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

MAPS = (
    "city.js",
    "layer.js?layer=nurseries",
    "nearest.js?layer=nurseries&lat=50.1&lon=19.89",
    "facility.js?id=nurseries-1",
    "coverage.js?layer=nurseries&minutes=10",
)


@pytest.mark.parametrize("address", MAPS)
@pytest.mark.parametrize("prefix", ["", "/en", "/uk"])
def test_a_maps_script_is_small_and_is_not_sent_twice(
    client: FlaskClient, prefix: str, address: str
) -> None:
    first = client.get(f"{prefix}/maps/{address}")
    again = client.get(f"{prefix}/maps/{address}", headers={"If-None-Match": first.headers["ETag"]})

    assert first.status_code == 200
    assert first.mimetype == "text/javascript"
    assert len(first.data) < MAX_SCRIPT_BYTES
    assert again.status_code == 304
    assert "https:" not in first.text


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("nowhere.js", 404),
        ("layer.js", 404),
        ("layer.js?layer=unknown", 404),
        ("facility.js?id=unknown", 404),
        ("facility.js?id=nurseries-5", 404),
        ("nearest.js?lat=abc&lon=19.9", 400),
        ("nearest.js?lat=52.2&lon=21.0&layer=nurseries", 422),
        ("coverage.js?layer=nurseries&minutes=-5", 400),
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
    assert "<img" not in client.get("/maps/facility.js?id=nurseries-9").text


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
    script = client.get("/maps/city.js").text
    versioned = re.findall(r'"(/maps/\w+\.\w+\?v=\w+)"', script)

    assert len(versioned) == 1
    for address in versioned:
        assert "immutable" in client.get(address).headers["Cache-Control"]
    assert client.get("/maps/features.geojson?v=old").headers["Cache-Control"] == "no-cache"


def test_where_someone_is_is_not_kept_by_caches(client: FlaskClient) -> None:
    for name in ("nearest.js", "nearest.geojson", "walks.geojson"):
        answer = client.get(f"/maps/{name}?layer=nurseries&lat=50.1&lon=19.89")
        assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_pages_map_needs_no_inline_code(app: Flask) -> None:
    with app.test_request_context("/en/nearest"):
        page_map = mapviews.map_for(
            "nearest",
            {"layer": ["nurseries", "aeds"], "lat": 50.1, "lon": 19.89, "q": "", "k": None},
        )

    assert page_map.script_url.startswith("/maps/nearest.js?")
    assert page_map.script_url.count("layer=") == 2
    assert "q=" not in page_map.script_url
    *libraries, code = page_map.scripts
    assert all(address.startswith("/vendor/") for address in libraries)
    assert code.startswith("/maps/code/")
    assert page_map.html == '<div class="folium-map" id="map_nearest1" ></div>'
