"""Answer the page "nearest": from a query string to everything that the page says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pandas as pd
from werkzeug.datastructures import MultiDict

from locator.analysis.aed.nearest import FIXED_LAYER
from locator.analysis.nearest import nearest, place_origin
from locator.api.context import AppState
from locator.api.queries import NearestParams, nearest_query_of, parse
from locator.api.street_info import (
    Choice,
    night_matters,
    off_network_words,
    profile_choices,
    profile_words,
    walk_words,
)
from locator.base.errors import LocatorError, OutsideCityError
from locator.city.catalogue import Layer
from locator.city.lookup import known_layer
from locator.city.model import City
from locator.walking.walkable_city import WalkableCity
from locator.web.errors import status_of
from locator.web.i18n import gettext, moment, ngettext, text, url
from locator.web.pages.layout import LONGEST_SEARCH
from locator.web.words.cards import Card, card
from locator.web.words.model_words import Pace, model_line, model_quality, pace_choices, pace_line
from locator.web.words.starting import (
    Link,
    Origin,
    advice_for,
    candidate_links,
    find_origin,
    problem_text,
    words_for,
)
from locator.web.words.texts import PLACE_KINDS

MOST = 20
LONGEST_ECHO = 100
"""Characters of a wrong entry that are shown again."""
LONGEST_CODE = 40
"""Characters of anything in a form but words; what is longer was not made by the form."""


@dataclass(frozen=True)
class Form:
    """What the visitor filled in; shown again whatever happens."""

    q: str
    lat: str
    lon: str
    layers: tuple[str, ...]
    open: str
    status: str
    pace: str
    k: str
    at: str
    profile: str
    night: str

    @classmethod
    def read(cls, args: MultiDict[str, str]) -> Form:
        """Return the form; words win over coordinates that were kept from before."""
        q = args.get("q", "").strip()
        return cls(
            q=q,
            lat="" if q else args.get("lat", "").strip(),
            lon="" if q else args.get("lon", "").strip(),
            layers=tuple(dict.fromkeys(v for v in args.getlist("layer") if v)),
            open=args.get("open", ""),
            status=args.get("status", ""),
            pace=args.get("pace", ""),
            k=args.get("k", ""),
            at=args.get("at", ""),
            profile=args.get("profile", ""),
            night=args.get("night", ""),
        )

    def shown(self) -> Form:
        """Return the form as it is filled in again: what is too long to be meant is cut short."""
        long = [
            entry.name
            for entry in fields(self)
            if entry.name not in ("q", "layers") and len(getattr(self, entry.name)) > LONGEST_CODE
        ]
        q = self.q if len(self.q) <= LONGEST_SEARCH else self.q[:LONGEST_ECHO]
        layers = tuple(layer for layer in self.layers if len(layer) <= LONGEST_CODE)
        return replace(self, q=q, layers=layers, **dict.fromkeys(long, ""))

    def args(self, **changes: Any) -> MultiDict[str, str]:
        """Return the query parameters that are filled in, with `changes`."""
        values: dict[str, Any] = {
            "q": self.q,
            "lat": self.lat,
            "lon": self.lon,
            "layer": list(self.layers),
            "open": self.open,
            "status": self.status,
            "pace": self.pace,
            "k": self.k,
            "at": self.at,
            "profile": self.profile,
            "night": self.night,
        } | changes
        return MultiDict(
            {key: value for key, value in values.items() if value not in ("", [], None)}
        )

    def url(self, **changes: Any) -> str:
        """Return the address of this page with `changes`."""
        return url("residents.nearest", self.args(**changes))


@dataclass(frozen=True)
class Found:
    """One result: a facility and the walk to it."""

    facility: Card
    walk_s: float
    walk_m: float
    via: str
    directions: str
    more_url: str


@dataclass(frozen=True)
class Unlocated:
    """Facilities that could not be considered because nobody knows where they are."""

    sentence: str
    url: str


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
    problem: str | None = None
    candidates: tuple[Link, ...] = ()
    problem_in: str | None = None
    advice: str | None = None
    empty: str | None = None
    wider: Link | None = None
    more_url: str | None = None
    unlocated: Unlocated | None = None
    pace_line: str = ""
    at_line: str = ""
    model_line: str = ""
    model_quality: str = ""
    off_network: str = ""
    profiles: tuple[Choice, ...] = ()
    night_matters: bool = False
    many_layers: bool = False
    every_layer: bool = False
    emergency: bool = False
    map_args: Mapping[str, Any] = field(default_factory=dict)


def view_of(app: AppState, args: MultiDict[str, str]) -> View:
    """Return the page for a query string; what is wrong with it is part of the page."""
    asked = Form.read(args)
    form = asked.shown()
    urgent = {FIXED_LAYER, *(layer.id for layer in app.catalogue.layers.values() if layer.moves)}
    emergency = not urgent.isdisjoint(form.layers)
    view = View(
        emergency=emergency,
        title=title_of(app.city, form.layers),
        form=form,
        paces=pace_choices(form.pace),
        profiles=profile_choices(app, form.profile),
        night_matters=night_matters(app),
    )
    if not form.q and not (form.lat or form.lon):
        return replace(view, advice=None)
    try:
        return answered(app, replace(view, form=asked))
    except LocatorError as error:
        return replace(
            view,
            form=without_hidden(form, error),
            code=status_of(error),
            problem=problem_text(error),
            candidates=candidate_links(error, lambda **start: form.url(**start)),
            problem_in=error.parameter or "q",
            advice=advice_for(error),
        )


def without_hidden(form: Form, error: LocatorError) -> Form:
    """Return the form without what is wrong in a field that its visitor does not see."""
    if isinstance(error, OutsideCityError) or error.parameter in ("lat", "lon"):
        return replace(form, lat="", lon="")  # no start to keep
    if error.parameter == "k":
        return replace(form, k="")
    return replace(form, at="") if error.parameter == "at" else form


def answered(app: AppState, view: View) -> View:
    """Return `view` with its results.

    Raises
    ------
    LocatorError
        If a parameter is wrong, or the origin unknown or outside the city.
    """
    form, city = view.form, app.city
    params = parse(NearestParams, form.args())
    layers = [known_layer(city.catalogue, layer) for layer in params.layer]
    origin, others = find_origin(city, params)
    at = params.at or app.now()
    walkable_city = app.walkable_city_for(params.profile, at_night=params.night == "yes")
    rows = find_rows(walkable_city, params, origin, at)
    return replace(
        view,
        origin=origin,
        alternatives=tuple(
            Link(form.url(q=words_for(p, origin)), p.label, gettext(PLACE_KINDS[p.kind]))
            for p in others
        ),
        results=tuple(found(walkable_city, form, origin, row, at) for row in rows.itertuples()),
        empty=empty_words(params, layers) if rows.empty else None,
        wider=wider_link(form, params) if rows.empty else None,
        more_url=more_url(form, params, len(rows)),
        unlocated=unlocated(city, layers),
        at_line=gettext("Open or closed as of {moment}.", moment=moment(at)) if params.at else "",
        pace_line=pace_line(city, params, rows),
        model_line=" ".join(
            filter(None, (model_line(walkable_city), profile_words(walkable_city)))
        ),
        model_quality=model_quality(app.walkable_city),
        off_network=off_network_words(place_origin(walkable_city, origin.lon, origin.lat)),
        many_layers=len(params.layer) != 1,
        every_layer=not params.layer,
        map_args=form.args(),
    )


def title_of(city: City, layer_ids: tuple[str, ...]) -> str:
    """Return the page's heading."""
    if len(layer_ids) == 1 and layer_ids[0] in city.catalogue.layers:
        return gettext("Nearest: {layer}", layer=text(city.catalogue.layers[layer_ids[0]].names))
    return gettext("What is near you?") if not layer_ids else gettext("The nearest services")


def find_rows(
    walkable_city: WalkableCity, params: NearestParams, origin: Origin, at: datetime
) -> pd.DataFrame:
    """Return the nearest of the layers asked for; of no layer: the nearest one of each."""

    # Vehicles have no fixed place: they are shown only to those who ask for them.
    fixed = tuple(
        layer.id for layer in walkable_city.city.catalogue.layers.values() if not layer.moves
    )
    asked = replace(nearest_query_of(params, origin.lon, origin.lat), at=at)
    query = asked if params.layer else replace(asked, layers=fixed, k=1)
    return nearest(walkable_city, query).rows


def found(walkable_city: WalkableCity, form: Form, origin: Origin, row: Any, at: datetime) -> Found:
    """Return one result in words."""
    city = walkable_city.city
    next_change = None if pd.isna(row.next_change) else row.next_change
    facility = card(city, row.Index, opening=(row.open_state, next_change, at))
    place = city.facilities.geometry.loc[row.Index]
    route = f"{origin.lat:.5f},{origin.lon:.5f};{place.y:.5f},{place.x:.5f}"
    directions = "https://www.openstreetmap.org/directions?" + urlencode(
        {"engine": "fossgis_osrm_foot", "route": route}
    )
    return Found(
        facility=facility,
        walk_s=row.walk_s,
        walk_m=row.walk_m,
        via=walk_words(row.via, walkable_city.model.name),
        directions=directions,
        more_url=form.url(layer=[facility.layer.id], k=""),
    )


def empty_words(params: NearestParams, layers: list[Layer]) -> str:
    """Return why there are no results."""
    if layers and all(layer.moves for layer in layers):
        return gettext("Which vehicles carry these is not published, so none is offered as near.")
    if params.open == "now":
        return gettext("None that we know to be open now. Many do not publish their hours.")
    return gettext("None of these is on the map yet.")


def wider_link(form: Form, params: NearestParams) -> Link | None:
    """Return a way out of an empty answer."""
    if params.open == "now":
        return Link(form.url(open=""), gettext("Show those with unknown hours too"))
    if params.status == "open":
        return Link(form.url(status="all"), gettext("Show planned and closed ones too"))
    return None


def more_url(form: Form, params: NearestParams, shown: int) -> str | None:
    """Return the address that shows more, while there may be more."""
    if not params.layer or shown < params.k * len(params.layer) or params.k >= MOST:
        return None
    return form.url(k=str(min(MOST, params.k + 5)))


def unlocated(city: City, layers: list[Layer]) -> Unlocated | None:
    """Return the notice of facilities that are listed but not located."""
    if len(layers) != 1:
        return None
    mine = city.facilities[city.facilities["layer"] == layers[0].id]
    count = int((mine["x"].isna() & (mine["status"] == "open")).sum())
    if not count:
        return None
    sentence = ngettext(
        "{n} more is known, but not where exactly; it may be nearer.",
        "{n} more are known, but not where exactly; one of them may be nearer.",
        count,
    )
    return Unlocated(sentence, url("residents.layer", layer_id=layers[0].id, precision="none"))
