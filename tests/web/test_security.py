"""Headers on every answer, limits on what is expensive, no address in any log."""

from __future__ import annotations

import logging
import socket
import threading
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from waitress.adjustments import Adjustments
from waitress.server import create_server
from werkzeug.wrappers import Response

from locator.web import create_app, security, serving
from locator.web.limits import Limiter
from locator.web.security import content_security_policy, expensive, tile_origin
from tests.serving import in_a_thread
from tests.tinycity import at
from tests.waiting import wait_until
from tests.web.test_long_values import paths

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "frame-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FRAMES = {
    "/embed": POLICY.replace("frame-src 'none'", "frame-src 'self'"),
    "/embed/nearest": POLICY.replace("ancestors 'none'", "ancestors 'self'"),
    "/embed/map": POLICY.replace("ancestors 'none'", "ancestors 'self'"),
}
"""The policy of the only pages that stand in a frame, or have one: see `test_embedding.py`."""


@pytest.fixture(scope="module")
def app(city_folder: Path) -> Flask:
    """The tiny city with the limits that visitors meet."""
    return create_app({"GEODATA": city_folder})


def small_app(**settings: object) -> Flask:
    app = Flask(__name__)
    defaults = {"TILES": None, "LIMIT_PER_MINUTE": 300, "LIMIT_AT_ONCE": 4}
    app.config.from_mapping(defaults | settings)
    security.install(app)

    @app.route("/costly", methods=["GET", "POST"])
    @expensive
    def costly() -> str:
        return "done"

    return app


ON_EVERY_ANSWER = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def lacking(answer: Response, policy: str = POLICY) -> list[str]:
    """Return which headers of every answer this one lacks, or has twice."""
    expected = ON_EVERY_ANSWER | {"Content-Security-Policy": policy}
    wrong = [k for k, v in expected.items() if answer.headers.getlist(k) != [v]]
    wrong += [
        k for k in ("Cache-Control", "Cross-Origin-Resource-Policy") if k not in answer.headers
    ]
    return wrong + ["Set-Cookie"] * ("Set-Cookie" in answer.headers)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "DELETE", "TRACE", "BREW"])
def test_every_route_answers_every_method_with_all_headers(app: Flask, method: str) -> None:
    client = app.test_client()
    files = ["/static/site.css", "/static/nothing.css", "/static/../app.py"]
    codes = set()
    for path in [*sorted(set(paths(app))), *files]:
        for language in ("", "/en", "/pl"):
            answer = client.open(language + path, method=method, buffered=True)
            codes.add(answer.status_code)
            policy = answer.headers["Content-Security-Policy"]
            assert policy in (POLICY, FRAMES.get(path, POLICY)), (method, language, path)
            assert lacking(answer, policy) == [], (method, language, path, answer.status_code)
    assert codes >= {"GET": {200, 308, 400, 404, 422}, "HEAD": {200, 308}}.get(method, {308})


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/pl", 308),
        ("/en", 308),
        ("/uk?q=1", 308),
        ("/pl//elsewhere.example.org", 308),
        ("/nowhere", 404),
        ("/en/nowhere", 404),
        ("/api/nowhere", 404),
        ("/en/api/layers?no_such=1", 400),
        ("/nearest?q=" + "x" * 70_000, 414),
    ],
)
def test_redirects_and_errors_of_routing_carry_the_headers(
    client: FlaskClient, path: str, code: int
) -> None:
    answer = client.get(path)
    assert (answer.status_code, lacking(answer)) == (code, [])


def test_what_is_known_already_and_what_fails_carry_the_headers(app: Flask) -> None:
    client = app.test_client()
    for path in ("/api/layers", "/maps/features.geojson", "/static/site.css"):
        etag = client.get(path, buffered=True).headers["ETag"]
        answer = client.get(path, headers={"If-None-Match": etag}, buffered=True)
        assert (answer.status_code, lacking(answer)) == (304, []), path
    broken = small_app()
    broken.add_url_rule("/broken", view_func=lambda: 1 / 0)
    answer = broken.test_client().get("/broken")
    assert (answer.status_code, lacking(answer)) == (500, [])


def test_what_is_no_request_is_refused_with_the_headers() -> None:
    server = create_server(small_app(), host="127.0.0.1", port=0, threads=1)
    server.channel_class = serving.Channel
    where = ("127.0.0.1", int(server.effective_port))
    with in_a_thread(server), socket.create_connection(where, 60) as sent:
        sent.sendall(b"no request at all\r\n\r\n")
        said = sent.makefile("rb").read().decode()
    assert said.startswith("HTTP/1.0 400") or said.startswith("HTTP/1.1 400")
    for name, value in ON_EVERY_ANSWER.items():
        assert said.count(f"{name}: {value}\r\n") == 1, name


def test_open_data_may_be_read_from_other_pages_but_pages_may_not(client: FlaskClient) -> None:
    assert client.get("/api/layers").headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in client.get("/nowhere").headers


def test_a_tile_server_is_allowed_where_one_is_configured() -> None:
    policy = content_security_policy("https://{s}.tiles.example.org/{z}/{x}/{y}.png?key=1")
    assert "img-src 'self' data: https://*.tiles.example.org;" in policy
    assert "connect-src 'self' https://*.tiles.example.org;" in policy
    assert policy.count("example.org") == 2


@pytest.mark.parametrize(
    "tiles", ["tiles", "ftp://x/{z}", "https://a b/", "https://x;y/", "https:///"]
)
def test_what_is_not_a_tile_address_stops_the_start(tiles: str) -> None:
    with pytest.raises(ValueError, match="TILES is not a tile address"):
        tile_origin(tiles)


def test_an_address_that_is_too_long_is_refused(client: FlaskClient) -> None:
    answer = client.get("/api/search?q=" + "x" * (security.MAX_QUERY_BYTES + 1))
    assert answer.status_code == 414
    assert answer.get_json()["error"]["code"] == "too_large"


@pytest.mark.parametrize("path", ["/layers/nurseries?q=x", "/facilities/nurseries-1"])
def test_lists_and_places_are_counted(city_folder: Path, path: str) -> None:
    client = create_app({"GEODATA": city_folder, "LIMIT_PER_MINUTE": 2}).test_client()
    assert [client.get(path).status_code for _ in range(3)] == [200, 200, 429]


def test_one_visitor_cannot_flood_the_expensive_questions() -> None:
    client = small_app(LIMIT_PER_MINUTE=2).test_client()

    def ask(address: str) -> int:
        return client.get("/costly", environ_base={"REMOTE_ADDR": address}).status_code

    assert [ask("192.0.2.1") for _ in range(3)] == [200, 200, 429]
    assert ask("192.0.2.2") == 200
    refused = client.get("/costly", environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert refused.headers["Retry-After"] == "60"


def test_nothing_is_known_of_a_visitor_after_a_minute() -> None:
    now = [0.0]
    limiter = Limiter(per_minute=1, at_once=1, clock=lambda: now[0])
    assert [limiter.allow("192.0.2.1"), limiter.allow("192.0.2.1")] == [True, False]
    assert "192.0.2.1" not in repr(vars(limiter))
    now[0] = 59.9
    assert (limiter.allow("192.0.2.1"), len(limiter)) == (False, 1)
    now[0] = 60.0
    assert len(limiter) == 0
    assert limiter.allow("192.0.2.1")


def test_nobody_is_known_again_by_another_process() -> None:
    limiters = [Limiter(per_minute=5, at_once=1) for _ in range(3)]
    for limiter in limiters:
        assert limiter.allow("192.0.2.1")
    keys = [visitor for limiter in limiters for visitor in limiter.visitors()]
    assert len(set(keys)) == len(keys) == 3


def test_no_limit_remembers_nobody() -> None:
    limiter = Limiter(per_minute=0, at_once=1)
    assert all(limiter.allow("192.0.2.1") for _ in range(1000))
    assert len(limiter) == 0


def test_expensive_questions_wait_for_a_free_place_and_then_give_up() -> None:
    limiter = Limiter(per_minute=0, at_once=1)
    with limiter.slot() as first, limiter.slot(wait_s=0) as second:
        assert (first, second) == (True, False)
    with limiter.slot(wait_s=0) as third:
        assert third


def test_no_more_wait_than_there_is_a_line_for() -> None:
    limiter = Limiter(per_minute=0, at_once=1, in_line=1)
    answers: list[bool] = []

    def wait() -> None:
        with limiter.slot(wait_s=60) as got:
            answers.append(got)

    with limiter.slot() as first:
        assert first
        waiting = threading.Thread(target=wait)
        waiting.start()
        wait_until(lambda: limiter.places.waiting == 1)
        with limiter.slot(wait_s=60) as third:
            assert not third  # at once: the first one is still at it
        assert answers == []
    waiting.join(60)
    assert answers == [True]


def test_quick_questions_are_answered_while_every_slow_place_is_taken() -> None:
    app = small_app(LIMIT_AT_ONCE=1, LIMIT_PER_MINUTE=2)
    app.add_url_rule("/quick", view_func=security.counted(lambda: "done"))
    client = app.test_client()
    limiter: Limiter = app.extensions["locator.limiter"]
    limiter.places.in_line = 0
    with limiter.slot():
        refused = client.get("/costly")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert client.get("/quick").status_code == 200
        assert client.get("/quick").status_code == 429  # yet counted like all others


def test_the_emergency_does_not_stand_behind_the_planners(app: Flask) -> None:
    client = app.test_client()
    limiter: Limiter = app.extensions["locator.limiter"]
    places = limiter.places
    at_once, in_line = places.at_once, places.in_line
    places.at_once, places.in_line = 1, 0
    lon, lat = at(500, 3000)
    try:
        with limiter.slot():
            assert client.get("/api/sites/nurseries").status_code == 503
            for question in (
                "/aed?",
                "/api/aed?",
                "/nearest?layer=aeds&",
                "/api/nearest?layer=aeds&",
            ):
                answer = client.get(f"{question}lat={lat}&lon={lon}")
                assert answer.status_code == 200, question
    finally:
        places.at_once, places.in_line = at_once, in_line


def test_the_log_knows_neither_place_nor_visitor(caplog: pytest.LogCaptureFixture) -> None:
    app = small_app()
    serving.log_requests(app, clock=lambda: 1.0)
    with caplog.at_level(logging.INFO, logger="locator.access"):
        app.test_client().get("/costly?lat=50.061&lon=19.938&q=Lipowa+1")
        app.test_client().get("/a%0Ab")
    assert [record.getMessage() for record in caplog.records] == [
        "GET /costly 200 0 ms",
        "GET /a\\nb 404 0 ms",
    ]


def test_a_taken_port_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit, match=f"Port {port} is taken by another program"):
            serving.serve(small_app(), port=port)


def test_letters_typed_into_an_address_are_understood() -> None:
    parser = serving.PlainLetters(Adjustments())
    parser.parse_header("GET /api/search?q=Rynek+Główny&x=%20 HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    assert (parser.path, parser.query) == ("/api/search", "q=Rynek+G%C5%82%C3%B3wny&x=%20")


@pytest.mark.parametrize("port", ["abc", "-1", "70000", "8000x"])
def test_a_port_that_is_none_is_explained(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(SystemExit, match="allowed: a number from 0"):
        serving.serve(small_app())


def test_a_faulty_folder_stops_the_start_with_every_fault(tmp_path: object) -> None:
    with pytest.raises(SystemExit) as stopped:
        serving.run({"GEODATA": tmp_path})
    assert "fault(s)" in str(stopped.value) and "catalogue.toml" in str(stopped.value)


def test_the_slots_are_given_back_when_a_view_fails() -> None:
    limiter = Limiter(per_minute=0, at_once=1)
    with pytest.raises(RuntimeError), limiter.slot():
        raise RuntimeError
    done = threading.Event()
    with limiter.slot(wait_s=0) as got:
        assert got
        done.set()
    assert done.is_set()
