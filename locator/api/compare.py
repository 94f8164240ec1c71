"""Answer machines how every service reaches every district: one matrix with ranges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, cast

import pandas as pd
from typing_extensions import TypedDict

from locator.analysis.access.coverage import Coverage, CoverageQuery
from locator.analysis.access.filter_words import filter_said
from locator.analysis.access.part_ranges import unit_ranges
from locator.analysis.access.ranges import Ranges
from locator.api import csv
from locator.api.context import AppState
from locator.api.coverage_answers import unit_answers
from locator.api.geojson import SHARE_DIGITS, decimal
from locator.api.operations import CACHE_S, CSV, operation
from locator.api.queries import CoverageListParams, GroupId, described, filter_of, frozen
from locator.api.schemas import Model, closed
from locator.base.errors import NotComputableError
from locator.base.i18n import text
from locator.city.register import PeopleFrom
from locator.walking.network.profile import Profile


@frozen
class CompareParams(CoverageListParams):
    """Every service that stands still, in every district."""

    group: GroupId | None = described(
        "Id of one age group for all; by default each layer's.", default=None
    )
    people: PeopleFrom = described(
        "Whose count of the people holds: the census, or the city's register of residents.",
        default="census",
    )
    by: Literal["district", "unit"] = described(
        "`unit`: each neighbourhood unit, too (`units`; in tables instead of districts).",
        default="district",
    )


@closed
class DistrictShare(TypedDict):
    """A service in one district; `low` to `rank_high` as in the coverage of one layer."""

    number: int
    name: str
    people: int
    served: int
    share: float | None
    low: float | None
    high: float | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None


@closed
class UnitShare(TypedDict):
    """A service in one neighbourhood unit, and the number of its district; nobody ranks units."""

    code: str
    name: str
    district: int
    people: int
    served: int
    share: float | None
    low: float | None
    high: float | None


@closed
class ServiceShares(TypedDict):
    """A service in the city and in every district; `units` is null unless asked for."""

    layer: str
    name: str
    group: str
    minutes: float
    pace_m_s: float
    people: int
    served: int
    share: float
    low: float
    high: float
    runs: int
    seed: int
    districts: list[DistrictShare]
    units: list[UnitShare] | None


@closed
class CompareAnswer(TypedDict):
    """Every service in every district; `filter` says in words which facilities count."""

    model: Model
    people_from: Literal["census", "register"]
    profile: Profile
    filter: str | None
    services: list[ServiceShares]


def queries_of(app: AppState, asked: CompareParams) -> tuple[CoverageQuery, ...]:
    """Return the coverages of the matrix: of each layer that has one, in catalogue order.

    Parameters
    ----------
    app : AppState
    asked : CompareParams

    Returns
    -------
    tuple of CoverageQuery

    Raises
    ------
    NotComputableError
        Nobody can be counted for any layer.
    """
    queries: list[CoverageQuery] = []
    why: NotComputableError | None = None
    for layer in app.catalogue.layers:
        query = CoverageQuery(
            layer, asked.minutes, asked.group, people=asked.people, which=filter_of(asked)
        )
        try:
            app.coverage(query, profile=asked.profile)
        except NotComputableError as reason:  # it moves, or nobody of its group lives here
            why = reason
        else:
            queries.append(query)
    if not queries and why is not None:
        raise why
    return tuple(queries)


@operation(
    "/api/compare",
    CompareParams,
    CompareAnswer,
    summary="Every service in every district",
    tag="coverage",
    errors=(422,),
    cache_s=CACHE_S,
    bounds="expensive",
)
def compare(app: AppState, asked: CompareParams) -> CompareAnswer:
    """The share within reach of each service, in the city and in each district, with its range and
    its rank. Layers that move are left out.
    """
    queries = queries_of(app, asked)
    return {
        "model": app.walkable_city.model.name,
        "people_from": asked.people,
        "profile": asked.profile,
        "filter": filter_said(app.city, filter_of(asked)) or None,
        "services": [
            _service(
                app,
                app.coverage(one, profile=asked.profile),
                app.ranges(one, profile=asked.profile),
                _units(app, asked, one) if asked.by == "unit" else None,
            )
            for one in queries
        ],
    }


@operation(
    "/api/compare.csv",
    CompareParams,
    str,
    summary="Every service in every district, as a table",
    tag="coverage",
    media_type=CSV,
    errors=(422,),
    cache_s=CACHE_S,
    bounds="expensive",
    filename="services-by-district.csv",
)
def compare_csv(app: AppState, asked: CompareParams) -> str:
    """UTF-8, one row for each service and district, or unit; the city's row has no number, or
    code.
    """
    found = compare(app, asked)
    about = ("layer", "group", "minutes", "pace_m_s")
    same: dict[str, str] = {
        "people_from": asked.people,
        "model": found["model"],
        "profile": found["profile"],
        "data_date": app.catalogue.data_date,
        "filter": found["filter"] or "",
    }
    area = (UnitShare if asked.by == "unit" else DistrictShare).__annotations__
    rows = _rows(app, found["services"], about, same, tuple(area))
    return csv.table((*about, *area, *same), rows)


def _rows(
    app: AppState,
    services: list[ServiceShares],
    about: tuple[str, ...],
    same: dict[str, str],
    area: tuple[str, ...],
) -> Iterator[dict[str, Any]]:
    for service in services:
        asked = {name: dict(service)[name] for name in about} | same
        city = {name: value for name, value in service.items() if name in area}
        yield asked | city | {"name": text(app.catalogue.names)}
        units = service["units"]
        for one in service["districts"] if units is None else units:
            yield asked | dict(one)


def _units(app: AppState, asked: CompareParams, query: CoverageQuery) -> list[UnitShare]:
    walkable_city = app.walkable_city_for(asked.profile)
    found = app.coverage(query, profile=asked.profile)
    rows = unit_answers(walkable_city, found, unit_ranges(walkable_city, found))
    return [
        cast(UnitShare, {key: dict(row)[key] for key in UnitShare.__annotations__}) for row in rows
    ]


def _service(
    app: AppState, found: Coverage, within: Ranges, units: list[UnitShare] | None
) -> ServiceShares:
    rows: Any = found.districts.join(within.districts).to_dict("index")
    return {
        "layer": found.layer,
        "name": text(app.catalogue.layers[found.layer].names),
        "group": found.group,
        "minutes": found.minutes,
        "pace_m_s": found.pace_m_s,
        "people": found.people,
        "served": found.served,
        "share": round(found.share, SHARE_DIGITS),
        "low": round(within.low, SHARE_DIGITS),
        "high": round(within.high, SHARE_DIGITS),
        "runs": within.runs,
        "seed": within.seed,
        "districts": [
            {
                "number": int(number),
                "name": str(row["name"]),
                "people": int(row["people"]),
                "served": int(row["served"]),
                "share": decimal(row["share"], SHARE_DIGITS),
                "low": decimal(row["low"], SHARE_DIGITS),
                "high": decimal(row["high"], SHARE_DIGITS),
                "rank": _rank(row["rank"]),
                "rank_low": _rank(row["rank_low"]),
                "rank_high": _rank(row["rank_high"]),
            }
            for number, row in rows.items()
        ],
        "units": units,
    }


def _rank(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)
