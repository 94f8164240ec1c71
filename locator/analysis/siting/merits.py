"""Say what matters of a site beside what it gains: walks, and who is short of places today."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from locator.analysis.access.supply import supply
from locator.analysis.siting.query import SitingQuery
from locator.analysis.siting.ties import Beside
from locator.base.errors import NotComputableError
from locator.base.geo import IntArray
from locator.walking.walkable_city import WalkableCity


def beside_of(
    walkable_city: WalkableCity, query: SitingQuery, walks: sparse.csc_array, points: IntArray
) -> Beside:
    """Return what matters beside the gain, at the demand points `points`, which `walks` are of."""
    assert query.pace_m_s is not None  # `completed` fills it
    people = walkable_city.city.demand.people[str(query.group)]
    try:
        found = supply(walkable_city, query.layer, group=query.group, pace_m_s=query.pace_m_s)
        short = np.where(found.short, people, 0.0)
    except NotComputableError:  # no facility of this layer has a known number of places
        short = np.zeros(len(people))
    capacity = np.inf if query.capacity is None else query.capacity
    return Beside(walks, short[points], 60 * query.pace_m_s, capacity)
