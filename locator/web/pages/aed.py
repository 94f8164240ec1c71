"""Answer the person who needs an AED this minute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict

from locator.analysis.aed.option import FIXED_LAYER
from locator.analysis.nearest import local_moment
from locator.api.aed import AedParams, VehiclesParams, aed_answer
from locator.api.context import AppState
from locator.base.echo import WORDS
from locator.base.errors import LocatorError
from locator.geocoding.place import Place
from locator.web.errors import status_of
from locator.web.i18n import gettext, moment, url
from locator.web.layout import LONGEST_SEARCH, drawn
from locator.web.map.aed import aed_features, vehicle_features
from locator.web.map.feeds import unkept
from locator.web.map.live import aed_map
from locator.web.map.pages import ground, page_map
from locator.web.nearest_form import LONGEST_CODE
from locator.web.security import urgent
from locator.web.state import question, state
from locator.web.words.aed import duration, walk_words
from locator.web.words.aed_here import AccuracyParams, Here, here_of
from locator.web.words.aed_rows import (
    Row,
    closed_row,
    remarks_of,
    riding_row,
    rows_of,
    unknown_row,
    way_unknown_row,
)
from locator.web.words.starting import (
    Link,
    Origin,
    advice_for,
    candidate_links,
    find_origin,
    problem_text,
)
from locator.web.words.texts import PLACE_KINDS

if TYPE_CHECKING:
    from locator.web.map.figure import Map

SHOWN, UNKNOWN_SHOWN, CLOSED_SHOWN, UNCONFIRMED_SHOWN = 5, 4, 3, 3
"""Whoever is in a hurry reads no long lists; the API has them all."""

KEPT = ("lat", "lon", "at", "accuracy_m")

blueprint = Blueprint("aed", __name__)
blueprint.app_template_global("duration")(duration)
blueprint.app_template_global("walk_words")(walk_words)


@blueprint.get("/aed")
@urgent
def page() -> tuple[str, int]:
    """Show the AEDs that can be fetched now; with ``part=list`` the list alone, for refreshing."""
    view = view_of(state(), request.args)
    if request.args.get("part") == "list" and view.answered:
        return render_template("parts/aed_list.html", view=view), view.code
    shown = None
    if view.answered and view.lon is not None and view.lat is not None:
        shown = page_map("aed", _map(view, view.lon, view.lat))
    return render_template("pages/aed.html", view=view, map=shown), view.code


@blueprint.get("/aed/listed.geojson")
@urgent
def listed() -> Response:
    """Serve the AEDs of the list."""
    return unkept(aed_features(view_of(state(), request.args).listed))


@blueprint.get("/aed/vehicles.geojson")
def vehicles() -> Response:
    """Serve where the vehicles are, for the map."""
    app = state()
    at = local_moment(app.city, question(VehiclesParams, request.args).at)
    return unkept(vehicle_features(app.city, app.live_fleet.positions(at)))


def _map(view: AedView, lon: float, lat: float) -> Map:
    layers = state().catalogue.layers.values()
    at = {name: value for name, value in view.args.items() if name == "at"}
    return aed_map(
        ground(gettext("Map of AEDs")),
        symbols=[drawn(layer) for layer in layers if layer.id == FIXED_LAYER],
        moving_symbols=[drawn(layer) for layer in layers if layer.moves],
        origin=(lon, lat, gettext("Here: {place}", place=view.place)),
        features=aed_features(view.listed),
        vehicles_url=url("aed.vehicles", at),
        ask_url=url("aed.page", at),
        refresh=not at,
    )


# What the page says ------------------------------------------------------------------------


@dataclass(frozen=True)
class AedView:
    """Everything that ``aed.html`` shows; `unnamed` counts the vehicles that are only assumed."""

    q: str = ""
    args: Mapping[str, str] = field(default_factory=dict)
    code: int = 200
    problem: str | None = None
    candidates: tuple[Link, ...] = ()
    advice: str | None = None
    place: str | None = None
    here: Here | None = None
    note: str | None = None
    others: tuple[Link, ...] = ()
    asked_at: str | None = None
    rows: tuple[Row, ...] = ()
    unknown: tuple[Row, ...] = ()
    beside: Row | None = None
    closed: tuple[Row, ...] = ()
    way_unknown: tuple[Row, ...] = ()
    unconfirmed: tuple[Row, ...] = ()
    unnamed: int = 0
    remarks: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    answered: bool = False

    @property
    def listed(self) -> tuple[Row, ...]:
        """The AEDs that are on the map."""
        beside = () if self.beside is None else (self.beside,)
        return (*self.rows, *beside, *self.unknown, *self.closed)


def view_of(app: AppState, args: MultiDict[str, str]) -> AedView:
    """Return the page for a query string; what is wrong with it is part of the page."""
    q = args.get("q", "").strip()
    kept = {name: args[name] for name in KEPT if args.get(name, "").strip()}
    if q:
        kept = {name: value for name, value in kept.items() if name == "at"}
    view = AedView(q=q, args=kept | ({"q": q} if q else {}))
    if not q and not ({"lat", "lon"} & set(kept)):
        return _cut_short(view)
    try:
        return _placed_at(app, view)
    except LocatorError as error:
        right = {name: value for name, value in view.args.items() if name != error.parameter}
        return replace(
            _cut_short(replace(view, args=right)),
            code=status_of(error),
            problem=problem_text(error),
            candidates=candidate_links(
                error, lambda **start: url("aed.page", {**right, **_filled(start)})
            ),
            advice=advice_for(error),
        )


def _filled(start: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in start.items() if value}


def _cut_short(view: AedView) -> AedView:
    """Return `view` without what is too long to be meant."""
    q = view.q if len(view.q) <= LONGEST_SEARCH else view.q[:WORDS]
    kept = {name: value for name, value in view.args.items() if len(value) <= LONGEST_CODE}
    return replace(view, q=q, args=kept)


def _placed_at(app: AppState, view: AedView) -> AedView:
    accuracy = {name: view.args[name] for name in ("accuracy_m",) if name in view.args}
    asked_of = {name: value for name, value in view.args.items() if name not in accuracy}
    asked = question(AedParams, MultiDict([*asked_of.items(), ("k", str(SHOWN))]))
    accuracy_m = question(AccuracyParams, MultiDict(accuracy)).accuracy_m
    origin, others = find_origin(app.city, asked)
    view = replace(
        view,
        place=origin.label,
        here=here_of(app, origin, point=asked.q is None, accuracy_m=accuracy_m),
        note=origin.note,
        others=tuple(
            Link(
                url("aed.page", {**view.args, "q": other.label}),
                other.label,
                gettext(PLACE_KINDS[other.kind]),
            )
            for other in others
        ),
        lon=origin.lon,
        lat=origin.lat,
    )
    return _answered(app, view, asked, origin)


def _answered(app: AppState, view: AedView, asked: AedParams, origin: Origin) -> AedView:
    place = Place(origin.label, "coordinate", origin.lon, origin.lat, "exact", 100.0)
    answer, held = aed_answer(app, asked, place), state().live_fleet
    beside = answer.beside
    return replace(
        view,
        answered=True,
        asked_at=moment(answer.at) if asked.at else None,
        rows=rows_of(app, answer),
        unknown=tuple(
            unknown_row(app, answer, option)
            for option in [one for one in answer.unknown if one != beside][:UNKNOWN_SHOWN]
        ),
        beside=None if beside is None else unknown_row(app, answer, beside),
        closed=tuple(closed_row(app, option, answer.at) for option in answer.closed[:CLOSED_SHOWN]),
        way_unknown=tuple(way_unknown_row(app, option) for option in answer.way_unknown),
        unconfirmed=tuple(
            riding_row(app, option, answer.at) for option in answer.unconfirmed[:UNCONFIRMED_SHOWN]
        ),
        unnamed=len(held.fleet.vehicles) - len(held.fleet.confirmed),
        remarks=tuple(remarks_of(app, answer, held)),
    )
