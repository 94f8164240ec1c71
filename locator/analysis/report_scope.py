"""Count the people that a report is about: the city's, a district's, a neighbourhood unit's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from locator.analysis.access.aggregate import (
    SAME_TIME_S,
    curve_by_minute,
    people_by_district,
    walking_times,
)
from locator.analysis.access.coverage import Coverage
from locator.analysis.access.inequality import gini
from locator.analysis.access.part_ranges import Ends, area_ends
from locator.analysis.access.ranges import Ranges
from locator.analysis.scenario.compare import ScenarioComparison
from locator.base.geo import Flags, FloatArray
from locator.city.model import City
from locator.city.units import unit_codes
from locator.walking.walkable_city import WalkableCity


@dataclass(frozen=True)
class Scope:
    """The people a report is about: the city's, one district's or one unit's.

    Attributes
    ----------
    people, served, unserved : int
    share : float
        NaN without people.
    mean_s, median_s, p90_s : float
        NaN or ``inf`` where there is no such time.
    curve : DataFrame
        ``minutes``, ``people``, ``share``.
    gini : float
        Of the walking times; NaN where nobody can walk to a facility.
    """

    people: int
    served: int
    unserved: int
    share: float
    mean_s: float
    median_s: float
    p90_s: float
    curve: pd.DataFrame
    gini: float


@dataclass(frozen=True)
class ScopeChange:
    """What the facilities under way change for the people of a scope.

    Attributes
    ----------
    before, after : int
        People within the standard.
    share_before, share_after : float
        NaN without people.
    """

    before: int
    after: int
    share_before: float
    share_after: float


def points_inside(city: City, *, district: int | None, unit: str | None) -> Flags:
    """Return which demand points lie in a district or a unit; all without either."""
    inside: Flags = np.ones(len(city.demand), dtype=bool)
    if unit is not None:
        inside = unit_codes(city.demand.lonlat, city.units) == unit
    elif district is not None:
        inside = city.demand.district == district
    return inside


def district_of_unit(city: City, unit: str, inside: Flags) -> int | None:
    """Return the number of the district of most demand points of a unit, or of its middle."""
    numbers = city.demand.district[inside]
    if not len(numbers):
        middle = city.units.geometry[unit].representative_point()
        numbers = city.districts.index[city.districts.geometry.contains(middle)].to_numpy()
    return int(np.bincount(numbers).argmax()) if len(numbers) else None


def scope_of(walkable_city: WalkableCity, found: Coverage, inside: Flags) -> Scope:
    """Return the people of a coverage in some demand points, added up as a coverage adds them."""
    city, everyone = walkable_city.city, walkable_city.city.demand.people[found.group]
    people = np.where(inside, everyone, 0.0)
    total, served = _people(city, people), _people(city, people * _within(found))
    mean_s, median_s, p90_s = walking_times(found.walk_s, people)
    return Scope(
        total,
        served,
        total - served,
        served / total if total else np.nan,
        mean_s,
        median_s,
        p90_s,
        curve_by_minute(city, people, found.walk_s, max(total, 1)),
        _gini(found, people),
    )


def scope_change(
    walkable_city: WalkableCity, planned: ScenarioComparison, inside: Flags
) -> ScopeChange:
    """Return what the facilities under way change in some demand points."""
    city = walkable_city.city
    people = np.where(inside, city.demand.people[planned.before.group], 0.0)
    total = _people(city, people)
    before, after = (
        _people(city, people * _within(one)) for one in (planned.before, planned.after)
    )
    share = (np.nan, np.nan) if not total else (before / total, after / total)
    return ScopeChange(before, after, *share)


def scope_ends(
    walkable_city: WalkableCity,
    found: Coverage,
    within: Ranges,
    *,
    district: int | None,
    unit: str | None,
    inside: Flags,
) -> Ends:
    """Return between which values the share of a scope lies."""
    if unit is not None:
        return area_ends(walkable_city, found, inside)
    if district is None:
        return Ends(within.low, within.high, within.lowest, within.highest)
    row = within.districts.loc[[district], ["low", "high", "lowest", "highest"]]
    return Ends(*map(float, row.to_numpy(dtype=np.float64)[0]))


def _within(found: Coverage) -> Flags:
    served: Flags = found.walk_s <= found.minutes * 60 + SAME_TIME_S
    return served


def _people(city: City, people: FloatArray) -> int:
    return int(people_by_district(city, people).sum())


def _gini(found: Coverage, people: FloatArray) -> float:
    reached = np.isfinite(found.walk_s)
    return gini(found.walk_s[reached], people[reached])
