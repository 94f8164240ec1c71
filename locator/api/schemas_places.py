"""Say what the API answers about places: layers, facilities, districts, searches, the nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NotRequired

from pydantic import BaseModel, ConfigDict, create_model
from typing_extensions import TypedDict

from locator.api.schemas import (
    Area,
    Colour,
    Day,
    FilterAnswer,
    Lat,
    Lon,
    Model,
    Moment,
    PlaceKind,
    Point,
    Precision,
    closed,
)
from locator.api.schemas_transit import TransitBasis, TransitJourney
from locator.city.catalogue import Shape
from locator.city.facilities import FIELDS, Field
from locator.walking.network.profile import Profile

_TYPES: dict[str, Any] = {"integer": int, "boolean": bool, "object": dict[str, Any], "date": Day}


def _type_of(field: Field) -> Any:
    kind = Literal[field.choices] if field.choices else _TYPES.get(field.kind, str)
    return kind if field.required else kind | None


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


_FACILITY: dict[str, Any] = {field.name: (_type_of(field), ...) for field in FIELDS} | {
    "layer": (str, ...),
    "address": (str | None, ...),
    "kind_name": (str | None, ...),
}
_WALK: dict[str, Any] = {
    "walk_m": (int, ...),
    "walk_s": (int, ...),
    "pace_m_s": (float, ...),
    "model": (Model, ...),
    "open_state": (Literal["open", "closed", "unknown"], ...),
    "next_change": (Moment | None, ...),
    "via": (list[str], ...),
    "journeys": (list[TransitJourney] | None, None),
}

if TYPE_CHECKING:
    FacilityProperties = dict[str, Any]
    NearestProperties = dict[str, Any]
else:  # made from the schema of facilities, so that a new field is documented by itself
    FacilityProperties = create_model("Facility", __base__=_Closed, **_FACILITY)
    NearestProperties = create_model("NearestFacility", __base__=_Closed, **_FACILITY, **_WALK)


@closed
class LayerSummary(TypedDict):
    """One layer: what the catalogue declares, and how complete it is."""

    id: str
    name: str
    names: dict[str, str]
    description: str
    icon: str
    shape: Shape
    colour: Colour
    group: str
    standard_min: int
    pace_m_s: float
    moves: bool
    expected: int | None
    expected_source: str | None
    expected_date: Day | None
    official_list: str | None
    listed: int
    located: int
    located_exact: int
    located_street: int
    located_area: int
    not_located: int
    open: int
    sites: int
    sites_located: int
    newest: str | None
    oldest: str | None


@closed
class LayersAnswer(TypedDict):
    """All layers, in the order of the catalogue."""

    layers: list[LayerSummary]


@closed
class FacilityFeature(TypedDict):
    """One facility; `geometry` is null where nobody knows where it is."""

    type: Literal["Feature"]
    id: str
    geometry: Point | None
    properties: FacilityProperties


@closed
class HelplineShape(TypedDict):
    """A number to call, by a known source; `opening_hours` is null where none says them."""

    number: str
    name: str
    purpose: str
    opening_hours: str | None
    source: str
    source_date: Day
    licence: str


@closed
class LayerAnswer(TypedDict):
    """All facilities of a layer, and whom one can call before going to any of them."""

    type: Literal["FeatureCollection"]
    layer: str
    data_date: Day
    attribution: dict[str, str]
    features: list[FacilityFeature]
    helplines: list[HelplineShape]


@closed
class FoundPlace(TypedDict):
    """One answer of the gazetteer.

    `note` says where it is not quite what was asked; `basis` how it is known: `address` (with
    street and number), `house number` (its street was found by a rule), `possible` (the house may
    belong to another street), `neighbour` (another number), or what else the point is of. `sure`:
    taken without asking where it is the best one.
    """

    label: str
    kind: PlaceKind
    lon: Lon
    lat: Lat
    precision: Precision
    score: float
    note: str | None
    facility_id: str | None
    basis: str | None
    sure: bool


@closed
class NeedKind(TypedDict):
    """A kind of facility in a layer: `layer` and `kind` of `/api/nearest`."""

    layer: str
    kind: str
    name: str


@closed
class NeedFacility(TypedDict):
    """A single facility."""

    id: str
    name: str


@closed
class FoundNeed(TypedDict):
    """What the words say that somebody needs, and where that leads.

    `rest` are the words that say nothing of it; they may be where somebody is. `helplines` come
    first, the most urgent before the others.
    """

    id: str
    name: str
    rest: str
    helplines: list[HelplineShape]
    layers: list[str]
    kinds: list[NeedKind]
    facilities: list[NeedFacility]
    profiles: list[Literal["pram", "wheelchair"]]


@closed
class SearchAnswer(TypedDict):
    """Places for some words, best first, and the needs that they say."""

    q: str
    places: list[FoundPlace]
    needs: list[FoundNeed]


@closed
class NearestFeature(TypedDict):
    """One facility and the walk to it."""

    type: Literal["Feature"]
    id: str
    geometry: Point
    properties: NearestProperties


@closed
class NearestAnswer(TypedDict):
    """The nearest facilities of each layer, sorted by `walk_s`.

    `profile` and `at_night` say which ways were walked: at night none that is known to be closed
    then. `off_network_m` is the straight way to the nearest street where that is more than 300 m.
    `filter` says which facilities of these layers count, and how many are left out; null for all.
    With `by=transit` there are `transit` and, of each facility, `journeys`: the one that arrives
    the earliest and the one that leaves next; none where the walk is as quick, and null where none
    was looked for, beyond the first 20 facilities.
    """

    type: Literal["FeatureCollection"]
    origin: FoundPlace
    model: Model
    profile: Profile
    at_night: bool
    at: Moment
    off_network_m: int | None
    filter: FilterAnswer | None
    transit: NotRequired[TransitBasis]
    features: list[NearestFeature]


@closed
class DistrictProperties(TypedDict):
    """A district: number, Roman numeral ("" in a city without), name, registered residents."""

    number: int
    roman: str
    name: str
    residents: int | None


@closed
class UnitProperties(TypedDict):
    """A neighbourhood unit: its code, its name, the number of its district."""

    code: str
    name: str
    district: int


@closed
class UnitFeature(TypedDict):
    """One neighbourhood unit."""

    type: Literal["Feature"]
    id: str
    geometry: Area
    properties: UnitProperties


@closed
class UnitsAnswer(TypedDict):
    """The neighbourhood units of the city; none where the city folder has no such file."""

    type: Literal["FeatureCollection"]
    features: list[UnitFeature]


@closed
class DistrictFeature(TypedDict):
    """One district."""

    type: Literal["Feature"]
    id: int
    geometry: Area
    properties: DistrictProperties


@closed
class DistrictsAnswer(TypedDict):
    """The districts of the city."""

    type: Literal["FeatureCollection"]
    features: list[DistrictFeature]
