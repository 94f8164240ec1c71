"""Show who is served by a layer, who is not, and where, with the numbers to download.

Over 350 lines, because the sections of the page share one coverage and its ranges.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from locator.analysis.access.as_of import AsOf
from locator.analysis.access.coverage import Coverage
from locator.analysis.access.equity import EquityRanges
from locator.analysis.access.filter_words import filter_words, filtered
from locator.analysis.access.ranges import Ranges, gap_ranges
from locator.analysis.access.words import between as share_between
from locator.analysis.access.words import (
    leaves_out,
    parts_said,
    people_said,
    range_words,
    share_said,
)
from locator.api.context import AppState
from locator.api.coverage import coverage_gaps, coverage_units_csv
from locator.api.coverage_answers import unit_answers
from locator.api.coverage_found import (
    as_of_day,
    district_ranges,
    parts_of,
    query_of,
    ranges_of_units,
    transit_of,
)
from locator.api.equity import equity_of
from locator.api.filtering import filter_columns
from locator.api.json import encoded
from locator.api.queries import ReachByParams
from locator.api.schemas_coverage import UnitCoverage
from locator.api.street_info import Choice, profile_choices, profile_words
from locator.api.transit_coverage import transit_rows
from locator.city.catalogue import Layer
from locator.city.model import City
from locator.reports.changes import between
from locator.reports.content import write_value
from locator.reports.document import Section
from locator.reports.equality import equality_section
from locator.reports.html import Link, section_html
from locator.reports.reach import gaps_table, reach_section, sorted_districts
from locator.web.downloads import attachment, csv_attachment
from locator.web.i18n import day, gettext, ngettext, number, percent, text, url
from locator.web.map.pages import map_for
from locator.web.security import expensive
from locator.web.sorting import CARRIED, FILTER_NAMES, TRANSIT_NAMES, Sorting, sorting_of
from locator.web.state import question, state
from locator.web.words.choices import FilterOption, group_options, people_options, standard_options
from locator.web.words.filtering import FilterForm, filter_form
from locator.web.words.model_words import Pace, model_line, model_quality, pace_choices
from locator.web.words.provenance import CompletenessRow, completeness_row
from locator.web.words.texts import pace_text
from locator.web.words.transit_reach import TransitForm, transit_form, transit_sections

DISTRICT_KEYS = (
    "number",
    "name",
    "people",
    "served",
    "unserved",
    "share",
    "low",
    "rank",
    "mean_s",
    "p90_s",
)

HARDLY = 0.1
"""What takes longer than the rest of the page is hardly waited for."""

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


@dataclass(frozen=True)
class CoverageReport:
    """Everything that ``layer_coverage.html`` shows.

    Attributes
    ----------
    layer : Layer
    result : Coverage
    group : str
        Name of the age group.
    complete : CompletenessRow
    sections : tuple of str
        How far people walk, the districts, the gaps and the method, as HTML.
    groups, standards, paces
        Choices of the form.
    downloads : dict of str to str
    profiles : tuple of Choice
        Whose ways; none without a street network.
    ways : str
        What has to be said of ways without steps; empty for people on foot.
    share : str
        Served, with the range where it is known.
    range_words : tuple of str
        What the range is made of; empty while it is being counted.
    pending : bool
        Whether the range, or how unequal the walks are, is still being counted.
    then, at : str
        Between which values the share of a day lay, and the day; empty without one.
    served : str
        People, or from how many to how many on a day.
    filter : FilterForm
    filter_words : str
        Which facilities count; empty where all do.
    unfiltered_url : str
        The same of all facilities.
    units : tuple of UnitGroup
        The neighbourhood units by district; empty where the city has none.
    same : dict
        What the report of a unit takes along.
    transit : TransitForm or None
        How to ask who is within reach by tram or bus; None without a timetable.
    ridden_url : str
        The same question by tram or bus.
    """

    layer: Layer
    result: Coverage
    group: str
    complete: CompletenessRow
    sections: tuple[str, ...]
    groups: tuple[FilterOption, ...]
    standards: tuple[FilterOption, ...]
    paces: tuple[Pace, ...]
    pace: str
    downloads: dict[str, str]
    form_minutes: str
    leaves_out: str
    parts: str
    profiles: tuple[Choice, ...]
    ways: str
    share: str
    range_words: tuple[str, ...]
    pending: bool
    people: tuple[FilterOption, ...]
    then: str
    at: str
    served: str
    filter: FilterForm
    filter_words: str
    unfiltered_url: str
    units: tuple[UnitGroup, ...]
    same: dict[str, list[str]]
    transit: TransitForm | None
    ridden_url: str


def report_of(
    app: AppState, result: Coverage, params: ReachByParams, args: MultiDict[str, str]
) -> CoverageReport:
    """Return the report of one layer."""
    catalogue = app.catalogue
    layer = catalogue.layers[result.layer]
    group = catalogue.groups[result.group]
    sorting = sorting_of(args, DISTRICT_KEYS, "layer_coverage.page", layer_id=layer.id)
    same = {name: args.getlist(name) for name in CARRIED if args.get(name)}
    unfiltered = {name: one for name, one in same.items() if name not in FILTER_NAMES}
    then = as_of_day(app, params)
    queries = [] if params.at else [query_of(params, layer.id)]
    within = next(iter(app.ranges_soon(queries, profile=params.profile)), None)
    unequal = None if within is None else _equity(app, result, params)
    return CoverageReport(
        layer=layer,
        result=result,
        group=text(group.names),
        complete=completeness_row(app.walkable_city, layer),
        sections=tuple(_sections(app, result, params, sorting, within, unequal)),
        groups=group_options(app, result.group),
        standards=standard_options(result.minutes, layer.standard_min),
        paces=pace_choices("" if params.pace is None else f"{params.pace:g}"),
        pace=pace_text(result.pace_m_s),
        downloads={
            "csv": url("layer_coverage.districts_csv", same, layer_id=layer.id),
            "geojson": url("layer_coverage.gaps", same, layer_id=layer.id),
            "units": url("layer_coverage.units_csv", same, layer_id=layer.id),
        },
        form_minutes=number(result.minutes, 0 if result.minutes.is_integer() else 1),
        leaves_out="" if params.at else leaves_out(result.completeness),
        parts=""
        if params.at
        else parts_said(
            parts_of(
                app,
                layer.id,
                result.group,
                result.minutes,
                result.pace_m_s,
                result.people_from,
                profile=params.profile,
                which=result.which,
            )
        ),
        profiles=profile_choices(app, params.profile if params.profile != "foot" else ""),
        ways=profile_words(app.walkable_city_for(params.profile)),
        share=_share_then(then)
        if then is not None
        else percent(result.share, 1)
        if within is None
        else share_said(result.share, within.low, within.high),
        range_words=() if within is None else range_words(within),
        pending=params.at is None and unequal is None,
        people=people_options(app, result.people_from),
        then=_then(then),
        served=number(result.served)
        if then is None
        else between(then.served_low, then.served_high),
        at="" if params.at is None else params.at.isoformat(),
        filter=filter_form(app, (layer.id,), params),
        filter_words=filter_words(app.city, result.chosen),
        units=tuple(_units(app, params, result)),
        same={name: one for name, one in same.items() if name not in ("at", *TRANSIT_NAMES)},
        transit=transit_form(app, params),
        ridden_url=url(
            "layer_coverage.page",
            {**same, "by": ["transit"]},
            layer_id=layer.id,
            _anchor="transit",
        ),
        unfiltered_url=url("layer_coverage.page", unfiltered, layer_id=layer.id),
    )


@dataclass(frozen=True)
class UnitGroup:
    """The neighbourhood units of one district."""

    title: str
    rows: tuple[UnitCoverage, ...]
    ranges: Mapping[str, str]


def _units(app: AppState, params: ReachByParams, result: Coverage) -> Iterator[UnitGroup]:
    within = app.soon(partial(ranges_of_units, app, params, result), part=HARDLY)
    rows = unit_answers(app.walkable_city_for(params.profile), result, within)
    for number_, title in app.city.district_titles.items():
        mine = [row for row in rows if row["district"] == number_]
        if mine:
            mine.sort(key=lambda row: -row["unserved"])
            yield UnitGroup(title, tuple(mine), dict(_said_ranges(mine)))


def _said_ranges(rows: list[UnitCoverage]) -> Iterator[tuple[str, str]]:
    for row in rows:
        if row["low"] is not None and row["high"] is not None:
            yield row["code"], share_between(row["low"], row["high"])


def _share_then(then: AsOf) -> str:
    low, high = percent(then.low, 1), percent(then.high, 1)
    return low if low == high else f"{low} – {high}"


def _then(then: AsOf | None) -> str:
    """Return between which values the share of a day lay; empty without a day."""
    if then is None:
        return ""
    if then.served_low == then.served_high:
        return gettext("As it was on {date}.", date=day(then.at))
    return gettext(
        "As it may have been on {date}: between {low} and {high} of the people were within reach. "
        "On the map and known to have existed then: {sure}; with an opening date that nobody "
        "knows: {undated}. The numbers below count both.",
        date=day(then.at),
        low=percent(then.low, 1),
        high=percent(then.high, 1),
        sure=number(then.counted_low),
        undated=number(then.undated),
    )


def _sections(
    app: AppState,
    result: Coverage,
    params: ReachByParams,
    sorting: Sorting,
    within: Ranges | None,
    unequal: EquityRanges | None,
) -> Iterator[str]:
    """Yield how far people walk, the districts, the gaps and the method, as HTML."""
    limit = number(result.minutes, 0 if result.minutes.is_integer() else 1)
    group = app.catalogue.groups[result.group]
    districts = sorted_districts(
        app.city,
        result,
        filtered(
            app.city,
            result.which,
            gettext(
                "{group}, within {minutes} minutes, by district",
                group=text(group.names),
                minutes=limit,
            ),
        ),
        by=sorting.key,
        descending=sorting.descending,
        within=within,
    )
    pieces = (
        *transit_sections(app, result, params),
        reach_section(
            gettext("How many people within how many minutes"),
            result.curve,
            result,
            served=result.served,
            share=result.share,
        ),
        Section(gettext("Districts"), tables=(districts,), name="districts"),
        _gaps(app, result, limit, params, within),
        *_equality(app, params, unequal),
        _method(app, result, limit),
    )
    links = {"gaps": _gap_links(result)}
    for place, section in enumerate(pieces, start=1):
        yield section_html(
            section, place, write=write_value, sorting={"districts": sorting}, links=links
        )


def _gaps(
    app: AppState, result: Coverage, limit: str, params: ReachByParams, within: Ranges | None
) -> Section:
    heading = gettext("The largest gaps")
    if result.gaps.empty:
        none = gettext("None: everyone of this group lives within reach.")
        return Section(heading, paragraphs=(none,))
    words = [
        gettext(
            "Connected areas from which the nearest one is farther than {minutes} minutes.",
            minutes=limit,
        )
    ]
    if result.gaps_total > len(result.gaps):
        words.append(
            ngettext(
                "{n} such area in all; the largest are shown.",
                "{n} such areas in all; the largest are shown.",
                result.gaps_total,
            )
        )
    ground = app.walkable_city_for(params.profile)
    known = None if within is None else gap_ranges(ground, result, result.gaps)
    table = gaps_table(result.gaps, within=known)
    return Section(heading, paragraphs=(" ".join(words),), tables=(table,))


def _equity(app: AppState, result: Coverage, params: ReachByParams) -> EquityRanges | None:
    """Return how unequal the walks are; None while that is being counted."""
    return app.soon(partial(equity_of, app, result, profile=params.profile), part=HARDLY)


def _equality(
    app: AppState, params: ReachByParams, unequal: EquityRanges | None
) -> tuple[Section, ...]:
    """Return how unequal the walks are, as a section; it is left out of a past day."""
    if params.at is not None:
        return ()
    if unequal is None:
        words = gettext("This is still being counted.")
        return (Section(gettext("Who walks how far"), paragraphs=(words,), name="equality"),)
    return (equality_section(app.catalogue, unequal),)


def _gap_links(result: Coverage) -> list[Link]:
    """Return where each gap is to be seen: on the map, or the nearest one from within."""
    points = result.gaps.geometry.representative_point()
    return [
        Link(
            url("nearest.page", lat=f"{at.y:.5f}", lon=f"{at.x:.5f}", layer=result.layer),
            gettext("See on the map"),
            place,
            f"gap-{rank}",
        )
        for rank, (at, place) in enumerate(zip(points, result.gaps["place"], strict=True), start=1)
    ]


def _method(app: AppState, result: Coverage, limit: str) -> Section:
    words = (
        gettext(
            "The people of the census are put on points that stand for squares of at most {size} "
            "m. From each point the walk to the nearest open place is counted, at {pace}. A point "
            "is within reach if that walk takes {minutes} minutes or less.",
            size=number(app.city.demand.size_m),
            pace=pace_text(result.pace_m_s),
            minutes=limit,
        ),
        model_line(app.walkable_city),
        model_quality(app.walkable_city),
        people_said(app.city, result.people_from),
        text(app.catalogue.groups[result.group].scaled_from),
        filter_words(app.city, result.chosen),
    )
    caveats = tuple(gettext(one.template, **one.values) for one in result.caveats)
    said = tuple(one for one in words if one)
    return Section(gettext("How this was counted"), paragraphs=said, bullets=caveats)


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
