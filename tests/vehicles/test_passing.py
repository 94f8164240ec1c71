"""Which vehicles come by a box is what a look at each of their calls says."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from locator.city.model import City
from locator.vehicles.passing import day_calls
from locator.vehicles.positions import load_fleet, plans, upcoming_calls


def test_what_passes_a_box_is_what_has_a_call_in_it(krakow: City) -> None:
    fleet = load_fleet(krakow)
    zone = krakow.catalogue.timezone
    rng = np.random.default_rng(4)
    west, south, east, north = krakow.boundary.bounds
    some, within = set(), timedelta(minutes=20)
    for hour in (0, 1, 4, 8, 17, 23):  # 0 and 1: of the day before as well
        at = datetime.fromisoformat(f"2026-11-30T{hour:02}:41:07").replace(tzinfo=ZoneInfo(zone))
        for _ in range(20):
            low = rng.uniform((west, south), (east, north))
            box = np.stack([low, low + rng.uniform(0.002, 0.05, 2)])
            calls = {
                plan.vehicle.id: upcoming_calls(plan, within=within) for plan in plans(fleet, at)
            }
            expected = {
                id_
                for id_, known in calls.items()
                if ((box[0] <= known.lonlat) & (known.lonlat <= box[1])).all(axis=1).any()
            }
            assert fleet.passing(at, within, box) == expected
            some |= expected
    assert len(some) > 5


def test_a_long_wait_at_a_stop_is_met_at_its_end(tiny: City) -> None:
    fleet = load_fleet(tiny)
    everywhere = np.array([[-180.0, -90.0], [180.0, 90.0]])
    minutes = []
    for minute in range(0, 24 * 60, 7):
        at = datetime(2026, 12, 1, minute // 60, minute % 60, tzinfo=ZoneInfo(fleet.timezone))
        calls = [len(upcoming_calls(plan, within=timedelta(0))) for plan in plans(fleet, at)]
        assert bool(fleet.passing(at, timedelta(0), everywhere)) == any(calls)
        minutes.append(any(calls))
    assert {True, False} == set(minutes)


@pytest.mark.parametrize("until_t", [0.0, 1e10])
def test_without_vehicles_nothing_passes(until_t: float) -> None:
    box = np.array([-180.0, -90.0]), np.array([180.0, 90.0])
    assert day_calls({}).passing(0.0, until_t, *box) == frozenset()
