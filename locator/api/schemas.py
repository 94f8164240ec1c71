"""Say what all answers of the API share; the OpenAPI document is generated from these types.

What the answers themselves look like stands with `shapes_places` and `shapes_coverage`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field, WithJsonSchema, with_config
from typing_extensions import TypedDict

from locator.city.json_schema import DAY
from locator.walking import ModelName

closed = with_config(ConfigDict(extra="forbid"))
"""Nothing is answered that the document does not name."""

Model = ModelName

Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
Share = Annotated[float, Field(ge=0, le=1)]
Day = Annotated[str, Field(pattern=DAY)]
"""ISO 8601, maybe reduced to a month or a year."""
Moment = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Distinct = Annotated[list[str], Field(json_schema_extra={"uniqueItems": True})]
Colour = Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]
PlaceKind = Literal[
    "address", "street", "stop", "district", "quarter", "landmark", "facility", "coordinate"
]
Precision = Literal["exact", "street", "area"]


@closed
class Candidate(TypedDict):
    """A place that may have been meant."""

    label: str
    kind: PlaceKind
    lon: Lon
    lat: Lat
    precision: Precision
    basis: str | None
    note: str | None


@closed
class ParameterFault(TypedDict):
    """What is wrong with one parameter; `accepted` as JSON Schema says it."""

    message: str
    parameter: str | None
    accepted: dict[str, Any] | None


@closed
class ErrorDetail(TypedDict):
    """What went wrong, for machines (`code`, `parameter`) and people (`message`).

    `faults`: with `invalid_parameter` and `not_found`, all that is wrong, the one above first.
    `candidates`: with `ambiguous_place`, the places to choose from, by their coordinates.
    """

    code: str
    message: str
    parameter: str | None
    faults: NotRequired[list[ParameterFault]]
    candidates: NotRequired[list[Candidate]]


@closed
class ErrorAnswer(TypedDict):
    """Every answer that is not a success."""

    error: ErrorDetail


@closed
class Health(TypedDict):
    """The service runs, and with what."""

    status: Literal["ok"]
    city: str
    data_date: Day
    model: Model
    model_fault: str | None
    facilities: int
    started: Moment


@closed
class FilterAnswer(TypedDict):
    """Which facilities count, in a sentence, too; null where all do.

    `counted`: on the map and known to fit; `undetermined`: of how many nobody knows, so that they
    do not count; `barred`: known not to fit.
    """

    ownership: Literal["public", "municipal", "private"] | None
    kind: Distinct
    operator: Distinct
    open_at: str | None
    step_free: bool
    words: str
    counted: int
    undetermined: int
    barred: int


@closed
class Completeness(TypedDict):
    """How many facilities there are in truth, on the list and on the map."""

    expected: int | None
    listed: int
    located: int


@closed
class Point(TypedDict):
    """A GeoJSON point: longitude, latitude in WGS84."""

    type: Literal["Point"]
    coordinates: Annotated[list[float], Field(min_length=2, max_length=2)]


@closed
class Area(TypedDict):
    """A GeoJSON polygon or several."""

    type: Literal["Polygon", "MultiPolygon"]
    coordinates: Annotated[list[Any], Field(min_length=1)]
