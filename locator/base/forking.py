"""Keep a family of processes: fork each, fork another one where one ends, end them together.

The parent has no threads and does nothing else, so that a fork is always safe and a child takes
only memory that it writes to. What takes long to prepare need not be waited for: an early child
works meanwhile.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import math
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from locator.base.shared import Rows, become
from locator.base.signals import heard

SOON_S = 10.0
"""A process that ends sooner is started again only after a pause, which doubles each time."""

PAUSE_S, PAUSE_MAX_S = 0.5, 30.0

TRIES = 3
"""So often in a row one may end before it was ever ready; then the family gives up."""

READY = b"r"

log = logging.getLogger("locator.processes")


@dataclass(frozen=True)
class Part:
    """What a child has of its parent.

    Attributes
    ----------
    ready : callable
        Says that the child does its work from now on.
    ends : int
        A file that ends with the parent; nothing is ever written to it.
    """

    ready: Callable[[], None]
    ends: int


@dataclass(frozen=True)
class Job:
    """What a child does.

    Attributes
    ----------
    name : str
        For the log.
    work : callable
        Returns when it is done; a child that was not told to end is then replaced.
    helps : bool
        For the others: it is ended after them, and has nothing to finish.
    early : bool
        Works while the others are prepared; it is told to end when they are ready, and never
        replaced.
    """

    name: str
    work: Callable[[Part], None]
    helps: bool = False
    early: bool = False


@dataclass
class _Child:
    job: Job
    pid: int = 0  # 0: none at the moment
    line: int = -1  # says that it is ready, and closes when it ends
    begun: float = 0.0
    is_ready: bool = False
    failures: int = 0
    again: float = 0.0  # when the next one is to be forked


class Family:
    """Some jobs, each done by a process at all times.

    Parameters
    ----------
    jobs : sequence of Job
        The number of a job is the row of its process (`locator.base.shared.become`).
    grace_s : float
        So long they may finish what they have when they are to end.
    """

    def __init__(self, jobs: Sequence[Job], *, grace_s: float) -> None:
        self._children = [_Child(job) for job in jobs]
        self._grace_s = grace_s
        self._was_ready = False
        self._until: float | None = None  # when whoever is left is killed

    def keep(
        self, *, ends: int, ready: Callable[[], None], prepare: Callable[[], None] = lambda: None
    ) -> int:
        """Keep the family until it is told to end (SIGTERM), or whoever started it has ended.

        Parameters
        ----------
        ends : int
            A file that closes with whoever started it.
        ready : callable
            Called once, when all are ready.
        prepare : callable
            Makes what all but the early ones find made. Told to end meanwhile, the family ends
            when it returns.

        Returns
        -------
        int
            An exit code: 1 if it gave up because one of them never was ready.
        """
        lives, self._lives = os.pipe()
        with heard(signal.SIGTERM) as signals:
            mine = (ends, signals)
            try:
                for number, child in enumerate(self._children):
                    if child.job.early:
                        self._fork(number, child, lives)
                        child.again = math.inf  # once only
                prepare()
                return self._keep(mine, lives, ready)
            finally:
                for child in self._children:
                    self._kill(child)
                os.close(lives)
                os.close(self._lives)

    def _keep(self, mine: tuple[int, int], lives: int, ready: Callable[[], None]) -> int:
        while True:
            now = time.monotonic()
            if self._until is None:
                for number, child in enumerate(self._children):
                    if not child.pid and child.again <= now:
                        self._fork(number, child, lives)
            elif self._is_over(now):
                return 0
            lines = {child.line: child for child in self._children if child.pid}
            orders = mine if self._until is None else ()  # it is heard once
            heard_of, _, _ = select.select([*orders, *lines], [], [], self._pause_s())
            for file in heard_of:
                if file in lines:
                    self._hear(lines[file])
            if any(child.failures >= TRIES for child in self._children) and not self._was_ready:
                return 1
            if not self._was_ready and all(child.is_ready for child in self._lasting()):
                self._was_ready = True
                ready()
                for child in self._children:
                    if child.pid and child.job.early:
                        os.kill(child.pid, signal.SIGTERM)
            if set(orders) & set(heard_of):
                self._tell_to_end()

    def _lasting(self) -> list[_Child]:
        return [child for child in self._children if not child.job.early]

    def _pause_s(self) -> float | None:
        """Return the seconds after which there is something to do whatever is heard."""
        if self._until is not None:
            return max(0.0, self._until - time.monotonic())
        coming = [child.again for child in self._lasting() if not child.pid]
        return max(0.0, min(coming) - time.monotonic()) if coming else None

    def _fork(self, number: int, child: _Child, lives: int) -> None:
        line, own = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                os.close(line)
                os.close(self._lives)
                self._begin(number)
                child.job.work(Part(lambda: _say(own), lives))
                code = 0
            except BaseException:
                log.exception("%s ends", child.job.name)
            finally:
                os._exit(code)
        os.close(own)
        child.pid, child.line, child.begun, child.is_ready = pid, line, time.monotonic(), False

    def _begin(self, number: int) -> None:
        """Become a process of its own."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for whoever keeps us all
        for other in self._children:
            if other.pid:
                os.close(other.line)
        become(number)
        gc.enable()

    def _hear(self, child: _Child) -> None:
        if os.read(child.line, 1) == READY:
            child.is_ready, child.failures = True, 0
            return
        os.close(child.line)
        _, status = os.waitpid(child.pid, 0)
        code, now = os.waitstatus_to_exitcode(status), time.monotonic()
        pid, was = child.pid, child.is_ready
        child.pid, child.is_ready = 0, False
        Rows.forget(self._children.index(child))
        if self._until is not None or child.job.early:
            return
        child.failures = 0 if was and now - child.begun > SOON_S else child.failures + 1
        pause_s = PAUSE_S * 2.0 ** (child.failures - 1) if child.failures else 0.0
        child.again = now + min(pause_s, PAUSE_MAX_S)
        why = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
        how = logging.ERROR if code else logging.INFO  # 0: it was done
        log.log(how, "%s (process %d) %s; another one is started", child.job.name, pid, why)

    def _tell_to_end(self) -> None:
        self._until = time.monotonic() + self._grace_s + 1.0
        for child in self._children:
            if child.pid and not child.job.helps:
                os.kill(child.pid, signal.SIGTERM)

    def _is_over(self, now: float) -> bool:
        """Tell whether all who had something to finish have ended, or their time is over."""
        left = [child for child in self._children if child.pid and not child.job.helps]
        if left and self._until is not None and now >= self._until:
            log.error("%d processes did not end in time and are killed", len(left))
            return True
        return not left

    def _kill(self, child: _Child) -> None:
        if child.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)
            os.close(child.line)
            child.pid = 0


def _say(line: int) -> None:
    with contextlib.suppress(OSError):
        os.write(line, READY)
