"""Say what the API answers about changes: what if, where next, what to close, who is short."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from locator.api.schemas import Area, FilterAnswer, Lat, Lon, Model, Point, Share, closed
from locator.walking.network.profile import Profile


@closed
class Standard(TypedDict):
    """What is measured: a layer, a group, minutes at a pace, by which walking model, whose ways,
    and which facilities count.
    """

    layer: str
    group: str
    minutes: float
    pace_m_s: float
    model: Model
    profile: Profile
    filter: FilterAnswer | None


@closed
class Served(TypedDict):
    """Coverage in short, and the standard that it is by."""

    minutes: float
    pace_m_s: float
    people: int
    served: int
    unserved: int
    share: Share
    mean_s: int | None
    p90_s: int | None


class AreaChange(TypedDict):
    """What a change does in an area.

    `difference_low` and `difference_high`: between which values the difference lies in nine of ten
    runs; null where the standard or the pace changes, or nothing does.
    """

    name: str
    people: int
    served_before: int
    served_after: int
    gained: int
    lost: int
    difference: int
    difference_low: int | None
    difference_high: int | None
    share_before: Share | None
    share_after: Share | None


@closed
class DistrictChange(AreaChange):
    """What a change does in one district."""

    number: int


@closed
class UnitChange(AreaChange):
    """What a change does in one neighbourhood unit."""

    code: str
    district: int


@closed
class GapChange(TypedDict):
    """A gap of today; `people_after` of its people stay unserved."""

    place: str | None
    district: int
    district_name: str
    people: int
    people_after: int


@closed
class PlacesChange(TypedDict):
    """Places within reach per 100 people before and after (E2SFCA), and who is short of them."""

    before: float
    after: float
    short_people_before: int
    short_people_after: int
    sites_without_places: int


@closed
class GainAnswer(TypedDict):
    """Between which values lies what is gained, in people: nine in ten runs (`docs/ranges.md`).

    Before and after are drawn alike, so what is not known of both falls out.
    """

    low: int
    high: int
    runs: int
    seed: int


@closed
class ScenarioAnswer(Standard):
    """Before, after and difference.

    `gained_is_minimum`: some that would open are not on the map (`not_located`). `not_chosen`: some
    that would open are not known to be what counts by `filter`, and change nothing.
    `places_per_100` is null where no capacity is known. `changes` says in words what is changed.
    `ranges`: of the people served after less those before; null where standard or pace change.
    """

    name: str
    note: str
    changes: list[str]
    before: Served
    after: Served
    gained: int
    gained_is_minimum: bool
    lost: int
    ranges: GainAnswer | None
    people_from: Literal["census", "register"]
    opened: list[str]
    closed: list[str]
    not_located: list[str]
    not_chosen: list[str]
    places_per_100: PlacesChange | None
    districts: list[DistrictChange]
    units: list[UnitChange]
    gaps: list[GapChange]
    caveats: list[str]


@closed
class ComparedScenario(TypedDict):
    """One of the scenarios that are compared; `gained` and `lost` against today."""

    name: str
    note: str
    changes: list[str]
    after: Served
    gained: int
    gained_is_minimum: bool
    lost: int
    places_per_100: PlacesChange | None


@closed
class DistrictOfScenarios(TypedDict):
    """People served in one district today, and after each scenario, in their order."""

    number: int
    name: str
    people: int
    served_before: int
    served: list[int]


@closed
class ScenariosAnswer(TypedDict):
    """Two or three scenarios of one layer beside today."""

    layer: str
    group: str
    model: Model
    before: Served
    scenarios: list[ComparedScenario]
    districts: list[DistrictOfScenarios]


@closed
class ChangedProperties(TypedDict):
    """An area in which people are gained or lost."""

    kind: Literal["gained", "lost"]
    people: int


@closed
class ChangedArea(TypedDict):
    """Where a change shows."""

    type: Literal["Feature"]
    geometry: Area | None
    properties: ChangedProperties


@closed
class AddedProperties(TypedDict):
    """A site that is added."""

    kind: Literal["site"]
    name: str
    places: int | None
    opens: str | None


@closed
class AddedSite(TypedDict):
    """Where a site is added."""

    type: Literal["Feature"]
    geometry: Point | None
    properties: AddedProperties


@closed
class ScenarioAreasAnswer(TypedDict):
    """The areas gained and lost, and the sites added, to be opened in a GIS."""

    type: Literal["FeatureCollection"]
    features: list[ChangedArea | AddedSite]


@closed
class Site(TypedDict):
    """A suggested site; nine in ten runs of what is not known put `gained` between `low` and
    `high`. `alike`: ranks of sites that, each alone, cannot be told apart from it for certain.
    """

    rank: int
    name: str
    kind: str
    lon: Lon
    lat: Lat
    district: int
    district_name: str
    gained: float
    low: int | None
    high: int | None
    total: float
    ties: int
    alike: list[int]
    price: float | None


@closed
class SitesAnswer(Standard):
    """Suggested sites, how much more others can gain, and how many gain as much.

    No choice of as many sites, or for the same money, gains more than `bound`; with
    `target_share` no choice of fewer sites than `bound` reaches the target, and `gap` is a share
    of the sites. `cost` is what the sites cost together. With `places` the facilities of which no
    number of places is known, `places_unknown`, take nobody.
    """

    objective: str
    method: str
    planned: bool
    capacity: float | None
    target_percent: float | None
    demand_percent: float | None
    places_unknown: int
    longest_before_s: int | None
    budget: float | None
    cost: float | None
    district: int | None
    unit: str | None
    avoid: list[int]
    avoid_unit: list[str]
    candidates: int
    people: int
    unserved_before: int
    bound: float
    gap: float
    proven: bool
    ties: int
    timed_out: bool
    ranges: GainAnswer | None
    sites: list[Site]


@closed
class Closure(TypedDict):
    """A facility that could close: `lost` people would fall out of the standard (or lose their
    place), `served` are within the standard of it, `sites` close with it.
    """

    id: str
    name: str
    lost: int
    served: int
    sites: list[str]


@closed
class ClosuresAnswer(Standard):
    """What each facility serves alone, the least missed first."""

    facilities: list[Closure]


@closed
class Relocation(TypedDict):
    """A facility that could move to `site`: people lost and gained, and the difference."""

    id: str
    name: str
    site: str
    lon: Lon
    lat: Lat
    lost: int
    gained: int
    net: int


@closed
class RelocationsAnswer(Standard):
    """The place to move each facility to, the best move first; none that gains nobody."""

    facilities: list[Relocation]
