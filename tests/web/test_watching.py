"""A server looks after the connections to which something happens; the others cost it nothing."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from typing import Any

import pytest
from waitress.server import create_server

from locator.web import watching
from locator.web.serving import Channel
from tests.serving import in_a_thread
from tests.waiting import wait_until

MUCH_B = 6_000_000
asked: Counter[int] = Counter()
"""How often each connection was asked what it waits for."""


class Counted(Channel):
    """A connection that counts."""

    def readable(self) -> bool:
        asked[id(self)] += 1
        return bool(super().readable())


class Application:
    """What answers: at once, with much, or when it is let."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.is_asked = threading.Event()
        self.gone: list[bool] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        path = environ["PATH_INFO"]
        body = b"x" * (MUCH_B if path.endswith("much") else 3)
        if path.startswith("/later"):
            self.is_asked.set()
            self.goes_on.wait(60)
            self.gone.append(environ["waitress.client_disconnected"]())
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def all_s() -> float:
    """After how long all connections are asked again, whatever happened."""
    return 3600.0


@pytest.fixture
def server(
    application: Application, all_s: float, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    monkeypatch.setattr(watching, "ALL_S", all_s)
    server = create_server(
        application, host="127.0.0.1", port=0, threads=3, channel_request_lookahead=1
    )
    server.channel_class = Counted
    asked.clear()
    with in_a_thread(server):
        yield server


def connected(server: Any) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", server.effective_port, timeout=60)


def answer(connection: HTTPConnection, path: str = "/") -> int:
    connection.request("GET", path)
    given = connection.getresponse()
    assert given.status == 200
    return len(given.read())


@pytest.mark.parametrize(
    ("soft", "hard", "files", "left"),
    [(256, 4000, 2200, 2200), (256, 1000, 2200, 1000), (3000, 4000, 2200, 3000)],
)
def test_a_server_may_open_as_many_as_it_lets_in(
    soft: int, hard: int, files: int, left: int
) -> None:
    program = f"""
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
from locator.web.serving import may_open
may_open({files})
assert resource.getrlimit(resource.RLIMIT_NOFILE) == ({left}, {hard})
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_who_rests_is_hardly_asked(server: Any) -> None:
    with ExitStack() as open_:
        for _ in range(40):
            resting = open_.enter_context(
                socket.create_connection(("127.0.0.1", server.effective_port), 60)
            )
            assert resting.fileno() >= 0
        wait_until(lambda: len(server.active_channels) == 40)
        talks = connected(server)
        assert {answer(talks) for _ in range(300)} == {3}
        talks.close()
    *resting_asked, most = sorted(asked.values())
    assert most > 300
    assert max(resting_asked) < 10  # when it came and when it went


def test_numbers_of_connections_that_were_closed_are_given_again(server: Any) -> None:
    for _ in range(60):
        with socket.create_connection(("127.0.0.1", server.effective_port), 60):
            pass  # says nothing
        talks = connected(server)
        assert [answer(talks), answer(talks)] == [3, 3]
        talks.close()
    wait_until(lambda: not server.active_channels)


def test_several_requests_at_once_are_answered_in_turn(server: Any) -> None:
    with socket.create_connection(("127.0.0.1", server.effective_port), 60) as sent:
        sent.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 50)
        received = b""
        while received.count(b"\r\n\r\nxxx") < 50:
            received += sent.recv(65_536)


def test_what_is_read_slowly_arrives_whole(server: Any) -> None:
    talks = connected(server)
    talks.request("GET", "/much")
    given = talks.getresponse()
    time.sleep(0.3)  # until the server has more than fits
    assert len(given.read()) == MUCH_B
    assert answer(talks) == 3
    talks.close()


def test_what_comes_late_arrives_whole_whatever_is_asked_meanwhile(
    server: Any, application: Application
) -> None:
    waits, talks = connected(server), connected(server)
    waits.request("GET", "/later/much")
    assert application.is_asked.wait(60)
    assert [answer(talks), answer(talks)] == [3, 3]
    application.goes_on.set()
    given = waits.getresponse()
    time.sleep(0.3)
    assert len(given.read()) == MUCH_B
    waits.close()
    talks.close()


def test_who_goes_is_noticed_while_the_answer_is_made(
    server: Any, application: Application
) -> None:
    goes = connected(server)
    goes.request("GET", "/later")
    assert application.is_asked.wait(60)
    goes.close()
    wait_until(lambda: not server.active_channels)
    application.goes_on.set()
    wait_until(lambda: application.gone == [True])


@pytest.mark.parametrize("all_s", [0.05])
def test_who_says_nothing_for_long_is_let_go(server: Any) -> None:
    server.adj.channel_timeout, server.adj.cleanup_interval = 1, 0
    with socket.create_connection(("127.0.0.1", server.effective_port), 60) as idle:
        wait_until(lambda: len(server.active_channels) == 1)
        server.next_channel_cleanup = 0
        assert idle.recv(1) == b""
