"""The emergency has a lane of its own: it is queued behind nothing, and what is dear waits."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from locator.web import create_app
from locator.web.lanes import URGENT_THREADS, Lanes, Urgency, is_urgent, waiting_paths

PATIENCE_S = 60


@pytest.fixture(scope="module")
def app(city_folder: Path) -> Flask:
    """The tiny city, of which one may ask once a minute."""
    return create_app({"GEODATA": city_folder, "LIMIT_PER_MINUTE": 1})


@pytest.mark.parametrize(
    ("path", "urgent"),
    [
        ("/aed", True),
        ("/en/aed", True),
        ("/uk/api/aed", True),
        ("/api/aed", True),
        ("/aed/listed.geojson", True),
        ("/en/aed/vehicles.geojson", True),
        ("/pl/maps/aed.js", True),
        ("/aed/coverage", False),
        ("/aed/coverage.geojson", False),
        ("/maps/aed_shares.js", False),
        ("/aedx", False),
        ("/de/aed", False),
        ("/coverage/aeds", False),
        ("/", False),
    ],
)
def test_only_what_the_emergency_page_asks_for_is_urgent(path: str, urgent: bool) -> None:
    assert is_urgent(path) is urgent


class Asked:
    """A connection with one request, as the server hands it on."""

    def __init__(self, path: str, act: Any) -> None:
        self.requests = [SimpleNamespace(path=path)]
        self._act = act

    def service(self) -> None:
        self._act()

    def cancel(self) -> None:
        """Be dropped: the server ends while it waits."""


def test_an_emergency_is_answered_while_every_other_thread_is_busy() -> None:
    lanes = Lanes()
    lanes.set_thread_count(2)
    release, answered = threading.Event(), threading.Event()
    try:
        for _ in range(20):  # two are worked on, the others wait in line
            lanes.add_task(Asked("/coverage/aeds", lambda: release.wait(PATIENCE_S)))
        lanes.add_task(Asked("/en/aed", answered.set))
        assert answered.wait(PATIENCE_S)
        assert not release.is_set()
    finally:
        release.set()
        lanes.shutdown()


def test_a_request_that_could_not_be_read_takes_the_usual_lane() -> None:
    lanes = Lanes()
    lanes.set_thread_count(1)
    done = threading.Event()
    broken = Asked("", done.set)
    broken.requests = [SimpleNamespace()]
    try:
        lanes.add_task(broken)
        assert done.wait(PATIENCE_S)
    finally:
        lanes.shutdown()


def test_all_lanes_stop_with_the_server() -> None:
    lanes = Lanes()
    lanes.set_thread_count(3)
    lanes.waiting.set_thread_count(2)
    assert len(lanes.urgent.threads) == URGENT_THREADS
    lanes.shutdown()
    assert (lanes.threads, lanes.urgent.threads, lanes.waiting.threads) == (set(), set(), set())


def test_who_waits_for_something_dear_holds_up_nothing_quick() -> None:
    lanes = Lanes(lambda path: path.startswith("/coverage"))
    lanes.set_thread_count(1)
    lanes.waiting.set_thread_count(1)
    release, answered = threading.Event(), threading.Event()
    try:
        for _ in range(5):
            lanes.add_task(Asked("/coverage/aeds", lambda: release.wait(PATIENCE_S)))
        lanes.add_task(Asked("/nearest", answered.set))
        assert answered.wait(PATIENCE_S)
        assert not release.is_set()
    finally:
        release.set()
        lanes.shutdown()


@pytest.mark.parametrize(
    ("path", "waits"),
    [
        ("/coverage", True),
        ("/data", True),
        ("/en/coverage/aeds", True),
        ("/uk/report/aeds.pdf", True),
        ("/api/coverage/aeds.csv", True),
        ("/api/v1/coverage/aeds", True),
        ("/tiles/14/9098/5553.pbf", True),
        ("/ogc/collections/gaps/items", True),
        ("/coverage/aeds/more/than/there/is", False),
        ("/", False),
        ("/nearest", False),
        ("/api/nearest", False),
        ("/aed", False),
        ("/layers/aeds", False),
        ("/facilities/aeds-001", False),
        ("/healthz", False),
    ],
)
def test_what_is_dear_takes_the_lane_of_those_who_wait(app: Flask, path: str, waits: bool) -> None:
    assert waiting_paths(app)(path) is waits


def test_what_is_dear_begins_when_nobody_needs_an_aed_any_more() -> None:
    urgency = Urgency(quiet_s=0)
    assert urgency.wait(most_s=0)
    calm = threading.Event()

    def dear() -> None:
        if urgency.wait(most_s=PATIENCE_S):
            calm.set()

    with urgency.under_way():
        assert not urgency.wait(most_s=0)
        with urgency.under_way():
            pass
        assert not urgency.wait(most_s=0)  # the first is still worked on
        planner = threading.Thread(target=dear)
        planner.start()
        assert not calm.is_set()
    planner.join(PATIENCE_S)
    assert calm.is_set()


def test_a_moment_between_two_urgent_ones_is_not_the_end() -> None:
    urgency = Urgency(quiet_s=PATIENCE_S)
    assert urgency.wait(most_s=0)
    with urgency.under_way():
        pass
    assert not urgency.wait(most_s=0)


def test_many_behind_one_address_all_get_an_answer(app: Flask) -> None:
    client = app.test_client()
    # One a minute is allowed of what is merely counted, twenty of what is urgent.
    for _ in range(10):
        assert client.get("/aed").status_code == 200
        assert client.get("/api/aed?q=Lipowa+1").status_code == 200
    assert client.get("/aed").status_code == 429
    assert client.get("/api/nearest?layer=aeds&q=Lipowa+1").status_code == 200
    assert client.get("/api/nearest?layer=aeds&q=Lipowa+1").status_code == 429
