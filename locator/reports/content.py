"""Put findings into words, tables and drawings: the report that a council reads."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from locator.analysis.access.filter_words import filtered
from locator.analysis.access.words import range_words
from locator.analysis.district_report import DistrictReport
from locator.base.i18n import current_language, day, gettext, minutes, number, percent, text
from locator.city.model import City
from locator.reports.changes import claim_section
from locator.reports.conclusions import completeness_said, findings, recommendations, scope_share
from locator.reports.document import Column, Report, Section, Table
from locator.reports.fairness import fairness_section
from locator.reports.figures import district_bars, districts_map, source_said, walks_map
from locator.reports.method import completeness_lines, method_section
from locator.reports.outlook import next_sites_section, places_section, under_way_section
from locator.reports.reach import gaps_table, reach_section, series_beside
from locator.reports.tables import (
    districts_table,
    facilities_table,
    unit_title,
    with_unit_code,
)
from locator.reports.transit_reach import transit_section


def build_report(city: City, found: DistrictReport) -> Report:
    """Return the report of `found` in the language that is spoken.

    Parameters
    ----------
    city : City
    found : DistrictReport
        Of the same city.

    Returns
    -------
    Report
        To be written as HTML, PDF or a workbook by the modules beside this one.
    """
    sections = [
        _where(city, found),
        _who(city, found),
        _how_far(city, found),
        _gaps(found),
        _ridden(city, found),
        fairness_section(city, found),
        places_section(city, found),
        under_way_section(city, found),
        *(claim_section(city, one) for one in found.changes),
        next_sites_section(city, found),
        method_section(city, found),
        _listed(city, found),
    ]
    layer = city.catalogue.layers[found.query.layer]
    return Report(
        title=filtered(city, found.query.which, f"{text(layer.names)}: {scope_name(city, found)}"),
        subtitle=gettext(
            "Walking standard {minutes} min at {pace} m/s ({basis}); data of {date}",
            minutes=number(found.coverage.minutes),
            pace=number(found.coverage.pace_m_s, 1),
            basis=text(layer.pace_basis),
            date=day(city.catalogue.data_date),
        ),
        question=gettext(
            "Who can walk to the nearest facility within the standard, who is left out, and what "
            "would change it?"
        ),
        answer=answer(city, found),
        sections=tuple(
            with_city_code(city, section) for section in sections if section is not None
        ),
        language=current_language(),
        footer=source_said(city),
        completeness=completeness_said(found),
        findings=findings(city, found),
        recommendations=recommendations(city, found),
        map=walks_map(city, found),
    )


def with_city_code(city: City, section: Section) -> Section:
    """Return `section` with the city's official code in the rows of its tables."""
    tables = tuple(with_unit_code(city, table) for table in section.tables)
    return replace(section, tables=tables)


def scope_name(city: City, found: DistrictReport) -> str:
    """Return the name of the city, of the district, or of the neighbourhood unit."""
    if found.query.unit is not None:
        return gettext("neighbourhood unit {name}", name=unit_title(city, found.query.unit))
    if found.query.district is None:
        return text(city.catalogue.names)
    row = city.districts.loc[found.query.district]
    words = gettext("district {roman} {name}", roman=row["roman"], name=row["name"])
    return " ".join(words.split())  # a city without numerals leaves a gap


def answer(city: City, found: DistrictReport) -> str:
    """Return the answer in one sentence."""
    return gettext(
        "{served} of {people} people ({share}) of the group “{group}” live within a "
        "{minutes}-minute walk of the nearest facility; {unserved} do not.",
        served=number(found.scope.served),
        people=number(found.scope.people),
        share=scope_share(found),
        group=text(city.catalogue.groups[found.coverage.group].names),
        minutes=number(found.coverage.minutes),
        unserved=number(found.scope.unserved),
    )


def _where(city: City, found: DistrictReport) -> Section:
    return Section(
        gettext("Where people are left out"),
        paragraphs=completeness_lines(city, found),
        drawings=(districts_map(city, found),) if found.is_whole else (),
    )


def _who(city: City, found: DistrictReport) -> Section:
    drawings = (district_bars(city, found),) if found.is_whole else ()
    known = found.within
    return Section(
        gettext("Who is served, by district"),
        paragraphs=() if known is None else (" ".join(range_words(known.shares)),),
        drawings=drawings,
        tables=(districts_table(city, found),),
    )


def _how_far(city: City, found: DistrictReport) -> Section:
    label, beside = gettext("today"), None
    if not found.is_whole:
        label = gettext("this unit") if found.query.unit else gettext("this district")
        beside = series_beside(found.coverage.curve, text(city.catalogue.names))
    elif found.planned is not None:
        words = gettext("with what is under way")
        beside = series_beside(found.planned.after.curve, words)
    return reach_section(
        gettext("How long the walks are"),
        found.scope.curve,
        found.coverage,
        served=found.scope.served,
        share=found.scope.share,
        paragraphs=(_times(found),),
        label=label,
        beside=beside,
    )


def _times(found: DistrictReport) -> str:
    scope = found.scope
    if not math.isfinite(scope.median_s):
        return gettext("Fewer than half of the people can walk to a facility at all.")
    if not math.isfinite(scope.p90_s):
        return gettext(
            "Half of the people walk at most {median}; more than one in ten cannot walk to a "
            "facility at all.",
            median=minutes(scope.median_s),
        )
    return gettext(
        "Half of the people walk at most {median}, nine in ten at most {p90}; the mean is {mean}.",
        median=minutes(scope.median_s),
        p90=minutes(scope.p90_s),
        mean=minutes(scope.mean_s),
    )


def _gaps(found: DistrictReport) -> Section | None:
    if found.gaps.empty:
        return None
    return Section(
        gettext("The largest gaps"),
        paragraphs=(
            gettext(
                "A gap is an area of people beyond the standard that is small enough for one new "
                "facility. The numbers are those on the map."
            ),
        ),
        tables=(
            gaps_table(
                found.gaps,
                with_district=found.is_whole,
                within=None if found.within is None else found.within.gaps,
            ),
        ),
    )


def _ridden(city: City, found: DistrictReport) -> Section | None:
    if found.ridden is None:
        return None
    return transit_section(
        city, found.coverage, found.ridden, scope=found.scope_ridden, district=found.district
    )


def _listed(city: City, found: DistrictReport) -> Section:
    heading = gettext("Annex: the facilities")
    if found.facilities.empty:
        return Section(heading, paragraphs=(gettext("No facility of this service is here."),))
    table = facilities_table(city, found.facilities, is_whole=found.is_whole)
    return Section(heading, tables=(table,))


def write_value(column: Column, value: Any) -> str:
    """Return one value of a table in the language that is spoken.

    Parameters
    ----------
    column : Column
        Says what the value is: people, a share, seconds of a walk.
    value : object
        None and NaN become a dash.

    Returns
    -------
    str
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if column.kind in ("people", "places"):
        return number(value)
    if column.kind == "share":
        return percent(value, 1)
    if column.kind == "minutes":
        return number(value / 60, 1)
    if column.kind == "limit":
        return number(value, 0 if float(value).is_integer() else 1)
    if column.kind == "number":
        return number(value, 1)
    if column.kind == "date":
        return day(str(value))
    if column.kind == "degrees":
        return f"{value:.6f}"
    return str(value)


def all_tables(report: Report) -> tuple[Table, ...]:
    """Return every table of `report`, in reading order."""
    return tuple(table for section in report.sections for table in section.tables)
