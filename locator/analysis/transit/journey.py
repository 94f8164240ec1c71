"""Hold a journey from door to door: its walks and rides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Leg:
    """A walk or a ride.

    Attributes
    ----------
    mode : str
        ``"walk"``, or of the ride ``"tram"``, ``"bus"`` and so on.
    departure, arrival : datetime
        In the city's time zone.
    from_stop, to_stop : str or None
        Names; None for the start and the destination.
    walk_m : float
        0 for a ride.
    line, headsign : str or None
        None for a walk.
    stops : int
        How many stops on one gets off; 0 for a walk.
    step_free : bool or None
        True where the timetable says that a wheelchair can use both stops and the vehicle; None
        where it does not say, and for a walk.
    """

    mode: str
    departure: datetime
    arrival: datetime
    from_stop: str | None
    to_stop: str | None
    walk_m: float = 0.0
    line: str | None = None
    headsign: str | None = None
    stops: int = 0
    step_free: bool | None = None

    @property
    def is_walk(self) -> bool:
        """Whether one walks."""
        return self.mode == "walk"

    @property
    def duration_s(self) -> float:
        """From departure to arrival."""
        return (self.arrival - self.departure).total_seconds()


@dataclass(frozen=True)
class Journey:
    """The way to a facility by tram or bus.

    Attributes
    ----------
    legs : tuple of Leg
        A walk, a ride, and so on to a last walk; no walk between two rides from one stop.
    """

    legs: tuple[Leg, ...]

    @property
    def departure(self) -> datetime:
        """When one leaves the start at the latest."""
        return self.legs[0].departure

    @property
    def arrival(self) -> datetime:
        """When one is there."""
        return self.legs[-1].arrival

    @property
    def duration_s(self) -> float:
        """From departure to arrival."""
        return (self.arrival - self.departure).total_seconds()

    @property
    def rides(self) -> tuple[Leg, ...]:
        """The legs that are no walks; at least one."""
        return tuple(leg for leg in self.legs if not leg.is_walk)

    @property
    def changes(self) -> int:
        """How often one changes."""
        return len(self.rides) - 1

    @property
    def walk_s(self) -> float:
        """Seconds on foot in all."""
        return sum(leg.duration_s for leg in self.legs if leg.is_walk)

    @property
    def walk_m(self) -> float:
        """Metres on foot in all."""
        return sum(leg.walk_m for leg in self.legs)
