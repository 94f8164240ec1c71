"""Show who is served by a layer, who is not, and where, with the numbers to download."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from locator.analysis.access.coverage import Coverage, CoverageQuery
from locator.analysis.access.words import at_least, parts_said
from locator.api.context import AppState
from locator.api.coverage import coverage_gaps, parts_of
from locator.api.json import encoded
from locator.api.queries import CoverageParams, parse
from locator.city.catalogue import Layer
from locator.city.lookup import known_group, known_layer
from locator.city.model import City
from locator.reports.curve import Curve, draw_curve
from locator.web.downloads import attachment, csv_attachment
from locator.web.i18n import gettext, number, text, url
from locator.web.map.pages import map_for
from locator.web.security import expensive
from locator.web.sorting import CARRIED, Sorting, sorting_of
from locator.web.state import state
from locator.web.words.choices import STANDARDS_MIN, FilterOption, group_options, standard_options
from locator.web.words.model_words import Pace, model_line, model_quality, pace_choices
from locator.web.words.provenance import CompletenessRow, completeness_row
from locator.web.words.texts import pace_text

DISTRICT_KEYS = ("number", "name", "people", "served", "unserved", "share", "mean_s", "p90_s")

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
    same = {name: request.args[name] for name in CARRIED if name in request.args}
    page_map = map_for("coverage", {**same, "layer": layer_id})
    return render_template("pages/layer_coverage.html", view=view, map=page_map)


@blueprint.get("/coverage/<layer_id>/districts.csv")
@expensive
def districts_csv(layer_id: str) -> Response:
    """Send the table of districts, the city in the last row."""
    _, result = _asked(layer_id)
    table = io.StringIO()
    csv.writer(table).writerows(table_rows(state().city, result))
    return csv_attachment(table.getvalue(), _name(result, "districts", "csv"))


@blueprint.get("/coverage/<layer_id>/gaps.geojson")
@expensive
def gaps(layer_id: str) -> Response:
    """Send the gaps as areas with their people, WGS84."""
    params, result = _asked(layer_id)
    body = encoded(coverage_gaps(state(), params))
    return attachment(body, "application/geo+json", _name(result, "gaps", "geojson"))


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


@dataclass(frozen=True)
class CoverageReport:
    """Everything that ``layer_coverage.html`` shows.

    Attributes
    ----------
    layer : Layer
    result : Coverage
    group : str
        Name of the age group.
    scaled_from : str
        How the group was scaled from the census; empty if it was not.
    complete : CompletenessRow
    districts : list of dict
        The table of districts in the order asked for.
    gaps : list of dict
        The largest gaps.
    curve : Curve
    curve_rows : list of dict
        Minutes and people at the usual standards.
    groups, standards, paces
        Choices of the form.
    downloads : dict of str to str
    """

    layer: Layer
    result: Coverage
    group: str
    scaled_from: str
    complete: CompletenessRow
    districts: list[dict[str, Any]]
    sorting: Sorting
    gaps: list[dict[str, Any]]
    gap_count: int
    curve: Curve
    curve_rows: list[dict[str, Any]]
    groups: tuple[FilterOption, ...]
    standards: tuple[FilterOption, ...]
    paces: tuple[Pace, ...]
    pace: str
    model_line: str
    model_quality: str
    downloads: dict[str, str]
    form_minutes: str
    caveats: tuple[str, ...]
    demand_size_m: float
    at_least: str
    parts: str


def report_of(
    app: AppState, result: Coverage, params: CoverageParams, args: MultiDict[str, str]
) -> CoverageReport:
    """Return the report of one layer."""
    catalogue = app.catalogue
    layer = catalogue.layers[result.layer]
    group = catalogue.groups[result.group]
    sorting = sorting_of(args, DISTRICT_KEYS, "layer_coverage.page", layer_id=layer.id)
    same = {name: args[name] for name in CARRIED if args.get(name)}
    return CoverageReport(
        layer=layer,
        result=result,
        group=text(group.names),
        scaled_from=text(group.scaled_from),
        complete=completeness_row(app.walkable_city, layer),
        districts=district_rows(app.city, result, sorting),
        sorting=sorting,
        gaps=gap_rows(result),
        gap_count=result.gaps_total,
        curve=draw_curve(result.curve, standard_min=result.minutes, share=result.share),
        curve_rows=curve_rows(result.curve, result.minutes),
        groups=group_options(app, result.group),
        standards=standard_options(result.minutes, layer.standard_min),
        paces=pace_choices("" if params.pace is None else f"{params.pace:g}"),
        pace=pace_text(result.pace_m_s),
        model_line=model_line(app.walkable_city),
        model_quality=model_quality(app.walkable_city),
        downloads={
            "csv": url("layer_coverage.districts_csv", same, layer_id=layer.id),
            "geojson": url("layer_coverage.gaps", same, layer_id=layer.id),
        },
        form_minutes=number(result.minutes, 0 if result.minutes.is_integer() else 1),
        caveats=tuple(gettext(c.template).format(**c.values) for c in result.caveats),
        demand_size_m=app.city.demand.size_m,
        at_least=at_least(result.completeness),
        parts=parts_said(parts_of(app, layer.id, result.group, result.minutes, result.pace_m_s)),
    )


def district_rows(city: City, result: Coverage, sorting: Sorting) -> list[dict[str, Any]]:
    """Return the rows of the table of districts, sorted."""
    frame = result.districts.rename_axis(None)
    frame = frame.assign(number=frame.index, roman=city.districts["roman"].reindex(frame.index))
    ordered = frame.sort_values(
        sorting.key, ascending=not sorting.descending, na_position="last", kind="stable"
    )
    return [{str(k): v for k, v in row.items()} for row in ordered.to_dict("records")]


def gap_rows(result: Coverage) -> list[dict[str, Any]]:
    """Return the largest gaps with a point to look at."""
    rows = []
    for rank, gap in enumerate(result.gaps.itertuples(), start=1):
        point = gap.geometry.representative_point()
        rows.append(
            {
                "rank": rank,
                "people": gap.people,
                "district": gap.district,
                "district_name": gap.district_name,
                "place": gap.place,
                "walk_s": gap.walk_s,
                "nearest_url": url(
                    "nearest.page",
                    lat=f"{point.y:.5f}",
                    lon=f"{point.x:.5f}",
                    layer=result.layer,
                ),
            }
        )
    return rows


def curve_rows(curve: pd.DataFrame, standard_min: float) -> list[dict[str, Any]]:
    """Return minutes, people and share at the usual standards and at the one asked for."""
    wanted = sorted({float(value) for value in STANDARDS_MIN} | {standard_min})
    minutes = curve["minutes"].to_numpy(dtype=np.float64)
    rows = []
    for value in wanted:
        reached = np.flatnonzero(minutes <= value + 1e-9)
        if reached.size == 0 or value > minutes.max():
            continue
        row = curve.iloc[int(reached[-1])]
        rows.append(
            {
                "minutes": value,
                "people": float(row["people"]),
                "share": float(row["share"]),
                "standard": value == standard_min,
            }
        )
    return rows


def table_rows(city: City, result: Coverage) -> list[list[Any]]:
    """Return the table of districts for a download: header, districts, the city."""
    columns = ["people", "served", "unserved", "share", "mean_s", "p90_s"]
    header = ["district_number", "district_roman", "district", *columns]
    about = ["layer", "group", "minutes", "pace_m_s", "model"]
    same = [result.layer, result.group, f"{result.minutes:g}", f"{result.pace_m_s:g}", result.model]
    known = city.catalogue.unit_code
    if known is not None:
        about, same = [*about, known.scheme], [*same, known.code]
    rows: list[list[Any]] = [header + about]
    for key, row in result.districts.iterrows():
        roman = city.districts["roman"].get(key, "")
        rows.append([key, roman, row["name"], *_cells(row[columns]), *same])
    city_row = [getattr(result, column) for column in columns]
    rows.append(["", "", text(city.catalogue.names), *_cells(pd.Series(city_row, columns)), *same])
    return rows


def _cells(row: pd.Series[Any]) -> list[str]:
    digits = {"people": 0, "served": 0, "unserved": 0, "share": 4, "mean_s": 0, "p90_s": 0}
    return [
        "" if pd.isna(value) else f"{float(value):.{digits[str(key)]}f}"
        for key, value in row.items()
    ]
