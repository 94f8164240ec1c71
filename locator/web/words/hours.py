"""Say the hours of a week in words, today first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from babel import dates

from locator.base.opening_hours.rules import DAY_MIN
from locator.base.opening_hours.week import Times, week_of
from locator.web.i18n import gettext, locale


@dataclass(frozen=True)
class Day:
    """One day of the week with its times in words."""

    name: str
    times: str
    today: bool


def week_words(hours: str | None, today: date) -> tuple[Day, ...]:
    """Return the seven days from `today` on; none where the hours are not so plain."""
    week = week_of(hours) if hours else None
    if week is None:
        return ()
    first = today.weekday()
    names = dates.get_day_names("wide", "stand-alone", locale())
    return tuple(
        Day(names[day], _times(week[day]), day == first)
        for day in ((first + offset) % 7 for offset in range(7))
    )


def has_calendar(hours: str | None) -> bool:
    """Tell whether hours make a calendar: plain ones, and not simply always."""
    week = week_of(hours) if hours else None
    return week is not None and any(week) and set(week) != {((0, DAY_MIN),)}


def _times(times: Times) -> str:
    if not times:
        return gettext("closed")
    if times == ((0, DAY_MIN),):
        return gettext("day and night")
    return ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in sorted(times))


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"
