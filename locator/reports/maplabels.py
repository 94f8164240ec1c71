"""Place the labels of a map so that none lies on another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from locator.reports.canvas import Point

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

DIRECTIONS = 16
STEPS = (0.0, 8.0, 16.0, 26.0, 38.0, 52.0, 70.0)
"""How far beyond what it names a label may stand, in drawing units."""

ON_LABEL, OUTSIDE, ON_DOT = 100.0, 50.0, 6.0
"""What it costs to cover a label, to leave the map, to cover a marker: in units of distance."""


@dataclass(frozen=True)
class Label:
    """Words, and what they name.

    Attributes
    ----------
    words : str
    box : tuple of float
        Left, top, right, bottom of what is named; a point has no extent.
    wide, high : float
        Of the words with their frame.
    is_inside : bool
        Whether it may stand in the middle of what it names.
    reach : float
        One that may stand inside moves no farther than this.
    edge : tuple of (x, y)
        Points of the outline of an area, beside which the label is to stand.
    """

    words: str
    box: Box
    wide: float
    high: float
    is_inside: bool
    reach: float = STEPS[-1]
    edge: tuple[Point, ...] = ()

    @property
    def middle(self) -> Point:
        """The middle of what it names."""
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2

    def named(self, centre: Point) -> Point:
        """Return the point of what is named that is nearest to a label at `centre`."""
        return min(self.edge or (self.middle,), key=lambda one: math.dist(one, centre))

    def at(self, centre: Point) -> Box:
        """Return the box of the label whose middle is `centre`."""
        x, y = centre
        return x - self.wide / 2, y - self.high / 2, x + self.wide / 2, y + self.high / 2


def place_labels(
    labels: Sequence[Label], *, within: Box, dots: Sequence[Point] = (), taken: Sequence[Box] = ()
) -> list[Point]:
    """Return the middle of each label, those that come first placed first.

    Parameters
    ----------
    labels : sequence of Label
    within : tuple of float
        The map.
    dots : sequence of (x, y)
        Markers, rather not covered.
    taken : sequence of boxes
        Where no label may stand.

    Returns
    -------
    list of (x, y)
        Where there is room for all, no two overlap.
    """
    full, placed = list(taken), []
    for label in labels:
        near = [
            (x, y)
            for x, y in dots
            if math.dist((x, y), label.middle) < 2 * STEPS[-1] + _extent(label)
        ]
        centre = min(
            _candidates(label),
            key=lambda one: one[1] + _cost(label.at(one[0]), full, near, within),
        )[0]
        placed.append(centre)
        full.append(label.at(centre))
    return placed


def _candidates(label: Label) -> Iterator[tuple[Point, float]]:
    """Yield places for the middle of a label, and how far from what it names each is."""
    left, top, right, bottom = label.box
    x, y = label.middle
    if label.is_inside:
        yield (x, y), 0.0
    # The upper right first, which is where a reader looks.
    for place, (east, south) in enumerate(sorted(label.edge, key=lambda one: one[1] - one[0])):
        far = math.dist((east, south), (x, y)) or 1.0
        for step in STEPS:
            out = (math.hypot(label.wide, label.high) / 2 + step) / far
            at = (east + out * (east - x), south + out * (south - y))
            yield at, step + place / len(label.edge)
    if label.edge:
        return
    for step in STEPS:
        across = (right - left + label.wide) / 2 + step
        along = (bottom - top + label.high) / 2 + step
        for turn in range(DIRECTIONS):
            angle = 2 * math.pi * (turn / DIRECTIONS + 1 / 8)
            east, north = across * math.cos(angle), along * math.sin(angle)
            if not label.is_inside or math.hypot(east, north) <= label.reach:
                yield (x + east, y - north), step + 0.1 + turn / 99


def _cost(box: Box, full: Sequence[Box], dots: Sequence[Point], within: Box) -> float:
    left, top, right, bottom = box
    on_label = sum(1 for other in full if overlap(box, other))
    on_dot = sum(1 for x, y in dots if left < x < right and top < y < bottom)
    outside = left < within[0] or top < within[1] or right > within[2] or bottom > within[3]
    return ON_LABEL * on_label + ON_DOT * on_dot + OUTSIDE * outside


def overlap(one: Box, other: Box) -> bool:
    """Tell whether two boxes share more than an edge."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _extent(label: Label) -> float:
    left, top, right, bottom = label.box
    return max(right - left, bottom - top)
