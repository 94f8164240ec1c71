"""The words for opening hours: every part of the grammar, and that they agree with the state."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from locator.base.opening_hours.calendar import is_public
from locator.base.opening_hours.state import hours_in_words, opening_state
from locator.city.model import City
from locator.city.opening import opening_in
from locator.city.usability import is_usable
from tests.breaking import edit_feature
from tests.serving import client_of

WARSAW = ZoneInfo("Europe/Warsaw")
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@pytest.mark.parametrize(
    ("hours", "polish", "english", "ukrainian"),
    [
        (
            "Mo[1] 10:00-12:00",
            "w pierwszy poniedziałek miesiąca 10:00–12:00",
            "first Monday of the month 10:00–12:00",
            "у перший понеділок місяця 10:00–12:00",
        ),
        (
            "We[-1,2] 16:00-24:00",
            "w drugą i ostatnią środę miesiąca 16:00–24:00",
            "second and last Wednesday of the month 16:00–24:00",
            "у другу та останню середу місяця 16:00–24:00",
        ),
        (
            "Tu[-3] off",
            "w trzeci od końca wtorek miesiąca zamknięte",
            "third from the end Tuesday of the month closed",
            "у третій з кінця вівторок місяця зачинено",
        ),
        (
            "week 1-53/2 Mo off",
            "w nieparzystych tygodniach roku: w poniedziałki zamknięte",
            "in odd weeks of the year: Monday closed",
            "у непарні тижні року: у понеділок зачинено",
        ),
        (
            "2026-2028 week 10,20-22 08:00-09:00",
            "w latach 2026–2028, w tygodniach roku o numerach 10 i 20–22: 8:00–9:00",
            "in 2026–2028, in weeks 10 and 20–22 of the year: 8:00–9:00",
            "у 2026–2028 рр., у тижні року з номерами 10 та 20–22: 8:00–9:00",
        ),
        (
            "easter -2 days off; easter +1 day off; easter +60 days off",
            "Wielki Piątek: zamknięte; Poniedziałek Wielkanocny: zamknięte; "
            "60 dni po Wielkanocy: zamknięte",
            "Good Friday: closed; Easter Monday: closed; 60 days after Easter Sunday: closed",
            "Страсна п’ятниця: зачинено; Великодній понеділок: зачинено; "
            "через 60 дн. після Великодня: зачинено",
        ),
        (
            "Mo-Fr 08:00+",
            "od poniedziałku do piątku od 8:00 do niepodanej godziny",
            "Monday to Friday from 8:00 until an hour that is not stated",
            "з понеділка до п’ятниці з 8:00 до години, яку не вказано",
        ),
        (
            "Mo 08:00-08:00",
            "w poniedziałki 8:00–8:00 następnego dnia",
            "Monday 8:00–8:00 the next day",
            "у понеділок 8:00–8:00 наступного дня",
        ),
        (
            "08:00-16:00+",
            "codziennie 8:00–16:00 lub dłużej",
            "every day 8:00–16:00 or longer",
            "щодня 8:00–16:00 або довше",
        ),
        (
            "sunrise-(sunset-00:30)",
            "codziennie wschód słońca – 0:30 h przed zachodem słońca",
            "every day sunrise – 0:30 h before sunset",
            "щодня схід сонця – 0:30 год до заходу сонця",
        ),
        (
            'Mo-Fr 08:00-16:00 || "tel."',
            "od poniedziałku do piątku 8:00–16:00; w pozostałym czasie: tel.",
            "Monday to Friday 8:00–16:00; at other times: tel.",
            "з понеділка до п’ятниці 8:00–16:00; в інший час: tel.",
        ),
        (
            "SH Sa 10:00-12:00; PH -1 day off",
            "w ferie i wakacje szkolne, które wypadają w soboty 10:00–12:00; "
            "w dni przed świętami zamknięte",
            "school holidays that fall on Saturday 10:00–12:00; days before public holidays closed",
            "у шкільні канікули, що припадають у суботу 10:00–12:00; у дні перед святами зачинено",
        ),
        (
            "Mo-Fr 22:00-24:00 unknown; Sa unknown",
            "od poniedziałku do piątku 22:00–24:00 być może otwarte; w soboty godziny nieznane",
            "Monday to Friday 22:00–24:00 perhaps open; Saturday hours unknown",
            "з понеділка до п’ятниці 22:00–24:00 можливо, відчинено; у суботу години невідомі",
        ),
        (
            'Mo-Fr 08:00-16:00 open "domofon"',
            "od poniedziałku do piątku 8:00–16:00 otwarte (domofon)",
            "Monday to Friday 8:00–16:00 open (domofon)",
            "з понеділка до п’ятниці 8:00–16:00 відчинено (domofon)",
        ),
        (
            "Dec 24,31 08:00-12:00; Jul 01+ off; easter-Oct 31 off",
            "24 grudnia i 31 grudnia: 8:00–12:00; od 1 lipca do 31 grudnia: zamknięte; "
            "Wielkanoc – 31 października: zamknięte",
            "24 December and 31 December: 8:00–12:00; from 1 July to 31 December: closed; "
            "Easter Sunday – 31 October: closed",
            "24 грудня та 31 грудня: 8:00–12:00; з 1 липня до 31 грудня: зачинено; "
            "Великдень – 31 жовтня: зачинено",
        ),
    ],
)
def test_every_part_of_the_grammar_has_words(
    hours: str, polish: str, english: str, ukrainian: str
) -> None:
    said = [hours_in_words(hours, language) for language in ("pl", "en", "uk")]
    assert said == [polish, english, ukrainian]


# The words read back as a person would, and held against the state ---------------------------

DAYS = ["Mo", "Tu-Th", "Fr-Sa", "Sa-Su", "Mo-Fr", "Mo, We", "Su, PH", "PH", "Mo-Su", "Sa,Su,PH", ""]
TIMES = ["08:00-16:00", "06:30-12:00, 13:00-18:15", "24/7", "20:00-04:00", "off", "closed"]
RULES = st.builds("{} {}".format, st.sampled_from(DAYS), st.sampled_from(TIMES))


def read_back(phrase: str, at: datetime) -> tuple[str, float] | None:
    """Return what a phrase says of a moment, and of how many days of the week it speaks.

    ``night`` is open since the day before.
    """
    for day, after in ((at, 0), (at - timedelta(days=1), 24 * 60)):
        breadth = days_of(phrase, day)
        minute = at.hour * 60 + at.minute + after
        if breadth and "closed" in phrase and not after:
            return "closed", breadth
        spans = re.findall(r"(\d+):(\d\d)–(\d+):(\d\d)( the next day)?", phrase)
        inside = any(
            int(a) * 60 + int(b) <= minute < int(c) * 60 + int(d) + (24 * 60 if night else 0)
            for a, b, c, d, night in spans
        )
        if breadth and (inside or ("day and night" in phrase and not after)):
            return "night" if after else "open", breadth
    return None


def days_of(phrase: str, day: datetime) -> float:
    """Return how many days of the week a phrase is about if it is about this one, else 0."""
    if "public holidays" in phrase and is_public(day.date(), "PL"):
        return 0.1
    named = set()
    for first, last in re.findall(r"(\w+day) to (\w+day)", phrase):
        named |= set(range(NAMES.index(first), NAMES.index(last) + 1))
    named |= {NAMES.index(word) for word in re.findall(r"\w+day\b", phrase) if word in NAMES}
    if "every day" in phrase or phrase in ("closed", "day and night"):
        named = set(range(7))
    return len(named) * (day.weekday() in named)


@given(
    st.lists(RULES, min_size=1, max_size=3),
    st.datetimes(datetime(2026, 10, 1), datetime(2027, 1, 10)),
)
def test_words_and_state_agree(rules: list[str], at: datetime) -> None:
    text = "; ".join(rule.strip() for rule in rules)
    words = hours_in_words(text, "en")
    local = at.replace(tzinfo=WARSAW).astimezone(UTC).astimezone(WARSAW)
    said = [found for phrase in words.split("; ") if (found := read_back(phrase, local))]
    state = opening_state(text, local, country="PL", timezone="Europe/Warsaw").state
    if state == "open":
        # Neither the last word on it nor the most special one may call it closed; the end of a
        # night is no matter of the new day unless a later phrase makes it one.
        assert said and said[-1][0] in ("open", "night"), (text, words)
        special = min(said, key=lambda one: one[1])[0]
        assert special != "closed" or said[-1][0] == "night", (text, words)
    elif state == "closed":
        # Where one phrase calls it open, a later one is about that day, too.
        phrases = words.split("; ")
        for place, phrase in enumerate(phrases):
            found = read_back(phrase, local)
            if found and found[0] != "closed":
                others = [days_of(other, local) for other in phrases[place + 1 :]]
                assert any(others), (text, words)


@given(st.lists(RULES, min_size=1, max_size=3))
def test_three_languages_say_the_same(rules: list[str]) -> None:
    text = "; ".join(rule.strip() for rule in rules)
    said = {language: hours_in_words(text, language) for language in ("pl", "en", "uk")}
    times = [re.findall(r"\d+:\d\d", words) for words in said.values()]
    assert times[0] == times[1] == times[2]
    closed = {"pl": "zamknięte", "en": "closed", "uk": "зачинено"}
    counts = {words.count(closed[language]) for language, words in said.items()}
    assert len(counts) == 1 and all(len(w.split("; ")) == len(rules) for w in said.values())
    assert not re.search(r"\b(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH|off)\b", " ".join(said.values()))


@pytest.mark.parametrize("moment", ["2026-11-15T03:00", "2026-11-14T12:00", "2026-11-11T12:00"])
def test_no_aed_of_krakow_is_open_behind_words_that_call_it_closed(
    krakow: City, moment: str
) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=WARSAW)
    aeds = krakow.facilities[is_usable(krakow.facilities)]
    aeds = aeds[aeds["layer"].eq("aeds") & aeds["opening_hours"].notna()]
    assert len(aeds) > 80
    for name, hours in aeds["opening_hours"].items():
        said = [
            found
            for phrase in hours_in_words(hours, "en").split("; ")
            if (found := read_back(phrase, at))
        ]
        if opening_in(krakow, hours, at).state == "open":
            assert said and {word for word, _ in said} == {"open"}, (name, hours)


def test_the_locked_aeds_of_krakow_are_closed_at_the_weekend(krakow: City) -> None:
    at = datetime(2026, 11, 15, 3, tzinfo=WARSAW)
    hours = krakow.facilities["opening_hours"].dropna()
    locked = hours[hours.str.contains("Sa-Su, PH off")]
    assert len(locked) > 10
    assert {opening_in(krakow, text, at).state for text in locked} == {"closed"}


NOTATION = re.compile(r"\b(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)(?:[-,] ?\w\w)* \d{1,2}:\d\d|\bPH off")
QUOTED = re.compile("„[^”]*”")


@pytest.mark.parametrize("prefix", ["", "/en", "/uk"])
def test_no_page_shows_the_notation_where_it_can_be_said_in_words(
    krakow_app: Flask, krakow: City, prefix: str
) -> None:
    hours = krakow.facilities["opening_hours"].dropna().drop_duplicates()
    pages = [f"/facilities/{name}" for name in hours.index]
    pages += ["/aed?lat=50.0617&lon=19.9373&at=2026-11-15T03:00", "/aed/coverage"]
    for page in pages:
        text = krakow_app.test_client().get(f"{prefix}{page}").text
        assert not NOTATION.search(QUOTED.sub("", text)), page


def test_hours_that_cannot_be_read_are_quoted(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, "nurseries.geojson", 0, opening_hours="od 8 rano")
    client = client_of(tiny_folder)
    page = client.get("/facilities/nurseries-1").text
    assert "w OpenStreetMap zapisano „od 8 rano”, czego nie da się odczytać" in page
