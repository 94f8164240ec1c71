"""Rank the AEDs by what would change if each were moved outdoors and open always."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from locator.analysis.greedy import one_after_another
from locator.base.geo import FloatArray, IntArray
from locator.city.model import City
from locator.city.usability import is_doorless, text_or_none

SAYABLE_PEOPLE = 0.5
"""Less than half a person is nothing that can be said in numbers."""


def hours_basis(aed: pd.Series) -> str:
    """Return what is known of when a fixed AED can be had: `hours`, `outdoors` or `unknown`."""
    if text_or_none(aed["opening_hours"]) is None:
        return "outdoors" if is_doorless(aed) else "unknown"
    return "hours"


def rank_moves(
    city: City,
    rows: IntArray,
    walks: sparse.csc_array,
    people: FloatArray,
    *,
    covered_share: FloatArray,
) -> pd.DataFrame:
    """Rank the fixed AEDs by what would change if each were moved outdoors, open always.

    Parameters
    ----------
    city : City
    rows : (m,) int array
        Rows of the facilities.
    walks : (n, m) csc_array
        Who is in reach of each of them.
    people : (n,) float array
    covered_share : (n,) float array
        Share of the week for which fixed AEDs cover each demand point already.

    Returns
    -------
    DataFrame
        Index: facility id. Columns ``basis`` (``hours``: closed at times by its hours;
        ``unknown``: the gain is at most this much), ``alone`` (people covered more at a mean
        moment of the week, were it the only one moved), ``added`` (the same after all those
        above it), ``together`` (sum of ``added`` so far). First those with hours on file, best
        next one first; then those of unknown hours in the same way, on their own.
    """
    missing = people * (1.0 - covered_share)
    reached = sparse.csr_array(
        (np.ones(walks.nnz), walks.indices, walks.indptr), shape=walks.shape[::-1]
    )
    basis = np.array([hours_basis(city.facilities.iloc[row]) for row in rows], dtype=object)
    alone = reached @ missing
    parts = []
    for kind in ("hours", "unknown"):
        candidates = np.flatnonzero(basis == kind)
        order, added = _one_after_another(reached, walks, missing, candidates)
        numbers = candidates[order]
        parts.append(
            pd.DataFrame(
                {
                    "basis": kind,
                    "alone": alone[numbers],
                    "added": np.array(added, dtype=np.float64),
                    "together": np.cumsum(added),
                },
                index=pd.Index(city.facilities.index[rows[numbers]], name="id", dtype=object),
            )
        )
    return pd.concat([part for part in parts if len(part)] or parts[:1])


def _one_after_another(
    reached: sparse.csr_array, walks: sparse.csc_array, missing: FloatArray, candidates: IntArray
) -> tuple[list[int], list[float]]:
    """Return the positions in `candidates`, best next one first, and what each adds."""
    left = missing.copy()
    mine = reached[candidates]

    def adds(chosen: list[int]) -> FloatArray:
        for number in candidates[chosen[-1:]]:
            left[walks.indices[walks.indptr[number] : walks.indptr[number + 1]]] = 0.0
        worth: FloatArray = mine @ left
        return worth

    return one_after_another(adds, len(candidates), least=SAYABLE_PEOPLE)
