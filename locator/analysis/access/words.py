"""Say beside a share what it leaves out: places that are not on the map, and who runs the rest."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from locator.analysis.access.coverage_parts import Part
from locator.analysis.scenario.compare import ScenarioComparison
from locator.base.errors import N_
from locator.base.i18n import gettext, ngettext, number, percent

PARTS = {
    "municipal": N_("municipal ones alone: {share} ({counted})"),
    "public": N_("all public ones: {share} ({counted})"),
    "known_hours": N_("those of known hours alone: {share} ({counted})"),
    "all": N_("all together: {share} ({counted})"),
}


def at_least(completeness: pd.Series) -> str:
    """Return why a share is a minimum: places that exist are not on the map; empty if none is.

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
            "at least: {located} of the {expected} that there should be are on the map",
            located=number(completeness["located"]),
            expected=number(int(expected)),
        )
    if completeness["all_not_located"]:
        return gettext(
            "at least: {located} of {listed} listed are on the map",
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
