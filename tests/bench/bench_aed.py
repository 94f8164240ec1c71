"""Positions of the fleet, the nearest AED now, and coverage by the hour, on the project's city."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from locator.analysis.aed.fixed import index_aeds
from locator.analysis.aed.hourly import HourlyCoverageQuery, hourly_coverage
from locator.analysis.aed.nearest import AedQuery, nearest_aed
from locator.city.model import default_folder, load_city
from locator.vehicles.calendar import ordinary_days
from locator.vehicles.positions import load_fleet, positions
from locator.walking.choose import choose_model
from locator.walking.walkable_city import walkable
from tests.bench.measuring import Row, median, once, p50_p95

ASKED = 200


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    city = load_city(default_folder())
    yield once("load vehicles and timetables", lambda: load_fleet(city), budget=None)
    fleet = load_fleet(city)
    model = choose_model(city)
    walkable_city = walkable(city, model)
    yield once("walks to all AEDs, made or read", lambda: index_aeds(walkable_city), budget=None)
    zone = ZoneInfo(city.catalogue.timezone)
    services = [service for table in fleet.timetables for service in table.services]
    days = ordinary_days(
        services,
        country=city.catalogue.country,
        timezone=city.catalogue.timezone,
        around=datetime.now(zone).date(),
    )
    noon = datetime.combine(days["working"], datetime.min.time(), tzinfo=zone)
    noon += timedelta(hours=12)
    moving = f"{len(fleet.vehicles)} vehicles"
    yield once("positions, first of a day", lambda: positions(fleet, noon), budget=None)
    yield from p50_p95(
        "positions of the fleet at a minute",
        lambda i: positions(fleet, noon + timedelta(minutes=i - ASKED)),
        repeat=2 * ASKED,
        budget=5,
        note=moving,
    )
    start = city.demand.lonlat[np.random.default_rng(1).choice(len(city.demand), ASKED)]

    def ask(i: int, hour: float) -> None:
        lon, lat = start[i]
        nearest_aed(walkable_city, fleet, AedQuery(lon, lat, noon + timedelta(hours=hour)))

    for hour, words in ((2.0, "14:00"), (-9.0, "03:00")):
        yield from p50_p95(
            f"nearest AED at {words}",
            lambda i, hour=hour: ask(i, hour),  # type: ignore[misc]
            repeat=ASKED,
            budget=20,
            note=model.name,
        )
    for minutes in (3.0, 5.0):
        yield median(
            f"coverage by the hour, {minutes:g} min (24 hours x 3 day types)",
            lambda _, minutes=minutes: hourly_coverage(  # type: ignore[misc]
                walkable_city, fleet, HourlyCoverageQuery(minutes=minutes)
            ),
            repeat=3,
            budget=5000,
            note=f"{len(city.demand):,} demand points",
        )
