"""Hold what the pages of a planner share: their addresses, their ticks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import pandas as pd
from werkzeug.datastructures import MultiDict

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
