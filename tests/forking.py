"""Do something in a process that is forked from the test's."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from locator.base import shared

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes to fork here")


def in_another(act: Callable[[], object], *, row: int = 1) -> int:
    """Fork, call, wait, and return the exit code: 0 where nothing was raised."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            shared.become(row)
            act()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
