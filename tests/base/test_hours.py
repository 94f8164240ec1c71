"""Opening hours: the state at a moment, and the words for it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locator.base.opening_hours.calendar import Where
from locator.base.opening_hours.state import (
    OpenState,
    _read,
    hours_in_words,
    is_valid_hours,
    opening_state,
    understood_twice,
)

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
    "hours",
    ["rano", "Mo-Fr 8-16", "10:00-16:00/01:30", "Oct Su[-1]-Mar Su[-1] off", "PH, Dec 24 off"],
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


@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        # A comma goes on with a list of days, with a space or without, and adds a rule after times.
        ("Mo-Fr 07:30-15:30; Sa-Su, PH off", "2026-11-15T03:00", "closed"),
        ("Mo-Fr 07:30-15:30; Sa-Su, PH off", "2026-11-11T10:00", "closed"),
        ("Mo-Sa 08:00-20:00; Su, PH 10:00-16:00", "2026-11-11T09:00", "closed"),
        ("Mo-Fr 08:00-12:00, 13:00-16:00", "2026-11-12T14:00", "open"),
        ("Mo-Fr 08:00-12:00, Sa 10:00-14:00", "2026-11-14T13:00", "open"),
        ("Mo-Fr 08:00-16:00, PH off", "2026-11-11T10:00", "closed"),
        # What is narrower holds wherever it stands: to call it open would be a guess.
        ("PH off; Mo-Fr 08:00-16:00", "2026-11-11T10:00", "unknown"),
        ("Mo-Fr 12:00-13:00 off; Mo-Fr 08:00-16:00", "2026-11-12T12:30", "unknown"),
        ("Mo-Fr 08:00-16:00; Mo-Fr 12:00-13:00 off", "2026-11-12T12:30", "closed"),
        ("Mo-Fr 12:00-13:00 off; Mo-We 08:00-16:00", "2026-11-09T12:30", "unknown"),
        ("Mo-Sa, PH off; We 08:00-10:00", "2026-11-11T09:00", "unknown"),
        ("Mo-Sa, PH off; We 08:00-10:00", "2026-11-18T09:00", "open"),
        ("Mo-Fr 08:00-16:00; Sa off || open", "2026-11-14T10:00", "unknown"),
        ("Sa 10:00-14:00; Mo-Su 08:00-18:00", "2026-11-14T16:00", "unknown"),
        ("Mo-Su 08:00-18:00; Sa 10:00-14:00", "2026-11-14T16:00", "closed"),
        ("Mo-Fr 08:00-12:00; Mo-Fr 14:00-18:00", "2026-11-12T10:00", "unknown"),
        ("Mo-Su off; Tu 10:00-12:00", "2026-11-10T11:00", "open"),
        ("Jul-Aug Mo-Fr 09:00-13:00; Mo-Fr 08:00-16:00", "2026-07-07T15:00", "unknown"),
        # A night belongs to the day on which it begins.
        ("Fr-Sa 20:00-04:00", "2026-11-15T03:00", "open"),
        ("Fr-Sa 20:00-04:00", "2026-11-16T03:00", "closed"),
        ("Su-Th 11:00-22:00; Fr-Sa 11:00-02:00", "2026-11-15T01:00", "open"),
        ("Fr-Sa 20:00-04:00; Su off", "2026-11-15T03:00", "unknown"),
        ("Fr-Sa 11:00-02:00; Su-Th 11:00-22:00", "2026-11-15T01:00", "unknown"),
        ("Mo-Fr 00:00-24:00", "2026-11-14T00:00", "closed"),
        ("Mo 20:00-00:00", "2026-11-10T00:00", "closed"),
        # A remark without a state is a condition; an end that is open is not known.
        ('Mo-Fr 08:00-16:00 "po umówieniu"', "2026-11-12T10:00", "unknown"),
        ('Mo-Fr 08:00-16:00 open "domofon"', "2026-11-12T10:00", "open"),
        ('Mo-Fr 08:00-16:00 || "po umówieniu"', "2026-11-12T10:00", "open"),
        ('Mo-Fr 08:00-16:00 || "po umówieniu"', "2026-11-14T10:00", "unknown"),
        ('""', "2026-11-12T10:00", "unknown"),
        ("Mo-Fr 08:00+", "2026-11-12T10:00", "unknown"),
        ("Mo-Fr 08:00-16:00+", "2026-11-12T10:00", "open"),
        ("Mo-Fr 08:00-16:00+", "2026-11-12T17:00", "unknown"),
        ("Mo 18:00-20:00+", "2026-11-10T05:59", "unknown"),
        ("Mo 18:00-20:00+", "2026-11-10T06:00", "closed"),
        # Days of a month, months over the new year, leap days.
        ("Mo[1] 10:00-12:00", "2026-11-02T11:00", "open"),
        ("Mo[1] 10:00-12:00", "2026-11-09T11:00", "closed"),
        ("Su[-1] 10:00-12:00", "2026-11-29T11:00", "open"),
        ("Nov-Feb 10:00-12:00", "2027-01-15T11:00", "open"),
        ("Dec 24-Jan 02 off; Mo-Su 10:00-12:00", "2026-12-30T11:00", "unknown"),
        ("Mo-Su 10:00-12:00; Dec 24-Jan 02 off", "2026-12-30T11:00", "closed"),
        ("Feb 29 10:00-12:00", "2028-02-29T11:00", "open"),
        ("Feb 29 10:00-12:00", "2027-03-01T11:00", "closed"),
        ("Feb 29 10:00-12:00", "2027-02-28T11:00", "closed"),
        ("Feb 10-29 10:00-12:00", "2027-02-28T11:00", "open"),
        ("easter +1 day 10:00-12:00", "2027-03-29T11:00", "open"),
        ("2026-2027/2 10:00-12:00", "2027-03-29T11:00", "closed"),
        ("week 46 10:00-12:00", "2026-11-12T11:00", "open"),
        ("PH -1 day 10:00-12:00", "2026-11-10T11:00", "open"),
        ("PH Mo-Fr 10:00-12:00", "2026-11-11T11:00", "open"),
        ("PH Sa 10:00-12:00", "2026-11-11T11:00", "closed"),
        # Exceptions alone say nothing of the other days.
        ("PH off", "2026-11-11T11:00", "closed"),
        ("PH off", "2026-11-12T11:00", "unknown"),
        ("SH off", "2026-11-12T11:00", "unknown"),
        ("SH 10:00-12:00", "2026-11-12T13:00", "closed"),
    ],
)
def test_the_state_follows_the_grammar_and_is_unknown_where_people_read_it_otherwise(
    hours: str, at: str, expected: str
) -> None:
    assert state(hours, at) == expected


@pytest.mark.parametrize(
    "hours",
    [":", ";", "24/7,", "Mo-Fr, 08:00-16:00", "SaSu off", "Mo-Fr 24:30-25:00", "Mo[6] off"]
    + ["10:00", "sunrise", "Feb 30 off", "week 54 off", "2028-2026 off", "off off", "Mo-Fr -16:00"],
)
def test_what_nobody_could_act_on_is_not_in_the_grammar(hours: str) -> None:
    assert not is_valid_hours(hours)
    assert state(hours, "2026-11-12T10:00") == "unknown"


def test_states_that_follow_the_sun_change_with_it() -> None:
    kraków = (19.94, 50.06)
    answer = opening_state(
        "(sunrise+01:00)-sunset",
        local("2026-06-21T12:00"),
        country="PL",
        timezone="Europe/Warsaw",
        coordinates=kraków,
    )
    assert answer == OpenState("open", local("2026-06-21T20:53"))


def test_the_long_and_the_short_night_have_each_hour_that_there_is() -> None:
    options = {"country": "PL", "timezone": "Europe/Warsaw"}
    hours = "Su 02:15-02:45"
    first = opening_state(hours, local("2026-10-25T02:00"), **options)
    assert first == OpenState("closed", local("2026-10-25T02:15"))
    again = opening_state(hours, local("2026-10-25T02:50"), **options)
    assert again.next_change is not None
    assert again.next_change.astimezone(UTC) == datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
    short = opening_state("Su 01:30-02:30", local("2026-03-29T01:45"), **options)
    assert short == OpenState("open", local("2026-03-29T03:00"))


def test_a_day_that_can_be_read_in_two_ways_is_found() -> None:
    options = {"country": "PL", "timezone": "Europe/Warsaw", "around": date(2026, 10, 1)}
    assert understood_twice("PH off; Mo-Fr 08:00-16:00", **options) == date(2026, 11, 11)
    assert understood_twice("Mo-Fr 08:00-16:00; PH off", **options) is None
    assert understood_twice("24/7", **options) is None
    assert understood_twice("Fr-Sa 20:00-04:00; Su off", **options) is None


@pytest.mark.parametrize(
    "hours",
    [
        OFFICE,
        "24/7",
        "Mo-Fr 22:00-06:00",
        "sunrise-sunset",
        "Oct 24-26 00:00-24:00; Mar 27-29 01:00-03:30",
        "no such hours",
    ],
)
@pytest.mark.parametrize("begin", ["2026-10-24T20:00", "2027-03-27T20:00", "2026-11-11T06:00"])
def test_what_is_known_until_the_next_change_is_what_would_be_read(hours: str, begin: str) -> None:
    where = Where("PL", "Europe/Warsaw", (19.94, 50.06))
    start = local(begin).astimezone(UTC)
    # To and fro: an answer for an hour holds neither before it nor after the change.
    minutes = [*range(0, 1500, 7), *range(1500, 0, -11)]
    for minute in (start + timedelta(minutes=n) for n in minutes):
        known = opening_state(
            hours, minute, country="PL", timezone="Europe/Warsaw", coordinates=where.coordinates
        )
        assert known == _read(hours, minute, where)
