"""Errors: one table of statuses, JSON for machines, a page for people, nothing leaked."""

from __future__ import annotations

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from locator.base.errors import (
    CityFolderError,
    InvalidParameterError,
    LocatorError,
    NotComputableError,
    NotFoundError,
    OutsideCityError,
)
from locator.web import errors, i18n

SECRET = "a secret of the server"


class UnheardOfError(NotFoundError):
    """A class that the table does not name."""


def small_app() -> Flask:
    app = Flask(__name__)
    errors.install(app)
    i18n.install(app)

    @app.get("/broken")
    @app.get("/api/broken", endpoint="api_broken")
    def broken() -> str:
        raise RuntimeError(SECRET)

    @app.get("/unusual")
    @app.get("/api/unusual", endpoint="api_unusual")
    def unusual() -> str:
        raise LocatorError("something {secret}", secret=SECRET)

    @app.get("/api/given")
    def given() -> str:
        raise InvalidParameterError("{name} is empty.", parameter="q", name="<script>")

    @app.get("/given")
    def given_page() -> str:
        raise InvalidParameterError("{name} is empty.", parameter="q", name="<script>")

    @app.get("/busy")
    def busy() -> str:
        abort(503)

    @app.get("/teapot")
    def teapot() -> str:
        abort(418)

    return app


@pytest.fixture
def client() -> FlaskClient:
    return small_app().test_client()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidParameterError("a"), 400),
        (NotFoundError("a"), 404),
        (UnheardOfError("a"), 404),
        (OutsideCityError("a"), 422),
        (NotComputableError("a"), 422),
        (LocatorError("a"), 500),
        (CityFolderError([]), 500),
    ],
)
def test_a_class_has_its_status_or_that_of_its_base(error: LocatorError, status: int) -> None:
    assert errors.status_of(error) == status


def test_machines_get_json_and_people_a_page(client: FlaskClient) -> None:
    machine = client.get("/api/given")
    assert machine.status_code == 400
    assert machine.get_json() == {
        "error": {
            "code": "invalid_parameter",
            "message": "Parametr <script> jest pusty.",
            "parameter": "q",
            "faults": [
                {
                    "message": "Parametr <script> jest pusty.",
                    "parameter": "q",
                    "accepted": None,
                }
            ],
        }
    }
    person = client.get("/given")
    assert (person.status_code, person.mimetype) == (400, "text/html")
    assert "<" not in machine.text
    assert "<script>" not in person.text and "&lt;script&gt;" in person.text


@pytest.mark.parametrize("path", ["/broken", "/api/broken", "/unusual", "/api/unusual"])
def test_an_accident_tells_nothing_of_the_inside(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 500
    assert SECRET not in answer.text and "Traceback" not in answer.text
    assert "Błąd został zapisany." in answer.text


@pytest.mark.parametrize(
    ("path", "method", "status", "code", "message"),
    [
        ("/en/api/nothing", "GET", 404, "not_found", "The API has no such address. All of them "
         "are listed at /api/openapi.json."),
        ("/en/api/given/", "GET", 404, "not_found", "The API has no such address. All of them "
         "are listed at /api/openapi.json."),
        ("/en/api/given", "POST", 405, "method_not_allowed", "This address answers only to: "
         "GET, HEAD."),
    ],
)  # fmt: skip
def test_what_flask_refuses_is_told_in_the_same_way(
    client: FlaskClient, path: str, method: str, status: int, code: str, message: str
) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert answer.get_json()["error"] == {"code": code, "message": message, "parameter": None}


def test_a_refused_method_is_told_which_are_allowed(client: FlaskClient) -> None:
    assert "GET" in client.post("/given").headers["Allow"]


def test_pages_are_told_in_the_language_of_the_address(client: FlaskClient) -> None:
    answer = client.get("/en/busy")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (503, "no-store")
    assert "The server is busy." in answer.text and '<html lang="en">' in answer.text


def test_an_unlisted_status_is_still_answered(client: FlaskClient) -> None:
    answer = client.get("/teapot")
    assert answer.status_code == 418 and "Nie udało się zrozumieć" in answer.text
