"""Every service in every district: the page, the API and the table say the same."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask.testing import FlaskClient

from locator.reports.mapdrawing import shade_of
from locator.reports.smallmap import small_map, small_outlines

pytestmark = pytest.mark.usefixtures("patient")


@pytest.fixture(scope="module")
def answer(client_once: FlaskClient) -> dict:
    return client_once.get("/api/compare").get_json()


@pytest.fixture(scope="module")
def client_once(app) -> FlaskClient:  # type: ignore[no-untyped-def]
    return app.test_client()


def test_each_service_is_that_of_its_own_coverage(client: FlaskClient, answer: dict) -> None:
    assert [one["layer"] for one in answer["services"]] == ["nurseries", "aeds"]
    for service in answer["services"]:
        alone = client.get(f"/api/coverage/{service['layer']}").get_json()
        for name in ("group", "minutes", "pace_m_s", "people", "served", "share"):
            assert service[name] == alone[name]
        for name in ("low", "high", "runs", "seed"):
            assert service[name] == alone["ranges"][name]
        for here, there in zip(service["districts"], alone["districts"], strict=True):
            assert here == {name: there[name] for name in here}


def test_a_standard_a_group_and_who_counts_hold_for_all(client: FlaskClient) -> None:
    asked = "minutes=5&group=all&people=register"
    for service in client.get(f"/api/compare?{asked}").get_json()["services"]:
        alone = client.get(f"/api/coverage/{service['layer']}?{asked}").get_json()
        assert (service["minutes"], service["group"]) == (5, "all")
        assert (service["served"], service["high"]) == (alone["served"], alone["ranges"]["high"])


def test_the_table_has_the_city_and_every_district(client: FlaskClient, answer: dict) -> None:
    found = client.get("/api/compare.csv")
    assert "services-by-district.csv" in found.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(found.text)))
    assert len(rows) == sum(1 + len(one["districts"]) for one in answer["services"])
    city, first = rows[:2]
    service = answer["services"][0]
    assert (city["number"], city["share"], city["low"]) == (
        "",
        str(service["share"]),
        str(service["low"]),
    )
    assert (first["number"], first["high"]) == ("1", str(service["districts"][0]["high"]))
    assert {row["people_from"] for row in rows} == {"census"}


@pytest.mark.parametrize(
    ("query", "status"), [("minutes=0", 400), ("group=crowd", 400), ("people=me", 400)]
)
def test_wrong_questions(client: FlaskClient, query: str, status: int) -> None:
    for address in ("/api/compare", "/api/compare.csv", "/en/compare"):
        assert client.get(f"{address}?{query}").status_code == status


def test_the_page_has_each_share_with_its_range_and_the_shade_of_its_map(
    client: FlaskClient,
) -> None:
    page = client.get("/en/compare").text
    assert page.count('<svg class="drawing" role="img"') == 2
    # Nurseries reach all of district 1, and none of district 2 but by the one that may be gone.
    assert re.search(r'class="num matrix-cell class4" data-value="1.0"><b>100%</b>', page)
    for language, said in (("", "Usługi według dzielnic"), ("/uk", "Послуги за районами")):
        assert said in client.get(f"{language}/compare").text


def test_a_district_is_surely_behind_where_all_of_its_range_lies_below_the_city(
    client: FlaskClient,
) -> None:
    # Within a minute the confirmed nursery of district 1 serves some, district 2 has none at all.
    for query in ("", "minutes=1&group=all"):
        services = client.get(f"/api/compare?{query}").get_json()["services"]
        expected = [
            sum(one["districts"][place]["high"] < one["low"] for one in services)
            for place in range(2)
        ]
        page = client.get(f"/en/compare?{query}").text
        counted = re.findall(r'<td class="num" data-value="(\d)">', page)
        assert [int(one) for one in counted] == expected


def test_the_page_is_sorted_by_any_column(client: FlaskClient) -> None:
    def districts(query: str) -> list[str]:
        page = client.get(f"/en/compare?{query}").text
        return re.findall(r'<th scope="row" data-value="(\d)"', page)

    assert districts("") == ["1", "2"]
    assert districts("sort=number&order=desc") == ["2", "1"]
    assert districts("sort=nurseries&order=asc") == ["2", "1"]
    assert districts("sort=behind&order=asc") == ["1", "2"]
    assert districts("sort=zoo") == ["1", "2"]


def test_a_small_map_shades_every_district_and_leaves_the_unknown_white(tiny) -> None:  # type: ignore[no-untyped-def]
    import pandas as pd

    outlines = small_outlines(tiny)
    drawn = small_map(outlines, pd.Series({1: 0.5}), label="Half & half")
    assert re.findall(r'class="fill-(\w+)', drawn) == ["class2", "paper"]
    assert 'aria-label="Half &amp; half"' in drawn and "style" not in drawn
    paths = " ".join(re.findall(r' d="([^"]+)"', drawn))
    xy = [float(one) for one in re.findall(r"[\d.]+", paths)]
    assert min(xy) >= 3.0 and max(xy) <= max(200.0, outlines.height)
    assert (shade_of(0.2, (0.2, 0.4)), shade_of(0.21, (0.2, 0.4))) == ("class0", "class1")


def test_only_some_places_count_where_that_is_asked(client: FlaskClient) -> None:
    found = client.get("/en/api/compare?ownership=public").get_json()
    assert found["filter"]
    for service in found["services"]:
        alone = client.get(f"/api/coverage/{service['layer']}?ownership=public").get_json()
        assert (service["served"], service["low"]) == (alone["served"], alone["ranges"]["low"])
    page = client.get("/en/compare?ownership=public").text
    assert f"<h1>Services by district (only: {found['filter']})</h1>" in page
    assert "ownership=public" in page.split("Services by district, CSV")[0].rsplit("href=", 1)[1]
