"""Show what a change to a layer would do, and let it be changed further."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from locator.analysis.scenario.change import (
    MAX_NAME,
    MAX_PLACES,
    MAX_SITES,
    NewSite,
    Scenario,
    site_points,
    to_close,
    to_open,
)
from locator.analysis.scenario.faults import ScenarioFileError
from locator.api.parsing import parameter_shapes
from locator.api.planning_queries import (
    AddedParams,
    ScenarioParams,
    new_site,
    scenario_of,
    site_text,
)
from locator.api.scenario import comparison_of
from locator.base.compact import compact_json
from locator.base.echo import cut
from locator.base.errors import (
    N_,
    InvalidParameterError,
    LocatorError,
    NotFoundError,
)
from locator.base.geojson import collection
from locator.city.history import is_date
from locator.city.lookup import known_layer
from locator.geocoding.resolving import resolve
from locator.web.downloads import attachment
from locator.web.i18n import current_language, gettext, url
from locator.web.layout import LONGEST_SEARCH
from locator.web.lenient import Args, LenientAnswer, answer_leniently
from locator.web.map import feeds as mapfeeds
from locator.web.map import pages as mapviews
from locator.web.map import views
from locator.web.map.background import feature
from locator.web.map.data import facility_features
from locator.web.map.symbols import symbol
from locator.web.map.workbench import change_map
from locator.web.planning import KNOWN, standing_layer, tidied
from locator.web.scenario_upload import FileFaults, faults_in_words, opened
from locator.web.security import expensive
from locator.web.state import question, state
from locator.web.words.what_if import WhatIf, change_areas, scenario_json, what_if

if TYPE_CHECKING:
    from locator.web.map.figure import Map

blueprint = Blueprint("what_if", __name__)

CHANGE_BREAKS = (-0.02, -0.0005, 0.0005, 0.02)


@blueprint.get("/what-if/<layer_id>")
@expensive
def page(layer_id: str) -> AnyResponse | tuple[str, int]:
    """Show what a change to a layer would do, and the form to change it.

    What a form sends along without need is taken out of the address, so that it can be passed on;
    a site in words or from a click becomes part of it.
    """
    standing_layer(layer_id)
    found = _mended_change(layer_id, request.args)
    if isinstance(found.answer, str):
        return redirect(f"{found.answer}#result", code=303)
    tidy = tidied(state(), layer_id, found.args)
    if tidy != found.args and not found.problems:
        return redirect(url("what_if.page", tidy, layer_id=layer_id), code=303)
    return _change_page(layer_id, found), found.status


@blueprint.post("/what-if/<layer_id>")
@expensive
def open_file(layer_id: str) -> AnyResponse | tuple[str, int]:
    """Open a scenario file: go to the page that shows it, or say what is wrong with it.

    A faulty file leaves the page as it was, its change included.
    """
    standing_layer(layer_id)
    try:
        return opened(state())
    except ScenarioFileError as error:
        faults = faults_in_words(error)
    # The address that the form posts to names no site to add; one that does is no question here.
    args = MultiDict((name, one) for name, one in request.args.items(multi=True) if name != "site")
    return _change_page(layer_id, _mended_change(layer_id, args), faults), 400


def _mended_change(layer_id: str, given: Args) -> LenientAnswer[str | WhatIf]:
    """Return what the page of a change shows, or the address with the site that is added."""

    def answer(args: Args) -> str | WhatIf:
        changed = _renamed(args)
        added = _added(changed)
        if (added is not None or changed is not args) and args == given:
            return url("what_if.page", _with_site(changed, added), layer_id=layer_id)
        asked = question(ScenarioParams, args, layer=layer_id)
        return what_if(state(), asked, scenario_of(asked), tuple(args.getlist("beside")[:2]))

    return answer_leniently(given, answer, sound=lambda name, one: _sound(layer_id, name, one))


def _change_page(
    layer_id: str, found: LenientAnswer[str | WhatIf], faults: FileFaults | None = None
) -> str:
    shown = tidied(state(), layer_id, found.args)
    # A site that was not found stays in its field; one that was found is a tick by now.
    fields = ("site", "site_places", "site_opens")
    kept = {name: request.args.get(name, "")[:LONGEST_SEARCH] for name in fields}
    return render_template(
        "pages/what_if.html",
        view=found.answer,
        map=mapviews.map_for("what_if", {**shown.to_dict(False), "layer": layer_id}),
        problems=found.problems,
        kept=kept,
        file_faults=faults,
    )


@blueprint.get("/what-if/<layer_id>/scenario.json")
def scenario_file(layer_id: str) -> Response:
    """Send the change as a file that the command line reads."""
    asked = question(ScenarioParams, request.args, layer=layer_id)
    change = scenario_of(asked)
    return attachment(
        scenario_json(change).encode(), "application/json", f"{layer_id}-scenario.json"
    )


@blueprint.get("/what-if/<layer_id>/areas.geojson")
@expensive
def areas(layer_id: str) -> Response:
    """Serve the districts by difference, and the areas gained and lost, for the map."""
    found = comparison_of(state(), _change(request.args, layer_id))
    return mapfeeds.kept(compact_json(change_areas(state(), found)))


@blueprint.get("/what-if/<layer_id>/places.geojson")
@expensive
def places(layer_id: str) -> Response:
    """Serve the facilities that count after the change, for the map."""
    app = state()
    found = comparison_of(app, _change(request.args, layer_id))
    ids = app.city.facilities.index[list(found.rows_after)]
    return mapfeeds.kept(compact_json(facility_features(app.city, ids)))


@blueprint.get("/what-if/<layer_id>/sites.geojson")
def sites(layer_id: str) -> Response:
    """Serve the new sites, numbered, for the map."""
    change = _change(request.args, layer_id)
    made = [
        feature(
            shapely.Point(site.lon, site.lat),
            identifier=f"new-{rank}",
            name=site.name or gettext("New site {rank}", rank=rank),
            layer=layer_id,
            lines=[gettext("a site of this scenario")],
            url="#sites",
            mark=str(rank),
        )
        for rank, site in enumerate(change.add, start=1)
    ]
    return mapfeeds.kept(compact_json(collection(made)))


# Pieces -------------------------------------------------------------------------------------


def _change(args: MultiDict[str, str], layer_id: str) -> Scenario:
    return scenario_of(question(ScenarioParams, args, layer=layer_id))


def _sound(layer_id: str, name: str, value: str) -> bool:
    """Tell whether one value of a repeated parameter is right by itself."""
    app = state()
    try:
        change = _change(MultiDict([(name, value)]), layer_id)
        to_open(app.walkable_city, change)
        to_close(app.walkable_city, change)
        site_points(app.walkable_city, change.add)
    except LocatorError:
        return False
    return True


def _added(args: Args) -> NewSite | None:
    """Return the site that the form or a click on the map adds; None where there is none."""
    asked = question(AddedParams, args)
    if asked.site is None and (asked.lat is None or asked.lon is None):
        return None
    parameter = "lat" if asked.site is None else "site"
    if len(args.getlist("add")) >= MAX_SITES:
        raise InvalidParameterError(
            N_("At most {most} sites can be added. Take one away first."),
            parameter=parameter,
            most=MAX_SITES,
        )
    try:
        if asked.site is not None:
            site = _named_site(asked.site, asked.site_places)
        else:
            site = replace(new_site(f"{asked.lat:.5f},{asked.lon:.5f}"), places=asked.site_places)
        site = replace(site, opens=asked.site_opens or "")
        site_points(state().walkable_city, (site,))
    except LocatorError as error:
        error.parameter = parameter  # the field where it was given
        raise
    return site


def _renamed(args: Args) -> Args:
    """Return a query string in which the sites ``of`` have the name, places and date beside them.

    Text fields are sent along whether or not anybody wrote into them: where they say what holds,
    the same query string comes back.
    """
    fields = {name: args.getlist(f"of_{name}") for name in ("name", "places", "opens")}
    adds = args.getlist("add")
    for place, given in enumerate(args.getlist("of")):
        if given not in adds:
            continue
        said = {name: ones[place].strip() for name, ones in fields.items() if place < len(ones)}
        adds[adds.index(given)] = site_text(_said_site(new_site(given), said))
    if adds == args.getlist("add"):
        return args
    changed = MultiDict((name, one) for name, one in args.items(multi=True) if name != "add")
    for one in adds:
        changed.add("add", one)
    return changed


def _said_site(site: NewSite, said: Mapping[str, str]) -> NewSite:
    """Return a site with what was written of it."""
    places, opens = said.get("places"), said.get("opens")
    if places and not (places.isascii() and places.isdecimal() and 1 <= int(places) <= MAX_PLACES):
        raise InvalidParameterError(
            N_("A site has from 1 to {most} places; given: {given}."),
            parameter="of_places",
            most=MAX_PLACES,
            given=cut(places),
        )
    if opens and not is_date(opens):
        raise InvalidParameterError(
            N_("{name} has to be a date such as 2027, 2027-09 or 2027-09-01; given: {given}."),
            parameter="of_opens",
            name=gettext("Opens"),
            given=cut(opens),
        )
    return replace(
        site,
        name=site.name if "name" not in said else " ".join(said["name"].split())[:MAX_NAME],
        places=site.places if places is None else int(places) if places else None,
        opens=site.opens if opens is None else opens,
    )


def _with_site(args: MultiDict[str, str], site: NewSite | None) -> dict[str, list[str]]:
    """Return the query string of a page with one more site, its form fields emptied."""
    dropped = ("site", "site_places", "site_opens", "lat", "lon")
    kept = {name: args.getlist(name) for name in args if name in KNOWN and name not in dropped}
    if site is not None:
        kept["add"] = [*kept.get("add", []), site_text(site)]
    return {name: [value for value in values if value] for name, values in kept.items()}


def _named_site(words: str, places: int | None) -> NewSite:
    try:
        found = resolve(state().city.gazetteer, words)[0]
    except NotFoundError:
        raise InvalidParameterError(
            N_("No place is called {given}. Try a street and a number, or a stop."),
            parameter="site",
            given=cut(words),
        ) from None
    return NewSite(found.lon, found.lat, places, found.label)


def _what_if_map(args: MultiDict[str, str]) -> Map:
    layer_id = known_layer(state().catalogue, args.get("layer", "")).id
    _change(args, layer_id)  # so that a wrong change is told here, not in the map's data
    given = {name: args.getlist(name) for name in args if name in parameter_shapes(ScenarioParams)}
    given.pop("layer", None)
    beside = {"beside": args.getlist("beside")} if "beside" in args else {}
    edges = np.array([-1.0, *CHANGE_BREAKS, 1.0])
    return change_map(
        mapviews.ground(gettext("Map of the change")),
        areas_url=url("what_if.areas", given, layer_id=layer_id),
        features_url=url("what_if.places", given, layer_id=layer_id),
        sites_url=url("what_if.sites", given, layer_id=layer_id) if "add" in given else None,
        shading=views.Shading(
            title=gettext("Change of the share served, by district"),
            value="value",
            breaks=tuple(edges[1:-1]),
            class_labels=(
                gettext("2 points less, or worse"),
                gettext("a little less"),
                gettext("the same"),
                gettext("a little more"),
                gettext("2 points more, or better"),
            ),
            gap_label=gettext("areas gained or lost"),
            scale="diverging",
        ),
        symbols=[symbol(state().catalogue.layers[layer_id], language=current_language())],
        add_url=url("what_if.page", given | beside, layer_id=layer_id),
        labels={
            "nearest_here": gettext("Add a site here"),
            "nearest_centre": gettext("Add a site in the middle of the map"),
        },
    )


mapviews.add_map("what_if", _what_if_map)
