"""Answer the page "nearest": from a query string to everything that the page says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request
from werkzeug.datastructures import MultiDict

from locator.analysis.access.filter_words import filter_words
from locator.analysis.aed.nearest import FIXED_LAYER
from locator.analysis.nearest import NearestResult, local_moment
from locator.api.context import AppState
from locator.api.nearest import filter_count_of_result
from locator.api.queries import NearestParams
from locator.api.street_info import (
    Choice,
    night_matters,
    off_network_words,
    profile_choices,
    profile_words,
)
from locator.base.errors import LocatorError
from locator.city.catalogue import Layer
from locator.walking.walkable_city import WalkableCity
from locator.web.errors import status_of
from locator.web.i18n import gettext, moment, url
from locator.web.map import views
from locator.web.map.data import nearest_features, walk_steps
from locator.web.map.pages import ground, page_map, symbol_of
from locator.web.nearest_form import Form, without_hidden
from locator.web.security import counted
from locator.web.state import question, state
from locator.web.words.aed_here import AccuracyParams
from locator.web.words.cards import Chip, card
from locator.web.words.filtering import FilterForm, filter_form
from locator.web.words.found import (
    Found,
    Unlocated,
    empty_words,
    find_nearest,
    found,
    more_url,
    said_once,
    standing_layers,
    title_of,
    unlocated,
    wider_link,
)
from locator.web.words.model_words import Pace, model_line, model_quality, pace_choices, pace_line
from locator.web.words.needs import Offered, offered
from locator.web.words.starting import (
    Link,
    Origin,
    advice_for,
    candidate_links,
    find_origin,
    named_point,
    problem_text,
    words_for,
)
from locator.web.words.texts import PLACE_KINDS
from locator.web.words.transit import TransitWords, transit_words

if TYPE_CHECKING:
    from locator.web.map.figure import Map

blueprint = Blueprint("nearest", __name__)


@blueprint.get("/nearest")
@counted
def page() -> tuple[str, int]:
    """Show the nearest facilities; what is wrong with the question is said on the page."""
    view = view_of(state(), request.args)
    shown = page_map("nearest", view.map) if view.map is not None else None
    return render_template("pages/nearest.html", view=view, map=shown), view.code


@dataclass(frozen=True)
class View:
    """Everything that ``nearest.html`` shows."""

    title: str
    form: Form
    paces: tuple[Pace, ...]
    code: int = 200
    origin: Origin | None = None
    alternatives: tuple[Link, ...] = ()
    results: tuple[Found, ...] = ()
    of_all: tuple[Chip, ...] = ()
    problem: str | None = None
    candidates: tuple[Link, ...] = ()
    problem_in: str | None = None
    advice: str | None = None
    empty: str | None = None
    wider: Link | None = None
    more_url: str | None = None
    unlocated: Unlocated | None = None
    transit: TransitWords | None = None
    pace_line: str = ""
    at_line: str = ""
    model_line: str = ""
    model_quality: str = ""
    ways: str = ""
    off_network: str = ""
    profiles: tuple[Choice, ...] = ()
    night_matters: bool = False
    many_layers: bool = False
    every_layer: bool = False
    emergency: bool = False
    map: Map | None = None
    offered: Offered = Offered()
    filter: FilterForm | None = None
    filter_words: str = ""
    unfiltered_url: str = ""


def view_of(app: AppState, args: MultiDict[str, str], *, whole: bool = True) -> View:
    """Return the page for a query string; what is wrong with it is part of the page.

    Unless `whole` it has neither the map nor journeys by tram and bus.
    """
    asked = Form.read(args)
    form = asked.shown()
    urgent = {FIXED_LAYER, *(layer.id for layer in app.catalogue.layers.values() if layer.moves)}
    emergency = not urgent.isdisjoint(form.layers)
    known = tuple(layer for layer in form.layers if layer in app.catalogue.layers)
    placed = bool(form.q or form.lat or form.lon)
    kept = {name: args[name] for name in ("lat", "lon") if args.get(name)} if form.q else {}
    view = View(
        emergency=emergency,
        title=title_of(app.city, form.layers),
        form=form,
        paces=pace_choices(form.pace),
        profiles=profile_choices(app, form.profile),
        night_matters=night_matters(app),
        filter=filter_form(app, known or standing_layers(app.city), form, brief=not known),
        offered=offered(app, form.q, kept, form.url) if placed else Offered(),
    )
    try:
        if not placed:  # what else is wrong is said before anybody types an address
            lon, lat = app.city.middle
            question(NearestParams, asked.args(accuracy_m="", lon=str(lon), lat=str(lat)))
            return view
        return answered(app, asked, view, whole=whole)
    except LocatorError as error:
        if view.offered.needs and error.parameter in ("q", None):
            return replace(view, alternatives=candidate_links(error, form.url))
        return replace(
            view,
            form=without_hidden(form, error),
            code=status_of(error),
            problem=problem_text(error),
            candidates=candidate_links(error, form.url),
            problem_in=error.parameter or "q",
            advice=advice_for(error),
        )


def answered(app: AppState, form: Form, view: View, *, whole: bool) -> View:
    """Return `view` with the results of `form`; if it is to be `whole` with a map and journeys.

    Raises
    ------
    LocatorError
        If a parameter is wrong, or the origin unknown or outside the city.
    """
    city = app.city
    params = question(NearestParams, form.args(accuracy_m=""))
    accuracy_m = question(AccuracyParams, form.accuracy()).accuracy_m
    layers = [city.catalogue.layers[layer] for layer in params.layer]
    origin, others = find_origin(city, params)
    if params.q is None:
        origin = named_point(app, origin, accuracy_m)
    at = local_moment(city, params.at)
    walkable_city = app.walkable_city_for(params.profile, at_night=params.night == "yes")
    result = find_nearest(walkable_city, params, origin, at)
    rows = result.found
    counts = filter_count_of_result(walkable_city, result)
    of_all, cards = said_once(
        [card(city, row.id, opening=(row.open_state, row.next_change, at)) for row in rows]
    )
    results = tuple(
        found(walkable_city, form, origin, row, one) for row, one in zip(rows, cards, strict=True)
    )
    return replace(
        view,
        form=form,
        origin=origin,
        alternatives=tuple(
            Link(form.url(q=words_for(p, origin)), p.label, gettext(PLACE_KINDS[p.kind]))
            for p in others
        ),
        results=results,
        of_all=of_all,
        empty=empty_words(params, layers) if not rows else None,
        wider=wider_link(form, params) if not rows else None,
        more_url=more_url(form, params, len(rows)),
        unlocated=unlocated(walkable_city.choosing(result.query.which), layers),
        transit=transit_words(app, walkable_city, form, params, result)
        if whole and not view.emergency
        else None,
        at_line=gettext("Open or closed as of {moment}.", moment=moment(at)) if params.at else "",
        pace_line=pace_line(city, params),
        model_line=model_line(walkable_city),
        filter_words=filter_words(city, counts) if counts else "",
        unfiltered_url=form.url(**dict.fromkeys(form.traits(), "")),
        ways=profile_words(walkable_city),
        model_quality=model_quality(app.walkable_city),
        off_network=off_network_words(result.origin),
        many_layers=len(params.layer) != 1,
        every_layer=not params.layer,
        map=_map(walkable_city, form, origin, result, layers, results) if whole and rows else None,
    )


def _map(
    walkable_city: WalkableCity,
    form: Form,
    origin: Origin,
    result: NearestResult,
    layers: Sequence[Layer],
    listed: Sequence[Found],
) -> Map:
    """Return the map of the results: what is drawn is what the list shows."""
    city, rows = walkable_city.city, result.found
    shown = layers or [layer for layer in city.catalogue.layers.values() if not layer.moves]
    kept = form.args(q="", lat="", lon="").to_dict(flat=False)
    return views.nearest_map(
        ground(gettext("Map of the results"), start=(origin.lon, origin.lat)),
        symbols=[symbol_of(layer.id) for layer in shown],
        origin=(origin.lon, origin.lat, gettext("Start: {place}", place=origin.label)),
        features=nearest_features(city, rows, {one.facility.id: one.facility for one in listed}),
        walks=walk_steps(
            walkable_city,
            origin.lon,
            origin.lat,
            [row.id for row in rows],
            origin=result.origin,
        ),
        nearest_url=url("nearest.page", kept),
        walk_labels={
            "walk": gettext("the walk along streets"),
            "walk-estimate": gettext("direction of the walk; not a way along streets"),
        },
    )
