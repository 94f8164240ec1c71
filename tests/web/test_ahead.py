"""What is the same for everybody is given without asking the application, as it would answer."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, request
from werkzeug.test import TestResponse

from locator.api.context import AppState
from locator.web import ahead, create_app, serving
from locator.web.static_files import version

ASKED = (
    *("/", "/en/", "/map", "/uk/map", "/maps/features.geojson", "/en/maps/features.geojson"),
    *("/maps/features.geojson?layer=nurseries", "/static/{site}", "/manifest.webmanifest"),
    *("/layers", "/about", "/en/api", "/vendor/leaflet/1.9.3.0/leaflet.css"),
)


@pytest.fixture
def app(city_folder: Path) -> Flask:
    """An application that has answered nothing yet."""
    return create_app({"GEODATA": city_folder, "LIMIT_PER_MINUTE": 0})


@pytest.fixture
def reached(app: Flask) -> list[str]:
    """The paths that the application itself was asked for."""
    paths: list[str] = []
    app.before_request(lambda: paths.append(request.full_path))
    return paths


def _path(asked: str) -> str:
    return asked.format(site=f"site.css?v={version('site.css')}")


def _said(response: TestResponse) -> tuple[str, bytes, list[tuple[str, str]]]:
    headers = sorted((name, value) for name, value in response.headers if name != "Date")
    return response.status, response.data, headers


@pytest.mark.parametrize("encoding", ["br, gzip", "gzip", "identity"])
@pytest.mark.parametrize("asked", ASKED)
def test_the_second_answer_is_the_first_one_and_asks_nobody(
    app: Flask, reached: list[str], asked: str, encoding: str
) -> None:
    client, how = app.test_client(), {"Accept-Encoding": encoding}
    first = client.get(_path(asked), headers=how)
    assert first.status_code == 200
    reached.clear()
    again = client.get(_path(asked), headers=how)
    assert not reached
    assert _said(again) == _said(first)
    assert "Date" not in again.headers  # the server says when it is sent


@pytest.mark.parametrize(
    "how",
    [
        {"headers": {"If-None-Match": '"x"'}},
        {"headers": {"If-Modified-Since": "Sun, 29 Nov 2026 10:00:00 GMT"}},
        {"headers": {"Range": "bytes=0-9"}},
        {"headers": {"Accept-Encoding": "gzip"}},
        {"base_url": "https://city.example"},
        {"base_url": "http://localhost/below"},
        {"query_string": {"lat": "50"}},
        {"method": "HEAD"},
    ],
)
def test_whoever_asks_otherwise_is_answered_by_the_application(
    app: Flask, reached: list[str], how: dict[str, object]
) -> None:
    client = app.test_client()
    client.get("/")
    reached.clear()
    assert client.open("/", **how).status_code == 200
    assert len(reached) == 1


def test_who_has_it_is_told_so(app: Flask) -> None:
    client = app.test_client()
    client.get("/")
    tag = client.get("/").headers["ETag"]
    assert client.get("/", headers={"If-None-Match": tag}).status_code == 304


def test_after_the_minute_and_of_another_city_it_is_made_anew(
    app: Flask, reached: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, moment = app.test_client(), [datetime(2026, 11, 27, 10, 0, 5)]
    monkeypatch.setattr(AppState, "now", lambda self: moment[0].replace(tzinfo=self.timezone))

    def times() -> int:
        reached.clear()
        client.get("/")
        return len(reached)

    assert [times(), times()] == [1, 0]
    moment[0] += timedelta(seconds=54)
    assert times() == 0
    moment[0] += timedelta(seconds=1)
    assert [times(), times()] == [1, 0]
    state: AppState = app.extensions["locator"]
    app.extensions["locator"] = state.with_city(state.city)
    assert [times(), times()] == [1, 0]


def test_corrections_are_looked_for_although_nobody_asks_the_application(app: Flask) -> None:
    looked = []

    class Looks:
        def look(self) -> None:
            looked.append(True)

    client = app.test_client()
    client.get("/")
    app.extensions["locator.reloading"] = Looks()
    client.get("/")
    assert looked


@pytest.mark.parametrize("asked", ["/nope", "/maps/features.geojson?layer=nope", "/accessibility"])
def test_what_is_no_answer_for_all_is_not_kept(app: Flask, reached: list[str], asked: str) -> None:
    client = app.test_client()
    client.get(asked)
    client.get(asked)
    assert len(reached) == 2


def test_what_a_minute_keeps_is_bounded(
    app: Flask, reached: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = app.test_client()
    monkeypatch.setattr(ahead, "LIMIT_B", ahead.EACH_B + len(client.get("/").data) + 100)
    client.get("/map")
    reached.clear()
    client.get("/map")
    client.get("/")
    assert reached == ["/map?"]


def test_the_log_says_the_same_of_it(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    serving.log_requests(app)
    client = app.test_client()
    with caplog.at_level(logging.INFO, "locator.access"):
        for asked in ("/en/map", "/en/map", *[_path("/static/{site}")] * 2):
            client.get(asked)
    said = [record.getMessage().rpartition(" ")[0].rpartition(" ")[0] for record in caplog.records]
    assert said == ["GET /map 200"] * 2
