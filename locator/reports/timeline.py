"""Draw openings in time: one row each, from the first to the last day that it may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from textwrap import shorten

from locator.reports.canvas import Canvas

ROW, TOP, BOTTOM = 18.0, 6.0, 22.0
WIDE = 440.0
LABEL_SHARE, RIGHT = 0.44, 14.0
LETTERS = 36
SHORTEST = 5.0
"""Width of a day, in units of the drawing: a shorter bar would not be seen."""


@dataclass(frozen=True)
class Opening:
    """A row: its name, the days between which it lies, and whether it is only expected."""

    label: str
    first: date
    last: date
    is_expected: bool


def timeline_ratio(openings: Sequence[Opening]) -> float:
    """Return how high a timeline is for its width."""
    return (TOP + ROW * len(openings) + BOTTOM) / WIDE


def draw_timeline(canvas: Canvas, openings: Sequence[Opening]) -> None:
    """Draw `openings`, at least one: filled where it opened, hollow where promised."""
    begin = date(min(one.first.year for one in openings), 1, 1).toordinal()
    end = date(max(one.last.year for one in openings) + 1, 1, 1).toordinal()
    left = LABEL_SHARE * canvas.width
    scale = (canvas.width - left - RIGHT) / (end - begin)
    floor = canvas.height - BOTTOM
    row = (floor - TOP) / len(openings)

    def at(day: int) -> float:
        return left + (day - begin) * scale

    for year in range(date.fromordinal(begin).year, date.fromordinal(end).year + 1):
        x = at(date(year, 1, 1).toordinal())
        canvas.line([(x, TOP), (x, floor + 4)], "faint")
        canvas.text((x, floor + 15), str(year), anchor="middle", size=8)
    for place, one in enumerate(openings):
        middle = TOP + row * (place + 0.5)
        low, high = middle - 4.5, middle + 4.5
        start = at(one.first.toordinal())
        stop = max(at(one.last.toordinal() + 1), start + SHORTEST)
        box = [(start, low), (stop, low), (stop, high), (start, high)]
        canvas.text((2, high - 1), shorten(one.label, LETTERS, placeholder="…"), size=8)
        canvas.area([box], "paper" if one.is_expected else "accent", outline="ink")
