"""Ask a server that was started for a benchmark."""

from __future__ import annotations

import socket
import subprocess
import time
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def answer(port: int, path: str) -> int:
    """Return the status of an answer, read to its end; 0 where there is none."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path, headers={"Accept-Encoding": "br, gzip"})
        given = connection.getresponse()
        given.read()
        return given.status
    except OSError:
        return 0
    finally:
        connection.close()


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Return when the server answers."""
    deadline = time.monotonic() + 2 * PATIENCE_S
    while time.monotonic() < deadline and server.poll() is None:
        if answer(port, "/healthz") == 200:
            return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")
