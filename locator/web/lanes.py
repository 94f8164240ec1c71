"""Keep a lane of the server free for the emergency, which never waits behind anything else."""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from waitress.task import ThreadedTaskDispatcher

URGENT = re.compile(
    r"(?:/(?:pl|en|uk))?"
    r"/(?:(?:api/)?aed|aed/(?:listed|vehicles)\.geojson|maps/aed\.js)"
)
"""What the emergency page asks for; not the planner's coverage by the hour."""

URGENT_THREADS = 4
"""More would only take turns: one answer is some milliseconds of one processor."""

HOLD_S, QUIET_S = 4.0, 0.5
"""A dear question waits at most so long until there was no urgent one for a while."""

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
    """Know whether somebody is waiting for an AED, so that what is dear begins later."""

    def __init__(self, *, quiet_s: float = QUIET_S) -> None:
        self._quiet_s = quiet_s
        self._under_way = 0
        self._last = -math.inf
        self._changed = threading.Condition()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Count one urgent request for as long as it is worked on."""
        with self._changed:
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._last = time.monotonic()
                self._changed.notify_all()

    def wait(self, *, most_s: float = HOLD_S) -> bool:
        """Wait until no urgent request is or was lately worked on; False after `most_s`.

        Between two of many visitors there are moments without one, which are not the end.
        """
        until = time.monotonic() + most_s
        with self._changed:
            while self._under_way or time.monotonic() < self._last + self._quiet_s:
                left_s = until - time.monotonic()
                if left_s <= 0:
                    return False
                quiet_s = self._last + self._quiet_s - time.monotonic()
                self._changed.wait(left_s if self._under_way else min(left_s, quiet_s))
        return True
