"""Explain the method."""

from __future__ import annotations

from flask import Blueprint, render_template

from locator.analysis.access.ranges import RUNS
from locator.api.street_info import street_source, streets_caveats
from locator.web.ahead import same_for_all
from locator.web.lasting import lasting_a_minute
from locator.web.reporting import reporting
from locator.web.state import state
from locator.web.words.model_words import model_line, model_quality

blueprint = Blueprint("about", __name__)


@blueprint.get("/about")
@same_for_all
@lasting_a_minute
def page() -> str:
    """Explain the method."""
    app = state()
    return render_template(
        "pages/about.html",
        model_line=model_line(app.walkable_city),
        model_quality=model_quality(app.walkable_city),
        caveats=streets_caveats(street_source(app)),
        demand=app.city.demand,
        dwellings=app.city.dwellings,
        runs=RUNS,
        measured=app.city.uncertainty.measured,
        keep_days=reporting().keep_days,
    )
