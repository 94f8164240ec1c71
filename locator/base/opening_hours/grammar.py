"""Read OpenStreetMap's opening_hours into rules: the one reading that state and words come from.

The grammar is the published one (https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification,
version 0.7.3) with one tolerance that people rely on: a comma with a space goes on with the list
that is being written (``Sa-Su, PH off``), and begins another rule only after times or a state.
Case does not matter. Left out, and so unreadable, is what nobody could act on: points in time,
repetitions (``10:00-16:00/01:30``), labels before a rule, days counted from a date or found by
their weekday in a month (``Oct Su[-1]-Mar Su[-1]``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from locator.base.opening_hours.rules import (
    DAY_MIN,
    LAST_YEAR,
    WHOLE_DAY,
    Day,
    Holiday,
    Kind,
    Moment,
    Period,
    Rule,
    Span,
    Steps,
    Weekdays,
    Word,
)

_T = TypeVar("_T")
DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
EVENTS = ("dawn", "sunrise", "sunset", "dusk")
HOLIDAYS = ("ph", "sh")
STATES: dict[str, Word] = {
    "open": "open",
    "off": "closed",
    "closed": "closed",
    "unknown": "unknown",
}

SEPARATORS: dict[str, Kind] = {";": "normal", ",": "additional", "||": "fallback"}

_TOKEN = re.compile(
    r'\s*(?:"(?P<comment>[^"]*)"|(?P<sign>24/7|\|\||[;,:\-+/\[\]()])'
    r"|(?P<time>\d{1,2}:\d{2})|(?P<number>\d+)|(?P<word>[a-z]+))\s*",
    re.IGNORECASE | re.ASCII,
)


@lru_cache(maxsize=4096)
def rules_of(text: str) -> tuple[Rule, ...] | None:
    """Return the rules of a text in the grammar, in their order; None if it is not in it."""
    try:
        return _Reader(_tokens(text)).rules()
    except _UnreadableError:
        return None


class _UnreadableError(Exception):
    """A text is not in the grammar."""


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


_END = _Token("end", "")


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    dashed = text.replace("–", "-").strip()
    while at < len(dashed):
        match = _TOKEN.match(dashed, at)
        if match is None or match.lastgroup is None:
            raise _UnreadableError
        found = match[match.lastgroup]
        tokens.append(
            _Token(match.lastgroup, found if match.lastgroup == "comment" else found.lower())
        )
        at = match.end()
    return tokens


class _Reader:
    """Read tokens from left to right; each method reads one thing of the grammar."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.at = 0

    # Tokens ---------------------------------------------------------------------------------

    def peek(self, ahead: int = 0) -> _Token:
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else _END

    def accept(self, *texts: str) -> str | None:
        token = self.peek()
        if token.kind in ("sign", "word") and token.text in texts:
            self.at += 1
            return token.text
        return None

    def need(self, *texts: str) -> str:
        found = self.accept(*texts)
        if found is None:
            raise _UnreadableError
        return found

    def number(self, low: int, high: int) -> int:
        token = self.peek()
        if token.kind != "number" or not low <= int(token.text[:9]) <= high:
            raise _UnreadableError
        self.at += 1
        return int(token.text)

    def is_year(self, ahead: int = 0) -> bool:
        token = self.peek(ahead)
        return token.kind == "number" and len(token.text) == 4

    def is_word(self, words: tuple[str, ...], ahead: int = 0) -> bool:
        token = self.peek(ahead)
        return token.kind == "word" and token.text in words

    def listed(self, one: Callable[[], _T], more: Callable[[int], bool]) -> tuple[_T, ...]:
        """Read items between commas; `more` tells if the token so far ahead begins another."""
        items = [one()]
        while self.peek().text == "," and self.peek().kind == "sign" and more(1):
            self.at += 1
            items.append(one())
        return tuple(items)

    # Rules ----------------------------------------------------------------------------------

    def rules(self) -> tuple[Rule, ...]:
        rules = [self.rule("normal")]
        while self.peek() != _END:
            separator = self.need(*SEPARATORS)
            if separator == ";" and self.peek() == _END:
                break
            before = rules[-1]
            if separator == "," and not (before.times or before.said or before.comment is not None):
                raise _UnreadableError  # a list that goes on with something of another kind
            rules.append(self.rule(SEPARATORS[separator]))
        return tuple(rules)

    def rule(self, kind: Kind) -> Rule:
        years = self.years() if self.is_year() and not self.is_date(1) else ()
        periods = self.listed(self.period, self.is_date) if self.is_date() else ()
        weeks = self.weeks() if self.accept("week") else ()
        self.accept(":")
        holidays, weekdays, both = self.days()
        self.accept(":")
        times: tuple[Span, ...] = ()
        if self.accept("24/7"):
            times = WHOLE_DAY
        elif self.is_time():
            times = self.listed(self.span, self.is_time)
        state = self.accept(*STATES) if self.peek().kind == "word" else None
        comment = self.comment()
        said_days = years or periods or weeks or holidays or weekdays
        if not (said_days or times or state) and comment is None:
            raise _UnreadableError
        return Rule(
            kind=kind,
            years=years,
            periods=tuple(one for few in periods for one in few),
            weeks=weeks,
            weekdays=weekdays,
            holidays=holidays,
            both=both,
            times=times,
            state=STATES[state] if state else "open" if comment is None else "unknown",
            comment=comment,
            said=state is not None,
        )

    def comment(self) -> str | None:
        token = self.peek()
        if token.kind != "comment":
            return None
        self.at += 1
        return token.text.strip()

    # Dates ----------------------------------------------------------------------------------

    def is_date(self, ahead: int = 0) -> bool:
        begins = (*MONTHS, "easter")
        return self.is_word(begins, ahead) or (
            self.is_year(ahead) and self.is_word(begins, ahead + 1)
        )

    def years(self) -> tuple[Steps, ...]:
        def one() -> Steps:
            first = self.number(1000, LAST_YEAR)
            if self.accept("+"):
                return Steps(first, LAST_YEAR)
            return self.steps(first, 1000, LAST_YEAR)

        return self.listed(one, self.is_year)

    def weeks(self) -> tuple[Steps, ...]:
        def one() -> Steps:
            return self.steps(self.number(1, 53), 1, 53)

        return self.listed(one, lambda ahead: self.peek(ahead).kind == "number")

    def steps(self, first: int, low: int, high: int) -> Steps:
        last = self.number(low, high) if self.accept("-") else first
        step = self.number(1, high) if self.accept("/") else 1
        if last < first:
            raise _UnreadableError
        return Steps(first, last, step)

    def period(self) -> tuple[Period, ...]:
        """Read a day, a range of days or several days of a month (``Dec 24,25,31``)."""
        first = self.day()
        if self.accept("+"):
            return (Period(first, None),)
        found = [Period(first, self.last_day(first) if self.accept("-") else first)]
        while (
            first.day is not None and self.peek().text == "," and self.peek(1).kind == "number"
        ) and not self.is_year(1):
            self.at += 1
            one = Day(first.month, self.number(1, 31), first.year)
            found.append(Period(one, self.last_day(one) if self.accept("-") else one))
        return tuple(found)

    def day(self) -> Day:
        year = self.number(1000, LAST_YEAR) if self.is_year() else None
        if self.accept("easter"):
            return Day(None, None, year, self.shift())
        month = MONTHS.index(self.need(*MONTHS)) + 1
        if self.peek().kind != "number" or self.is_year():
            return Day(month, None, year)
        number = self.number(1, 31)
        if number > (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]:
            raise _UnreadableError
        return Day(month, number, year)

    def last_day(self, first: Day) -> Day:
        if self.is_date():
            last = self.day()
        elif first.day is not None:
            last = Day(first.month, self.number(1, 31), first.year)
        else:
            raise _UnreadableError
        if first.year is None and last.year is not None:
            raise _UnreadableError
        return last

    def shift(self) -> int:
        """Read ``+1 day`` or ``-2 days``."""
        if not (self.peek(1).kind == "number" and self.is_word(("day", "days"), 2)):
            return 0
        sign = self.need("+", "-")
        days = self.number(1, 366)
        self.need("day", "days")
        return days if sign == "+" else -days

    # Days of the week and holidays ------------------------------------------------------------

    def days(self) -> tuple[tuple[Holiday, ...], tuple[Weekdays, ...], bool]:
        both_kinds = (*DAYS, *HOLIDAYS)
        if not self.is_word(both_kinds):
            return (), (), False
        items = self.listed(self.one_day, lambda ahead: self.is_word(both_kinds, ahead))
        holidays = tuple(item for item in items if isinstance(item, Holiday))
        weekdays = tuple(item for item in items if isinstance(item, Weekdays))
        if not weekdays and self.is_word(DAYS):
            more = self.listed(self.weekday, lambda ahead: self.is_word(DAYS, ahead))
            return holidays, more, True
        return holidays, weekdays, False

    def one_day(self) -> Holiday | Weekdays:
        if not self.is_word(HOLIDAYS):
            return self.weekday()
        kind, shift = self.need(*HOLIDAYS), self.shift()
        if abs(shift) > (kind == "ph"):
            raise _UnreadableError
        return Holiday(kind, shift)

    def weekday(self) -> Weekdays:
        first = DAYS.index(self.need(*DAYS))
        if self.accept("-"):
            return Weekdays(first, DAYS.index(self.need(*DAYS)))
        if not self.accept("["):
            return Weekdays(first, first)
        found = self.listed(self.nth, lambda _: True)
        self.need("]")
        return Weekdays(first, first, tuple(sorted({n for few in found for n in few}, key=_late)))

    def nth(self) -> tuple[int, ...]:
        if self.accept("-"):
            return (-self.number(1, 5),)
        first = self.number(1, 5)
        return tuple(range(first, (self.number(first, 5) if self.accept("-") else first) + 1))

    # Times ------------------------------------------------------------------------------------

    def is_time(self, ahead: int = 0) -> bool:
        token = self.peek(ahead)
        return token.kind == "time" or token.text == "(" or self.is_word(EVENTS, ahead)

    def span(self) -> Span:
        start = self.moment(DAY_MIN)
        if self.accept("+"):
            return Span(start, None, open_end=True)
        self.need("-")
        end = self.moment(2 * DAY_MIN)
        if start.event is None and end.event is None and end.minutes <= start.minutes:
            end = Moment(end.minutes + DAY_MIN)
        return Span(start, end, open_end=self.accept("+") is not None)

    def moment(self, most: int) -> Moment:
        if self.accept("("):
            event = self.need(*EVENTS)
            sign = 1 if self.need("+", "-") == "+" else -1
            minutes = sign * self.clock(DAY_MIN)
            self.need(")")
            return Moment(minutes, event)
        event_now = self.accept(*EVENTS)
        return Moment(0, event_now) if event_now else Moment(self.clock(most))

    def clock(self, most: int) -> int:
        token = self.peek()
        if token.kind != "time":
            raise _UnreadableError
        self.at += 1
        hour, minute = (int(part) for part in token.text.split(":"))
        if minute > 59 or hour * 60 + minute > most:
            raise _UnreadableError
        return hour * 60 + minute


def _late(nth: int) -> int:
    """Order the weeks of a month, those counted from its end last."""
    return nth if nth > 0 else 10 + nth
