"""Draw the charts of a report so that they read without colour."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from locator.base.i18n import number, percent
from locator.reports.canvas import Anchor, Canvas, Point

LEFT, RIGHT, TOP, BOTTOM = 46.0, 16.0, 14.0, 34.0


@dataclass(frozen=True)
class Series:
    """One line of a chart.

    Attributes
    ----------
    label : str
        Written beside a piece of the line.
    x, y : sequences of float
        `y` as shares, 0 to 1.
    dashed : bool
        Tells the line from another without colour.
    """

    label: str
    x: Sequence[float]
    y: Sequence[float]
    dashed: bool = False


@dataclass(frozen=True)
class Curve:
    """Share of people against walking minutes.

    Attributes
    ----------
    title, x_label : str
    series : tuple of Series
    mark_x : float or None
        The standard; drawn as a vertical line with `mark_label` if it lies on the axis.
    mark_label : str
    mark_y : float
        Where the standard meets the first line; NaN where it does not.
    """

    title: str
    x_label: str
    series: tuple[Series, ...]
    mark_x: float | None = None
    mark_label: str = ""
    mark_y: float = math.nan


@dataclass(frozen=True)
class Columns:
    """Upright bars of two parts, one above the other, that stand for a run of hours.

    Attributes
    ----------
    title, x_label : str
    lower, upper : sequences of float
        Heights of the parts; where the upper is 0 there is none.
    highest : float
        Value at the top of the drawing, at least.
    tick_every : int
        So many bars from one number below the axis to the next.
    """

    title: str
    x_label: str
    lower: Sequence[float]
    upper: Sequence[float]
    highest: float
    tick_every: int = 6


@dataclass(frozen=True)
class Bars:
    """Horizontal bars, one a row, the numbers in a column at the right.

    Attributes
    ----------
    title : str
    labels : tuple of str
    values : tuple of float
        Length of each bar.
    texts : tuple of str
        The number as written.
    mark : float or None
        Drawn across all bars, e.g. the city's share.
    mark_label : str
    """

    title: str
    labels: tuple[str, ...]
    values: tuple[float, ...]
    texts: tuple[str, ...]
    mark: float | None = None
    mark_label: str = ""


def draw_curve(canvas: Canvas, curve: Curve) -> None:
    """Draw `curve` over the whole of `canvas`; a line ends where its numbers end."""
    x_max = max((max(series.x) for series in curve.series if len(series.x)), default=1.0) or 1.0
    plot = _Plot(canvas, x_max, 1.0)
    lines = [
        [plot.at(x, y) for x, y in zip(series.x, series.y, strict=True) if math.isfinite(y)]
        for series in curve.series
    ]
    if lines and lines[0]:
        (first, *_, last), low = lines[0], plot.at(0, 0)[1]
        canvas.area([[(first[0], low), *lines[0], (last[0], low)]], "class1")
    plot.grid([quarter / 4 for quarter in range(5)], percent)
    plot.axis({tick: f"{tick:g}" for tick in _ticks(x_max)}, curve.x_label)
    for series, line in zip(curve.series, lines, strict=True):
        canvas.line(line, "accent", width=2, dash=series.dashed)
    if curve.mark_x is not None and curve.mark_x <= x_max:
        x, top = plot.at(curve.mark_x, 1)
        late = curve.mark_x > x_max / 2
        anchor: Anchor = "end" if late else "start"
        beside = -5 if late else 5
        canvas.line([plot.at(curve.mark_x, 0), (x, top)], "ink", width=0.8, dash=True)
        # Where the line has not come yet, or has left.
        named = canvas.height - BOTTOM - 6 if curve.mark_y > 0.7 else top + 8
        canvas.text((x + beside, named), curve.mark_label, size=8, anchor=anchor)
        if math.isfinite(curve.mark_y):
            y = plot.at(0, curve.mark_y)[1]
            below = y + (14 if y < canvas.height - BOTTOM - 24 else -8)
            canvas.dot((x, y), "ink", radius=3)
            words = percent(curve.mark_y, 1)
            canvas.text((x + beside, below), words, size=8.5, anchor=anchor, bold=True)
    _legend(canvas, curve.series)


def draw_columns(canvas: Canvas, columns: Columns) -> None:
    """Draw `columns` over the whole of `canvas`: the lower parts filled, the upper ones hollow.

    Parameters
    ----------
    canvas : Canvas
        Of the size that the chart is to have.
    columns : Columns
    """
    count = len(columns.lower)
    top = round_above(columns.highest)
    plot = _Plot(canvas, count, top)
    plot.grid([top * quarter / 4 for quarter in range(5)], number)
    for place, (lower, upper) in enumerate(zip(columns.lower, columns.upper, strict=True)):
        for low, high, tone in ((0, lower, "accent"), (lower, lower + upper, "paper")):
            if high > low:
                box = [(0.1, low), (0.9, low), (0.9, high), (0.1, high)]
                canvas.area([[plot.at(place + x, y) for x, y in box]], tone, outline="accent")
    ticks = {float(tick): f"{tick}" for tick in range(0, count + 1, columns.tick_every)}
    plot.axis(ticks, columns.x_label)


@dataclass(frozen=True)
class _Plot:
    """The field between the axes, and what stands at them."""

    canvas: Canvas
    x_max: float
    y_max: float

    def at(self, x: float, y: float) -> Point:
        wide = self.canvas.width - LEFT - RIGHT
        high = self.canvas.height - TOP - BOTTOM
        return LEFT + wide * x / self.x_max, TOP + high * (1 - y / self.y_max)

    def grid(self, values: Sequence[float], written: Callable[[float], str]) -> None:
        for value in values:
            left, right = self.at(0, value), self.at(self.x_max, value)
            self.canvas.line([left, right], "faint", width=0.5)
            self.canvas.text((LEFT - 6, left[1] + 3), written(value), anchor="end", size=8)

    def axis(self, ticks: Mapping[float, str], label: str) -> None:
        low = self.canvas.height - BOTTOM
        for tick, words in ticks.items():
            self.canvas.text((self.at(tick, 0)[0], low + 12), words, anchor="middle", size=8)
        self.canvas.line([self.at(0, 0), self.at(self.x_max, 0)], "ink", width=0.8)
        middle = (LEFT + self.canvas.width - RIGHT) / 2
        self.canvas.text((middle, self.canvas.height - 6), label, anchor="middle", size=8.5)


def draw_bars(canvas: Canvas, bars: Bars) -> None:
    """Draw `bars` over the whole of `canvas`, one row each.

    Parameters
    ----------
    canvas : Canvas
        Of the size that the chart is to have.
    bars : Bars
    """
    label_wide = canvas.width * 0.36
    wide = canvas.width - label_wide - 52
    top = 14.0
    row = (canvas.height - top) / max(len(bars.labels), 1)
    longest = max([*bars.values, bars.mark or 0.0], default=0.0) or 1.0
    for position, (label, value, text) in enumerate(
        zip(bars.labels, bars.values, bars.texts, strict=True)
    ):
        middle = top + row * (position + 0.5)
        long = wide * value / longest
        upper, lower = middle - row * 0.32, middle + row * 0.32
        canvas.text((label_wide - 6, middle + 3), label, anchor="end", size=8)
        canvas.area(
            [
                [
                    (label_wide, upper),
                    (label_wide + long, upper),
                    (label_wide + long, lower),
                    (label_wide, lower),
                ]
            ],
            "accent",
        )
        canvas.text((canvas.width - 2, middle + 3), text, anchor="end", size=8)
    if bars.mark is not None:
        x = label_wide + wide * bars.mark / longest
        canvas.line([(x, top - 2), (x, canvas.height)], "ink", width=0.8, dash=True)
        canvas.text((x, top - 5), bars.mark_label, anchor="middle", size=8)


def _ticks(x_max: float) -> list[float]:
    step = next(step for step in (1, 2, 5, 10, 15, 20, 30, 60, 120, 10_000) if x_max / step <= 8)
    return [float(step * count) for count in range(int(x_max // step) + 1)]


def round_above(most: float) -> float:
    """Return a round number at or above `most`, four parts of which are round too."""
    if most <= 0:
        return 4.0
    unit = 10.0 ** math.floor(math.log10(most))
    steps = (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10)
    return float(next(unit * step for step in steps if unit * step >= most))


def _legend(canvas: Canvas, series: Sequence[Series]) -> None:
    """Name the lines in the lower right corner, which a rising curve leaves empty."""
    named = [one for one in series if one.label]
    for position, one in enumerate(reversed(named)):
        y = canvas.height - BOTTOM - 12 - 14 * position
        x = canvas.width - RIGHT - 150
        canvas.line([(x, y - 3), (x + 26, y - 3)], "accent", width=2, dash=one.dashed)
        canvas.text((x + 32, y), one.label, size=8.5)
