"""Show who is served by a layer, who is not, and where, with the numbers to download."""

from __future__ import annotations

import csv
import io
from typing import Any

import pandas as pd
from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from locator.analysis.access.coverage import Coverage
from locator.api.coverage import coverage_gaps, coverage_units_csv
from locator.api.coverage_found import district_ranges, query_of, transit_of
from locator.api.filtering import filter_columns
from locator.api.json import encoded
from locator.api.queries import ReachByParams
from locator.api.transit_coverage import transit_rows
from locator.city.model import City
from locator.web.downloads import attachment, csv_attachment
from locator.web.i18n import text, url
from locator.web.map.pages import map_for
from locator.web.security import expensive
from locator.web.sorting import CARRIED, TRANSIT_NAMES
from locator.web.state import question, state
from locator.web.words.layer_coverage import report_of

blueprint = Blueprint("layer_coverage", __name__)


@blueprint.get("/coverage/<layer_id>")
@expensive
def page(layer_id: str) -> str | AnyResponse:
    """Show who is served by a layer, who is not, and where; one that moves has its own page."""
    layer = state().catalogue.layers.get(layer_id)
    if layer and layer.moves and "aed_coverage.page" in current_app.view_functions:
        return redirect(url("aed_coverage.page"))
    params, result = _asked(layer_id)
    view = report_of(state(), result, params, request.args)
    same = {name: request.args.getlist(name) for name in CARRIED if name in request.args}
    drawn = {name: one for name, one in same.items() if name not in TRANSIT_NAMES}
    page_map = map_for("coverage", {**drawn, "layer": layer_id})
    return render_template("pages/layer_coverage.html", view=view, map=page_map)


@blueprint.get("/coverage/<layer_id>/districts.csv")
@expensive
def districts_csv(layer_id: str) -> Response:
    """Send the table of districts, the city in the last row."""
    params, result = _asked(layer_id)
    table = io.StringIO()
    within = district_ranges(state(), params, result)
    rows = table_rows(state().city, result, within)
    if params.by == "transit":
        beside = transit_rows(transit_of(state(), params, result))
        more: list[list[object]] = [list(beside[0]), *(list(row.values()) for row in beside)]
        rows = [[*row, *ridden] for row, ridden in zip(rows, more, strict=True)]
    csv.writer(table).writerows(rows)
    return csv_attachment(table.getvalue(), _name(result, "districts", "csv"))


@blueprint.get("/coverage/<layer_id>/units.csv")
@expensive
def units_csv(layer_id: str) -> Response:
    """Send the table of neighbourhood units."""
    params, result = _asked(layer_id)
    return csv_attachment(coverage_units_csv(state(), params), _name(result, "units", "csv"))


@blueprint.get("/coverage/<layer_id>/gaps.geojson")
@expensive
def gaps(layer_id: str) -> Response:
    """Send the gaps as areas with their people, WGS84."""
    params, result = _asked(layer_id)
    body = encoded(coverage_gaps(state(), params))
    return attachment(body, "application/geo+json", _name(result, "gaps", "geojson"))


def _asked(layer_id: str) -> tuple[ReachByParams, Coverage]:
    params = question(ReachByParams, request.args, layer=layer_id)
    query = query_of(params, params.layer)
    return params, state().coverage(query, profile=params.profile)


def _name(result: Coverage, what: str, ending: str) -> str:
    some = "-filtered" if result.which else ""
    return f"{result.layer}-{result.minutes:g}min-{result.group}{some}-{what}.{ending}"


SHARES = ("share", "low", "high")


def table_rows(city: City, result: Coverage, within: pd.DataFrame) -> list[list[Any]]:
    """Return the table of districts for a download: header, districts, the city."""
    columns = ["people", "served", "unserved", "share", "mean_s", "p90_s"]
    ranged = ["low", "high", "rank_low", "rank_high"]  # of districts
    header = ["district_number", "district_roman", "district", *columns, *ranged]
    about = ["layer", "group", "minutes", "pace_m_s", "people_from", "model"]
    limits = [f"{result.minutes:g}", f"{result.pace_m_s:g}"]
    same = [result.layer, result.group, *limits, result.people_from, result.model]
    known = city.catalogue.unit_code
    if known is not None:
        about, same = [*about, known.scheme], [*same, known.code]
    for column, value in filter_columns(city, result.chosen).items():
        about, same = [*about, column], [*same, str(value)]
    rows: list[list[Any]] = [header + about]
    for key, row in result.districts.join(within[ranged]).iterrows():
        roman = city.districts["roman"].get(key, "")
        rows.append([key, roman, row["name"], *_cells(row[[*columns, *ranged]]), *same])
    whole = _cells(pd.Series([getattr(result, column) for column in columns], columns))
    blank = [""] * len(ranged)
    rows.append(["", "", text(city.catalogue.names), *whole, *blank, *same])
    return rows


def _cells(row: pd.Series[Any]) -> list[str]:
    return [
        "" if pd.isna(value) else f"{float(value):.{4 if key in SHARES else 0}f}"
        for key, value in row.items()
    ]
