"""Offer which facilities may count, as far as the data tell them apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from locator.analysis.access.filter_words import OWNERSHIP, kind_name
from locator.api.context import AppState
from locator.api.queries import FilterParams
from locator.city.facility_filter import FacilityFilter, fit
from locator.geocoding.names import fold
from locator.web.i18n import gettext, number
from locator.web.planning import Tick
from locator.web.words.choices import FilterOption


@dataclass(frozen=True)
class FilterForm:
    """What a form lets choose of the facilities of some layers.

    Attributes
    ----------
    ownerships : tuple of FilterOption
        Empty where no facility differs from the others.
    kinds, operators : tuple of Tick
    open_at : str
        As ``datetime-local`` has it.
    step_free : bool
    known : str
        Of how many facilities hours, entrance and operator are known.
    chosen : bool
        Whether anything is chosen, so that the form is unfolded.
    """

    ownerships: tuple[FilterOption, ...]
    kinds: tuple[Tick, ...]
    operators: tuple[Tick, ...]
    open_at: str
    step_free: bool
    known: str
    chosen: bool


def filter_form(app: AppState, layers: tuple[str, ...], asked: FilterParams) -> FilterForm:
    """Return what a form lets choose of the facilities of `layers`."""
    facilities = app.city.facilities
    mine = facilities["layer"].isin(layers).to_numpy() & app.city.usable
    frame = facilities[mine]
    owned = [
        owner
        for owner in OWNERSHIP
        if owner == asked.ownership
        or 0 < int(fit(app.city, FacilityFilter(ownership=owner)).known[mine].sum()) < len(frame)
    ]
    operators = {fold(one) for one in asked.operator}
    known = gettext(
        "Of {n} places the opening hours are on file for {hours}, whether there are steps for "
        "{steps}, who runs them for {operators}. What is not known does not count.",
        n=number(len(frame)),
        hours=number(int(frame["opening_hours"].notna().sum())),
        steps=number(int(frame["wheelchair"].notna().sum())),
        operators=number(int(frame["operator"].notna().sum())),
    )
    kinds = [one for one, _ in _counted(frame["kind"])]
    return FilterForm(
        ownerships=tuple(
            FilterOption(value, gettext(OWNERSHIP[value]), value == asked.ownership)
            for value in owned
        ),
        kinds=tuple(Tick(one, kind_name(app.city, one), "", one in asked.kind) for one in kinds)
        if len(kinds) > 1 or asked.kind
        else (),
        operators=tuple(
            Tick(one, one, number(count), fold(one) in operators)
            for one, count in _counted(frame["operator"])
        ),
        open_at="" if asked.open_at is None else asked.open_at.strftime("%Y-%m-%dT%H:%M"),
        step_free=asked.step_free == "yes",
        known=known,
        chosen=any(
            (asked.ownership, asked.kind, asked.operator, asked.open_at, asked.step_free == "yes")
        ),
    )


def _counted(said: pd.Series[Any]) -> list[tuple[str, int]]:
    """Return what is said, in how many facilities; what most of them say first."""
    counts = said.dropna().value_counts()
    return sorted(
        ((str(one), int(count)) for one, count in counts.items()), key=lambda one: (-one[1], one[0])
    )
