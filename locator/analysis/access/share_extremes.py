"""Find the least and the largest share that there may be: by what is sure, and by all there may be.

What is not on the map stands at the best places, one after the other.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from locator.analysis.access.draws import Doubt, Draw
from locator.analysis.greedy import one_after_another
from locator.base.geo import Flags, FloatArray
from locator.walking.reach_matrix import covers_of


def extremes(doubt: Doubt) -> tuple[FloatArray, FloatArray]:
    """Return (d + 1,) shares by what is confirmed only, and by all at the best places."""
    sure, bases = _bases(doubt)
    highest = [_best(doubt, served, missing) for served, missing in bases]
    return doubt.share(sure, doubt.people.census), np.fmax(*highest)


def extremes_in(doubt: Doubt, inside: Flags) -> tuple[float, float]:
    """Return the same for the people of some demand points; NaN without people."""
    weight = np.where(inside, doubt.people.census, 0.0)
    total = weight.sum()
    if not total > 0:
        return np.nan, np.nan
    sure, bases = _bases(doubt)
    most = []
    for served, missing in bases:
        more = 0.0
        if doubt.places is not None and missing:
            left = np.where(served, 0.0, weight)
            more = _most_gained(covers_of(doubt.places.serves), left, missing)
        most.append((weight @ served + more) / total)
    return float(weight @ sure / total), float(max(most))


def _bases(doubt: Doubt) -> tuple[Flags, tuple[tuple[Flags, int], ...]]:
    """Return who is surely served, and who may be besides so many that are missing."""
    walk_m, sites, weight = doubt.walks.walk_m, doubt.sites, doubt.people.census
    # Either all of an older list exists, or what the official count lacks is elsewhere.
    every, sure = np.ones_like(sites.sure), sites.sure
    bases = (
        (np.ones_like(sites.sure_site), int((~sites.located).sum()) + sites.lacking(every)),
        (sites.sure_site, int((sure & ~sites.located).sum()) + sites.lacking(sure)),
    )
    return doubt.served(Draw(walk_m, sites.sure_site, (), weight)), tuple(
        (doubt.served(Draw(walk_m, exists, (), weight)), missing) for exists, missing in bases
    )


def _best(doubt: Doubt, served: Flags, missing: int) -> FloatArray:
    """Return (d + 1,) shares with `missing` more at the places best for each, greedily."""
    weight = doubt.people.census
    share = doubt.share(served, weight)
    if doubt.places is None or not missing:
        return share
    covers = covers_of(doubt.places.serves)
    row = doubt.people.part_row[doubt.people.part]
    districts = len(doubt.people.register)
    for column in range(districts + 1):
        inside = (row == column) | (column == districts)
        total = weight[inside].sum()
        left = np.where(inside & ~served, weight, 0.0)
        if total > 0:
            share[column] += _most_gained(covers, left, missing) / total
    return share


def _most_gained(covers: sparse.csc_array, left: FloatArray, count: int) -> float:
    """Return the people that up to `count` places gain, each the best after those before it."""

    def adds(chosen: list[int]) -> FloatArray:
        for place in chosen[-1:]:
            left[covers.indices[covers.indptr[place] : covers.indptr[place + 1]]] = 0.0
        added: FloatArray = covers.T @ left
        return added

    return sum(one_after_another(adds, count)[1])
