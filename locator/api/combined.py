"""Answer machines who reaches several services at once."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from pydantic import Field
from typing_extensions import TypedDict

from locator.analysis.access.combined import Combined, CombinedQuery, combined
from locator.analysis.access.combined_ranges import CombinedRanges, combined_ranges
from locator.analysis.access.counted import filter_count
from locator.analysis.access.coverage import CoverageQuery
from locator.api.context import AppState
from locator.api.filtering import filter_answer
from locator.api.operations import CACHE_S, operation
from locator.api.queries import (
    FilterParams,
    GroupId,
    Layers,
    Minutes,
    Pace,
    described,
    filter_of,
    frozen,
)
from locator.api.schemas import FilterAnswer, Model, closed
from locator.walking.network.profile import Profile

SHARES = ("share", "low", "high")

NeedText = Annotated[Literal["all", "any"], Field()]


@frozen
class TogetherParams(FilterParams):
    """Several layers at once."""

    layer: Layers = described(
        "Id of a layer; give two or more.", default=(), json_schema_extra={"minItems": 2}
    )
    need: NeedText = described("`all` of them within reach, or `any` of them.", default="all")
    minutes: Minutes | None = described("One standard for all; by default each's.", default=None)
    group: GroupId = described("Id of an age group.", default="all")
    pace: Pace | None = described("One walking speed in m/s; by default each's.", default=None)
    profile: Profile = described(
        "`pram` and `wheelchair` avoid steps; they need the street network.", default="foot"
    )


@closed
class DistrictTogether(TypedDict):
    """One district."""

    number: int
    name: str
    people: int
    served: int
    share: float | None
    low: float | None
    high: float | None


@closed
class TogetherAnswer(TypedDict):
    """Who reaches several layers at once. `filters`: which facilities of each layer count.

    Nine in ten runs of what is not known for certain put a share between `low` and `high`.
    """

    layers: list[str]
    need: str
    group: str
    model: Model
    profile: Profile
    filters: dict[str, FilterAnswer | None]
    people: int
    served: int
    share: float
    low: float
    high: float
    runs: int
    seed: int
    single: dict[str, float]
    districts: list[DistrictTogether]


def combined_of(app: AppState, asked: TogetherParams) -> Combined:
    """Return what is asked for, computed once for the same question.

    Parameters
    ----------
    app : AppState
    asked : TogetherParams

    Returns
    -------
    Combined
    """
    query = CombinedQuery(
        layers=asked.layer,
        need=asked.need,
        minutes=asked.minutes,
        group=asked.group,
        pace_m_s=asked.pace,
        which=filter_of(asked),
    )
    ground = app.walkable_city_for(asked.profile)
    return app.memo.get((query, asked.profile), lambda: combined(ground, query))


def combined_ranges_of(app: AppState, asked: TogetherParams) -> CombinedRanges:
    """Return between which values that lies, computed once for the same question.

    Parameters
    ----------
    app : AppState
    asked : TogetherParams

    Returns
    -------
    CombinedRanges
    """
    found = combined_of(app, asked)
    query = found.query
    alone = [
        app.coverage(
            CoverageQuery(layer, query.minutes, query.group, query.pace_m_s, which=query.which),
            profile=asked.profile,
        )
        for layer in query.layers
    ]
    ground = app.walkable_city_for(asked.profile)
    return app.memo.get(
        ("combined ranges", query, asked.profile), lambda: combined_ranges(ground, found, alone)
    )


@operation(
    "/api/together",
    TogetherParams,
    TogetherAnswer,
    summary="Who reaches several layers at once",
    tag="coverage",
    errors=(404, 422),
    cache_s=CACHE_S,
    bounds="expensive",
)
def together(app: AppState, asked: TogetherParams) -> TogetherAnswer:
    """People of the group who have all, or at least one, of the layers within the standard."""
    found, within = combined_of(app, asked), combined_ranges_of(app, asked)
    ground = app.walkable_city.choosing(found.query.which)
    rows = cast(
        list[DistrictTogether],
        found.districts[["name", "people", "served", "share"]]
        .join(within.districts)
        .round(dict.fromkeys(SHARES, 4))
        .astype(dict.fromkeys(SHARES, object))
        .where(found.districts["share"].notna(), None)
        .reset_index(names="number")
        .to_dict("records"),
    )
    return {
        "layers": list(asked.layer),
        "need": asked.need,
        "group": asked.group,
        "model": found.model,
        "profile": asked.profile,
        "filters": {
            layer: filter_answer(app.city, filter_count(ground, layer)) for layer in asked.layer
        },
        "people": found.people,
        "served": found.served,
        "share": round(found.share, 4),
        "low": round(within.low, 4),
        "high": round(within.high, 4),
        "runs": within.runs,
        "seed": within.seed,
        "single": {layer: round(share, 4) for layer, share in found.single.items()},
        "districts": rows,
    }
