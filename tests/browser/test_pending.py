"""A page that came before all of it was counted says when the rest is there."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from playwright.sync_api import expect

from locator.analysis.access.coverage import CoverageQuery
from locator.api.context import AppState
from tests.browser.barriers import overflow_px, violations
from tests.browser.conftest import PHONE, Arrive

pytestmark = pytest.mark.browser

LATER = "load this page again in a moment"


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """What has to be set before any range is counted."""
    go_on, ranges = threading.Event(), AppState.ranges

    def slowly(self: AppState, query: CoverageQuery, **asked: Any) -> object:
        go_on.wait(60)
        return ranges(self, query, **asked)

    monkeypatch.setattr(AppState, "ranges", slowly)
    monkeypatch.setattr("locator.api.context.PATIENCE_S", 0.05)
    return go_on


def test_whoever_reads_is_told_when_the_rest_is_there_and_shown_it_when_they_want(
    visit: Arrive, counted: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = visit(viewport=PHONE)
    page = someone.go("/en/coverage/nurseries?minutes=17")
    page.route("**/coverage/nurseries?minutes=17", lambda route: route.abort(), times=1)
    note = page.get_by_role("status").filter(has_text="still being counted")
    expect(note).to_contain_text("You will be told here")
    assert LATER not in note.inner_text()
    expect(note.get_by_role("button")).to_have_count(0)  # there is nothing to be shown yet
    assert violations(page) == []
    monkeypatch.setattr("locator.api.context.PATIENCE_S", 20.0)
    counted.set()
    expect(page.locator("[data-pending]")).to_contain_text("is there now")
    (fault,) = someone.faults  # the network was away once, and was asked again
    assert "net::ERR_FAILED" in fault
    someone.faults.clear()
    expect(page.locator(".answer")).not_to_contain_text(" to ")  # it stays as it is being read
    assert violations(page) == []
    assert overflow_px(page) == 0
    page.get_by_role("button", name="Show all of it").click()
    expect(page.locator("[data-pending]")).to_have_count(0)
    expect(page.locator(".answer")).to_contain_text(" to ")


def test_after_three_minutes_it_is_the_reader_who_has_to_ask(
    visit: Arrive, counted: threading.Event
) -> None:
    someone = visit(apart=True)
    someone.page.clock.install()
    try:
        page = someone.go("/en/coverage/nurseries?minutes=19")
        for asked in range(14):
            with page.expect_response("**/coverage/nurseries?minutes=19"):
                page.clock.fast_forward(min(2000 * 2**asked, 15_000))
        expect(page.locator("[data-pending]")).to_contain_text(LATER)
        expect(page.get_by_role("button", name="Show all of it")).to_have_count(0)
    finally:
        counted.set()
