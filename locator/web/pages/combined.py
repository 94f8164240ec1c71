"""Show and answer who reaches several services at once."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from flask import Blueprint, render_template, request
from pydantic import Field
from typing_extensions import TypedDict

from locator.analysis.access.combined import Combined, CombinedQuery, combined
from locator.api.context import AppState, state
from locator.api.operations import Answer, operation
from locator.api.queries import Id, Layers, Minutes, Pace, described, frozen, parse
from locator.city.lookup import known_group, known_layer
from locator.web.i18n import text
from locator.web.lenient import Args, mended
from locator.web.pages.what_if import standing_layer
from locator.web.security import expensive
from locator.web.words.listing import Option
from locator.web.words.model_words import model_line, pace_choices

blueprint = Blueprint("together", __name__)

CACHE_S = 300
STANDARDS_MIN = (5, 10, 15, 20, 30)

NeedText = Annotated[Literal["all", "any"], Field()]


@frozen
class TogetherParams:
    """Several layers at once."""

    layer: Layers = described(
        "Id of a layer; give two or more.", default=(), json_schema_extra={"minItems": 2}
    )
    need: NeedText = described("`all` of them within reach, or `any` of them.", default="all")
    minutes: Minutes | None = described("One standard for all; by default each's.", default=None)
    group: Id = described("Id of an age group.", default="all")
    pace: Pace | None = described("One walking speed in m/s; by default each's.", default=None)


class DistrictTogether(TypedDict):
    """One district."""

    number: int
    name: str
    people: int
    served: int
    share: float | None


class TogetherAnswer(TypedDict):
    """Who reaches several layers at once."""

    layers: list[str]
    need: str
    group: str
    model: str
    people: int
    served: int
    share: float
    single: dict[str, float]
    districts: list[DistrictTogether]


def combined_of(app: AppState, asked: TogetherParams) -> Combined:
    """Return what is asked for, computed once for the same question."""
    for layer in asked.layer:
        known_layer(app.catalogue, layer)
    known_group(app.catalogue, asked.group)
    query = CombinedQuery(
        layers=asked.layer,
        need=asked.need,
        minutes=asked.minutes,
        group=asked.group,
        pace_m_s=asked.pace,
    )
    return app.memo.get(query, lambda: combined(app.ground, query))


@operation(
    "/api/together",
    TogetherParams,
    TogetherAnswer,
    summary="Who reaches several layers at once",
    tag="coverage",
    errors=(404, 422),
    cache_s=CACHE_S,
    expensive=True,
)
def together(app: AppState, asked: TogetherParams) -> Answer:
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


@blueprint.get("/coverage/together")
@expensive
def page() -> tuple[str, int]:
    """Show who reaches several services at once, and the form to choose them."""
    app = state()

    def answer(args: Args) -> tuple[TogetherParams, Combined | None]:
        asked = parse(TogetherParams, args)
        for one in asked.layer:
            standing_layer(one)
        known_group(app.catalogue, asked.group)
        return asked, combined_of(app, asked) if len(asked.layer) > 1 else None

    mending = mended(request.args, answer, sound=_sound)
    asked, found = mending.answer
    fixed = [layer for layer in app.catalogue.layers.values() if not layer.moves]
    shown = render_template(
        "together.html",
        problems=mending.problems,
        asked=asked,
        found=found,
        fixed=fixed,
        districts=[] if found is None else found.districts.to_dict("records"),
        group=text(known_group(app.catalogue, asked.group).names),
        groups=[
            Option(group.id, text(group.names), group.id == asked.group)
            for group in app.catalogue.groups.values()
        ],
        standards=[Option(f"{v}", f"{v}", v == asked.minutes) for v in STANDARDS_MIN],
        paces=pace_choices("" if asked.pace is None else f"{asked.pace:g}"),
        model_line=model_line(app.ground),
    )
    return shown, mending.status


def _sound(name: str, value: str) -> bool:
    """Tell whether one of several layers is there and stands still."""
    layer = state().catalogue.layers.get(value)
    return name == "layer" and layer is not None and not layer.moves
