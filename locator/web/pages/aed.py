"""Answer the person who needs an AED this minute, and the planner who asks what the AEDs add."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict

from locator.analysis.aed.option import FIXED_LAYER
from locator.analysis.nearest import local_moment
from locator.api.aed import VehiclesParams
from locator.api.hourly import aed_hours_csv, aed_moves_csv
from locator.api.queries import parse
from locator.base.errors import N_, NotFoundError
from locator.base.geojson import Collection
from locator.web.i18n import current_language, gettext, percent, url
from locator.web.map import feeds as mapfeeds
from locator.web.map import pages as mapviews
from locator.web.map import views
from locator.web.map.aed import SHARE_BREAKS, aed_features, share_areas, vehicle_features
from locator.web.map.background import compact_json
from locator.web.map.figure import Map
from locator.web.map.live import aed_map
from locator.web.offline import worker_url
from locator.web.pages.aed_coverage import found_for, params_of, report_of
from locator.web.pages.aed_view import AedView, view_of
from locator.web.pages.layout import drawn, page_context
from locator.web.security import expensive, urgent
from locator.web.state import state
from locator.web.words.aed import duration, walk_words

blueprint = Blueprint("emergency", __name__)
blueprint.app_context_processor(page_context)
blueprint.app_context_processor(lambda: {"aed_layer": FIXED_LAYER})
blueprint.app_template_global("worker_url")(worker_url)
blueprint.app_template_global("duration")(duration)
blueprint.app_template_global("walk_words")(walk_words)


# The page -----------------------------------------------------------------------------------


@blueprint.get("/aed")
@urgent
def aed() -> tuple[str, int]:
    """Show the AEDs that can be fetched now; with ``part=list`` the list alone, for refreshing."""
    view = view_of(state(), request.args)
    if request.args.get("part") == "list" and view.answered:
        return render_template("aed_list.html", view=view), view.code
    shown = _page_map(view) if view.answered else None
    return render_template("aed.html", view=view, map=shown), view.code


@blueprint.get("/aed/listed.geojson")
@urgent
def listed() -> Response:
    """Serve the AEDs of the list."""
    return _geojson(aed_features(view_of(state(), request.args)))


@blueprint.get("/aed/vehicles.geojson")
def vehicles() -> Response:
    """Serve where the vehicles are, for the map."""
    app = state()
    at = local_moment(app.city, parse(VehiclesParams, request.args).at)
    return _geojson(vehicle_features(app.city, state().live_fleet.positions(at)))


def _geojson(answer: Collection) -> Response:
    response = Response(compact_json(answer), mimetype=mapfeeds.GEOJSON)
    response.headers["Cache-Control"] = "no-store"
    return response


def _page_map(view: AedView) -> mapviews.PageMap:
    """Return the map of the page: only its script's address depends on the place."""
    args = dict(view.args)
    asked = ("aed-map", current_language(), request.environ.get("locator.root"), "at" in args)
    shown = state().memo.get(asked, lambda: mapviews.map_for("aed", args))
    return replace(shown, script_url=url("mapviews.script", args, kind="aed"))


def _aed_map(args: MultiDict[str, str]) -> Map:
    app = state()
    view = view_of(app, args, answered=False)
    if view.lon is None or view.lat is None:
        raise NotFoundError(N_("There is no map without a place."), parameter="q")
    layers = app.catalogue.layers.values()
    at = {name: value for name, value in view.args.items() if name == "at"}
    return aed_map(
        mapviews.ground(gettext("Map of AEDs")),
        symbols=[drawn(layer) for layer in layers if layer.id == FIXED_LAYER],
        moving_symbols=[drawn(layer) for layer in layers if layer.moves],
        origin=(view.lon, view.lat, gettext("Here: {place}", place=view.place)),
        features_url=url("emergency.listed", view.args),
        vehicles_url=url("emergency.vehicles", at),
        ask_url=url("emergency.aed", at),
        refresh=not at,
    )


mapviews.add_map("aed", _aed_map)


# Coverage in time ---------------------------------------------------------------------------


@blueprint.get("/aed/coverage")
@expensive
def coverage() -> str:
    """Show by the hour who has an AED in time."""
    params = params_of(request.args)
    view = report_of(state(), params)
    asked = {"minutes": params.minutes, "day": params.day}
    # Without a vehicle that is known to carry one there is nothing to shade.
    shown = mapviews.map_for("aed_shares", asked) if view.found.vehicles else None
    return render_template("aed_coverage.html", view=view, map=shown)


@blueprint.get("/aed/coverage.csv")  # where it stood when both tables were one file
@blueprint.get("/aed/coverage/hours.csv")
@expensive
def hours() -> Response:
    """Send who is covered, hour by hour."""
    return _table(aed_hours_csv(state(), params_of(request.args)), "aeds-by-hour.csv")


@blueprint.get("/aed/coverage/moves.csv")
@expensive
def moves() -> Response:
    """Send the ranked list of AEDs to be moved outdoors."""
    return _table(aed_moves_csv(state(), params_of(request.args)), "aeds-to-move.csv")


def _table(text: str, name: str) -> Response:
    # The mark at the start tells spreadsheets that this is UTF-8.
    response = Response("\ufeff" + text, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get("/aed/coverage.geojson")
@expensive
def coverage_areas() -> Response:
    """Serve areas by the share of the hours of service for which vehicles cover them."""
    app = state()
    params = params_of(request.args)
    found = found_for(app, params)
    question = ("aed-shares", params.minutes, params.day, found.days["working"])
    made: Collection = app.memo.get(question, lambda: share_areas(app.city, found, params.day_type))
    return _geojson(made)


def _shares_map(args: MultiDict[str, str]) -> Map:
    params = params_of(args)
    edges = (*SHARE_BREAKS, 1.0)
    return views.coverage_map(
        mapviews.ground(gettext("Map: share of the hours of service within reach of a vehicle")),
        areas_url=url("emergency.coverage_areas", minutes=params.minutes, day=params.day),
        shading=views.Shading(
            title=gettext("Share of the hours of service"),
            value="share",
            breaks=SHARE_BREAKS,
            class_labels=(
                gettext("never"),
                *(
                    gettext("{low} to {high}", low=percent(low), high=percent(high))
                    for low, high in zip(edges, edges[1:], strict=False)
                ),
            ),
        ),
    )


mapviews.add_map("aed_shares", _shares_map)
