"""Show how complete the data are, and where they come from."""

from __future__ import annotations

from flask import Blueprint, render_template

from locator.analysis.access.coverage_steps import coverage_steps
from locator.api.street_info import comparisons, street_source, streets_caveats, streets_fault
from locator.web.security import expensive
from locator.web.state import state
from locator.web.words.model_words import model_line
from locator.web.words.provenance import completeness_rows, sources

blueprint = Blueprint("data", __name__)


@blueprint.get("/data")
@expensive
def page() -> str:
    """Show how complete the data are, and where they come from."""
    app = state()
    return render_template(
        "pages/data.html",
        rows=completeness_rows(app.walkable_city),
        sources=sources(app.city),
        streets=(source := street_source(app)),
        caveats=streets_caveats(source),
        fault=model_line(app.walkable_city) if streets_fault(app.walkable_city) else "",
        comparisons=comparisons(app),
        steps=app.memo.get("steps", lambda: coverage_steps(app.walkable_city)),
    )
