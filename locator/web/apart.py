"""Answer dear questions in a process of their own, so that none holds up what is quick.

The threads of one process take turns at one interpreter; a process beside them does not. It is
forked like those that serve (`locator.web.workers`), so that all look at the same memory, and there
is one for all of them.
"""

from __future__ import annotations

import contextlib
import io
import os
import select
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from multiprocessing.connection import Client, Listener
from typing import Any, cast

import numpy as np
from flask import Flask, Response
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.test import run_wsgi_app

from locator.api.context import AppState
from locator.base.freeing import Freeing, memory_b
from locator.base.i18n import current_language, prefix
from locator.base.shared import shared_array

NAME = "locator.web.apart"
"""Where an application has its `Apart`; in the process apart it has none."""

NICENESS = 10
"""Whoever waits for something quick comes first at the processors: of one that both want this
process gets a tenth."""

LET_IN = "locator.let_in"
"""In the environment of a question that was counted, and given a place, by the one who sent it."""

LOOK_S = 0.5
"""So often the server looks whether the one who asked is still there."""

BACKLOG = 64

QUICK = 2
"""Threads beside those that dear questions may take: a tile does not wait for a planner."""

MEMO_B = 26_000_000
"""What the answers may take that are kept here; the largest that is kept anywhere still fits."""

TRIM_EVERY_S, MUCH_S = 2.0, 1.0
"""What dear answers left free is given back so often, whether any more are asked for or not, and
with each that took so long: it may be a hundred megabytes."""

AFTER_S = 10.0
"""What planners ask first is counted so much later, when the server has started."""

YOUNG_S, GROWN = 300.0, 1.25
"""A process apart is replaced after so long at the earliest, when it has so many times of what it
was given for itself: another one has nothing counted yet, and where planners ask without a pause
it holds as much as that within a minute."""

LEAVES_S = 0.05
"""A process that is replaced looks so often whether it has answered what it has."""

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


def aside_of(app: Flask) -> Apart | None:
    """Return the process apart of an application; None where it answers everything itself."""
    return cast("Apart | None", app.extensions.get(NAME))


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


@contextlib.contextmanager
def listened(app: Flask) -> Iterator[Listener]:
    """Give the socket at which dear questions are taken, and have `app` send them there."""
    with Listener(family="AF_UNIX", backlog=BACKLOG) as listener:
        app.extensions[NAME] = Apart(cast(str, listener.address))
        yield listener


def become(app: Flask) -> None:
    """Make this process the one in which `app` answers what is dear.

    Its priority is all that has it stand back behind an emergency: it takes no interpreter from
    one, and where people ask for an AED all day a question that waited for a pause never began.
    """
    os.nice(NICENESS)
    app.extensions["locator"].memo.limit_b = MEMO_B
    app.extensions.pop(NAME, None)  # here is where it is answered
    app.extensions["locator.urgency"].hold_s = 0.0
    app.extensions["locator.base.freeing"] = Freeing(every_s=TRIM_EVERY_S, much_s=MUCH_S)


def work(
    app: Flask, listener: Listener, threads: int, ends: int, *, renewed: np.ndarray | None = None
) -> None:
    """Take questions, so many at once, until the server has ended; called in a process apart.

    It returns, too, when the process has become larger than need be: what a planner's many
    questions leave on the heap is given back best by a process that ends. It takes no more then,
    and finishes what it has; another one is forked, as large as this one was, and takes the rest.
    That one finds `renewed` set (shared, one number), and counts nothing that nobody has asked for.
    """
    renewed = shared_array(1, "u1") if renewed is None else renewed
    given_b, young_until_s = memory_b("Rss"), time.monotonic() + YOUNG_S
    warming = threading.Timer(AFTER_S, _warm, (app.extensions["locator"],))
    warming.daemon = True
    if not renewed[0]:
        warming.start()
    answering, leaves = [0] * threads, threading.Event()

    def take(number: int) -> None:
        while not leaves.is_set():
            with contextlib.suppress(EOFError, OSError), listener.accept() as line:
                answering[number] = 1
                try:
                    line.send(answered(app, *line.recv()))
                finally:
                    answering[number] = 0

    def has_grown() -> bool:
        grown = memory_b("Private_Dirty") > GROWN * given_b
        return grown and time.monotonic() >= young_until_s and not warming.is_alive()

    for number in range(threads):
        threading.Thread(target=take, args=(number,), daemon=True).start()
    freeing = app.extensions["locator.base.freeing"]
    base_map = app.extensions["locator.city.basemap"]
    # Nothing is ever written: it can be read when the other end is closed.
    while not select.select([ends], [], [], TRIM_EVERY_S)[0]:
        base_map.let_go()
        freeing.now_and_then()  # the last of many answers comes too soon after another to do it
        if has_grown():
            renewed[0] = True
            leaves.set()
            while any(answering):
                time.sleep(LEAVES_S)
            return


def _warm(state: AppState) -> None:
    """Count what will be asked for, here where nobody waits behind it."""
    state.warm_transit_coverage()
    state.keep_variants()
    state.warm_ranges()


def answered(app: Flask, environ: Mapping[str, Any], body: bytes) -> Answer:
    """Return what `app` answers to a request."""
    whole = {
        **environ,
        LET_IN: True,
        "wsgi.version": (1, 0),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
    }
    made, status, headers = run_wsgi_app(app.wsgi_app, whole, buffered=True)
    return status, list(headers), b"".join(made)
