"""Neighbourhood units: every district of the tiny city has a west and an east."""

from __future__ import annotations

import csv
import io
import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from flask.testing import FlaskClient

from locator.analysis.access.coverage import (
    Coverage,
    CoverageQuery,
    coverage,
    coverage_by_unit,
)
from locator.analysis.access.part_ranges import area_ends, unit_ranges
from locator.analysis.access.ranges import ranges
from locator.analysis.scenario.change import Scenario
from locator.analysis.scenario.compare import compare
from locator.analysis.siting.query import budget_of, candidate_places
from locator.analysis.siting.solve import SitingQuery, where_next
from locator.base.errors import InvalidParameterError, NotComputableError, NotFoundError
from locator.base.packed import packed_bytes
from locator.city.model import load_city
from locator.city.units import FILE, unit_codes
from locator.walking.estimate import EstimateModel
from locator.walking.walkable_city import WalkableCity, walkable
from locator.web import create_app
from tests.cli.running import answer, locator
from tests.tinycity import rectangle, write_tiny_city

UNITS = {
    "I.1": ("Zachód", (0, 2000, 1500, 4000)),
    "I.2": ("Wschód", (1500, 2000, 3500, 4000)),
    "II.1": ("Dolny Zachód", (0, 0, 1500, 2000)),
    "II.2": ("Dolny Wschód", (1500, 0, 3500, 2000)),
}
"""People: 1000 in I.1, 400 in I.2, 600 in II.1, 100 in II.2 (`tests.tinycity`)."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write_tiny_city(tmp_path_factory.mktemp("units") / "tiny")
    areas = [shapely.geometry.shape(rectangle(*box)) for _, box in UNITS.values()]
    names = [name for name, _ in UNITS.values()]
    frame = gpd.GeoDataFrame({"unit": list(UNITS), "name": names}, geometry=areas, crs="EPSG:4326")
    (made / FILE).write_bytes(packed_bytes(frame, about={}))
    return made


@pytest.fixture(scope="module")
def divided(folder: Path) -> WalkableCity:
    city = load_city(folder)
    return walkable(city, EstimateModel.from_city(city))


@pytest.fixture(scope="module")
def visitor(folder: Path) -> FlaskClient:
    return create_app({"GEODATA": folder, "LIMIT_PER_MINUTE": 0}).test_client()


def counted(divided: WalkableCity) -> Coverage:
    return coverage(divided, CoverageQuery("nurseries", 10, "all"))


def test_each_unit_has_its_people_and_lies_in_its_district(divided: WalkableCity) -> None:
    found = counted(divided)
    table = coverage_by_unit(divided, found)
    assert table["people"].to_dict() == {"I.1": 1000, "I.2": 400, "II.1": 600, "II.2": 100}
    assert table["district"].to_dict() == {"I.1": 1, "I.2": 1, "II.1": 2, "II.2": 2}
    for code in UNITS:
        inside = divided.city.unit_rows == list(UNITS).index(code)
        served = divided.city.demand.people["all"][inside & (found.walk_s <= 600)].sum()
        assert table.at[code, "served"] == round(served)
    assert table["served"].sum() == found.served


def test_a_city_without_units_has_no_table(walkable_city: WalkableCity) -> None:
    assert coverage_by_unit(walkable_city, counted(walkable_city)).empty
    assert walkable_city.city.unit_districts == {}
    assert set(walkable_city.city.unit_rows) == {-1}


def test_the_range_of_a_whole_district_is_that_of_the_district(divided: WalkableCity) -> None:
    found = counted(divided)
    inside = divided.city.demand.district == 2
    said = area_ends(divided, found, inside)
    row = ranges(divided, found).districts.loc[2]
    assert (said.low, said.high) == pytest.approx((row["low"], row["high"]), abs=0.002)
    assert (said.lowest, said.highest) == pytest.approx((row["lowest"], row["highest"]), abs=0.002)


def test_a_site_may_be_asked_for_in_one_unit(divided: WalkableCity) -> None:
    query = SitingQuery(layer="aeds", count=1, unit="I.2")
    found = where_next(divided, query)
    assert found.sites["name"].tolist() != []
    lonlat = found.sites[["lon", "lat"]].to_numpy()
    area = divided.city.units.geometry["I.2"]
    assert shapely.intersects_xy(area, lonlat).all()
    with pytest.raises(NotFoundError, match="no neighbourhood unit X"):
        where_next(divided, SitingQuery(layer="aeds", unit="X"))


def api(client: FlaskClient, path: str, status: int = 200) -> Any:
    told = client.get(path)
    assert told.status_code == status, told.text
    return json.loads(told.data)


def test_the_api_knows_units_wherever_it_knows_districts(visitor: FlaskClient) -> None:
    units = api(visitor, "/en/api/units")["features"]
    assert [(one["id"], one["properties"]["district"]) for one in units] == [
        *(("I.1", 1), ("I.2", 1), ("II.1", 2), ("II.2", 2)),
    ]
    told = api(visitor, "/en/api/coverage/nurseries?group=all&minutes=10")
    assert [one["people"] for one in told["units"]] == [1000, 400, 600, 100]
    assert {one["unit"] for one in told["gaps"]} <= {name for name, _ in UNITS.values()}
    table = visitor.get("/en/api/coverage/nurseries/units.csv?ownership=public").text
    rows = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"))))
    assert [row["code"] for row in rows] == list(UNITS)
    assert rows[0]["filter"].startswith("public")
    assert api(visitor, "/en/api/sites/aeds?unit=I.2")["unit"] == "I.2"
    supplied = api(visitor, "/en/api/supply/nurseries?unit=II.1&group=all")
    assert supplied["unit"]["people"] == 600
    assert [one["number"] for one in supplied["districts"]] == [2]
    assert api(visitor, "/en/api/sites/aeds?unit=X", 404)["error"]["message"] == (
        "There is no neighbourhood unit X."
    )


def test_the_pages_let_a_unit_be_chosen_by_its_district(visitor: FlaskClient) -> None:
    for path in ("report", "where-next"):
        page = visitor.get(f"/en/{path}/nurseries?unit=I.2").text
        assert '<optgroup label="II Południe">' in page, path
        assert '<option value="I.2" selected>Wschód</option>' in page, path
    nowhere = visitor.get("/en/where-next/nurseries?unit=II.2")  # no address, no stop
    assert nowhere.status_code == 422
    assert "No candidate site is left" in nowhere.text and "<form" in nowhere.text
    page = visitor.get("/en/coverage/nurseries?ownership=public").text
    assert "/en/report/nurseries?unit=II.1&amp;ownership=public" in page
    assert "/en/coverage/nurseries/units.csv?ownership=public" in page
    assert visitor.get("/en/coverage/nurseries/units.csv").text.count("\n") == 5
    page = visitor.get("/en/layers/nurseries?unit=II.1").text
    assert "Żłobek Południowy" in page and "Żłobek Pod Lipą" not in page
    assert "Dolny Wschód" in page  # nurseries-4 is being built there
    assert visitor.get("/en/report/nurseries?unit=X").status_code == 404


def test_the_commands_know_units_by_code_and_name(folder: Path, tmp_path: Path) -> None:
    told = answer(folder, "sites", "aeds", "--unit", "wschód")
    assert told["unit"] == "I.2"
    refused = locator(folder, "sites", "aeds", "--unit", "nowhere")
    assert refused.exit_code == 2 and "I.1 Zachód" in refused.stderr
    asked = ("report", "--layer", "nurseries", "--unit", "I.1", "--district", "I")
    both = locator(folder, *asked, "--out", str(tmp_path))
    assert both.exit_code == 2 and "either --district, --unit" in both.stderr


@pytest.mark.parametrize(
    ("avoided", "left"),
    [((), {"I.1", "I.2", "II.1"}), (("I.1",), {"I.2", "II.1"}), (("I.2", "II.1"), {"I.1"})],
)
def test_units_can_be_left_out(
    divided: WalkableCity, avoided: tuple[str, ...], left: set[str]
) -> None:
    query = SitingQuery(layer="nurseries", avoid_units=avoided)
    places = candidate_places(divided, query)
    lonlat = places[["lon", "lat"]].to_numpy()
    assert {str(one) for one in unit_codes(lonlat, divided.city.units) if one} == left
    with pytest.raises(NotFoundError) as raised:
        candidate_places(divided, SitingQuery(layer="nurseries", avoid_units=("I.1", "IV.9")))
    assert raised.value.parameter == "avoid_unit"


def test_a_unit_has_its_own_price(divided: WalkableCity) -> None:
    asked = SitingQuery(layer="nurseries", objective="budget", budget=9.0, price=5.0)
    asked = replace(asked, district_prices=((1, 4.0),), unit_prices=(("I.2", 3.0),))
    places = candidate_places(divided, asked)
    codes = unit_codes(places[["lon", "lat"]].to_numpy(), divided.city.units)
    costs = set(zip(codes, budget_of(divided, asked, places).prices.tolist(), strict=True))
    assert costs == {("I.1", 4.0), ("I.2", 3.0), ("II.1", 5.0)}
    with pytest.raises(NotFoundError) as raised:
        where_next(divided, replace(asked, unit_prices=(("IV.9", 1.0),)))
    assert raised.value.parameter == "price_in"
    for wrong, error in (
        (replace(asked, unit_prices=(("I.2", 0.0),)), InvalidParameterError),
        (replace(asked, objective="cover", budget=None, price=None), NotComputableError),
    ):
        with pytest.raises(error) as raised:
            where_next(divided, replace(wrong, district_prices=()))
        assert raised.value.parameter == "price_in"


def test_what_is_left_out_and_dearer_by_unit_is_asked_everywhere(
    visitor: FlaskClient, folder: Path
) -> None:
    asked = "nurseries?group=all&minutes=10&n=1"
    told = visitor.get(f"/en/api/sites/{asked}&avoid_unit=I.2&avoid_unit=I.1").json
    assert told["avoid_unit"] == ["I.1", "I.2"]
    assert [site["district"] for site in told["sites"]] == [2]
    nothing = visitor.get(f"/en/where-next/{asked}&avoid_unit=I.2&avoid_unit=I.1&avoid_unit=II.1")
    assert nothing.status_code == 422 and 'name="avoid_unit" value="II.1"' in nothing.text
    assert visitor.get(f"/en/api/sites/{asked}&avoid_unit=IV.9").status_code == 404
    page = visitor.get(f"/en/where-next/{asked}&avoid_unit=I.1").text
    assert 'name="avoid_unit" value="I.1" checked' in page and "No site in: Zachód." in page
    money = "objective=budget&budget=9&price=5&price_in=I.1:4+II:3"
    assert visitor.get(f"/en/api/sites/{asked}&{money}").status_code == 404  # no unit is called II
    money = money.replace("+II:3", "+2:3")
    dear = visitor.get(f"/en/api/sites/{asked}&{money}").json
    assert {site["price"] for site in dear["sites"]} <= {3.0, 4.0, 5.0}
    said = answer(
        *(folder, "sites", "nurseries", "--group", "all", "--minutes", "10", "-n", "1"),
        *("--avoid-unit", "zachód", "--objective", "budget", "--budget", "9", "--price", "5"),
        *("--price-in", "I.2:4", "--price-in", "II:3"),
    )
    assert said["avoid_unit"] == ["I.1"]
    wrong = locator(folder, "sites", "nurseries", "--avoid-unit", "Nowhere")
    assert wrong.exit_code == 2 and "There is no neighbourhood unit Nowhere." in wrong.output


def test_the_range_of_each_unit_is_that_of_its_area(divided: WalkableCity) -> None:
    found = coverage(divided, CoverageQuery("nurseries", minutes=10, group="all"))
    within = unit_ranges(divided, found)
    assert within.index.tolist() == list(UNITS)
    for row, code in enumerate(UNITS):
        ends = area_ends(divided, found, divided.city.unit_rows == row)
        assert within.loc[code].tolist() == pytest.approx([ends.low, ends.high])
    nobody = replace(found, group="age_0_2")
    assert unit_ranges(divided, nobody).shape == (4, 2)


def test_units_have_ranges_in_tables_and_beside_each_other(
    visitor: FlaskClient, divided: WalkableCity
) -> None:
    asked = "group=all&minutes=10"
    alone = api(visitor, f"/en/api/coverage/nurseries?{asked}")["units"]
    assert all(one["low"] <= one["share"] <= one["high"] for one in alone)
    found = coverage(divided, CoverageQuery("nurseries", minutes=10, group="all"))
    assert [one["low"] for one in alone] == pytest.approx(
        unit_ranges(divided, found)["low"].tolist(), abs=1e-4
    )
    then = api(visitor, f"/en/api/coverage/nurseries?{asked}&at=2024-05-01")["units"]
    assert {one["low"] for one in then} == {None}
    service = api(visitor, f"/en/api/compare?{asked}&by=unit")["services"][0]
    assert service["units"] == [{name: one[name] for name in service["units"][0]} for one in alone]
    assert api(visitor, f"/en/api/compare?{asked}")["services"][0]["units"] is None
    table = visitor.get(f"/en/api/compare.csv?{asked}&by=unit").text
    rows = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"))))
    assert [row["code"] for row in rows[:5]] == ["", *UNITS]
    assert float(rows[1]["high"]) == alone[0]["high"] and "rank" not in rows[0]
    assert "compare.csv?by=unit" in visitor.get("/en/compare").text
    assert visitor.get("/en/api/compare?by=street").status_code == 400


def test_a_change_is_told_of_each_unit_that_it_touches(
    divided: WalkableCity, visitor: FlaskClient
) -> None:
    closing = Scenario(layer="nurseries", group="all", close=("nurseries-1", "nurseries-3"))
    found = compare(divided, closing)
    units = found.units
    assert units["served_before"].sum() == pytest.approx(found.before.served, abs=4)
    assert (units["served_before"] + units["gained"] - units["lost"]).tolist() == (
        units["served_after"].tolist()
    )
    assert units["difference"].tolist() == (units["served_after"] - units["served_before"]).tolist()
    asked = "group=all&close=nurseries-1&close=nurseries-3"
    told = visitor.get(f"/api/scenario/nurseries?{asked}").get_json()
    assert {one["code"]: one["difference"] for one in told["units"]} == (
        units["difference"][units["lost"] > 0].to_dict()
    )
    touched = {one["code"] for one in told["units"]}
    assert "I.1" in touched and len(touched) < len(UNITS)
    for one in told["units"]:
        assert one["difference_low"] - 1 <= one["difference"] <= one["difference_high"] + 1
        assert one["district"] == (1 if one["code"].startswith("I.") else 2)
    # A district is what its units are together.
    lost = {one["number"]: one["lost"] for one in told["districts"]}
    for number in (1, 2):
        mine = [one["lost"] for one in told["units"] if one["district"] == number]
        assert sum(mine) == pytest.approx(lost[number], abs=2)
    table = visitor.get(f"/api/scenario/nurseries/units.csv?{asked}").text
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [(row["code"], int(row["difference"])) for row in rows] == [
        (one["code"], one["difference"]) for one in told["units"]
    ]
    page = visitor.get(f"/en/what-if/nurseries?{asked}").text
    assert "Neighbourhoods that change" in page and "I.1 Zachód" in page


def test_a_page_says_that_the_ranges_of_units_are_still_being_counted(
    visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, report = "/en/coverage/nurseries?minutes=18", "locator.web.words.layer_coverage"
    monkeypatch.setattr("locator.api.context.PATIENCE_S", 30.0)
    monkeypatch.setattr(f"{report}.HARDLY", 1.0)
    assert "data-pending" not in visitor.get(path).text
    go_on = threading.Event()
    monkeypatch.setattr(f"{report}.ranges_of_units", lambda *asked: go_on.wait(20))
    monkeypatch.setattr(f"{report}.HARDLY", 0.01)
    page = visitor.get(path).text
    go_on.set()
    assert "data-pending" in page
    assert "How sure is this?" in page  # the city's own range is there
