"""A toy line in the tiny city: two stops, one vehicle, every answer worked out by hand.

Working day, Lipowa (500, 3400) and Most Środkowy (2000, 2100), both on the north bank:

    06:00 leaves Lipowa - 06:06 at Most Środkowy, stands there from 06:07 - 06:10 leaves
    06:16 back at Lipowa, end of service          (hours of service: 960 s)

One walks 1.25 m for each straight metre and runs at 2 m/s.
"""

from __future__ import annotations

from pathlib import Path

from locator.city.model import City, load_city
from locator.vehicles.fleet import assign_vehicle
from tests.tinycity import timetable, write_timetable, write_tiny_city


def write_toy_city(folder: Path, *, number: str | None = None) -> Path:
    """Write the tiny city with the toy line instead of its own; `number`: the city names its tram.

    Without a number the vehicle and its tour are an assumption.
    """
    write_tiny_city(folder)
    table = timetable()
    for pattern, stops, start in zip(table["patterns"], ([0, 1], [1, 0]), (360, 370), strict=True):
        pattern.update(stops=stops, minutes=[0, 6], working_day=[start], saturday=[])
    write_timetable(folder, table)
    if number:
        assign_vehicle(load_city(folder), "1", fleet_number=number)
    return folder


def load_toy_city(folder: Path, *, number: str | None = None) -> City:
    """Return the toy city."""
    return load_city(write_toy_city(folder, number=number))
