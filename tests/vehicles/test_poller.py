"""Every fault of a feed, served by a real HTTP server on this machine."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from locator.base.errors import InvalidParameterError
from locator.vehicles.poller import (
    DEAD_S,
    INTERVAL_S,
    PAUSE_MAX_S,
    FeedState,
    Poller,
    fetch_feed,
    parse_feeds,
    pause_s,
)
from locator.vehicles.realtime import FeedError, read_feed
from tests.vehicles.test_realtime import NOW, message

CAPTURES = Path(__file__).resolve().parents[3] / "shared" / "testdata" / "gtfs_rt"
GOOD = message(("302", 19.93, 50.06, int(NOW)))

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


def answer(body: bytes, *, status: int = 200, length: int | None = None) -> Answer:
    def write(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        handler.end_headers()
        handler.wfile.write(body)

    return write


def drip(handler: http.server.BaseHTTPRequestHandler) -> None:
    """Send a byte now and then, as a server does that would take a minute for the whole."""
    handler.send_response(200)
    handler.send_header("Content-Length", "600")
    handler.end_headers()
    for _ in range(600):
        try:
            handler.wfile.write(b"x")
            handler.wfile.flush()
        except OSError:
            return
        if ended(handler).wait(0.1):
            return


def silence(handler: http.server.BaseHTTPRequestHandler) -> None:
    """Say nothing for a minute, or until the test is over."""
    ended(handler).wait(60)


SLOW = (drip, silence)
SHORT_S, LONG_S = 0.3, 60.0
"""Patience with a feed that is slow on purpose, and with one that only the machine makes slow."""


def ended(handler: http.server.BaseHTTPRequestHandler) -> threading.Event:
    """Return what is set as soon as the test needs the server no more."""
    assert isinstance(handler.server, Server)
    return handler.server.ended


class Server(http.server.ThreadingHTTPServer):
    """A server that can tell its answers to stop."""

    daemon_threads = True

    def __init__(self, handler: type[http.server.BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.ended = threading.Event()


@contextmanager
def serving(write: Answer) -> Iterator[tuple[str, list[str]]]:
    """Serve every GET with `write`; yield the address and the list of requests so far."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            write(self)

        def log_message(self, *args: object) -> None: ...

    server = Server(Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/VehiclePositions_T.pb", asked
    finally:
        server.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (answer(b"Unauthorized", status=401), "answered 401"),
        (answer(b"oops", status=503), "answered 503"),
        (answer(b"", status=204), "answered 204"),
        (answer(b""), "empty"),
        (answer(GOOD[:-5]), "not a whole"),
        (answer(GOOD, length=len(GOOD) + 10), "cut short"),
        (answer(b"<!doctype html><h1>Maintenance</h1>"), "not a whole"),
        (drip, "no whole answer"),
        (silence, "no whole answer"),
    ],
    ids=["401", "503", "204", "empty", "truncated", "cut-short", "html", "slow", "silent"],
)
def test_a_fault_of_the_feed_is_held_and_the_last_good_answer_stays(
    write: Answer, words: str
) -> None:
    clock = Clock()

    def fetch(url: str, feed: str) -> bytes:
        slow = write in SLOW and url == bad
        return fetch_feed(url, feed, timeout_s=SHORT_S if slow else LONG_S)

    with serving(answer(GOOD)) as (good, _), serving(write) as (bad, _):
        poller = Poller({"T": good}, fetch=fetch, clock=clock)
        assert poller.poll_once("T").error is None
        poller.feeds = {"T": bad}
        clock.now += 10
        begun = time.monotonic()
        state = poller.poll_once("T")
        assert time.monotonic() - begun < LONG_S  # which is how long a slow one would go on
    assert words in str(state.error)
    assert (state.failures, len(state.reports), state.answered_t) == (1, 1, NOW)


def test_a_feed_that_is_down_is_said_to_be_unreachable() -> None:
    with serving(answer(GOOD)) as (url, _):
        pass
    with pytest.raises(FeedError, match="cannot be reached"):
        fetch_feed(url, "T")


def test_a_dead_feed_is_not_used_after_a_minute() -> None:
    clock = Clock()
    poller = Poller({"T": "http://feed"}, fetch=lambda url, feed: GOOD, clock=clock)
    state = poller.poll_once("T")
    assert state.is_alive(NOW + DEAD_S)
    assert not state.is_alive(NOW + DEAD_S + 1)
    assert DEAD_S <= 60


def test_a_feed_that_repeats_old_positions_is_dead_and_an_empty_one_is_not() -> None:
    frozen = FeedState("T", read_feed(GOOD, feed="T"), answered_t=NOW + 1000)
    assert not frozen.is_alive(NOW + 1000)
    assert FeedState("T", read_feed(GOOD, feed="T"), answered_t=NOW + 170).is_alive(NOW + 170)
    assert FeedState("T", (), answered_t=NOW).is_alive(NOW)


def test_the_pause_doubles_to_a_limit_and_ends_with_the_first_good_answer() -> None:
    assert [pause_s(n) for n in (0, 1, 2, 3, 9, 400)] == [10, 20, 40, 80, PAUSE_MAX_S, PAUSE_MAX_S]
    assert INTERVAL_S == 10
    failing = True

    def fetch(url: str, feed: str) -> bytes:
        if failing:
            raise FeedError("feed {feed}: down", feed=feed)
        return GOOD

    poller = Poller({"T": "http://feed"}, fetch=fetch, clock=Clock())
    assert [poller.poll_once("T").failures for _ in range(3)] == [1, 2, 3]
    failing = False
    state = poller.poll_once("T")
    assert (state.failures, state.error) == (0, None)


def test_readers_make_no_request_and_a_slow_feed_does_not_hold_the_other() -> None:
    with serving(answer(GOOD)) as (good, asked), serving(silence) as (slow, _):
        poller = Poller(
            {"A": slow, "T": good},
            interval_s=0.05,
            fetch=lambda url, feed: fetch_feed(
                url, feed, timeout_s=SHORT_S if url == slow else LONG_S
            ),
        )
        poller.start()
        poller.start()
        deadline = time.monotonic() + LONG_S
        while len(asked) < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        poller.stop()
        count = len(asked)
        for _ in range(1000):
            states = poller.states()
        assert len(asked) == count
    assert [state.feed for state in states] == ["A", "T"]
    assert states[1].reports[0].id == "T:302"
    assert states[0].error is not None


def test_feeds_are_declared_by_name_and_address() -> None:
    assert parse_feeds("") == {}
    assert parse_feeds("T=https://a.example/T.pb, A=http://b.example/A.pb") == {
        "T": "https://a.example/T.pb",
        "A": "http://b.example/A.pb",
    }


@pytest.mark.parametrize(
    "text",
    ["https://a.example/T.pb", "T=file:///etc/passwd", "T=https://", "T=http://a,T=http://b"],
)
def test_what_is_not_a_feed_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameterError, match="NAME=https"):
        parse_feeds(text)


@pytest.mark.real_data
@pytest.mark.skipif(not CAPTURES.exists(), reason="../shared/testdata is not there")
def test_a_real_capture_is_replayed_over_http() -> None:
    body = (CAPTURES / "vehicle_positions_t__9b71fe1a.pb").read_bytes()
    with serving(answer(body)) as (url, asked):
        poller = Poller({"T": url})
        state = poller.poll_once("T")
    assert (len(state.reports), len(asked), state.error) == (108, 1, None)
