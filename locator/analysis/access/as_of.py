"""Say between which values a coverage lay on a day, when not all openings are dated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from locator.analysis.access.aggregate import SAME_TIME_S, people_by_district
from locator.analysis.access.counted import counted_facilities, standing_rows
from locator.analysis.access.coverage import Coverage
from locator.walking.walkable_city import WalkableCity, nearest_facilities


@dataclass(frozen=True)
class AsOf:
    """A coverage on a day, from what surely stood to all that may have.

    Attributes
    ----------
    at : date
    low, high : float
        Share of the group served: by those known to have stood; by all not known not to have.
    served_low, served_high : int
    counted_low, counted_high : int
        Facilities on the map, a centre with several sites once.
    districts : DataFrame
        Index: number. ``low``, ``high``: shares, NaN without people.
    """

    at: date
    low: float
    high: float
    served_low: int
    served_high: int
    counted_low: int
    counted_high: int
    districts: pd.DataFrame

    @property
    def undated(self) -> int:
        """Facilities of which nobody knows whether they stood."""
        return self.counted_high - self.counted_low


def as_of(walkable_city: WalkableCity, found: Coverage, at: date) -> AsOf:
    """Return between which values the coverage of a day lay.

    Parameters
    ----------
    walkable_city : WalkableCity
    found : Coverage
        That of all that may have stood (`CoverageQuery` with ``at``).
    at : date

    Returns
    -------
    AsOf
    """
    walkable_city = walkable_city.choosing(found.which)
    sure, _ = standing_rows(walkable_city, found.layer, at)
    walk_m = nearest_facilities(walkable_city, sure)[0]
    within = walk_m / found.pace_m_s <= found.minutes * 60 + SAME_TIME_S
    people = walkable_city.city.demand.people[found.group]
    served = people_by_district(walkable_city.city, people * within)
    total = found.districts["people"]
    return AsOf(
        at=at,
        low=int(served.sum()) / found.people,
        high=found.share,
        served_low=int(served.sum()),
        served_high=found.served,
        counted_low=counted_facilities(walkable_city, sure),
        counted_high=found.counted,
        districts=pd.DataFrame(
            {"low": (served / total).where(total > 0), "high": found.districts["share"]}
        ),
    )
