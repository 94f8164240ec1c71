"""Say of one layer who is served, how sure that is, and what can be asked next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import pandas as pd
from werkzeug.datastructures import MultiDict

from locator.analysis.access.as_of import AsOf
from locator.analysis.access.coverage import Coverage
from locator.analysis.access.filter_words import filter_words
from locator.analysis.access.words import between as share_between
from locator.analysis.access.words import leaves_out, parts_said, range_words, share_said
from locator.api.context import AppState
from locator.api.coverage_answers import unit_answers
from locator.api.coverage_found import as_of_day, parts_of, query_of, ranges_of_units
from locator.api.equity import equity_of
from locator.api.queries import ReachByParams
from locator.api.schemas_coverage import UnitCoverage
from locator.api.street_info import Choice, profile_choices, profile_words
from locator.city.catalogue import Layer
from locator.reports.changes import between
from locator.web.i18n import day, gettext, number, percent, text, url
from locator.web.sorting import CARRIED, FILTER_NAMES, TRANSIT_NAMES, sorting_of
from locator.web.words.choices import FilterOption, group_options, people_options, standard_options
from locator.web.words.coverage_sections import DISTRICT_KEYS, coverage_sections
from locator.web.words.filtering import FilterForm, filter_form
from locator.web.words.model_words import Pace, pace_choices
from locator.web.words.provenance import CompletenessRow, completeness_row
from locator.web.words.texts import pace_text
from locator.web.words.transit_reach import TransitForm, transit_form

HARDLY = 0.1
"""What takes longer than the rest of the page is hardly waited for."""


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
        Whether ranges, of the city or of its units, or how unequal the walks are, are still being
        counted.
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
    equity = partial(equity_of, app, result, profile=params.profile)
    unequal = None if within is None else app.soon(equity, part=HARDLY)
    of_units = app.soon(partial(ranges_of_units, app, params, result), part=HARDLY)
    is_whole = unequal is not None and (of_units is not None or app.city.units.empty)
    return CoverageReport(
        layer=layer,
        result=result,
        group=text(group.names),
        complete=completeness_row(app.walkable_city, layer),
        sections=tuple(coverage_sections(app, result, params, sorting, within, unequal)),
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
        pending=params.at is None and not is_whole,
        people=people_options(app, result.people_from),
        then=_then(then),
        served=number(result.served)
        if then is None
        else between(then.served_low, then.served_high),
        at="" if params.at is None else params.at.isoformat(),
        filter=filter_form(app, (layer.id,), params),
        filter_words=filter_words(app.city, result.chosen),
        units=tuple(_units(app, params, result, of_units)),
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


def _units(
    app: AppState, params: ReachByParams, result: Coverage, within: pd.DataFrame | None
) -> Iterator[UnitGroup]:
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
