"""Put opening hours into words, in Polish, English and Ukrainian."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from locator.base.opening_hours.grammar import rules_of
from locator.base.opening_hours.language import LANGUAGES, Words
from locator.base.opening_hours.rules import (
    DAY_MIN,
    LAST_YEAR,
    WHOLE_DAY,
    Day,
    Holiday,
    Moment,
    Period,
    Rule,
    Span,
    Steps,
    Weekdays,
)

WEEKS = range(1, 54)


def hours_in_words(text: str, language: str) -> str:
    """Return opening hours in words; what is not in the grammar is returned as written.

    Parameters
    ----------
    text : str
        OpenStreetMap's grammar.
    language : str
        ``pl``, ``en`` or ``uk``; any other is answered in English.
    """
    rules = rules_of(text.strip())
    if rules is None:
        return text
    words = LANGUAGES.get(language, LANGUAGES["en"])
    return "; ".join(_rule(rule, words) for rule in rules)


def _rule(rule: Rule, words: Words) -> str:
    dates = _dates(rule, words)
    days = _days(rule, words)
    said = _state(rule, days, dates, words)
    if rule.times == WHOLE_DAY and not days and not dates and not said:
        said = words.always
    if rule.comment and said:
        said = f"{said} ({rule.comment})"
    spoken = " ".join(part for part in (days, said or rule.comment or "") if part)
    if dates:
        spoken = f"{dates}: {spoken}"
    return words.otherwise.format(rest=spoken) if rule.kind == "fallback" else spoken


def _state(rule: Rule, days: str, dates: str, words: Words) -> str:
    """Return times and state; nothing for a comment that stands alone."""
    alone = not days and not dates
    times = _joined([_span(span, words) for span in rule.times], words)
    if not times:
        if rule.state == "unknown":
            return "" if alone and rule.comment and not rule.said else words.unknown
        if rule.state == "closed":
            return words.closed
        times = words.always if alone else words.all_day
    elif alone:
        times = words.always if rule.times == WHOLE_DAY else f"{words.every_day} {times}"
    if rule.state == "closed":
        return f"{times} {words.closed}"
    if rule.state == "unknown" and rule.said:
        return f"{times} {words.perhaps}"
    return f"{times} {words.opened}" if rule.said and rule.comment else times


# Days ---------------------------------------------------------------------------------------


def _days(rule: Rule, words: Words) -> str:
    if rule.both:
        holidays = _named(rule.holidays, (), words)
        return words.holidays_on.format(holidays=holidays, days=_named((), rule.weekdays, words))
    return _named(rule.holidays, rule.weekdays, words)


def _named(holidays: Iterable[Holiday], weekdays: Iterable[Weekdays], words: Words) -> str:
    ranges: list[str] = []
    alone: list[str] = []
    for item in weekdays:
        if len(item.days) == 7:
            ranges.append(words.every_day)
        elif item.nth:
            alone.append(_nth(item, words))
        elif len(item.days) < 3:
            alone += [words.day_alone[day] for day in item.days]
        else:
            first, last = words.day_from[item.first], words.day_to[item.last]
            ranges.append(words.day_range.format(first=first, last=last))
    alone += [words.holidays[one.kind, one.shift] for one in holidays]
    if alone:
        said = words.alone.format(days=_joined(alone, words))
        ranges.append(said.replace("w wt", "we wt", 1) if said.startswith("w wt") else said)
    return _joined(ranges, words)


def _nth(item: Weekdays, words: Words) -> str:
    form = int(item.first in words.feminine)
    nths = [
        words.nth[n][form] if n in words.nth else words.from_end.format(nth=words.nth[-n][form])
        for n in item.nth
    ]
    return words.nth_day.format(nth=_joined(nths, words), day=words.day_of_month[item.first])


# Times --------------------------------------------------------------------------------------


def _span(span: Span, words: Words) -> str:
    if (span,) == WHOLE_DAY:
        return words.all_day
    start = _moment(span.start, words)
    if span.end is None:
        return words.open_end.format(time=start)
    dash = " – " if span.start.event or span.end.event else "–"
    said = f"{start}{dash}{_moment(span.end, words)}"
    return words.longer.format(times=said) if span.open_end else said


def _moment(moment: Moment, words: Words) -> str:
    if moment.event is None:
        if moment.minutes <= DAY_MIN:
            return _clock(moment.minutes)
        return words.next_day.format(time=_clock(moment.minutes - DAY_MIN))
    event, after, before = words.sun[moment.event]
    if moment.minutes == 0:
        return event
    return (after if moment.minutes > 0 else before).format(time=_clock(abs(moment.minutes)))


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


# Dates --------------------------------------------------------------------------------------


def _dates(rule: Rule, words: Words) -> str:
    parts = [_joined([_years(one, words) for one in rule.years], words)]
    parts.append(_joined([_period(one, words) for one in rule.periods], words))
    parts.append(_weeks(rule.weeks, words) if rule.weeks else "")
    return ", ".join(part for part in parts if part)


def _years(steps: Steps, words: Words) -> str:
    if steps.last == LAST_YEAR:
        return words.since_year.format(year=steps.first)
    if steps.step > 1:
        years = [str(year) for year in range(steps.first, steps.last + 1, steps.step)]
        return words.year.format(year=_joined(years, words))
    if steps.first == steps.last:
        return words.year.format(year=steps.first)
    return words.years.format(first=steps.first, last=steps.last)


def _weeks(weeks: Sequence[Steps], words: Words) -> str:
    meant = [week for week in WEEKS if any(week in steps for steps in weeks)]
    if meant == [*WEEKS[::2]]:
        return words.odd_weeks
    if meant == [*WEEKS[1::2]]:
        return words.even_weeks
    said = [
        part
        for one in weeks
        for part in (
            [str(week) for week in WEEKS if week in one]
            if one.step > 1 or one.first == one.last
            else [f"{one.first}–{one.last}"]
        )
    ]
    return words.weeks.format(weeks=_joined(said, words))


def _period(period: Period, words: Words) -> str:
    first, last = period.first, period.last
    if last == first:
        return _day(first, words, alone=True)
    if last is None and first.year:
        return words.since.format(date=_day(first, words, alone=False))
    last = last or Day(12, 31)
    if first.month is None or last.month is None:
        return " – ".join(_day(day, words, alone=True) for day in (first, last))
    begins, ends = (_day(day, words, alone=False) for day in (first, last))
    return words.between.format(first=begins, last=ends)


def _day(day: Day, words: Words, *, alone: bool) -> str:
    if day.month is None:
        near = words.before_easter if day.shift < 0 else words.after_easter
        said = words.easter.get(day.shift) or near.format(days=abs(day.shift))
        return f"{said} {day.year}" if day.year else said
    whole_month = alone and not day.day
    month = (words.months if whole_month else words.months_of).split()[day.month - 1]
    if day.day:
        template = words.date_with_year if day.year else words.date
        return template.format(day=day.day, month=month, year=day.year)
    return words.month_with_year.format(month=month, year=day.year) if day.year else month


def _joined(parts: Sequence[str], words: Words) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {words.conjunction} {parts[-1]}"
