"""Serve a city folder to a test, without a server or with one in a thread of its own."""

from __future__ import annotations

import gzip
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import brotli
from flask.testing import FlaskClient

from locator.web import create_app
from locator.web.serving import Channel
from locator.web.watching import Watch

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

UNPACKED = {
    "identity": bytes,
    "zstd": zstd.decompress,
    "br": brotli.decompress,
    "gzip": gzip.decompress,
}
"""What reads an answer, by how it is sent."""


def client_of(folder: Path, **settings: Any) -> FlaskClient:
    """Return a client of the application over a folder, who may ask as often as they like."""
    return create_app({"GEODATA": folder, "LIMIT_PER_MINUTE": 0, **settings}).test_client()


@contextmanager
def in_a_thread(server: Any, *, wait_s: float = 1.0) -> Iterator[threading.Thread]:
    """Let a server of waitress's look after its connections, every `wait_s` where nobody calls it.

    It ends before its sockets are closed: who waits at one that is closed meanwhile fails, while
    whichever test comes next is run.
    """
    if not issubclass(server.channel_class, Channel):
        server.channel_class = Channel
    ending, watch = threading.Event(), Watch(server)

    def look() -> None:
        while not ending.is_set():
            watch.turn(wait_s)

    looks = threading.Thread(target=look, daemon=True)
    looks.start()
    try:
        yield looks
    finally:
        ending.set()
        server.pull_trigger()
        looks.join()
        watch.close()
        server.task_dispatcher.shutdown()
        for channel in list(server.active_channels.values()):
            channel.handle_close()  # with the file that a long answer was put into
        server.close()


def address_of(server: Any) -> str:
    """Return where a server of waitress's is found."""
    return f"http://127.0.0.1:{server.effective_port}"
