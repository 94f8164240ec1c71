"""Count what visitors ask, without knowing visitors, and how much is worked on at once.

All processes of a server count together (`locator.base.shared`), within a fixed memory.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from locator.base.shared import Lock, Rows, shared_array
from locator.web.apart import LOOK_S

WINDOW_S = 60.0
IN_LINE = 24
"""Expensive requests that may wait for a place; each holds a thread while it does."""

MOST = 1 << 16
"""So many of the latest are remembered, of all visitors: a thousand a second for a minute."""

ELSEWHERE_S = 0.05
"""A place that another process has freed is seen so late at most."""


class Tally:
    """The latest visits, as numbers that lead back to nobody; whoever reads or adds holds `lock`.

    Parameters
    ----------
    most : int
        Older ones are forgotten before their time where there are more.
    """

    def __init__(self, most: int = MOST) -> None:
        self.lock = Lock()
        self._most = most
        self._at, self._who = shared_array(most, "f8"), shared_array(most, "u8")
        self._ends = shared_array(2, "i8")  # counted on, never back: the first and behind the last
        self._secret = shared_array(16, "u1")
        self.change_key()

    def change_key(self) -> None:
        """Forget everybody; the same address is another number from now on."""
        self._secret[:] = np.frombuffer(secrets.token_bytes(16), dtype="u1")
        self._ends[0] = self._ends[1]

    def number_of(self, address: str) -> np.uint64:
        """Return what an address is counted as."""
        key = self._secret.tobytes()
        digest = hashlib.blake2b(address.encode(), key=key, digest_size=8).digest()
        return np.uint64(int.from_bytes(digest, "little"))

    def forget(self, until: float) -> None:
        """Forget what was counted at `until` or before."""
        first, behind = (int(end) for end in self._ends)
        while first < behind and self._at[first % self._most] <= until:
            first += 1
        self._ends[0] = first

    def count(self, visitor: np.uint64) -> int:
        """Return how often a visitor is remembered."""
        return sum(int(np.count_nonzero(part == visitor)) for part in self._parts())

    def add(self, visitor: np.uint64, at: float) -> None:
        """Count one visit."""
        behind = int(self._ends[1])
        self._at[behind % self._most], self._who[behind % self._most] = at, visitor
        self._ends[:] = max(int(self._ends[0]), behind + 1 - self._most), behind + 1

    def visitors(self) -> set[int]:
        """Return all who are remembered."""
        return {int(one) for part in self._parts() for one in part}

    def _parts(self) -> tuple[np.ndarray, ...]:
        """Return what is remembered: the end of the ring begins anew at its beginning."""
        first, behind = (int(end) for end in self._ends)
        if first == behind:
            return ()
        begin, end = first % self._most, (behind - 1) % self._most + 1
        if begin < end:
            return (self._who[begin:end],)
        return self._who[begin:], self._who[:end]


class Places:
    """Places for what takes long, and a line before them, shared by all processes.

    Parameters
    ----------
    at_once, in_line : int
    clock : callable
        Seconds, monotonic.
    """

    def __init__(
        self, *, at_once: int, in_line: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.at_once, self.in_line = at_once, in_line
        self._rows = Rows(2)  # of each process: places held, and who stands in line
        self._lock = Lock()
        self._freed = threading.Condition()
        self._clock = clock

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return int(self._rows.values[:, 1].sum())

    @contextmanager
    def one(self, *, wait_s: float, is_gone: Callable[[], bool]) -> Iterator[bool]:
        """Hold one of the places; False if none came free in time, or the line was full.

        Nobody waits who is gone.
        """
        got = self._take(0, self.at_once)
        if not got and self._take(1, self.in_line):
            try:
                got = self._in_line(self._clock() + wait_s, is_gone)
            finally:
                self._give(1)
        try:
            yield got
        finally:
            if got:
                self._give(0)

    def _in_line(self, until: float, is_gone: Callable[[], bool]) -> bool:
        look_s = 0.0
        while (left_s := until - self._clock()) > 0:
            if self._clock() >= look_s:
                if is_gone():
                    return False
                look_s = self._clock() + LOOK_S
            if self._take(0, self.at_once):
                return True
            with self._freed:
                self._freed.wait(min(left_s, ELSEWHERE_S))
        return False

    def _take(self, column: int, most: int) -> bool:
        with self._lock:
            free = bool(self._rows.values[:, column].sum() < most)
            if free:
                self._rows.own[column] += 1
            return free

    def _give(self, column: int) -> None:
        with self._lock:
            self._rows.own[column] -= 1
        if column == 0:
            with self._freed:
                self._freed.notify()


class Limiter:
    """Count expensive requests of the last minute per visitor, without knowing visitors.

    A visitor is a keyed hash of the address whose key is thrown away with the processes; nothing
    is kept longer than the window.

    Parameters
    ----------
    per_minute : int
        Expensive requests allowed per visitor and minute; 0 means no limit.
    at_once : int
        Expensive requests worked on at the same time, of all visitors.
    in_line : int
        How many more may wait for that.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(
        self,
        *,
        per_minute: int,
        at_once: int,
        in_line: int = IN_LINE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.per_minute = per_minute
        self.places = Places(at_once=at_once, in_line=in_line, clock=clock)
        self._clock = clock
        self._tally = Tally()

    def __len__(self) -> int:
        """Return how many visitors are remembered at this moment."""
        return len(self.visitors())

    def visitors(self) -> set[int]:
        """Return those remembered at this moment, as numbers."""
        with self._tally.lock:
            self._tally.forget(self._clock() - WINDOW_S)
            return self._tally.visitors()

    def allow(self, address: str) -> bool:
        """Count one request of `address`; False if it is one too many."""
        if self.per_minute <= 0:
            return True
        visitor = self._tally.number_of(address)
        with self._tally.lock:
            now = self._clock()
            self._tally.forget(now - WINDOW_S)
            if self._tally.count(visitor) >= self.per_minute:
                return False
            self._tally.add(visitor, now)
            return True

    @contextmanager
    def slot(
        self, *, wait_s: float = 5.0, is_gone: Callable[[], bool] = lambda: False
    ) -> Iterator[bool]:
        """Hold one of the places for expensive work; False if none came free in time.

        Who would have to wait where enough others wait already is told at once: a thread that
        waits answers nobody else. Nor does anyone wait who is gone.
        """
        with self.places.one(wait_s=wait_s, is_gone=is_gone) as got:
            yield got
