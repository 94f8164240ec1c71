"""How unequal walks are, on the page and in the API of the tiny city."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

pytestmark = pytest.mark.usefixtures("patient")


def test_the_api_has_measures_groups_and_paces_with_ranges(client: FlaskClient) -> None:
    found = client.get("/api/equity/nurseries?group=all").get_json()
    coverage = client.get("/api/coverage/nurseries?group=all").get_json()
    measures = found["measures"]
    assert round(measures["mean_s"]["value"]) == coverage["walk_s"]["mean"]
    assert round(measures["p90_s"]["value"]) == coverage["walk_s"]["p90"]
    for one in measures.values():
        assert one["low"] <= one["value"] <= one["high"]
    assert 0 < measures["gini"]["value"] < 1 and measures["palma"]["value"] > 0.25
    groups = {one["group"]: one for one in found["groups"]}
    assert (groups["all"]["share"], groups["all"]["low"]) == (
        coverage["share"],
        coverage["ranges"]["low"],
    )
    paces = {one["pace_m_s"]: one for one in found["paces"]}
    assert paces[found["pace_m_s"]]["share"] == coverage["share"]
    assert {0.7, 0.9, 1.1, 1.3} <= paces.keys()
    assert (found["runs"], found["seed"], found["people_from"]) == (200, 1, "census")


def test_people_are_counted_by_the_register_where_asked(client: FlaskClient) -> None:
    found = client.get("/api/equity/nurseries?group=all&people=register").get_json()
    assert {one["group"]: one["people"] for one in found["groups"]}["all"] == 2090


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("zoo", 404),
        ("vehicles", 422),
        ("nurseries?group=crowd", 400),
        ("nurseries?at=2024-05-01", 400),
    ],
)
def test_wrong_questions(client: FlaskClient, address: str, status: int) -> None:
    assert client.get(f"/api/equity/{address}").status_code == status


def test_the_page_says_each_measure_in_a_plain_sentence(client: FlaskClient) -> None:
    found = client.get("/api/equity/nurseries").get_json()["measures"]
    page = client.get("/en/coverage/nurseries").text
    for name in ("gini", "palma", "theil"):
        assert f"<td>{found[name]['value']:.2f}</td>" in page
    assert "the tenth with the longest does" in page
    assert "Within reach at other paces" in page
    assert "Who walks how far" not in client.get("/en/coverage/nurseries?at=2024-05-01").text
    assert "Współczynnik Palmy" in client.get("/coverage/nurseries").text
    assert "Коефіцієнт Пальми" in client.get("/uk/coverage/nurseries").text
