"""Draw the charts of a report so that they read without colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from locator.reports.canvas import Canvas, Point

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
        The standard; drawn as a vertical line with `mark_label`.
    mark_label : str
    """

    title: str
    x_label: str
    series: tuple[Series, ...]
    mark_x: float | None = None
    mark_label: str = ""


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
    """Draw `curve` over the whole of `canvas`."""
    x_max = max((max(series.x) for series in curve.series if len(series.x)), default=1.0) or 1.0
    wide = canvas.width - LEFT - RIGHT
    high = canvas.height - TOP - BOTTOM

    def at(x: float, y: float) -> Point:
        return LEFT + wide * x / x_max, TOP + high * (1 - y)

    for quarter in range(5):
        share = quarter / 4
        canvas.line([at(0, share), at(x_max, share)], "faint", width=0.5)
        canvas.text((LEFT - 6, at(0, share)[1] + 3), f"{share * 100:.0f}%", anchor="end", size=8)
    for tick in _ticks(x_max):
        canvas.text(
            (at(tick, 0)[0], canvas.height - BOTTOM + 12), f"{tick:g}", anchor="middle", size=8
        )
    canvas.line([at(0, 0), at(x_max, 0)], "ink", width=0.8)
    if curve.mark_x is not None:
        canvas.line([at(curve.mark_x, 0), at(curve.mark_x, 1)], "ink", width=0.8, dash=True)
        canvas.text((at(curve.mark_x, 1)[0] + 3, TOP + 8), curve.mark_label, size=8)
    for series in curve.series:
        line = [at(x, y) for x, y in zip(series.x, series.y, strict=True)]
        canvas.line(line, "accent", width=2, dash=series.dashed)
    _legend(canvas, curve.series)
    canvas.text((LEFT + wide / 2, canvas.height - 6), curve.x_label, anchor="middle", size=8.5)


def draw_bars(canvas: Canvas, bars: Bars) -> None:
    """Draw `bars` over the whole of `canvas`, one row each."""
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


def _legend(canvas: Canvas, series: Sequence[Series]) -> None:
    """Name the lines in the lower right corner, which a rising curve leaves empty."""
    named = [one for one in series if one.label]
    for position, one in enumerate(reversed(named)):
        y = canvas.height - BOTTOM - 12 - 14 * position
        x = canvas.width - RIGHT - 150
        canvas.line([(x, y - 3), (x + 26, y - 3)], "accent", width=2, dash=one.dashed)
        canvas.text((x + 32, y), one.label, size=8.5)
