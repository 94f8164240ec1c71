"""Say how fair the walks are, in sentences."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from locator.analysis.access.ranges import Ranges
from locator.analysis.access.words import between, rank_said
from locator.analysis.district_report import DistrictReport
from locator.base.i18n import gettext, number, percent
from locator.city.model import City
from locator.reports.document import Section


def fairness_section(city: City, found: DistrictReport) -> Section | None:
    """Return how unequal the walks are; None where nobody can say."""
    bullets = [
        *_gini_line(found),
        *place_line(city, found),
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
    if found.is_whole:
        return [meaning]
    return [
        meaning + " " + gettext("In the whole city: {gini}.", gini=number(found.equity.gini, 2))
    ]


def place_line(city: City, found: DistrictReport) -> list[str]:
    """Return the districts at both ends; for a district, its place among all of them.

    Nothing as long as nobody knows which of them can be told apart.
    """
    known = found.within
    if known is None:
        return []
    said, names = found.equity, city.districts["name"]
    beyond = found.coverage.districts["beyond"].dropna()
    if said.worst_district is None or said.best_district is None or len(beyond) < 2:
        return []
    district = found.district
    if district is not None and district in beyond.index:
        return [
            gettext(
                "By the share of people beyond the standard ({share}) the district is number "
                "{rank} of {count}, counted from the worst served.",
                share=percent(beyond[district]),
                rank=_rank_from_worst(known.shares, district, len(beyond)),
                count=number(len(beyond)),
            )
        ]
    worst, best = (
        [int(one) for one in beyond.index if one == end or not known.shares.differ(int(one), end)]
        for end in (said.worst_district, said.best_district)
    )
    if not set(worst).isdisjoint(best):
        return [gettext("The districts do not differ beyond what is not known for certain.")]
    return [
        gettext(
            "Most left out: {worst} ({worst_share} beyond the standard); least: {best} "
            "({best_share}).",
            worst=_one_of(names, worst),
            worst_share=_shares(beyond, worst),
            best=_one_of(names, best),
            best_share=_shares(beyond, best),
        )
    ]


def _one_of(names: pd.Series[str], districts: list[int]) -> str:
    """Return a district's name, or those of all that cannot be told apart."""
    if len(districts) == 1:
        return str(names[districts[0]])
    return gettext(
        "{names}, which cannot be told apart for certain",
        names=", ".join(str(names[one]) for one in districts),
    )


def _shares(beyond: pd.Series[float], districts: list[int]) -> str:
    return between(float(beyond[districts].min()), float(beyond[districts].max()), digits=0)


def _rank_from_worst(within: Ranges, district: int, count: int) -> str:
    ranks = within.districts.loc[[district], ["rank_high", "rank_low"]]
    first, last = count + 1 - ranks.to_numpy(dtype=np.int64)[0]
    return rank_said(int(first), int(last))


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
