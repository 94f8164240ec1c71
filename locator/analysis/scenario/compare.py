"""Say what a change would do: open these, close those, add a site, move the standard."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from locator.analysis.access.aggregate import SAME_TIME_S
from locator.analysis.access.counted import counted_rows
from locator.analysis.access.coverage import (
    Coverage,
    CoverageQuery,
    counted_by,
    coverage,
    coverage_by_unit,
    coverage_of,
)
from locator.analysis.access.gaps import outline, points_in
from locator.analysis.scenario.change import Scenario, rows_of, site_points, to_close, to_open
from locator.base.geo import WGS84, FloatArray, IntArray
from locator.base.rounding import lost_and_gained, whole
from locator.walking.reach_matrix import useful_m
from locator.walking.walkable_city import WalkableCity, nearest_facilities


@dataclass(frozen=True)
class ScenarioComparison:
    """Before, after, and the difference.

    Attributes
    ----------
    scenario : Scenario
    before, after : Coverage
    opened, closed : tuple of str
        Ids that took effect.
    not_located : tuple of str
        Ids that would open but are not on the map; they change nothing here.
    not_chosen : tuple of str
        Ids that open and are not known to be what is chosen; they change nothing here either.
    gained, lost : float
        People who come to be served, and who cease to be.
    districts : DataFrame
        Index: number. Columns ``name``, ``people``, ``served_before``, ``served_after``,
        ``gained``, ``lost``, ``difference``, ``share_before``, ``share_after``. People are whole:
        before + gained - lost is after, and the districts sum to the city.
    units : DataFrame
        The same of neighbourhood units. Index: code; ``district`` besides. They need not sum to
        their district.
    gaps : GeoDataFrame
        The gaps before, with ``people_after``: how many of their people stay unserved.
    areas : GeoDataFrame
        Where it changes: column ``change`` (``gained`` or ``lost``), ``people`` (whole, the same
        as `people_gained` and `people_lost`), geometry WGS84.
    rows_after : tuple of int
        Rows of ``city.facilities`` that count after the change.
    """

    scenario: Scenario
    before: Coverage
    after: Coverage
    opened: tuple[str, ...]
    closed: tuple[str, ...]
    not_located: tuple[str, ...]
    not_chosen: tuple[str, ...]
    gained: float
    lost: float
    districts: pd.DataFrame
    units: pd.DataFrame
    gaps: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    rows_after: tuple[int, ...] = field(repr=False)

    @property
    def people_lost(self) -> int:
        """`lost` as written: whole people, so that before + gained - lost is after."""
        return int(self.districts["lost"].sum())

    @property
    def people_gained(self) -> int:
        """`gained` as written: whole people, so that before + gained - lost is after."""
        return int(self.districts["gained"].sum())


def compare(
    walkable_city: WalkableCity, scenario: Scenario, *, before: Coverage | None = None
) -> ScenarioComparison:
    """Return what `scenario` changes.

    Parameters
    ----------
    walkable_city : WalkableCity
    scenario : Scenario
    before : Coverage, optional
        What to compare with; by default today's coverage at the layer's own standard and pace.

    Returns
    -------
    ScenarioComparison

    Raises
    ------
    NotFoundError
        For an unknown layer or facility.
    InvalidParameterError
        For a facility of another layer, one to open that is open or to close that is not, a site
        in the river, or a capacity out of range.
    OutsideCityError
        For a site outside the city.
    """
    walkable_city = walkable_city.choosing(scenario.which)
    if before is None:  # this checks layer and group, too
        asked = CoverageQuery(
            scenario.layer, group=scenario.group, people=scenario.people, which=scenario.which
        )
        before = coverage(walkable_city, asked)
    opened, missing = to_open(walkable_city, scenario)
    closed = to_close(walkable_city, scenario)
    sites_xy = site_points(walkable_city, scenario.add)
    counted = set(counted_rows(walkable_city, scenario.layer))
    opens = {row for row in rows_of(walkable_city, opened) if walkable_city.fit.known[row]}
    rows = (counted | opens) - rows_of(walkable_city, closed)
    rows_after = tuple(sorted(rows))
    after_query = CoverageQuery(
        scenario.layer,
        scenario.minutes,
        scenario.group,
        scenario.pace_m_s,
        scenario.people,
        which=scenario.which,
    )
    walk_m, _ = nearest_facilities(walkable_city, rows_after)
    if len(sites_xy):
        snapped, demand = walkable_city.model.snap(sites_xy), walkable_city.demand
        new_m = [
            walkable_city.model.walk_m(
                snapped.take(slice(one, one + 1)),
                demand,
                limit_m=useful_m(snapped.xy[one], demand.xy, walk_m),
            )
            for one in range(len(snapped))
        ]
        walk_m = np.minimum(walk_m, np.min(new_m, axis=0))
    after = coverage_of(walkable_city, after_query, rows_after, walk_m)
    ground = counted_by(walkable_city, scenario.people)
    return _compared(ground, scenario, before, after, (opened, closed, missing), rows_after)


def _compared(
    walkable_city: WalkableCity,
    scenario: Scenario,
    before: Coverage,
    after: Coverage,
    changed: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
    rows_after: tuple[int, ...],
) -> ScenarioComparison:
    people = walkable_city.city.demand.people[before.group]
    was = before.walk_s <= before.minutes * 60 + SAME_TIME_S
    is_now = after.walk_s <= after.minutes * 60 + SAME_TIME_S
    new, old = is_now & ~was & (people > 0), was & ~is_now & (people > 0)
    gained, lost = float(people[new].sum()), float(people[old].sum())
    city = walkable_city.city
    districts, units = (
        _changed(*areas, lost=people * old, gained=people * new)
        for areas in (
            (before.districts, after.districts, city.district_rows),
            (
                coverage_by_unit(walkable_city, before),
                coverage_by_unit(walkable_city, after),
                city.unit_rows,
            ),
        )
    )
    areas = [
        _area(walkable_city, change, squares, int(districts[change].sum()))
        for change, squares in (("gained", new), ("lost", old))
    ]
    opened, closed, missing = changed
    return ScenarioComparison(
        scenario=scenario,
        before=before,
        after=after,
        opened=opened,
        closed=closed,
        not_located=missing,
        not_chosen=tuple(
            one for one in opened if not rows_of(walkable_city, [one]) <= set(rows_after)
        ),
        gained=gained,
        lost=lost,
        districts=districts,
        units=units,
        gaps=_gaps_after(walkable_city, before, ~is_now, people),
        areas=gpd.GeoDataFrame(
            [area for area in areas if not area["geometry"].is_empty],
            columns=["change", "people", "geometry"],
            geometry="geometry",
            crs=WGS84,
        ),
        rows_after=rows_after,
    )


def _changed(
    before: pd.DataFrame,
    after: pd.DataFrame,
    rows: IntArray,
    *,
    lost: FloatArray,
    gained: FloatArray,
) -> pd.DataFrame:
    """Return areas before and after as one table; `rows` says in which one a point lies, or -1."""
    difference = after["served"] - before["served"]
    inside = rows >= 0
    sums = [
        np.bincount(rows[inside], some[inside], minlength=len(before)) for some in (lost, gained)
    ]
    fewer, more = lost_and_gained(difference.to_numpy(np.int64), *sums)
    return before[[*before.columns.intersection(["name", "district"]), "people"]].assign(
        served_before=before["served"],
        served_after=after["served"],
        gained=more,
        lost=fewer,
        difference=difference,
        share_before=before["share"],
        share_after=after["share"],
    )


def _gaps_after(
    walkable_city: WalkableCity,
    before: Coverage,
    unserved: npt.NDArray[np.bool_],
    people: FloatArray,
) -> gpd.GeoDataFrame:
    gaps = before.gaps.copy()
    gaps["people_after"] = whole(points_in(walkable_city, gaps) @ np.where(unserved, people, 0.0))
    return gaps


def _area(
    walkable_city: WalkableCity, change: str, squares: npt.NDArray[np.bool_], people: int
) -> dict[str, Any]:
    geometry = outline(walkable_city, np.flatnonzero(squares))
    return {"change": change, "people": people, "geometry": geometry}
