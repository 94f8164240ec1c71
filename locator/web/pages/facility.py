"""Show all that is known of one facility."""

from __future__ import annotations

from flask import Blueprint, render_template

from locator.web.found import canonical_url
from locator.web.i18n import current_language
from locator.web.map.feeds import known_facility
from locator.web.map.pages import map_or_none
from locator.web.state import state
from locator.web.structured import facility_data
from locator.web.words.cards import card, hours_said, opening_of
from locator.web.words.details import details_of

blueprint = Blueprint("facility", __name__)


@blueprint.get("/facilities/<facility_id>")
def page(facility_id: str) -> str:
    """Show all that is known of one facility."""
    app = state()
    city = app.city
    hours = city.facilities.at[known_facility(facility_id), "opening_hours"]
    hours = hours if isinstance(hours, str) else None
    shown = card(city, facility_id, opening=opening_of(city, hours, app.now()))
    return render_template(
        "pages/facility.html",
        facility=shown,
        words=details_of(shown),
        hours=hours_said(shown.facts),
        structured=facility_data(city, shown, canonical_url(current_language())),
        map=map_or_none("facility", {"id": facility_id}) if shown.located else None,
    )
