"""Start a server for a benchmark, and ask it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path

from locator.walking.warmup import AFTER_S
from tests.bench.measuring import family, processor_s

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0


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
        connection.request("GET", path, headers={"Accept-Encoding": "br, gzip"})
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
    server = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=os.environ | {"PORT": str(port), "HOST": "127.0.0.1", "LOCATOR_LIMIT_PER_MINUTE": "0"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, server)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(30)


def spent_ms(port: int, pid: int, paths: Iterator[str], *, warm_up: int = 10, n: int = 60) -> float:
    """Return the milliseconds of processor time of one answer, asked one after another.

    All processes of the server count, so that none is left out that answers.
    """
    for path in islice(paths, warm_up):
        answer(port, path)
    begun_s = spent_s(pid)
    for path in islice(paths, n):
        if (status := answer(port, path)) != 200:
            raise RuntimeError(f"{path} answers {status}")
    return (spent_s(pid) - begun_s) / n * 1000


def settle(pid: int) -> None:
    """Wait until the server does nothing by itself any more: after the start it warms up."""
    time.sleep(AFTER_S)
    for _ in range(120):
        begun_s = spent_s(pid)
        time.sleep(1.0)
        if spent_s(pid) - begun_s < 0.05:
            return


def spent_s(pid: int) -> float:
    """Return the processor time of a server and all its processes so far."""
    return sum(map(processor_s, family(pid)))


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Return when the server answers."""
    deadline = time.monotonic() + 2 * PATIENCE_S
    while time.monotonic() < deadline and server.poll() is None:
        if answer(port, "/healthz") == 200:
            return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")
