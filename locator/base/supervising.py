"""Keep a server running: start it, start it anew without losing a request, end it in good order.

The supervisor has the port and nothing else. It starts the same program once more, which loads
everything and serves (a generation); on SIGHUP it starts another one, with the code and the data
of now, and ends the former when that one is ready. A generation that does not get ready changes
nothing. Nothing here is heavy, so that what watches takes no memory from what works.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from locator.base.listening import bound, say_ready
from locator.base.signals import heard, numbers

FILES = "LOCATOR_GENERATION"
"""Variable by which a generation knows its files: the port's, one to say that it is ready, and one
that ends with the supervisor."""

SECRET, WORKERS = "LOCATOR_SECRET_KEY", "LOCATOR_WORKERS"

GRACE_S = 20.0
"""What is under way may take so long when a server is to end."""

READY, EARLY = b"r", b"e"
"""What a generation says of itself."""

PAUSE_S, PAUSE_MAX_S, SOON_S = 1.0, 30.0, 10.0
"""Before a generation that crashed is replaced; twice as long each time it lived for so short."""

log = logging.getLogger("locator.processes")


@dataclass(frozen=True)
class Generation:
    """What a server has of the supervisor that started it.

    Attributes
    ----------
    listening : socket
        Bound to its port.
    ends : int
        A file that ends with the supervisor.
    workers : int
        How many processes serve.
    """

    listening: socket.socket
    ends: int
    workers: int
    _line: int

    def ready(self) -> None:
        """Say that it serves, with all that it has."""
        self._say(READY)

    def early(self) -> None:
        """Say that it serves, though what it has is still being made warm."""
        self._say(EARLY)

    def _say(self, what: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(self._line, what)


def workers() -> int:
    """Return how many processes are to serve; 0 for one without a supervisor.

    Raises
    ------
    SystemExit
        The setting is no such number.
    """
    given = os.environ.get(WORKERS) or str(_sensible())
    if not given.isdecimal() or int(given) > 32:
        sys.exit(f"{WORKERS} is {given!r}; allowed: a number from 0 to 32.")
    return int(given) if hasattr(os, "fork") else 0


def _sensible() -> int:
    """Return one for each processor, four at most: more are better had where they are measured."""
    has = getattr(os, "sched_getaffinity", None)
    return min(4, len(has(0)) if has is not None else os.cpu_count() or 1)


def supervised(*, host: str | None = None, port: int | None = None) -> Generation | None:
    """Return what this process has of its supervisor; the supervisor itself does not return.

    Parameters
    ----------
    host, port : optional
        As for `locator.base.listening.bound`.

    Returns
    -------
    Generation or None
        None where there is no supervisor: on a system without fork, or with no workers.

    Raises
    ------
    SystemExit
        The supervisor has ended, with its exit code.
    """
    files = os.environ.pop(FILES, None)
    if files is not None:
        listening, line, ends = map(int, files.split(","))
        for file in (listening, line, ends):
            os.set_inheritable(file, False)
        return Generation(socket.socket(fileno=listening), ends, workers(), line)
    if not workers():
        return None
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    with bound(host, port) as listening_socket:
        os.environ.setdefault(SECRET, secrets.token_urlsafe(32))  # lasts from one to the next
        command = [sys.executable, *sys.orig_argv[1:]]
        keeping = Supervisor(
            command, listening_socket, announce=lambda: say_ready(listening_socket)
        )
        sys.exit(keeping.run())


@dataclass(eq=False)
class _Running:
    process: subprocess.Popen[bytes]
    line: int
    lives: int
    begun: float = field(default_factory=time.monotonic)

    def send(self, number: int) -> None:
        self.process.send_signal(number)

    def close(self) -> None:
        os.close(self.line)
        os.close(self.lives)


class Supervisor:
    """Keeps one generation of a server running.

    Parameters
    ----------
    command : sequence of str
        Starts a generation; it finds its files in the environment.
    listening : socket
    announce : callable
        Called when the first generation serves.
    grace_s : float
    """

    def __init__(
        self,
        command: Sequence[str],
        listening: socket.socket,
        *,
        announce: Callable[[], None],
        grace_s: float = GRACE_S,
    ) -> None:
        self._command, self._listening, self._announce = command, listening, announce
        self._grace_s = grace_s
        self._serving: _Running | None = None
        self._coming: _Running | None = None
        self._leaving: list[_Running] = []
        self._again: float | None = None  # when the next one is started, after a crash
        self._until: float | None = None  # when whoever is left is killed
        self._failures = 0
        self._announced = False
        self._code: int | None = None

    def run(self) -> int:
        """Serve until it is told to end (SIGTERM, Ctrl+C); SIGHUP starts the server anew.

        Returns
        -------
        int
            The exit code; that of the first generation if it never got ready.
        """
        with heard(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
            self._coming = self._start()
            while self._code is None and (self._until is None or self._all()):
                lines = {one.line: one for one in self._all()}
                heard_of, _, _ = select.select([signals, *lines], [], [], self._pause_s())
                for file in heard_of:
                    if file in lines:
                        self._hear(lines[file])
                for number in numbers(signals) if signals in heard_of else b"":
                    self._obey(number)
                self._in_time()
            return self._code or 0

    def _all(self) -> list[_Running]:
        return [one for one in (self._serving, self._coming, *self._leaving) if one is not None]

    def _start(self) -> _Running:
        line, own_line = os.pipe()
        own_ends, lives = os.pipe()
        own = (self._listening.fileno(), own_line, own_ends)
        # What is ignored stays ignored: Ctrl+C in a terminal goes to every process there.
        former = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            process = subprocess.Popen(
                self._command,
                pass_fds=own,
                env=os.environ | {FILES: ",".join(map(str, own))},
            )
        finally:
            signal.signal(signal.SIGINT, former)
            os.close(own_line)
            os.close(own_ends)
        return _Running(process, line, lives)

    def _hear(self, one: _Running) -> None:
        if said := os.read(one.line, 1):
            if said == READY:
                self._take_over(one)
            if not self._announced:
                self._announced = True
                self._announce()
            return
        try:
            code = one.process.wait(self._grace_s)
        except subprocess.TimeoutExpired:
            one.process.kill()
            code = one.process.wait()
        one.close()
        if one in self._leaving:
            self._leaving.remove(one)
        elif one is self._coming:
            self._coming = None
            if self._until is None and self._serving is None and not self._failures:
                self._code = code if code >= 0 else 128 - code  # the first: it has said why
            elif self._until is None and self._serving is None:
                self._start_later()
            elif self._until is None:
                log.error("The new server did not get ready; the former one goes on")
        else:
            self._serving = None
            if self._until is None:
                log.error("The server ended with %d and is started again", code)
                lived_s = time.monotonic() - one.begun
                self._failures = 0 if lived_s > SOON_S else self._failures
                if self._coming is None:
                    self._start_later()

    def _start_later(self) -> None:
        self._failures += 1
        pause_s = min(PAUSE_S * 2.0 ** (self._failures - 1), PAUSE_MAX_S)
        self._again = time.monotonic() + pause_s

    def _take_over(self, one: _Running) -> None:
        """Let a generation that is ready serve, and the former one finish what it has."""
        former, self._serving, self._coming = self._serving, one, None
        if former is not None:
            log.info("The new server is ready; the former one finishes what it has")
            former.send(signal.SIGTERM)
            self._leaving.append(former)

    def _obey(self, number: int) -> None:
        if number != signal.SIGHUP:
            self._end()
        elif self._until is None:
            log.info("The server is started anew, with the code and the data of now")
            if self._coming is not None:  # it may have read what has changed since
                self._coming.send(signal.SIGKILL)
                self._leaving.append(self._coming)
            self._again, self._coming = None, self._start()

    def _end(self) -> None:
        """Have all finish what they have; told so a second time, end them."""
        if self._until is None:
            log.info("The server finishes what is under way, for %.0f s at most", self._grace_s)
            self._until, self._again = time.monotonic() + self._grace_s + 3.0, None
            for one in self._all():
                one.send(signal.SIGTERM)
        else:
            self._until = time.monotonic()

    def _in_time(self) -> None:
        now = time.monotonic()
        if self._again is not None and now >= self._again:
            self._again, self._coming = None, self._start()
        if self._until is not None and now >= self._until:
            for one in self._all():
                one.send(signal.SIGKILL)

    def _pause_s(self) -> float | None:
        """Return the seconds after which there is something to do whatever is heard."""
        until = [one for one in (self._again, self._until) if one is not None]
        return max(0.05, min(until) - time.monotonic()) if until else None
