"""Hold one way to have an AED: where it is, what it takes, how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from locator.city.likely_open import LikelyRule
from locator.vehicles import VehiclePosition

FIXED_LAYER = "aeds"
"""Id of the layer of AEDs that stay where they are; those on vehicles are the layers that move."""
HORIZON = timedelta(minutes=20)
"""A vehicle's AED is not looked for when it could not be back within this time."""
PACE_M_S = 2.0


CLOSING_SOON = timedelta(minutes=10)
"""A door that closes so soon after one gets there is less sure to be open still."""
LESS_SURE_FACTOR = 2.0
"""What is less sure has to take no more than this part of the time to come before what is sure."""

State = Literal["open", "closed", "unknown"]
Evidence = Literal["hours", "outdoors", "live", "timetable"]
Sureness = Literal["sure", "less_sure", "likely", "unknown"]


@dataclass(frozen=True)
class AedOption:
    """One AED and what it takes to have it here.

    Attributes
    ----------
    id, layer, name : str
        Of the facility.
    kind : str
        ``fixed`` or ``vehicle``.
    lon, lat : float
        Where it is at the moment asked about.
    walk_m, walk_s : float
        One way: to the AED, to the stop, or to where a vehicle was seen.
    wait_s : float
        At the stop, until the vehicle is there; NaN where nobody can say.
    total_s : float
        There, waiting, and back; NaN where nobody can say.
    state : str
        ``open``, ``closed`` or ``unknown``; of a vehicle ``open``.
    next_change : datetime or None
        When a door opens or closes.
    evidence : str or None
        What the answer rests on: ``hours`` on file, ``outdoors``, a ``live`` position with its
        trip, or the ``timetable``; None where it is unknown.
    sureness : str or None
        ``sure`` or ``less_sure`` (closes soon, has to be asked for, or by the timetable) to be
        had; of unknown hours ``likely`` or ``unknown``; None where it is closed.
    because : LikelyRule or None
        Of unknown hours: the rule of the city folder that fits.
    access : str or None
        As on file; None is not known.
    indoor : bool or None
    level : str or None
        Floor, as on file.
    position : VehiclePosition or None
        Of a vehicle.
    stop : str or None
        Where the vehicle is met.
    stop_lon, stop_lat : float or None
    meet_at : datetime or None
        When both are at the stop.
    line : str or None
        What the vehicle runs as when it is met.
    """

    id: str
    layer: str
    name: str
    kind: Literal["fixed", "vehicle"]
    lon: float
    lat: float
    walk_m: float
    walk_s: float
    wait_s: float
    total_s: float
    state: State
    next_change: datetime | None = None
    evidence: Evidence | None = None
    sureness: Sureness | None = None
    because: LikelyRule | None = None
    access: str | None = None
    indoor: bool | None = None
    level: str | None = None
    position: VehiclePosition | None = None
    stop: str | None = None
    stop_lon: float | None = None
    stop_lat: float | None = None
    meet_at: datetime | None = None
    line: str | None = None

    @property
    def rank_s(self) -> float:
        """Seconds that it is ranked by: those it takes, twice as many where it is less sure."""
        return self.total_s * (1.0 if self.sureness == "sure" else LESS_SURE_FACTOR)
