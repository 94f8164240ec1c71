"""Memory under dear questions of which no two are alike: what is remembered has a bound.

``python -m tests.bench.bench_memory 1000`` asks as many as it is told, and takes its time.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from locator.base.freeing import give_back_large_blocks
from locator.city.model import City
from locator.web import create_app
from tests.bench.measuring import Row

QUESTIONS = 24
"""Two of each kind, some two minutes of work: what is kept is full after the first of each."""

SHOWN = (0, 1, 6, 12, 18, 24, 60, 120, 240, 500, 1000)
BUDGET_MB = 600


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    yield from growth(QUESTIONS)


def growth(most: int) -> Iterator[Row]:
    """Yield the memory after some of `most` questions."""
    give_back_large_blocks()  # as the server does
    app = create_app({"LIMIT_PER_MINUTE": 0})
    client = app.test_client()
    asked = questions(app.extensions["locator"].city)
    for number in range(most + 1):
        if number in SHOWN:
            said = f"resident memory after {number} dear questions"
            yield Row(said, resident_mb(), "MB", BUDGET_MB)
        answer = client.get(next(asked), buffered=True)
        if answer.status_code >= 500:
            raise RuntimeError(f"{answer.request.url} answers {answer.status_code}")


def questions(city: City) -> Iterator[str]:
    """Yield addresses of dear questions for ever, the same ones each time, no two alike."""
    chance = random.Random(8)
    layers = [layer.id for layer in city.catalogue.layers.values() if not layer.moves]
    usable = city.facilities[city.facilities["x"].notna() & (city.facilities["status"] == "open")]
    while True:
        layer = chance.choice(layers)
        same = {"minutes": f"{chance.uniform(2, 60):.3f}", "pace": f"{chance.uniform(0.5, 3):.3f}"}
        close = chance.choice(usable.index[usable["layer"] == layer].tolist())
        hourly = {"minutes": chance.choice("35"), "day": chance.choice(["working", "saturday"])}
        for path, query in (
            (f"/report/{layer}", same),
            (f"/report/{layer}.{chance.choice(['pdf', 'xlsx', 'gpkg'])}", same),
            (f"/coverage/{layer}", same),
            (f"/what-if/{layer}", same | {"close": close}),
            (f"/what-if/{layer}/areas.geojson", same | {"close": close}),
            (f"/where-next/{layer}", same),
            (f"/api/sites/{layer}", same | {"objective": "median", "n": "2", "method": "greedy"}),
            (f"/api/scenario/{layer}", same | {"close": close}),
            (f"/maps/coverage/{layer}.geojson", same),
            ("/coverage", {"minutes": same["minutes"]}),
            ("/coverage/combined", {"minutes": same["minutes"], "layer": layers[:3]}),
            ("/aed/coverage", hourly),
        ):
            yield f"{path}?{urlencode(query, doseq=True)}"


def resident_mb() -> float:
    """Return the memory that this process holds now; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found.group(1)) / 1024 if found else 0.0


if __name__ == "__main__":
    for row in growth(int(sys.argv[1])):
        print(f"{row.what}: {row.value:.0f} {row.unit}", flush=True)
