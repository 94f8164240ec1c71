"""Serve the reports to take along: on the page, as PDF, as a text to edit, as tables, as maps."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from locator.analysis.district_report import ReportQuery
from locator.api.planning_queries import ReportByParams, report_query_of
from locator.api.reports import district_report_of, report_soon
from locator.api.street_info import profile_choices
from locator.api.transit_coverage import ride_of
from locator.base.errors import N_, NotFoundError
from locator.base.i18n import speaking
from locator.reports.bundle import WHOLE, ReportFiles, file_stem
from locator.reports.content import build_report, write_value
from locator.reports.html import first_page_html, section_html
from locator.web.downloads import attachment
from locator.web.i18n import current_language, url
from locator.web.lenient import Args, answer_leniently
from locator.web.planning import standing_layer, tidied
from locator.web.security import expensive
from locator.web.sorting import CARRIED
from locator.web.state import question, state
from locator.web.words.choices import (
    group_options,
    people_options,
    standard_options,
    unit_groups,
)
from locator.web.words.filtering import filter_form
from locator.web.words.model_words import pace_choices
from locator.web.words.transit_reach import transit_form

REPORT_KINDS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gpkg": "application/geopackage+sqlite3",
}

CARRIED_ALONG = ("district", "unit", *(name for name in CARRIED if name != "at"))
"""What a report is asked for, in the addresses of its files."""

blueprint = Blueprint("report", __name__)


@blueprint.get("/report/<layer_id>")
@expensive
def page(layer_id: str) -> tuple[str, int]:
    """Show a report to read, print or take along."""
    layer = standing_layer(layer_id)
    city = state().city
    tidy = tidied(state(), layer_id, request.args)
    lenient = answer_leniently(tidy, lambda args: report_soon(state(), _asked(layer_id, args)))
    found = lenient.answer
    made = build_report(city, found)
    params = question(ReportByParams, lenient.args, layer=layer_id)
    same = {name: lenient.args.getlist(name) for name in CARRIED_ALONG if lenient.args.get(name)}
    shown = render_template(
        "pages/report.html",
        report=made,
        found=found,
        layer=layer,
        same=same,
        problems=lenient.problems,
        first=first_page_html(made),
        sections=[
            section_html(section, place, write=write_value)
            for place, section in enumerate(made.sections, start=1)
        ],
        districts=city.districts,
        standards=standard_options(found.coverage.minutes),
        groups=group_options(state(), found.coverage.group),
        paces=pace_choices(lenient.args.get("pace", "")),
        people=people_options(state(), found.query.people),
        units=unit_groups(city, found.query.unit),
        profiles=profile_choices(
            state(), "" if found.query.profile == "foot" else found.query.profile
        ),
        transit=transit_form(state(), params),
        filter=filter_form(state(), (layer_id,), params),
        downloads={
            kind: url("report.file", same, layer_id=layer_id, kind=kind) for kind in REPORT_KINDS
        },
    )
    return shown, lenient.status


def known_kind(kind: str) -> None:
    """Refuse a kind of file that there is not, naming those that there are.

    Parameters
    ----------
    kind : str

    Raises
    ------
    NotFoundError
    """
    if kind not in REPORT_KINDS:
        raise NotFoundError(
            N_("There is no report as {given}; there are: {known}."),
            parameter="kind",
            given=kind[:20],
            known=", ".join(REPORT_KINDS),
        )


@blueprint.get("/report/<layer_id>.<kind>")
@expensive
def file(layer_id: str, kind: str) -> Response:
    """Send a report as PDF, DOCX, XLSX or GeoPackage."""
    known_kind(kind)
    standing_layer(layer_id)
    found = district_report_of(state(), _asked(layer_id, request.args))
    language = current_language()

    def made() -> bytes:
        with speaking(language):
            return WHOLE[kind](ReportFiles(state().city, found))

    body = state().memo.get(("report-file", found.query, kind, language), made)
    return attachment(body, REPORT_KINDS[kind], f"{file_stem(state().city, found)}.{kind}")


def _asked(layer_id: str, args: Args) -> ReportQuery:
    asked = question(ReportByParams, args, layer=layer_id)
    return report_query_of(asked, ride=ride_of(state(), asked))
