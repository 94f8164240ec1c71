"""Put opening hours into words, in Polish, English and Ukrainian.

Covered is what people usually write: days and ranges of days, spans of time, public holidays,
"off", 24/7, comments and rules limited to dates. Anything else is returned as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opening_hours import (  # type: ignore[attr-defined]  # its stubs leave the error out
    OpeningHours,
    ParserError,
)

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = "(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH)"
_DAYS = rf"{_DAY}(?:-{_DAY})?(?:, ?{_DAY}(?:-{_DAY})?)*"
_MONTH = f"(?:{'|'.join(MONTHS)})"
_DATE = rf"(?:\d{{4}} )?{_MONTH}(?: \d{{1,2}})?"
_DATES = rf"{_DATE}(?:-(?:{_DATE}|\d{{1,2}}))?"
_TIME = r"\d{2}:\d{2}(?:-\d{2}:\d{2}|\+)"
_RULE = re.compile(
    rf"^(?:(?P<dates>{_DATES}):? ?)?(?P<days>{_DAYS})?(?:^| |$)?"
    rf"(?P<times>24/7|{_TIME}(?:,{_TIME})*)?"
    r"(?: ?(?P<modifier>open|closed|unknown))?(?: ?\"(?P<comment>[^\"]*)\")?$"
)
_RULES = re.compile(r"; (?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)|(?<=\d\d:\d\d), (?=[A-Z])")
_ONE_DATE = re.compile(rf"^(?:(?P<year>\d{{4}}) )?(?P<month>{_MONTH})(?: (?P<day>\d{{1,2}}))?$")
_FOREVER = "9999"


@dataclass(frozen=True)
class Words:
    """The words of one language; the templates take the parts by name."""

    day_from: Sequence[str]
    day_to: Sequence[str]
    day_alone: Sequence[str]
    holidays: Mapping[str, str]
    alone: str
    day_range: str
    every_day: str
    conjunction: str
    months: Sequence[str]
    months_of: Sequence[str]
    date: str
    date_with_year: str
    month_with_year: str
    since: str
    between: str
    always: str
    all_day: str
    time_since: str
    next_day: str
    closed: str
    unknown: str


_ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ENGLISH_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]

LANGUAGES: Mapping[str, Words] = {
    "en": Words(
        day_from=_ENGLISH_DAYS,
        day_to=_ENGLISH_DAYS,
        day_alone=_ENGLISH_DAYS,
        holidays={"PH": "public holidays", "SH": "school holidays"},
        alone="{days}",
        day_range="{first} to {last}",
        every_day="every day",
        conjunction="and",
        months=_ENGLISH_MONTHS,
        months_of=_ENGLISH_MONTHS,
        date="{day} {month}",
        date_with_year="{day} {month} {year}",
        month_with_year="{month} {year}",
        since="from {date}",
        between="from {first} to {last}",
        always="day and night, every day",
        all_day="day and night",
        time_since="from {time}",
        next_day="{time} the next day",
        closed="closed",
        unknown="hours unknown",
    ),
    "pl": Words(
        day_from=(
            "poniedziałku",
            "wtorku",
            "środy",
            "czwartku",
            "piątku",
            "soboty",
            "niedzieli",
        ),
        day_to=("poniedziałku", "wtorku", "środy", "czwartku", "piątku", "soboty", "niedzieli"),
        day_alone=("poniedziałki", "wtorki", "środy", "czwartki", "piątki", "soboty", "niedziele"),
        holidays={"PH": "święta", "SH": "ferie i wakacje szkolne"},
        alone="w {days}",
        day_range="od {first} do {last}",
        every_day="codziennie",
        conjunction="i",
        months=[
            "styczeń",
            "luty",
            "marzec",
            "kwiecień",
            "maj",
            "czerwiec",
            "lipiec",
            "sierpień",
            "wrzesień",
            "październik",
            "listopad",
            "grudzień",
        ],
        months_of=[
            "stycznia",
            "lutego",
            "marca",
            "kwietnia",
            "maja",
            "czerwca",
            "lipca",
            "sierpnia",
            "września",
            "października",
            "listopada",
            "grudnia",
        ],
        date="{day} {month}",
        date_with_year="{day} {month} {year} r.",
        month_with_year="{month} {year} r.",
        since="od {date}",
        between="od {first} do {last}",
        always="całą dobę, codziennie",
        all_day="całą dobę",
        time_since="od {time}",
        next_day="{time} następnego dnia",
        closed="zamknięte",
        unknown="godziny nieznane",
    ),
    "uk": Words(
        day_from=("понеділка", "вівторка", "середи", "четверга", "п’ятниці", "суботи", "неділі"),
        day_to=("понеділка", "вівторка", "середи", "четверга", "п’ятниці", "суботи", "неділі"),
        day_alone=("понеділок", "вівторок", "середу", "четвер", "п’ятницю", "суботу", "неділю"),
        holidays={"PH": "святкові дні", "SH": "шкільні канікули"},
        alone="у {days}",
        day_range="з {first} до {last}",
        every_day="щодня",
        conjunction="та",
        months=[
            "січень",
            "лютий",
            "березень",
            "квітень",
            "травень",
            "червень",
            "липень",
            "серпень",
            "вересень",
            "жовтень",
            "листопад",
            "грудень",
        ],
        months_of=[
            "січня",
            "лютого",
            "березня",
            "квітня",
            "травня",
            "червня",
            "липня",
            "серпня",
            "вересня",
            "жовтня",
            "листопада",
            "грудня",
        ],
        date="{day} {month}",
        date_with_year="{day} {month} {year} р.",
        month_with_year="{month} {year} р.",
        since="з {date}",
        between="з {first} до {last}",
        always="цілодобово, щодня",
        all_day="цілодобово",
        time_since="з {time}",
        next_day="{time} наступного дня",
        closed="зачинено",
        unknown="години невідомі",
    ),
}


def hours_in_words(text: str, language: str) -> str:
    """Return opening hours in words; what cannot be put into words is returned as written.

    Parameters
    ----------
    text : str
        OpenStreetMap's grammar.
    language : str
        ``pl``, ``en`` or ``uk``; any other is answered in English.
    """
    words = LANGUAGES.get(language, LANGUAGES["en"])
    written = text.strip()
    if len(written) > 1 and written.count('"') == 2 and written[0] == written[-1] == '"':
        return written.strip('"')
    try:
        canonical = str(OpeningHours(written))
    except ParserError:
        return text
    rules = [_rule_in_words(rule, words) for rule in _RULES.split(canonical)]
    if any(rule is None for rule in rules):
        return text
    return "; ".join(rule for rule in rules if rule)


def _rule_in_words(rule: str, words: Words) -> str | None:
    match = _RULE.match(rule)
    if match is None:
        return None
    dates = _dates_in_words(match["dates"], words) if match["dates"] else ""
    days = _days_in_words(match["days"], words) if match["days"] else ""
    times = _times_in_words(match["times"] or "", words)
    if dates is None or days is None or times is None:
        return None
    state = {"closed": words.closed, "unknown": words.unknown}.get(match["modifier"] or "", times)
    if match["times"] == "24/7" and not match["modifier"]:
        state = words.always
    elif match["times"] and not days and not dates and not match["modifier"]:
        days = words.every_day
    elif not state:
        state = words.all_day
    spoken = " ".join(part for part in (days, state) if part)
    if match["modifier"] and match["times"] and match["times"] != "24/7":
        spoken = " ".join(part for part in (days, times, state) if part)
    spoken = f"{dates}: {spoken}" if dates else spoken
    return f"{spoken} ({match['comment']})" if match["comment"] else spoken


def _days_in_words(text: str, words: Words) -> str | None:
    ranges: list[str] = []
    alone: list[str] = []
    for part in re.split(", ?", text):
        first, _, last = part.partition("-")
        if first in words.holidays:
            if last:
                return None
            alone.append(words.holidays[first])
            continue
        start = DAYS.index(first)
        end = DAYS.index(last) if last else start
        length = (end - start) % 7 + 1
        if length == 7:
            ranges.append(words.every_day)
        elif length <= 2:
            alone += [words.day_alone[(start + step) % 7] for step in range(length)]
        else:
            ranges.append(
                words.day_range.format(first=words.day_from[start], last=words.day_to[end])
            )
    if alone:
        ranges.append(words.alone.format(days=_joined(alone, words)).replace("w wt", "we wt"))
    return _joined(ranges, words)


def _times_in_words(text: str, words: Words) -> str | None:
    if text in ("", "24/7"):
        return ""
    return _joined([_span_in_words(span, words) for span in text.split(",")], words)


def _span_in_words(span: str, words: Words) -> str:
    if span == "00:00-24:00":
        return words.all_day
    if span.endswith("+"):
        return words.time_since.format(time=_clock(span[:-1]))
    start, end = span.split("-")
    if end > "24:00" or end <= start:
        return f"{_clock(start)}–{words.next_day.format(time=_clock(end))}"
    return f"{_clock(start)}–{_clock(end)}"


def _clock(time: str) -> str:
    hour, minute = time.split(":")
    return f"{int(hour) % 24 if hour > '24' else int(hour)}:{minute}"


def _dates_in_words(text: str, words: Words) -> str | None:
    first_text, _, last_text = text.partition("-")
    first = _ONE_DATE.match(first_text)
    if first is None:
        return None
    if not last_text:
        return _date_in_words(first, words, alone=True)
    if last_text.isdigit():
        year = f"{first['year']} " if first["year"] else ""
        last_text = f"{year}{first['month']} {last_text}"
    last = _ONE_DATE.match(last_text)
    if last is None:
        return None
    if last["year"] == _FOREVER:
        return words.since.format(date=_date_in_words(first, words, alone=False))
    return words.between.format(
        first=_date_in_words(first, words, alone=False),
        last=_date_in_words(last, words, alone=False),
    )


def _date_in_words(date: re.Match[str], words: Words, *, alone: bool) -> str:
    position = MONTHS.index(date["month"])
    if date["day"]:
        template = words.date_with_year if date["year"] else words.date
        return template.format(day=date["day"], month=words.months_of[position], year=date["year"])
    month = (words.months if alone else words.months_of)[position]
    return words.month_with_year.format(month=month, year=date["year"]) if date["year"] else month


def _joined(parts: Sequence[str], words: Words) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {words.conjunction} {parts[-1]}"
