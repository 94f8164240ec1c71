"""Gather between which values the numbers of a report lie; they take longer than the numbers."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from locator.analysis.access.coverage import Coverage
from locator.analysis.access.gain_ranges import GainRanges, gain_ranges
from locator.analysis.access.ranges import Ends, Ranges, gap_ranges, ranges
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
    return ReportRanges(
        shares=within,
        scope=scope_ends(walkable_city, found, within, district=district, unit=unit, inside=inside),
        gaps=gap_ranges(walkable_city, found, gaps),
        planned=_gains(walkable_city, found, opened_xy, None),
        sites=_gains(walkable_city, found, _sites_xy(city, siting), opened_xy),
        supply=None if supply is None else supply_ranges(walkable_city, supply),
    )


def _sites_xy(city: City, siting: Siting | None) -> FloatArray:
    if siting is None or siting.sites.empty:
        return np.empty((0, 2))
    lonlat = siting.sites[["lon", "lat"]].to_numpy(dtype=np.float64)
    return city.projection.to_metric(lonlat)


def _gains(
    walkable_city: WalkableCity, found: Coverage, added_xy: FloatArray, open_xy: FloatArray | None
) -> GainRanges | None:
    """Return between which values lies what new places gain; None without any."""
    if not len(added_xy):
        return None
    already = walkable_city.model.snap(open_xy) if open_xy is not None and len(open_xy) else None
    added = walkable_city.model.snap(added_xy)
    return gain_ranges(walkable_city, found, added=added, already=already)
