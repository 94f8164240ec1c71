"""Show who reaches several services at once."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, render_template, request

from locator.analysis.access.combined import Combined
from locator.analysis.access.counted import filter_count
from locator.analysis.access.filter_words import filter_words
from locator.analysis.access.words import share_said
from locator.api.combined import TogetherParams, combined_of, combined_ranges_of
from locator.api.context import AppState
from locator.api.queries import filter_of
from locator.api.street_info import profile_choices, profile_words
from locator.web.i18n import percent, text
from locator.web.lenient import Args, answer_leniently
from locator.web.planning import standing_layer
from locator.web.security import expensive
from locator.web.state import question, state
from locator.web.words.choices import group_options, standard_options
from locator.web.words.filtering import filter_form
from locator.web.words.model_words import model_line, pace_choices

blueprint = Blueprint("combined_coverage", __name__)


@blueprint.get("/coverage/combined")
@expensive
def page() -> tuple[str, int]:
    """Show who reaches several services at once, and the form to choose them."""
    app = state()

    def answer(args: Args) -> tuple[TogetherParams, Combined | None]:
        asked = question(TogetherParams, args)
        for one in asked.layer:
            standing_layer(one)
        return asked, combined_of(app, asked) if len(asked.layer) > 1 else None

    lenient = answer_leniently(request.args, answer, sound=_sound)
    asked, found = lenient.answer
    ground = app.walkable_city.choosing(filter_of(asked))
    fixed = [layer for layer in app.catalogue.layers.values() if not layer.moves]
    shown = render_template(
        "pages/combined_coverage.html",
        problems=lenient.problems,
        asked=asked,
        found=found,
        share="" if found is None else _share(app, asked, found),
        fixed=fixed,
        districts=[] if found is None else found.districts.to_dict("records"),
        group=text(app.catalogue.groups[asked.group].names),
        groups=group_options(app, asked.group),
        standards=standard_options(asked.minutes),
        paces=pace_choices("" if asked.pace is None else f"{asked.pace:g}"),
        model_line=model_line(app.walkable_city),
        profiles=profile_choices(app, "" if asked.profile == "foot" else asked.profile),
        ways=profile_words(app.walkable_city_for(asked.profile)),
        filter=filter_form(app, asked.layer or tuple(layer.id for layer in fixed), asked),
        filters=[
            (layer, filter_words(app.city, filter_count(ground, layer)))
            for layer in asked.layer
            if found is not None and ground.which
        ],
    )
    return shown, lenient.status


def _share(app: AppState, asked: TogetherParams, found: Combined) -> str:
    """Return the share, with its range where that is known by now."""
    within = app.soon(partial(combined_ranges_of, app, asked))
    if within is None:
        return percent(found.share, 1)
    return share_said(found.share, within.low, within.high)


def _sound(name: str, value: str) -> bool:
    """Tell whether one of several layers is there and stands still."""
    layer = state().catalogue.layers.get(value)
    return name == "layer" and layer is not None and not layer.moves
