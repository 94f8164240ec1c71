"""Say what a scenario does to the places within reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from locator.analysis.access.supply import Extra, Supply, supply
from locator.analysis.scenario.compare import ScenarioComparison
from locator.base.errors import NotComputableError
from locator.walking.walkable_city import WalkableCity


@dataclass(frozen=True)
class SupplyChange:
    """Places within reach before and after.

    Attributes
    ----------
    before, after : Supply
        Short of places is in both who reaches less than half of the mean *before*.
    sites_without_places : int
        Added sites whose capacity is not given; they count for nothing here.
    """

    before: Supply
    after: Supply
    sites_without_places: int


def supply_change(
    walkable_city: WalkableCity, found: ScenarioComparison, *, before: Supply | None = None
) -> SupplyChange | None:
    """Return the places within reach before and after; None where no capacity is known.

    Parameters
    ----------
    walkable_city : WalkableCity
    found : ScenarioComparison
        What `locator.analysis.scenario.compare.compare` returned.
    before : Supply, optional
        The places within reach today, when they are known already.

    Returns
    -------
    SupplyChange or None
    """
    change = found.scenario
    walkable_city = walkable_city.choosing(change.which)
    known = [site for site in change.add if site.places is not None]
    lonlat = np.array([[site.lon, site.lat] for site in known]).reshape(-1, 2)
    extra = Extra(
        walkable_city.city.projection.to_metric(lonlat),
        np.array([site.places for site in known], dtype=np.float64),
    )
    today, after = found.before, found.after
    try:
        before = before or supply(
            walkable_city, change.layer, group=today.group, pace_m_s=today.pace_m_s
        )
        return SupplyChange(
            before,
            supply(
                walkable_city,
                change.layer,
                group=after.group,
                pace_m_s=after.pace_m_s,
                rows=found.rows_after,
                extra=extra if known else None,
                low_per_100=before.low_per_100,
            ),
            len(change.add) - len(known),
        )
    except NotComputableError:
        return None
