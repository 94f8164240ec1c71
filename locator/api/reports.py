"""Compute the report of a layer, once for the same question."""

from __future__ import annotations

from functools import partial

from locator.analysis.district_report import (
    DistrictReport,
    ReportQuery,
    counted_report,
    with_ranges,
    with_ride,
)
from locator.api.context import AppState
from locator.api.transit_coverage import ridden_of

SHORTLY = 0.25
"""A report waits for its ranges for this part of `PATIENCE_S`: they take longer than all else."""


def district_report_of(app: AppState, query: ReportQuery) -> DistrictReport:
    """Return everything that a report says, computed once for the same question.

    Parameters
    ----------
    app : AppState
    query : ReportQuery

    Returns
    -------
    DistrictReport
    """
    ground = app.walkable_city_for(query.profile)
    return app.memo.get(("report", query), lambda: with_ranges(ground, _counted(app, query)))


def report_soon(app: AppState, query: ReportQuery) -> DistrictReport:
    """Return the same, without its ranges where those take long: they are counted on.

    Parameters
    ----------
    app : AppState
    query : ReportQuery

    Returns
    -------
    DistrictReport
    """
    counted = _counted(app, query)
    whole = partial(district_report_of, app, query)
    known = whole() if ("report", query) in app.memo else app.soon(whole, part=SHORTLY)
    return counted if known is None else known


def _counted(app: AppState, query: ReportQuery) -> DistrictReport:
    ground, asked = app.walkable_city_for(query.profile), query.coverage

    def counted() -> DistrictReport:
        if query.ride is None:
            return counted_report(ground, query)
        # First: a moment without a timetable is refused before all else is counted.
        found = app.coverage(asked, profile=query.profile)
        ridden = ridden_of(app, asked, found, query.ride, profile=query.profile)
        return with_ride(ground, counted_report(ground, query), ridden)

    return app.memo.get(("counted report", query), counted)
