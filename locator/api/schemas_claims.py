"""Say what the API answers about what a city says that it has changed."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from locator.api.schemas import Day, Model, closed


@closed
class PeriodShape(TypedDict):
    """The years that the claims are about; dates may be reduced to a month or a year."""

    since: str
    until: str
    basis: str


@closed
class MeantFacility(TypedDict):
    """A facility that is known to be meant.

    `reached`: people within the standard of it; `gained`: of those, who have none of the
    facilities that are not meant. Costs where a sum was published.
    """

    id: str
    name: str
    district: int | None
    opens: str | None
    places: int | None
    location_precision: str | None
    reached: int | None
    gained: int | None
    cost: float | None
    currency: str | None
    cost_per_person: float | None
    cost_per_place: float | None


@closed
class DistrictGain(TypedDict):
    """One district: people gained, from the least to the most that the data allow."""

    number: int
    name: str
    people: int
    gained_low: int
    gained_high: int


@closed
class ClaimShape(TypedDict):
    """What a claim means for people. `unnamed`: how many of those meant nobody can name, and
    `off_map` how many of these may not be on the map; `missing` says what no source says.
    """

    id: str
    layer: str
    name: str
    said: str
    source: str
    kind: Literal["new", "coming", "moving"]
    group: str
    minutes: float
    pace_m_s: float
    people: int
    before_low: int
    before_high: int
    after_low: int
    after_high: int
    gained_low: int
    gained_high: int
    unnamed: int
    off_map: int
    places: int
    places_unknown: int
    places_claimed: int | None
    missing: str | None
    facilities: list[MeantFacility]
    districts: list[DistrictGain]


@closed
class Opening(TypedDict):
    """A dated opening; `is_expected`: a promise that no source says was kept."""

    id: str
    name: str
    layer: str
    district: int | None
    date: Day
    is_expected: bool


@closed
class TwoYearsAnswer(TypedDict):
    """What the city says that it has changed, answered with people; `period` is null without
    claims.
    """

    period: PeriodShape | None
    model: Model
    claims: list[ClaimShape]
    openings: list[Opening]
