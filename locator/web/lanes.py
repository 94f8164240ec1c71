"""Keep a lane of the server free for the emergency, which never waits behind anything else."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from flask import Flask
from waitress.task import ThreadedTaskDispatcher

from locator.base.shared import Rows

P = ParamSpec("P")
R = TypeVar("R")

URGENT = re.compile(
    r"(?:/(?:pl|en|uk))?"
    r"/(?:(?:api/)?aed|aed/(?:listed|vehicles)\.geojson|maps/aed\.js)"
)
"""What the emergency page asks for; not the planner's coverage by the hour."""

_VARIABLE = re.compile("<[^>]*>")
"""A part of an address, as Flask writes it."""

URGENT_THREADS, QUICK_THREADS = 2, 4
"""More would only take turns: one answer is some milliseconds of one processor. Who waits for
the process apart takes no turns, and has threads of its own."""

HOLD_S, QUIET_S = 4.0, 0.5
"""A dear question waits at most so long until there was no urgent one for a while."""

ELSEWHERE_S = 0.05
"""What another process says is seen so late at most."""

TURN_S = 0.001
"""How long a thread may keep the interpreter to itself while another one waits for it: with
Python's usual five times as much, urgent threads wait most of the time for dear ones."""


def is_urgent(path: str) -> bool:
    """Tell whether an address is the emergency's."""
    return URGENT.fullmatch(path) is not None


class Lanes(ThreadedTaskDispatcher):  # type: ignore[misc]
    """The threads of the server: some for urgent requests, some for those that may wait long.

    Parameters
    ----------
    waits : callable
        Tells of a path whether its answer may have to be waited for.
    """

    def __init__(self, waits: Callable[[str], bool] = lambda path: False) -> None:
        super().__init__()
        self._waits = waits
        self.urgent, self.waiting = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        self.urgent.set_thread_count(URGENT_THREADS)

    def add_task(self, task: Any) -> None:
        """Queue a connection that has a request, in the lane of that request."""
        waiting = getattr(task, "requests", None)
        # A request that could not be read has no path; its answer is an error.
        path = getattr(waiting[0], "path", "") if waiting else ""
        if is_urgent(path):
            self.urgent.add_task(task)
        elif self.waiting.threads and self._waits(path):
            self.waiting.add_task(task)
        else:
            super().add_task(task)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """Stop the threads of all lanes."""
        self.urgent.shutdown(cancel_pending, timeout)
        self.waiting.shutdown(cancel_pending, timeout)
        return bool(super().shutdown(cancel_pending, timeout))


def may_wait(view: Callable[P, R]) -> Callable[P, R]:
    """Have requests for a view take the lane of those that may have to be waited for."""
    vars(view)["may_wait"] = True  # what wraps the view takes it along
    return view


def waiting_paths(app: Flask) -> Callable[[str], bool]:
    """Return what tells of a path whether its view may wait (`may_wait`)."""
    rules = {
        "[^/]+".join(map(re.escape, _VARIABLE.split(rule.rule)))
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "may_wait", False)
    }
    known = re.compile(f"(?:/(?:pl|en|uk))?(?:{'|'.join(sorted(rules))})")
    return lambda path: known.fullmatch(path.replace("/api/v1/", "/api/", 1)) is not None


class Urgency:
    """Know whether somebody is waiting for an AED, so that what is dear begins later.

    All processes of a server know it together.

    Parameters
    ----------
    quiet_s : float
        Without an urgent one before something dear begins.
    hold_s : float
        A dear one waits at most so long; a process may have another patience than the others.
    """

    def __init__(self, *, quiet_s: float = QUIET_S, hold_s: float = HOLD_S) -> None:
        self.hold_s = hold_s
        self._quiet_s = quiet_s
        self._rows = Rows(2)  # of each process: under way, and when the last one ended
        self._changed = threading.Condition()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Count one urgent request for as long as it is worked on."""
        with self._changed:
            self._rows.own[0] += 1
        try:
            yield
        finally:
            with self._changed:
                self._rows.own[:] = self._rows.own[0] - 1, time.monotonic()
                self._changed.notify_all()

    def wait(self, *, most_s: float | None = None) -> bool:
        """Wait until no urgent request is or was lately worked on; False after `most_s`.

        Between two of many visitors there are moments without one, which are not the end.
        """
        until = time.monotonic() + (self.hold_s if most_s is None else most_s)
        with self._changed:
            while (quiet_s := self._until_quiet_s()) > 0:
                left_s = until - time.monotonic()
                if left_s <= 0:
                    return False
                self._changed.wait(min(left_s, quiet_s))
        return True

    def _until_quiet_s(self) -> float:
        """Return the seconds after which to look again; 0 where nobody needs an AED."""
        under_way, ended = self._rows.values.T
        if under_way.any():
            return ELSEWHERE_S
        last = float(ended.max())
        return max(0.0, last + self._quiet_s - time.monotonic()) if last else 0.0
