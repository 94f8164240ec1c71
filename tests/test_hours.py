"""Opening hours: the state at a moment, and the words for it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locator.hours import OpenState, hours_in_words, is_valid_hours, opening_state

WARSAW = ZoneInfo("Europe/Warsaw")
OFFICE = "Mo-Fr 08:00-16:00; PH off"


def local(text: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW, fold=fold)


def state(hours: str | None, at: str, **options: object) -> str:
    return opening_state(
        hours,
        local(at),
        country="PL",
        timezone="Europe/Warsaw",
        **options,  # type: ignore[arg-type]
    ).state


def test_an_office_is_open_until_it_closes() -> None:
    assert opening_state(
        OFFICE, local("2026-11-12T10:00"), country="PL", timezone="Europe/Warsaw"
    ) == OpenState("open", local("2026-11-12T16:00"))


def test_an_office_is_closed_until_it_opens() -> None:
    assert opening_state(
        OFFICE, local("2026-11-13T16:00"), country="PL", timezone="Europe/Warsaw"
    ) == OpenState("closed", local("2026-11-16T08:00"))


@pytest.mark.parametrize(
    "day",
    [
        "2026-01-01",
        "2026-01-06",
        "2026-04-06",  # Easter Monday
        "2026-05-01",
        "2026-06-04",  # Corpus Christi
        "2026-11-11",
        "2026-12-25",
        "2025-12-24",  # a holiday since 2025
    ],
)
def test_polish_public_holidays_are_known(day: str) -> None:
    assert state(OFFICE, f"{day}T10:00") == "closed"
    assert state("Mo-Su 08:00-16:00", f"{day}T10:00") == "open"


def test_a_holiday_is_an_ordinary_day_elsewhere() -> None:
    answer = opening_state(
        OFFICE, local("2026-11-11T10:00"), country="DE", timezone="Europe/Warsaw"
    )
    assert answer.state == "open"


def test_public_holidays_of_an_unknown_country_make_the_hours_unknown() -> None:
    at = local("2026-11-12T10:00")
    assert opening_state(OFFICE, at, country="XX", timezone="Europe/Warsaw").state == "unknown"
    plain = opening_state("Mo-Fr 08:00-16:00", at, country="XX", timezone="Europe/Warsaw")
    assert plain.state == "open"


def test_always_open_never_changes() -> None:
    assert opening_state(
        "24/7", local("2026-11-12T03:00"), country="PL", timezone="Europe/Warsaw"
    ) == OpenState("open", None)


@pytest.mark.parametrize(
    "hours",
    [
        None,
        "",
        "   ",
        "rano",
        "Mo-Fr 8-16",
        "pn-pt 8:00-16:00",
        "24/7; Jul 1-2026",
        "unknown",
        '"po uzgodnieniu"',
        "PH off",
        "Dec 24 off",
        "sunrise-sunset",
    ],
)
def test_hours_that_say_too_little_are_unknown_and_never_open(hours: str | None) -> None:
    assert state(hours, "2026-11-12T10:00") == "unknown"


def test_hours_by_the_sun_need_coordinates() -> None:
    kraków = (19.94, 50.06)
    assert state("sunrise-sunset", "2026-12-21T07:00", coordinates=kraków) == "closed"
    assert state("sunrise-sunset", "2026-12-21T12:00", coordinates=kraków) == "open"
    assert state("sunrise-sunset", "2026-06-21T05:00", coordinates=kraków) == "open"


def test_a_place_that_closes_in_school_holidays_is_never_called_open() -> None:
    hours = "Mo-Fr 08:00-16:00; SH off"
    assert state(hours, "2026-07-15T10:00") == "unknown"
    assert state(hours, "2026-07-15T20:00") == "closed"


def test_off_alone_is_closed() -> None:
    assert state("off", "2026-11-12T10:00") == "closed"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-13T19:59", "closed"),
        ("2026-11-13T20:00", "open"),
        ("2026-11-14T01:59", "open"),
        ("2026-11-14T02:00", "closed"),
        ("2026-11-14T21:00", "closed"),
    ],
)
def test_a_span_past_midnight_belongs_to_the_day_it_begins(at: str, expected: str) -> None:
    assert state("Fr 20:00-26:00", at) == expected
    assert state("Fr 20:00-02:00", at) == expected


def test_open_round_the_clock_on_working_days_changes_at_the_weekend() -> None:
    answer = opening_state(
        "Mo-Fr 00:00-24:00; Sa-Su 00:00-15:00",
        local("2026-11-10T12:00"),
        country="PL",
        timezone="Europe/Warsaw",
    )
    assert answer == OpenState("open", local("2026-11-14T15:00"))


def test_hours_that_change_on_a_date() -> None:
    hours = "Mo-Fr 08:00-16:00; 2026 Jul 01+ Mo-Fr 08:00-20:00"
    assert state(hours, "2026-06-30T18:00") == "closed"
    assert state(hours, "2026-07-01T18:00") == "open"


def test_the_night_that_skips_an_hour() -> None:
    # 2026-03-29: 02:00 CET becomes 03:00 CEST, so half past two never is.
    hours = "02:15-02:45"
    before = opening_state(hours, local("2026-03-29T01:50"), country="PL", timezone="Europe/Warsaw")
    assert before.state == "closed"
    assert state("Sa 22:00-06:00", "2026-03-29T03:30") == "open"
    night = opening_state(
        "Sa 22:00-06:00", local("2026-03-28T23:00"), country="PL", timezone="Europe/Warsaw"
    )
    assert night.next_change == local("2026-03-29T06:00")
    assert night.next_change is not None
    assert night.next_change.utcoffset() == local("2026-03-29T06:00").utcoffset()


def test_a_moment_inside_the_hour_that_is_skipped_is_an_hour_later() -> None:
    assert state("Mo-Su 02:00-03:15", "2027-03-28T02:10") == "open"
    assert state("Mo-Su 02:00-03:15", "2027-03-28T02:30") == "closed"


def test_the_night_that_repeats_an_hour() -> None:
    # 2026-10-25: 03:00 CEST becomes 02:00 CET, half past two is twice.
    for fold in (0, 1):
        answer = opening_state(
            "Sa 22:00-06:00",
            local("2026-10-25T02:30", fold=fold),
            country="PL",
            timezone="Europe/Warsaw",
        )
        assert answer == OpenState("open", local("2026-10-25T06:00"))


def test_moments_in_other_zones_and_without_one_are_understood() -> None:
    options = {"country": "PL", "timezone": "Europe/Warsaw"}
    utc = opening_state(OFFICE, datetime(2026, 11, 12, 7, 30, tzinfo=UTC), **options)
    assert utc == OpenState("open", local("2026-11-12T16:00"))
    naive = opening_state(OFFICE, datetime(2026, 11, 12, 7, 30), **options)
    assert naive == OpenState("closed", local("2026-11-12T08:00"))


@pytest.mark.parametrize(
    "hours", ["24/7", "Mo-Fr 08:00-16:00", "Sa-Su, PH off", "Mo-Su 4:30-23:45", "Dec 24 off"]
)
def test_hours_in_the_grammar_are_valid(hours: str) -> None:
    assert is_valid_hours(hours)


@pytest.mark.parametrize("hours", ["", "rano", "Mo-Fr 8-16", "pn-pt 8:00-16:00", "25:00-26:00"])
def test_hours_outside_the_grammar_are_not(hours: str) -> None:
    assert not is_valid_hours(hours)


@given(st.text(max_size=40))
def test_any_text_has_a_state_and_words(text: str) -> None:
    answer = opening_state(text, local("2026-11-12T10:00"), country="PL", timezone="Europe/Warsaw")
    assert answer.state in ("open", "closed", "unknown")
    if not is_valid_hours(text):
        assert answer.state == "unknown"
    assert isinstance(hours_in_words(text, "pl"), str)


@pytest.mark.parametrize(
    ("hours", "polish", "english", "ukrainian"),
    [
        (
            "24/7",
            "całą dobę, codziennie",
            "day and night, every day",
            "цілодобово, щодня",
        ),
        (
            "Mo 06:00-19:00; Tu-Fr 06:00-18:00; Sa-Su, PH off",
            "w poniedziałki 6:00–19:00; od wtorku do piątku 6:00–18:00; "
            "w soboty, niedziele i święta zamknięte",
            "Monday 6:00–19:00; Tuesday to Friday 6:00–18:00; "
            "Saturday, Sunday and public holidays closed",
            "у понеділок 6:00–19:00; з вівторка до п’ятниці 6:00–18:00; "
            "у суботу, неділю та святкові дні зачинено",
        ),
        (
            "Tu,Th 10:00-12:00,13:00-15:00",
            "we wtorki i czwartki 10:00–12:00 i 13:00–15:00",
            "Tuesday and Thursday 10:00–12:00 and 13:00–15:00",
            "у вівторок та четвер 10:00–12:00 та 13:00–15:00",
        ),
        (
            "Mo-Su 4:30-23:45",
            "codziennie 4:30–23:45",
            "every day 4:30–23:45",
            "щодня 4:30–23:45",
        ),
        (
            "Fr 20:00-26:00",
            "w piątki 20:00–2:00 następnego dnia",
            "Friday 20:00–2:00 the next day",
            "у п’ятницю 20:00–2:00 наступного дня",
        ),
        (
            "2026 Jul 01+ Mo-Fr 08:00-15:00",
            "od 1 lipca 2026 r.: od poniedziałku do piątku 8:00–15:00",
            "from 1 July 2026: Monday to Friday 8:00–15:00",
            "з 1 липня 2026 р.: з понеділка до п’ятниці 8:00–15:00",
        ),
        ("Dec 24 off", "24 grudnia: zamknięte", "24 December: closed", "24 грудня: зачинено"),
        ("off", "zamknięte", "closed", "зачинено"),
        ("unknown", "godziny nieznane", "hours unknown", "години невідомі"),
        (
            'Mo-Fr 08:00-16:00 "po uzgodnieniu; tel."',
            "od poniedziałku do piątku 8:00–16:00 (po uzgodnieniu; tel.)",
            "Monday to Friday 8:00–16:00 (po uzgodnieniu; tel.)",
            "з понеділка до п’ятниці 8:00–16:00 (po uzgodnieniu; tel.)",
        ),
        ('"po uzgodnieniu"', "po uzgodnieniu", "po uzgodnieniu", "po uzgodnieniu"),
    ],
)
def test_hours_in_three_languages(hours: str, polish: str, english: str, ukrainian: str) -> None:
    assert [hours_in_words(hours, language) for language in ("pl", "en", "uk")] == [
        polish,
        english,
        ukrainian,
    ]


@pytest.mark.parametrize(
    "hours", ["rano", "Mo-Fr 8-16", "Mo[1] 10:00-12:00", "week 1-53/2 Mo 10:00-12:00", "easter off"]
)
def test_what_cannot_be_put_into_words_stays_as_written(hours: str) -> None:
    assert hours_in_words(hours, "pl") == hours


def test_hours_that_are_plain_for_a_part_leave_the_rest_unknown() -> None:
    week = "Mo-Fr 05:00-22:00, Mo-Fr 00:00-05:00,22:00-24:00 unknown; Sa,Su,PH unknown"
    year = "Apr-Oct 09:00-18:00; Nov-Mar unknown"
    moments = [
        (week, datetime(2026, 11, 24, 14), "open"),
        (week, datetime(2026, 11, 24, 3), "unknown"),
        (week, datetime(2026, 11, 28, 12), "unknown"),
        (week, datetime(2026, 11, 11, 12), "unknown"),  # a Wednesday, and a public holiday
        (year, datetime(2026, 7, 7, 12), "open"),
        (year, datetime(2026, 7, 7, 20), "closed"),
        (year, datetime(2026, 11, 24, 12), "unknown"),
    ]
    for hours, at, state in moments:
        found = opening_state(hours, at, country="PL", timezone="Europe/Warsaw")
        assert found.state == state, (hours, at)
