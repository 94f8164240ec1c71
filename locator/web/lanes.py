"""Keep a lane of the server free for the emergency, which never waits behind anything else."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from waitress.task import ThreadedTaskDispatcher

from locator.base.shared import Rows

URGENT = re.compile(
    r"(?:/(?:pl|en|uk))?"
    r"/(?:(?:api/)?aed|aed/(?:listed|vehicles)\.geojson|maps/aed\.js)"
)
"""What the emergency page asks for; not the planner's coverage by the hour."""

URGENT_THREADS = 4
"""More would only take turns: one answer is some milliseconds of one processor."""

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
    """The threads of the server, some of them for urgent requests alone."""

    def __init__(self) -> None:
        super().__init__()
        self.urgent = ThreadedTaskDispatcher()
        self.urgent.set_thread_count(URGENT_THREADS)

    def add_task(self, task: Any) -> None:
        """Queue a connection that has a request, in the lane of that request."""
        waiting = getattr(task, "requests", None)
        # A request that could not be read has no path; its answer is an error.
        if waiting and is_urgent(getattr(waiting[0], "path", "")):
            self.urgent.add_task(task)
        else:
            super().add_task(task)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """Stop the threads of both lanes."""
        self.urgent.shutdown(cancel_pending, timeout)
        return bool(super().shutdown(cancel_pending, timeout))


class Urgency:
    """Know whether somebody is waiting for an AED, so that what is dear begins later.

    All processes of a server know it together.
    """

    def __init__(self, *, quiet_s: float = QUIET_S) -> None:
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

    def wait(self, *, most_s: float = HOLD_S) -> bool:
        """Wait until no urgent request is or was lately worked on; False after `most_s`.

        Between two of many visitors there are moments without one, which are not the end.
        """
        until = time.monotonic() + most_s
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
