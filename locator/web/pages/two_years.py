"""Show what the city says that it has changed, answered with people."""

from __future__ import annotations

from flask import Blueprint, render_template

from locator.analysis.access.claims import openings
from locator.api.two_years import answers_of
from locator.reports.changes import claim_section, glance_section, openings_section, period_said
from locator.reports.content import write_value
from locator.reports.html import section_html
from locator.web.security import expensive
from locator.web.state import state
from locator.web.words.model_words import model_line

blueprint = Blueprint("two_years", __name__)


@blueprint.get("/two-years")
@expensive
def page() -> str:
    """Show each claim with people: before, after, gained, where, and what nobody can answer."""
    app = state()
    found = answers_of(app)
    sections = [] if not found else [glance_section(found)]
    sections += [claim_section(app.city, one) for one in found]
    if (timeline := openings_section(app.city, openings(app.city))) is not None:
        sections.append(timeline)
    return render_template(
        "pages/two_years.html",
        period=period_said(app.city),
        sections=[
            section_html(one, place, write=write_value)
            for place, one in enumerate(sections, start=1)
        ],
        model_line=model_line(app.walkable_city),
    )
