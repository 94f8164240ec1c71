"""Keep a lane of the server free for the emergency, which never waits behind anything else."""

from __future__ import annotations

import re
import threading
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

HOLD_S = 4.0
"""A dear question waits at most so long for a moment without an urgent one."""


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

    def __init__(self) -> None:
        self._under_way = 0
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
                self._changed.notify_all()

    def wait(self, *, most_s: float = HOLD_S) -> bool:
        """Wait until no urgent request is worked on; False if `most_s` went by before."""
        with self._changed:
            return self._changed.wait_for(lambda: self._under_way == 0, timeout=most_s)
