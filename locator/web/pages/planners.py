"""Answer planners: who is served, who is not, where, and the numbers to download."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from locator.analysis.access.coverage import Coverage, CoverageQuery
from locator.api.coverage import coverage_gaps
from locator.api.json import encoded
from locator.api.queries import CoverageListParams, CoverageParams, parse
from locator.city.lookup import known_group, known_layer
from locator.web.i18n import url
from locator.web.map import pages as mapviews
from locator.web.pages.coverage import CARRIED, overview_of, report_of, table_rows
from locator.web.security import expensive
from locator.web.state import state

blueprint = Blueprint("planners", __name__)


@blueprint.get("/coverage")
@expensive
def overview() -> str:
    """Show the coverage of all layers at a glance."""
    params = parse(CoverageListParams, request.args)
    return render_template("coverage.html", view=overview_of(state(), params, request.args))


@blueprint.get("/coverage/<layer_id>")
@expensive
def report(layer_id: str) -> str | WerkzeugResponse:
    """Show who is served by a layer, who is not, and where; one that moves has its own page."""
    layer = state().catalogue.layers.get(layer_id)
    if layer and layer.moves and "emergency.coverage" in current_app.view_functions:
        return redirect(url("emergency.coverage"))
    params, result = _asked(layer_id)
    view = report_of(state(), result, params, request.args)
    same = {name: request.args[name] for name in CARRIED if name in request.args}
    page_map = mapviews.map_for("coverage", {**same, "layer": layer_id})
    return render_template("report.html", view=view, map=page_map)


@blueprint.get("/coverage/<layer_id>/districts.csv")
@expensive
def districts_csv(layer_id: str) -> Response:
    """Send the table of districts, the city in the last row."""
    _, result = _asked(layer_id)
    text = io.StringIO()
    csv.writer(text).writerows(table_rows(state().city, result))
    # The mark at the start tells spreadsheets that this is UTF-8.
    return _download("\ufeff" + text.getvalue(), "text/csv", _name(result, "districts", "csv"))


@blueprint.get("/coverage/<layer_id>/gaps.geojson")
@expensive
def gaps(layer_id: str) -> Response:
    """Send the gaps as areas with their people, WGS84."""
    params, result = _asked(layer_id)
    body = encoded(coverage_gaps(state(), params))
    return _download(body, "application/geo+json", _name(result, "gaps", "geojson"))


def _asked(layer_id: str) -> tuple[CoverageParams, Coverage]:
    catalogue = state().catalogue
    params = parse(CoverageParams, request.args, layer=layer_id)
    known_layer(catalogue, layer_id)
    if params.group is not None:
        known_group(catalogue, params.group)
    query = CoverageQuery(
        layer=params.layer, minutes=params.minutes, group=params.group, pace_m_s=params.pace
    )
    return params, state().coverage(query)


def _name(result: Coverage, what: str, ending: str) -> str:
    return f"{result.layer}-{result.minutes:g}min-{result.group}-{what}.{ending}"


def _download(body: str | bytes, kind: str, name: str) -> Response:
    headers: dict[str, Any] = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, mimetype=kind, headers=headers)
