"""What a change, or a new site, gains has its range: in the API and on the pages."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from locator.analysis.access.words import gain_said
from locator.base.i18n import speaking

pytestmark = pytest.mark.usefixtures("patient")

CHANGE = "group=all&close=nurseries-2"


def test_a_change_has_the_range_of_its_difference(client: FlaskClient) -> None:
    found = client.get(f"/api/scenario/nurseries?{CHANGE}").get_json()
    ranges, net = found["ranges"], found["gained"] - found["lost"]
    assert ranges["low"] <= net <= ranges["high"] <= 0
    assert (ranges["runs"], ranges["seed"]) == (200, 1)
    for row in found["districts"]:
        assert row["difference_low"] - 1 <= row["difference"] <= row["difference_high"] + 1
    assert min(row["difference_low"] for row in found["districts"]) < 0
    table = client.get(f"/api/scenario/nurseries.csv?{CHANGE}").text.splitlines()
    place = table[0].split(",").index("difference_low")
    assert [line.split(",")[place] for line in table[1:]] == [
        str(row["difference_low"]) for row in found["districts"]
    ]
    page = client.get(f"/en/what-if/nurseries?{CHANGE}").text
    assert "the change moves the people within reach by" in page
    assert f"−{-ranges['low']:,}" in page


def test_a_change_can_be_counted_by_the_register(client: FlaskClient) -> None:
    change = "group=all&close=nurseries-3"  # in the district that the register counts otherwise
    asked = f"/api/scenario/nurseries?{change}"
    census, register = (
        client.get(f"{asked}{more}").get_json() for more in ("", "&people=register")
    )
    today = client.get("/api/coverage/nurseries?group=all&people=register").get_json()
    assert (census["people_from"], register["people_from"]) == ("census", "register")
    assert register["before"]["people"] == register["after"]["people"] == today["people"]
    assert register["before"]["served"] == today["served"]
    assert today["people"] != census["before"]["people"]
    assert [row["people"] for row in register["districts"]] == [
        row["people"] for row in today["districts"]
    ]
    net = register["gained"] - register["lost"]
    assert register["ranges"]["low"] - 1 <= net <= register["ranges"]["high"] + 1
    assert net != census["gained"] - census["lost"]
    page = client.get(f"/en/what-if/nurseries?{change}&people=register").text
    assert '<option value="register" selected>' in page
    assert "people=register" in page.split("/what-if/nurseries/report?")[1].split('"')[0]
    wrong = client.get(f"{asked}&people=nobody")
    assert wrong.status_code == 400


def test_another_standard_is_no_doubt(client: FlaskClient) -> None:
    found = client.get(f"/api/scenario/nurseries?{CHANGE}&minutes=5").get_json()
    assert found["ranges"] is None
    assert {row["difference_low"] for row in found["districts"]} == {None}
    assert client.get("/api/scenario/nurseries").get_json()["ranges"] is None
    page = client.get(f"/en/what-if/nurseries?{CHANGE}&minutes=5").text
    assert "the change moves the people" not in page


def test_each_site_has_its_range_and_those_it_cannot_be_told_apart_from(
    client: FlaskClient,
) -> None:
    found = client.get("/api/sites/nurseries?n=3&group=all&minutes=5").get_json()
    assert len(found["sites"]) > 1
    for site in found["sites"]:
        assert site["low"] - 1 <= site["gained"] <= site["high"] + 1
        assert site["rank"] not in site["alike"]
        for other in site["alike"]:
            assert site["rank"] in found["sites"][other - 1]["alike"]
    assert found["ranges"]["low"] - 1 <= found["sites"][-1]["total"] <= found["ranges"]["high"] + 1
    page = client.get("/en/where-next/nurseries?n=3&group=all&minutes=5").text
    first = found["sites"][0]
    assert f"{first['low']:,} – {first['high']:,}" in page or f">{first['high']:,}</span>" in page


def test_minutes_saved_and_sites_that_are_full_have_none(client: FlaskClient) -> None:
    for query in ("objective=median", "objective=centre", "objective=places", "capacity=10"):
        found = client.get(f"/api/sites/nurseries?n=2&group=all&minutes=5&{query}").get_json()
        assert found["ranges"] is None
        assert all((site["low"], site["alike"]) == (None, []) for site in found["sites"])


def test_a_difference_is_said_with_its_sign() -> None:
    from types import SimpleNamespace

    with speaking("en"):
        said = gain_said(SimpleNamespace(low=-1200.4, high=0.2))  # type: ignore[arg-type]
        assert "by −1,200 to 0 (nine" in said
        assert "by +5." in gain_said(SimpleNamespace(low=4.6, high=5.2))  # type: ignore[arg-type]
        assert gain_said(None) == ""


def test_a_filter_holds_for_the_range_of_a_site_too(client: FlaskClient) -> None:
    query = "n=1&group=all&minutes=5&ownership=private"
    some = client.get(f"/api/sites/nurseries?{query}").get_json()
    site = some["sites"][0]
    assert site["low"] - 1 <= site["gained"] <= site["high"] + 1
    assert (
        site["high"]
        != client.get("/api/sites/nurseries?n=1&group=all&minutes=5").get_json()["sites"][0]["high"]
        or site["gained"] == site["high"]
    )
