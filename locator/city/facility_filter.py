"""Choose which facilities count: by who runs them, their kind, an hour, an entrance without steps.

What nobody knows of a facility never makes it fit; how many are left out for that is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from locator.base.geo import Flags
from locator.city.completeness import matching
from locator.city.model import City
from locator.city.opening import opening_in
from locator.city.usability import is_doorless
from locator.geocoding.names import fold

Ownership = Literal["public", "municipal", "private"]


@dataclass(frozen=True, kw_only=True)
class FacilityFilter:
    """Which facilities count. Whatever is left open lets all of them through.

    Attributes
    ----------
    ownership : str or None
        ``"public"``: run by the city or commissioned by it; ``"municipal"``: run by the city
        itself (`locator.city.catalogue.Layer.municipal_where`); ``"private"``: neither.
    kinds : tuple of str
        One of these kinds, as the features say them.
    operators : tuple of str
        Run by one of these, as the features say it; case and accents do not matter.
    open_at : datetime or None
        Known to be open at this moment; without a time zone it is the city's clock.
    step_free : bool
        Known to be entered without steps (``wheelchair`` is ``yes``).
    """

    ownership: Ownership | None = None
    kinds: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    open_at: datetime | None = None
    step_free: bool = False

    def __bool__(self) -> bool:
        """Tell whether anything is chosen."""
        chosen = (self.ownership, self.kinds, self.operators, self.open_at, self.step_free)
        return any(map(bool, chosen))


EVERYTHING = FacilityFilter()
"""Every facility counts."""


def said_by_layer(city: City, column: str) -> dict[str, tuple[str, ...]]:
    """Return what the facilities of each layer say in a column, what most of them say first.

    Parameters
    ----------
    city : City
    column : str
        ``"kind"`` or ``"operator"``.

    Returns
    -------
    dict of str to tuple of str
    """
    said = city.facilities[["layer", column]].dropna()
    return {
        layer: tuple(said.loc[said["layer"].eq(layer), column].value_counts(sort=True).index)
        for layer in city.catalogue.layers
    }


@dataclass(frozen=True, eq=False)
class Fit:
    """Which facilities of a city fit a filter.

    Attributes
    ----------
    known : (n,) bool array
        Known to fit.
    unknown : (n,) bool array
        Nothing that is known speaks against it, and something is not known.
    """

    known: Flags
    unknown: Flags


def fit(city: City, which: FacilityFilter) -> Fit:
    """Return which of ``city.facilities`` fit, and of which that is not known.

    Parameters
    ----------
    city : City
    which : FacilityFilter

    Returns
    -------
    Fit
    """
    known = np.ones(len(city.facilities), dtype=np.bool_)
    barred = np.zeros_like(known)
    for fits, fails in _Asked(city, which).answers():
        known &= fits
        barred |= fails
    return Fit(known, ~known & ~barred)


@dataclass(frozen=True)
class _Asked:
    """What is asked of each facility; every answer is a pair: known to fit, known not to."""

    city: City
    which: FacilityFilter

    def answers(self) -> Iterator[tuple[Flags, Flags]]:
        which, facilities = self.which, self.city.facilities
        if which.ownership == "municipal":
            yield self._municipal()
        elif which.ownership is not None:
            yield self._is_public if which.ownership == "public" else self._is_public[::-1]
        if which.kinds:
            yield _among(facilities["kind"], facilities["kind"].isin(which.kinds))
        if which.operators:
            asked = {fold(one) for one in which.operators}
            said = facilities["operator"].map(fold, na_action="ignore")
            yield _among(said, said.isin(asked))
        if which.open_at is not None:
            yield self._open(which.open_at)
        if which.step_free:
            said = facilities["wheelchair"]
            yield _among(said, said.eq("yes"))

    @cached_property
    def _is_public(self) -> tuple[Flags, Flags]:
        public: Any = self.city.facilities["public"]
        return _flags(public.eq(True)), _flags(public.eq(False))

    def _municipal(self) -> tuple[Flags, Flags]:
        """Where a layer does not tell them apart, only what is private is known not to be."""
        facilities = self.city.facilities
        fits = np.zeros(len(facilities), dtype=np.bool_)
        fails = self._is_public[1].copy()
        for layer in self.city.catalogue.layers.values():
            rows = np.flatnonzero(facilities["layer"].eq(layer.id))
            if not layer.municipal_where or not len(rows):
                continue
            mine = facilities.iloc[rows]
            fits[rows] = _flags(matching(mine, layer.municipal_where))
            said = _flags(mine[list(layer.municipal_where)].notna().all(axis=1))
            fails[rows] |= said & ~fits[rows]
        return fits, fails & ~fits

    def _open(self, at: datetime) -> tuple[Flags, Flags]:
        """By the hours on file; what stands outdoors for everyone needs none."""
        facilities = self.city.facilities
        hours = facilities["opening_hours"].to_numpy(dtype=object)
        states = {
            said: opening_in(self.city, said, at).state
            for said in facilities["opening_hours"].dropna().unique()
        }
        state = np.array([states.get(said, "unknown") for said in hours], dtype=object)
        for row in np.flatnonzero(pd.isna(hours) & _flags(facilities["indoor"].eq(False))):
            if is_doorless(facilities.iloc[row]):
                state[row] = "open"
        return state == "open", state == "closed"


def _among(said: pd.Series[Any], fits: pd.Series[Any]) -> tuple[Flags, Flags]:
    yes = _flags(fits)
    return yes, _flags(said.notna()) & ~yes


def _flags(values: pd.Series[Any]) -> Flags:
    return values.fillna(False).to_numpy(dtype=np.bool_)
