"""The server under the mix of a day: 1, 8, 50 and 100 visitors, and beside dear questions.

A visitor asks, reads for some seconds, and asks again; 100 of them are ten questions a second. Of
what they wait for the wall clock is the measure, so that other programs count, too: the processor
time of an answer, of the server and its processes, is told beside it. ``LOCATOR_APART=0`` measures
the server without a process for what is dear.
"""

from __future__ import annotations

import random
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np

from locator.city.model import default_folder, load_city
from tests.bench.asking import BROWSER, answer, answering_s, served, settle, spent_s
from tests.bench.measuring import Row, family, proportional_mb

VISITORS = (1, 8, 50, 100)
FOR_S, READS_S = 20.0, (5.0, 15.0)
DEAR = 20
WAITS_MS = 300.0
MEMORY_MB = 600.0

City = tuple[Sequence[Sequence[float]], Sequence[str], Sequence[str]]
"""Places where people live, ids of facilities, names of streets."""

MIX = {
    "home": (20, lambda chance, city: "/"),
    "nearest": (25, lambda chance, city: f"/nearest?layer=nurseries&{_place(chance, city)}"),
    "nearest by words": (
        5,
        lambda chance, city: f"/nearest?layer=aeds&q={quote(chance.choice(city[2]))}%201",
    ),
    "API nearest": (10, lambda chance, city: f"/api/nearest?layer=aeds&{_place(chance, city)}"),
    "AED": (10, lambda chance, city: f"/aed?{_place(chance, city)}"),
    "layer": (8, lambda chance, city: f"/layers/{chance.choice(('aeds', 'nurseries'))}"),
    "facility": (10, lambda chance, city: f"/facilities/{chance.choice(city[1])}"),
    "map data": (2, lambda chance, city: "/maps/features.geojson"),
    "tile": (
        10,
        lambda chance, city: (
            f"/tiles/14/{chance.randint(9080, 9110)}/{chance.randint(5545, 5560)}.pbf"
        ),
    ),
}
"""What is asked in a day, and how often in a hundred questions."""

WANTED = {"API nearest": 600, "nearest": 150}
"""Answers a second that two processors are to give."""

CONNECTIONS, PROCESSORS = 50, 2
RESTING = 1000
"""Connections that are kept open meanwhile, as browsers do for a while, and ask nothing."""

AED = {"AED": MIX["AED"], "API AED": (10, lambda chance, city: f"/api/aed?{_place(chance, city)}")}


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    with served() as (port, pid):
        settle(port, pid)
        known = load_city(default_folder())
        city = (
            known.demand.lonlat.tolist(),
            known.facilities.index.tolist(),
            sorted(set(known.houses["street"])),
        )
        yield from without_rest(port, pid, city)
        with _resting(port):
            yield from without_rest(port, pid, city, beside=f" beside {RESTING:,} at rest")
        for visitors in VISITORS:
            yield from _day(port, pid, city, visitors, MIX)
        yield from _day(port, pid, city, VISITORS[-1], AED, dear=DEAR)
        yield from _day(port, pid, city, VISITORS[-1], MIX, dear=DEAR)
        held_mb = sum(map(proportional_mb, family(pid)))
        yield Row("memory of the server and its processes", held_mb, "MB", MEMORY_MB, "PSS")


def without_rest(port: int, pid: int, city: City, *, beside: str = "") -> Iterator[Row]:
    """Yield what is answered to connections that ask anew at once, and what an answer costs.

    The one who asks works on the same processors: how many answers a second a server gives that
    has `PROCESSORS` for itself follows from the processor time of one.
    """
    for name, wanted in WANTED.items():
        took_ms: list[float] = []
        until = time.monotonic() + FOR_S

        def ask(number: int, name: str = name, until: float = until, took: Any = took_ms) -> None:
            chance, connection = random.Random(number), HTTPConnection("127.0.0.1", port)
            while time.monotonic() < until:
                begun = time.perf_counter()
                connection.request("GET", MIX[name][1](chance, city), headers=BROWSER)
                given = connection.getresponse()
                given.read()
                took.append((time.perf_counter() - begun) * 1000)
                if given.status != 200:
                    raise RuntimeError(f"{name} answers {given.status}")
            connection.close()

        begun_s, asker_s, at_s = answering_s(pid), time.process_time(), time.monotonic()
        for one in _started(ask, CONNECTIONS):
            one.join()
        each_ms = (answering_s(pid) - begun_s) / len(took_ms) * 1000
        asker_ms = (time.process_time() - asker_s) / len(took_ms) * 1000
        rate, p99 = len(took_ms) / (time.monotonic() - at_s), np.percentile(took_ms, 99)
        said = f"{rate:.0f} a second, p99 {p99:.0f} ms, {asker_ms:.2g} ms each of who asks; "
        said += f"{PROCESSORS * 1000 / each_ms:.0f} a second of {PROCESSORS} processors alone"
        title = f"{CONNECTIONS} connections without rest{beside}, {name}"
        title += ": processor time of an answer"
        yield Row(title, each_ms, "ms", PROCESSORS * 1000 / wanted, said)


@contextmanager
def _resting(port: int) -> Iterator[None]:
    """Keep `RESTING` connections open, each after an answer."""
    with ExitStack() as opened:
        for _ in range(RESTING):
            connection = opened.enter_context(socket.create_connection(("127.0.0.1", port), 60))
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            connection.recv(65_536)
        yield


@dataclass
class Seen:
    """What the visitors have seen: milliseconds by what they asked for, and refusals."""

    ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: list[str] = field(default_factory=list)


def _day(
    port: int,
    pid: int,
    city: City,
    visitors: int,
    mix: dict[str, tuple[int, Callable[[random.Random, City], str]]],
    *,
    dear: int = 0,
) -> Iterator[Row]:
    """Yield what so many visitors wait for in `FOR_S` seconds, each kind of question."""
    seen, stop, planned = Seen(), threading.Event(), []
    names, weights = list(mix), [weight for weight, _ in mix.values()]
    asked_for = {name: address for name, (_, address) in mix.items()}

    def visitor(number: int) -> None:
        chance = random.Random(number)
        until = time.monotonic() + FOR_S
        time.sleep(chance.uniform(0, min(READS_S[1], FOR_S)))
        while time.monotonic() < until:
            name = chance.choices(names, weights)[0]
            begun = time.perf_counter()
            status = answer(port, asked_for[name](chance, city))
            seen.ms[name].append((time.perf_counter() - begun) * 1000)
            if status in (0, 429, 503):  # an address that is not there is answered, too
                seen.refused.append(f"{name} {status}")
            time.sleep(chance.uniform(*READS_S) if visitors > 1 else 0.2)

    def planner(number: int) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            minutes = f"{5 + number}.{turn:02d}"
            path = "where-next" if turn % 4 == 1 else "coverage"
            planned.append(answer(port, f"/{path}/nurseries?{urlencode({'minutes': minutes})}"))

    planners = _started(planner, dear)
    time.sleep(1.0 if dear else 0.0)
    begun_s = spent_s(pid)
    for one in _started(visitor, visitors):
        one.join()
    took_s = spent_s(pid) - begun_s
    stop.set()
    beside = f" beside {dear} dear questions" if dear else ""
    whole = [ms for some in seen.ms.values() for ms in some]
    for name, took_ms in (*sorted(seen.ms.items()), ("all", whole)):
        p50, p95, p99 = np.percentile(took_ms, (50, 95, 99))
        budget = WAITS_MS if name in ("AED", "API AED") else None
        said = f"p50 {p50:.0f}, p95 {p95:.0f}, slowest {max(took_ms):.0f} ms; {len(took_ms)} asked"
        yield Row(f"{visitors} visitors{beside}, {name}: p99", float(p99), "ms", budget, said)
    if not dear:
        each_ms = took_s / len(whole) * 1000
        yield Row(f"{visitors} visitors, processor time of an answer", each_ms, "ms")
    yield Row(f"{visitors} visitors{beside}, turned away", len(seen.refused), "x", 0)
    for one in planners:
        one.join()
    if dear:
        answered = planned.count(200)
        yield Row(f"{dear} planners, questions answered", answered, "x", None, f"of {len(planned)}")


def _started(act: Callable[[int], None], count: int) -> list[threading.Thread]:
    threads = [threading.Thread(target=act, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    return threads


def _place(chance: random.Random, city: City) -> str:
    lon, lat = chance.choice(city[0])
    return urlencode({"lat": f"{lat:.5f}", "lon": f"{lon:.5f}"})
