"""Turn a query string into one frozen, typed object, or say what is wrong with it.

One dataclass for each kind of question; its fields are the parameters, its types are the whole
truth about what is accepted: `parse` checks against them and the OpenAPI document is generated
from them. Over 350 lines, because the types of parameters and what is asked with them are read
side by side.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.dataclasses import dataclass as checked
from pydantic_core import PydanticCustomError, PydanticKnownError

from locator.analysis.nearest import NearestQuery
from locator.base.errors import N_, InvalidParameterError
from locator.city.facility_filter import FacilityFilter, Ownership
from locator.city.register import PeopleFrom
from locator.geocoding.names import fold
from locator.walking.network.profile import Profile

Q = TypeVar("Q")

# Types --------------------------------------------------------------------------------------

ISO_MOMENT = (
    "^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    "T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?$"
)

ISO_DAY = "^(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"


def _moment(value: object) -> datetime:
    # Without this pydantic would take "5" for five seconds after 1970.
    if isinstance(value, datetime):
        return value
    # A "+" that was not percent-encoded has become a space.
    given = str(value).strip().replace(" ", "+")
    if not re.match(ISO_MOMENT, given):
        raise ValueError("moment")
    return datetime.fromisoformat(given)


def _day(value: object) -> date:
    given = str(value).strip()
    try:
        if not re.match(ISO_DAY, given):
            raise ValueError("day")
        return date.fromisoformat(given)
    except ValueError:
        raise PydanticCustomError("day", "is not a day") from None


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def in_city(what: str) -> AfterValidator:
    """Return the rule that a name is one of the city, where `parse` is told which there are."""

    def check(value: Any, info: ValidationInfo) -> Any:
        known = (info.context or {}).get(what)
        if known is not None and value not in known:
            raise PydanticCustomError(f"unknown_{what}", "is not of this city", {"known": known})
        return value

    return AfterValidator(check)


def of_layer(what: str) -> AfterValidator:
    """Return the rule that a value is one that facilities of the layer asked for have.

    `parse` is told which values each layer has; without a layer any of the city's will do.
    """

    def check(value: str, info: ValidationInfo) -> str:
        by_layer = (info.context or {}).get(what)
        if by_layer is None:
            return value
        layers = (info.data or {}).get("layer") or tuple(by_layer)
        asked = (layers,) if isinstance(layers, str) else layers
        known = dict.fromkeys(one for layer in asked for one in by_layer.get(layer, ()))
        if fold(value) not in set(map(fold, known)):
            raise PydanticCustomError(f"unknown_{what}", "is not said", {"known": tuple(known)})
        return value

    return AfterValidator(check)


def at_most(most: int) -> BeforeValidator:
    """Return the rule of how often a parameter may be given, asked before each is looked up."""

    def check(values: Any) -> Any:
        if len(values) > most:
            told = {"field_type": "Tuple", "max_length": most, "actual_length": len(values)}
            raise PydanticKnownError("too_long", told)
        return values

    return BeforeValidator(check)


Id = Annotated[str, StringConstraints(min_length=1, max_length=100)]
LayerId = Annotated[Id, in_city("layer")]
GroupId = Annotated[Id, in_city("group")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=20)]
Pace = Annotated[float, Field(ge=0.3, le=3, allow_inf_nan=False)]
WalkToStop = Annotated[float, Field(ge=1, le=30, allow_inf_nan=False)]
Minutes = Annotated[float, Field(ge=1, le=60, allow_inf_nan=False)]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "pattern": ISO_MOMENT, "examples": ["2026-06-01T14:30"]}),
]
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "pattern": ISO_DAY, "examples": ["2024-05-01"]}),
]
Kinds = Annotated[
    tuple[Annotated[Id, of_layer("kind")], ...], Field(max_length=30), AfterValidator(_distinct)
]
Operator = Annotated[str, StringConstraints(min_length=1, max_length=200), of_layer("operator")]
Operators = Annotated[tuple[Operator, ...], Field(max_length=30), AfterValidator(_distinct)]
Layers = Annotated[
    tuple[LayerId, ...], Field(max_length=30), AfterValidator(_distinct), at_most(30)
]

frozen = checked(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))

# Questions ----------------------------------------------------------------------------------


def described(text: str, **more: Any) -> Any:
    """Return a field with a description for the OpenAPI document.

    Parameters
    ----------
    text : str
        Markdown.
    **more : object
        As `pydantic.Field` takes it, such as ``default``.

    Returns
    -------
    object
        What `pydantic.Field` returns.
    """
    return Field(description=text, **more)


@frozen
class NoParams:
    """An address that takes no parameters."""


@frozen
class SearchParams:
    """Words to look for in the gazetteer."""

    q: Words = described("Address, street, stop, district, facility, or `lat, lon`.")
    limit: Count = described("At most so many places.", default=8)


@frozen
class LayerParams:
    """One layer."""

    layer: LayerId = described("Id of a layer.")


@frozen
class StartParams:
    """Where a walk starts: words, or a point."""

    q: Words | None = described("Origin in words. Either this or `lon` and `lat`.", default=None)
    lon: Lon | None = described("Longitude of the origin, WGS84.", default=None)
    lat: Lat | None = described("Latitude of the origin, WGS84.", default=None)

    def __post_init__(self) -> None:
        """Accept exactly one way to say where."""
        self.check(vars(self))

    @staticmethod
    def check(given: Mapping[str, Any]) -> None:
        """Raise unless exactly one way to say where is given."""
        one_origin(*(given.get(name) for name in ("q", "lon", "lat")))


@frozen
class WaysParams:
    """Whose ways are walked, and when."""

    profile: Profile = described(
        "`pram` and `wheelchair` avoid steps; they need the street network.", default="foot"
    )
    night: Literal["yes", "no"] = described(
        "`yes`: keep off ways and gates that are closed at night; needs the street network.",
        default="no",
    )


@frozen
class LayersParams:
    """One or more layers."""

    layer: Layers = described(
        "Id of a layer; repeat it for several.",
        default=(),  # a page without a layer asks which; the API refuses, see `known_layers`
        json_schema_extra={"minItems": 1},
    )


StepFree = Annotated[
    Literal["yes", "no"],
    Field(description="`yes`: only facilities known to be entered without steps."),
]


@frozen
class WhoseParams:
    """Who runs the facilities that count, and of what kind they are."""

    ownership: Ownership | None = described(
        "Only facilities that are `public` (run by the city or commissioned by it), `municipal` "
        "(run by the city itself) or `private`.",
        default=None,
    )
    kind: Kinds = described(
        "Only facilities of this kind, as the data say it; repeat it for several.", default=()
    )
    operator: Operators = described(
        "Only facilities run by this operator, as the data say it; repeat it for several.",
        default=(),
    )


@frozen
class NearestParams(WhoseParams, WaysParams, StartParams, LayersParams):
    """Where a walk starts and what is looked for."""

    k: Count = described("How many facilities.", default=5)
    pace: Pace | None = described("Walking speed in m/s; by default the layer's.", default=None)
    open: Literal["now", "any"] = described("`now`: known to be open now only.", default="any")
    status: Literal["open", "all"] = described(
        "`all`: planned and closed ones too.", default="open"
    )
    at: Moment | None = described(
        "Moment that opening hours are judged at, and when one leaves; by default now.",
        default=None,
    )
    step_free: StepFree = "no"
    by: Literal["walk", "transit"] = described(
        "`transit`: say beside the walks how to go by tram or bus.", default="walk"
    )
    max_walk: WalkToStop = described(
        "With `transit`: at most so many minutes on foot to the first stop, and from the last one.",
        default=15,
    )


@frozen
class FilterParams(WhoseParams):
    """Which facilities count. One of which that is not known never does."""

    open_at: Moment | None = described(
        "Only facilities known to be open at this moment.", default=None
    )
    step_free: StepFree = "no"


@frozen
class StandardParams(LayerParams):
    """A layer, a standard and whose needs count."""

    minutes: Minutes | None = described("Standard; by default the layer's.", default=None)
    group: GroupId | None = described("Id of an age group; by default the layer's.", default=None)
    pace: Pace | None = described("Walking speed in m/s; by default the layer's.", default=None)


@frozen
class CoverageParams(FilterParams, StandardParams):
    """A layer, a standard, whose needs count, which facilities, and whose ways are walked."""

    profile: Profile = described(
        "`pram` and `wheelchair` avoid steps; they need the street network.", default="foot"
    )


@frozen
class ReachParams(CoverageParams):
    """A coverage: as above, who counts the people, and as of which day."""

    people: PeopleFrom = described(
        "Whose count of the people holds: the census, or the city's register of residents, by "
        "which each district is scaled.",
        default="census",
    )
    at: Day | None = described(
        "Count what may have stood on this day, `as_of` saying between which values the share lay "
        "then; by default what the data say is open.",
        default=None,
    )


@frozen
class ByParams:
    """Whether trams and buses are asked for beside the walks, and which."""

    by: Literal["walk", "transit"] = described(
        "`transit`: say beside those who walk who is within the standard from door to door on "
        "foot or by tram or bus.",
        default="walk",
    )
    depart: Moment | None = described(
        "With `transit`: one leaves at each minute of the hour from this moment on; by default "
        "10:00 on an ordinary working day in about a week.",
        default=None,
    )
    max_walk: WalkToStop = described(
        "With `transit`: at most so many minutes on foot to the first stop, and from the last one.",
        default=15,
    )


@frozen
class ReachByParams(ByParams, ReachParams):
    """A coverage: as above, on foot alone or by tram and bus beside it."""


@frozen
class CoverageListParams(FilterParams):
    """Every layer at once, each with its own group and pace."""

    minutes: Minutes | None = described("Standard; by default each layer's.", default=None)
    profile: Profile = described(
        "`pram` and `wheelchair` avoid steps; they need the street network.", default="foot"
    )


@frozen
class CoverageListDayParams(CoverageListParams):
    """Every layer at once, today or as of a day."""

    at: Day | None = described(
        "Count what may have stood on this day, `as_of` of each layer saying between which values "
        "the share lay then; by default what the data say is open.",
        default=None,
    )


def filter_of(asked: FilterParams | NearestParams) -> FacilityFilter:
    """Return which facilities count.

    Parameters
    ----------
    asked : FilterParams or NearestParams
        What is near is asked for an hour apart (`NearestQuery.open_now`).

    Returns
    -------
    FacilityFilter
    """
    return FacilityFilter(
        ownership=asked.ownership,
        kinds=tuple(sorted(asked.kind)),
        operators=tuple(sorted(asked.operator)),
        open_at=asked.open_at if isinstance(asked, FilterParams) else None,
        step_free=asked.step_free == "yes",
    )


def one_origin(q: object, lon: object, lat: object) -> None:
    """Raise unless exactly one of `q` and the pair `lon`, `lat` is given."""
    if q is not None and (lat is not None or lon is not None):
        raise InvalidParameterError(
            N_("Give either q (an address or a place) or lat and lon, not both."), parameter="q"
        )
    if q is None and lat is None and lon is None:
        raise InvalidParameterError(
            N_("Where from? Give q (an address or a place) or lat and lon."), parameter="q"
        )
    if q is None and (lat is None or lon is None):
        missing = "lat" if lat is None else "lon"
        raise InvalidParameterError(
            N_("lat and lon belong together; {name} is missing."),
            parameter=missing,
            name=missing,
        )


def nearest_query_of(asked: NearestParams, lon: float, lat: float) -> NearestQuery:
    """Return what is asked of a place whose coordinates are known by now.

    Parameters
    ----------
    asked : NearestParams
    lon, lat : float
        Degrees, WGS84.

    Returns
    -------
    NearestQuery
    """
    return NearestQuery(
        layers=asked.layer,
        lon=lon,
        lat=lat,
        k=asked.k,
        pace_m_s=asked.pace,
        open_now=asked.open == "now",
        status=asked.status,
        at=asked.at,
        which=filter_of(asked),
    )
