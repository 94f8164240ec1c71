"""Say what the API answers about journeys by tram and bus."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from locator.api.schemas import closed

Mode = Literal["tram", "bus", "metro", "rail", "ferry", "other"]


@closed
class TransitLeg(TypedDict):
    """A walk or a ride; `from_stop` or `to_stop` is null at the start and the destination.

    `stops`: how many stops on one gets off. `step_free`: true where the timetable says that a
    wheelchair can use both stops and the vehicle, null where it does not say.
    """

    mode: Literal["walk"] | Mode
    line: str | None
    headsign: str | None
    from_stop: str | None
    to_stop: str | None
    departure: str
    arrival: str
    duration_s: int
    walk_m: int
    stops: int
    step_free: bool | None


@closed
class TransitJourney(TypedDict):
    """The way to a facility by tram or bus; `departure`: when one leaves the start at the latest.

    `walk_s` and `walk_m` are all its walks together.
    """

    departure: str
    arrival: str
    duration_s: int
    changes: int
    walk_s: int
    walk_m: int
    legs: list[TransitLeg]


@closed
class TransitBasis(TypedDict):
    """What the journeys rest on: the timetables that run on that day, without delays.

    `modes`: all that is known to run; without `bus`, buses are not known. `step_free`: whether the
    timetables say which stops and vehicles a wheelchair can use; null where it was not asked.
    """

    sources: list[str]
    valid_from: str
    valid_to: str
    modes: list[Mode]
    step_free: bool | None
