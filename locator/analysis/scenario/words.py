"""Say in words what a scenario changes, one change after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from locator.analysis.scenario.change import NewSite, Scenario
from locator.analysis.scenario.compare import ScenarioComparison
from locator.base.i18n import day, gettext, ngettext, number
from locator.city.model import City


@dataclass(frozen=True)
class SaidChange:
    """One change of a scenario.

    Attributes
    ----------
    words : str
        What it is, a sentence in the language that is spoken.
    without : Scenario
        The scenario without it.
    """

    words: str
    without: Scenario


def changes_said(city: City, found: ScenarioComparison) -> tuple[SaidChange, ...]:
    """Return the changes of a scenario: what opens, what closes, new sites, standard and pace.

    Parameters
    ----------
    city : City
    found : ScenarioComparison
        Of the same city.

    Returns
    -------
    tuple of SaidChange
        None where nothing changes.
    """
    return tuple(_changes(city, found))


def _changes(city: City, found: ScenarioComparison) -> Iterator[SaidChange]:
    change = found.scenario
    if change.planned:
        count = len(set(found.opened) | set(found.not_located))
        words = ngettext("{n} place that is under way opens.", "All {n} under way open.", count)
        yield SaidChange(words, replace(change, planned=False))
    for one in change.open:
        opens = city.facilities.at[one, "expected_opening"]
        words = gettext("Opens: {name}", name=facility_said(city, one)) + _dated(opens)
        rest = tuple(other for other in change.open if other != one)
        yield SaidChange(words, replace(change, open=rest))
    for one in change.close:
        words = gettext("Closes: {name}", name=facility_said(city, one)) + "."
        rest = tuple(other for other in change.close if other != one)
        yield SaidChange(words, replace(change, close=rest))
    for place, site in enumerate(change.add):
        words = gettext("New site {n}: {site}", n=place + 1, site=site_said(site))
        rest_of_sites = change.add[:place] + change.add[place + 1 :]
        yield SaidChange(words + _dated(site.opens), replace(change, add=rest_of_sites))
    if found.after.minutes != found.before.minutes:
        words = gettext(
            "Standard: {after} min instead of {before} min.",
            after=_limit(found.after.minutes),
            before=_limit(found.before.minutes),
        )
        yield SaidChange(words, replace(change, minutes=None))
    if found.after.pace_m_s != found.before.pace_m_s:
        words = gettext(
            "Pace: {after} m/s instead of {before} m/s.",
            after=number(found.after.pace_m_s, 1),
            before=number(found.before.pace_m_s, 1),
        )
        yield SaidChange(words, replace(change, pace_m_s=None))


def facility_said(city: City, facility_id: str) -> str:
    """Return the name of a facility, with its address where it is known.

    Parameters
    ----------
    city : City
    facility_id : str
        Of one that is there.

    Returns
    -------
    str
    """
    row = city.facilities.loc[facility_id].to_dict()
    return f"{row['name']}, {row['address']}" if row["address"] else str(row["name"])


def site_said(site: NewSite) -> str:
    """Return what a new site is called, with its places where they are known.

    Parameters
    ----------
    site : NewSite

    Returns
    -------
    str
    """
    label = site.name or f"{site.lat:.5f}, {site.lon:.5f}"
    if site.places is None:
        return label
    return gettext("{site}, places: {places}", site=label, places=number(site.places))


def _dated(opens: object) -> str:
    """Return the end of a sentence about what opens."""
    if not isinstance(opens, str) or not opens:
        return "."
    return gettext(" (opens: {date}).", date=day(opens))


def _limit(minutes: float) -> str:
    return number(minutes, 0 if float(minutes).is_integer() else 1)
