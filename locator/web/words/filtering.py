"""Offer which facilities may count, as far as the data tell them apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from locator.analysis.access.filter_words import OWNERSHIP, kind_name
from locator.api.context import AppState
from locator.api.queries import FilterParams
from locator.city.facility_filter import FacilityFilter, fit
from locator.geocoding.names import fold
from locator.web.i18n import gettext, number
from locator.web.nearest_form import Form
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
    asks_hour : bool
        Whether it asks at which moment they have to be open.
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
    asks_hour: bool
    open_at: str
    step_free: bool
    known: str
    chosen: bool


def filter_form(
    app: AppState, layers: tuple[str, ...], asked: FilterParams | Form, *, brief: bool = False
) -> FilterForm:
    """Return what a form lets choose of the facilities of `layers`.

    A `brief` one lists only the kinds and operators that are chosen.
    """
    offer = _offer(app, layers)
    operators = {fold(one) for one in asked.operator}
    known = gettext(
        "Of {n} places the opening hours are on file for {hours}, whether there are steps for "
        "{steps}, who runs them for {operators}. What is not known does not count.",
        n=number(offer.places),
        hours=number(offer.hours),
        steps=number(offer.steps),
        operators=number(sum(count for _, count in offer.operators)),
    )
    at = asked.open_at if isinstance(asked, FilterParams) else None
    return FilterForm(
        ownerships=tuple(
            FilterOption(owner, gettext(words), owner == asked.ownership)
            for owner, words in OWNERSHIP.items()
            if owner == asked.ownership or 0 < offer.owned[owner] < offer.places
        ),
        kinds=tuple(
            Tick(one, kind_name(app.city, one), "", one in asked.kind)
            for one, _ in offer.kinds
            if one in asked.kind or not brief
        )
        if len(offer.kinds) > 1 or asked.kind
        else (),
        operators=tuple(
            Tick(one, one, number(count), fold(one) in operators)
            for one, count in offer.operators
            if fold(one) in operators or not brief
        ),
        asks_hour=isinstance(asked, FilterParams),
        open_at="" if at is None else at.strftime("%Y-%m-%dT%H:%M"),
        step_free=asked.step_free == "yes",
        known=known,
        chosen=any((asked.ownership, asked.kind, asked.operator, at, asked.step_free == "yes")),
    )


@dataclass(frozen=True)
class _Offer:
    """What the facilities of some layers say, whoever asks."""

    places: int
    hours: int
    steps: int
    owned: Mapping[str, int]
    kinds: tuple[tuple[str, int], ...]
    operators: tuple[tuple[str, int], ...]


def _offer(app: AppState, layers: tuple[str, ...]) -> _Offer:
    def counted() -> _Offer:
        mine = app.city.facilities["layer"].isin(layers).to_numpy() & app.city.usable
        frame = app.city.facilities[mine]
        which = {owner: FacilityFilter(ownership=owner) for owner in OWNERSHIP}
        return _Offer(
            places=len(frame),
            hours=int(frame["opening_hours"].notna().sum()),
            steps=int(frame["wheelchair"].notna().sum()),
            owned={one: int(fit(app.city, by).known[mine].sum()) for one, by in which.items()},
            kinds=_counted(frame["kind"]),
            operators=_counted(frame["operator"]),
        )

    return app.memo.get(("filter-offer", layers), counted)


def _counted(said: pd.Series[Any]) -> tuple[tuple[str, int], ...]:
    """Return what is said, in how many facilities; what most of them say first."""
    counts = said.dropna().value_counts()
    return tuple(
        sorted(
            ((str(one), int(count)) for one, count in counts.items()),
            key=lambda one: (-one[1], one[0]),
        )
    )
