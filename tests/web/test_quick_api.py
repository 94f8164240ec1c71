"""What is answered before the application is answered as it would answer, and counted once."""

from __future__ import annotations

import gzip
import logging
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Request
from werkzeug.test import TestResponse

from locator.api.operations import operations
from locator.web import create_app, quick_api, serving
from locator.web.lanes import Urgency
from locator.web.limits import Limiter
from locator.web.quick_api import QuickApi, encoding_for, is_quick
from tests.tinycity import at

PLACE = "lat={1}&lon={0}".format(*at(500, 3000))

AT = f"at=2026-06-02T10:00&{PLACE}"

GOOD = (
    f"/api/nearest?layer=nurseries&{AT}",
    f"/en/api/nearest?layer=nurseries&layer=aeds&k=2&{AT}",
    f"/api/v1/nearest?layer=aeds&open=now&{AT}",
    f"/api/aed?{AT}",
    f"/uk/api/v1/aed?k=1&{AT}",
    "/api/search?q=Lipowa",
    "/en/api/search?q=%C5%BB%C5%82obek&limit=2",
    "/api/search?q=%FF",
    "/api/vehicles?at=2026-06-02T10:00",
)

BAD = (
    "/api/nearest",
    f"/api/nearest?layer=lighthouses&{AT}",
    f"/uk/api/nearest?layer=nurseries&k=99&pace=-1&x=2&{AT}",
    "/api/nearest?layer=nurseries&lat=10&lon=10",
    "/api/nearest?layer=nurseries&lat=%00",
    "/en/api/aed?lat=50.06",
    "/api/search?q=",
    f"/api/nearest?layer=nurseries&layer=nurseries&lat=1&{AT}",
    "/api/aed/?lat=50.05&lon=19.91",
    "/api/search?q=" + "x" * 70_000,
    f"/api/aed?{PLACE}{'0' * 70_000}",
)

ENCODINGS = (
    *("gzip, deflate, br, zstd", "br, gzip", "gzip", "identity", ""),
    *("BR", "br;q=0.2, gzip", "*", "deflate, zstd", "deflate"),
)


@pytest.fixture(scope="module")
def app(city_folder: Path) -> Flask:
    """An application that counts nobody."""
    return create_app({"GEODATA": city_folder, "LIMIT_PER_MINUTE": 0})


def said(answer: TestResponse) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Return all that was answered but moments: gzip tells when it packed."""
    headers = [(name, value) for name, value in answer.headers.items() if name != "Date"]
    packed = answer.headers.get("Content-Encoding") == "gzip"
    data = gzip.decompress(answer.data) if packed else answer.data
    return answer.status_code, data, sorted(headers)


def without(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application answer all by itself."""
    monkeypatch.setattr(QuickApi, "__call__", lambda self, *given: self._application(*given))


def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application answer nothing."""
    monkeypatch.delattr(Flask, "full_dispatch_request")


def test_what_is_asked_from_a_place_and_cannot_be_kept_is_quick() -> None:
    quick = {one.path for one in operations() if is_quick(one)}
    assert quick == {"/healthz", "/api/search", "/api/nearest", "/api/vehicles", "/api/aed"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
@pytest.mark.parametrize("path", GOOD + BAD)
def test_it_is_answered_as_the_application_answers(
    app: Flask, monkeypatch: pytest.MonkeyPatch, path: str, method: str
) -> None:
    client = app.test_client()
    for encoding in ENCODINGS if method == "GET" else ENCODINGS[:1]:
        with monkeypatch.context() as meanwhile:
            before = said(client.open(path, method=method, headers={"Accept-Encoding": encoding}))
            without(meanwhile)
            after = said(client.open(path, method=method, headers={"Accept-Encoding": encoding}))
        assert before == after, encoding
        assert (before[0] == 200) == (path in GOOD) or method != "GET"


@pytest.mark.parametrize("path", [*GOOD, "/healthz"])
def test_nothing_is_asked_of_the_application(
    app: Flask, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    alone(monkeypatch)
    assert app.test_client().get(path).status_code == 200


@pytest.mark.parametrize("more_b", [0, 1])
def test_what_is_short_is_not_squeezed(
    app: Flask, monkeypatch: pytest.MonkeyPatch, more_b: int
) -> None:
    client, how = app.test_client(), {"Accept-Encoding": "br"}
    length_b = len(client.get(GOOD[0]).data)
    monkeypatch.setitem(app.config, "COMPRESS_MIN_SIZE", length_b + more_b)
    before = said(client.get(GOOD[0], headers=how))
    assert (len(before[1]) == length_b) == bool(more_b)
    without(monkeypatch)
    assert said(client.get(GOOD[0], headers=how)) == before


def test_what_has_to_be_weighed_is_left_to_the_application() -> None:
    assert encoding_for("gzip, deflate, br, zstd") == "zstd"
    assert encoding_for("gzip, br") == "br"
    assert encoding_for("GZIP") == "gzip"
    assert encoding_for("") == encoding_for("identity") == encoding_for("brr") == ""
    assert encoding_for("br;q=0") is encoding_for("*") is None


@pytest.mark.parametrize(
    ("path", "name"), [("/api/nearest?layer=nurseries&", ""), ("/api/aed?", ".urgent")]
)
def test_a_visitor_is_counted_once_whoever_answers(city_folder: Path, path: str, name: str) -> None:
    app = create_app({"GEODATA": city_folder, "LIMIT_PER_MINUTE": 10})
    limiter: Limiter = app.extensions[f"locator.limiter{name}"]
    limiter.per_minute = 4
    client = app.test_client()
    asked = [path + AT, path + "lat=900", path + "x=1", path + AT, path + AT]
    assert [client.get(one).status_code for one in asked] == [200, 400, 400, 200, 429]
    other = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get(path + AT, environ_base=other).status_code == 200
    refused = client.get(path + AT)
    assert refused.headers["Retry-After"] == "60" and len(limiter) == 2


@pytest.mark.parametrize("path", ["/api/aed", "/api/nearest"])
def test_only_while_an_emergency_is_answered_nothing_dear_begins(
    app: Flask, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    urgency: Urgency = app.extensions["locator.urgency"]
    under_way: list[int] = []

    def asked(*_given: object) -> bytes:
        under_way.append(int(urgency._rows.values[:, 0].sum()))
        return b"{}"

    monkeypatch.setattr(quick_api, "ask", asked)
    assert app.test_client().get(f"{path}?{AT}").data == b"{}"
    assert under_way == [path == "/api/aed"] and not urgency._rows.values[:, 0].any()


def test_a_fault_of_ours_is_told_and_logged_as_any_other(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_given: object, **_path: str) -> bytes:
        raise ZeroDivisionError

    monkeypatch.setattr(quick_api, "ask", broken)
    monkeypatch.setattr("locator.web.routes.ask", broken)
    answer = app.test_client().get(f"/api/aed?{AT}")
    assert answer.status_code == 500
    assert answer.get_json()["error"]["code"] == "internal"
    assert sum(record.levelno == logging.ERROR for record in caplog.records) == 1


def test_it_is_logged_once_without_the_place(
    city_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app({"GEODATA": city_folder, "LIMIT_PER_MINUTE": 0})
    serving.log_requests(app)
    with caplog.at_level(logging.INFO, logger="locator.access"):
        app.test_client().get(f"/en/api/v1/nearest?layer=nurseries&{AT}")
        app.test_client().get("/api/aed?lat=900")
    told = [record.getMessage().rsplit(" ", 2)[0] for record in caplog.records]
    assert told == ["GET /api/nearest 200", "GET /api/aed 400"]


def test_a_correction_of_the_city_is_seen(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    reloading: Any = app.extensions["locator.reloading"]
    monkeypatch.setattr(type(reloading), "look", lambda self: looked.append(1))
    alone(monkeypatch)
    app.test_client().get(f"/api/aed?{AT}")
    assert looked == [1]


def test_the_query_is_read_as_flask_reads_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def asked(_app: object, _one: object, args: object) -> bytes:
        seen.append(args)
        return b"{}"

    monkeypatch.setattr(quick_api, "ask", asked)
    app.test_client().get("/api/search?q=%FF&q=a+b&x")
    query = b"q=%FF&q=a+b&x"
    assert seen == [Request({"QUERY_STRING": query.decode(), "REQUEST_METHOD": "GET"}).args]
