"""Nearest and coverage on the project's own city, with whichever walking model it has."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.analysis.access.overview import coverage_overview
from locator.analysis.aed.fixed import index_aeds
from locator.analysis.nearest import NearestQuery, nearest
from locator.city.model import default_folder, load_city
from locator.walking.choose import choose_model
from locator.walking.walkable_city import walkable
from locator.walking.warmup import warm
from tests.bench.measuring import Row, median, once, p50_p95

WALKS = 300


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    yield once("load the city folder", lambda: load_city(default_folder()), budget=3000)
    city = load_city(default_folder())
    model = choose_model(city)
    walkable_city = walkable(city, model)
    warm(walkable_city)
    index_aeds(walkable_city)  # as a server has it
    note = f"{model.name}, {len(city.demand):,} demand points"
    layers = [layer for layer in city.catalogue.layers.values() if not layer.moves]
    largest = max(layers, key=lambda layer: len(walkable_city.usable_rows[layer.id])).id
    budget = 5 if model.name == "estimate" else 10
    start = city.demand.lonlat[np.random.default_rng(1).choice(len(city.demand), WALKS)]

    def ask(i: int, *wanted: str, open_now: bool = False) -> None:
        lon, lat = start[i]
        nearest(walkable_city, NearestQuery(wanted, lon, lat, k=5, open_now=open_now))

    yield from p50_p95(
        f"nearest 5 of one layer ({len(walkable_city.usable_rows[largest])} facilities)",
        lambda i: ask(i, largest),
        repeat=WALKS,
        budget=budget,
        note=model.name,
    )
    yield from p50_p95(
        "nearest 5 of one layer, open now",
        lambda i: ask(i, largest, open_now=True),
        repeat=WALKS,
        budget=budget,
        note=model.name,
    )
    yield from p50_p95(
        "nearest 5 of five layers",
        lambda i: ask(i, *[layer.id for layer in layers[:5]]),
        repeat=WALKS,
        budget=budget,
        note=model.name,
    )
    yield once(
        "coverage of one layer, first time",
        lambda: coverage(walkable_city, CoverageQuery(largest)),
        budget=150,
        note=note,
    )
    yield median(
        "coverage of one layer, another standard",
        lambda i: coverage(walkable_city, CoverageQuery(largest, minutes=3 + i)),
        repeat=12,
        budget=150,
        note=note,
    )
    yield once(
        "coverage of all layers at a glance", lambda: coverage_overview(walkable_city), budget=1500
    )
