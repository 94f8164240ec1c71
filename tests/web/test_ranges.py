"""Ranges on pages, in the API and in reports of the tiny city, and people by its register.

Two nurseries are confirmed, the third, which serves 15 of 52.5 children, is not.
"""

from __future__ import annotations

import csv
import io
import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from locator.analysis.access.coverage import CoverageQuery
from locator.analysis.district_report import (
    DistrictReport,
    ReportQuery,
    district_report,
    with_ranges,
)
from locator.api.context import AppState
from locator.base.i18n import speaking
from locator.city.model import City
from locator.reports.content import build_report
from locator.walking.walkable_city import WalkableCity

pytestmark = pytest.mark.usefixtures("patient")


@pytest.fixture
def state(app: Flask) -> AppState:
    return app.extensions["locator"]


def test_what_is_known_does_not_wait_behind_what_is_being_counted(
    state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [CoverageQuery("nurseries")]
    (known,) = state.ranges_soon(asked)
    go_on = threading.Event()
    state.counting.submit(go_on.wait)
    monkeypatch.setattr("locator.api.context.PATIENCE_S", 0.01)
    try:
        assert state.ranges_soon(asked) == [known]
        assert state.ranges_soon([CoverageQuery("nurseries", 13.7)]) == [None]
    finally:
        go_on.set()


def test_the_api_says_between_which_values_a_share_lies(client: FlaskClient) -> None:
    found = client.get("/api/coverage/nurseries").json
    ranges = found["ranges"]
    assert 0.65 < ranges["low"] < 0.68 < found["share"] <= ranges["high"] < 0.96
    assert (ranges["lowest"], ranges["highest"]) == (0.6667, 0.9524)
    assert (ranges["runs"], ranges["seed"]) == (200, 1)
    assert [one["cause"] for one in ranges["causes"]] == ["completeness", "people"]
    assert ranges["not_measured"] == ["walks", "locations"]
    first, second = found["districts"]
    assert (first["low"], first["high"]) == (1.0, 1.0)
    assert (first["rank"], first["rank_low"], first["rank_high"]) == (1, 1, 1)
    assert second["low"] == 0.0 and second["high"] > 0.8
    assert (second["rank"], second["rank_low"], second["rank_high"]) == (2, 2, 2)
    assert found == client.get("/api/coverage/nurseries").json


def test_the_table_to_download_has_them_as_columns(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/api/coverage/nurseries.csv").text)))
    assert [(row["low"], row["rank_low"], row["rank_high"]) for row in rows] == [
        ("1.0", "1", "1"),
        ("0.0", "2", "2"),
    ]


def test_the_table_of_the_page_has_them_as_columns(client: FlaskClient) -> None:
    text = client.get("/coverage/nurseries/districts.csv").text.removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["low"], row["rank_low"], row["people_from"]) for row in rows[:2]] == [
        ("1.0000", "1", "census"),
        ("0.0000", "2", "census"),
    ]
    assert (rows[2]["low"], rows[2]["rank_low"]) == ("", "")  # the city: its page says it


def test_the_method_says_what_is_measured_and_what_is_assumed(client: FlaskClient) -> None:
    page = client.get("/en/about").text
    assert "drawn 200 times" in page
    assert page.count("Nobody has measured that here") == 2


def test_people_are_counted_by_the_register_where_asked(client: FlaskClient) -> None:
    census, register = (
        client.get(f"/api/coverage/nurseries?group=all&people={who}").json
        for who in ("census", "register")
    )
    assert (census["people_from"], register["people_from"]) == ("census", "register")
    # District 1 has 1400 in either; district 2 has 700 in the census, of whom 600 are served.
    assert [one["people"] for one in census["districts"]] == [1400, 700]
    assert [one["people"] for one in register["districts"]] == [1400, 690]
    assert [one["served"] for one in register["districts"]] == [1400, round(690 * 600 / 700)]
    assert register["ranges"]["causes"] == census["ranges"]["causes"]
    refused = client.get("/api/coverage/nurseries?people=both")
    assert refused.status_code == 400
    assert "people" in refused.text


def test_a_page_says_the_range_beside_the_share(client: FlaskClient) -> None:
    page = client.get("/en/coverage/nurseries").text
    assert "94.3%; 66.7% to 95.3%" in page
    assert "What matters most: which places exist" in page
    assert ">0.0% to 85.8%<" in page  # district 2
    assert "the census has 1.00 to 1.01" in page
    by_register = client.get("/en/coverage/nurseries?people=register").text
    assert "People are those of the city" in by_register
    assert 'value="register" selected' in by_register
    assert "people=register" in by_register.split("Districts, CSV")[0].rsplit("<a", 1)[1]


def test_the_overview_says_ranges_too(client: FlaskClient) -> None:
    assert "66.7% to 95.3%" in client.get("/en/coverage").text.split("range: ", 1)[1][:40]


def test_a_report_does_not_wait_for_its_ranges(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, pending = "/en/report/nurseries?minutes=13", "Some of it is still being counted"
    go_on = threading.Event()

    def slowly(*asked: Any) -> DistrictReport:
        go_on.wait(20)
        return with_ranges(*asked)

    monkeypatch.setattr("locator.api.reports.with_ranges", slowly)
    monkeypatch.setattr("locator.api.reports.SHORTLY", 0.0)
    first = client.get(path)
    assert first.status_code == 200
    assert pending in first.text
    assert "Most left out" not in first.text  # nobody knows yet which districts differ
    go_on.set()
    monkeypatch.setattr("locator.api.reports.SHORTLY", 10.0)
    again = client.get(path).text
    assert pending not in again
    assert "nine in ten draws lie in it" in again


def test_a_page_does_not_wait_for_ranges(
    client: FlaskClient, state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    counted = AppState.ranges

    def slowly(self: AppState, query: CoverageQuery, **asked: Any) -> object:
        go_on.wait(20)
        return counted(self, query, **asked)

    monkeypatch.setattr(AppState, "ranges", slowly)
    monkeypatch.setattr("locator.api.context.PATIENCE_S", 0.05)
    page = client.get("/en/coverage/nurseries?minutes=14").text
    assert "Some of it is still being counted" in page
    assert "94.3%" in page
    go_on.set()
    monkeypatch.setattr("locator.api.context.PATIENCE_S", 20.0)
    (known,) = state.ranges_soon([CoverageQuery("nurseries", 14.0)])
    assert known is not None
    monkeypatch.setattr("locator.web.words.layer_coverage.HARDLY", 1.0)
    assert "data-pending" not in client.get("/en/coverage/nurseries?minutes=14").text


def test_a_page_whose_inequality_is_still_being_counted_says_so(
    client: FlaskClient, state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("locator.api.context.PATIENCE_S", 20.0)
    (known,) = state.ranges_soon([CoverageQuery("nurseries", 16.0)])
    assert known is not None
    go_on = threading.Event()
    monkeypatch.setattr(
        "locator.web.words.layer_coverage.equity_of", lambda *asked, **more: go_on.wait(20)
    )
    monkeypatch.setattr("locator.web.words.layer_coverage.HARDLY", 0.0)
    page = client.get("/en/coverage/nurseries?minutes=16").text
    go_on.set()
    assert "How sure is this?" in page
    assert "data-pending" in page
    assert "This is still being counted." in page


def test_a_day_of_the_past_waits_for_nothing(client: FlaskClient) -> None:
    assert "data-pending" not in client.get("/en/coverage/nurseries?at=2024-01-01").text


def test_a_report_says_the_range_of_its_answer_and_of_each_district(
    tiny: City, walkable_city: WalkableCity
) -> None:
    with speaking("en"):
        whole = build_report(tiny, district_report(walkable_city, ReportQuery(layer="nurseries")))
        second = build_report(
            tiny, district_report(walkable_city, ReportQuery(layer="nurseries", district=2))
        )
    assert "(94.3%; 66.7% to 95.3%)" in whole.answer
    assert "; 0.0% to 85.8%)" in second.answer
    tables = {table.name: table for section in whole.sections for table in section.tables}
    rows = tables["districts"].rows
    assert rows["range"].tolist()[1] == "0.0% to 85.8%"
    assert rows["ranks"].tolist() == ["1", "2", ""]
    assert [column.key for column in tables["districts"].codes] == [
        "number",
        "low",
        "high",
        "rank_low",
        "rank_high",
    ]
    words = [line for section in whole.sections for line in section.bullets]
    assert any("Most left out: Południe" in line for line in words)
    assert any("200 draws (seed 1)" in line for line in words)


def test_districts_that_do_not_differ_are_not_ranked(
    tiny: City, walkable_city: WalkableCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    from locator.analysis.access.ranges import Ranges

    monkeypatch.setattr(Ranges, "differ", lambda self, one, other: False)
    with speaking("en"):
        report = build_report(tiny, district_report(walkable_city, ReportQuery(layer="nurseries")))
    words = [line for section in report.sections for line in section.bullets]
    assert not any("Most left out" in line for line in words)
    assert "The districts do not differ beyond what is not known for certain." in words
