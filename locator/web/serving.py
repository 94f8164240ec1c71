"""Serve the application with waitress; nothing it logs says where anybody is."""

from __future__ import annotations

import errno
import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, g, request
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server
from waitress.task import ErrorTask

from locator.base.errors import LocatorError
from locator.base.freeing import give_back_large_blocks, made_to_stay
from locator.walking.graph.osm import Progress, silent
from locator.web import create_app, tiles
from locator.web.lanes import TURN_S, Lanes
from locator.web.limits import IN_LINE
from locator.web.security import HEADERS, MAX_BODY_BYTES, content_security_policy

SPARE_THREADS = 8
"""Beside those that work on expensive requests or wait to: for everything that is quick."""

log = logging.getLogger("locator.access")


class PlainLetters(HTTPRequestParser):  # type: ignore[misc]
    """Accept an address with letters as they are typed: ``curl 'http://…?q=Główny'``.

    A browser encodes them and `waitress` insists on it; here they are encoded on arrival.
    """

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the first line and the headers, the first line made pure ASCII."""
        first, end, rest = header_plus.partition(b"\r\n")
        plain = b"".join(b"%%%02X" % byte if byte > 126 else bytes((byte,)) for byte in first)
        super().parse_header(plain + end + rest)


class Refusal(ErrorTask):  # type: ignore[misc]
    """The server's own answer to what is no request: with the headers of every other answer."""

    def execute(self) -> None:
        """Answer."""
        policy = content_security_policy()
        self.response_headers.extend({**HEADERS, "Content-Security-Policy": policy}.items())
        super().execute()


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection whose requests may carry plain letters."""

    parser_class = PlainLetters
    error_task_class = Refusal


def run(
    config: Mapping[str, Any] | None = None,
    *,
    host: str | None = None,
    port: int | None = None,
    progress: Progress = silent,
) -> None:
    """Load the city and serve it until interrupted; list the faults of its folder and exit 1.

    Parameters
    ----------
    config : mapping, optional
        Settings for `create_app`.
    host, port : optional
        As for `serve`.
    progress : callable
        As for `create_app`.
    """
    _log_to_terminal()
    give_back_large_blocks()
    try:
        with made_to_stay():
            apart = {"APART": int(os.environ.get("LOCATOR_APART") or 1)}
            app = create_app({**apart, **(config or {})}, progress=progress)
    except (LocatorError, ValueError) as fault:
        sys.exit(str(fault))
    tiles.warm(app)
    serve(app, host=host, port=port)


def serve(app: Flask, *, host: str | None = None, port: int | None = None) -> None:
    """Serve `app` until interrupted; print the address when it is ready.

    Parameters
    ----------
    app : Flask
    host : str, optional
        Address to listen on; ``HOST`` of the environment, else this machine only.
    port : int, optional
        ``PORT`` of the environment, else 8000.
    """
    host = host or os.environ.get("HOST") or "127.0.0.1"
    port = port if port is not None else _port(os.environ.get("PORT") or "8000")
    _log_to_terminal()
    # "Task queue depth is 1" at the first request would only make people wonder.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    log_requests(app)
    listening = _listen(host, port)
    sys.setswitchinterval(TURN_S)
    lanes, threads = Lanes(), app.config["LIMIT_AT_ONCE"] + IN_LINE + SPARE_THREADS
    lanes.set_thread_count(threads)
    server = create_server(
        app,
        sockets=[listening],
        threads=threads,
        _dispatcher=lanes,
        ident="locator",
        # Reads on while a request waits, and so learns that the one who asked has gone.
        channel_request_lookahead=1,
        # The application refuses what is larger than MAX_BODY_BYTES, with a page that says so;
        # the server only cuts off what no slip of the hand would send.
        max_request_body_size=16 * MAX_BODY_BYTES,
        clear_untrusted_proxy_headers=not app.config["PROXIES"],
    )
    server.channel_class = Channel
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host
    print(f"Ready: http://{shown}:{listening.getsockname()[1]}/  (stop with Ctrl+C)", flush=True)
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()


def _log_to_terminal() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, or leave with an explanation."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as problem:
        sys.exit(_explain(problem, host, port))


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        sys.exit(f"PORT is {text!r}; allowed: a number from 0 (any free one) to 65535.")
    return int(text)


def _explain(problem: OSError, host: str, port: int) -> str:
    if problem.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is taken by another program. "
            f"Stop that one, or choose another port: PORT={port + 1 if port < 65535 else 0}."
        )
    if problem.errno == errno.EACCES:
        return f"Port {port} needs more rights; choose one above 1023: PORT=8000."
    return f"Cannot listen on {host}:{port}: {problem.strerror or problem}."


def log_requests(app: Flask, *, clock: Callable[[], float] = time.perf_counter) -> None:
    """Log method, path, status and duration of each request.

    Never the query string, the visitor's address or the browser: where somebody wants to walk
    from is nobody's business.
    """

    @app.before_request
    def start() -> None:
        g.started = clock()

    @app.after_request
    def finish(response: Response) -> Response:
        if request.endpoint != "static":
            took_ms = (clock() - g.get("started", clock())) * 1000
            path = request.path.encode("unicode_escape").decode("ascii")[:200]
            log.info("%s %s %d %.0f ms", request.method, path, response.status_code, took_ms)
        return response
