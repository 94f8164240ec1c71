"""Show where to build next, what would be missed least, and what would serve better moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from textwrap import shorten
from typing import Any

import pandas as pd
from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from locator.analysis.access.counted import filter_count
from locator.analysis.access.filter_words import filter_words
from locator.analysis.access.gain_ranges import GainRanges
from locator.analysis.access.words import gain_said
from locator.analysis.scenario.change import NewSite
from locator.analysis.siting.solve import MAX_SITES, PLANNED, Siting, SitingQuery
from locator.analysis.siting.words import certainty
from locator.api.context import AppState
from locator.api.gains import site_gains
from locator.api.planning_queries import SitingParams, site_text, siting_of
from locator.api.siting import found_closures, found_relocations, found_sites
from locator.api.street_info import Choice, profile_choices, profile_words
from locator.base.errors import NotComputableError
from locator.city.catalogue import Layer
from locator.geocoding.names import district_title
from locator.reports.changes import between
from locator.reports.charts import Bars, draw_bars
from locator.reports.document import Drawing
from locator.reports.html import UNITS, drawing_html
from locator.web.i18n import gettext, number, text, url
from locator.web.lenient import Args, answer_leniently
from locator.web.map.pages import map_for
from locator.web.planning import (
    Tick,
    records,
    standing_layer,
    texts_of,
    tidied,
)
from locator.web.security import expensive
from locator.web.sorting import FILTER_NAMES
from locator.web.state import question, state
from locator.web.words.choices import (
    FilterOption,
    OptionGroup,
    group_options,
    standard_options,
    unit_groups,
)
from locator.web.words.filtering import FilterForm, filter_form
from locator.web.words.model_words import Pace, model_line, pace_choices

BAR_UNITS = 20.0
LABEL_LETTERS = 32
LISTED = 10
"""Rows of the tables "least missed" and "best move"."""

blueprint = Blueprint("where_next", __name__)


@blueprint.get("/where-next/<layer_id>")
@expensive
def page(layer_id: str) -> AnyResponse | tuple[str, int]:
    """Show where to build next, what would be missed least, and what would serve better moved."""
    standing_layer(layer_id)

    def answer(args: Args) -> tuple[SitingParams, WhereNext]:
        asked = question(SitingParams, args, layer=layer_id)
        query = siting_of(asked)
        try:
            return asked, where_next_view(state(), asked, query)
        except NotComputableError as error:
            if error.parameter is None:  # nothing is left of what may be chosen
                error.parameter = next(
                    (name for name in ("unit", "avoid", "avoid_unit") if getattr(asked, name)), None
                )
            raise

    tidy = tidied(state(), layer_id, request.args)
    found = answer_leniently(tidy, answer)
    if tidy != request.args and not found.problems:
        # What the form sends along without need would only make the address long.
        return redirect(url("where_next.page", tidy, layer_id=layer_id), 303)
    asked, view = found.answer
    added = [
        f"{site['lat']:.5f},{site['lon']:.5f},,{site['name']}" for site in view.sites[:MAX_SITES]
    ]
    shown: dict[str, Any] = {"layer": layer_id, "add": added}
    kept = ("group", "pace", "profile", *FILTER_NAMES)
    shown |= {name: found.args.getlist(name) for name in kept if found.args.get(name)}
    shown |= {"minutes": f"{view.result.query.minutes:g}"}
    shown |= {"planned": "1"} if asked.planned else {}
    page_map = map_for("what_if", shown)
    shown_page = render_template(
        "pages/where_next.html",
        view=view,
        drawing=drawing_html(view.drawing) if view.drawing else "",
        map=page_map,
        problems=found.problems,
        given={one.parameter: request.args[one.parameter][:20] for one in found.problems},
    )
    return shown_page, found.status


@dataclass(frozen=True)
class TickGroup:
    """The neighbourhood units of one district, to be ticked."""

    label: str
    ticks: tuple[Tick, ...]
    open: bool


@dataclass(frozen=True)
class WhereNext:
    """Everything that ``where_next.html`` shows."""

    layer: Layer
    group: str
    result: Siting
    sites: list[dict[str, Any]]
    gain: str
    drawing: Drawing | None
    all_url: str
    closures: list[dict[str, Any]]
    moves: list[dict[str, Any]]
    groups: tuple[FilterOption, ...]
    standards: tuple[FilterOption, ...]
    paces: tuple[Pace, ...]
    districts: tuple[FilterOption, ...]
    avoid_ticks: tuple[Tick, ...]
    avoid_units: tuple[TickGroup, ...]
    avoided: tuple[str, ...]
    certainty: tuple[str, ...]
    money: Mapping[str, str]
    demand: str
    exact_url: str | None
    planned_url: str | None
    model_line: str
    units: tuple[OptionGroup, ...]
    profiles: tuple[Choice, ...]
    ways: str
    filter: FilterForm
    filter_words: str


def where_next_view(app: AppState, asked: SitingParams, query: SitingQuery) -> WhereNext:
    """Return the suggested sites, and what could close or move."""
    found = found_sites(app, query)
    within = app.soon(partial(site_gains, app, found))
    layer = app.catalogue.layers[query.layer]
    size = (
        int(found.query.capacity) if query.objective == "places" and found.query.capacity else None
    )
    sites = [
        NewSite(lon=s["lon"], lat=s["lat"], name=s["name"], places=size)
        for s in records(found.sites)
    ]
    same = {
        name: value
        for name, value in texts_of(asked).items()
        if name in ("minutes", "group", "pace", "profile", *FILTER_NAMES)
    }
    same |= {"planned": "1"} if asked.planned else {}

    def what_if_url(*added: NewSite, close: tuple[str, ...] = ()) -> str:
        adds = [site_text(site) for site in added]
        return url("what_if.page", same, layer_id=layer.id, close=list(close), add=adds)

    def moved(row: Mapping[str, Any]) -> NewSite:
        return NewSite(lon=row["lon"], lat=row["lat"], name=row["site"])

    districts = {
        str(key): district_title(row["roman"], row["name"])
        for key, row in app.city.districts.iterrows()
    }
    facilities = app.city.facilities
    under_way = (facilities["layer"] == layer.id) & facilities["status"].isin(PLANNED)
    return WhereNext(
        layer=layer,
        group=text(app.catalogue.groups[str(found.query.group)].names),
        result=found,
        sites=[
            row | {"url": what_if_url(site)} | _range(within, place)
            for place, (row, site) in enumerate(zip(records(found.sites), sites, strict=True))
        ],
        gain=gain_said(within),
        drawing=_gain_bars(found) if len(sites) > 1 else None,
        all_url=what_if_url(*sites[:MAX_SITES]),
        closures=[
            row | {"url": what_if_url(close=row["sites"])}
            for row in _addressed(app, found_closures(app, query))
        ],
        moves=[
            row | {"url": what_if_url(moved(row), close=(row["id"],))}
            for row in _addressed(app, found_relocations(app, query))
        ],
        groups=group_options(app, str(found.query.group)),
        standards=standard_options(found.query.minutes),
        paces=pace_choices("" if asked.pace is None else f"{asked.pace:g}"),
        districts=tuple(
            FilterOption(key, name, key == str(asked.district)) for key, name in districts.items()
        ),
        avoid_ticks=tuple(
            Tick(key, name, "", int(key) in asked.avoid) for key, name in districts.items()
        ),
        avoid_units=tuple(
            TickGroup(group.label, ticks, any(one.chosen for one in ticks))
            for group in unit_groups(app.city, None)
            for ticks in [
                tuple(
                    Tick(one.value, one.label, "", one.value in asked.avoid_unit)
                    for one in group.options
                )
            ]
        ),
        avoided=(
            *(districts[str(one)] for one in asked.avoid),
            *(str(app.city.units["name"][one]) for one in asked.avoid_unit),
        ),
        certainty=certainty(found),
        money={
            "budget": "" if asked.budget is None else f"{asked.budget:.15g}",
            "price": "" if asked.price is None else f"{asked.price:.15g}",
            "price_in": " ".join(asked.price_in),
        },
        demand="" if asked.demand_percent == 100 else f"{asked.demand_percent:g}",
        exact_url=url("where_next.page", texts_of(asked) | {"method": "exact"}, layer_id=layer.id)
        if asked.method != "exact" and not found.proven
        else None,
        planned_url=url("where_next.page", texts_of(asked) | {"planned": "1"}, layer_id=layer.id)
        if under_way.any()
        else None,
        model_line=model_line(app.walkable_city),
        units=unit_groups(app.city, asked.unit),
        profiles=profile_choices(app, "" if asked.profile == "foot" else asked.profile),
        ways=profile_words(app.walkable_city_for(asked.profile)),
        filter=filter_form(app, (layer.id,), asked),
        filter_words=filter_words(
            app.city, filter_count(app.walkable_city.choosing(query.which), layer.id)
        ),
    )


def _range(within: GainRanges | None, place: int) -> dict[str, str]:
    """Return between which values lies what a site adds, and from which it may not differ."""
    if within is None:
        return {"range": "", "alike": ""}
    alike = ", ".join(number(1 + other) for other in within.alike(place))
    return {"range": between(*within.of_site(place)), "alike": alike}


def _gain_bars(found: Siting) -> Drawing:
    """Return what each further site adds, as bars: where they shrink it is time to stop."""
    rows = found.sites.head(MAX_SITES)
    digits = 1 if found.query.objective == "centre" else 0
    bars = Bars(
        title=gettext("What each further site adds"),
        labels=tuple(
            shorten(f"{rank}. {name}", LABEL_LETTERS, placeholder="…")
            for rank, name in zip(rows["rank"], rows["name"], strict=True)
        ),
        values=tuple(rows["gained"]),
        texts=tuple(f"+{number(gained, digits)}" for gained in rows["gained"]),
    )
    return Drawing(
        title=bars.title,
        description={
            "median": gettext(
                "Bars: minutes saved by all people together. The table has the numbers."
            ),
            "centre": gettext("Bars: minutes off the longest walk. The table has the numbers."),
            "places": gettext("Bars: people given a place. The same numbers stand in the table."),
        }.get(
            found.query.objective,
            gettext("Bars: people gained. The same numbers stand in the table."),
        ),
        ratio=(14 + BAR_UNITS * len(rows)) / UNITS,
        draw=lambda canvas: draw_bars(canvas, bars),
    )


def _addressed(app: AppState, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the first facilities with their ids, and addresses to tell namesakes apart."""
    rows = frame.head(LISTED)
    address = app.city.facilities["address"].reindex(rows.index)
    rows = rows.assign(address=address.where(address.notna(), None))
    return records(rows.reset_index(names="id"))
