"""Read how far what a city folder says may be from the truth, as somebody has measured it.

``uncertainty.toml`` holds distributions, each as values at some shares of the cases (quantiles),
with the words that say on what they were measured. What a folder does not measure stays unknown:
ranges then say that it is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, Field

from locator.base.geo import FloatArray
from locator.base.reading import FaultLog
from locator.base.toml import declared, read_declared
from locator.city.field_types import UNSAID, Text, number

FILE = "uncertainty.toml"


def _ascending(low: float, high: float) -> AfterValidator:
    """Return the rule of ascending numbers from `low` to `high`."""

    def check(values: tuple[float, ...]) -> tuple[float, ...]:
        if list(values) != sorted(values) or not low <= values[0] <= values[-1] <= high:
            raise ValueError("not ascending")
        return values

    return AfterValidator(check)


def _said(low: float, high: float) -> Any:
    said = f"at least two ascending numbers from {low:g} to {high:g}"
    return Field(min_length=2, description=said, examples=[[low, high]])


Numbers = tuple[Annotated[float, Field(strict=True)], ...]
Shares = Annotated[Numbers, _said(0, 1), _ascending(0, 1)]
Ratios = Annotated[Numbers, _said(0.05, 20), _ascending(0.05, 20)]
Metres = Annotated[Numbers, _said(0, 5000), _ascending(0, 5000)]


@dataclass(frozen=True)
class Quantiles:
    """A measured distribution: so many of the cases (`shares`) have at most so much (`values`).

    Attributes
    ----------
    shares, values : tuple of float
        Ascending; shares from 0 to 1.
    """

    shares: tuple[float, ...]
    values: tuple[float, ...]

    def at(self, share: FloatArray) -> FloatArray:
        """Return the values at some shares of the cases, straight between those measured.

        Beyond the first and the last share measured the value there holds: what was too rare to be
        measured is left out.
        """
        return np.interp(share, self.shares, self.values)


@declared
@dataclass(frozen=True)
class WalkErrors:
    """A walk in truth, divided by the model's.

    Attributes
    ----------
    shares : tuple of float
    measured : Text
        On what.
    network, estimate : tuple of float or None
        By walking model; None where nobody measured it.
    """

    shares: Shares
    measured: Text
    network: Ratios | None = None
    estimate: Ratios | None = None


@declared
@dataclass(frozen=True)
class PlaceErrors:
    """Metres between the point on file and the true one.

    Attributes
    ----------
    shares : tuple of float
    measured : Text
        On what.
    exact, street, area : tuple of float or None
        By precision of the location; None where nobody measured it.
    """

    shares: Shares
    measured: Text
    exact: Metres | None = None
    street: Metres | None = None
    area: Metres | None = None


@declared
@dataclass(frozen=True)
class PeopleErrors:
    """People who live in another square than on file.

    Attributes
    ----------
    misplaced : float
        Their share.
    measured : Text
        On what.
    side_m : float
        Side of the squares.
    """

    misplaced: Annotated[float, number(0, 0.9)]
    measured: Text
    side_m: Annotated[float, number(50, 1000)] = 250.0


@declared
@dataclass(frozen=True)
class Uncertainty:
    """What was measured; what was not is None.

    Attributes
    ----------
    walks : WalkErrors or None
    places : PlaceErrors or None
    people : PeopleErrors or None
    """

    walks: Annotated[
        WalkErrors | None, Field(examples=[{"shares": [0, 1], "measured": UNSAID}])
    ] = None
    places: Annotated[
        PlaceErrors | None, Field(examples=[{"shares": [0, 1], "measured": UNSAID}])
    ] = None
    people: PeopleErrors | None = None

    @cached_property
    def walk_ratios(self) -> Mapping[str, Quantiles]:
        """A walk in truth over the model's, by walking model."""
        return _quantiles(self.walks)

    @cached_property
    def places_m(self) -> Mapping[str, Quantiles]:
        """Metres from the point on file to the true one, by precision."""
        return _quantiles(self.places)

    @property
    def measured(self) -> Mapping[str, Text]:
        """On what ``walks``, ``places`` and ``people`` were measured."""
        tables = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: table.measured for name, table in tables.items() if table is not None}


def read_uncertainty(folder: Path, log: FaultLog) -> Uncertainty:
    """Return what ``uncertainty.toml`` of `folder` says; nothing without the file."""
    found = read_declared(Uncertainty, folder, log, optional=True) or Uncertainty()
    tables = {"walks": found.walks, "places": found.places}
    for name, table in tables.items():
        values = _distributions(table)
        count = len(values.pop("shares", ()))
        for key, given in values.items():
            if len(given) != count:
                log.add(name, key, f"has {len(given)} values", f"{count}, as shares has")
    return found


def _distributions(table: WalkErrors | PlaceErrors | None) -> dict[str, tuple[float, ...]]:
    """Return the values of a table that were measured, by name."""
    if table is None:
        return {}
    values = {one.name: getattr(table, one.name) for one in fields(table)}
    return {name: given for name, given in values.items() if isinstance(given, tuple)}


def _quantiles(table: WalkErrors | PlaceErrors | None) -> dict[str, Quantiles]:
    values = _distributions(table)
    shares = values.pop("shares", ())
    return {name: Quantiles(shares, given) for name, given in values.items()}
