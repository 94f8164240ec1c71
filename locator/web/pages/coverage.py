"""Show the coverage of all layers at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from flask import Blueprint, render_template, request
from werkzeug.datastructures import MultiDict

from locator.analysis.access.counted import filter_count
from locator.analysis.access.coverage import NOBODY, CoverageQuery
from locator.analysis.access.filter_words import filter_said
from locator.analysis.access.overview import coverage_overview
from locator.analysis.access.ranges import Ranges
from locator.analysis.access.words import between, leaves_out, parts_said
from locator.api.context import AppState
from locator.api.coverage_found import parts_of
from locator.api.queries import CoverageListParams, filter_of
from locator.api.street_info import Choice, profile_choices, profile_words
from locator.base.errors import NotComputableError
from locator.city.catalogue import Layer
from locator.web.i18n import text
from locator.web.security import expensive
from locator.web.sorting import CARRIED, Sorting, sorting_of
from locator.web.state import question, state
from locator.web.words.choices import FilterOption, standard_options
from locator.web.words.filtering import FilterForm, filter_form
from locator.web.words.model_words import model_line
from locator.web.words.provenance import completeness_row
from locator.web.words.texts import group_name

KEYS = ("name", "share", "people", "unserved", "mean_s", "counted")

blueprint = Blueprint("coverage", __name__)


@blueprint.get("/coverage")
@expensive
def page() -> str:
    """Show the coverage of all layers at a glance."""
    params = question(CoverageListParams, request.args)
    return render_template("pages/coverage.html", view=overview_of(state(), params, request.args))


@dataclass(frozen=True)
class OverviewRow:
    """One layer at a glance."""

    layer: Layer
    group: str
    minutes: float
    share: float | None
    unserved: int
    people: int
    mean_s: float | None
    counted: int
    listed: int
    leaves_out: str
    parts: str
    range: str
    undetermined: int


@dataclass(frozen=True)
class Overview:
    """Everything that ``coverage.html`` shows."""

    rows: tuple[OverviewRow, ...]
    moving: tuple[Layer, ...]
    sorting: Sorting
    minutes: float | None
    standards: tuple[FilterOption, ...]
    model_line: str
    profiles: tuple[Choice, ...]
    ways: str
    filter: FilterForm
    filter_said: str
    same: dict[str, list[str]]


def overview_of(app: AppState, params: CoverageListParams, args: MultiDict[str, str]) -> Overview:
    """Return all layers at a glance; those that move are only named."""
    layers = app.catalogue.layers
    which = filter_of(params)
    ground = app.walkable_city_for(params.profile).choosing(which)
    asked = ("overview", params.minutes, which, params.profile)
    frame = app.memo.get(asked, lambda: coverage_overview(ground, minutes=params.minutes))
    found = frame[frame["computable"]].to_dict("index")
    if found and not frame["people"].sum():
        raise NotComputableError(NOBODY, parameter="group")
    asked_ranges = [
        CoverageQuery(str(name), row["minutes"], which=which) for name, row in found.items()
    ]
    within = app.ranges_soon(asked_ranges, profile=params.profile)
    rows = [
        _overview_row(app, layers[str(name)], row, known, params)
        for (name, row), known in zip(found.items(), within, strict=True)
    ]
    sorting = sorting_of(args, ("", *KEYS), "coverage.page")
    if sorting.key:
        rows.sort(key=lambda row: _overview_value(row, sorting.key), reverse=sorting.descending)
    return Overview(
        rows=tuple(rows),
        moving=tuple(layer for layer in layers.values() if layer.moves),
        sorting=sorting,
        minutes=params.minutes,
        standards=standard_options(params.minutes),
        model_line=model_line(app.walkable_city),
        profiles=profile_choices(app, "" if params.profile == "foot" else params.profile),
        ways=profile_words(app.walkable_city_for(params.profile)),
        filter=filter_form(app, tuple(map(str, found)), params),
        filter_said=filter_said(app.city, which),
        same={name: args.getlist(name) for name in CARRIED if args.get(name)},
    )


def _overview_row(
    app: AppState,
    layer: Layer,
    row: Mapping[Any, Any],
    within: Ranges | None,
    params: CoverageListParams,
) -> OverviewRow:
    which = filter_of(params)
    chosen = filter_count(app.walkable_city.choosing(which), layer.id)
    return OverviewRow(
        layer=layer,
        group=group_name(app.catalogue, row["group"]),
        minutes=row["minutes"],
        share=_known(row["share"]),
        unserved=int(row["unserved"]),
        people=int(row["people"]),
        mean_s=_known(row["mean_s"]),
        counted=int(row["counted"]),
        listed=completeness_row(app.walkable_city, layer).all_listed,
        leaves_out=leaves_out(app.walkable_city.completeness.T[layer.id]),
        parts=parts_said(
            parts_of(
                app,
                layer.id,
                str(row["group"]),
                float(row["minutes"]),
                row["pace_m_s"],
                profile=params.profile,
                which=which,
            )
        ),
        undetermined=chosen.undetermined,
        range="" if within is None else between(within.low, within.high),
    )


def _known(value: float | None) -> float | None:
    return None if pd.isna(value) else value


def _overview_value(row: OverviewRow, key: str) -> Any:
    if key == "name":
        return text(row.layer.names)
    value = getattr(row, key)
    return np.inf if value is None else value
