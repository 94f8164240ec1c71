"""Say what the API answers about AEDs and the vehicles that carry them."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from locator.analysis.aed.option import Sureness
from locator.api.schemas import Model, Moment, Point, closed
from locator.api.schemas_places import FoundPlace
from locator.vehicles import BaseKind

Basis = Literal["live", "timetable", "base"]
Assignment = Literal["assumed", "confirmed"]
Availability = Literal["now", "hours_unknown", "closed", "way_unknown", "unconfirmed"]


@closed
class VehicleProperties(TypedDict):
    """A vehicle that carries an AED. `basis` says what the position rests on, `observed_at` and
    `age_s` how fresh it is, `assignment` whether it is known to carry the AED. `base` is where it
    is put off service and `base_is` what that is: the `first_stop` of its tour or another `stop`,
    where its depot is not published, or a `place` that the city names.
    """

    layer: str
    name: str
    unit: str
    fleet_number: str | None
    basis: Basis
    observed_at: str
    age_s: int
    assignment: Assignment
    line: str | None
    headsign: str | None
    next_stop: str | None
    next_stop_at: str | None
    delay_s: int | None
    base: str | None
    base_is: BaseKind


@closed
class VehicleFeature(TypedDict):
    """One vehicle; `geometry` is null where nothing is known of its place."""

    type: Literal["Feature"]
    id: str
    geometry: Point | None
    properties: VehicleProperties


@closed
class Feed(TypedDict):
    """A realtime feed. One that is not `alive` is not used: the timetable takes over."""

    feed: str
    alive: bool
    answered_at: str | None
    failures: int
    error: str | None


@closed
class VehiclesAnswer(TypedDict):
    """Where the vehicles are whose numbers the city has put in; `in_service` is false on a day
    without any timetable. `unconfirmed` has the others: nobody has published which vehicles carry
    them, and their tours are assumed. They are ranked and counted nowhere.
    """

    type: Literal["FeatureCollection"]
    at: Moment
    in_service: bool
    feeds: list[Feed]
    features: list[VehicleFeature]
    unconfirmed: list[VehicleFeature]


@closed
class AedProperties(TypedDict):
    """An AED and what it takes to have it here: `total_s` is there, waiting, and back; null where
    nobody can say, since it moves and its way is not known.

    `availability`: `now` can be fetched; `hours_unknown` perhaps; `closed` when one gets there;
    `way_unknown` a live vehicle whose next stops are not known; `unconfirmed` an assumed vehicle.
    `evidence` says what `now` rests on, `sureness` how sure it is: what is `less_sure` (it closes
    soon, has to be asked for, or is on a vehicle by the timetable) is ranked as if it took twice
    the time, what is `likely` of unknown hours has a reason in `because`. For a vehicle `meeting`
    is the stop where it is met, `meet_at` when.
    """

    layer: str
    name: str
    kind: Literal["fixed", "vehicle"]
    indoor: bool | None
    level: str | None
    sureness: Sureness | None
    because: str | None
    availability: Availability
    walk_m: int
    walk_s: int
    wait_s: int | None
    total_s: int | None
    open_state: Literal["open", "closed", "unknown"]
    next_change: Moment | None
    evidence: Literal["hours", "outdoors", "live", "timetable"] | None
    access: str | None
    stop: str | None
    meeting: Point | None
    meet_at: str | None
    line: str | None
    basis: Basis | None
    observed_at: str | None
    age_s: int | None
    assignment: Assignment | None


@closed
class AedFeature(TypedDict):
    """One AED, where it is at the moment asked about."""

    type: Literal["Feature"]
    id: str
    geometry: Point
    properties: AedProperties


@closed
class AedsAnswer(TypedDict):
    """AEDs round a place: those that can be fetched first, the surest and soonest before the
    others. `beside` is the id of one of unknown hours that is worth a second helper: the likeliest
    that takes at most half as long as the first. `unconfirmed` are vehicles by assumed tours, of
    which nobody has said that they carry one; they stand apart.
    """

    type: Literal["FeatureCollection"]
    origin: FoundPlace
    model: Model
    at: Moment
    pace_m_s: float
    off_service: int
    beside: str | None
    features: list[AedFeature]
    unconfirmed: list[AedFeature]
