"""Time a call and say how it stands against its budget."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


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
    """

    what: str
    value: float
    unit: str
    budget: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """``ok``, ``over`` or nothing where there is no budget."""
        if self.budget is None:
            return ""
        return "ok" if self.value <= self.budget else "over"


def times_ms(call: Callable[[int], Any], *, repeat: int, warm_up: int = 1) -> np.ndarray:
    """Return the milliseconds of `repeat` calls; `call` gets the number of the call."""
    for i in range(warm_up):
        call(i)
    taken = np.empty(repeat)
    for i in range(repeat):
        started = time.perf_counter()
        call(i)
        taken[i] = (time.perf_counter() - started) * 1000
    return taken


def p50_p95(
    what: str, call: Callable[[int], Any], *, repeat: int, budget: float | None, note: str = ""
) -> list[Row]:
    """Return the median and the 95th percentile of a call's milliseconds; both must keep budget."""
    taken = times_ms(call, repeat=repeat)
    return [
        Row(f"{what}, p{percent}", float(np.percentile(taken, percent)), "ms", budget, note)
        for percent in (50, 95)
    ]


def median(
    what: str, call: Callable[[int], Any], *, repeat: int, budget: float | None, note: str = ""
) -> Row:
    """Return the median milliseconds of a call."""
    return Row(what, float(np.median(times_ms(call, repeat=repeat))), "ms", budget, note)


def once(what: str, call: Callable[[], Any], *, budget: float | None, note: str = "") -> Row:
    """Return the milliseconds of a single, cold call."""
    started = time.perf_counter()
    call()
    return Row(what, (time.perf_counter() - started) * 1000, "ms", budget, note)
