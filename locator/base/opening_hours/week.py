"""Say plain opening hours as times of the seven weekdays, or that they are not so plain."""

from __future__ import annotations

from locator.base.opening_hours.grammar import rules_of
from locator.base.opening_hours.rules import DAY_MIN, Rule

Times = tuple[tuple[int, int], ...]


def week_of(text: str) -> tuple[Times, ...] | None:
    """Return the times of Monday to Sunday, minutes of the clock; None where that is not all.

    Days of holidays are left out; hours by the date, by the sun, past midnight, with an open end
    or with a doubt are not plain.

    Parameters
    ----------
    text : str
        OpenStreetMap's grammar.

    Returns
    -------
    tuple of tuple, or None
        Seven days from Monday on, each with its (opens, closes) pairs in minutes after midnight; an
        empty day is closed.
    """
    rules = rules_of(text)
    if rules is None:
        return None
    week: list[Times] = [()] * 7
    for rule in rules:
        if rule.holidays and rule.state == "closed" and not rule.weekdays:
            continue
        times = _times(rule)
        if times is None:
            return None
        days = {day for one in rule.weekdays for day in one.days} or set(range(7))
        for day in days:
            week[day] = week[day] + times if rule.kind == "additional" else times
    return tuple(week)


def _times(rule: Rule) -> Times | None:
    dated = rule.years or rule.periods or rule.weeks
    doubtful = rule.state == "unknown" or rule.comment or rule.kind == "fallback"
    if dated or doubtful or rule.both or any(one.nth for one in rule.weekdays):
        return None
    if rule.state == "closed":
        return () if not rule.times else None
    if not rule.times:
        return ((0, DAY_MIN),)
    found = []
    for span in rule.times:
        start, end = span.start, span.end
        if span.open_end or end is None or start.event or end.event or end.minutes > DAY_MIN:
            return None
        found.append((start.minutes, end.minutes))
    return tuple(found)
