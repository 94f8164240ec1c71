"""Frames and graphs say what the pages say, and may be changed by whoever has them."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely

import locator
from locator.api.coverage import coverage_of_layer
from locator.api.planning_queries import SitingParams
from locator.api.queries import ReachByParams
from locator.api.siting import sites as sites_answered
from locator.base.errors import (
    CityFolderError,
    InvalidParameterError,
    NotComputableError,
    NotFoundError,
    OutsideCityError,
)
from locator.base.folders import cache_folder
from locator.curation.newcity import NewCity
from tests.osmdata import helsinki
from tests.tinycity import CRS, at, metric

SIX = datetime(2026, 11, 2, 6)

# The city -------------------------------------------------------------------------------------


def test_a_city_shows_itself_in_a_line_and_a_table(opened: locator.OpenCity) -> None:
    assert repr(opened) == (
        "<OpenCity tiny: 8 facilities of 3 layers, 2 districts; walks: estimate; "
        "data of 2026-11-01>"
    )
    html = opened._repr_html_()
    assert "<caption>Tiny City</caption>" in html
    assert "Nurseries: 3 listed, 2 on the map" in html
    assert "Invented data" in html


def test_what_there_is_comes_as_frames_that_may_be_changed(opened: locator.OpenCity) -> None:
    assert opened.layers.loc["nurseries", ["name", "group", "expected"]].tolist() == [
        *("Nurseries", "age_0_2", 4)
    ]
    assert len(opened.facilities) == 8
    assert opened.facilities.geometry.isna().sum() == 1
    demand = opened.demand
    assert len(demand) == 350
    assert demand.groupby("district")["all"].sum().round().to_dict() == {1: 1400, 2: 700}
    assert demand.crs == opened.districts.crs == "EPSG:4326"
    for name in ("demand", "districts", "facilities", "layers", "units"):
        frame = getattr(opened, name)
        frame["mine"] = 1
        assert "mine" not in getattr(opened, name)


def test_words_are_in_the_language_that_was_asked_for(city_folder: Path) -> None:
    polish = locator.open(str(city_folder), language="pl")
    assert (polish.name, polish.layers.at["nurseries", "name"]) == ("Małe Miasto", "Żłobki")
    assert "Dane wymyślone" in polish._repr_html_()
    assert polish.coverage("nurseries").caveats[-1].startswith("Nie uwzględniono")
    change = polish.scenario(close="nurseries-3")
    assert change.changes == ["Zamyka się: Żłobek Południowy, ul. Polna 3."]


@pytest.mark.parametrize(
    ("source", "more", "words"),
    [
        ("nowhere", {}, "There is no .*nowhere. Give a city folder"),
        ("file.txt", {}, "is no city"),
        (".", {"language": "de"}, "no language de. Languages: pl, en, uk"),
    ],
)
def test_what_cannot_be_opened_is_said(
    tmp_path: Path, source: str, more: dict[str, str], words: str
) -> None:
    (tmp_path / "file.txt").write_text("", encoding="utf-8")
    with pytest.raises(InvalidParameterError, match=words):
        locator.open(tmp_path / source, **more)


def test_a_folder_with_faults_names_them_all(tiny_folder: Path) -> None:
    (tiny_folder / "stops.csv").unlink()
    (tiny_folder / "districts.geojson").write_text("{}", encoding="utf-8")
    with pytest.raises(CityFolderError) as caught:
        locator.open(tiny_folder)
    assert {fault.file for fault in caught.value.faults} >= {"stops.csv", "districts.geojson"}


def test_another_name_or_another_extract_is_another_city(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCATOR_CACHE", str(tmp_path / "cache"))
    asked: list[NewCity] = []

    def found(new: NewCity) -> None:
        asked.append(new)
        new.folder.mkdir(parents=True)

    monkeypatch.setattr("locator.curation.newcity.found_city", found)
    for name in ("one", "other"):
        (tmp_path / f"{name}.osm.pbf").write_bytes(name.encode())
    one, other = tmp_path / "one.osm.pbf", tmp_path / "other.osm.pbf"
    for extract, name in ((one, None), (one, None), (one, "Vaduz"), (other, "Vaduz")):
        with pytest.raises(CityFolderError):  # what was made here is empty
            locator.open(extract, name=name)
    assert [(new.name, new.extract) for new in asked] == [
        ("one", one),
        ("Vaduz", one),
        ("Vaduz", other),
    ]
    assert len({new.folder for new in asked}) == 3


@pytest.mark.slow
def test_an_extract_is_a_city_that_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    city = locator.open(helsinki(), name="Helsinki")
    assert city.name == "Helsinki"
    assert city.state.walkable_city.model.name == "network"
    middle = city.state.city.middle
    layer = city.layers.index[0]
    assert len(city.nearest(middle, layer, k=1)) == 1
    made = city.state.city.folder
    assert made.is_relative_to(cache_folder())
    monkeypatch.setattr("locator.curation.newcity.found_city", None)  # not asked again
    assert locator.open(helsinki(), name="Helsinki").state.city.folder == made


# Answers --------------------------------------------------------------------------------------


def test_a_coverage_has_what_the_api_answers(opened: locator.OpenCity) -> None:
    found = opened.coverage("nurseries", minutes=15)
    answer = coverage_of_layer(opened.state, ReachByParams(layer="nurseries", minutes=15))
    assert (found.people, found.served, found.unserved) == (53, 50, 3)
    assert found.share == pytest.approx(50 / 53)
    assert answer["ranges"] is not None
    assert np.round(found.range, 4).tolist() == [answer["ranges"]["low"], answer["ranges"]["high"]]
    for row, told in zip(found.districts.itertuples(), answer["districts"], strict=True):
        for name in ("people", "served", "low", "high", "rank", "rank_low", "rank_high"):
            assert getattr(row, name) == pytest.approx(told[name], abs=1e-4)  # type: ignore[literal-required]
    assert found.districts.geometry.equals(opened.districts.geometry)
    assert found.gaps["people"].tolist() == [gap["people"] for gap in answer["gaps"]]
    assert found.gaps["low"].round().tolist() == [gap["low"] for gap in answer["gaps"]]
    assert found.curve.set_index("minutes")["people"].round()[15] == 50
    assert len(found.units) == 0
    assert "50 (94.3%)" in found._repr_html_()


def test_a_coverage_of_a_day_has_the_range_of_that_day(opened: locator.OpenCity) -> None:
    found = opened.coverage("nurseries", at="2026-11-15")
    assert found.range[1] == found.share >= found.range[0]
    assert found.districts["rank"].isna().all()
    assert "low" not in found.gaps


def test_who_rides_is_what_the_api_answers(opened: locator.OpenCity) -> None:
    found = opened.coverage("nurseries", minutes=30, group="all")
    beside = found.by_transit(depart=SIX, max_walk=7)
    asked = ReachByParams(
        layer="nurseries", minutes=30, group="all", by="transit", max_walk=7, depart=SIX
    )
    told = coverage_of_layer(opened.state, asked)["transit"]
    assert told is not None
    assert (beside.served, beside.gained) == (told["served"], told["gained"])
    assert beside.range == pytest.approx((told["share_low"], told["share_high"]), abs=1e-4)
    assert list(beside.districts["served"]) == [row["served"] for row in told["districts"]]
    assert beside.districts.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    assert list(beside.gaps["people"].round()) == [row["people"] for row in told["gaps"]]
    with pytest.raises(locator.LocatorError, match="no trips within a day of 2031-06-02"):
        found.by_transit(depart="2031-06-02T08:00")
    with pytest.raises(locator.LocatorError, match="max_walk"):
        found.by_transit(max_walk=99)


def test_districts_can_be_explored(opened: locator.OpenCity) -> None:
    pytest.importorskip("mapclassify")
    html = opened.coverage("nurseries").districts.explore("share", tiles=None).get_root().render()
    assert "Południe" in html or "Po\\u0142udnie" in html


def test_an_isochrone_has_an_area_for_each_start_and_time(opened: locator.OpenCity) -> None:
    found = opened.isochrone(["Lipowa 1", at(1000, 2500)], minutes=[5, 10], pace=1.0)
    assert found[["origin", "minutes"]].values.tolist() == [[0, 5], [0, 10], [1, 5], [1, 10]]
    # 600 m at a detour of 1.25 are a circle of 480 m.
    assert found["area_km2"].iloc[3] == pytest.approx(np.pi * 0.48**2, rel=0.02)
    metres = found.to_crs(CRS).area / 1e6
    assert np.allclose(metres, found["area_km2"], rtol=1e-3)
    assert found.geometry.iloc[1].covers(found.geometry.iloc[0])


def test_an_isochrone_of_a_layer_starts_at_its_facilities(opened: locator.OpenCity) -> None:
    found = opened.isochrone(layer="aeds", minutes=5)
    assert found[["origin", "minutes", "pace_m_s"]].values.tolist() == [["aeds", 5, 2.0]]
    assert found.geometry.iloc[0].contains(shapely.Point(at(1000, 3000)))
    # From a place a layer only says how fast.
    paces = [opened.isochrone("Lipowa 1", layer=one)["pace_m_s"][0] for one in (None, "vehicles")]
    assert paces == [1.3, 2.0]


def test_sites_are_those_of_the_api_with_their_ranges(opened: locator.OpenCity) -> None:
    sites = opened.sites("nurseries", n=2, minutes=5)
    answer = sites_answered(opened.state, SitingParams(layer="nurseries", n=2, minutes=5))
    for row, told in zip(sites.itertuples(), answer["sites"], strict=True):
        assert (row.Index, row.name, row.kind) == (told["rank"], told["name"], told["kind"])
        assert (row.geometry.x, row.geometry.y) == pytest.approx(
            (told["lon"], told["lat"]), abs=1e-6
        )
        counted = [round(one) for one in (row.gained, row.low, row.high, row.total)]
        assert counted == [told["gained"], told["low"], told["high"], told["total"]]
    assert sites.attrs["proven"] is answer["proven"]
    assert round(sites.attrs["bound"], 1) == answer["bound"]
    money = opened.sites("nurseries", minutes=5, objective="budget", budget=100, price=60)
    assert money["price"].tolist() == [60.0]


def test_a_change_may_close_add_and_move(opened: locator.OpenCity) -> None:
    closed = opened.scenario(close="nurseries-3")
    assert (closed.before.served, closed.after.served, closed.gained, closed.lost) == (
        50,
        35,
        0,
        15,
    )
    assert closed.districts["lost"].tolist() == [0, 15]
    assert closed.areas["change"].tolist() == ["lost"]
    assert "-> 66.0 %" in repr(closed)
    assert "Closes: Żłobek Południowy" in closed._repr_html_()
    assert closed.range is not None and closed.range[0] <= -15
    moved = opened.scenario(move={"nurseries-3": "Polna 1"})
    (site,) = moved.found.scenario.add
    assert (site.name, site.places) == ("Żłobek Południowy", 20)
    assert (site.lon, site.lat) == pytest.approx(at(400, 500), abs=1e-6)
    assert moved.found.closed == ("nurseries-3",)


def test_added_places_may_say_their_size_and_name(opened: locator.OpenCity) -> None:
    frame = gpd.GeoDataFrame(
        {"places": [30, None], "name": ["Nowy", None]},
        geometry=[shapely.Point(metric(3000, 1500)), shapely.Point(metric(500, 800))],
        crs=CRS,
    )
    found = opened.scenario("nurseries", add=frame).found.scenario.add
    assert [(site.places, site.name) for site in found] == [(30, "Nowy"), (None, "")]
    assert opened.scenario("nurseries", add=["Polna 1", at(3000, 1500)]).gained == 3
    assert opened.scenario("nurseries", minutes=20).range is None


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda c: c.coverage("zoo"), NotFoundError, "no layer “zoo”. Layers: nurseries"),
        (lambda c: c.coverage("vehicles"), NotComputableError, "move"),
        (lambda c: c.coverage("aeds", minutes="x"), InvalidParameterError, "from 1 to 60"),
        (lambda c: c.coverage("aeds", minute=5), InvalidParameterError, "Known parameters: layer"),
        (lambda c: c.coverage("aeds", profile="pram"), NotComputableError, "street network"),
        (lambda c: c.isochrone(), InvalidParameterError, "Give origins, or a layer"),
        (lambda c: c.isochrone("Lipowa 1", minutes=0), InvalidParameterError, "minutes"),
        (lambda c: c.isochrone(layer="vehicles"), NotComputableError, "move"),
        (lambda c: c.sites("nurseries", n=0), InvalidParameterError, "from 1 to 20"),
        (lambda c: c.scenario(), InvalidParameterError, "which layer changes"),
        (lambda c: c.scenario(close=["nurseries-9"]), NotFoundError, "no facility nurseries-9"),
        (lambda c: c.scenario("aeds", close="nurseries-1"), InvalidParameterError, "belongs to"),
        (lambda c: c.scenario("aeds", add=(0.0, 0.0)), OutsideCityError, "outside"),
        (lambda c: c.map("zoo"), NotFoundError, "no layer"),
        (lambda c: c.map(closest_zoom=3), InvalidParameterError, "from 10 to 18; given: 3"),
        (lambda c: c.to_networkx(), NotComputableError, "no street network"),
    ],
)
def test_a_wrong_question_says_what_to_do(
    opened: locator.OpenCity,
    ask: Callable[[locator.OpenCity], object],
    error: type[locator.LocatorError],
    words: str,
) -> None:
    with pytest.raises(error, match=words):
        ask(opened)


# The graph ------------------------------------------------------------------------------------


def test_the_graph_has_the_walks_of_the_model(on_streets: locator.OpenCity) -> None:
    graph = on_streets.to_networkx(lines=True)
    assert graph.graph["crs"] == "EPSG:4326"
    # Seven nodes of the town are joined: 1, 2, 3, 4, 5, 6, 7; the motorway is no way to walk.
    at_node = {
        name: min(
            graph,
            key=lambda n: np.hypot(
                *(np.array([graph.nodes[n]["x"], graph.nodes[n]["y"]]) - at(*xy))
            ),
        )
        for name, xy in {"west": (0, 3000), "north": (500, 3500)}.items()
    }
    assert nx.shortest_path_length(
        graph, at_node["west"], at_node["north"], weight="length"
    ) == pytest.approx(1000, abs=0.01)
    names = {data["name"] for _, _, data in graph.edges(data=True)}
    assert {"Lipowa", "Polna", "Schody"} <= names
    steps = [data for *_, data in graph.edges(data=True) if data["steps"]]
    assert [one["name"] for one in steps] == ["Schody"]
    assert steps[0]["geometry"].geom_type == "LineString"
    pram = on_streets.to_networkx(profile="pram")
    assert not [1 for *_, data in pram.edges(data=True) if data["steps"]]
    assert not [1 for *_, data in pram.edges(data=True) if "geometry" in data]


def test_without_networkx_it_says_how_to_get_it(
    on_streets: locator.OpenCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Any = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name == "networkx":
            raise ImportError(name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(
        NotComputableError, match=r"pip install 'krakow-service-locator\[notebook\]'"
    ):
        on_streets.to_networkx()
