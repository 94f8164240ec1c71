"""Say which facilities count, and how many are left out because nobody knows whether they fit."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from locator.analysis.access.counted import FilterCount
from locator.base.errors import N_
from locator.base.i18n import clock, day, gettext, ngettext, number, text
from locator.city.facility_filter import FacilityFilter, Ownership
from locator.city.model import City
from locator.walking.network.profile import Profile

OWNERSHIP: dict[Ownership, str] = {
    "public": N_("public (run by the city or commissioned by it)"),
    "municipal": N_("run by the city itself"),
    "private": N_("private"),
}


WAYS: dict[Profile, str] = {
    "foot": "",
    "pram": N_("Ways are those of a pram: mapped steps are avoided."),
    "wheelchair": N_(
        "Ways are those of a wheelchair: mapped steps, kerbs and rough ground are avoided."
    ),
}


def ways_said(profile: Profile) -> str:
    """Return whose ways are walked, as a sentence; empty for people on foot.

    Parameters
    ----------
    profile : str

    Returns
    -------
    str
        In the language that is spoken.
    """
    return gettext(WAYS[profile]) if WAYS[profile] else ""


def kind_name(city: City, kind: str) -> str:
    """Return what a kind is called in the language that is spoken.

    Parameters
    ----------
    city : City
    kind : str
        As the features say it.

    Returns
    -------
    str
    """
    return text(city.kinds[kind]) if kind in city.kinds else kind


def filter_said(city: City, which: FacilityFilter) -> str:
    """Return which facilities count, such as "public; open on 1 December 2026, 18:00".

    Parameters
    ----------
    city : City
    which : FacilityFilter

    Returns
    -------
    str
        In the language that is spoken, without a full stop; empty where all count.
    """
    said = []
    if which.ownership is not None:
        said.append(gettext(OWNERSHIP[which.ownership]))
    if which.kinds:
        kinds = " / ".join(kind_name(city, one) for one in which.kinds)
        said.append(gettext("of the kind {kinds}", kinds=kinds))
    if which.operators:
        said.append(gettext("run by {operators}", operators=" / ".join(which.operators)))
    if which.open_at is not None:
        at = which.open_at
        if at.tzinfo is not None:
            at = at.astimezone(ZoneInfo(city.catalogue.timezone))
        when = f"{day(at.date(), weekday=True)}, {clock(at)}"
        said.append(gettext("open on {moment}", moment=when))
    if which.step_free:
        said.append(gettext("with an entrance without steps"))
    return "; ".join(said)


def filtered(city: City, which: FacilityFilter, title: str) -> str:
    """Return a title that names which facilities count, where not all do.

    Parameters
    ----------
    city : City
    which : FacilityFilter
    title : str

    Returns
    -------
    str
    """
    said = filter_said(city, which)
    return gettext("{title} (only: {what})", title=title, what=said) if said else title


def filter_words(city: City, chosen: FilterCount) -> str:
    """Return which facilities were counted, and how many were left out, in sentences.

    Parameters
    ----------
    city : City
    chosen : FilterCount

    Returns
    -------
    str
        In the language that is spoken; empty where all count.
    """
    if not chosen.which:
        return ""
    words = [
        gettext(
            "Only these count: {what}. On the map: {counted}.",
            what=filter_said(city, chosen.which),
            counted=number(chosen.counted),
        )
    ]
    if chosen.undetermined:
        words.append(
            ngettext(
                "{n} more does not count, because nobody knows whether it fits.",
                "{n} more do not count, because nobody knows whether they fit.",
                chosen.undetermined,
            )
        )
    if chosen.barred:
        words.append(
            ngettext(
                "{n} is known not to fit.",
                "{n} are known not to fit.",
                chosen.barred,
            )
        )
    return " ".join(words)
