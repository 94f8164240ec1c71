"""What is dear is answered in a process of its own, and nobody can tell by the answer."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.connection import Client, Listener
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.test import TestResponse

from locator.city.basemap.serving import BaseMap
from locator.web import apart, create_app
from locator.web.lanes import HOLD_S
from locator.web.limits import Limiter
from tests.forking import in_another

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes to fork here")

ASKED = (
    "/coverage",
    "/en/coverage/aeds?minutes=5",
    "/uk/coverage/aeds.csv?minutes=5",
    "/api/coverage/aeds?minutes=5",
    "/en/api/coverage/nothing",
    "/coverage/aeds?minutes=-1",
)


@pytest.fixture(scope="module")
def here(city_folder: Path) -> Flask:
    """The tiny city, answering everything itself; its ranges are counted before."""
    app = create_app({"GEODATA": city_folder, "LIMIT_PER_MINUTE": 0})
    for waits in ("/api/coverage", "/api/coverage/aeds?minutes=5"):
        assert app.test_client().get(waits).status_code == 200
    return app


@pytest.fixture(scope="module")
def front(here: Flask, city_folder: Path) -> Iterator[FlaskClient]:
    """The same, with what is dear answered by `here`, as by another process."""
    app = create_app({"GEODATA": city_folder, "LIMIT_PER_MINUTE": 0})
    ends, lives = os.pipe()
    with closing(Listener(family="AF_UNIX")) as listener:
        working = threading.Thread(target=apart.work, args=(here, listener, 2, ends))
        working.start()
        app.extensions[apart.NAME] = apart.Apart(str(listener.address))
        yield app.test_client()
        os.close(lives)
        working.join(30)
        os.close(ends)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("encoding", ["identity", "br"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ASKED)
def test_an_answer_from_apart_is_the_answer(
    here: Flask, front: FlaskClient, path: str, method: str, encoding: str
) -> None:
    asked = {"method": method, "headers": {"Accept-Encoding": encoding}}
    own, other = here.test_client().open(path, **asked), front.open(path, **asked)
    assert (other.status, other.data) == (own.status, own.data)
    assert lasting(other) == lasting(own)


def lasting(answer: TestResponse) -> list[tuple[str, str]]:
    """Return the headers that are the same a second later."""
    return sorted(pair for pair in answer.headers if pair[0] != "Date")


def test_a_question_is_counted_once_and_takes_one_place(
    here: Flask, front: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = Limiter(per_minute=2, at_once=1)  # of both, as of processes forked from one
    for app in (here, front.application):
        monkeypatch.setitem(app.extensions, "locator.limiter", limiter)
    answers = [front.get("/coverage").status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_an_answer_that_is_known_is_not_sent_again(front: FlaskClient) -> None:
    path = "/api/coverage/aeds?minutes=5"
    known = front.get(path).headers.get("ETag")
    assert known
    again = front.get(path, headers={"If-None-Match": known})
    assert (again.status_code, again.data) == (304, b"")


def test_there_what_is_dear_stands_back_by_its_priority_and_waits_for_no_pause(
    city_folder: Path,
) -> None:
    def dear_beside_an_emergency() -> None:
        before, urgency = os.nice(0), app.extensions["locator.urgency"]
        apart.become(app)
        assert os.nice(0) == before + apart.NICENESS
        assert apart.aside_of(app) is None
        memo = app.extensions["locator"].memo
        assert memo.largest_b <= memo.limit_b == apart.MEMO_B
        with urgency.under_way():
            assert not urgency.wait()  # at once

    app = create_app({"GEODATA": city_folder})
    app.extensions[apart.NAME] = apart.Apart("/nowhere")
    assert app.extensions["locator.urgency"].hold_s == HOLD_S
    assert in_another(dear_beside_an_emergency) == 0


def test_what_lies_free_is_given_back_though_nobody_asks_any_more(
    city_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Counted:
        def __init__(self) -> None:
            self.twice = threading.Semaphore(0)

        def now_and_then(self) -> None:
            self.twice.release()

    app, counted = create_app({"GEODATA": city_folder}), Counted()
    app.extensions["locator.base.freeing"] = counted
    let_go: list[int] = []
    monkeypatch.setattr(BaseMap, "let_go", lambda _: let_go.append(1))
    monkeypatch.setattr(apart, "TRIM_EVERY_S", 0.001)
    ends, lives = os.pipe()
    with closing(Listener(family="AF_UNIX")) as listener:
        working = threading.Thread(target=apart.work, args=(app, listener, 0, ends))
        working.start()
        assert all(counted.twice.acquire(timeout=60) for _ in range(2))
        os.close(lives)
        working.join(60)
        assert not working.is_alive()
    assert let_go
    os.close(ends)


def test_a_process_that_has_grown_finishes_what_it_has_and_ends(
    here: Flask, city_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one is forked in its place (`locator.base.forking`)."""
    held_b = {"Rss": 100, "Private_Dirty": 125}
    looks, begun, go_on = threading.Semaphore(0), threading.Event(), threading.Event()

    def looked(kind: str) -> int:
        looks.release()
        return held_b[kind]

    def slow(*_: object) -> apart.Answer:
        begun.set()
        assert go_on.wait(60)
        return "200 OK", [], b"slow"

    monkeypatch.setattr(apart, "memory_b", looked)
    monkeypatch.setattr(apart, "answered", slow)
    monkeypatch.setattr(apart, "AFTER_S", 0.0)
    warmed: list[object] = []
    monkeypatch.setattr(apart, "_warm", warmed.append)
    monkeypatch.setattr(apart, "TRIM_EVERY_S", 0.001)
    monkeypatch.setattr(apart, "YOUNG_S", 0.0)
    ends, lives = os.pipe()
    with closing(Listener(family="AF_UNIX")) as listener:
        renewed = np.zeros(1)
        asked = {"args": (here, listener, 1, ends), "kwargs": {"renewed": renewed}}
        working = threading.Thread(target=apart.work, **asked)
        working.start()
        assert all(looks.acquire(timeout=60) for _ in range(3))
        assert working.is_alive(), "it has become as large as it may, not larger"
        with Client(str(listener.address)) as line, Client(str(listener.address)) as later:
            line.send(({}, b""))
            assert begun.wait(60)
            held_b["Private_Dirty"] += 1
            working.join(0.5)
            assert working.is_alive(), "somebody is being answered"
            later.send(({}, b""))
            go_on.set()
            assert line.recv()[2] == b"slow"
            assert not later.poll(0.2), "whoever comes next answers that"
            working.join(60)
            assert not working.is_alive()
            assert (renewed[0], len(warmed)) == (1, 1)
            held_b["Private_Dirty"] -= 1
            again = threading.Thread(target=apart.work, **asked)
            again.start()
            assert later.recv()[2] == b"slow"
        held_b["Private_Dirty"] += 1
        again.join(60)
        assert not again.is_alive()
        assert len(warmed) == 1, "the next one counts what is asked for, and nothing else"
    os.close(lives)
    os.close(ends)


def test_what_is_quick_is_answered_without_asking_anyone(city_folder: Path) -> None:
    app = create_app({"GEODATA": city_folder})
    app.extensions[apart.NAME] = apart.Apart("/nowhere")
    client = app.test_client()
    assert client.get("/aed?q=Lipowa+1").status_code == 200
    assert client.get("/api/aed?q=Lipowa+1").status_code == 200
    dear = client.get("/coverage")
    assert (dear.status_code, dear.headers["Retry-After"]) == (503, "1")


def test_nobody_waits_for_an_answer_that_nobody_will_read() -> None:
    with closing(Listener(family="AF_UNIX")) as listener:  # takes no question, ever
        line = apart.Apart(str(listener.address))
        gone = line.answer({"waitress.client_disconnected": lambda: True}, b"")
    assert gone.status_code == 204


def test_a_process_that_ended_over_a_question_is_told_as_busy() -> None:
    with closing(Listener(family="AF_UNIX")) as listener:
        ending = threading.Thread(target=lambda: listener.accept().close())
        ending.start()
        with pytest.raises(ServiceUnavailable):
            apart.Apart(str(listener.address)).answer({}, b"")
        ending.join(30)
