"""Work out what the rules of opening hours say of each minute of a day.

Two readings are worked out side by side. The grammar's: the order decides, a rule overrides what
was said before of its days. And people's: the narrower rule decides wherever it stands (``PH off;
Mo-Fr 08:00-16:00`` is closed on a holiday), rules about the same days add up, and a night belongs
to the day on which it begins. Where the two differ, and where it depends on what nobody knows
here (school holidays, the holidays of an unknown country), the state is unknown: never open.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import product

from locator.base.opening_hours.calendar import Where, easter_of, is_public, sun_min
from locator.base.opening_hours.grammar import rules_of
from locator.base.opening_hours.rules import DAY_MIN, LAST_YEAR, Day, Moment, Period, Rule, Word

DAY = timedelta(days=1)

Piece = tuple[int, int, Word]
"""From a minute of the day, to one, in a state."""

_HOLIDAYS_A_YEAR = {"ph": 13, "sh": 110}


@dataclass(frozen=True)
class _Facts:
    """What is taken to be so while a day is read; None for public holidays is the calendar's."""

    where: Where
    public: bool | None
    school: bool

    def is_holiday(self, kind: str, day: date) -> bool:
        if kind == "sh":
            return self.school
        return bool(is_public(day, self.where.country)) if self.public is None else self.public


@dataclass(frozen=True)
class _Stroke:
    """A span of minutes that a rule (its place in the text) gives a state to."""

    begin: int
    end: int
    state: Word
    rule: int


@dataclass(frozen=True)
class _Day:
    """What one reading says of a day: strokes, a later one over an earlier one.

    Attributes
    ----------
    strokes, fallback : tuple of _Stroke
        Minutes from 0 to 2880: what lies past midnight belongs to this day.
    opening : int
        Place of the last rule that gives the day hours of its own; -1 for none.
    """

    strokes: tuple[_Stroke, ...]
    fallback: tuple[_Stroke, ...]
    opening: int


@lru_cache(maxsize=20_000)
def pieces_of(text: str, day: date, where: Where) -> tuple[Piece, ...]:
    """Return the states of a day from 0 to 1440, minutes of the clock on the wall, joined.

    A text that is not in the grammar is unknown all day.
    """
    rules = rules_of(text)
    if rules is None:
        return ((0, DAY_MIN, "unknown"),)
    return _agreed(list(_readings(rules, day, where)))


def differs(text: str, day: date, where: Where) -> bool:
    """Tell whether a day's hours can be understood in two ways by what is written alone."""
    rules = rules_of(text) or ()
    facts = _Facts(where, None, school=False)
    by_order, by_breadth = (
        _seen(rules, _day(rules, day, facts, narrow), _day(rules, day - DAY, facts, narrow))
        for narrow in (False, True)
    )
    return _agreed([by_order]) != _agreed([by_order, by_breadth])


def _readings(rules: tuple[Rule, ...], day: date, where: Where) -> Iterator[list[Piece]]:
    """Yield the states of a day by each reading and by each thing that may be so."""
    kinds = {holiday.kind for rule in rules for holiday in rule.holidays}
    blind = "ph" in kinds and is_public(day, where.country) is None
    cases = [
        _Facts(where, public, school)
        for public in ((False, True) if blind else (None,))
        for school in ((False, True) if "sh" in kinds else (False,))
    ]
    for narrow in (False, True) if len(rules) > 1 else (False,):
        today = [_day(rules, day, facts, narrow) for facts in cases]
        eve = [_day(rules, day - DAY, facts, narrow) for facts in cases]
        for one, other in product(today, eve):
            yield _seen(rules, one, other)


def _agreed(readings: Sequence[Sequence[Piece]]) -> tuple[Piece, ...]:
    """Return the states that all readings share, unknown where they do not, joined."""
    marks = sorted({minute for pieces in readings for piece in pieces for minute in piece[:2]})
    found: list[Piece] = []
    for begin, end in zip(marks[:-1], marks[1:], strict=True):
        states = {s for pieces in readings for first, last, s in pieces if first <= begin < last}
        state: Word = states.pop() if len(states) == 1 else "unknown"
        if found and found[-1][2] == state:
            begin = found.pop()[0]
        found.append((begin, end, state))
    return tuple(found)


# One reading --------------------------------------------------------------------------------


def _seen(rules: tuple[Rule, ...], today: _Day, eve: _Day) -> list[Piece]:
    """Return the states of a day by its own rules and by what its eve left past midnight."""
    bounds = [(one.begin, one.end) for one in (*today.strokes, *today.fallback)]
    bounds += [(one.begin - DAY_MIN, one.end - DAY_MIN) for one in (*eve.strokes, *eve.fallback)]
    inner = {minute for pair in bounds for minute in pair if 0 < minute < DAY_MIN}
    marks = [0, *sorted(inner), DAY_MIN]
    silent: Word = "unknown" if _only_exceptions(rules) else "closed"
    return [
        (begin, end, _state(today, eve, begin) or silent)
        for begin, end in zip(marks[:-1], marks[1:], strict=True)
    ]


def _only_exceptions(rules: tuple[Rule, ...]) -> bool:
    """Tell whether the rules say when it is closed, and nothing of any other time."""
    return all(rule.state == "closed" for rule in rules)


def _state(today: _Day, eve: _Day, minute: int) -> Word | None:
    own, night = _last(today.strokes, minute), _last(eve.strokes, minute + DAY_MIN)
    state = own.state if own else None
    if night and night.state != "closed" and state in (None, "closed"):
        # The night goes on, unless a rule that was written after it is about the morning, too.
        later = own.rule if own else today.opening
        state = "unknown" if later > night.rule else night.state
    if state in ("open", "unknown"):
        return state
    rest = _last(today.fallback, minute) or _last(eve.fallback, minute + DAY_MIN)
    if rest is None:
        return state
    return rest.state if state is None else "unknown"


def _last(strokes: Sequence[_Stroke], minute: int) -> _Stroke | None:
    return next((one for one in reversed(strokes) if one.begin <= minute < one.end), None)


def _day(rules: tuple[Rule, ...], day: date, facts: _Facts, narrow: bool) -> _Day:
    """Return what the rules say of a day, by their order or with the narrower one over others."""
    groups: list[list[tuple[int, float]]] = []
    fallback: list[_Stroke] = []
    for place, rule in enumerate(rules):
        breadth = _breadth(rule, day, facts)
        if rule.kind == "fallback":
            fallback += _strokes(rule, place, day, facts.where) if breadth else ()
            continue
        if rule.kind == "normal" or not groups:
            groups.append([])
        if breadth:
            groups[-1].append((place, breadth))
    if narrow:
        # Of two rules as narrow as each other the one that closes holds.
        groups.sort(
            key=lambda group: (
                -max((breadth for _, breadth in group), default=0.0),
                all(rules[place].state == "closed" for place, _ in group),
            )
        )
    strokes: list[_Stroke] = []
    opening = -1
    for place in (place for group in groups for place, _ in group):
        rule = rules[place]
        if rule.state != "closed":
            opening = max(opening, place)
            if rule.kind == "normal":
                alike = rule.selectors
                strokes = [s for s in strokes if narrow and rules[s.rule].selectors == alike]
        strokes += _strokes(rule, place, day, facts.where)
    return _Day(tuple(strokes), tuple(fallback), opening)


def _strokes(rule: Rule, place: int, day: date, where: Where) -> Iterator[_Stroke]:
    if not rule.times:
        yield _Stroke(0, DAY_MIN, rule.state, place)
    for span in rule.times:
        begin = _minute(span.start, day, where)
        end = _minute(span.end, day, where) if span.end else begin
        if begin is None or end is None:  # the sun, and nobody knows where
            yield _Stroke(begin or 0, max(end or DAY_MIN, DAY_MIN), "unknown", place)
            continue
        if span.end and end <= begin:
            end += DAY_MIN
        yield _Stroke(begin, end, rule.state, place)
        if span.open_end:
            state: Word = "closed" if rule.state == "closed" else "unknown"
            yield _Stroke(end, _guessed_end(end), state, place)


def _guessed_end(minute: int) -> int:
    """Return until when an open end may last at most; see the README of opening_hours.js."""
    if minute >= 22 * 60:
        return min(minute + 8 * 60, 2 * DAY_MIN)
    return minute + 10 * 60 if minute >= 17 * 60 else DAY_MIN


def _minute(moment: Moment, day: date, where: Where) -> int | None:
    if moment.event is None:
        return moment.minutes
    sun = sun_min(moment.event, day, where)
    return None if sun is None else sun + moment.minutes


# Days -----------------------------------------------------------------------------------------


def _breadth(rule: Rule, day: date, facts: _Facts) -> float:
    """Return the share of all time that a rule is about, as it comes to a day; 0 if it does not.

    A closing rule with times is narrower than the hours it breaks. A rule for Sundays and
    holidays is as narrow as holidays are when the day is one.
    """
    share = 1.0
    if rule.years:
        share *= 0.5 * any(day.year in years for years in rule.years)
    if rule.weeks:
        week = day.isocalendar().week
        share *= len({w for w in range(1, 54) if any(w in steps for steps in rule.weeks)}) / 54
        share *= any(week in steps for steps in rule.weeks)
    if rule.periods:
        share *= min((n for one in rule.periods if (n := _length(one, day))), default=0) / 367
    share *= _share_of_days(rule, day, facts)
    if rule.state == "closed" and rule.times:
        share *= 0.5
    return share


def _share_of_days(rule: Rule, day: date, facts: _Facts) -> float:
    if not rule.holidays and not rule.weekdays:
        return 1.0
    holiday = min(
        (
            _HOLIDAYS_A_YEAR[one.kind] / 366
            for one in rule.holidays
            if facts.is_holiday(one.kind, day - timedelta(days=one.shift))
        ),
        default=0.0,
    )
    days = {number for one in rule.weekdays for number in one.days}
    matching = any(
        day.weekday() in one.days and (not one.nth or _nth_of_month(day) & set(one.nth))
        for one in rule.weekdays
    )
    weekly = len(days) / 7 * matching
    if any(one.nth for one in rule.weekdays):
        weekly *= 0.5
    if rule.both:
        return holiday * weekly
    return holiday or weekly


def _nth_of_month(day: date) -> set[int]:
    """Return which of its weekday in the month a day is, from the start and from the end."""
    following = (day.replace(day=28) + 4 * DAY).replace(day=1)
    return {(day.day - 1) // 7 + 1, -(((following - day).days - 1) // 7 + 1)}


def _length(period: Period, day: date) -> int:
    """Return the days of the period that a day lies in, 0 where it lies outside."""
    first_year = period.first.year
    for year in (first_year,) if first_year else (day.year - 1, day.year, day.year + 1):
        first = _date(period.first, year, begins=True)
        if period.last is None:
            ends = date(LAST_YEAR if first_year else year, 12, 31)
        else:
            ends = _date(period.last, period.last.year or year, begins=False)
            # The day between is the 29th of February alone, in a year that has none.
            if first - ends > DAY and not period.last.year:
                ends = _date(period.last, year + 1, begins=False)
        if first <= day <= ends:
            return min((ends - first).days + 1, 366)
    return 0


def _date(day: Day, year: int, *, begins: bool) -> date:
    """Return the date of a day in a year: of a month the first, or the last one."""
    if day.month is None:
        found = easter_of(year)
    else:
        last = monthrange(year, day.month)[1]
        number = day.day or (1 if begins else last)
        over = begins and number > last
        found = date(year, day.month, min(number, last)) + DAY * over
    return found + timedelta(days=day.shift)
