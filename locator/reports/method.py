"""Say how the numbers of a report were made, from which data, and what they leave out."""

from __future__ import annotations

from typing import Any

import pandas as pd

from locator.analysis.access.filter_words import filter_words, ways_said
from locator.analysis.access.words import leaves_out, parts_said, people_said
from locator.analysis.district_report import DistrictReport
from locator.base.i18n import day, gettext, number, text
from locator.city.model import City
from locator.reports.document import Section


def method_section(city: City, found: DistrictReport) -> Section:
    """Return method, data and caveats."""
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
        ways_said(found.query.profile),
        people_said(city, found.coverage.people_from),
        text(group.scaled_from),
        *(_caveat(caveat) for caveat in found.coverage.caveats),
        gettext(
            "Only people of the city count, and only its facilities: near the boundary the walks "
            "may be shorter in truth."
        ),
        *_methods(found),
        ""
        if found.within is None
        else gettext(
            "Ranges: {runs} draws (seed {seed}) of what is not known for certain: which places "
            "exist and where, the error of walks, how exactly places are on the map, where people "
            "live. Nine of ten lie between the ends.",
            runs=number(found.within.shares.runs),
            seed=number(found.within.shares.seed),
        ),
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


def _methods(found: DistrictReport) -> list[str]:
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


def completeness_lines(city: City, found: DistrictReport) -> tuple[str, ...]:
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
    if words := filter_words(city, found.coverage.chosen):
        lines.insert(0, words)
    if why := leaves_out(row):
        lines.append(gettext("The shares count what is on the map: {why}.", why=why))
    if found.parts:
        lines.append(
            gettext(
                "By who runs them, or what is known of them, in the city: {parts}.",
                parts=parts_said(found.parts),
            )
        )
    note = text(layer.expected_note)
    return (*lines, note) if note else tuple(lines)
