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
from locator.scenario import Comparison
from locator.siting import Siting

FEW_PEOPLE = 100
"""A site that gains fewer people than this says so."""

PROVEN_SHARE = 5e-4
"""A gap that would be written as 0.0 % counts as none."""


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
        footer=" · ".join(
            (
                text(city.catalogue.attribution),
                gettext("data of {date}", date=day(city.catalogue.data_date)),
            )
        ),
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
        "{minutes}-minute walk of the nearest facility; {unserved} do not.",
        served=number(found.scope.served),
        people=number(found.scope.people),
        share=percent(found.scope.share),
        group=text(city.catalogue.groups[found.coverage.group].names),
        minutes=number(found.coverage.minutes),
        unserved=number(found.scope.unserved),
    )


def completeness_lines(city: City, found: Findings) -> tuple[str, ...]:
    """Return how many facilities are counted, are listed, and are said to exist.

    A source often counts a part of the layer only (the municipal ones): its number stands beside
    the listed facilities of the same kind, never beside those that the report counts.
    """
    layer = city.catalogue.layers[found.query.layer]
    row = found.coverage.completeness
    lines = [
        gettext(
            "Counted in the city: {counted} facilities that are open and on the map; listed in "
            "all: {listed}, on the map: {located}.",
            counted=number(found.coverage.counted),
            listed=number(row["all_listed"]),
            located=number(row["all_located"]),
        )
    ]
    expected = row["expected"]
    if expected is None or pd.isna(expected):
        lines.append(gettext("How many there are in truth, no source says."))
    else:
        lines.append(
            gettext(
                "Officially there are {expected}; of these, {listed} are listed here and {located} "
                "are on the map.",
                expected=number(expected),
                listed=number(row["listed"]),
                located=number(row["located"]),
            )
        )
    note = text(layer.expected_note)
    return (*lines, note) if note else tuple(lines)


def _where(city: City, found: Findings) -> Section:
    return Section(
        gettext("Where people are left out"),
        paragraphs=completeness_lines(city, found),
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
    return Section(
        gettext("How long the walks are"),
        paragraphs=(_times(found),),
        drawings=(curve_drawing(city, found),),
        tables=(curve_table(found, STANDARDS_MIN),),
    )


def _times(found: Findings) -> str:
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


def _fairness(city: City, found: Findings) -> Section | None:
    bullets = [
        *_gini_line(found),
        *_place_line(city, found),
        *_ratio_line(found),
    ]
    return Section(gettext("How fair it is"), bullets=tuple(bullets)) if bullets else None


def _gini_line(found: Findings) -> list[str]:
    if not math.isfinite(found.scope.gini):
        return []
    meaning = gettext(
        "Gini coefficient of the walking times: {gini}. 0 would mean that everyone walks equally "
        "long, 1 that a few do all the walking.",
        gini=number(found.scope.gini, 2),
    )
    if found.query.district is None:
        return [meaning]
    return [
        meaning + " " + gettext("In the whole city: {gini}.", gini=number(found.equity.gini, 2))
    ]


def _place_line(city: City, found: Findings) -> list[str]:
    """Return the districts at both ends; for a district, its place among all of them."""
    said, names = found.equity, city.districts["name"]
    beyond = found.coverage.districts["beyond"].dropna()
    if said.worst_district is None or said.best_district is None or len(beyond) < 2:
        return []
    district = found.query.district
    if district is not None and district in beyond.index:
        return [
            gettext(
                "By the share of people beyond the standard ({share}) the district is number "
                "{rank} of {count}, counted from the worst served.",
                share=percent(beyond[district]),
                rank=number(int((beyond > beyond[district]).sum()) + 1),
                count=number(len(beyond)),
            )
        ]
    return [
        gettext(
            "Most left out: {worst} ({worst_share} beyond the standard); least: {best} "
            "({best_share}).",
            worst=names[said.worst_district],
            worst_share=percent(beyond[said.worst_district]),
            best=names[said.best_district],
            best_share=percent(beyond[said.best_district]),
        )
    ]


def _ratio_line(found: Findings) -> list[str]:
    median_s, p90_s = found.scope.median_s, found.scope.p90_s
    if not (math.isfinite(median_s) and math.isfinite(p90_s) and median_s > 0):
        return []
    return [
        gettext(
            "The tenth of the people who are worst placed walk at least {ratio} times as long as "
            "the middle one.",
            ratio=number(p90_s / median_s, 1),
        )
    ]


def _places(city: City, found: Findings) -> Section | None:
    if found.supply is None:
        return None
    supply = found.supply
    paragraphs = [
        gettext(
            "In the city {mean} places per 100 people of the group are within reach (E2SFCA: "
            "places within 10 min count whole, within 20 min 0.68, within 30 min 0.22, shared "
            "among all who can reach them). {short} people reach less than half of that, {none} "
            "none at all.",
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
    if supply.unknown:
        names = _names(city.facilities, supply.unknown)
        paragraphs.append(gettext("The number of places is not known for: {names}.", names=names))
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
        *_district_change(planned, found.query.district),
        gettext(
            "In the city {gained} people more would be served: {after} instead of {before} "
            "({share}).",
            gained=number(planned.people_gained),
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
        tables=(planned_table(city, planned, found.query.district),)
        if found.query.district is not None or planned.gained
        else (),
    )


def _district_change(planned: Comparison, district: int | None) -> list[str]:
    if district is None:
        return []
    row = planned.districts.loc[district].to_dict()
    if row["difference"] == 0:
        return [gettext("Nothing would change in this district.")]
    return [
        gettext(
            "In this district {gained} people more would be served: {after} instead of {before} "
            "({share}).",
            gained=number(row["difference"]),
            after=number(row["served_after"]),
            before=number(row["served_before"]),
            share=percent(row["share_after"], 1),
        )
    ]


def _next_sites(city: City, found: Findings) -> Section | None:
    siting = found.siting
    if siting is None or siting.sites.empty:
        return None
    words = [
        gettext(
            "Sites are chosen among {candidates} addresses and stops so that together they "
            "serve most people who are beyond the standard, with what exists and what is under "
            "way kept.",
            candidates=number(siting.candidates),
        ),
        gap_sentence(siting),
    ]
    if found.query.district is not None:
        words.append(
            gettext("The sites lie in the district; people of its neighbours count as well.")
        )
    paragraphs = [" ".join(words)]
    if siting.sites["gained"].min() < FEW_PEOPLE:
        paragraphs.append(
            gettext(
                "Because people are spread evenly within their census cell, gains of a few dozen "
                "people are a hint, not a count."
            )
        )
    return Section(
        gettext("Where to build next"),
        paragraphs=tuple(paragraphs),
        tables=(sites_table(city, siting),),
    )


def gap_sentence(siting: Siting) -> str:
    """Return in words how much better another choice of as many sites could be."""
    if siting.gap < PROVEN_SHARE:
        return gettext("No choice of as many sites gains more: this is proven.")
    return gettext(
        "Another choice of as many sites could gain at most {gap} more.",
        gap=percent(siting.gap / (1 - siting.gap) if siting.gap < 1 else math.nan, 1),
    )


def _listed(found: Findings) -> Section:
    return Section(
        gettext("The facilities"),
        tables=(facilities_table(found.facilities),),
    )


def _method(city: City, found: Findings) -> Section:
    layer = city.catalogue.layers[found.query.layer]
    group = city.catalogue.groups[found.coverage.group]
    bullets = [
        text(city.catalogue.estimate.calibration)
        if found.coverage.model == "estimate"
        else gettext("Walking times follow the streets of OpenStreetMap."),
        gettext(
            "People: census 2021 in squares of 1 km, spread over squares of {size} m inside the "
            "city.",
            size=number(city.demand.size_m),
        ),
        text(group.scaled_from),
        *(_caveat(caveat) for caveat in found.coverage.caveats),
        gettext(
            "Only people of the city count, and only its facilities: near the boundary the walks "
            "may be shorter in truth."
        ),
        *_methods(found),
        gettext(
            "Official number: {source} ({date}).",
            source=layer.expected_source,
            date=day(layer.expected_date),
        )
        if layer.expected_source
        else "",
        gettext("Data of {date}.", date=day(city.catalogue.data_date)),
    ]
    said = tuple(bullet for bullet in bullets if bullet)
    return Section(gettext("Method, data and caveats"), bullets=said)


def _methods(found: Findings) -> list[str]:
    """Return where the calculations come from."""
    named = []
    if found.supply is not None:
        named.append(
            gettext("Places within reach: E2SFCA of Luo and Qi (2009), steps of 10, 20, 30 min.")
        )
    if found.siting is not None:
        named.append(
            gettext(
                "Sites: maximal covering (Church and ReVelle 1974), solved with HiGHS within a few "
                "seconds; a Lagrangian bound says how much another choice could gain."
            )
        )
    return named


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
    if column.kind == "date":
        return day(str(value))
    if column.kind == "degrees":
        return f"{value:.6f}"
    return str(value)


def all_tables(report: Report) -> tuple[Table, ...]:
    """Return every table of `report`, in reading order."""
    return tuple(table for section in report.sections for table in section.tables)
