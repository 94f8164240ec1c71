"""Give memory that is free back to the system, where the C library (glibc) has to be told to.

Arrays of megabytes come with every dear question and go with it. glibc learns to keep such blocks
on heaps, one for some threads each, where they fall to pieces and are not given back.
"""

from __future__ import annotations

import ctypes
import gc
import math
import mmap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakSet

import numpy as np

OPTIONS = ((-3, 1 << 20), (-1, 1 << 24), (-8, 1))
"""M_MMAP_THRESHOLD: blocks of a megabyte stand alone (from 128 kB on, dear answers take 14 % more
of the processor); M_TRIM_THRESHOLD; M_ARENA_MAX: one heap for all threads, which take turns anyway;
each more would grow by some 10 MB in every process."""

EVERY_S = 10.0
"""Looking through the heaps takes tens of milliseconds; so often at most."""

FILES_EVERY_S = 2.0
"""Letting pages of files go takes three, and who reads there again has them in microseconds."""

WORKED_S = 0.1
"""Of processor time; who has worked less since the last look has left nothing to speak of."""


def give_back_large_blocks() -> bool:
    """Have blocks of a megabyte and more given back when they are free; False without glibc.

    Returns
    -------
    bool
        Whether all of glibc's options could be set.
    """
    mallopt = _of_glibc("mallopt")
    return mallopt is not None and all(mallopt(option, value) for option, value in OPTIONS)


def give_back_free() -> bool:
    """Give back what lies free now, and let files go (`may_be_let_go`).

    Returns
    -------
    bool
        Whether anything that lay free was given back; False without glibc.
    """
    _let_files_go()
    trim = _of_glibc("malloc_trim")
    return trim is not None and bool(trim(0))


def memory_b(kind: str) -> int:
    """Return the bytes of one kind that this process holds, as Linux tells them; 0 elsewhere.

    Parameters
    ----------
    kind : str
        ``Rss``: all; ``Private_Dirty``: what it has written to and shares with nobody.

    Returns
    -------
    int
    """
    told = Path("/proc/self/smaps_rollup")
    lines = told.read_text().splitlines() if told.exists() else []
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith(f"{kind}:"))


@contextmanager
def made_to_stay() -> Iterator[None]:
    """Look for no garbage inside the block, and never among what it has made."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


_files: WeakSet[mmap.mmap] = WeakSet()
"""Those whose pages are let go now and then."""


class Freeing:
    """Give back what lies free between what is used, with what only circles keep.

    Parameters
    ----------
    every_s : float
    much_s : float
        Of work, after which it is time to whenever it was done last.
    clock : callable
        Seconds, monotonic.
    worked : callable
        Seconds that this process has worked.
    """

    def __init__(
        self,
        *,
        every_s: float = EVERY_S,
        much_s: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
        worked: Callable[[], float] = time.process_time,
    ) -> None:
        # Elsewhere nothing can be given back so; files and circles are looked after all the same.
        self._trim = _of_glibc("malloc_trim") or bool
        self._every_s, self._much_s, self._clock, self._worked = every_s, much_s, clock, worked
        self._next_s = self._files_next_s = clock()
        self._worked_s = -math.inf
        self._lock = threading.Lock()

    def now_and_then(self) -> bool:
        """Give back what is free if it is time to; tell whether that was done.

        Pages of files are let go oftener.
        """
        with self._lock:
            since_s = self._worked() - self._worked_s
            if since_s < WORKED_S:
                return False
            now_s = self._clock()
            if now_s >= self._files_next_s:
                self._files_next_s = now_s + FILES_EVERY_S
                _let_files_go()
            if now_s < self._next_s and since_s < self._much_s:
                return False
            self._next_s = now_s + self._every_s
        if gc.get_freeze_count():  # else all that was ever made would be looked at
            gc.collect()  # by itself Python waits until a quarter of what is old may be garbage
        self._trim(0)
        _let_files_go()
        self._worked_s = self._worked()
        return True


def may_be_let_go(array: np.ndarray[Any, Any] | mmap.mmap) -> None:
    """Have the pages of a mapped file given back between what is used, like what lies free.

    Parameters
    ----------
    array : ndarray or mmap
        A view of the mapping; the mapping itself where what is written there is in the file.
    """
    file = array if isinstance(array, mmap.mmap) else _mapped(array)
    if file is not None:
        _files.add(file)


def let_go(array: np.ndarray[Any, Any]) -> None:
    """Give back the pages of a mapped file that was read from end to end.

    The system keeps them as long as it has room, and whoever reads there again has them at once;
    but they no longer count as memory of this process.

    Parameters
    ----------
    array : ndarray
        A view of the mapping; nothing happens where it lies elsewhere.
    """
    file = _mapped(array)
    if file is not None:
        file.madvise(mmap.MADV_DONTNEED)


def _let_files_go() -> None:
    for file in tuple(_files):
        file.madvise(mmap.MADV_DONTNEED)


def _mapped(array: np.ndarray[Any, Any]) -> mmap.mmap | None:
    """Return the file that an array lies in; None elsewhere, and where pages cannot be let go."""
    base: Any = array
    while isinstance(base, np.ndarray):
        if base.flags.writeable:
            return None  # what was written there would be lost
        base = base.base
    return base if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED") else None


def _of_glibc(name: str) -> Any | None:
    """Return a function of glibc, None where the C library is another."""
    try:
        library = ctypes.CDLL(None)
        return getattr(library, name) if hasattr(library, "gnu_get_libc_version") else None
    except (AttributeError, OSError, TypeError):
        return None
