"""Answer residents: search, nearest, lists, facilities, the map, the data and the method."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template, request

from locator.analysis.access.coverage_steps import coverage_steps
from locator.api.street_info import comparisons, street_source, streets_caveats, streets_fault
from locator.base.echo import shortened
from locator.base.errors import N_, LocatorError, NotFoundError
from locator.web.map import pages as mapviews
from locator.web.pages.accessibility import statement
from locator.web.pages.layout import page_context
from locator.web.pages.nearest import view_of
from locator.web.security import counted
from locator.web.state import state
from locator.web.words.cards import card, hours_said, opening_of
from locator.web.words.details import details_of
from locator.web.words.listing import listing_of
from locator.web.words.model_words import model_line, model_quality
from locator.web.words.provenance import completeness_rows, sources

blueprint = Blueprint("residents", __name__)
blueprint.app_context_processor(page_context)

Answer = str | tuple[str, int]


@blueprint.get("/")
def home() -> Answer:
    """Show the search and the layers."""
    return render_template("home.html")


@blueprint.get("/nearest")
@counted
def nearest() -> Answer:
    """Show the nearest facilities; what is wrong with the question is said on the page."""
    view = view_of(state(), request.args)
    page_map = map_or_none("nearest", view.map_args) if view.results else None
    return render_template("nearest.html", view=view, map=page_map), view.code


@blueprint.get("/layers")
def layers() -> Answer:
    """List the layers."""
    return render_template("layers.html", rows=completeness_rows(state().walkable_city))


@blueprint.get("/layers/<layer_id>")
def layer(layer_id: str) -> Answer:
    """List every facility of a layer, located or not."""
    app = state()
    if layer_id not in app.catalogue.layers:
        raise NotFoundError(
            N_("There is no list of services called {given}."),
            parameter="layer",
            given=shortened(layer_id),
        )
    listing = listing_of(app.city, layer_id, request.args, at=app.now())
    page_map = map_or_none("layer", {"layer": layer_id})
    return render_template("layer.html", listing=listing, layer=listing.layer, map=page_map)


@blueprint.get("/facilities/<facility_id>")
def facility(facility_id: str) -> Answer:
    """Show all that is known of one facility."""
    app = state()
    city = app.city
    if facility_id not in city.facilities.index:
        raise NotFoundError(
            N_("There is no service with the id “{id}”."),
            parameter="id",
            id=shortened(facility_id)[1:-1],
        )
    hours = city.facilities.at[facility_id, "opening_hours"]
    hours = hours if isinstance(hours, str) else None
    shown = card(city, facility_id, opening=opening_of(city, hours, app.now()))
    return render_template(
        "facility.html",
        facility=shown,
        words=details_of(shown),
        hours=hours_said(shown.facts),
        map=map_or_none("facility", {"id": facility_id}) if shown.located else None,
    )


@blueprint.get("/map")
def city_map() -> Answer:
    """Show everything on one map."""
    return render_template("map.html", map=map_or_none("city", request.args))


@blueprint.get("/data")
def data() -> Answer:
    """Show how complete the data are, and where they come from."""
    app = state()
    return render_template(
        "data.html",
        rows=completeness_rows(app.walkable_city),
        sources=sources(app.city),
        streets=(source := street_source(app)),
        caveats=streets_caveats(source),
        fault=model_line(app.walkable_city) if streets_fault(app.walkable_city) else "",
        comparisons=comparisons(app),
        steps=app.memo.get("steps", lambda: coverage_steps(app.walkable_city)),
    )


@blueprint.get("/about")
def about() -> Answer:
    """Explain the method."""
    app = state()
    return render_template(
        "about.html",
        model_line=model_line(app.walkable_city),
        model_quality=model_quality(app.walkable_city),
        caveats=streets_caveats(street_source(app)),
        demand=app.city.demand,
        dwellings=app.city.dwellings,
    )


@blueprint.get("/accessibility")
def accessibility() -> Answer:
    """Show the accessibility statement."""
    return render_template("accessibility.html", statement=statement(current_app.config))


def map_or_none(kind: str, args: Any) -> Any:
    """Return a map of the page, or None where it cannot be drawn: the list stands alone."""
    try:
        return mapviews.map_for(kind, args)
    except LocatorError:
        return None
