"""Serve the planner's workbench: what if, where next, and reports to take along."""

from __future__ import annotations

from typing import Any

import folium
import numpy as np
import shapely
from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from locator.changes import NewSite, Scenario
from locator.errors import N_, InvalidParameterError, NotComputableError, NotFoundError
from locator.findings import Findings
from locator.language import speaking
from locator.maps import views
from locator.maps.background import collection, compact_json, feature
from locator.maps.symbols import symbol
from locator.maps.workbench import change_map
from locator.reports.bundle import file_stem
from locator.reports.canvas import SvgCanvas
from locator.reports.content import build_report, write_value
from locator.reports.document import Drawing
from locator.reports.exports import geopackage
from locator.reports.pdf import write_pdf
from locator.reports.workbook import write_workbook
from locator.web import mapviews
from locator.web.api_planning import comparison_of
from locator.web.i18n import current_language, gettext, url
from locator.web.mapdata import facility_features
from locator.web.planning_queries import (
    AddedParams,
    ReportParams,
    ScenarioParams,
    SitingParams,
    new_site,
    report_query_of,
    scenario_of,
    siting_of,
)
from locator.web.queries import known_layer, parse
from locator.web.security import expensive
from locator.web.state import state
from locator.web.workbench import (
    change_areas,
    findings_of,
    scenario_json,
    what_if,
    where_next_view,
    with_site,
)

blueprint = Blueprint("whatif", __name__)

DRAWING_UNITS = 560.0
REPORT_KINDS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gpkg": "application/geopackage+sqlite3",
}
CHANGE_BREAKS = (-0.02, -0.0005, 0.0005, 0.02)


@blueprint.get("/what-if")
def page() -> str:
    """Offer the layers that a planner can change."""
    fixed = [layer for layer in state().catalogue.layers.values() if not layer.moves]
    facilities = state().city.facilities
    under_way = facilities["status"].isin(("under_construction", "modernisation", "planned"))
    counts = facilities[under_way].groupby("layer").size().to_dict()
    return render_template("workbench.html", fixed=fixed, under_way=counts)


@blueprint.get("/what-if/<layer_id>")
@expensive
def layer(layer_id: str) -> str | AnyResponse:
    """Show what a change to a layer would do, and the form to change it."""
    _fixed(layer_id)
    added = _added()
    if added is not None:
        target = url("whatif.layer", layer_id=layer_id, **with_site(request.args, added))
        return redirect(f"{target}#result", code=303)
    asked = parse(ScenarioParams, request.args, layer=layer_id)
    view = what_if(state(), asked, scenario_of(state().catalogue, asked))
    page_map = mapviews.map_for("whatif", {**request.args.to_dict(flat=False), "layer": layer_id})
    return render_template("whatif.html", view=view, map=page_map)


@blueprint.get("/what-if/<layer_id>/scenario.json")
def scenario_file(layer_id: str) -> Response:
    """Send the change as a file that the command line reads."""
    asked = parse(ScenarioParams, request.args, layer=layer_id)
    change = scenario_of(state().catalogue, asked)
    return _download(
        scenario_json(change).encode(), "application/json", f"{layer_id}-scenario.json"
    )


@blueprint.get("/what-if/<layer_id>/areas.geojson")
@expensive
def areas(layer_id: str) -> Response:
    """Serve the districts by difference, and the areas gained and lost, for the map."""
    found = comparison_of(state(), _change(request.args, layer_id))
    return mapviews.kept(compact_json(change_areas(state(), found)))


@blueprint.get("/what-if/<layer_id>/places.geojson")
@expensive
def places(layer_id: str) -> Response:
    """Serve the facilities that count after the change, for the map."""
    app = state()
    found = comparison_of(app, _change(request.args, layer_id))
    ids = app.city.facilities.index[list(found.rows_after)]
    return mapviews.kept(compact_json(facility_features(app.city, ids)))


@blueprint.get("/what-if/<layer_id>/sites.geojson")
def sites(layer_id: str) -> Response:
    """Serve the new sites, numbered, for the map."""
    change = _change(request.args, layer_id)
    made = [
        feature(
            shapely.Point(site.lon, site.lat),
            identifier=f"new-{rank}",
            name=site.name or gettext("New site {rank}", rank=rank),
            layer=layer_id,
            lines=[gettext("a site of this scenario")],
            url="#sites",
            mark=str(rank),
        )
        for rank, site in enumerate(change.add, start=1)
    ]
    return mapviews.kept(compact_json(collection(made)))


@blueprint.get("/where-next/<layer_id>")
@expensive
def next_sites(layer_id: str) -> str:
    """Show where to build next, what would be missed least, and what would serve better moved."""
    _fixed(layer_id)
    asked = parse(SitingParams, request.args, layer=layer_id)
    view = where_next_view(state(), asked, siting_of(state().catalogue, asked))
    added = [f"{site['lat']:.5f},{site['lon']:.5f},,{site['name']}" for site in view.sites]
    shown: dict[str, Any] = {"layer": layer_id, "add": added}
    shown |= {name: request.args[name] for name in ("group", "pace") if request.args.get(name)}
    shown |= {"minutes": f"{view.result.query.minutes:g}"}
    shown |= {"planned": "1"} if asked.planned else {}
    return render_template("wherenext.html", view=view, map=mapviews.map_for("whatif", shown))


@blueprint.get("/report/<layer_id>")
@expensive
def report(layer_id: str) -> str:
    """Show a report to read, print or take along."""
    _fixed(layer_id)
    found = _findings(layer_id)
    city = state().city
    made = build_report(city, found)
    drawings = {
        id(drawing): svg(drawing) for section in made.sections for drawing in section.drawings
    }
    same = {name: value for name, value in request.args.items() if value and name != "layer_id"}
    return render_template(
        "council.html",
        report=made,
        found=found,
        layer=city.catalogue.layers[layer_id],
        svg_of=lambda drawing: drawings[id(drawing)],
        value=write_value,
        districts=city.districts,
        downloads={
            kind: url("whatif.report_file", layer_id=layer_id, kind=kind, **same)
            for kind in REPORT_KINDS
        },
    )


@blueprint.get("/report/<layer_id>.<kind>")
@expensive
def report_file(layer_id: str, kind: str) -> Response:
    """Send a report as PDF, XLSX or GeoPackage."""
    if kind not in REPORT_KINDS:
        raise NotFoundError(
            N_("There is no report as {given}; there are: {known}."),
            parameter="kind",
            given=kind[:20],
            known=", ".join(REPORT_KINDS),
        )
    _fixed(layer_id)
    found = _findings(layer_id)
    language = current_language()

    def made() -> bytes:
        with speaking(language):
            return _report_bytes(found, kind)

    body = state().memo.get(("report-file", found.query, kind, language), made)
    return _download(body, REPORT_KINDS[kind], f"{file_stem(state().city, found)}.{kind}")


def _report_bytes(found: Findings, kind: str) -> bytes:
    city = state().city
    if kind == "gpkg":
        return geopackage(city, found)
    made = build_report(city, found)
    if kind == "xlsx":
        return write_workbook(made, method_sheet=gettext("Method"))
    return write_pdf(made, number=write_value)


def svg(drawing: Drawing) -> str:
    """Return a drawing as an ``<svg>`` element for a page."""
    canvas = SvgCanvas(DRAWING_UNITS, DRAWING_UNITS * drawing.ratio, label=drawing.title)
    drawing.draw(canvas)
    return canvas.markup()


# Pieces -------------------------------------------------------------------------------------


def _fixed(layer_id: str) -> None:
    """Raise unless there is such a layer and it stands still."""
    if known_layer(state().catalogue, layer_id).moves:
        raise NotComputableError(
            N_("The facilities of this layer move, so they cover no fixed place."),
            parameter="layer",
        )


def _findings(layer_id: str) -> Findings:
    asked = parse(ReportParams, request.args, layer=layer_id)
    return findings_of(state(), report_query_of(state().catalogue, asked))


def _change(args: MultiDict[str, str], layer_id: str) -> Scenario:
    return scenario_of(state().catalogue, parse(ScenarioParams, args, layer=layer_id))


def _added() -> NewSite | None:
    """Return the site that the form or a click on the map adds; None where there is none."""
    asked = parse(AddedParams, request.args)
    if asked.site is not None:
        found = state().city.gazetteer.search(asked.site, limit=1)
        if not found:
            raise InvalidParameterError(
                N_("No place is called {given}. Try a street and a number, or a stop."),
                parameter="site",
                given=asked.site[:60],
            )
        place = found[0]
        return NewSite(place.lon, place.lat, asked.site_places, place.label)
    if asked.lat is not None and asked.lon is not None:
        return new_site(f"{asked.lat:.5f},{asked.lon:.5f}")
    return None


def _whatif_map(args: MultiDict[str, str]) -> folium.Map:
    layer_id = known_layer(state().catalogue, args.get("layer", "")).id
    _change(args, layer_id)  # so that a wrong change is told here, not in the map's data
    given = {name: args.getlist(name) for name in args if name in ScenarioParams.__annotations__}
    given.pop("layer", None)
    edges = np.array([-1.0, *CHANGE_BREAKS, 1.0])
    return change_map(
        mapviews.ground(gettext("Map of the change")),
        areas_url=url("whatif.areas", layer_id=layer_id, **given),
        features_url=url("whatif.places", layer_id=layer_id, **given),
        sites_url=url("whatif.sites", layer_id=layer_id, **given) if "add" in given else None,
        shading=views.Shading(
            title=gettext("Change of the share served, by district"),
            value="value",
            breaks=tuple(edges[1:-1]),
            class_labels=(
                gettext("2 points less, or worse"),
                gettext("a little less"),
                gettext("the same"),
                gettext("a little more"),
                gettext("2 points more, or better"),
            ),
            gap_label=gettext("areas gained or lost"),
            scale="diverging",
        ),
        symbols=[symbol(state().catalogue.layers[layer_id], language=current_language())],
        add_url=url("whatif.layer", layer_id=layer_id, **given),
        labels={
            "nearest_here": gettext("Add a site here"),
            "nearest_centre": gettext("Add a site in the middle of the map"),
        },
    )


mapviews.add_map("whatif", _whatif_map)


def _download(body: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, mimetype=kind, headers=headers)
