"""Gather between which values the numbers of a report lie; they take longer than the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import tee

import geopandas as gpd
import numpy as np
import pandas as pd

from locator.analysis.access.coverage import Coverage
from locator.analysis.access.draws import CAUSES, Draw, known_doubt
from locator.analysis.access.gain_ranges import Change, Gain, GainRanges, change_of
from locator.analysis.access.gaps import points_in
from locator.analysis.access.part_ranges import Ends, gap_ends, left_in
from locator.analysis.access.ranges import RUNS, SEED, Ranges, ranges
from locator.analysis.access.supply import Supply
from locator.analysis.access.supply_ranges import SupplyRanges, supply_ranges
from locator.analysis.report_scope import scope_ends
from locator.analysis.scenario.compare import ScenarioComparison
from locator.analysis.siting.solve import Siting
from locator.base.geo import Flags, FloatArray
from locator.city.model import City
from locator.walking.walkable_city import WalkableCity


@dataclass(frozen=True)
class ReportRanges:
    """Between which values the numbers of a report lie.

    Attributes
    ----------
    shares : Ranges
        Those of city and districts.
    scope : Ends
        That of the scope.
    gaps : DataFrame
        The people of the gaps (`low`, `high`).
    planned, sites : GainRanges or None
        What those under way gain, and the suggested sites besides.
    supply : SupplyRanges or None
    """

    shares: Ranges
    scope: Ends
    gaps: pd.DataFrame
    planned: GainRanges | None
    sites: GainRanges | None
    supply: SupplyRanges | None


def report_ranges(
    walkable_city: WalkableCity,
    found: Coverage,
    *,
    district: int | None,
    unit: str | None,
    inside: Flags,
    gaps: gpd.GeoDataFrame,
    planned: ScenarioComparison | None,
    siting: Siting | None,
    supply: Supply | None,
) -> ReportRanges:
    """Return between which values the numbers of a report lie.

    Parameters are what `locator.analysis.district_report.DistrictReport` has of that name.
    """
    city = walkable_city.city
    within = ranges(walkable_city, found)
    opened = list(planned.opened) if planned is not None else []
    opened_xy = city.facilities.loc[opened, ["x", "y"]].to_numpy(dtype=np.float64)
    of_gaps, of_planned, of_sites = _in_the_same_runs(
        walkable_city,
        found,
        gaps,
        _change(walkable_city, found, opened_xy, None),
        _change(walkable_city, found, _sites_xy(city, siting), opened_xy),
    )
    return ReportRanges(
        shares=within,
        scope=scope_ends(walkable_city, found, within, district=district, unit=unit, inside=inside),
        gaps=of_gaps,
        planned=of_planned,
        sites=of_sites,
        supply=None if supply is None else supply_ranges(walkable_city, supply),
    )


def _in_the_same_runs(
    walkable_city: WalkableCity,
    found: Coverage,
    gaps: gpd.GeoDataFrame,
    planned: Change | None,
    sites: Change | None,
) -> tuple[pd.DataFrame, GainRanges | None, GainRanges | None]:
    """Return the ranges of gaps and of two changes that close nothing, all from one drawing."""
    drawn = known_doubt(walkable_city, found).seen(frozenset(CAUSES), runs=RUNS, seed=SEED)
    # Side by side, so that no more than one run is held at a time.
    first, second, third = tee(drawn, 3)
    runs = list(
        zip(
            left_in(
                points_in(walkable_city, gaps), ((served, one.weight) for one, served in first)
            ),
            _gains(planned, second),
            _gains(sites, third),
            strict=True,
        )
    )
    return (
        gap_ends(gaps, [left for left, _, _ in runs]),
        _ranges(planned, [gain for _, gain, _ in runs]),
        _ranges(sites, [gain for _, _, gain in runs]),
    )


def _gains(change: Change | None, seen: Iterable[tuple[Draw, Flags]]) -> Iterator[Gain | None]:
    return (None for _ in seen) if change is None else change.gains(seen, seed=SEED)


def _ranges(change: Change | None, gains: Sequence[Gain | None]) -> GainRanges | None:
    known = [gain for gain in gains if gain is not None]
    return None if change is None else change.ranges(known, runs=RUNS, seed=SEED)


def _sites_xy(city: City, siting: Siting | None) -> FloatArray:
    if siting is None or siting.sites.empty:
        return np.empty((0, 2))
    lonlat = siting.sites[["lon", "lat"]].to_numpy(dtype=np.float64)
    return city.projection.to_metric(lonlat)


def _change(
    walkable_city: WalkableCity, found: Coverage, added_xy: FloatArray, open_xy: FloatArray | None
) -> Change | None:
    """Return the opening of new places, some being open already; None without any new ones."""
    if not len(added_xy):
        return None
    already = walkable_city.model.snap(open_xy) if open_xy is not None and len(open_xy) else None
    added = walkable_city.model.snap(added_xy)
    return change_of(walkable_city, found, added=added, already=already)
