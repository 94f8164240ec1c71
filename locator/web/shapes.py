"""Say what the API's answers look like; the OpenAPI document is generated from these types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, create_model, with_config
from typing_extensions import TypedDict

from locator.facilities import FIELDS, Field

closed = with_config(ConfigDict(extra="forbid"))
"""Nothing is answered that the document does not name."""

Model = Literal["estimate", "network"]

_TYPES: dict[str, Any] = {"integer": int, "boolean": bool, "object": dict[str, Any]}


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
    "next_change": (str | None, ...),
    "via": (list[str], ...),
}

if TYPE_CHECKING:
    FacilityProperties = dict[str, Any]
    NearestProperties = dict[str, Any]
else:  # made from the schema of facilities, so that a new field is documented by itself
    FacilityProperties = create_model("Facility", __base__=_Closed, **_FACILITY)
    NearestProperties = create_model("NearestFacility", __base__=_Closed, **_FACILITY, **_WALK)


@closed
class ErrorDetail(TypedDict):
    """What went wrong, for machines (`code`, `parameter`) and people (`message`)."""

    code: str
    message: str
    parameter: str | None


@closed
class ErrorAnswer(TypedDict):
    """Every answer that is not a success."""

    error: ErrorDetail


@closed
class Health(TypedDict):
    """The service runs, and with what."""

    status: Literal["ok"]
    city: str
    data_date: str
    model: Model
    facilities: int
    started: str


@closed
class Completeness(TypedDict):
    """How many facilities there are in truth, on the list and on the map."""

    expected: int | None
    listed: int
    located: int


@closed
class LayerSummary(TypedDict):
    """One layer: what the catalogue declares, and how complete it is."""

    id: str
    name: str
    names: dict[str, str]
    description: str
    icon: str
    shape: str
    colour: str
    group: str
    standard_min: int
    pace_m_s: float
    moves: bool
    expected: int | None
    expected_source: str | None
    expected_date: str | None
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
class Point(TypedDict):
    """A GeoJSON point: longitude, latitude in WGS84."""

    type: Literal["Point"]
    coordinates: list[float]


@closed
class Area(TypedDict):
    """A GeoJSON polygon or several."""

    type: Literal["Polygon", "MultiPolygon"]
    coordinates: list[Any]


@closed
class FacilityFeature(TypedDict):
    """One facility; `geometry` is null where nobody knows where it is."""

    type: Literal["Feature"]
    id: str
    geometry: Point | None
    properties: FacilityProperties


@closed
class LayerAnswer(TypedDict):
    """All facilities of a layer."""

    type: Literal["FeatureCollection"]
    layer: str
    data_date: str
    attribution: dict[str, str]
    features: list[FacilityFeature]


@closed
class FoundPlace(TypedDict):
    """One answer of the gazetteer; `note` says where it is not quite what was asked."""

    label: str
    kind: Literal["address", "street", "stop", "district", "facility", "coordinate"]
    lon: float
    lat: float
    precision: Literal["exact", "street", "area"]
    score: float
    note: str | None
    facility_id: str | None


@closed
class SearchAnswer(TypedDict):
    """Places for some words, best first."""

    q: str
    places: list[FoundPlace]


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

    `off_network_m` is the straight way to the nearest street where that is more than 300 m.
    """

    type: Literal["FeatureCollection"]
    origin: FoundPlace
    model: Model
    at: str
    off_network_m: int | None
    features: list[NearestFeature]


@closed
class WalkTimes(TypedDict):
    """Walking seconds of the people of the group; null where nobody can walk there."""

    mean: int | None
    median: int | None
    p90: int | None


@closed
class DistrictCoverage(TypedDict):
    """One district. `beyond` is the share of its people outside the standard."""

    number: int
    name: str
    people: int
    served: int
    unserved: int
    share: float | None
    mean_s: int | None
    p90_s: int | None
    beyond: float | None


@closed
class Gap(TypedDict):
    """An unserved area with its people; `place` is a name near it."""

    people: int
    district: int
    district_name: str
    place: str | None
    walk_s: int | None
    geometry: Area


@closed
class CurvePoint(TypedDict):
    """People within so many minutes."""

    minutes: float
    people: int
    share: float | None


@closed
class CoverageAnswer(TypedDict):
    """Who is served within the standard, and who is not."""

    layer: str
    minutes: float
    group: str
    pace_m_s: float
    model: Model
    people: int
    served: int
    unserved: int
    share: float | None
    walk_s: WalkTimes
    counted: int
    completeness: Completeness
    caveats: list[str]
    districts: list[DistrictCoverage]
    curve: list[CurvePoint]
    gaps: list[Gap]


@closed
class CoverageLine(TypedDict):
    """One layer of the overview."""

    layer: str
    name: str
    minutes: float
    group: str
    pace_m_s: float
    people: int
    served: int
    unserved: int
    share: float | None
    walk_s: WalkTimes
    completeness: Completeness


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
    layers: list[CoverageLine]
    left_out: list[LeftOut]


@closed
class DistrictProperties(TypedDict):
    """A district: number, Roman numeral, name, registered residents."""

    number: int
    roman: str
    name: str
    residents: int | None


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


@closed
class GapProperties(TypedDict):
    """A gap without its geometry."""

    people: int
    district: int
    district_name: str
    place: str | None
    walk_s: int | None


@closed
class GapFeature(TypedDict):
    """One gap."""

    type: Literal["Feature"]
    geometry: Area
    properties: GapProperties


@closed
class GapsAnswer(TypedDict):
    """The gaps of a coverage, to be opened in a GIS."""

    type: Literal["FeatureCollection"]
    layer: str
    minutes: float
    group: str
    pace_m_s: float
    model: Model
    features: list[GapFeature]
