"""Where the processor time of the five commonest questions goes, by parts of the program.

The thread that answers is looked at every millisecond of its processor time; the innermost of its
frames that belongs to a part counts. The whole is timed apart, without being looked at.
"""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from types import FrameType
from typing import Any

from werkzeug.test import EnvironBuilder

from locator.city.model import default_folder, load_city
from locator.web import access_log, make_app, serving
from locator.web.workers import warm
from tests.bench.asking import BROWSER
from tests.bench.bench_load import MIX, City
from tests.bench.measuring import Row

ASKED = {
    "nearest": MIX["nearest"],
    "home": MIX["home"],
    "API nearest": MIX["API nearest"],
    "AED": MIX["AED"],
    "facility": MIX["facility"],
}

PARTS = (
    ("/locator/walking/", "walks"),
    ("/locator/base/opening_hours/", "opening hours"),
    ("/locator/analysis/", "who is nearest and open"),
    ("/locator/vehicles/", "who is nearest and open"),
    ("/locator/city/", "the city's data"),
    ("/locator/geocoding/", "the city's data"),
    ("/locator/api/", "question and answer"),
    ("/locator/web/map/", "map"),
    ("/locator/web/words/", "words"),
    ("/locator/base/", "words"),
    ("/locator/web/pages/", "page"),
    ("/locator/web/", "what all pages need"),
    ("/templates/", "templates"),
    ("/jinja2/", "templates"),
    ("/pydantic/", "question and answer"),
    ("/flask_compress/", "compression"),
    ("/werkzeug/", "Flask"),
    ("/flask/", "Flask"),
)
"""What stands in the path of a file, and the part that the file belongs to."""

TIMES, EVERY_S = 400, 0.001


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    app = make_app({"LIMIT_PER_MINUTE": 0})
    serving.prepare(app)
    access_log.log.disabled = True
    warm(app)
    known = load_city(default_folder())
    city = (known.demand.lonlat.tolist(), known.facilities.index.tolist(), [])
    for name, (_, address) in ASKED.items():
        _ask(app, [address(chance, city) for chance in map(random.Random, range(40))])
        yield from _profile(app, name, address, city)


def _profile(app: Any, name: str, address: Any, city: City) -> Iterator[Row]:
    """Yield what one kind of question takes, and what each part takes of it."""
    paths = [address(random.Random(number), city) for number in range(1000, 1000 + 2 * TIMES)]
    begun_s = time.thread_time()
    _ask(app, paths[::2])
    each_ms = (time.thread_time() - begun_s) / TIMES * 1000
    yield Row(name, each_ms, "ms", None, "thread time", each_ms)
    seen: Counter[str] = Counter()

    def look(_signal: int, frame: FrameType | None) -> None:
        seen[_part(frame)] += 1

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
    _ask(app, paths[1::2])
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)
    for part, times in seen.most_common():
        share = times / seen.total()
        yield Row(f"{name}: {part}", share * each_ms, "ms", None, f"{share:.0%}")


def _part(frame: FrameType | None) -> str:
    """Return the part of the innermost frame that belongs to one."""
    while frame is not None:
        for within, part in PARTS:
            if within in frame.f_code.co_filename:
                return part
        frame = frame.f_back
    return "the rest"


def _ask(app: Any, paths: list[str]) -> None:
    """Have each address answered, to its last byte."""
    for path in paths:
        environ = EnvironBuilder(path, headers=BROWSER).get_environ()
        said: list[str] = []
        body = app(environ, lambda status, *_, said=said: said.append(status))
        b"".join(body)
        getattr(body, "close", lambda: None)()
        if not said[0].startswith("200"):
            raise RuntimeError(f"{path} answers {said[0]}")
