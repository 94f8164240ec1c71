"""Start a server for a benchmark, and ask it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path

from locator.walking import warmup
from locator.web import apart
from tests.bench.measuring import OF, family, processor_s

ROOT = Path(os.environ.get(OF, Path(__file__).resolve().parents[2]))
PATIENCE_S = 60.0

BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd"}
"""What a browser of today says it can read."""


ROUND, MOST_ASKED, LEAST_S = 60, 600, 1.0
"""Asked at once and at most, and the seconds of processor time that are enough."""

CALM_S, STIRS_S = 3, 0.03
"""A server is at rest that has spent no more than so much of each of so many seconds."""


def _free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def answer(port: int, path: str, *, again: int = 0) -> int:
    """Return the status of an answer, read to its end; 0 where there is none.

    Who is told to come again does, as often as `again` says, when the answer says.
    """
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path, headers=BROWSER)
        given = connection.getresponse()
        given.read()
    except OSError:
        return 0
    finally:
        connection.close()
    if given.status != 503 or not again:
        return given.status
    time.sleep(float(given.headers["Retry-After"]))
    return answer(port, path, again=again - 1)


@contextmanager
def served() -> Iterator[tuple[int, int]]:
    """Give the port and the process of a server that answers; it is ended afterwards."""
    port = _free_port()
    asked_to = {"PORT": str(port), "HOST": "127.0.0.1", "LOCATOR_LIMIT_PER_MINUTE": "0"}
    asked_to["PYTHONPATH"] = str(ROOT)
    server = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=os.environ | asked_to,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, server)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(30)


def spent_ms(port: int, pid: int, paths: Iterator[str], *, warm_up: int = 20) -> float:
    """Return the milliseconds of processor time of one answer, asked one after another.

    All processes that answer count, so that none is left out; not the one apart, which makes
    ready what is dear. Asked until the ticks of Linux tell one from another.
    """
    for path in islice(paths, warm_up):
        answer(port, path)
    begun_s, took_s, asked = answering_s(pid), 0.0, 0
    while took_s < LEAST_S and asked < MOST_ASKED:
        for path in islice(paths, ROUND):
            if (status := answer(port, path)) != 200:
                raise RuntimeError(f"{path} answers {status}")
        asked += ROUND
        took_s = answering_s(pid) - begun_s
    return took_s / asked * 1000


def settle(port: int, pid: int) -> None:
    """Wait until the server is ready and does nothing by itself any more.

    Its processes are forked when it has made ready what all of them need; the one apart begins
    with what is dear after that.
    """
    # An older checkout has no such page, and does all this while it answers.
    _until(lambda: answer(port, "/ready") in (200, 404), "the server does not get ready")
    time.sleep(max(warmup.AFTER_S, apart.AFTER_S))
    calm_s = 0

    def is_calm() -> bool:
        nonlocal calm_s
        begun_s = spent_s(pid)
        time.sleep(1.0)
        calm_s = calm_s + 1 if spent_s(pid) - begun_s < STIRS_S else 0
        return calm_s >= CALM_S

    _until(is_calm, "the server does not come to rest")


def spent_s(pid: int) -> float:
    """Return the processor time of a server and all its processes so far."""
    return sum(map(processor_s, family(pid)))


def answering_s(pid: int) -> float:
    """Return the same of those that answer at once: the one apart works at lower priority."""
    own = os.getpriority(os.PRIO_PROCESS, pid)
    first = (one for one in family(pid) if os.getpriority(os.PRIO_PROCESS, one) <= own)
    return sum(map(processor_s, first))


def _until(holds: Callable[[], bool], otherwise: str) -> None:
    """Return when something holds."""
    deadline = time.monotonic() + 2 * PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError(otherwise)
        time.sleep(0.05)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Return when the server answers."""

    def answers() -> bool:
        if server.poll() is not None:
            raise RuntimeError("the server did not start")
        return answer(port, "/healthz") == 200

    _until(answers, "the server did not start")
