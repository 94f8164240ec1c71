"""Limits hold over all processes of a server, within a fixed memory."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime

import pytest

from locator.base.shared import Rows
from locator.vehicles.poller import Poller
from locator.vehicles.realtime import FeedError
from locator.web.forms import DailyLimit
from locator.web.lanes import Urgency
from locator.web.limits import Limiter, Tally
from tests.forking import in_another, needs_fork

pytestmark = [
    needs_fork,
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning"),
]


def expect(found: object, wanted: object) -> None:
    assert found == wanted


def test_who_asks_two_processes_has_asked_twice() -> None:
    now = [0.0]
    limiter = Limiter(per_minute=2, at_once=1, clock=lambda: now[0])
    assert limiter.allow("192.0.2.1")
    assert in_another(lambda: expect(limiter.allow("192.0.2.1"), True)) == 0
    assert in_another(lambda: expect(limiter.allow("192.0.2.1"), False)) == 0
    assert not limiter.allow("192.0.2.1")
    assert in_another(lambda: expect(limiter.allow("192.0.2.2"), True)) == 0
    assert len(limiter) == 2
    now[0] = 60.0
    assert limiter.allow("192.0.2.1")


def test_reports_of_a_day_are_counted_together_and_forgotten_together() -> None:
    now = [datetime(2026, 11, 28, 12, tzinfo=UTC)]
    limit = DailyLimit(1, now=lambda: now[0])
    assert in_another(lambda: expect(limit.allow("192.0.2.1"), True)) == 0
    assert not limit.allow("192.0.2.1")
    now[0] = datetime(2026, 11, 29, 12, tzinfo=UTC)
    assert in_another(lambda: expect(limit.allow("192.0.2.1"), True)) == 0
    assert not limit.allow("192.0.2.1")


def test_a_place_that_one_process_holds_is_taken_for_all() -> None:
    limiter = Limiter(per_minute=0, at_once=1, in_line=0)

    def refused() -> None:
        with limiter.slot(wait_s=60) as got:  # the line is full: told at once
            expect(got, False)

    with limiter.slot() as first:
        assert first
        assert in_another(refused) == 0
    assert in_another(refused) == 1  # there is a place now


def test_the_places_of_a_process_that_was_killed_come_free() -> None:
    limiter = Limiter(per_minute=0, at_once=1, in_line=0)

    def hold_and_die() -> None:
        with limiter.slot():
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_another(hold_and_die, row=2) == -signal.SIGKILL
    with limiter.slot() as got:
        assert not got
    Rows.forget(2)  # as whoever kept the process does
    with limiter.slot() as got:
        assert got


def test_an_emergency_in_one_process_is_known_in_all() -> None:
    urgency = Urgency(quiet_s=0)
    with urgency.under_way():
        assert in_another(lambda: expect(urgency.wait(most_s=0), False)) == 0
    assert in_another(lambda: expect(urgency.wait(most_s=0), True)) == 0


def test_the_ring_forgets_the_oldest_when_it_is_full_and_counts_across_its_end() -> None:
    tally = Tally(most=4)
    me, other = tally.number_of("a"), tally.number_of("b")
    for at in range(3):
        tally.add(me, at)
    tally.forget(0)
    assert tally.count(me) == 2
    for at in range(3, 6):
        tally.add(other, at)  # the third takes the place of what was counted at 1
    assert (tally.count(me), tally.count(other)) == (1, 3)
    assert tally.visitors() == {int(me), int(other)}
    tally.forget(99)
    assert (tally.count(me), tally.visitors()) == (0, set())
    tally.add(me, 100)
    assert tally.count(me) == 1


def test_a_feed_that_one_process_polls_is_read_by_all() -> None:
    def fetch(url: str, feed: str) -> bytes:
        raise FeedError("feed {feed}: the server answered {status}", feed=feed, status=503)

    poller = Poller({"T": "https://x"}, fetch=fetch)
    assert in_another(lambda: poller.poll_once("T")) == 0
    (state,) = poller.states()
    assert state.failures == 1 and state.error is not None
    assert state.error.message == "feed T: the server answered 503"
    assert poller.poll_once("T").failures == 2  # whoever polls next goes on from there
    assert in_another(lambda: expect(poller.states()[0].failures, 2)) == 0
