"""Draw how many people live within so many minutes' walk, as SVG without any style attribute."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

WIDTH, HEIGHT = 360.0, 230.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 12.0, 14.0, 40.0
TICK_MIN = 10
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Tick:
    """A grid line with its value: a share of people or a number of minutes."""

    at: float
    value: float


@dataclass(frozen=True)
class Curve:
    """Coordinates of the drawing in its own units, y downwards.

    Attributes
    ----------
    width, height, left, right, top, bottom : float
        Size of the drawing and edges of the plot.
    line, area : str
        SVG path data.
    x_ticks, y_ticks : tuple of Tick
    x, y : float or None
        The standard and the share served by it; None if it lies off the plot.
    label_left : bool
        Whether the words at the standard stand to its left.
    """

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    line: str
    area: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    x: float | None
    y: float | None
    label_left: bool


def draw_curve(curve: pd.DataFrame, *, standard_min: float, share: float) -> Curve:
    """Return the drawing of ``curve`` (columns ``minutes`` ascending, ``share`` from 0 to 1)."""
    minutes = curve["minutes"].to_numpy(dtype=np.float64)
    shares = curve["share"].to_numpy(dtype=np.float64)
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    longest = float(minutes.max()) if minutes.size and minutes.max() > 0 else 1.0

    def x(value: float) -> float:
        return round(LEFT + (right - LEFT) * value / longest, 1)

    def y(value: float) -> float:
        return round(bottom - (bottom - TOP) * value, 1)

    points = [(x(m), y(s)) for m, s in zip(minutes, shares, strict=True) if np.isfinite(s)]
    inside = standard_min <= longest
    return Curve(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=right,
        top=TOP,
        bottom=bottom,
        line=_path(points),
        area=_area(points, bottom),
        x_ticks=tuple(Tick(x(m), m) for m in np.arange(0, longest + 1e-9, TICK_MIN)),
        y_ticks=tuple(Tick(y(s), s) for s in SHARES),
        x=x(standard_min) if inside else None,
        y=y(share) if inside and np.isfinite(share) else None,
        label_left=standard_min > longest / 2,
    )


def _path(points: list[tuple[float, float]]) -> str:
    if not points:
        return ""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def _area(points: list[tuple[float, float]], bottom: float) -> str:
    if not points:
        return ""
    return f"{_path(points)}L{points[-1][0]:g} {bottom:g}L{points[0][0]:g} {bottom:g}Z"
