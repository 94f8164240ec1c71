"""Hold what the pages of a planner share: their addresses, their ticks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, cast

import pandas as pd
from werkzeug.datastructures import MultiDict

from locator.analysis.district_report import (
    DistrictReport,
    ReportQuery,
    counted_report,
    with_ranges,
)
from locator.api.context import AppState
from locator.api.parsing import parameter_shapes
from locator.api.planning_queries import AddedParams, ReportByParams, ScenarioParams, SitingParams
from locator.city import lookup
from locator.city.catalogue import Layer
from locator.web.state import state

KNOWN = frozenset(
    name
    for kind in (ScenarioParams, AddedParams, SitingParams, ReportByParams)
    for name in parameter_shapes(kind)
    if name != "layer"
)
"""Parameters of the planner's pages; no other gets into an address that they make."""

SHORTLY = 0.25
"""A report waits for its ranges for this part of `PATIENCE_S`: they take longer than all else."""


@dataclass(frozen=True)
class Tick:
    """One facility or site that a form can tick."""

    value: str
    label: str
    hint: str
    chosen: bool


def standing_layer(layer_id: str) -> Layer:
    """Return a layer; raise unless there is such a layer and it stands still."""
    return lookup.standing_layer(state().catalogue, layer_id)


def district_report_of(app: AppState, query: ReportQuery) -> DistrictReport:
    """Return everything that a report says, computed once for the same question."""
    ground = app.walkable_city_for(query.profile)
    return app.memo.get(
        ("report", query), lambda: with_ranges(ground, _counted_report_of(app, query))
    )


def report_soon(app: AppState, query: ReportQuery) -> DistrictReport:
    """Return the same, without its ranges where those take long: they are counted on."""
    counted = _counted_report_of(app, query)
    whole = partial(district_report_of, app, query)
    known = whole() if ("report", query) in app.memo else app.soon(whole, part=SHORTLY)
    return counted if known is None else known


def _counted_report_of(app: AppState, query: ReportQuery) -> DistrictReport:
    ground = app.walkable_city_for(query.profile)
    network = None if query.ride is None else app.transit_network
    return app.memo.get(
        ("counted report", query), lambda: counted_report(ground, query, network=network)
    )


def tidied(app: AppState, layer_id: str, args: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return a query string without what is unknown, what is empty and what holds anyway."""
    layer = app.catalogue.layers[layer_id]
    usual = {"minutes": f"{layer.standard_min:g}", "group": layer.group}
    usual |= {
        "n": "5",
        "objective": "cover",
        "method": "quick",
        "demand_percent": "100",
        "step_free": "no",
        "profile": "foot",
        "people": "census",
        "by": "walk",
        "max_walk": "15",
    }  # as in `SitingParams`
    kept = [(name, one) for name, one in args.items(multi=True) if name in KNOWN and one.strip()]
    return MultiDict((name, one) for name, one in kept if usual.get(name) != one)


def texts_of(asked: Any) -> dict[str, Any]:
    """Return the parameters that were given, as a link takes them along."""
    given = {name: value for name, value in vars(asked).items() if name != "layer"}
    defaults = type(asked)(layer=asked.layer)
    return {
        name: _text_of(value) for name, value in given.items() if value != getattr(defaults, name)
    }


def _text_of(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return "1" if value is True else (list(value) if isinstance(value, tuple) else value)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame."""
    return cast(list[dict[str, Any]], frame.to_dict("records"))
