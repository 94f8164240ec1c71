"""Say what answers about places within reach hold."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from locator.api.schemas import FilterAnswer, Model, closed
from locator.walking.network.profile import Profile


@closed
class SupplyEnds(TypedDict):
    """Between which values the places within reach lie; null without people."""

    per_100_low: float | None
    per_100_high: float | None
    short_low: int
    short_high: int


@closed
class DistrictSupply(SupplyEnds):
    """Places within reach in one district."""

    number: int
    name: str
    people: int
    per_100: float | None
    short_people: int


@closed
class UnitSupply(SupplyEnds):
    """Places within reach of the people of a neighbourhood unit."""

    code: str
    name: str
    people: int
    per_100: float | None
    short_people: int


@closed
class SupplyRangesAnswer(TypedDict):
    """Between which values the whole city's supply lies: nine in ten draws, and the count."""

    mean_per_100_low: float
    mean_per_100_high: float
    short_low: int
    short_high: int
    none_low: int
    none_high: int
    not_measured: list[str]
    runs: int
    seed: int


@closed
class SupplyAnswer(TypedDict):
    """Places within reach (E2SFCA)."""

    layer: str
    group: str
    pace_m_s: float
    model: Model
    people_from: Literal["census", "register"]
    profile: Profile
    filter: FilterAnswer | None
    places: int
    mean_per_100: float
    short_people: int
    none_people: int
    stranded_places: int
    unlocated_places: int
    unknown: list[str]
    ranges: SupplyRangesAnswer
    unit: UnitSupply | None
    districts: list[DistrictSupply]
