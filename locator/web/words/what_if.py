"""Say in words what a change would do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd

from locator.analysis.access.filter_words import filter_words
from locator.analysis.access.words import gain_said, minimum_said
from locator.analysis.scenario.change import Scenario
from locator.analysis.scenario.compare import ScenarioComparison
from locator.analysis.scenario.supply import SupplyChange
from locator.analysis.scenario.words import changes_said, site_said
from locator.analysis.siting.query import PLANNED
from locator.api.context import AppState
from locator.api.gains import change_gains
from locator.api.planning_queries import ScenarioParams, scenario_texts
from locator.api.scenario import comparison_of, supply_change_of
from locator.api.street_info import Choice, profile_choices, profile_words
from locator.base.geojson import Collection, collection
from locator.city.catalogue import Layer
from locator.city.facility_filter import FacilityFilter
from locator.geocoding.names import district_title
from locator.web.i18n import gettext, number, text, url
from locator.web.map.background import feature, simplified
from locator.web.planning import Tick, records, texts_of
from locator.web.words.choices import (
    FilterOption,
    group_options,
    people_options,
    standard_options,
)
from locator.web.words.filtering import FilterForm, filter_form
from locator.web.words.listing import folded
from locator.web.words.model_words import Pace, model_line, pace_choices


@dataclass(frozen=True)
class WhatIf:
    """Everything that ``what_if.html`` shows."""

    layer: Layer
    group: str
    result: ScenarioComparison
    planned: bool
    planned_ticks: tuple[Tick, ...]
    close_ticks: tuple[Tick, ...]
    sites: tuple[Tick, ...]
    districts: list[dict[str, Any]]
    units: list[dict[str, Any]]
    gaps: list[dict[str, Any]]
    closing: tuple[str, ...]
    not_located: tuple[str, ...]
    minimum: str
    gain: str
    supply: SupplyChange | None
    groups: tuple[FilterOption, ...]
    standards: tuple[FilterOption, ...]
    paces: tuple[Pace, ...]
    file_url: str
    open_url: str
    report_url: str
    steps: tuple[Step, ...]
    beside: tuple[str, ...]
    compare_url: str
    another_url: str
    model_line: str
    people: tuple[FilterOption, ...]
    profiles: tuple[Choice, ...]
    ways: str
    filter: FilterForm
    filter_words: str
    not_chosen: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One change, and the address of the page without it."""

    words: str
    url: str


def what_if(
    app: AppState, asked: ScenarioParams, change: Scenario, beside: tuple[str, ...] = ()
) -> WhatIf:
    """Return what a change does, and the form that changes it further.

    `beside` are the query strings of scenarios that it is to be compared with.
    """
    found = comparison_of(app, change)
    layer = app.catalogue.layers[change.layer]
    facilities = app.city.facilities
    rows = facilities[facilities["layer"] == layer.id]
    usable = facilities.index[app.walkable_city.usable_rows[layer.id]]
    same = texts_of(asked)
    return WhatIf(
        layer=layer,
        group=text(app.catalogue.groups[found.after.group].names),
        result=found,
        planned=asked.planned,
        planned_ticks=_ticks(rows[rows["status"].isin(PLANNED)], asked.open),
        close_ticks=_ticks(rows.loc[usable], asked.close),
        sites=tuple(
            Tick(given, site_said(site), "", True)
            for given, site in zip(asked.add, change.add, strict=True)
        ),
        districts=_changed(found.districts),
        units=_changed(found.units.rename_axis("code").reset_index()),
        gaps=records(found.gaps.drop(columns="geometry")),
        closing=tuple(facilities.loc[list(found.closed), "name"]),
        minimum=minimum_said(found),
        gain=gain_said(app.soon(partial(change_gains, app, found))),
        not_located=tuple(facilities.loc[list(found.not_located), "name"]),
        supply=supply_change_of(app, found),
        groups=group_options(app, found.after.group),
        standards=standard_options(found.after.minutes),
        paces=pace_choices("" if asked.pace is None else f"{asked.pace:g}"),
        file_url=url("what_if.scenario_file", same, layer_id=layer.id),
        open_url=url("what_if.open_file", same, layer_id=layer.id),
        report_url=url("what_if_report.page", same, layer_id=layer.id),
        steps=tuple(
            Step(
                one.words,
                url("what_if.page", _instead(same, one.without, beside), layer_id=layer.id),
            )
            for one in changes_said(app.city, found)
        ),
        beside=beside,
        compare_url=url(
            "what_if_compare.page", {"scenario": [*beside, _query(same)]}, layer_id=layer.id
        ),
        another_url=url("what_if.page", {"beside": [*beside, _query(same)]}, layer_id=layer.id),
        model_line=model_line(app.walkable_city),
        people=people_options(app, asked.people),
        profiles=profile_choices(app, "" if asked.profile == "foot" else asked.profile),
        ways=profile_words(app.walkable_city_for(asked.profile)),
        filter=filter_form(app, (layer.id,), asked),
        filter_words=filter_words(app.city, found.before.chosen),
        not_chosen=tuple(facilities.loc[list(found.not_chosen), "name"]),
    )


def change_areas(app: AppState, found: ScenarioComparison) -> Collection:
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
        for area in records(found.areas)
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
    data: dict[str, Any] = {
        "layer": change.layer,
        "open": list(change.open),
        "close": list(change.close),
        "planned": change.planned,
        "add": [
            {"lon": site.lon, "lat": site.lat, "places": site.places, "name": site.name}
            | ({"opens": site.opens} if site.opens else {})
            for site in change.add
        ],
        "minutes": change.minutes,
        "pace_m_s": change.pace_m_s,
        "group": change.group,
    }
    data |= _filter_json(change.which)
    data |= {"profile": change.profile} if change.profile != "foot" else {}
    data |= {"people": change.people} if change.people != "census" else {}
    data |= {"name": change.name} if change.name else {}
    data |= {"note": change.note} if change.note else {}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _filter_json(which: FacilityFilter) -> dict[str, Any]:
    """Return which facilities count, as a scenario file says it; nothing for all."""
    said = {
        "ownership": which.ownership,
        "kind": list(which.kinds),
        "operator": list(which.operators),
        "open_at": which.open_at and which.open_at.isoformat(timespec="minutes"),
        "step_free": which.step_free,
    }
    return {name: value for name, value in said.items() if value}


def _instead(same: Mapping[str, Any], change: Scenario, beside: tuple[str, ...]) -> dict[str, Any]:
    """Return the query string of a page that shows another change, all else kept."""
    changes = ("open", "close", "planned", "add", "minutes", "pace")
    kept = {name: value for name, value in same.items() if name not in changes}
    texts = scenario_texts(change)
    said = {name: texts[name] for name in changes if name in texts}
    return kept | said | ({"beside": list(beside)} if beside else {})


def _query(same: Mapping[str, Any]) -> str:
    """Return a change as a query string; one of nothing is one as well."""
    return urlencode(same, doseq=True) or "planned="


# Pieces -------------------------------------------------------------------------------------


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


def _changed(districts: pd.DataFrame) -> list[dict[str, Any]]:
    changed = districts[districts["difference"] != 0]
    return records(changed.sort_values("difference", ascending=False, kind="stable"))
