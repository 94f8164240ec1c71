"""Say what there is place for, what is under way and where to build next."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from locator.analysis.access.words import minimum_said
from locator.analysis.district_report import DistrictReport
from locator.analysis.siting.words import certainty
from locator.base.errors import N_
from locator.base.i18n import gettext, number, percent
from locator.city.model import City
from locator.city.population import EVENLY
from locator.reports.changes import between
from locator.reports.document import Section
from locator.reports.tables import planned_table, sites_table, supply_table

FEW_PEOPLE = 100
"""A site that gains fewer people than this says so."""


def places_section(city: City, found: DistrictReport) -> Section | None:
    """Return the places within reach; None where no capacity is known."""
    if found.supply is None:
        return None
    supply, within = found.supply, None if found.within is None else found.within.supply
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
    if within is not None:
        paragraphs.append(
            gettext(
                "Nine in ten draws of what nobody knows for certain lie between {low} and {high} "
                "places per 100 people, {short} people short of places and {none} without any; "
                "places that nobody states are drawn from those stated.",
                low=number(within.mean_per_100[0], 1),
                high=number(within.mean_per_100[1], 1),
                short=_between(within.short_people),
                none=_between(within.none_people),
            )
        )
    if supply.unknown:
        names = _names(city.facilities, supply.unknown)
        paragraphs.append(gettext("The number of places is not known for: {names}.", names=names))
    return Section(
        gettext("Are there enough places?"),
        paragraphs=tuple(paragraphs),
        tables=(supply_table(city, supply, found.district, within=within),),
    )


def _between(people: tuple[float, float]) -> str:
    return between(round(people[0]), round(people[1]))


def under_way_section(city: City, found: DistrictReport) -> Section | None:
    """Return what the facilities under way change; None where there are none."""
    planned = found.planned
    if planned is None:
        return None
    facilities = city.facilities
    bullets = [
        *_scope_change(found),
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
    if minimum := minimum_said(planned):
        bullets.insert(len(bullets) - 1, minimum)
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
        tables=(planned_table(city, planned, found.district),)
        if found.district is not None or planned.gained
        else (),
    )


def _scope_change(found: DistrictReport) -> list[str]:
    change, unit = found.change, found.query.unit
    if found.is_whole or change is None:
        return []
    if change.after == change.before:
        return [
            gettext("Nothing would change in this unit.")
            if unit
            else gettext("Nothing would change in this district.")
        ]
    words = (
        N_(
            "In this unit {gained} people more would be served: {after} instead of {before} "
            "({share})."
        )
        if unit
        else N_(
            "In this district {gained} people more would be served: {after} instead of {before} "
            "({share})."
        )
    )
    return [
        gettext(
            words,
            gained=number(change.after - change.before),
            after=number(change.after),
            before=number(change.before),
            share=percent(change.share_after, 1),
        )
    ]


def next_sites_section(city: City, found: DistrictReport) -> Section | None:
    """Return the suggested sites; None where there are none."""
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
        *certainty(siting),
    ]
    if not found.is_whole:
        words.append(
            gettext("The sites lie in the unit; people of its neighbours count as well.")
            if found.query.unit
            else gettext("The sites lie in the district; people of its neighbours count as well.")
        )
    paragraphs = [" ".join(words)]
    if siting.sites["gained"].min() < FEW_PEOPLE:
        paragraphs.append(
            gettext(
                "Because people are spread evenly within their census cell, gains of a few dozen "
                "people are a hint, not a count."
            )
            if city.demand.method == EVENLY
            else gettext(
                "Because people are placed within their census cell by the floor area of "
                "dwellings, gains of a few dozen people are a hint, not a count."
            )
        )
    gains = None if found.within is None else found.within.sites
    return Section(
        gettext("Where to build next"),
        paragraphs=tuple(paragraphs),
        tables=(sites_table(city, siting, gains),),
    )


def _names(facilities: pd.DataFrame, ids: Sequence[str]) -> str:
    return "; ".join(facilities.loc[list(ids), "name"]) if ids else "–"
