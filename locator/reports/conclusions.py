"""Say on the first page what matters most of a report, and what follows from it.

Every sentence repeats a result that stands in a chapter of the report: nothing is counted here, and
nothing is advised that no result asks for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice

import pandas as pd

from locator.analysis.access.words import NOT_WORTH_SAYING, ends_said, share_said
from locator.analysis.access.words import between as share_between
from locator.analysis.district_report import DistrictReport
from locator.analysis.siting.words import certainty
from locator.base.errors import N_
from locator.base.i18n import gettext, minutes, ngettext, number, percent
from locator.city.model import City
from locator.reports.changes import between
from locator.reports.fairness import place_line
from locator.reports.outlook import FEW_PEOPLE

MOST = 3
"""So many findings and recommendations: more are read by nobody."""

NAMED = 3
"""So many facilities are named in a sentence."""


def findings(city: City, found: DistrictReport) -> tuple[str, ...]:
    """Return what matters most: where people are left out, how they differ, what they lack."""
    return tuple(islice(_findings(city, found), MOST))


def recommendations(city: City, found: DistrictReport) -> tuple[str, ...]:
    """Return what the results ask for, most people first, then what has to be known.

    That there is nothing to do is said, too.
    """
    said = tuple(islice(_recommendations(city, found), MOST))
    return said or (_nothing(found),)


def _nothing(found: DistrictReport) -> str:
    """Return why nothing is recommended."""
    siting = found.siting
    best = 0.0 if siting is None or siting.sites.empty else float(siting.sites["gained"].iloc[0])
    if found.scope.unserved and best > 0:
        return ngettext(
            "Too few for a facility of their own: at the best site {n} person more would be within "
            "reach.",
            "Too few for a facility of their own: at the best site {n} people more would be within "
            "reach.",
            round(best),
        )
    row = found.coverage.completeness
    if row["all_not_located"] or (pd.notna(row["expected"]) and row["located"] < row["expected"]):
        return gettext("Nothing here: the results ask for no further facility.")
    return gettext(
        "Nothing: the results ask for no further facility, and all that are listed are on the map."
    )


def completeness_said(found: DistrictReport) -> str:
    """Return in one sentence how many facilities are not on the map, and what that leaves open."""
    row = found.coverage.completeness
    expected = row["expected"]
    missing, listed = int(row["all_not_located"]), int(row["all_listed"])
    if pd.notna(expected) and row["located"] < expected:
        counted = ngettext(
            "{n} of the {all} facilities that the city counts is not on the map",
            "{n} of the {all} facilities that the city counts are not on the map",
            int(expected - row["located"]),
            all=number(int(expected)),
        )
    elif missing:
        counted = ngettext(
            "{n} of the {all} facilities that are listed in the city is not on the map",
            "{n} of the {all} facilities that are listed in the city are not on the map",
            missing,
            all=number(listed),
        )
    else:
        counted = ngettext(
            "{n} facility is listed in the city, and it is on the map",
            "All {n} facilities that are listed in the city are on the map",
            listed,
        )
    ends = None if found.within is None else found.within.scope
    if ends is None or not ends.highest - ends.lowest > NOT_WORTH_SAYING:
        return f"{counted}."
    lowest, highest = ends_said(ends.lowest, ends.highest)
    extremes = gettext(
        "{counted}; with only those that are confirmed and on the map the share would be {low}, "
        "with all of them at their best places {high}.",
        counted=counted,
        low=lowest,
        high=highest,
    )
    if not math.isfinite(ends.low):
        return extremes
    weighed = gettext(
        "Its range, {range}, weighs all doubts together: nine in ten draws lie in it.",
        range=share_between(ends.low, ends.high),
    )
    return f"{extremes} {weighed}"


def _findings(city: City, found: DistrictReport) -> Iterator[str]:
    yield from _beside(city, found) if found.query.unit else place_line(city, found)
    if len(found.gaps):
        first, people = found.gaps.iloc[0], int(found.gaps["people"].sum())
        one = N_(
            "The largest gap is near {place} ({district}): {people} people, {share} of all who are "
            "left out."
        )
        several = N_(
            "The {n} largest gaps hold {all} people, {share} of all who are left out; the first, "
            "near {place} ({district}), holds {people}."
        )
        yield gettext(
            one if len(found.gaps) == 1 else several,
            n=number(len(found.gaps)),
            all=number(people),
            share=percent(min(1.0, people / max(found.scope.unserved, 1))),
            place=first["place"],
            district=first["district_name"],
            people=number(first["people"]),
        )
    if found.supply is not None and found.is_whole and found.supply.short_people:
        yield gettext(
            "Places are short for {short} people: they reach less than half as many places for "
            "each person as the city has on average; {none} reach none.",
            short=number(found.supply.short_people),
            none=number(found.supply.none_people),
        )
    scope = found.scope
    if math.isfinite(scope.p90_s):
        yield gettext(
            "Half of the people walk at most {median}; one in ten walks more than {p90}.",
            median=minutes(scope.median_s),
            p90=minutes(scope.p90_s),
        )
    else:
        yield gettext("More than one in ten people cannot walk to a facility at all.")


def _beside(city: City, found: DistrictReport) -> Iterator[str]:
    """Yield the share of a unit beside that of its district and of the city."""
    if found.district is None or not math.isfinite(found.scope.share):
        return
    of_district = found.coverage.districts["share"]
    yield gettext(
        "Within reach in the unit: {share}; in its district, {district}: {district_share}; in the "
        "whole city: {city_share}.",
        share=scope_share(found),
        district=city.district_titles[found.district],
        district_share=percent(float(of_district[found.district]), 1),
        city_share=percent(found.coverage.share, 1),
    )


def scope_share(found: DistrictReport) -> str:
    """Return the share of the scope, with its range where that is known."""
    if found.within is None:
        return percent(found.scope.share, 1)
    return share_said(found.scope.share, found.within.scope.low, found.within.scope.high)


def _recommendations(city: City, found: DistrictReport) -> Iterator[str]:
    gains = [*_finish(city, found), *_build(found)]
    for _, said in sorted(gains, key=lambda one: -one[0]):
        yield said
    yield from _locate(found)
    yield from _ask_hours(found)
    yield from _confirm(found)


def _finish(city: City, found: DistrictReport) -> Iterator[tuple[float, str]]:
    """Yield what opens anyway, and how many people that gains."""
    planned, change = found.planned, found.change
    if planned is None or change is None or change.after <= change.before:
        return
    gained = change.after - change.before
    names = _some([str(city.facilities.at[one, "name"]) for one in planned.opened])
    yield (
        gained,
        gettext(
            "Open what is under way ({names}): {gained} people more would be within reach, {after} "
            "instead of {before}.",
            names=names,
            gained=_with_range(gained, *_planned_ends(found)),
            after=percent(change.share_after, 1),
            before=percent(change.share_before, 1),
        ),
    )


def _planned_ends(found: DistrictReport) -> tuple[float, float]:
    """Return between which people lies what is under way gains the scope; NaN where unknown."""
    known = None if found.within is None else found.within.planned
    if known is None or found.query.unit is not None:
        return math.nan, math.nan
    if found.query.district is None:
        return known.low, known.high
    row = known.districts.loc[[found.query.district], ["low", "high"]].to_numpy(dtype=float)[0]
    return float(row[0]), float(row[1])


def _first_ends(found: DistrictReport) -> tuple[float, float]:
    known = None if found.within is None else found.within.sites
    return (math.nan, math.nan) if known is None else known.of_site(0)


def _with_range(people: float, low: float, high: float) -> str:
    if math.isnan(low) or round(low) == round(high):
        return number(people)
    return f"{number(people)} ({between(round(low), round(high))})"


def _build(found: DistrictReport) -> Iterator[tuple[float, str]]:
    """Yield the first of the suggested sites, and how many people it gains."""
    siting = found.siting
    if siting is None or siting.sites.empty or siting.sites["gained"].iloc[0] < FEW_PEOPLE:
        return
    first, gained = siting.sites.iloc[0], float(siting.sites["gained"].sum())
    one = N_(
        "Add one near {place} ({district}): {gained} people more would be within reach, {share} of "
        "all in the city."
    )
    several = N_(
        "Add one near {place} ({district}): {gained} people more would be within reach; at all {n} "
        "suggested sites together {all}, {share} of all in the city."
    )
    said = gettext(
        one if len(siting.sites) == 1 else several,
        n=number(len(siting.sites)),
        place=first["name"],
        district=first["district_name"],
        gained=_with_range(first["gained"], *_first_ends(found)),
        all=number(gained),
        share=percent(gained / siting.people, 1),
    )
    yield float(first["gained"]), f"{said} {certainty(siting)[0]}"


def _locate(found: DistrictReport) -> Iterator[str]:
    facilities = found.facilities
    lost = facilities[
        facilities["x"].isna().to_numpy() & ~facilities["status"].eq("closed").to_numpy()
    ]
    row = found.coverage.completeness
    unlisted = 0
    if found.is_whole and pd.notna(row["expected"]):
        unlisted = max(0, int(row["expected"]) - int(row["listed"]))
    if len(lost):
        said = ngettext(
            "Find the address of {n} facility that is not on the map: {names}.",
            "Find the addresses of {n} facilities that are not on the map: {names}.",
            len(lost),
            names=_some(lost["name"].tolist()),
        )
        if unlisted:
            said += " " + ngettext(
                "{n} more is counted officially and named in no list.",
                "{n} more are counted officially and named in no list.",
                unlisted,
            )
        yield said
    elif unlisted:
        yield ngettext(
            "Name {n} facility that is counted officially and stands in no list.",
            "Name {n} facilities that are counted officially and stand in no list.",
            unlisted,
        )


def _ask_hours(found: DistrictReport) -> Iterator[str]:
    parts = {part.kind: part for part in found.parts}
    known = parts.get("known_hours")
    if known is None:
        return
    every = parts["all"]
    yield ngettext(
        "Ask for the hours of {n} facility: those whose hours are known serve {some} of the "
        "people at best, all together {all}.",
        "Ask for the hours of {n} facilities: those whose hours are known serve {some} of the "
        "people at best, all together {all}.",
        every.counted - known.counted,
        some=percent(known.share, 1),
        all=percent(every.share, 1),
    )


def _confirm(found: DistrictReport) -> Iterator[str]:
    facilities = found.facilities
    is_old = facilities["status_basis"].eq("last_known") & facilities["status"].eq("open")
    old = facilities[is_old.to_numpy()]
    if len(old):
        yield ngettext(
            "Confirm {n} facility that only an older list calls open: {names}.",
            "Confirm {n} facilities that only an older list calls open: {names}.",
            len(old),
            names=_some(old["name"].tolist()),
        )


def _some(names: list[str]) -> str:
    """Return the first few names, and how many more there are."""
    shown, more = names[:NAMED], len(names) - NAMED
    said = "; ".join(shown)
    return (
        said if more <= 0 else ngettext("{names}; {n} more", "{names}; {n} more", more, names=said)
    )
