"""Tell two states of a city apart: facilities new, gone, changed, moved; coverage of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from locator.analysis.access.overview import coverage_overview
from locator.city.facilities import FIELDS
from locator.city.model import City
from locator.walking import WalkingModel
from locator.walking.walkable_city import walkable

MOVED_M = 1.0
"""A point that lies so much farther has moved; less is rounding."""


@dataclass(frozen=True, eq=False)
class StateComparison:
    """How two states differ.

    Attributes
    ----------
    facilities : DataFrame
        One row for each that differs. Index: id. Columns ``layer``, ``name``, ``change``
        (``new``, ``gone``, ``changed``), ``fields`` (names of those that differ, joined),
        ``moved_m`` (NaN where it has not moved, or has no point in one of the states).
    coverage : DataFrame
        Index: layer id. Columns ``share_before``, ``share_after``, ``served_before``,
        ``served_after``; null where it cannot be counted or there is no such layer.
    """

    facilities: pd.DataFrame
    coverage: pd.DataFrame


def compare_states(before: City, after: City, model: WalkingModel) -> StateComparison:
    """Return how two states of a city differ.

    Parameters
    ----------
    before, after : City
    model : WalkingModel
        By which both are walked, so that what differs is the facilities and the people.

    Returns
    -------
    StateComparison
    """
    found = [coverage_overview(walkable(city, model)) for city in (before, after)]
    shares = [
        one[["share", "served"]].add_suffix(name)
        for one, name in zip(found, ("_before", "_after"), strict=True)
    ]
    coverage = pd.concat(shares, axis=1)[
        ["share_before", "share_after", "served_before", "served_after"]
    ]
    return StateComparison(_facilities(before, after), coverage.dropna(how="all"))


def _facilities(before: City, after: City) -> pd.DataFrame:
    old: Any = before.facilities.to_dict("index")
    new: Any = after.facilities.to_dict("index")
    rows = []
    for name in dict.fromkeys([*old, *new]):
        one, other = old.get(name), new.get(name)
        shown = other or one
        fields: list[str] = []
        moved_m = np.nan
        if one and other:
            fields = [
                field.name
                for field in FIELDS
                if field.name != "id" and not _same(one[field.name], other[field.name])
            ]
            distance_m = np.hypot(one["x"] - other["x"], one["y"] - other["y"])
            appeared = np.isfinite(one["x"]) != np.isfinite(other["x"])
            if appeared or distance_m > MOVED_M:
                moved_m = distance_m
                fields.append("geometry")
            if not fields:
                continue
        change = "changed" if one and other else "new" if other else "gone"
        rows.append((name, shown["layer"], shown["name"], change, ", ".join(fields), moved_m))
    columns = ["id", "layer", "name", "change", "fields", "moved_m"]
    return pd.DataFrame(rows, columns=columns).set_index("id")


def _same(one: object, other: object) -> bool:
    if isinstance(one, dict) or isinstance(other, dict):
        return one == other
    missing = [bool(pd.isna(value)) for value in (one, other)]  # type: ignore[call-overload]
    return all(missing) or (not any(missing) and bool(one == other))
