"""Positions of the fleet, the nearest AED now, and coverage by the hour, on the project's city."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from locator.analysis.aed.fixed import index_aeds
from locator.analysis.aed.hourly import HourlyCoverageQuery, hourly_coverage
from locator.analysis.aed.nearest import AedQuery, nearest_aed
from locator.city.model import City, default_folder, load_city
from locator.vehicles.calendar import ordinary_days
from locator.vehicles.positions import Fleet, load_fleet, positions
from locator.walking.choose import choose_model
from locator.walking.walkable_city import walkable
from tests.bench.measuring import Row, median, once, p50_p95

ASKED = 200


def ordinary_noon(city: City, fleet: Fleet) -> datetime:
    """Return noon of a working day without anything particular."""
    zone = ZoneInfo(city.catalogue.timezone)
    days = ordinary_days(
        [service for table in fleet.timetables for service in table.services],
        country=city.catalogue.country,
        timezone=city.catalogue.timezone,
        around=datetime.now(zone).date(),
    )
    return datetime.combine(days["working"], time(12), tzinfo=zone)


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    city = load_city(default_folder())
    yield once("load vehicles and timetables", lambda: load_fleet(city), budget=None)
    fleet = load_fleet(city)
    model = choose_model(city)
    walkable_city = walkable(city, model)
    yield once("walks to all AEDs, made or read", lambda: index_aeds(walkable_city), budget=None)
    noon = ordinary_noon(city, fleet)
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
