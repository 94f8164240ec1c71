"""Put findings into words, tables and drawings: the report that a council reads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from locator.city import City
from locator.findings import STANDARDS_MIN, Findings
from locator.language import (
    current_language,
    day,
    gettext,
    minutes,
    number,
    percent,
    text,
)
from locator.reports.document import Column, Report, Section, Table
from locator.reports.figures import curve_drawing, district_bars, report_map
from locator.reports.tables import (
    curve_table,
    districts_table,
    facilities_table,
    gaps_table,
    planned_table,
    sites_table,
    supply_table,
)


def build_report(city: City, found: Findings) -> Report:
    """Return the report of `found` in the language that is spoken."""
    sections = [
        _where(city, found),
        _who(city, found),
        _how_far(city, found),
        _gaps(found),
        _fairness(city, found),
        _places(city, found),
        _under_way(city, found),
        _next_sites(city, found),
        _listed(found),
        _method(city, found),
    ]
    layer = city.catalogue.layers[found.query.layer]
    return Report(
        title=f"{text(layer.names)}: {scope_name(city, found)}",
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
        sections=tuple(section for section in sections if section is not None),
        language=current_language(),
        footer=f"{text(city.catalogue.attribution)} · {text(city.catalogue.names)}",
    )


def scope_name(city: City, found: Findings) -> str:
    """Return the name of the city, or of the district with its Roman number."""
    if found.query.district is None:
        return text(city.catalogue.names)
    row = city.districts.loc[found.query.district]
    return gettext("district {roman} {name}", roman=row["roman"], name=row["name"])


def answer(city: City, found: Findings) -> str:
    """Return the answer in one sentence."""
    return gettext(
        "{served} of {people} people ({share}) of the group “{group}” live within a "
        "{minutes}-minute walk; {unserved} do not.",
        served=number(found.scope.served),
        people=number(found.scope.people),
        share=percent(found.scope.share),
        group=text(city.catalogue.groups[found.coverage.group].names),
        minutes=number(found.coverage.minutes),
        unserved=number(found.scope.unserved),
    )


def completeness_line(city: City, found: Findings) -> str:
    """Return how many facilities there are, are listed, and are on the map."""
    row = found.coverage.completeness
    expected = row["expected"]
    if expected is None or pd.isna(expected):
        return gettext(
            "{listed} facilities are listed, {located} of them are on the map; how many there are "
            "in truth no source says.",
            listed=number(row["listed"]),
            located=number(row["located"]),
        )
    return gettext(
        "There are {expected} in truth; {listed} are listed, {located} are on the map and counted.",
        expected=number(expected),
        listed=number(row["listed"]),
        located=number(row["located"]),
    )


def _where(city: City, found: Findings) -> Section:
    return Section(
        gettext("Where people are left out"),
        paragraphs=(completeness_line(city, found),),
        drawings=(report_map(city, found),),
    )


def _who(city: City, found: Findings) -> Section:
    drawings = () if found.query.district is not None else (district_bars(city, found),)
    return Section(
        gettext("Who is served, by district"),
        drawings=drawings,
        tables=(districts_table(city, found),),
    )


def _how_far(city: City, found: Findings) -> Section:
    scope = found.scope
    return Section(
        gettext("How long the walks are"),
        paragraphs=(
            gettext(
                "Half of the people walk at most {median}, nine in ten at most {p90}; the mean is "
                "{mean}.",
                median=minutes(scope.median_s),
                p90=minutes(scope.p90_s),
                mean=minutes(scope.mean_s),
            ),
        ),
        drawings=(curve_drawing(city, found),),
        tables=(curve_table(found, STANDARDS_MIN),),
    )


def _gaps(found: Findings) -> Section | None:
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
        tables=(gaps_table(found),),
    )


def _fairness(city: City, found: Findings) -> Section:
    names = city.districts["name"]
    said = found.equity
    bullets = []
    if math.isfinite(said.gini):
        bullets.append(
            gettext(
                "Gini coefficient of walking times in the city: {gini}. 0 would mean that everyone "
                "walks equally long, 1 that a few do all the walking.",
                gini=number(said.gini, 2),
            )
        )
    if said.worst_district is not None and said.best_district is not None:
        beyond = found.coverage.districts["beyond"]
        bullets.append(
            gettext(
                "Most left out: {worst} ({worst_share} beyond the standard); least: {best} "
                "({best_share}).",
                worst=names[said.worst_district],
                worst_share=percent(beyond[said.worst_district]),
                best=names[said.best_district],
                best_share=percent(beyond[said.best_district]),
            )
        )
    if math.isfinite(said.ratio_p90_median):
        bullets.append(
            gettext(
                "The tenth of the people who are worst placed walk at least {ratio} times as long "
                "as the middle one.",
                ratio=number(said.ratio_p90_median, 1),
            )
        )
    return Section(gettext("How fair it is"), bullets=tuple(bullets))


def _places(city: City, found: Findings) -> Section | None:
    if found.supply is None:
        return None
    supply = found.supply
    paragraphs = [
        gettext(
            "On average {mean} places per 100 people of the group are within reach (E2SFCA: places "
            "within 10 min count whole, within 20 min 0.68, within 30 min 0.22, shared among all "
            "who can reach them). {short} people reach less than half of that, {none} none at all.",
            mean=number(supply.mean_per_100, 1),
            short=number(supply.short_people),
            none=number(supply.none_people),
        ),
        gettext(
            "Counted are {places} places. Not counted: {unlocated} places of facilities that are "
            "not on the map, and {unknown} facilities whose number of places is not known.",
            places=number(supply.places),
            unlocated=number(supply.unlocated_places),
            unknown=number(len(supply.unknown)),
        ),
    ]
    return Section(
        gettext("Are there enough places?"),
        paragraphs=tuple(paragraphs),
        tables=(supply_table(city, supply, found.query.district),),
    )


def _under_way(city: City, found: Findings) -> Section | None:
    planned = found.planned
    if planned is None:
        return None
    facilities = city.facilities
    bullets = [
        gettext(
            "{gained} people more would be served in the city: {after} instead of {before} "
            "({share}).",
            gained=number(planned.gained),
            after=number(planned.after.served),
            before=number(planned.before.served),
            share=percent(planned.after.share, 1),
        ),
        gettext("On the map and counted: {names}.", names=_names(facilities, planned.opened)),
    ]
    if planned.not_located:
        bullets.append(
            gettext(
                "Not on the map, so not counted: {names}.",
                names=_names(facilities, planned.not_located),
            )
        )
    return Section(
        gettext("What the facilities under way change"),
        paragraphs=(
            gettext("If everything that is being built, modernised or planned were open:"),
        ),
        bullets=tuple(bullets),
        tables=(planned_table(city, planned, found.query.district),),
    )


def _next_sites(city: City, found: Findings) -> Section | None:
    siting = found.siting
    if siting is None or siting.sites.empty:
        return None
    return Section(
        gettext("Where to build next"),
        paragraphs=(
            gettext(
                "Sites are chosen among {candidates} addresses and stops so that together they "
                "serve most people who are beyond the standard, with what exists and what is under "
                "way kept. A better choice of as many sites could gain at most {gap} more.",
                candidates=number(siting.candidates),
                gap=percent(siting.gap / (1 - siting.gap) if siting.gap < 1 else math.nan, 1),
            ),
        ),
        tables=(sites_table(city, siting),),
    )


def _listed(found: Findings) -> Section:
    return Section(
        gettext("The facilities"),
        tables=(facilities_table(found.facilities),),
    )


def _method(city: City, found: Findings) -> Section:
    layer = city.catalogue.layers[found.query.layer]
    group = city.catalogue.groups[found.coverage.group]
    model = (
        text(city.catalogue.estimate.calibration)
        if found.coverage.model == "estimate"
        else gettext("Walking times follow the streets of OpenStreetMap.")
    )
    bullets = [
        gettext("Walking model: {model}.", model=gettext(found.coverage.model)),
        model,
        gettext(
            "People: census 2021 in squares of 1 km, spread over squares of {size} m inside the "
            "city.",
            size=number(city.demand.size_m),
        ),
        *([text(group.scaled_from)] if group.scaled_from else []),
        *(_caveat(caveat) for caveat in found.coverage.caveats),
        gettext("Data of {date}.", date=day(city.catalogue.data_date)),
        *(
            [
                gettext(
                    "Expected number: {source} ({date}).",
                    source=layer.expected_source,
                    date=day(layer.expected_date),
                )
            ]
            if layer.expected_source
            else []
        ),
    ]
    return Section(gettext("Method, data and caveats"), bullets=tuple(bullets))


def _caveat(caveat: Any) -> str:
    return gettext(caveat.template, **caveat.values)


def _names(facilities: pd.DataFrame, ids: Sequence[str]) -> str:
    return "; ".join(facilities.loc[list(ids), "name"]) if ids else "–"


def write_value(column: Column, value: Any) -> str:
    """Return one value of a table in the language that is spoken."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if column.kind in ("people", "places"):
        return number(value)
    if column.kind == "share":
        return percent(value, 1)
    if column.kind == "minutes":
        return number(value / 60, 1)
    if column.kind == "number":
        return number(value, 1)
    return str(value)


def all_tables(report: Report) -> tuple[Table, ...]:
    """Return every table of `report`, in reading order."""
    return tuple(table for section in report.sections for table in section.tables)
