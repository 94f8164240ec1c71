"""Several services at once: the page and the API."""

import pytest
from flask.testing import FlaskClient

from locator.analysis.access.words import between
from locator.base.i18n import speaking

pytestmark = pytest.mark.usefixtures("patient")


def test_page_and_api_say_the_same(client: FlaskClient) -> None:
    query = "layer=nurseries&layer=aeds&minutes=10"
    answer = client.get(f"/api/together?{query}").json
    page = client.get(f"/en/coverage/combined?{query}").text
    assert f"{answer['served']:,} of {answer['people']:,} people" in page
    assert sum(district["served"] for district in answer["districts"]) == answer["served"]
    assert answer["single"].keys() == {"nurseries", "aeds"}


def test_the_form_asks_for_two(client: FlaskClient) -> None:
    assert client.get("/en/coverage/combined").status_code == 200
    assert "Choose at least two" in client.get("/en/coverage/combined?layer=aeds").text
    assert client.get("/api/together?layer=aeds").json["error"]["parameter"] == "layer"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("layer=aeds&layer=zoo", 404),
        ("layer=aeds&layer=vehicles", 422),
        ("layer=aeds&layer=nurseries&need=some", 400),
        ("layer=aeds&layer=nurseries&minutes=-5", 400),
    ],
)
def test_wrong_questions(client: FlaskClient, query: str, status: int) -> None:
    assert client.get(f"/api/together?{query}").status_code == status
    assert client.get(f"/coverage/combined?{query}").status_code == status


def test_a_wrong_service_does_not_take_the_others_with_it(client: FlaskClient) -> None:
    answer = client.get("/en/coverage/combined?layer=aeds&layer=zoo&layer=nurseries&group=crowd")
    assert answer.status_code == 404
    assert "There is no layer “zoo”" in answer.text
    assert "“Group of people” has to be one of" in answer.text
    assert "have all of the chosen services within reach" in answer.text


def test_several_services_have_their_range_on_the_page_too(client: FlaskClient) -> None:
    query = "layer=nurseries&layer=aeds&minutes=10"
    answer = client.get(f"/api/together?{query}").json
    assert answer["low"] <= answer["share"] <= answer["high"]
    assert (answer["runs"], answer["seed"]) == (200, 1)
    for district in answer["districts"]:
        assert district["low"] <= district["share"] <= district["high"]
    page = client.get(f"/en/coverage/combined?{query}").text
    with speaking("en"):
        assert f"{between(answer['low'], answer['high'])})" in page
