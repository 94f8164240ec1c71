"""How long the ranges of a coverage take, and how near they are to 10,000 runs of a plain program.

The plain program takes the better part of an hour, so this runs only when asked for:
``python -m tests.bench ranges``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.analysis.access.ranges import ranges
from locator.city.model import default_folder, load_city
from locator.walking.choose import choose_model
from locator.walking.walkable_city import walkable
from tests.analysis.naive_ranges import Naive
from tests.bench.measuring import Row, once

LAYERS = ("senior_activity_centres", "nurseries", "aeds", "family_support")
NAIVE_RUNS = 10_000
BUDGET_MS = 2000


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    city = load_city(default_folder())
    walkable_city = walkable(city, choose_model(city))
    found = {layer: coverage(walkable_city, CoverageQuery(layer)) for layer in LAYERS}
    for layer in LAYERS:
        for when in ("the first time", "again"):
            yield once(
                f"ranges of {layer}, 200 runs, {when}",
                lambda layer=layer: ranges(walkable_city, found[layer]),
                budget=BUDGET_MS,
            )
    counted = found[LAYERS[0]]
    naive, draw = Naive(walkable_city, counted), np.random.default_rng(11)
    runs = [naive.run(draw) for _ in range(NAIVE_RUNS)]
    slow = np.array([[*districts, city] for city, districts in runs])
    quick = ranges(walkable_city, counted)
    low, high = np.quantile(slow, (0.05, 0.95), axis=0)
    ends = ((quick.low, min(low[-1], counted.share)), (quick.high, max(high[-1], counted.share)))
    yield Row(
        f"ends of {LAYERS[0]} over those of {NAIVE_RUNS} plain runs",
        max(max(one / other, other / one) for one, other in ends),
        "x",
        budget=1.02,
    )
    share, found = counted.districts["share"], quick.districts
    apart = np.concatenate(
        [found["low"] - np.fmin(low[:-1], share), found["high"] - np.fmax(high[:-1], share)]
    )
    yield Row(
        f"ends of its districts from those of {NAIVE_RUNS} plain runs, root mean square",
        100 * float(np.sqrt(np.mean(np.square(apart)))),
        "points",
        budget=2.0,
    )
