"""The application as a whole: settings, static files, what is computed once."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from locator.api.context import AppState
from locator.base.errors import CityFolderError
from locator.vehicles.poller import Poller
from locator.web import create_app, static_files
from locator.web.static_files import static_url
from tests.serving import UNPACKED, client_of


def test_the_city_is_loaded_once_and_made_ready(app: Flask) -> None:
    held = app.extensions["locator"]
    assert isinstance(held, AppState)
    assert held.walkable_city.city is held.city
    assert held.walkable_city.model.name == "estimate"
    assert str(held.now().tzinfo) == "Europe/Warsaw"


def test_settings_come_from_the_environment_and_can_be_overruled(
    city_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCATOR_GEODATA", str(city_folder))
    monkeypatch.setenv("LOCATOR_LIMIT_PER_MINUTE", "7")
    monkeypatch.setenv("LOCATOR_TILES", "https://tiles.example.org/{z}/{x}/{y}.png")
    made = create_app({"LIMIT_PER_MINUTE": 9})
    assert made.extensions["locator"].city.folder == city_folder
    assert made.config["LIMIT_PER_MINUTE"] == 9
    policy = made.test_client().get("/healthz").headers["Content-Security-Policy"]
    assert "img-src 'self' data: https://tiles.example.org;" in policy


def test_a_folder_with_faults_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CityFolderError, match=r"catalogue\.toml"):
        create_app({"GEODATA": tmp_path})


def test_a_forwarded_address_is_believed_only_behind_a_proxy(city_folder: Path) -> None:
    headers = {"X-Forwarded-Prefix": "/city", "X-Forwarded-Proto": "https"}
    path = "/api/openapi.json"
    alone = client_of(city_folder).get(path, headers=headers)
    assert alone.get_json()["servers"][1]["url"] == "/en"
    behind = client_of(city_folder, PROXIES=1).get(path, headers=headers)
    assert behind.get_json()["servers"][1]["url"] == "/city/en"


def test_a_static_file_keeps_for_a_year_because_its_address_changes_with_it(app: Flask) -> None:
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/en"}):
        address = static_url("site.css")
    assert address.startswith("/static/site.css?v=")
    client = app.test_client()
    answer = client.get(address, buffered=True)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    plain = client.get("/static/site.css", buffered=True)
    assert plain.headers["Cache-Control"] == "no-cache"
    assert client.get("/static/../serving.py").status_code == 404


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate", "gzip"),
        ("zstd;q=0, gzip", "gzip"),
    ],
)
def test_a_page_is_compressed_as_its_reader_can_read_it(
    app: Flask, accepted: str, encoding: str
) -> None:
    client, path = app.test_client(), "/nearest"
    plain = client.get(path)
    answer = client.get(path, headers={"Accept-Encoding": accepted})
    assert answer.status_code == plain.status_code == 200
    assert answer.headers["Content-Encoding"] == encoding
    assert UNPACKED[encoding](answer.data) == plain.data
    assert len(answer.data) < len(plain.data) / 2
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_the_vehicles_are_loaded_once_and_polled_by_one(
    tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Poller] = []
    monkeypatch.setattr(Poller, "start", lambda self: started.append(self))
    made = create_app({"GEODATA": tiny_folder})
    assert started == [made.extensions["locator"].live_fleet.poller]


def test_one_style_sheet_is_made_of_a_file_for_each_component(app: Flask) -> None:
    components = {path.stem: path for path in (static_files.STATIC / "css").glob("*.css")}
    assert set(components) == {*static_files.COMPONENTS, *static_files.WIDGET}
    client = app.test_client()
    answer = client.get("/static/site.css", buffered=True)
    assert answer.mimetype == "text/css"
    assert answer.data == b"".join(components[n].read_bytes() for n in static_files.COMPONENTS)
    known = {"If-None-Match": answer.headers["ETag"]}
    assert client.get("/static/site.css", headers=known, buffered=True).status_code == 304
