"""Hear signals where everything else is waited for: as bytes from a pipe."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator


@contextlib.contextmanager
def heard(*signals: signal.Signals) -> Iterator[int]:
    """Give a file that can be read when one of some signals came; each is a byte, its number.

    Parameters
    ----------
    *signals : signal.Signals

    Yields
    ------
    int
        The file, which never blocks.
    """
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    former = {one: signal.signal(one, lambda *_: None) for one in signals}
    waking = signal.set_wakeup_fd(writing)
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(waking)
        for one, handler in former.items():
            signal.signal(one, handler)
        os.close(reading)
        os.close(writing)


def numbers(reading: int) -> bytes:
    """Return the numbers of the signals that came since the last call.

    Parameters
    ----------
    reading : int
        As `heard` gives it.
    """
    with contextlib.suppress(BlockingIOError):
        return os.read(reading, 64)
    return b""
