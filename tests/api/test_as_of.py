"""A coverage as of a day, as machines and pages ask for it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

BAD_DAYS = ("2024-02-30", "2024-5-1", "2024-05", "yesterday", "3024-05-01", "2024-05-01T10:00")


def test_the_answer_says_between_which_values(client: FlaskClient) -> None:
    answer = client.get("/api/coverage/nurseries?at=2026-06-01").get_json()
    assert answer["as_of"] == {
        "at": "2026-06-01",
        "low": round(15 / 53, 4),
        "high": round(50 / 53, 4),
        "served_low": 15,
        "served_high": 50,
        "counted_low": 1,
        "counted_high": 3,
    }
    some = round(15 / 18, 4)
    rows = [(one["low"], one["high"], one["rank"]) for one in answer["districts"]]
    assert rows == [(0.0, 1.0, None), (some, some, None)]
    assert [answer[name] for name in ("served", "ranges", "parts", "leaves_out")] == [
        50,
        None,
        [],
        None,
    ]
    assert client.get("/api/coverage/nurseries").get_json()["as_of"] is None


def test_all_layers_at_once_are_each_as_of_the_day(client: FlaskClient) -> None:
    then = client.get("/api/coverage?at=2026-06-01").get_json()
    assert [one["layer"] for one in then["layers"]] == ["nurseries", "aeds"]
    for line in then["layers"]:
        alone = client.get(f"/api/coverage/{line['layer']}?at=2026-06-01").get_json()
        for name in ("as_of", "served", "share", "ranges", "parts", "leaves_out", "walk_s"):
            assert line[name] == alone[name]
        assert line["ranges"] is None and line["as_of"]["at"] == "2026-06-01"
    today = client.get("/api/coverage").get_json()
    assert all(one["as_of"] is None and one["ranges"] for one in today["layers"])
    assert client.get("/api/coverage?at=2026-13-01").status_code == 400


@pytest.mark.parametrize("day", BAD_DAYS)
def test_what_is_no_day_is_refused(client: FlaskClient, day: str) -> None:
    for path in ("/api/coverage/nurseries", "/coverage/nurseries"):
        answer = client.get(path, query_string={"at": day})
        assert answer.status_code == 400
        assert day in answer.get_data(as_text=True)


def test_files_say_their_day(client: FlaskClient) -> None:
    table = client.get("/api/coverage/nurseries.csv?at=2026-06-01").get_data(as_text=True)
    assert table.splitlines()[0].split(",")[7:10] == ["data_date", "at", "number"]
    gaps = client.get("/api/coverage/nurseries.geojson?at=2026-06-01").get_json()
    assert gaps["at"] == "2026-06-01"


def test_the_page_says_the_range_and_keeps_the_day(client: FlaskClient) -> None:
    page = client.get("/en/coverage/nurseries?at=2026-06-01").get_data(as_text=True)
    assert "between 28.3% and 94.3% of the people were within reach" in page
    assert 'value="2026-06-01"' in page
    assert "/coverage/nurseries/districts.csv?at=2026-06-01" in page
    assert "<b>15 – 50 of 53 people</b> (28.3% – 94.3%)" in page
    same = client.get("/en/coverage/nurseries?at=2026-11-01").get_data(as_text=True)
    assert "As it was on 1 November 2026." in same
