"""Answer machines who reaches several services at once."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from pydantic import Field
from typing_extensions import TypedDict

from locator.analysis.access.combined import Combined, CombinedQuery, combined
from locator.api.context import AppState
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
from locator.api.schemas import Model, closed

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


@closed
class DistrictTogether(TypedDict):
    """One district."""

    number: int
    name: str
    people: int
    served: int
    share: float | None


@closed
class TogetherAnswer(TypedDict):
    """Who reaches several layers at once."""

    layers: list[str]
    need: str
    group: str
    model: Model
    people: int
    served: int
    share: float
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
    return app.memo.get(query, lambda: combined(app.walkable_city, query))


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
    found = combined_of(app, asked)
    rows = cast(
        list[DistrictTogether],
        found.districts[["name", "people", "served", "share"]]
        .round({"share": 4})
        .astype({"share": object})
        .where(found.districts["share"].notna(), None)
        .reset_index(names="number")
        .to_dict("records"),
    )
    return {
        "layers": list(asked.layer),
        "need": asked.need,
        "group": asked.group,
        "model": found.model,
        "people": found.people,
        "served": found.served,
        "share": round(found.share, 4),
        "single": {layer: round(share, 4) for layer, share in found.single.items()},
        "districts": rows,
    }
