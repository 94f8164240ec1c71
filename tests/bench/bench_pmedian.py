"""The p-median of five new sites on the project's own city.

The first one walks from everybody to every site, which takes a minute, so it runs only when asked
for: ``python -m tests.bench pmedian``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from locator.analysis.siting.solve import SitingQuery, where_next
from locator.city.model import default_folder, load_city
from locator.walking.choose import choose_model
from locator.walking.walkable_city import walkable
from tests.bench.bench_planning import LAYER, SOLVER_S, proven
from tests.bench.measuring import Row, median, once

MEDIAN_MS = 1000


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    city = load_city(default_folder())
    walkable_city = walkable(city, choose_model(city))
    query = SitingQuery(layer=LAYER, count=5)
    exact = replace(query, method="exact", time_limit_s=SOLVER_S)
    shorter = replace(query, objective="median")
    yield once(
        "p-median of five, the first time", lambda: where_next(walkable_city, shorter), budget=None
    )
    yield median(
        "p-median of five", lambda _: where_next(walkable_city, shorter), repeat=3, budget=MEDIAN_MS
    )
    quick = where_next(walkable_city, shorter)
    yield proven(
        walkable_city, "p-median of five, exact", replace(exact, objective="median"), quick
    )
