"""Join, clip and measure intervals of time, each of some point, many points at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from locator.base.geo import FloatArray, IntArray

HOURS = 24
HOUR_S = 3600.0
DAY_S = HOURS * HOUR_S
# Puts the times of each point on a stretch of their own, so that one pass joins them all.
_STRETCH_S = 8 * DAY_S


@dataclass(frozen=True)
class Intervals:
    """Instants from which a point is covered, k intervals; seconds after the day's midnight.

    Attributes
    ----------
    point : (k,) int array
    begin_s, end_s : (k,) float array
    """

    point: IntArray
    begin_s: FloatArray
    end_s: FloatArray

    def and_(self, other: Intervals) -> Intervals:
        """Return both together."""
        return Intervals(
            np.concatenate([self.point, other.point]),
            np.concatenate([self.begin_s, other.begin_s]),
            np.concatenate([self.end_s, other.end_s]),
        )


def joined(intervals: Intervals) -> Intervals:
    """Return the intervals of each point joined where they touch or overlap, cut to the day."""
    begin_s = np.clip(intervals.begin_s, 0.0, DAY_S)
    end_s = np.clip(intervals.end_s, 0.0, DAY_S)
    some = np.flatnonzero(end_s > begin_s)
    if not len(some):
        return Intervals(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))
    stretch = intervals.point[some] * _STRETCH_S
    order = np.argsort(begin_s[some] + stretch, kind="stable")
    begin = (begin_s[some] + stretch)[order]
    reached = np.maximum.accumulate((end_s[some] + stretch)[order])
    first = np.concatenate([[True], begin[1:] > reached[:-1]])
    last = np.concatenate([first[1:], [True]])
    point = intervals.point[some][order][first]
    return Intervals(point, begin[first] - point * _STRETCH_S, reached[last] - point * _STRETCH_S)


def hourly_seconds(intervals: Intervals, *, points: int) -> FloatArray:
    """Return (points, 24) seconds of each hour that are in some interval of each point."""
    whole = joined(intervals)
    first = np.floor(whole.begin_s / HOUR_S).astype(np.int64)
    last = np.ceil(whole.end_s / HOUR_S).astype(np.int64)
    span = np.repeat(np.arange(len(first)), last - first)
    begun = np.cumsum(last - first) - (last - first)
    hour = np.arange(len(span)) - begun[span] + first[span]
    seconds = np.minimum(whole.end_s[span], (hour + 1) * HOUR_S) - np.maximum(
        whole.begin_s[span], hour * HOUR_S
    )
    cell = whole.point[span] * HOURS + hour
    summed: FloatArray = np.bincount(cell, weights=seconds, minlength=points * HOURS).astype(float)
    return summed.reshape(points, HOURS)


def clipped(intervals: Intervals, spans: Intervals) -> Intervals:
    """Return the parts of `intervals` inside `spans` (which lie apart, of one point)."""
    parts = [Intervals(intervals.point[:0], intervals.begin_s[:0], intervals.end_s[:0])]
    for begin, end in zip(spans.begin_s, spans.end_s, strict=True):
        parts.append(
            Intervals(
                intervals.point,
                np.clip(intervals.begin_s, begin, end),
                np.clip(intervals.end_s, begin, end),
            )
        )
    return reduce(Intervals.and_, parts)
