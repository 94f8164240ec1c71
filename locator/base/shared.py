"""Share counts and small values among processes that are forked from one.

What is made here before the fork is the same memory afterwards. Nothing waits for a process that
has ended: the system takes its locks away, and `forget` what it had counted as its own.
"""

from __future__ import annotations

import itertools
import mmap
import os
import pickle
import struct
import tempfile
import threading
from functools import cache
from types import TracebackType
from typing import Any, ClassVar
from weakref import WeakSet

import numpy as np

try:
    import fcntl
except ImportError:  # a system without it has no fork either: the threads are all there are
    fcntl = None  # type: ignore[assignment]

PROCESSES = 64
"""So many may share counts, each with a row of its own."""

VALUE_B = 8_000_000
"""The largest value that is shared; memory is taken only for what is written."""


class _Here:
    """Which of the processes this is."""

    row = 0


def become(row: int) -> None:
    """Say which of the processes this one is, from 0; said right after the fork."""
    _Here.row = row


def shared_array(shape: int | tuple[int, ...], dtype: str) -> np.ndarray:
    """Return zeros that a forked process sees change.

    Parameters
    ----------
    shape : int or tuple of int
    dtype : str

    Returns
    -------
    ndarray
    """
    size_b = int(np.prod(shape)) * np.dtype(dtype).itemsize
    return np.frombuffer(mmap.mmap(-1, size_b), dtype=dtype).reshape(shape)


_NUMBERS = itertools.count()
"""Each lock is one byte of the file that is locked."""


@cache
def _locked() -> int:
    """Return the file, open for as long as the process lives; it has no name any more."""
    opened, path = tempfile.mkstemp()
    os.unlink(path)
    return opened


class Lock:
    """Exclude the other threads and the other processes; gone with whoever held it."""

    def __init__(self) -> None:
        self._threads = threading.Lock()
        self._byte = next(_NUMBERS)
        if fcntl is not None:
            _locked()  # before the fork: the same file for all

    def __enter__(self) -> None:
        """Wait for the lock."""
        self._threads.acquire()
        if fcntl is not None:
            fcntl.lockf(_locked(), fcntl.LOCK_EX, 1, self._byte)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go."""
        if fcntl is not None:
            fcntl.lockf(_locked(), fcntl.LOCK_UN, 1, self._byte)
        self._threads.release()


class Rows:
    """Numbers of which each process has a row that it alone changes.

    Parameters
    ----------
    columns : int
    """

    _all: ClassVar[WeakSet[Rows]] = WeakSet()

    def __init__(self, columns: int) -> None:
        self.values = shared_array((PROCESSES, columns), "f8")
        Rows._all.add(self)

    @property
    def own(self) -> np.ndarray:
        """The numbers of this process."""
        row: np.ndarray = self.values[_Here.row]
        return row

    @staticmethod
    def forget(row: int) -> None:
        """Set everything to zero that a process had counted which has ended."""
        for one in Rows._all:
            one.values[row] = 0


class Board:
    """A value that one process puts up and all others read.

    It is written beside the former one, and then called the present one: who reads meanwhile has
    either, whole.

    Parameters
    ----------
    value_b : int
        The largest value, pickled.
    """

    _LENGTH = struct.Struct("=Q")

    def __init__(self, value_b: int = VALUE_B) -> None:
        self._value_b = value_b
        self._slot_b = self._LENGTH.size + value_b
        self._memory = mmap.mmap(-1, 2 * self._slot_b)
        self._number = shared_array(1, "u8")

    @property
    def number(self) -> int:
        """How many values there have been; 0 before the first."""
        return int(self._number[0])

    def put(self, value: object) -> bool:
        """Put up a value; False where it is too large, and the former one stays.

        Parameters
        ----------
        value : object
            Anything that can be pickled.
        """
        said = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        if len(said) > self._value_b:
            return False
        begin = (self.number + 1) % 2 * self._slot_b
        self._LENGTH.pack_into(self._memory, begin, len(said))
        begin += self._LENGTH.size
        self._memory[begin : begin + len(said)] = said
        self._number[0] += 1
        return True

    def read(self) -> Any:
        """Return the present value; None before the first."""
        while number := self.number:
            begin = number % 2 * self._slot_b
            (length_b,) = self._LENGTH.unpack_from(self._memory, begin)
            begin += self._LENGTH.size
            said = self._memory[begin : begin + length_b]
            if self.number == number:  # else it may have been written over meanwhile
                return pickle.loads(said)
        return None
