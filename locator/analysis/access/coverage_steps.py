"""Say step by step why coverage is what it is: walks estimated or not, people evenly or not."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from locator.analysis.access.overview import coverage_overview
from locator.city.model import spread_people
from locator.city.population import EVENLY
from locator.walking.estimate import EstimateModel
from locator.walking.walkable_city import WalkableCity, walkable


def coverage_steps(walkable_city: WalkableCity) -> pd.DataFrame:
    """Return each layer's coverage as a folder without streets or dwellings would have it, and on.

    Parameters
    ----------
    walkable_city : WalkableCity

    Returns
    -------
    DataFrame
        Index: layer id, without those that move or have nobody to serve. Shares 0 to 1 at each
        layer's own group, standard and pace. Columns, as far as they differ:
        ``estimate_evenly`` (estimated walks, cells spread evenly), ``network_evenly`` (walks along
        the streets), ``now``. Empty where walks are estimated and people spread evenly anyway.
    """
    city = walkable_city.city
    estimated, evenly = walkable_city.model.name == "estimate", city.demand.method == EVENLY
    if estimated and evenly:
        return pd.DataFrame()
    even = (
        city if evenly else replace(city, demand=spread_people(city, city.catalogue.groups, None))
    )
    grounds = {"estimate_evenly": walkable(even, EstimateModel.from_city(city))}
    if not estimated and not evenly:
        grounds["network_evenly"] = walkable(even, walkable_city.model)
    grounds["now"] = walkable_city
    shares = {name: coverage_overview(one)["share"] for name, one in grounds.items()}
    return pd.DataFrame(shares).dropna().astype(float)
