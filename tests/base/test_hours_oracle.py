"""Opening hours held against opening_hours.js and opening-hours-py, minute by minute."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opening_hours import OpeningHours

from locator.base.opening_hours.state import opening_state, understood_twice

WARSAW = ZoneInfo("Europe/Warsaw")
ORACLE = Path(__file__).parents[3] / "shared" / "testdata" / "opening_hours_oracle.json"

FIRST = "the exception is written first: by the grammar it is overridden, people take it to hold"
LOOSE = "not in the grammar; the other library guesses, with a warning"
SUN = "without coordinates the sun is not known; the other library takes 06:00 and 18:00"
EXPLAINED = {
    "PH off; Mo-Fr 08:00-16:00": (FIRST, 2_400),
    "easter off; Mo-Su 09:00-18:00": (FIRST, 540),
    "2026 Nov 11 off; Mo-Fr 08:00-16:00": (FIRST, 480),
    "Mo-Fr 8-16": (LOOSE, 72_000),
    "Mo-Fr 08.00-16.00": (LOOSE, 72_000),
    "Pn-Pt 08:00-16:00": (LOOSE, 72_000),
    "Mo-Fr sunrise-sunset": (SUN, 51_840),
    "sunrise-sunset": (SUN, 72_000),
}
"""Why and for how many minutes the state is unknown where opening_hours.js knows better."""


@pytest.fixture(scope="module")
def oracle() -> dict[str, Any]:
    if not ORACLE.exists():
        pytest.skip("../shared/testdata/opening_hours_oracle.json is not here")
    found: dict[str, Any] = json.loads(ORACLE.read_text(encoding="utf-8"))
    return found


def minute_of(local: str) -> int:
    return int(datetime.fromisoformat(local).replace(tzinfo=WARSAW).timestamp()) // 60


def ours(text: str, begin: int, end: int) -> list[str]:
    """Return the state of each minute, by the states and changes that every page shows."""
    states: list[str] = []
    while begin < end:
        at = datetime.fromtimestamp(begin * 60, UTC)
        found = opening_state(text, at, country="PL", timezone="Europe/Warsaw")
        change = found.next_change
        until = end if change is None else min(int(change.timestamp()) // 60, end)
        states += [found.state] * (until - begin)
        begin = until
    return states


def theirs(pieces: list[list[str]], begin: int, end: int) -> list[str]:
    states = ["closed"] * (end - begin)
    for first, last, state in pieces:
        span = slice(minute_of(first) - begin, minute_of(last) - begin)
        states[span] = [state] * (span.stop - span.start)
    return states


@pytest.mark.slow
def test_every_string_agrees_with_opening_hours_js_or_is_explained(oracle: dict[str, Any]) -> None:
    windows = [(minute_of(first), minute_of(last)) for first, last in oracle["windows"]]
    minutes, refused, different = 0, [], {}
    for text, answer in oracle["strings"].items():
        if "error" in answer:
            refused.append(text)
            continue
        pairs: Counter[tuple[str, str]] = Counter()
        for (begin, end), pieces in zip(windows, answer["windows"], strict=True):
            mine, other = ours(text, begin, end), theirs(pieces, begin, end)
            minutes += len(mine)
            pairs.update(pair for pair in zip(mine, other, strict=True) if pair[0] != pair[1])
        if pairs:
            different[text] = sum(pairs.values())
            assert {mine for mine, _ in pairs} == {"unknown"}, text
    assert (len(oracle["strings"]), len(windows), minutes) == (128, 4, 124 * 72_000)
    assert different == {text: count for text, (_, count) in EXPLAINED.items()}
    assert not any(oracle["strings"][text].get("in_geodata") for text in different)
    assert len(refused) == 4


def test_what_opening_hours_js_refuses_is_never_open(oracle: dict[str, Any]) -> None:
    refused = [text for text, answer in oracle["strings"].items() if "error" in answer]
    begin = minute_of("2026-07-06T00:00")
    for text in refused:
        # It has no school holidays of Poland, either: what does not depend on them may be said.
        states = set(ours(text, begin, begin + 7 * 24 * 60))
        assert states <= {"unknown", "closed"}, text


@pytest.mark.slow
def test_only_the_strings_that_people_read_otherwise_are_called_doubtful(
    oracle: dict[str, Any],
) -> None:
    doubtful = {
        text
        for text in oracle["strings"]
        if understood_twice(text, country="PL", timezone="Europe/Warsaw", around=date(2026, 11, 1))
    }
    assert doubtful == {
        "PH off; Mo-Fr 08:00-16:00",
        "easter off; Mo-Su 09:00-18:00",
        "2026 Nov 11 off; Mo-Fr 08:00-16:00",
        "Jan 10-20 off; Mo-Su 10:00-18:00",
        "PH,SH off; Mo-Fr 09:00-15:00",
    }


# A third reading: opening-hours-py, on what it reads as everybody does -----------------------

DAYS = ["Mo", "Tu-Th", "Fr", "Sa-Su", "Mo-Fr", "Mo,We", "Su,PH", "PH", "Mo-Su", "Sa[1]", "Su[-1]"]
DATES = ["", "Jan-Mar ", "Nov-Feb ", "Dec 24-26 ", "easter -2 days ", "2026 ", "week 2-52/2 "]
TIMES = ["08:00-16:00", "06:30-12:00,13:00-18:15", "00:00-24:00", "12:00-14:00", "off", "unknown"]
RULES = st.builds(
    "{}{} {}".format, st.sampled_from(DATES), st.sampled_from(DAYS), st.sampled_from(TIMES)
)


@pytest.mark.slow
@given(
    st.lists(RULES, min_size=1, max_size=4),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
)
def test_what_is_known_agrees_with_opening_hours_py(rules: list[str], at: datetime) -> None:
    text = "; ".join(rules)
    local = at.replace(second=0, microsecond=0, tzinfo=WARSAW).astimezone(UTC).astimezone(WARSAW)
    found = opening_state(text, local, country="PL", timezone="Europe/Warsaw")
    other = OpeningHours(text, country="PL", timezone=WARSAW)
    if found.state == "open":
        assert other.is_open(local), text
    elif found.state == "closed":
        assert not other.is_open(local), text
    if found.next_change:
        before = found.next_change.astimezone(UTC) - timedelta(minutes=1)
        for moment, same in ((before, True), (found.next_change, False)):
            again = opening_state(text, moment, country="PL", timezone="Europe/Warsaw")
            assert (again.state == found.state) == same
