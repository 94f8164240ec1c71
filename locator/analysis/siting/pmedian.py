"""Choose the sites that shorten everyone's walk most in sum (p-median around what exists).

Hakimi (1964). What exists bounds every walk, so a site counts for those only who would walk less
to it; that makes the table of gains sparse and the question the same as for covering.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from locator.analysis.siting.benefit_matrix import BenefitMatrix, one_by_one, swapped
from locator.analysis.siting.exact import best_choice
from locator.analysis.siting.lagrangian import gap, lagrangian_bound
from locator.analysis.siting.work import Work
from locator.base.geo import FloatArray, IntArray
from locator.walking.reach_matrix import Joined

QUICK_ROUNDS = 60

SITES_AT_ONCE = 64
"""Pairs of all sites and all points at once would take some times the memory of the answer."""

Walks = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Median:
    """A choice of sites.

    Attributes
    ----------
    chosen : (k,) int array
        Columns of the candidates, the most useful first.
    person_m_before, person_m : float
        Sum over all people of the walk to the nearest facility, metres, before and after.
    saved_person_m : (k,) float array
        What each further site takes off that sum, in the order of `chosen`.
    bound_person_m : float
        No choice of as many sites takes more than this off the sum.
    gap : float
        Of what is saved, not of the walks that are left: `locator.analysis.siting.lagrangian.gap`.
    timed_out : bool
        The work was done before the best could be proven.
    """

    chosen: IntArray
    person_m_before: float
    person_m: float
    saved_person_m: FloatArray
    bound_person_m: float
    gap: float
    timed_out: bool = False


def p_median(
    walk_m: Walks,
    current_m: FloatArray,
    people: FloatArray,
    count: int,
    *,
    work: Work | None = None,
) -> Median:
    """Return `count` sites, and how far from the best they can be.

    Parameters
    ----------
    walk_m : (n, m) float array
        Metres between each demand point and each candidate, finite.
    current_m : (n,) float array
        Metres to the nearest facility that exists, finite.
    people : (n,) float array
    count : int
    work : Work, optional
        For the proof; without it greedy choice and interchange answer at once.

    Returns
    -------
    Median
    """
    gains = saved_walks(walk_m, current_m, people)
    if work is not None:
        best = best_choice(gains, count, work=work)
        chosen, added, bound, timed_out = best.chosen, best.added, best.bound, best.timed_out
    else:
        chosen, added, bound = _quick(gains, count)
        timed_out = False
    before = float((people * current_m).sum())
    saved_in_all = sum(added)
    bound = max(bound, saved_in_all)
    return Median(
        chosen=np.array(chosen, dtype=np.int64),
        person_m_before=before,
        person_m=before - saved_in_all,
        saved_person_m=np.array(added, dtype=np.float64),
        bound_person_m=bound,
        gap=gap(bound, saved_in_all),
        timed_out=timed_out,
    )


def by_walks(median: Median, walk_m: Walks, current_m: FloatArray, people: FloatArray) -> Median:
    """Return the same choice with what it saves by walks that are known better than before.

    Parameters
    ----------
    median : Median
    walk_m : (n, k) float array
        Metres between each demand point and each site of `median.chosen`.
    current_m, people : (n,) float arrays
        As for `p_median`.

    Returns
    -------
    Median
    """
    order, added = saved_walks(walk_m, current_m, people).ordered(list(range(walk_m.shape[1])))
    saved_in_all = sum(added)
    bound = max(median.bound_person_m, saved_in_all)
    return replace(
        median,
        chosen=median.chosen[order],
        person_m=median.person_m_before - saved_in_all,
        saved_person_m=np.array(added, dtype=np.float64),
        bound_person_m=bound,
        gap=gap(bound, saved_in_all),
    )


def saved_walks(walk_m: Walks, current_m: FloatArray, people: FloatArray) -> BenefitMatrix:
    """Return the person-metres that each site takes off the walks of each demand point."""
    rows, columns, saved_m = Joined(np.int32), Joined(np.int32), Joined(np.float64)
    for first in range(0, walk_m.shape[1], SITES_AT_ONCE):
        some_m = walk_m[:, first : first + SITES_AT_ONCE]
        sites, points = np.nonzero(current_m > some_m.T)
        rows.add(points)
        columns.add(first + sites)
        saved_m.add((current_m[points] - some_m[points, sites]) * people[points])
    return BenefitMatrix.listed(rows.whole(), columns.whole(), saved_m.whole(), shape=walk_m.shape)


def _quick(gains: BenefitMatrix, count: int) -> tuple[list[int], list[float], float]:
    """Return a good choice, what each of its sites adds, and a bound."""
    chosen, _ = one_by_one(gains, count)
    if not chosen:
        return [], [], 0.0
    found = lagrangian_bound(gains, count, swapped(gains, chosen), rounds=QUICK_ROUNDS)
    return *gains.ordered(found.chosen), found.bound
