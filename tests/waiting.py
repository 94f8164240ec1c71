"""Wait for another thread, but not for ever."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(holds: Callable[[], bool], *, within_s: float = 60.0) -> None:
    """Return when `holds`; fail when it never does, instead of holding up every other test."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, f"this never came true: {holds}"
        time.sleep(0.001)
