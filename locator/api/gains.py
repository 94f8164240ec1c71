"""Say between which values lies what a change, or new sites, would gain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from locator.analysis.access.coverage import CoverageQuery
from locator.analysis.access.gain_ranges import GainRanges, gain_ranges
from locator.analysis.scenario.change import rows_of, site_points
from locator.analysis.scenario.compare import ScenarioComparison
from locator.analysis.siting.query import PLANNED
from locator.analysis.siting.solve import Siting
from locator.api.context import AppState
from locator.api.schemas_planning import GainAnswer
from locator.base.geo import FloatArray

PEOPLE_SERVED = ("cover", "target_share", "budget")
"""Objectives that count people within the standard."""


def gain_answer(found: GainRanges | None) -> GainAnswer | None:
    """Return the range of a gain as it is answered; None where none was counted.

    Parameters
    ----------
    found : GainRanges or None

    Returns
    -------
    GainAnswer or None
    """
    if found is None:
        return None
    low, high = round(found.low), round(found.high)
    return {"low": low, "high": high, "runs": found.runs, "seed": found.seed}


def change_gains(app: AppState, found: ScenarioComparison) -> GainRanges | None:
    """Return between which values lies what a change of facilities gains.

    Parameters
    ----------
    app : AppState
    found : ScenarioComparison

    Returns
    -------
    GainRanges or None
        None where the standard or the pace changes, which nobody doubts, or nothing does.
    """
    was, is_now = found.before, found.after
    same = (was.minutes, was.pace_m_s) == (is_now.minutes, is_now.pace_m_s)
    if not same or found.scenario.changes_nothing:
        return None
    city = app.walkable_city_for(found.scenario.profile)
    opened = sorted(rows_of(city, found.opened))
    xy = np.vstack([site_points(city, found.scenario.add), _facilities_xy(app, opened)])
    return app.memo.get(
        ("gains", found.scenario),
        lambda: gain_ranges(
            city,
            was,
            added=city.model.snap(xy),
            closed=tuple(sorted(rows_of(city, found.closed))),
        ),
    )


def site_gains(app: AppState, found: Siting) -> GainRanges | None:
    """Return between which values lies what suggested sites gain.

    Parameters
    ----------
    app : AppState
    found : Siting

    Returns
    -------
    GainRanges or None
        None where not people served are counted, or a site takes only so many of them; and
        without a site.
    """
    query = found.query
    if query.objective not in PEOPLE_SERVED or query.capacity is not None or found.sites.empty:
        return None
    city = app.walkable_city_for(query.profile)
    asked = CoverageQuery(query.layer, query.minutes, query.group, query.pace_m_s)
    today = app.coverage(replace(asked, which=query.which), profile=query.profile)
    facilities = city.city.facilities
    under_way = facilities["layer"].eq(query.layer) & facilities["status"].isin(PLANNED)
    fits = city.choosing(query.which).fit.known
    planned = np.flatnonzero(under_way & facilities["x"].notna() & fits & query.planned).tolist()
    xy = city.city.projection.to_metric(found.sites[["lon", "lat"]].to_numpy(dtype=np.float64))
    return app.memo.get(
        ("site gains", query),
        lambda: gain_ranges(
            city,
            today,
            added=city.model.snap(xy),
            already=city.model.snap(_facilities_xy(app, planned)),
        ),
    )


def _facilities_xy(app: AppState, rows: list[int]) -> FloatArray:
    xy: FloatArray = app.city.facilities[["x", "y"]].to_numpy(dtype=np.float64)[rows]
    return xy
