"""Weigh supply against demand: how many places each person can really reach.

The enhanced two-step floating catchment area (E2SFCA) of Luo and Qi (2009), Health & Place 15(4),
with its step weights: a place ten minutes away counts whole, one half an hour away hardly at all.
The three-step variant is left out on purpose; the literature advises against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from locator.base.geo import FloatArray

STEPS: tuple[tuple[float, float], ...] = ((600.0, 1.0), (1200.0, 0.68), (1800.0, 0.22))
"""(walking seconds at most, weight), ascending: Luo and Qi's 10, 20 and 30 minutes."""


@dataclass(frozen=True)
class Accessibility:
    """Places within reach.

    Attributes
    ----------
    per_person : (n,) float array
        E2SFCA score of each demand point: places that one of its people can count on.
    per_facility : (m,) float array
        Places per weighted person in the catchment of each facility; NaN where nobody reaches it.
    stranded_places : float
        Places of facilities that no demand point reaches; they serve nobody in this reckoning.
    """

    per_person: FloatArray
    per_facility: FloatArray
    stranded_places: float


def step_weights(
    walk_s: sparse.csc_array, *, steps: Sequence[tuple[float, float]] = STEPS
) -> sparse.csc_array:
    """Return the matrix of weights for a matrix of walking seconds (0 beyond the last step)."""
    weights = np.array([weight for _, weight in steps] + [0.0])
    beyond = np.zeros(len(walk_s.data), dtype=np.min_scalar_type(len(steps)))
    for bound, _ in steps:  # quicker than to look each walk up among so few
        beyond += walk_s.data > bound
    data = weights[beyond]
    return sparse.csc_array((data, walk_s.indices, walk_s.indptr), shape=walk_s.shape)


def e2sfca(
    walk_s: sparse.csc_array,
    people: FloatArray,
    places: FloatArray,
    *,
    steps: Sequence[tuple[float, float]] = STEPS,
) -> Accessibility:
    """Return the E2SFCA accessibility of every demand point.

    Supply is conserved: ``sum(people * per_person)`` equals the places of all facilities that
    anybody reaches.

    Parameters
    ----------
    walk_s : (n, m) csc_array
        Walking seconds between demand points and facilities; not stored means out of reach.
    people : (n,) float array
        People of the group at each demand point.
    places : (m,) float array
        Capacity of each facility, all known (leave the unknown ones out and say how many).
    steps : sequence of (float, float)
        Bounds in seconds and their weights.

    Returns
    -------
    Accessibility
    """
    weights = step_weights(walk_s, steps=steps)
    weighted_people = weights.T @ people
    reached = weighted_people > 0
    per_facility = np.full(len(places), np.nan)
    per_facility[reached] = places[reached] / weighted_people[reached]
    return Accessibility(
        per_person=np.asarray(weights @ np.where(reached, per_facility, 0.0)),
        per_facility=per_facility,
        stranded_places=float(places[~reached].sum()),
    )
