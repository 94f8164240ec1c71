"""The emergency page while many ask at once: fifty visitors, alone and beside dear questions."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from locator.city.model import default_folder, load_city
from tests.bench.asking import answer as _asked
from tests.bench.asking import served, settle, spent_ms
from tests.bench.measuring import Row

VISITORS, DEAR, EACH = 50, 20, 3
SLOWEST_S = 3.0


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    with served() as (port, pid):
        _asked(port, "/aed?lat=50.0617&lon=19.9373")
        settle(port, pid)
        yield from _alone(port, pid)
        for path in ("/aed", "/api/aed"):
            yield from _together(port, path, dear=0)
            yield from _together(port, path, dear=DEAR)


def _alone(port: int, pid: int) -> Iterator[Row]:
    """Yield the processor time of one answer, of one visitor after another."""
    for path, budget_ms in (("/aed", 20), ("/api/aed", 10)):
        spent = spent_ms(port, pid, (f"{path}?{point}" for point in points(7)))
        yield Row(f"{path}: processor time", spent, "ms", budget_ms, "places where people live")


def _together(port: int, path: str, *, dear: int) -> Iterator[Row]:
    """Yield the slowest answer and the refusals of visitors who all come at once."""
    took: list[float] = []
    refused: list[int] = []
    stop = threading.Event()

    def visitor(number: int) -> None:
        mine = points(number)
        for _ in range(EACH):
            begun = time.perf_counter()
            status = _asked(port, f"{path}?{next(mine)}")
            took.append(time.perf_counter() - begun)
            if status != 200:
                refused.append(status)

    def planner(number: int) -> None:
        question = 0
        while not stop.is_set():
            question += 1
            _asked(port, f"/coverage/nurseries?minutes={5 + number}.{question:02d}")

    planners = _started(planner, dear)
    if dear:
        time.sleep(1.0)
    for one in _started(visitor, VISITORS):
        one.join()
    stop.set()
    for one in planners:
        one.join()
    took.sort()
    beside = f", {dear} dear questions beside" if dear else ""
    said = f"median {took[len(took) // 2]:.2f} s, {len(refused)} of {len(took)} not answered"
    yield Row(f"{path}, {VISITORS} at once{beside}: slowest", took[-1], "s", SLOWEST_S, said)


def _started(act: Callable[[int], None], count: int) -> list[threading.Thread]:
    threads = [threading.Thread(target=act, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    return threads


def points(seed: int) -> Iterator[str]:
    """Yield places where people live, each another one."""
    chance = random.Random(seed)
    lonlat = _LONLAT
    while True:
        lon, lat = lonlat[chance.randrange(len(lonlat))]
        yield urlencode({"lat": f"{lat:.5f}", "lon": f"{lon:.5f}"})


_LONLAT = load_city(default_folder()).demand.lonlat.tolist()
