"""The API against its own document: whatever is asked, the answer is one that it describes."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig

from locator.api.openapi import plain
from locator.api.operations import operations
from tests.tinycity import at


@pytest.fixture(scope="module")
def document(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get("/api/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


load_all_checks()

# A question can be well formed and still have no answer: a place that nobody knows (404), a point
# outside the city (422), words and coordinates together (400, which OpenAPI cannot express).
CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {
            "positive_data_acceptance": {"expected-statuses": ["200", "400", "404", "422"]},
            "negative_data_rejection": {"expected-statuses": ["400", "404", "405", "414", "422"]},
        }
    }
)


def somewhere(case: Any) -> None:
    """Start the walk inside the city: of points anywhere on Earth none would be answered."""
    lon, lat = at(500, 3000)
    case.query = {**case.query, "lon": lon, "lat": lat}
    case.query.pop("q", None)


@pytest.mark.slow
@pytest.mark.parametrize("mode", GenerationMode)
def test_every_answer_is_one_that_the_document_describes(app: Flask, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app, config=CONFIG)
    for described in schema.get_all_operations():
        operation = described.ok()
        if (
            mode is GenerationMode.NEGATIVE
            and not operation.query
            and not operation.path_parameters
        ):
            continue  # nothing to get wrong

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=settings().max_examples // 10,
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: Any) -> None:
            if case.path == "/api/nearest" and mode is GenerationMode.POSITIVE:
                somewhere(case)
            # Uncompressed: schemathesis does not decode what a WSGI application answers.
            case.call_and_validate(checks=CHECKS.get_all(), headers={"Accept-Encoding": "identity"})

        ask()


def test_every_operation_is_in_the_document(app: Flask, document: dict[str, Any]) -> None:
    described = {one["get"]["operationId"] for one in document["paths"].values()}
    assert described == {one.name for one in operations()}
    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")}
    documented = {one.path for one in operations()}
    assert rules - documented == {"/api/openapi.json"}


def test_parameters_say_what_is_accepted(document: dict[str, Any]) -> None:
    nearest = document["paths"]["/api/nearest"]["get"]["parameters"]
    schemas = {one["name"]: one["schema"] for one in nearest}
    assert schemas["k"] == {"type": "integer", "minimum": 1, "maximum": 20, "default": 5}
    assert schemas["layer"]["items"]["enum"] == ["nurseries", "aeds", "vehicles"]
    assert schemas["open"]["enum"] == ["now", "any"]
    assert [one["name"] for one in nearest if one["required"]] == ["layer"]
    assert all(one["description"] for one in nearest)


def test_examples_are_such_as_their_schemas_accept_and_have_an_answer(
    app: Flask, document: dict[str, Any]
) -> None:
    client = app.test_client()
    for path, described in document["paths"].items():
        said = [one for one in described["get"]["parameters"] if "example" in one]
        required = [one["name"] for one in described["get"]["parameters"] if one["required"]]
        assert set(required) <= {one["name"] for one in said}, path
        for one in said:
            Draft202012Validator(one["schema"]).validate(one["example"])
        inside = {one["name"]: one["example"] for one in said if one["in"] == "path"}
        asked = {one["name"]: one["example"] for one in said if one["in"] == "query"}
        answer = client.get(f"/en{path.format(**inside)}", query_string=asked)
        assert answer.status_code == 200, answer.text


def test_answers_say_what_their_values_may_be(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    point = schemas["Point"]["properties"]["coordinates"]
    assert (point["minItems"], point["maxItems"]) == (2, 2)
    place = schemas["FoundPlace"]["properties"]
    assert (place["lon"]["minimum"], place["lat"]["maximum"]) == (-180, 90)
    assert schemas["NearestAnswer"]["properties"]["at"]["format"] == "date-time"
    assert schemas["LayerSummary"]["properties"]["colour"]["pattern"] == "^#[0-9a-f]{6}$"
    assert schemas["FilterAnswer"]["properties"]["kind"]["uniqueItems"] is True
    assert "enum" in schemas["Candidate"]["properties"]["kind"]
    assert "pattern" in str(schemas["Facility"]["properties"]["opened"])


def test_every_language_is_a_server(document: dict[str, Any]) -> None:
    assert [server["url"] for server in document["servers"]] == ["/", "/en", "/uk"]


def test_every_operation_is_explained(document: dict[str, Any]) -> None:
    for path in document["paths"].values():
        assert path["get"]["summary"] and path["get"]["description"]


@pytest.mark.parametrize("prefix", ["", "/en", "/uk"])
def test_people_find_every_operation_with_an_example_that_works(app: Flask, prefix: str) -> None:
    client = app.test_client()
    page = client.get(f"{prefix}/api")
    assert page.status_code == 200
    for one in operations():
        assert f'id="op-{one.name}"' in page.text
    examples = re.findall(r'<a href="([^"]+)"><code>', page.text)
    assert len(examples) == len(operations())
    for example in examples:
        assert client.get(html.unescape(example)).status_code == 200, example
    assert client.get(f"{prefix}/api/").status_code == 200


@pytest.mark.parametrize(
    ("name", "ascii_"),
    [("Kraków", "Krakow"), ("Łódź", "Lodz"), ("Saint-Étienne", "Saint-Etienne"), ("Київ", "")],
)
def test_a_title_is_one_that_package_names_can_be_made_of(name: str, ascii_: str) -> None:
    assert plain(name) == ascii_


def test_the_document_says_what_a_client_has_to_know(document: dict[str, Any]) -> None:
    assert document["info"]["title"].isascii()
    assert document["info"]["title"].endswith(": service locator")
    assert document["info"]["license"] == {"name": "MIT License", "identifier": "MIT"}
    assert document["security"] == []
