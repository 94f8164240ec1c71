"""`/ready` says whether visitors may be sent here."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from locator.api.context import AppState
from locator.web import make_app, workers
from locator.web.readiness import readiness


def asked(app: Flask) -> tuple[int, object, str | None]:
    """Return status, body and how soon to ask again."""
    answer = app.test_client().get("/ready")
    return answer.status_code, answer.get_json(), answer.headers.get("Retry-After")


def test_nobody_is_let_in_before_it_is_warm_or_when_it_is_about_to_end(city_folder: Path) -> None:
    app = make_app({"GEODATA": city_folder})
    assert asked(app) == (503, {"ready": False, "state": "warming"}, "1")
    workers.warm(app)
    assert asked(app) == (200, {"ready": True, "state": "ready"}, None)
    readiness(app).ending.set()
    assert asked(app) == (503, {"ready": False, "state": "ending"}, "1")


def test_an_application_of_another_server_gets_ready_by_itself(client: FlaskClient) -> None:
    answer = client.get("/ready")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


def test_what_is_made_for_forking_has_no_thread(city_folder: Path) -> None:
    import threading

    before = set(threading.enumerate())
    app = make_app({"GEODATA": city_folder, "FEEDS": "T=https://nowhere.invalid/x"})
    workers.warm(app)
    state: AppState = app.extensions["locator"]
    assert set(threading.enumerate()) == before
    assert [feed.answered_t for feed in state.live_fleet.feeds] == [None]
