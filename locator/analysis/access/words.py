"""Say beside a share what it leaves out: places that are not on the map, and who runs the rest."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from locator.analysis.access.coverage_parts import Part
from locator.analysis.access.draws import Cause
from locator.analysis.access.gain_ranges import GainRanges
from locator.analysis.access.ranges import SAME_SHARE, Ranges
from locator.analysis.scenario.compare import ScenarioComparison
from locator.base.errors import N_
from locator.base.i18n import gettext, ngettext, number, percent
from locator.base.rounding import downwards, upwards
from locator.city.model import City
from locator.city.register import (
    PeopleFrom,
    census_by_district,
    register_ratios,
    residents_by_district,
)

PARTS = {
    "municipal": N_("municipal ones alone: {share} ({counted})"),
    "public": N_("all public ones: {share} ({counted})"),
    "known_hours": N_("those of known hours alone: {share} ({counted})"),
    "all": N_("all together: {share} ({counted})"),
}


CAUSES: dict[Cause, str] = {
    "completeness": N_("which places exist, and where those are that are not on the map"),
    "walks": N_("the error of the walks"),
    "locations": N_("how exactly the places are on the map"),
    "people": N_("how many people live where"),
}

NOT_WORTH_SAYING = 0.0005
"""A share that moves by less is the same in every text."""


def ends_said(low: float, high: float, *, digits: int = 1) -> tuple[str, str]:
    """Return both ends of a range of shares, rounded outwards.

    So a share that lies between them does so as it is written, too, with as many decimals.

    Parameters
    ----------
    low, high : float
        Alike where nothing is in doubt: then both are rounded as a share is.
    digits : int
        Decimals of the percentages: those of the share that stands beside them.

    Returns
    -------
    tuple of str
    """
    if high - low > SAME_SHARE:
        low, high = downwards(low, digits=digits + 2), upwards(high, digits=digits + 2)
    return percent(low, digits), percent(high, digits)


def between(low: float, high: float, *, digits: int = 1) -> str:
    """Return a range of shares; the share itself where both ends are written alike.

    Parameters
    ----------
    low, high, digits
        As for `ends_said`.

    Returns
    -------
    str
    """
    ends = ends_said(low, high, digits=digits)
    return ends[0] if ends[0] == ends[1] else gettext("{low} to {high}", low=ends[0], high=ends[1])


def share_said(share: float, low: float, high: float) -> str:
    """Return a share and its range, both with a decimal.

    Parameters
    ----------
    share, low, high : float

    Returns
    -------
    str
    """
    return gettext("{share}; {range}", share=percent(share, 1), range=between(low, high))


def rank_said(first: float | None, last: float | None) -> str:
    """Return the ranks that a district may have; a dash where it has none.

    Parameters
    ----------
    first, last : float or None

    Returns
    -------
    str
    """
    if first is None or last is None or pd.isna(first):
        return "–"
    return number(first) if first == last else f"{number(first)}–{number(last)}"


def range_words(found: Ranges) -> tuple[str, ...]:
    """Return sentences: the range and what it is made of, its extremes, what matters most.

    Parameters
    ----------
    found : Ranges

    Returns
    -------
    tuple of str
    """
    said = [
        gettext(
            "Allowing for what is not known for certain, the share of the city is {range} "
            "(nine of ten draws).",
            range=between(found.low, found.high),
        )
    ]
    for cause, moves in list(found.causes.items())[:1]:
        if moves > NOT_WORTH_SAYING:
            said.append(gettext("What matters most: {cause}.", cause=gettext(CAUSES[cause])))
    if found.highest - found.lowest > NOT_WORTH_SAYING:
        lowest, highest = ends_said(found.lowest, found.highest)
        said.append(
            gettext(
                "If only confirmed places that are on the map exist, it is {lowest}; if all that "
                "may exist do, those not on the map at the best places, it is {highest}.",
                lowest=lowest,
                highest=highest,
            )
        )
    if found.not_measured:
        causes = "; ".join(gettext(CAUSES[one]) for one in found.not_measured)
        said.append(
            gettext("Left out, since nobody has measured it here: {causes}.", causes=causes)
        )
    return tuple(said)


def people_said(city: City, people_from: PeopleFrom) -> str:
    """Return who counted the people, and how far census and register are apart.

    Parameters
    ----------
    city : City
        With the people of the census.
    people_from : str

    Returns
    -------
    str
        Empty where the city's register is not on file.
    """
    residents = residents_by_district(city)
    if pd.isna(residents).any() or not census_by_district(city).all():
        return ""
    ratio = 1 / register_ratios(city)
    template = (
        N_(
            "People are those of the census, {census}; the city's register has {register}. For "
            "each one of the register the census has {least} to {most}, by district."
        )
        if people_from == "census"
        else N_(
            "People are those of the city's register, {register}, inside each district where the "
            "census has them; the census has {census}. For each one of the register it has "
            "{least} to {most}, by district."
        )
    )
    return gettext(
        template,
        census=number(census_by_district(city).sum()),
        register=number(residents.sum()),
        least=number(ratio.min(), 2),
        most=number(ratio.max(), 2),
    )


def leaves_out(completeness: pd.Series) -> str:
    """Return what a share leaves out: places that exist are not on the map; empty if all are.

    Parameters
    ----------
    completeness : Series
        A row of `locator.city.completeness.completeness`.

    Returns
    -------
    str
        In the language that is spoken, without a full stop.
    """
    expected = completeness["expected"]
    if pd.notna(expected) and completeness["located"] < expected:
        return gettext(
            "{located} of the {expected} that there should be are on the map",
            located=number(completeness["located"]),
            expected=number(int(expected)),
        )
    if completeness["all_not_located"]:
        return gettext(
            "{located} of {listed} listed are on the map",
            located=number(completeness["all_located"]),
            listed=number(completeness["all_listed"]),
        )
    return ""


def parts_said(parts: Sequence[Part]) -> str:
    """Return the share of each part of a layer, in brackets its places; empty without parts.

    Parameters
    ----------
    parts : sequence of Part

    Returns
    -------
    str
        In the language that is spoken, without a full stop.
    """
    return "; ".join(
        gettext(PARTS[part.kind], share=percent(part.share, 1), counted=number(part.counted))
        for part in parts
    )


def gain_said(found: GainRanges | None) -> str:
    """Return between which values lies what a change gains, in people; empty where nobody knows.

    Parameters
    ----------
    found : GainRanges or None

    Returns
    -------
    str
        A sentence in the language that is spoken.
    """
    if found is None:
        return ""
    low, high = _signed(found.low), _signed(found.high)
    if low == high:
        return gettext(
            "Whatever is not known for certain, the change moves the people within reach by {low}.",
            low=low,
        )
    return gettext(
        "Allowing for what is not known for certain, the change moves the people within reach by "
        "{low} to {high} (nine of ten draws, before and after drawn alike).",
        low=low,
        high=high,
    )


def _signed(people: float) -> str:
    """Return a difference of people with its sign."""
    count = round(people)
    return f"+{number(count)}" if count > 0 else f"−{number(-count)}" if count else number(0)


def minimum_said(change: ScenarioComparison) -> str:
    """Return why what a change gains is a minimum; empty where all that opens is on the map.

    Parameters
    ----------
    change : ScenarioComparison

    Returns
    -------
    str
        In the language that is spoken.
    """
    missing = len(change.not_located)
    if not missing:
        return ""
    return ngettext(
        "That is at least so many: of {all} that would open, {n} is not on the map.",
        "That is at least so many: of {all} that would open, {n} are not on the map.",
        missing,
        all=number(missing + len(change.opened)),
    )
