"""What an answering thread has written is sent by it; the server helps where nobody takes it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

import pytest
from waitress.channel import HTTPChannel
from waitress.server import create_server

from locator.web.serving import Channel
from tests.serving import in_a_thread

PART, PARTS = b"x" * 50_000, 300
PATIENCE_S = 30.0
"""Longer than any test: a server that was not called would not look before."""


def _whole(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"all of it"]


@contextmanager
def _served(application: Any, **settings: Any) -> Iterator[tuple[int, threading.Thread]]:
    """Give the port of a server and the thread that looks after its connections."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = create_server(application, sockets=[listening], threads=2, **settings)
    server.channel_class = Channel
    with in_a_thread(server, wait_s=PATIENCE_S) as looks:
        yield listening.getsockname()[1], looks


def test_the_server_does_not_look_over_the_shoulder_of_who_sends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flush, looked = HTTPChannel._flush_some, []

    def flush_some(channel: Any, do_close: bool = True) -> Any:
        looked.append((threading.current_thread(), channel.writable()))
        return flush(channel, do_close)

    monkeypatch.setattr(HTTPChannel, "_flush_some", flush_some)
    with _served(_whole) as (port, looks):
        visitor = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        for _ in range(3):
            visitor.request("GET", "/")
            assert visitor.getresponse().read() == b"all of it"
        visitor.close()

    sent = [writable for thread, writable in looked if thread is not looks]
    assert sent
    assert not any(sent)


def test_who_reads_slowly_gets_all_of_it() -> None:
    written, ended = threading.Event(), threading.Event()

    def in_parts(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        for part in range(PARTS):
            yield PART
            if part == 0:
                written.set()
        ended.set()

    with _served(in_parts, outbuf_high_watermark=200_000) as (port, _):
        visitor = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S / 2)
        visitor.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert written.wait(PATIENCE_S)
        assert not ended.is_set()  # more than the line between them holds: it waits for room
        got = bytearray()
        while part := visitor.recv(100_000):
            got += part
        visitor.close()

    body = bytes(got).partition(b"\r\n\r\n")[2]
    assert body == PART * PARTS
