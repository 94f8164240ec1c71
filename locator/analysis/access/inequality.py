"""Measure how unequally walks are spread over people: Gini, Palma, Theil, concentration.

Each is 0 (Palma: 1/4) where everyone walks equally long; none says whether walks are long.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from locator.base.geo import FloatArray, IntArray

MOST, LEAST = 0.1, 0.4
"""Palma sets the tenth with the longest walks against the four tenths with the shortest."""


@dataclass(frozen=True)
class Inequality:
    """How unequal walks are; NaN where nobody walks, or nobody can.

    Attributes
    ----------
    gini, palma, theil, concentration : float
        As the functions of this module say.
    """

    gini: float
    palma: float
    theil: float
    concentration: float


def inequality(values: FloatArray, weights: FloatArray, place: IntArray) -> Inequality:
    """Return all measures of n weighted values.

    Parameters
    ----------
    values, weights : (n,) float array
        Not negative, finite: seconds of walks, and people.
    place : (n,) int array
        Places in the order of `concentration_index`, 0 the first.

    Returns
    -------
    Inequality
    """
    order = np.argsort(values)
    ordered, people = values[order], weights[order]
    return Inequality(
        gini=_gini(ordered, people),
        palma=_palma(ordered, people),
        theil=theil(values, weights),
        concentration=concentration_index(values, weights, place),
    )


def gini(values: FloatArray, weights: FloatArray) -> float:
    """Return the Gini coefficient of weighted values (half the relative mean difference).

    0: everyone walks equally long; towards 1: a few walk nearly all of it.

    Parameters
    ----------
    values : (n,) float array
        Not negative.
    weights : (n,) float array
        Not negative.

    Returns
    -------
    float
        NaN without any amount.
    """
    order = np.argsort(values)
    return _gini(values[order], weights[order])


def palma(values: FloatArray, weights: FloatArray) -> float:
    """Return how many times what the four least tenths have together the largest tenth has.

    Source: Palma (2011), *Homogeneous middles vs. heterogeneous tails*; Cobham and Sumner (2013).
    Who stands on a border counts on either side for as much as it needs.

    Parameters
    ----------
    values, weights : (n,) float array
        Not negative.

    Returns
    -------
    float
        1/4 where all have the same; NaN where the four tenths have nothing.
    """
    order = np.argsort(values)
    return _palma(values[order], weights[order])


def theil(values: FloatArray, weights: FloatArray) -> float:
    """Return Theil's T: the mean of ``x / mean * ln(x / mean)``.

    Source: Theil (1967), *Economics and Information Theory*. A value of 0 adds 0, the limit.

    Parameters
    ----------
    values, weights : (n,) float array
        Not negative.

    Returns
    -------
    float
        0 where all have the same, the logarithm of the people where one has everything; NaN
        without any amount.
    """
    people, amount = weights.sum(), float((values * weights).sum())
    if not people > 0 or not amount > 0:
        return float("nan")
    relative = values * (people / amount)
    logs = np.log(relative, out=np.zeros(len(relative)), where=relative > 0)
    return max(0.0, float((weights * relative * logs).sum() / people))


def concentration_index(values: FloatArray, weights: FloatArray, place: IntArray) -> float:
    """Return whether those at the first places have more, or those at the last.

    ``2 cov(x, r) / mean`` with r the share of people at earlier places, those at the same place
    counted half. Source: Kakwani, Wagstaff and van Doorslaer (1997); O'Donnell et al. (2008),
    *Analyzing Health Equity Using Household Survey Data*, ch. 8.

    Parameters
    ----------
    values, weights : (n,) float array
        Not negative.
    place : (n,) int array
        From 0; those of one place share their rank.

    Returns
    -------
    float
        From -1 (all is had at the first place) to 1 (at the last); 0 where all have the same; NaN
        without any amount.
    """
    people = np.bincount(place, weights=weights)
    amount = np.bincount(place, weights=weights * values)
    if not people.sum() > 0 or not amount.sum() > 0:
        return float("nan")
    rank = (np.cumsum(people) - people / 2) / people.sum()
    return float(2 * (amount @ rank) / amount.sum() - 1)


def _gini(values: FloatArray, weights: FloatArray) -> float:
    """Return `gini` of values that ascend."""
    amount = np.cumsum(weights * values)
    if len(amount) == 0 or weights.sum() <= 0 or amount[-1] <= 0:
        return float("nan")
    share = np.concatenate([[0.0], amount / amount[-1]])
    return float(1 - np.sum((share[1:] + share[:-1]) * weights) / weights.sum())


def _palma(values: FloatArray, weights: FloatArray) -> float:
    """Return `palma` of values that ascend."""
    people = np.concatenate([[0.0], np.cumsum(weights)])
    amount = np.concatenate([[0.0], np.cumsum(weights * values)])
    if not people[-1] > 0:
        return float("nan")
    least, most = np.interp([LEAST * people[-1], (1 - MOST) * people[-1]], people, amount)
    return float((amount[-1] - most) / least) if least > 0 else float("nan")
