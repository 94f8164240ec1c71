"""Serve the application with waitress, in one process; nothing it logs says where anybody is."""

from __future__ import annotations

import logging
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from flask import Flask, Response, g, request
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server
from waitress.task import ErrorTask

from locator.base.errors import LocatorError
from locator.base.freeing import Freeing, give_back_large_blocks, made_to_stay
from locator.base.listening import bound, say_ready
from locator.walking.graph.osm import Progress, silent
from locator.web import create_app, tiles
from locator.web.access_log import log, tell
from locator.web.lanes import QUICK_THREADS, TURN_S, Lanes, waiting_paths
from locator.web.limits import IN_LINE
from locator.web.readiness import readiness
from locator.web.security import HEADERS, MAX_BODY_BYTES, content_security_policy
from locator.web.watching import Watch

SPARE_THREADS = 4
"""Beside those that work on expensive requests or wait to: for tiles."""

CONNECTIONS = 2000
"""Open at once in one process; beyond it visitors wait to be let in."""

LINGER_S = 1.0
"""A connection that was kept open for the next request may bring it for so long at the end."""

FILES = 200
"""Beside connections: graph, indexes, tables, pipes between processes."""


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
    is_answered = False
    is_written_to = False

    def write_soon(self, data: Any) -> int:
        """Send what an answering thread has, as far as the visitor takes it at once."""
        self.is_written_to = True
        try:
            return int(super().write_soon(data))
        finally:
            self.is_written_to = False
            if self.total_outbufs_len:
                self.server.pull_trigger()

    def writable(self) -> bool:
        """Tell whether the server is to send what lies here.

        Not while the thread that has written it does: to ask over and over whether it is done
        kept that thread from the interpreter for a whole turn, and took more time than many an
        answer. Only where it waits for room is it the server that makes some.
        """
        if self.is_written_to and self.total_outbufs_len <= self.adj.outbuf_high_watermark:
            return False
        return bool(super().writable())

    @property
    def is_busy(self) -> bool:
        """Whether something is being asked or answered."""
        return bool(self.requests or self.request or self.total_outbufs_len)

    def service(self) -> None:
        """Answer; the last time where the server is about to end."""
        if not self.server.accepting:
            self.requests[0].headers["CONNECTION"] = "close"
        # Not asked while it waits in a queue, where nothing changes: only from here on, to the end.
        self.is_answered = True
        self.server.watch.begun.append(self._fileno)
        try:
            super().service()
        finally:
            self.is_answered = False


def run(
    config: Mapping[str, Any] | None = None,
    *,
    host: str | None = None,
    port: int | None = None,
    progress: Progress = silent,
) -> None:
    """Load the city and serve it until interrupted; list the faults of its folder and exit 1.

    In one process, with threads for everything; `locator.web.workers.run` serves with several.

    Parameters
    ----------
    config : mapping, optional
        Settings for `create_app`.
    host, port : optional
        As for `serve`.
    progress : callable
        As for `create_app`.
    """
    log_to_terminal()
    give_back_large_blocks()
    try:
        with made_to_stay():
            app = create_app(config, progress=progress)
    except (LocatorError, ValueError) as fault:
        sys.exit(str(fault))
    tiles.warm(app)
    serve(app, host=host, port=port)


def serve(app: Flask, *, host: str | None = None, port: int | None = None) -> None:
    """Serve `app` until interrupted; print the address when it is ready.

    Parameters
    ----------
    app : Flask
    host, port : optional
        As for `locator.base.listening.bound`.
    """
    log_to_terminal()
    prepare(app)
    with bound(host, port) as listening:
        server = Serving(app, listening)
        say_ready(listening)
        with suppress(KeyboardInterrupt):
            server.run()


def log_to_terminal() -> None:
    """Write the log where the server was started."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    # "Task queue depth is 1" at the first request would only make people wonder.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def prepare(app: Flask) -> None:
    """Let `app` be served: what it does is logged, and threads take short turns."""
    log_requests(app)
    sys.setswitchinterval(TURN_S)


def may_open(files: int) -> None:
    """Let this process have so many files and connections open, as far as the system allows.

    Most systems let a program have 1,024 until it asks for more; a visitor beyond them would be
    let in and then not be heard.
    """
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = files if hard == resource.RLIM_INFINITY else min(files, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Serving:
    """One process that serves.

    Parameters
    ----------
    app : Flask
    listening : socket
        Bound; other processes may let visitors in from it as well.
    """

    def __init__(self, app: Flask, listening: socket.socket) -> None:
        self._app = app
        may_open(CONNECTIONS + FILES)
        # One for this process, whoever has worked in it.
        self._freeing = app.extensions["locator.base.freeing"] = Freeing()
        self._lanes = Lanes(waiting_paths(app))
        self._grace_s: float | None = None  # given when it is to end
        self._lanes.set_thread_count(QUICK_THREADS)
        waiting = app.config["LIMIT_AT_ONCE"] + IN_LINE + SPARE_THREADS
        self._lanes.waiting.set_thread_count(waiting)
        self._server = create_server(
            app,
            sockets=[listening],
            _dispatcher=self._lanes,
            ident="locator",
            asyncore_use_poll=True,
            connection_limit=CONNECTIONS,
            # Reads on while a request waits, and so learns that the one who asked has gone.
            channel_request_lookahead=1,
            # The application refuses what is larger than MAX_BODY_BYTES, with a page that says
            # so; the server only cuts off what no slip of the hand would send.
            max_request_body_size=16 * MAX_BODY_BYTES,
            clear_untrusted_proxy_headers=not app.config["PROXIES"],
        )
        self._server.channel_class = Channel
        self._watch = Watch(self._server)

    def run(self) -> None:
        """Serve until told to end, and then finish what was asked."""
        try:
            while self._grace_s is None:
                self._watch.turn(1.0)
                self._freeing.now_and_then()
            self._finish(time.monotonic() + self._grace_s)
        finally:
            self._watch.close()
            self._server.close()

    def end(self, grace_s: float) -> None:
        """Let nobody in any more, and return from `run` within some seconds."""
        self._grace_s = grace_s
        self._server.pull_trigger()

    def _finish(self, until: float) -> None:
        readiness(self._app).ending.set()
        self._server.accepting = False
        quiet = time.time() + LINGER_S
        while (left := list(self._server.active_channels.values())) and time.monotonic() < until:
            for channel in left:
                if time.time() > quiet and not channel.is_busy:
                    channel.will_close = True
            self._watch.turn(0.1, everyone=True)
        asked = sum(channel.is_busy for channel in left)
        if asked:
            log.warning("%d requests were not finished in time", asked)


def log_requests(app: Flask, *, clock: Callable[[], float] = time.perf_counter) -> None:
    """Log method, path, status and duration of each request."""

    @app.before_request
    def start() -> None:
        g.started = clock()

    @app.after_request
    def finish(response: Response) -> Response:
        if request.endpoint != "static":
            took_s = clock() - g.get("started", clock())
            tell(request.method, request.path, response.status_code, took_s)
        return response
