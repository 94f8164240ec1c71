"""Draw a day in 24 bars."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from locator.reports.curve import Tick

WIDTH, HEIGHT, LEFT, RIGHT, TOP_EDGE, BOTTOM = 420.0, 220.0, 62.0, 8.0, 12.0, 38.0


@dataclass(frozen=True)
class Bar:
    """One hour of a chart: places in the drawing's own units, y downwards."""

    x: float
    width: float
    fixed_y: float
    fixed_height: float
    added_y: float
    added_height: float


@dataclass(frozen=True)
class Chart:
    """A day in 24 bars: fixed AEDs below, what vehicles add above."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    bars: tuple[Bar, ...]
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]


def draw_day(table: pd.DataFrame, *, most: float) -> Chart:
    """Return 24 bars of `table` (columns ``fixed``, ``both``), as high as `most` at the top."""
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    step = (right - LEFT) / 24
    top_value = nice_top(most)

    def height(value: float) -> float:
        return round((bottom - TOP_EDGE) * value / top_value, 1)

    bars = []
    for hour, (fixed, both) in enumerate(table[["fixed", "both"]].to_numpy()):
        low, all_ = height(fixed), height(both)
        bars.append(
            Bar(
                x=round(LEFT + hour * step + 1, 1),
                width=round(step - 2, 1),
                fixed_y=round(bottom - low, 1),
                fixed_height=low,
                added_y=round(bottom - all_, 1),
                added_height=round(all_ - low, 1),
            )
        )
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=right,
        top=TOP_EDGE,
        bottom=bottom,
        bars=tuple(bars),
        y_ticks=tuple(Tick(round(bottom - height(v), 1), v) for v in np.linspace(0, top_value, 5)),
        x_ticks=tuple(Tick(round(LEFT + h * step, 1), h) for h in range(0, 25, 6)),
    )


def nice_top(most: float) -> float:
    """Return a round number at or above `most`, four parts of which are round too."""
    if most <= 0:
        return 4.0
    unit = 10.0 ** np.floor(np.log10(most))
    return float(
        next(unit * f for f in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if unit * f >= most)
    )
