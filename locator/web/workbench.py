"""Turn scenarios, sites and reports into what the workbench's pages show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from textwrap import shorten
from typing import Any, cast

import numpy as np
import pandas as pd
from werkzeug.datastructures import MultiDict

from locator.catalogue import Layer
from locator.changes import NewSite, Scenario
from locator.closing import best_move, least_missed
from locator.districts import district_title
from locator.errors import NotComputableError
from locator.findings import Findings, ReportQuery, findings
from locator.maps.background import Collection, collection, feature, simplified
from locator.reports.canvas import SvgCanvas
from locator.reports.charts import Bars, draw_bars
from locator.reports.document import Drawing
from locator.scenario import Comparison
from locator.scenario_supply import SupplyChange, supply_change
from locator.siting import PLANNED, Siting, SitingQuery
from locator.web.api_planning import comparison_of, siting_answer, supply_of
from locator.web.finding import Pace, model_line, pace_choices
from locator.web.i18n import gettext, number, text, url
from locator.web.listing import Option, folded
from locator.web.planning_queries import (
    AddedParams,
    ReportParams,
    ScenarioParams,
    SitingParams,
    site_text,
)
from locator.web.queries import parameter_shapes
from locator.web.state import AppState

STANDARDS_MIN = (5, 10, 15, 20, 30)
DRAWING_UNITS = 440.0
"""Width of a drawing on a page; fewer units make larger words."""

BAR_UNITS = 20.0
LABEL_LETTERS = 32

KNOWN = frozenset(
    name
    for kind in (ScenarioParams, AddedParams, SitingParams, ReportParams)
    for name in parameter_shapes(kind)
    if name != "layer"
)
"""Parameters of the workbench's pages; no other gets into an address that they make."""

LISTED = 10
"""Rows of the tables "least missed" and "best move"."""


@dataclass(frozen=True)
class Tick:
    """One facility or site that a form can tick."""

    value: str
    label: str
    hint: str
    chosen: bool


@dataclass(frozen=True)
class WhatIf:
    """Everything that ``whatif.html`` shows."""

    layer: Layer
    group: str
    result: Comparison
    planned: bool
    planned_ticks: tuple[Tick, ...]
    close_ticks: tuple[Tick, ...]
    sites: tuple[Tick, ...]
    districts: list[dict[str, Any]]
    gaps: list[dict[str, Any]]
    closing: tuple[str, ...]
    not_located: tuple[str, ...]
    supply: SupplyChange | None
    groups: tuple[Option, ...]
    standards: tuple[Option, ...]
    paces: tuple[Pace, ...]
    file_url: str
    open_url: str
    model_line: str


@dataclass(frozen=True)
class WhereNext:
    """Everything that ``wherenext.html`` shows."""

    layer: Layer
    group: str
    result: Siting
    sites: list[dict[str, Any]]
    drawing: Drawing | None
    all_url: str
    least_missed: list[dict[str, Any]]
    moves: list[dict[str, Any]]
    groups: tuple[Option, ...]
    standards: tuple[Option, ...]
    paces: tuple[Pace, ...]
    districts: tuple[Option, ...]
    avoid_ticks: tuple[Tick, ...]
    avoided: tuple[str, ...]
    exact_url: str | None
    planned_url: str | None
    model_line: str


def what_if(app: AppState, asked: ScenarioParams, change: Scenario) -> WhatIf:
    """Return what a change does, and the form that changes it further."""
    found = comparison_of(app, change)
    layer = app.catalogue.layers[change.layer]
    facilities = app.city.facilities
    rows = facilities[facilities["layer"] == layer.id]
    usable = facilities.index[app.ground.usable_rows[layer.id]]
    same = _texts(asked)
    return WhatIf(
        layer=layer,
        group=text(app.catalogue.groups[found.after.group].names),
        result=found,
        planned=asked.planned,
        planned_ticks=_ticks(rows[rows["status"].isin(PLANNED)], asked.open),
        close_ticks=_ticks(rows.loc[usable], asked.close),
        sites=tuple(
            Tick(given, _site_label(site), "", True)
            for given, site in zip(asked.add, change.add, strict=True)
        ),
        districts=_changed(found.districts),
        gaps=_records(found.gaps.drop(columns="geometry")),
        closing=tuple(facilities.loc[list(found.closed), "name"]),
        not_located=tuple(facilities.loc[list(found.not_located), "name"]),
        supply=_supply_change(app, found),
        groups=group_options(app, found.after.group),
        standards=standard_options(found.after.minutes),
        paces=pace_choices("" if asked.pace is None else f"{asked.pace:g}"),
        file_url=url("whatif.scenario_file", layer_id=layer.id, **same),
        open_url=url("whatif.open_file", layer_id=layer.id, **same),
        model_line=model_line(app.ground),
    )


def where_next_view(app: AppState, asked: SitingParams, query: SitingQuery) -> WhereNext:
    """Return the suggested sites, and what could close or move."""
    found = siting_answer(app, query)
    layer = app.catalogue.layers[query.layer]
    sites = [NewSite(lon=s["lon"], lat=s["lat"], name=s["name"]) for s in _records(found.sites)]
    same = {
        name: value for name, value in _texts(asked).items() if name in ("minutes", "group", "pace")
    }
    same |= {"planned": "1"} if asked.planned else {}

    def what_if_url(*added: NewSite, close: tuple[str, ...] = ()) -> str:
        adds = [site_text(site) for site in added]
        return url("whatif.layer", layer_id=layer.id, close=list(close), add=adds, **same)

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
            row | {"url": what_if_url(site)}
            for row, site in zip(_records(found.sites), sites, strict=True)
        ],
        drawing=_gain_bars(found) if len(sites) > 1 else None,
        all_url=what_if_url(*sites),
        least_missed=[
            row | {"url": what_if_url(close=row["sites"])} for row in _least_missed(app, query)
        ],
        moves=[
            row | {"url": what_if_url(moved(row), close=(row["id"],))} for row in _moves(app, query)
        ],
        groups=group_options(app, str(found.query.group)),
        standards=standard_options(found.query.minutes),
        paces=pace_choices("" if asked.pace is None else f"{asked.pace:g}"),
        districts=tuple(
            Option(key, name, key == str(asked.district)) for key, name in districts.items()
        ),
        avoid_ticks=tuple(
            Tick(key, name, "", int(key) in asked.avoid) for key, name in districts.items()
        ),
        avoided=tuple(districts[str(one)] for one in asked.avoid),
        exact_url=url("whatif.next_sites", layer_id=layer.id, **_texts(asked) | {"method": "exact"})
        if asked.method != "exact" and found.gap > 0
        else None,
        planned_url=url("whatif.next_sites", layer_id=layer.id, **_texts(asked) | {"planned": "1"})
        if under_way.any()
        else None,
        model_line=model_line(app.ground),
    )


def svg(drawing: Drawing) -> str:
    """Return a drawing as an ``<svg>`` element for a page."""
    canvas = SvgCanvas(DRAWING_UNITS, DRAWING_UNITS * drawing.ratio, label=drawing.title)
    drawing.draw(canvas)
    return canvas.markup()


def findings_of(app: AppState, query: ReportQuery) -> Findings:
    """Return everything that a report says, computed once for the same question."""
    return app.memo.get(("report", query), lambda: findings(app.ground, query))


def change_areas(app: AppState, found: Comparison) -> Collection:
    """Return the map of a change: districts by difference, and the areas gained and lost."""
    rows = found.districts.to_dict("index")
    districts = [
        feature(
            shape,
            kind="area",
            name=district_title(app.city.districts.at[key, "roman"], rows[key]["name"]),
            value=_difference(rows[key]),
            lines=[_in_words(rows[key])],
        )
        for key, shape in zip(app.city.districts.index, simplified(app.city), strict=True)
    ]
    said = {"gained": gettext("People gained"), "lost": gettext("People lost")}
    areas = [
        feature(
            area["geometry"],
            kind="gap",
            name=said[area["change"]],
            lines=[number(area["people"])],
        )
        for area in _records(found.areas)
    ]
    return collection([*districts, *areas])


def _in_words(row: Mapping[Any, Any]) -> str:
    after = number(row["served_after"])
    if not row["difference"]:
        return gettext("{people} people within reach, as today", people=after)
    before = number(row["served_before"])
    return gettext("{after} people within reach instead of {before}", after=after, before=before)


def _difference(row: Mapping[Any, Any]) -> float:
    """Return the change of a district's share; 0 where nobody of the group lives."""
    return round(float(row["difference"] / row["people"]), 5) if row["people"] else 0.0


def scenario_json(change: Scenario) -> str:
    """Return a change as the JSON file that ``locator scenario`` reads."""
    data = {
        "layer": change.layer,
        "open": list(change.open),
        "close": list(change.close),
        "open_planned": change.open_planned,
        "add": [
            {"lon": site.lon, "lat": site.lat, "places": site.places, "name": site.name}
            for site in change.add
        ],
        "minutes": change.minutes,
        "pace_m_s": change.pace_m_s,
        "group": change.group,
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def with_site(args: MultiDict[str, str], site: NewSite) -> dict[str, list[str]]:
    """Return the query string of a page with one more site, its form fields emptied."""
    dropped = ("site", "site_places", "lat", "lon")
    kept = {name: args.getlist(name) for name in args if name in KNOWN and name not in dropped}
    kept["add"] = [*kept.get("add", []), site_text(site)]
    return {name: [value for value in values if value] for name, values in kept.items()}


def tidied(app: AppState, layer_id: str, args: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return a query string without what is unknown, what is empty and what holds anyway."""
    layer = app.catalogue.layers[layer_id]
    usual = {"minutes": f"{layer.standard_min:g}", "group": layer.group}
    usual |= {"n": "5", "objective": "cover", "method": "quick"}  # as in `SitingParams`
    kept = [(name, one) for name, one in args.items(multi=True) if name in KNOWN and one.strip()]
    return MultiDict((name, one) for name, one in kept if usual.get(name) != one)


# Pieces -------------------------------------------------------------------------------------


def _texts(asked: Any) -> dict[str, Any]:
    """Return the parameters that were given, as a link takes them along."""
    given = {name: value for name, value in vars(asked).items() if name != "layer"}
    defaults = type(asked)(layer=asked.layer)
    return {
        name: "1" if value is True else (list(value) if isinstance(value, tuple) else value)
        for name, value in given.items()
        if value != getattr(defaults, name)
    }


def _ticks(rows: pd.DataFrame, chosen: tuple[str, ...]) -> tuple[Tick, ...]:
    elsewhere = gettext("not on the map, changes nothing")
    columns = (rows[name].tolist() for name in ("name", "address", "x"))
    ticks = [
        Tick(
            str(key), str(name), str(address or "") if np.isfinite(x) else elsewhere, key in chosen
        )
        for key, name, address, x in zip(rows.index, *columns, strict=True)
    ]
    return tuple(sorted(ticks, key=lambda tick: folded(tick.label)))


def _site_label(site: NewSite) -> str:
    label = site.name or f"{site.lat:.5f}, {site.lon:.5f}"
    if site.places is None:
        return label
    return gettext("{site}, places: {places}", site=label, places=number(site.places))


def _changed(districts: pd.DataFrame) -> list[dict[str, Any]]:
    changed = districts[districts["difference"] != 0]
    return _records(changed.sort_values("difference", ascending=False, kind="stable"))


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return cast(list[dict[str, Any]], frame.to_dict("records"))


def _supply_change(app: AppState, found: Comparison) -> SupplyChange | None:
    """Return places within reach before and after; None where no capacity is known."""
    today = found.before
    asked = ReportQuery(layer=today.layer, group=today.group, pace_m_s=today.pace_m_s)
    try:
        return supply_change(app.ground, found, before=supply_of(app, asked))
    except NotComputableError:
        return None


def _gain_bars(found: Siting) -> Drawing:
    """Return what each further site adds, as bars: where they shrink it is time to stop."""
    rows = found.sites
    cover = found.query.objective == "cover"
    bars = Bars(
        title=gettext("What each further site adds"),
        labels=tuple(
            shorten(f"{rank}. {name}", LABEL_LETTERS, placeholder="…")
            for rank, name in zip(rows["rank"], rows["name"], strict=True)
        ),
        values=tuple(rows["gained"]),
        texts=tuple(f"+{number(gained)}" for gained in rows["gained"]),
    )
    return Drawing(
        title=bars.title,
        description=gettext("Bars: people gained. The same numbers stand in the table.")
        if cover
        else gettext("Bars: minutes saved by all people together. The table has the numbers."),
        ratio=(14 + BAR_UNITS * len(rows)) / DRAWING_UNITS,
        draw=lambda canvas: draw_bars(canvas, bars),
    )


def _least_missed(app: AppState, query: SitingQuery) -> list[dict[str, Any]]:
    asked = replace(query, method="greedy", objective="cover", capacity=None)
    frame = app.memo.get(("least-missed", asked), lambda: least_missed(app.ground, asked))
    return _records(_addressed(app, frame.head(LISTED)))


def _moves(app: AppState, query: SitingQuery) -> list[dict[str, Any]]:
    asked = replace(query, method="greedy", objective="cover", capacity=None)
    frame = app.memo.get(("best-move", asked), lambda: best_move(app.ground, asked))
    return _records(_addressed(app, frame[frame["net"] > 0].head(LISTED)))


def _addressed(app: AppState, rows: pd.DataFrame) -> pd.DataFrame:
    """Return facilities with their ids as a column, and addresses to tell namesakes apart."""
    address = app.city.facilities["address"].reindex(rows.index)
    return rows.assign(address=address.where(address.notna(), None)).reset_index(names="id")


def group_options(app: AppState, chosen: str) -> tuple[Option, ...]:
    """Return the age groups for a form."""
    return tuple(
        Option(group.id, text(group.names), group.id == chosen)
        for group in app.catalogue.groups.values()
    )


def standard_options(chosen: float | None) -> tuple[Option, ...]:
    """Return the standards for a form, in minutes, and the one asked for if it is another."""
    values = sorted({*map(float, STANDARDS_MIN), *([chosen] if chosen else [])})
    return tuple(Option(f"{value:g}", f"{value:g}", value == chosen) for value in values)
