"""Serve the report of a scenario: on the page, as PDF, as tables, as maps."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from locator.api.planning_queries import ScenarioParams, scenario_of
from locator.api.scenario import comparison_of, findings_of
from locator.base.i18n import speaking
from locator.reports.bundle import WHOLE, ScenarioFiles
from locator.reports.content import write_value
from locator.reports.html import first_page_html, section_html
from locator.web.downloads import attachment
from locator.web.i18n import current_language, url
from locator.web.pages.report import REPORT_KINDS, known_kind
from locator.web.planning import standing_layer, texts_of, tidied
from locator.web.security import expensive
from locator.web.state import question, state

blueprint = Blueprint("what_if_report", __name__)


@blueprint.get("/what-if/<layer_id>/report")
@expensive
def page(layer_id: str) -> AnyResponse | str:
    """Show the report of a scenario to read, print or take along."""
    layer = standing_layer(layer_id)
    tidy = tidied(state(), layer_id, request.args)
    if tidy != request.args:
        return redirect(url("what_if_report.page", tidy, layer_id=layer_id), code=303)
    made = _files(layer_id).report
    same = texts_of(question(ScenarioParams, request.args, layer=layer_id))
    return render_template(
        "pages/what_if_report.html",
        report=made,
        layer=layer,
        first=first_page_html(made),
        sections=[
            section_html(section, place, write=write_value)
            for place, section in enumerate(made.sections, start=1)
        ],
        back=url("what_if.page", same, layer_id=layer_id),
        downloads={
            kind: url("what_if_report.file", same, layer_id=layer_id, kind=kind)
            for kind in REPORT_KINDS
        },
        file_url=url("what_if.scenario_file", same, layer_id=layer_id),
    )


@blueprint.get("/what-if/<layer_id>/report.<kind>")
@expensive
def file(layer_id: str, kind: str) -> Response:
    """Send the report of a scenario as a file."""
    known_kind(kind)
    standing_layer(layer_id)
    files, language = _files(layer_id), current_language()
    change = files.findings.compared.scenario

    def made() -> bytes:
        with speaking(language):
            return WHOLE[kind](files)

    key = ("scenario-file", change, change.name, change.note, kind, language)
    return attachment(state().memo.get(key, made), REPORT_KINDS[kind], f"{files.stem}.{kind}")


def _files(layer_id: str) -> ScenarioFiles:
    app = state()
    change = scenario_of(question(ScenarioParams, request.args, layer=layer_id))
    return ScenarioFiles(app.city, findings_of(app, comparison_of(app, change)))
