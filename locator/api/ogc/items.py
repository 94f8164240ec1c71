"""Choose and write features of a collection: by box, time, property, page and system."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Annotated, Any, Literal

import numpy as np
import shapely
from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from locator.api.context import AppState
from locator.api.ogc.collections import Collection, Features, Span, features_of
from locator.api.ogc.crs import CRS84, box_in_degrees, in_system, systems
from locator.api.parsing import CHOICE, REPEATED, Args, Pairs, parse
from locator.api.queries import described, frozen
from locator.base.echo import cut, shortened
from locator.base.errors import N_, InvalidParameterError, NotFoundError
from locator.base.geo import Flags
from locator.base.geojson import geometry_json

MOST = 1000
"""Larger limits are this one, as the standard has it."""

NO_FEATURE = N_("There is no feature {given} in this collection.")

EMPTY_BOX = N_("The box ends before it begins: its second corner has to lie beyond the first.")

MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))?", re.ASCII
)


def _box(value: object) -> tuple[float, ...]:
    try:
        sides = tuple(float(side) for side in str(value).split(","))
    except ValueError:
        sides = ()
    if len(sides) == 6:  # heights, which nothing here has
        sides = (*sides[:2], *sides[3:5])
    if len(sides) != 4 or not np.isfinite(sides).all():
        raise PydanticCustomError("box", "is not a box")
    return sides


def _span(value: object) -> Span:
    given = str(value).strip().replace(" ", "+")  # a "+" that was not percent-encoded
    ends = given.split("/")
    try:
        if len(ends) > 2 or ends in ([""], [".."]):
            raise ValueError("span")
        begin, end = _moment(ends[0], time.min), _moment(ends[-1], time.max)
        if begin is not None and end is not None and begin > end:
            raise ValueError("span")
    except ValueError:
        raise PydanticCustomError("span", "is not a time") from None
    return begin, end


def _moment(given: str, within: time) -> datetime | None:
    """A moment; of a day its first or last one; None for an open end."""
    if given in ("", ".."):
        return None
    if not (found := MOMENT.fullmatch(given)):
        raise ValueError("moment")
    if found[2] is None:
        return datetime.combine(datetime.fromisoformat(given).date(), within, UTC)
    return datetime.fromisoformat(given)


def _no_more(value: object) -> object:
    given = str(value)
    return min(int(given), MOST) if given.isascii() and given.isdigit() else value


Limit = Annotated[int, Field(ge=1, le=MOST), BeforeValidator(_no_more)]
BoxGiven = Annotated[
    tuple[float, ...],
    BeforeValidator(_box),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[-+.,0-9eE]+$", "examples": ["19.9,50.0,20.0,50.1"]}
    ),
]
SpanGiven = Annotated[
    Span,
    BeforeValidator(_span),
    WithJsonSchema({"type": "string", "examples": ["2024-01-01T00:00:00Z/.."]}),
]


@frozen
class CrsParams:
    """In which coordinate system a feature is answered, and how it is shown."""

    crs: str = described("Coordinate system of the answer, by its URI.", default=CRS84)
    f: Literal["json", "html"] | None = described(
        "Format; by default what the `Accept` header asks for.", default=None
    )


@frozen
class ItemsParams(CrsParams):
    """Which features of a collection are asked for; beside these, each property by its name."""

    limit: Limit = described(
        f"At most so many features on a page; more than {MOST} are {MOST}.", default=100
    )
    offset: Annotated[int, Field(ge=0, le=10**9)] = described("So many are passed over.", default=0)
    bbox: BoxGiven | None = described(
        "Lower and upper corner; what lies nowhere is in no box.", default=None
    )
    bbox_crs: str = Field(
        default=CRS84, alias="bbox-crs", description="Coordinate system of `bbox`, by its URI."
    )
    datetime: SpanGiven | None = described(
        "A day or moment, or two of them with a slash; `..` is open. "
        "What nobody has dated always exists.",
        default=None,
    )


@dataclass(frozen=True)
class Page:
    """The features that were asked for.

    Attributes
    ----------
    features : list of dict
        GeoJSON features.
    matched : int
        How many there are on all pages.
    limit, offset : int
    crs : str
        URI of the coordinate system.
    """

    features: list[dict[str, Any]]
    matched: int
    limit: int
    offset: int
    crs: str


def items(app: AppState, collection: Collection, args: Args) -> tuple[ItemsParams, Page]:
    """Return what a query string asks of a collection.

    Parameters
    ----------
    app : AppState
    collection : Collection
    args : Args
        The query string.

    Returns
    -------
    asked : ItemsParams
    page : Page

    Raises
    ------
    InvalidParameterError
        Everything that is wrong with the question.
    """
    held = features_of(app, collection)
    names = held.properties[0].keys() if held.properties else ()
    filters = {name: list(args.getlist(name)) for name in args if name in names}
    rest = Pairs(
        (name, value) for name in args if name not in names for value in args.getlist(name)
    )
    asked = parse(ItemsParams, rest, strict=True)
    system, box_system = _systems(app, asked)
    chosen = _matching(held, filters)
    if asked.bbox is not None:
        chosen &= _in_box(held, asked.bbox, box_system)
    if asked.datetime is not None:
        chosen &= _in_span(held, asked.datetime)
    rows = np.flatnonzero(chosen)
    shown = rows[asked.offset : asked.offset + asked.limit]
    made = _written(held, shown, system)
    return asked, Page(made, len(rows), asked.limit, asked.offset, asked.crs)


def item(app: AppState, collection: Collection, given: str, args: Args) -> tuple[CrsParams, Page]:
    """Return one feature, as a page of one.

    Parameters
    ----------
    app : AppState
    collection : Collection
    given : str
        The feature's id.
    args : Args
        The query string.

    Returns
    -------
    asked : CrsParams
    page : Page

    Raises
    ------
    InvalidParameterError, NotFoundError
        The question is wrong; there is no such feature.
    """
    asked = parse(CrsParams, args, strict=True)
    known = systems(app)
    if asked.crs not in known:
        raise _no_system("crs", asked.crs, known)
    held = features_of(app, collection)
    if given not in held.ids:
        raise NotFoundError(NO_FEATURE, parameter="featureId", given=cut(given))
    made = _written(held, np.array([held.ids.index(given)]), known[asked.crs])
    return asked, Page(made, 1, 1, 0, asked.crs)


def _systems(app: AppState, asked: ItemsParams) -> tuple[str, str]:
    known = systems(app)
    wanted = {"crs": asked.crs, "bbox-crs": asked.bbox_crs}
    faults = [_no_system(name, uri, known) for name, uri in wanted.items() if uri not in known]
    if not faults and asked.bbox is not None and asked.bbox[1] > asked.bbox[3]:
        # By the first axis a box may pass the date line, which only degrees have.
        faults = [InvalidParameterError(EMPTY_BOX, parameter="bbox")]
    if faults:
        faults[0].others = tuple(faults[1:])
        raise faults[0]
    return known[asked.crs], known[asked.bbox_crs]


def _no_system(name: str, uri: str, known: Mapping[str, str]) -> InvalidParameterError:
    return InvalidParameterError(
        CHOICE,
        parameter=name,
        accepted={"enum": list(known)},
        name=name,
        given=shortened(uri),
        choices=", ".join(known),
    )


def _matching(held: Features, filters: Mapping[str, Sequence[str]]) -> Flags:
    for name, values in filters.items():
        if len(values) > 1:
            raise InvalidParameterError(REPEATED, parameter=name, name=name, count=len(values))
    wanted = [(name, values[0]) for name, values in filters.items()]
    return np.array(
        [all(_said(row[name]) == value for name, value in wanted) for row in held.properties],
        dtype=bool,
    )


def _said(value: Any) -> str | None:
    """How a value is written in an address; what is not known equals nothing."""
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _in_box(held: Features, box: Sequence[float], system: str) -> Flags:
    found = np.zeros(len(held.ids), dtype=bool)
    for west, south, east, north in box_in_degrees(box, system):
        area = shapely.box(west, south, east, north)
        found |= shapely.intersects(held.places, area)
    return found


def _in_span(held: Features, asked: Span) -> Flags:
    begin, end = asked
    return np.array(
        [
            (begin is None or until is None or until >= begin)
            and (end is None or since is None or since <= end)
            for since, until in held.spans
        ],
        dtype=bool,
    )


def _written(held: Features, rows: Any, system: str) -> list[dict[str, Any]]:
    places = in_system(held.places[rows], system)
    return [
        {
            "type": "Feature",
            "id": held.ids[row],
            "geometry": geometry_json(place),
            "properties": held.properties[row],
        }
        for row, place in zip(rows.tolist(), places, strict=True)
    ]
