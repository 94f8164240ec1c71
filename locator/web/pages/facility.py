"""Show all that is known of one facility, and give what one takes along of it."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, render_template

from locator.base.errors import N_, NotFoundError
from locator.web.found import canonical_url
from locator.web.i18n import current_language
from locator.web.map.feeds import known_facility
from locator.web.map.pages import map_or_none
from locator.web.security import counted
from locator.web.state import state
from locator.web.structured import facility_data
from locator.web.words.cards import Card, card, hours_said, opening_of
from locator.web.words.details import details_of
from locator.web.words.hours import has_calendar, week_words
from locator.web.words.routes import routes
from locator.web.words.surroundings import others_near, stops_near

blueprint = Blueprint("facility", __name__)


@blueprint.get("/facilities/<facility_id>")
@counted
def page(facility_id: str) -> str:
    """Show all that is known of one facility."""
    app = state()
    city, now = app.city, app.now()
    shown = _card(facility_id, now)
    hours = shown.facts.get("opening_hours")
    place = None if shown.layer.moves or not shown.located else shown.facts["geometry"]
    return render_template(
        "pages/facility.html",
        facility=shown,
        words=details_of(shown),
        hours=hours_said(shown.facts),
        week=week_words(hours, now.date()),
        calendar=has_calendar(hours),
        routes=routes((place.x, place.y)) if place else (),
        stops=stops_near(app, place.x, place.y) if place else (),
        others=others_near(app.walkable_city, shown, place.x, place.y, now) if place else (),
        structured=facility_data(city, shown, canonical_url(current_language())),
        map=map_or_none("facility", {"id": facility_id}) if shown.located else None,
    )


@blueprint.get("/facilities/<facility_id>/hours.ics")
def hours(facility_id: str) -> Response:
    """Give the weekly hours as a calendar."""
    from locator.web.carried import calendar_of

    app = state()
    shown = _card(facility_id, app.now())
    if not has_calendar(shown.facts.get("opening_hours")):
        raise NotFoundError(
            N_("No hours of the week are known of {name}."), parameter="id", name=shown.name
        )
    written = calendar_of(app.city, shown, url=_page_address(), now=app.now())
    return _file(written, "text/calendar", f"{facility_id}.ics")


@blueprint.get("/facilities/<facility_id>/contact.vcf")
def contact(facility_id: str) -> Response:
    """Give the contact as a card for the address book."""
    from locator.web.carried import contact_of

    app = state()
    shown = _card(facility_id, app.now())
    written = contact_of(app.city, shown, url=_page_address())
    return _file(written, "text/vcard", f"{facility_id}.vcf")


def _card(facility_id: str, now: datetime) -> Card:
    city = state().city
    row = city.facilities.index.get_loc(known_facility(facility_id))
    hours = city.columns["opening_hours"][row]
    return card(city, facility_id, opening=opening_of(city, hours, now))


def _page_address() -> str:
    """Return the address of the page that a file of it is asked from."""
    return canonical_url(current_language()).rpartition("/")[0]


def _file(content: bytes, mimetype: str, name: str) -> Response:
    # An id is letters, digits and hyphens: it needs no quoting.
    disposition = f'attachment; filename="{name}"'
    return Response(content, mimetype=mimetype, headers={"Content-Disposition": disposition})
