"""Openings in time, drawn to scale: from the first to the last day that a date may be."""

from __future__ import annotations

import re
from datetime import date

import pytest

from locator.reports.canvas import Canvas
from locator.reports.timeline import (
    LABEL_SHARE,
    RIGHT,
    SHORTEST,
    Opening,
    draw_timeline,
    timeline_ratio,
)

SHOWN = (
    Opening("Known to the day", date(2025, 1, 1), date(2025, 1, 1), False),
    Opening(
        "A year is all that is known, and its name is longer than a row",
        date(2026, 1, 1),
        date(2026, 12, 31),
        True,
    ),
)


def drawn(width: float) -> str:
    canvas = Canvas(width, width * timeline_ratio(SHOWN), label="Openings")
    draw_timeline(canvas, SHOWN)
    return canvas.markup()


@pytest.mark.parametrize("width", [440.0, 560.0])
def test_bars_are_to_scale_and_tell_what_opened_from_what_is_promised(width: float) -> None:
    markup = drawn(width)
    bars = re.findall(r'class="fill-(\w+) line-ink"[^>]* d="M([\d.]+),([\d.]+) L([\d.]+)', markup)
    assert [tone for tone, *_ in bars] == ["accent", "paper"]
    (start, _, stop), (begin, _, end) = (tuple(map(float, one[1:])) for one in bars)
    left, span = LABEL_SHARE * width, (1 - LABEL_SHARE) * width - RIGHT
    assert start == pytest.approx(left, abs=0.1)
    assert stop - start == pytest.approx(SHORTEST, abs=0.1)
    assert (begin, end) == pytest.approx((left + span / 2, left + span), abs=0.1)


def test_years_are_named_and_long_names_cut() -> None:
    words = re.findall(r">([^<>]+)</text>", drawn(440.0))
    assert words[:3] == ["2025", "2026", "2027"]
    assert words[3] == "Known to the day"
    assert words[4].startswith("A year is all") and words[4].endswith("…")
