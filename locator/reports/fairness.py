"""Say how fair the walks are, in sentences."""

from __future__ import annotations

import math

from locator.analysis.district_report import DistrictReport
from locator.base.i18n import gettext, number, percent
from locator.city.model import City
from locator.reports.document import Section


def fairness_section(city: City, found: DistrictReport) -> Section | None:
    """Return how unequal the walks are; None where nobody can say."""
    bullets = [
        *_gini_line(found),
        *_place_line(city, found),
        *_ratio_line(found),
    ]
    return Section(gettext("How fair it is"), bullets=tuple(bullets)) if bullets else None


def _gini_line(found: DistrictReport) -> list[str]:
    if not math.isfinite(found.scope.gini):
        return []
    meaning = gettext(
        "Gini coefficient of the walking times: {gini}. 0 would mean that everyone walks equally "
        "long, 1 that a few do all the walking.",
        gini=number(found.scope.gini, 2),
    )
    if found.query.district is None:
        return [meaning]
    return [
        meaning + " " + gettext("In the whole city: {gini}.", gini=number(found.equity.gini, 2))
    ]


def _place_line(city: City, found: DistrictReport) -> list[str]:
    """Return the districts at both ends; for a district, its place among all of them."""
    said, names = found.equity, city.districts["name"]
    beyond = found.coverage.districts["beyond"].dropna()
    if said.worst_district is None or said.best_district is None or len(beyond) < 2:
        return []
    district = found.query.district
    if district is not None and district in beyond.index:
        return [
            gettext(
                "By the share of people beyond the standard ({share}) the district is number "
                "{rank} of {count}, counted from the worst served.",
                share=percent(beyond[district]),
                rank=number(int((beyond > beyond[district]).sum()) + 1),
                count=number(len(beyond)),
            )
        ]
    return [
        gettext(
            "Most left out: {worst} ({worst_share} beyond the standard); least: {best} "
            "({best_share}).",
            worst=names[said.worst_district],
            worst_share=percent(beyond[said.worst_district]),
            best=names[said.best_district],
            best_share=percent(beyond[said.best_district]),
        )
    ]


def _ratio_line(found: DistrictReport) -> list[str]:
    median_s, p90_s = found.scope.median_s, found.scope.p90_s
    if not (math.isfinite(median_s) and math.isfinite(p90_s) and median_s > 0):
        return []
    return [
        gettext(
            "The tenth of the people who are worst placed walk at least {ratio} times as long as "
            "the middle one.",
            ratio=number(p90_s / median_s, 1),
        )
    ]
