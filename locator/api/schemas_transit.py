"""Say what the API answers about journeys by tram and bus."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from locator.api.schemas import Area, Moment, closed

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
    departure: Moment
    arrival: Moment
    duration_s: int
    walk_m: int
    stops: int
    step_free: bool | None


@closed
class TransitJourney(TypedDict):
    """The way to a facility by tram or bus; `departure`: when one leaves the start at the latest.

    `walk_s` and `walk_m` are all its walks together.
    """

    departure: Moment
    arrival: Moment
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


@closed
class TransitDistrict(TypedDict):
    """A district: as in `TransitReach`."""

    number: int
    name: str
    people: int
    served: int
    low: int
    high: int
    walking: int
    gained: int
    share: float | None
    share_low: float | None
    share_high: float | None


@closed
class TransitGap(TypedDict):
    """A connected area of people beyond the standard by tram and bus, too.

    `walk_s`: their mean walk to the nearest facility.
    """

    people: int
    district: int
    district_name: str
    place: str | None
    walk_s: int | None
    geometry: Area


@closed
class TransitReach(TypedDict):
    """People within the standard from door to door, on foot or by tram or bus.

    One leaves at each of the `departures` minutes from `depart` on. `served`: within the standard
    in at least half of them; `low`: in every one; `high`: in one at least. Of `served`, `walking`
    are so on foot and `gained` only by riding. At most `max_walk` minutes on foot to the first
    stop, and from the last one.
    """

    depart: str
    departures: int
    max_walk: float
    basis: TransitBasis
    people: int
    served: int
    low: int
    high: int
    walking: int
    gained: int
    share: float | None
    share_low: float | None
    share_high: float | None
    districts: list[TransitDistrict]
    gaps_total: int
    gaps: list[TransitGap]
