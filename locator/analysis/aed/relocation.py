"""Rank the AEDs by what would change if each were moved outdoors and open always."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from locator.analysis.aed.fixed import is_doorless, text_or_none
from locator.base.geo import FloatArray, IntArray
from locator.city.model import City


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
        left = missing.copy()
        chosen: list[tuple[int, float]] = []
        candidates = np.flatnonzero(basis == kind)
        while len(candidates):
            gains = reached[candidates] @ left
            best = int(np.argmax(gains))
            if gains[best] < 0.5:  # less than half a person: nothing that can be said in numbers
                break
            number = int(candidates[best])
            chosen.append((number, float(gains[best])))
            left[walks.indices[walks.indptr[number] : walks.indptr[number + 1]]] = 0.0
            candidates = np.delete(candidates, best)
        numbers = np.array([number for number, _ in chosen], dtype=np.int64)
        added = np.array([gain for _, gain in chosen])
        parts.append(
            pd.DataFrame(
                {
                    "basis": kind,
                    "alone": alone[numbers],
                    "added": added,
                    "together": np.cumsum(added),
                },
                index=pd.Index(city.facilities.index[rows[numbers]], name="id", dtype=object),
            )
        )
    return pd.concat([part for part in parts if len(part)] or parts[:1])
