"""Give memory that is free back to the system, where the C library (glibc) has to be told to.

Arrays of megabytes come with every dear question and go with it. glibc learns to keep such blocks
on heaps, one for some threads each, where they fall to pieces and are not given back.
"""

from __future__ import annotations

import ctypes
import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

OPTIONS = ((-3, 1 << 20), (-1, 1 << 24), (-8, 1))
"""M_MMAP_THRESHOLD: blocks of a megabyte stand alone; M_TRIM_THRESHOLD; M_ARENA_MAX: one heap for
all threads, which take turns anyway; each more would grow by some 10 MB in every process."""

EVERY_S = 10.0
"""Looking through the heaps takes some milliseconds; so often at most."""


def give_back_large_blocks() -> bool:
    """Have blocks of a megabyte and more given back when they are free; False without glibc.

    Returns
    -------
    bool
        Whether both of glibc's options could be set.
    """
    mallopt = _of_glibc("mallopt")
    return mallopt is not None and all(mallopt(option, value) for option, value in OPTIONS)


def give_back_free() -> bool:
    """Give back what lies free now; False without glibc.

    Returns
    -------
    bool
        Whether anything was given back.
    """
    trim = _of_glibc("malloc_trim")
    return trim is not None and bool(trim(0))


@contextmanager
def made_to_stay() -> Iterator[None]:
    """Look for no garbage inside the block, and never among what it has made."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class Freeing:
    """Give back what lies free between what is used.

    Parameters
    ----------
    every_s : float
    clock : callable
        Seconds, monotonic.
    """

    def __init__(
        self, *, every_s: float = EVERY_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._trim = _of_glibc("malloc_trim")
        self._every_s, self._clock = every_s, clock
        self._next_s = clock()
        self._lock = threading.Lock()

    def now_and_then(self) -> bool:
        """Give back what is free if it is time to; tell whether that was done."""
        with self._lock:
            if self._trim is None or self._clock() < self._next_s:
                return False
            self._next_s = self._clock() + self._every_s
        self._trim(0)
        return True


def _of_glibc(name: str) -> Any | None:
    """Return a function of glibc, None where the C library is another."""
    try:
        library = ctypes.CDLL(None)
        return getattr(library, name) if hasattr(library, "gnu_get_libc_version") else None
    except (AttributeError, OSError, TypeError):
        return None
