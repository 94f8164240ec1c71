"""Answer dear questions in a process of their own, so that none holds up what is quick.

The threads of one process take turns at one interpreter; a process beside them does not. It is
forked when the city is loaded and before any thread runs, so that both look at the same memory.
Between the two stands a keeper, which does nothing but fork another one if that one ends.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from multiprocessing.connection import Client, Listener
from typing import Any, cast

from flask import Flask, Response
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.test import run_wsgi_app

from locator.base.i18n import current_language, prefix

NAME = "locator.web.apart"
"""Where an application has its `Apart`; in the process apart it has none."""

NICENESS = 5
"""Whoever waits for something quick comes first at the processors, too."""

LOOK_S = 0.5
"""So often the server looks whether the one who asked is still there."""

BACKLOG = 64

AFTER_S = 10.0
"""What planners ask first is counted so much later, when the server has started."""

Answer = tuple[str, list[tuple[str, str]], bytes]
"""Status, headers and body."""


class Apart:
    """The process that answers what is dear, as the server sees it.

    Parameters
    ----------
    address : str
        Of the socket at which it takes questions.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    def answer(self, environ: Mapping[str, Any], body: bytes) -> Response:
        """Return the answer to the request of `environ`.

        Parameters
        ----------
        environ : mapping
            As the view finds it: the language taken off the path.
        body : bytes
            What was sent with it.

        Raises
        ------
        ServiceUnavailable
            The process ended over it; there is another one in a moment.
        """
        try:
            with Client(self._address, family="AF_UNIX") as line:
                line.send((_plain(environ), body))
                while not line.poll(LOOK_S):
                    if is_gone(environ):
                        return Response(status=204)  # nobody is there to read it
                status, headers, made = cast(Answer, line.recv())
        except (EOFError, OSError) as problem:
            raise ServiceUnavailable(retry_after=1) from problem
        # As a list: its length stays what the headers say, for HEAD as well.
        return Response([made], status=status, headers=headers)


def is_gone(environ: Mapping[str, Any]) -> bool:
    """Tell whether the one who asked has closed the connection, as far as the server knows."""
    disconnected: Callable[[], bool] | None = environ.get("waitress.client_disconnected")
    return disconnected is not None and disconnected()


def _plain(environ: Mapping[str, Any]) -> dict[str, Any]:
    """Return what can be sent of an environment, the language back in front of the path."""
    kept = {name: value for name, value in environ.items() if isinstance(value, (str, int))}
    kept["SCRIPT_NAME"] = kept.get("locator.root", kept.get("SCRIPT_NAME", ""))
    kept["PATH_INFO"] = f"{prefix(current_language())}{kept.get('PATH_INFO', '')}"
    return kept


def start(app: Flask, *, threads: int) -> None:
    """Fork the process apart for `app`; where no process can be forked, threads have to do.

    Parameters
    ----------
    app : Flask
        Complete, and without any thread of its own yet.
    threads : int
        Questions that it works on at once.
    """
    if not hasattr(os, "fork"):
        return
    listener = Listener(family="AF_UNIX", backlog=BACKLOG)
    # What is looked through for garbage is written to, and so no longer shared.
    gc.freeze()
    ends, lives = os.pipe()
    sys.stdout.flush()
    if os.fork() == 0:
        os.close(lives)
        with contextlib.suppress(BaseException):
            _keep(lambda: work(app, listener, threads, ends), ends)
            _remove(cast(str, listener.address))
        os._exit(0)
    os.close(ends)
    # The pipe stays open for as long as the server lives, however it ends.
    app.extensions[NAME] = Apart(cast(str, listener.address))
    app.extensions[f"{NAME}.lives"] = (lives, listener)


def _keep(work: Callable[[], None], ends: int) -> None:
    """Fork a process that does `work`, and another when it ends, until the server has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, whose end is ours
    while True:
        gone, alive = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(gone)
            with contextlib.suppress(BaseException):
                os.nice(NICENESS)
                work()
            os._exit(1)
        os.close(alive)
        ready, _, _ = select.select([ends, gone], [], [])
        if ends in ready:
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(gone)
        if ends in ready:
            return


def _remove(address: str) -> None:
    """Remove the socket and its folder, which a server that is stopped does not do."""
    with contextlib.suppress(OSError):
        os.unlink(address)
        os.rmdir(os.path.dirname(address))


def work(app: Flask, listener: Listener, threads: int, ends: int) -> None:
    """Take questions, so many at once, until the server has ended."""
    gc.enable()
    warming = threading.Timer(AFTER_S, app.extensions["locator"].warm_ranges)
    warming.daemon = True
    warming.start()

    def take() -> None:
        while True:
            with contextlib.suppress(EOFError, OSError), listener.accept() as line:
                line.send(answered(app, *line.recv()))

    for _ in range(threads):
        threading.Thread(target=take, daemon=True).start()
    os.read(ends, 1)  # nothing is ever written: it comes back when the other end is closed


def answered(app: Flask, environ: Mapping[str, Any], body: bytes) -> Answer:
    """Return what `app` answers to a request."""
    whole = {
        **environ,
        "wsgi.version": (1, 0),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
    }
    made, status, headers = run_wsgi_app(app.wsgi_app, whole, buffered=True)
    return status, list(headers), b"".join(made)
