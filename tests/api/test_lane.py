"""What is counted in the background, in which order; events stand for what takes long."""

from __future__ import annotations

from functools import partial
from threading import Event

import pytest

from locator.api.lane import LEFT_S, MOST, Lane

LONG_S = 30.0


def held(lane: Lane) -> Event:
    """Let the lane be busy until the event that is returned is set."""
    begun, go_on = Event(), Event()

    def busy() -> None:
        begun.set()
        go_on.wait(LONG_S)

    lane.submit(busy)
    assert begun.wait(LONG_S)
    return go_on


def test_answers_come_in_the_order_of_their_questions() -> None:
    assert Lane().ask([partial(int, "1"), partial(int, "2")], within_s=LONG_S) == [1, 2]
    assert Lane().ask([], within_s=LONG_S) == []


def test_what_fails_fails_for_who_asked_and_for_nobody_else() -> None:
    lane = Lane()
    with pytest.raises(ValueError, match="x"):
        lane.ask([partial(int, "x")], within_s=LONG_S)
    assert lane.ask([partial(int, "3")], within_s=LONG_S) == [3]


def test_who_waits_comes_before_who_has_gone_and_the_latest_of_them_first() -> None:
    lane, done = Lane(), []
    go_on = held(lane)
    assert lane.ask([partial(done.append, one) for one in "ab"], within_s=0) == [None, None]
    first = lane.submit(done.append, "c")
    second = [lane.submit(done.append, "d"), lane.submit(done.append, "e")]
    go_on.set()
    for answer in (first, *second):
        answer.result(LONG_S)
    lane.submit(int).result(LONG_S)  # waited for: before a and b, or after them
    assert done[:3] == ["e", "d", "c"]


def test_what_nobody_waits_for_is_counted_on_in_its_order() -> None:
    lane, done, last = Lane(), [], Event()
    go_on = held(lane)
    lane.ask([partial(done.append, "a"), partial(done.append, "b"), last.set], within_s=0)
    go_on.set()
    assert last.wait(LONG_S)
    assert done == ["a", "b"]


def test_nothing_that_nobody_waits_for_begins_while_another_question_is_answered() -> None:
    lane, done, last = Lane(), [], Event()
    go_on = held(lane)
    lane.ask([partial(done.append, "left"), last.set], within_s=0)
    with lane.elsewhere():
        go_on.set()
        assert lane.ask([partial(int, "4")], within_s=LONG_S) == [4]  # somebody waits for that
        assert lane.ask([partial(int, "5")], within_s=LONG_S) == [5]
        assert done == []
    assert last.wait(LONG_S)
    assert done == ["left"]


def test_a_lane_that_was_idle_counts_again() -> None:
    lane = Lane()
    for one in range(3):
        assert lane.submit(lambda one=one: one).result(LONG_S) == one


def test_where_others_stand_in_line_nobody_waits_and_what_is_left_comes_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = [100.0]
    monkeypatch.setattr("locator.api.lane.monotonic", lambda: now_s[0])
    lane, done, last = Lane(), [], Event()
    go_on = held(lane)
    with lane.elsewhere(in_line=lambda: 1):
        # Would it wait, the test would: what holds the lane is let go afterwards.
        assert lane.ask([partial(done.append, "left"), last.set], within_s=LONG_S) == [None, None]
        go_on.set()
        lane.submit(int).result(LONG_S)
        assert done == []  # others are being answered
        now_s[0] += LEFT_S
        lane.submit(int).result(LONG_S)
        assert last.wait(LONG_S)  # they may never stop
    assert done == ["left"]


def test_of_too_much_that_is_left_the_latest_stays() -> None:
    lane, done, last = Lane(), [], Event()
    go_on = held(lane)
    for one in range(MOST + 3):
        oldest = [last.set] if one == 3 else []
        lane.ask([partial(done.append, one), *oldest], within_s=0)
    go_on.set()
    assert last.wait(LONG_S)
    assert done == list(reversed(range(3, MOST + 3)))
