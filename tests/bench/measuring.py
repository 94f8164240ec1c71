"""Time a call and say how it stands against its budget.

Both clocks are read: the one on the wall, and that of the processor, which other programs do not
slow as much. A budget of time is kept by the processor's wherever that was measured.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

OF = "BENCH_OF"
"""Names in the environment the checkout whose server is measured, if it is not this one."""

TURNS = 1_000_000


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    what : str
        What was measured, in words.
    value : float
    unit : str
        ``ms``, ``s``, ``kB``, ``MB`` or ``x`` (a ratio).
    budget : float or None
        At most so much, in the same unit; None where nothing was promised.
    note : str
        What has to be known with it.
    processor : float or None
        Processor time, in the same unit; None where it was not measured.
    """

    what: str
    value: float
    unit: str
    budget: float | None = None
    note: str = ""
    processor: float | None = None

    @property
    def verdict(self) -> str:
        """``ok``, ``over`` or nothing where there is no budget."""
        if self.budget is None:
            return ""
        counted = self.value if self.processor is None else self.processor
        return "ok" if counted <= self.budget else "over"

    @property
    def fails(self) -> bool:
        """Whether a budget is missed by what other programs do not slow down."""
        by_the_wall = self.processor is None and self.unit in ("ms", "s")
        return self.verdict == "over" and not by_the_wall


def times_ms(call: Callable[[int], Any], *, repeat: int, warm_up: int = 1) -> np.ndarray:
    """Return (2, n) milliseconds of n calls, by the wall and by the processor's clock.

    `call` gets the number of the call.
    """
    for i in range(warm_up):
        call(i)
    return np.column_stack([clocked_ms(call, i) for i in range(repeat)])


def clocked_ms(call: Callable[..., Any], *args: int) -> tuple[float, float]:
    """Return the milliseconds of one call by either clock."""
    wall_s, processor_s = time.perf_counter(), time.process_time()
    call(*args)
    spent_s = time.process_time() - processor_s
    return (time.perf_counter() - wall_s) * 1000, spent_s * 1000


def p50_p95(
    what: str, call: Callable[[int], Any], *, repeat: int, budget: float | None, note: str = ""
) -> list[Row]:
    """Return the median and the 95th percentile of a call's milliseconds; both must keep budget."""
    taken = times_ms(call, repeat=repeat)
    return [
        _row(f"{what}, p{percent}", np.percentile(taken, percent, axis=1), budget, note)
        for percent in (50, 95)
    ]


def median(
    what: str, call: Callable[[int], Any], *, repeat: int, budget: float | None, note: str = ""
) -> Row:
    """Return the median milliseconds of a call."""
    return _row(what, np.median(times_ms(call, repeat=repeat), axis=1), budget, note)


def once(what: str, call: Callable[[], Any], *, budget: float | None, note: str = "") -> Row:
    """Return the milliseconds of a single, cold call."""
    return _row(what, clocked_ms(call), budget, note)


def _row(what: str, clocks_ms: Iterable[float], budget: float | None, note: str) -> Row:
    wall_ms, processor_ms = (float(ms) for ms in clocks_ms)
    return Row(what, wall_ms, "ms", budget, note, processor_ms)


def turns_ms() -> float:
    """Return the processor time of a million turns that do nothing: how quick this machine is now.

    Of a machine that others share it changes, and every other time with it.
    """
    begun_s = time.process_time()
    for _ in range(TURNS):
        pass
    return (time.process_time() - begun_s) * 1000


@contextmanager
def to_error() -> Iterator[None]:
    """Send what a library in C++ prints where it does not mix with the rows."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def by_wall(rows: Iterable[Row]) -> list[Row]:
    """Return rows without the processor's time: it was spent in another process."""
    return [replace(row, processor=None) for row in rows]


def family(pid: int) -> list[int]:
    """Return a process and all that it and its own have forked, as Linux tells it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):  # it has ended since its parent was asked
        return []
    return [pid, *(one for child in children for one in family(int(child)))]


def proportional_mb(pid: int) -> float:
    """Return the memory of a process, of what it shares its share."""
    return _rolled_up_mb(pid, "Pss")


def anonymous_mb(pid: int) -> float:
    """Return the same without files: neither other programs nor the file cache change it."""
    return _rolled_up_mb(pid, "Pss_Anon")


def _rolled_up_mb(pid: int, kind: str) -> float:
    """Return a line of Linux's account; nothing of a process that has ended meanwhile."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    told = (int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{kind}:"))
    return next(told, 0.0)


def processor_s(pid: int) -> float:
    """Return the processor time of a process, as Linux tells it."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
