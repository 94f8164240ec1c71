"""Say what the API answers about reach: coverage of a layer, of all layers, and the gaps."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from locator.api.schemas import Area, Completeness, Day, FilterAnswer, Model, Share, closed
from locator.api.schemas_transit import TransitReach
from locator.walking.network.profile import Profile


@closed
class WalkTimes(TypedDict):
    """Walking seconds of the people of the group; null where nobody can walk there."""

    mean: int | None
    median: int | None
    p90: int | None


@closed
class DistrictCoverage(TypedDict):
    """One district. `beyond` is the share of its people outside the standard.

    Nine in ten runs of what is not known for certain put the share between `low` and `high`, and
    the rank (1: the largest share) between `rank_low` and `rank_high`.
    """

    number: int
    name: str
    people: int
    served: int
    unserved: int
    share: Share | None
    mean_s: int | None
    p90_s: int | None
    beyond: Share | None
    low: float | None
    high: float | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None


@closed
class UnitCoverage(TypedDict):
    """One neighbourhood unit, and the number of its district. `beyond` is the share of its people
    outside the standard; `low` and `high` are as in districts, null as of a day.
    """

    code: str
    name: str
    district: int
    people: int
    served: int
    unserved: int
    share: Share | None
    low: Share | None
    high: Share | None
    mean_s: int | None
    p90_s: int | None
    beyond: Share | None


@closed
class GapProperties(TypedDict):
    """An unserved area with its people; `place` is a name near it, `unit` the neighbourhood.

    Nine in ten runs put the unserved people of the area between `low` and `high`; null as of a day.
    """

    people: int
    low: int | None
    high: int | None
    district: int
    district_name: str
    unit: str | None
    place: str | None
    walk_s: int | None


@closed
class Gap(GapProperties):
    """An unserved area with its people; `place` is a name near it."""

    geometry: Area


@closed
class CurvePoint(TypedDict):
    """People within so many minutes."""

    minutes: float
    people: int
    share: Share | None


@closed
class Part(TypedDict):
    """What a part of the facilities would serve alone: those that the city runs itself, all that
    are public, AEDs whose hours are on file, all.
    """

    kind: Literal["municipal", "public", "known_hours", "all"]
    counted: int
    served: int
    share: Share


Cause = Literal["completeness", "walks", "locations", "people"]


@closed
class CauseOfRange(TypedDict):
    """How far one cause alone moves the share: root of the mean square over the runs."""

    cause: Cause
    moves: float


@closed
class RangesAnswer(TypedDict):
    """Between which values the share lies (`docs/ranges.md`).

    `low` and `high` hold nine in ten runs; `lowest` counts only what is confirmed and on the map,
    `highest` all that may exist, at the best places. `not_measured`: causes left out.
    """

    low: float
    high: float
    lowest: float
    highest: float
    runs: int
    seed: int
    causes: list[CauseOfRange]
    not_measured: list[Cause]


@closed
class CoverageTotals(TypedDict):
    """Who is served within the standard, and who is not.

    `leaves_out`: how many places are not on the map, null where every place is.
    """

    minutes: float
    group: str
    pace_m_s: float
    people_from: Literal["census", "register"]
    filter: FilterAnswer | None
    people: int
    served: int
    unserved: int
    share: Share | None
    ranges: RangesAnswer | None
    walk_s: WalkTimes
    completeness: Completeness
    leaves_out: str | None
    parts: list[Part]


@closed
class AsOfDay(TypedDict):
    """Between which values a coverage lay on a day: `low` counts what is known to have stood then,
    `high` all that is not known not to have.
    """

    at: Day
    low: float
    high: float
    served_low: int
    served_high: int
    counted_low: int
    counted_high: int


@closed
class CoverageAnswer(CoverageTotals):
    """Who is served within the standard, and who is not, and where they live.

    `leaves_out`: how many places are not on the map, null where every place is. `transit` is null
    without `by=transit`; all the rest is of those who walk.
    """

    layer: str
    as_of: AsOfDay | None
    transit: TransitReach | None
    model: Model
    profile: Profile
    counted: int
    caveats: list[str]
    districts: list[DistrictCoverage]
    units: list[UnitCoverage]
    curve: list[CurvePoint]
    gaps: list[Gap]


@closed
class CoverageLine(CoverageTotals):
    """One layer of the overview; `leaves_out` and `parts` as in the coverage of one layer."""

    layer: str
    name: str
    as_of: AsOfDay | None


@closed
class LeftOut(TypedDict):
    """A layer that has no coverage, and why."""

    layer: str
    name: str
    reason: str


@closed
class CoverageListAnswer(TypedDict):
    """Every layer at a glance."""

    model: Model
    profile: Profile
    layers: list[CoverageLine]
    left_out: list[LeftOut]


@closed
class GapFeature(TypedDict):
    """One gap."""

    type: Literal["Feature"]
    geometry: Area
    properties: GapProperties


@closed
class UnitCode(TypedDict):
    """The city's code in an official register."""

    scheme: str
    code: str


@closed
class GapsAnswer(TypedDict):
    """The gaps of a coverage, to be opened in a GIS."""

    type: Literal["FeatureCollection"]
    layer: str
    minutes: float
    group: str
    pace_m_s: float
    model: Model
    profile: Profile
    unit: UnitCode | None
    data_date: Day
    at: Day | None
    filter: FilterAnswer | None
    attribution: str
    features: list[GapFeature]
