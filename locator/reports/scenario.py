"""Put a scenario into a report: what was asked, the answer, what was found and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from locator.analysis.access.filter_words import filtered
from locator.analysis.access.words import gain_said, minimum_said
from locator.analysis.scenario.compare import ScenarioComparison
from locator.analysis.scenario.findings import ScenarioFindings
from locator.analysis.scenario.words import changes_said
from locator.base.errors import N_
from locator.base.i18n import (
    current_language,
    day,
    gettext,
    minutes,
    ngettext,
    number,
    percent,
    text,
)
from locator.city.model import City
from locator.reports.conclusions import MOST
from locator.reports.content import with_city_code
from locator.reports.document import Report
from locator.reports.scenario_maps import after_map
from locator.reports.scenario_sections import scenario_sections


def scenario_report(city: City, findings: ScenarioFindings) -> Report:
    """Return the report of a scenario in the language that is spoken.

    Parameters
    ----------
    city : City
    findings : ScenarioFindings
        Of the same city.

    Returns
    -------
    Report
        To be written by the modules that write the report of a layer.
    """
    found = findings.compared
    layer = city.catalogue.layers[found.after.layer]
    name = found.scenario.name or gettext("what a change would do")
    return Report(
        title=filtered(city, found.scenario.which, f"{text(layer.names)}: {name}"),
        subtitle=gettext(
            "Walking standard {minutes} min at {pace} m/s ({basis}); data of {date}",
            minutes=_limit(found.after.minutes),
            pace=number(found.after.pace_m_s, 1),
            basis=text(layer.pace_basis),
            date=day(city.catalogue.data_date),
        ),
        question=_question(city, found),
        answer=answer(city, found),
        completeness=gain_said(findings.gains),
        findings=tuple(islice(_findings(city, findings), MOST)),
        recommendations=tuple(islice(_next(city, findings), MOST)),
        map=after_map(city, findings),
        sections=tuple(
            with_city_code(city, section) for section in scenario_sections(city, findings)
        ),
        language=current_language(),
        footer=" · ".join(
            (
                text(city.catalogue.attribution),
                gettext("data of {date}", date=day(city.catalogue.data_date)),
            )
        ),
    )


def _question(city: City, found: ScenarioComparison) -> str:
    """Return what was asked, with the first changes in words."""
    changes = [one.words for one in changes_said(city, found)]
    asked = gettext(
        "What would this change bring: who comes within reach, who no longer is, and where?"
    )
    return " ".join([asked, *changes[:MOST], *["…"] * (len(changes) > MOST)])


def answer(city: City, found: ScenarioComparison) -> str:
    """Return what the change brings, in a sentence or two.

    Parameters
    ----------
    city : City
    found : ScenarioComparison
        Of the same city.

    Returns
    -------
    str
    """
    said = gettext(
        "{after} of {people} people of the group “{group}” ({share}) would live within a "
        "{minutes}-minute walk, instead of {before} ({share_before}): {gained} are gained, {lost} "
        "lost.",
        after=number(found.after.served),
        people=number(found.after.people),
        group=text(city.catalogue.groups[found.after.group].names),
        share=percent(found.after.share, 1),
        minutes=_limit(found.after.minutes),
        before=number(found.before.served),
        share_before=percent(found.before.share, 1),
        gained=number(found.people_gained),
        lost=number(found.people_lost),
    )
    return " ".join(part for part in (said, minimum_said(found)) if part)


def _findings(city: City, findings: ScenarioFindings) -> Iterator[str]:
    """Yield where people gain, where they lose, how their walks and places change."""
    found = findings.compared
    districts: Any = found.districts
    for column, said in (
        ("gained", N_("Most gain in {district}: {people} of the {all} people gained.")),
        ("lost", N_("Most lose in {district}: {people} of the {all} people lost.")),
    ):
        people = districts[column].round()
        if people.max() > 0:
            yield gettext(
                said,
                district=city.district_titles[int(people.idxmax())],
                people=number(people.max()),
                all=number(getattr(found, f"people_{column}")),
            )
    was, now = found.before, found.after
    if was.p90_s is not None and now.p90_s is not None and round(now.p90_s) != round(was.p90_s):
        yield gettext(
            "Nine in ten people would walk at most {after}, instead of {before}.",
            after=minutes(now.p90_s),
            before=minutes(was.p90_s),
        )
    supply = findings.supply
    if supply is not None and round(supply.after.short_people) != round(supply.before.short_people):
        yield gettext(
            "Places would be short for {after} people, instead of {before}: they reach less than "
            "half as many for each as the city has on average today.",
            after=number(supply.after.short_people),
            before=number(supply.before.short_people),
        )
    if found.people_gained == found.people_lost == 0:
        yield gettext("Nobody comes within reach, and nobody falls out of it.")


def _next(city: City, findings: ScenarioFindings) -> Iterator[str]:
    """Yield what the results ask for next: what is lost or left, and what has to be known."""
    found = findings.compared
    if found.people_lost:
        yield ngettext(
            "See to {n} person who would fall out of reach.",
            "See to the {n} people who would fall out of reach.",
            found.people_lost,
        )
    left = found.gaps[found.gaps["people_after"] > 0].nlargest(1, "people_after")
    for place, people in zip(left["place"], left["people_after"], strict=True):
        yield gettext(
            "Look at the gap near {place} next: {people} people there would still be left out.",
            place=place,
            people=number(people),
        )
    supply = findings.supply
    if supply is not None and supply.sites_without_places:
        yield ngettext(
            "Say how many places {n} new site would have: it adds none here.",
            "Say how many places {n} new sites would have: they add none here.",
            supply.sites_without_places,
        )
    if found.not_located:
        yield ngettext(
            "Find the address of {n} facility that is not on the map: {names}.",
            "Find the addresses of {n} facilities that are not on the map: {names}.",
            len(found.not_located),
            names="; ".join(city.facilities.loc[list(found.not_located[:3]), "name"]),
        )
    undated = sum(not opens for opens in _opening_dates(city, found))
    if undated:
        yield ngettext(
            "Set a date for {n} opening that has none.",
            "Set dates for the {n} openings that have none.",
            undated,
        )


def _opening_dates(city: City, found: ScenarioComparison) -> list[str]:
    """Return when each facility and site of the change opens; empty where nobody said it."""
    expected = city.facilities.loc[list(found.opened), "expected_opening"]
    dates = [one if isinstance(one, str) else "" for one in expected]
    return dates + [site.opens for site in found.scenario.add]


def _limit(given: float) -> str:
    return number(given, 0 if float(given).is_integer() else 1)
