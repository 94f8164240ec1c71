"""Say where the vehicles that carry an AED are, and how one gets about by tram and bus.

One interface, three bases, in this order: ``live`` (a realtime feed, see `realtime` and
`poller`), ``timetable`` (where the tour is at that minute, along its stops, see `tours`) and
``base`` (what stands for the depot, when the vehicle is not in service). See `positions`.

The same timetables answer when one gets where by riding, see `transit` and `raptor`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Basis = Literal["live", "timetable", "base"]
Assignment = Literal["confirmed", "assumed"]
BaseKind = Literal["first_stop", "stop", "place"]


@dataclass(frozen=True)
class Vehicle:
    """A vehicle that carries an AED, as the city folder declares it.

    Attributes
    ----------
    id : str
        Id of its facility.
    layer : str
        Id of its layer.
    name : str
        Name of its facility.
    unit : str
        Which of the units it is, ``"1"``.
    fleet_number : str or None
        The number painted on it, ``"RF302"``, or one with its feed, ``"T:302"``.
    assignment : str
        ``confirmed`` when the folder knows the vehicle; ``assumed`` when it runs an assumed tour.
    line, headsign : str or None
        The line whose tour it runs by the timetable, and the direction of the first trip.
    first_departure_min : int or None
        When the tour starts on a working day, minutes after midnight; None for the line's first.
    base_name : str or None
        Where it is put off service.
    base_lon, base_lat : float
        The same, WGS84; NaN where not known.
    base_is : str
        What the base is: ``first_stop`` of its tour or another ``stop``, which stand for a depot
        that is not published, or a ``place`` that the city folder names.
    """

    id: str
    layer: str
    name: str
    unit: str
    fleet_number: str | None
    assignment: Assignment
    line: str | None
    headsign: str | None
    first_departure_min: int | None
    base_name: str | None
    base_lon: float
    base_lat: float
    base_is: BaseKind


@dataclass(frozen=True)
class VehiclePosition:
    """Where a vehicle is at an instant.

    Attributes
    ----------
    vehicle : Vehicle
    at : datetime
        The instant asked about, with its timezone.
    lon, lat : float
        WGS84; NaN when nothing is known (no timetable that day and no base on file).
    observed_at : datetime
        When the vehicle was seen there; `at` itself for a calculated position.
    age_s : float
        Seconds from `observed_at` to `at`; never negative.
    basis : str
        ``live``, ``timetable`` or ``base``.
    assignment : str
        ``assumed`` when the vehicle or the tour that the position rests on is an assumption.
    line, headsign : str or None
        What it runs as; None off service or when the feed does not say.
    next_stop : str or None
    next_stop_at : datetime or None
        When it leaves the next stop, by the timetable and the present delay.
    delay_s : float or None
        Late (positive) or early, where a live trip is on file.
    """

    vehicle: Vehicle
    at: datetime
    lon: float
    lat: float
    observed_at: datetime
    age_s: float
    basis: Basis
    assignment: Assignment
    line: str | None = None
    headsign: str | None = None
    next_stop: str | None = None
    next_stop_at: datetime | None = None
    delay_s: float | None = None
