"""Say how unequal the walks are: Gini, the worst district, the share beyond the standard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from locator.analysis.access.coverage import Coverage
from locator.base.geo import FloatArray


@dataclass(frozen=True)
class Equity:
    """How the walks are spread over people.

    Attributes
    ----------
    gini : float
        0: everyone walks equally long; towards 1: a few walk nearly all of it. NaN without people
        who can walk to a facility.
    worst_district : int or None
        Number of the district with the largest share beyond the standard.
    best_district : int or None
        Number of the one with the smallest.
    ratio_p90_median : float
        How many times longer the walk of the worst-placed tenth begins than the middle one.
    """

    gini: float
    worst_district: int | None
    best_district: int | None
    ratio_p90_median: float


def equity(coverage: Coverage, people: FloatArray) -> Equity:
    """Return how unequal the walks of `coverage` are.

    Parameters
    ----------
    coverage : Coverage
    people : (n,) float array
        The people that it counted, for each demand point.
    """
    reached = np.isfinite(coverage.walk_s)
    beyond = coverage.districts["beyond"].dropna()
    median_s, p90_s = coverage.median_s, coverage.p90_s
    return Equity(
        gini=gini(coverage.walk_s[reached], people[reached]),
        worst_district=None if beyond.empty else int(beyond.index[int(beyond.to_numpy().argmax())]),
        best_district=None if beyond.empty else int(beyond.index[int(beyond.to_numpy().argmin())]),
        ratio_p90_median=p90_s / median_s if median_s and p90_s else np.nan,
    )


def gini(values: FloatArray, weights: FloatArray) -> float:
    """Return the Gini coefficient of weighted values (half the relative mean difference).

    Parameters
    ----------
    values : (n,) float array
        Not negative.
    weights : (n,) float array
        Not negative.
    """
    order = np.argsort(values)
    weights, values = weights[order], values[order]
    amount = np.cumsum(weights * values)
    if len(amount) == 0 or weights.sum() <= 0 or amount[-1] <= 0:
        return float("nan")
    share = np.concatenate([[0.0], amount / amount[-1]])
    return float(1 - np.sum((share[1:] + share[:-1]) * weights) / weights.sum())
