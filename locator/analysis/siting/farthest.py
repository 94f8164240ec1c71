"""Ask which sites make the longest walk of a city shortest."""

from __future__ import annotations

import numpy as np
import pandas as pd

from locator.analysis.siting.choice import SiteChoice
from locator.analysis.siting.lagrangian import gap
from locator.analysis.siting.pcentre import p_centre
from locator.analysis.siting.query import SitingQuery, limit_m, work_of
from locator.base.errors import N_, NotComputableError
from locator.base.geo import Flags, FloatArray
from locator.walking.reach_matrix import useful_m
from locator.walking.walkable_city import WalkableCity


def centre_choice(
    walkable_city: WalkableCity, query: SitingQuery, places: pd.DataFrame, current_m: FloatArray
) -> SiteChoice:
    """Choose by p-centre; gains are minutes off the longest walk.

    Only people count who have a candidate within the standard: for the others, who live off all
    roads, the longest walk is what it is.
    """
    model, demand = walkable_city.model, walkable_city.demand
    sites = model.snap(places[["x", "y"]].to_numpy(dtype=np.float64))
    counts, standard_m = helped(walkable_city, query, places), limit_m(query)
    if not np.isfinite(current_m[counts]).any():
        raise NotComputableError(
            N_("No facility of this layer exists yet, so there is no walk to shorten.")
        )
    found = p_centre(
        current_m,
        counts,
        lambda point: model.walk_m(
            demand.take(slice(point, point + 1)), sites, limit_m=max(current_m[point], standard_m)
        ),
        lambda site: model.walk_m(
            sites.take(slice(site, site + 1)),
            demand,
            limit_m=useful_m(sites.xy[site], demand.xy[counts], current_m[counts]),
        ),
        query.count,
        work=work_of(query),
    )
    per_minute = 60 * float(query.pace_m_s or 1.0)
    most = (found.longest_m[0] - found.bound_m) / per_minute
    return SiteChoice(
        np.array(found.chosen, dtype=np.int64),
        found.saved_m / per_minute,
        most,
        gap(most, float(found.saved_m.sum()) / per_minute) if found.chosen else 0.0,
        found.timed_out,
        np.array(found.ties, dtype=np.int64),
        longest_m=found.longest_m[0],
    )


def helped(walkable_city: WalkableCity, query: SitingQuery, places: pd.DataFrame) -> Flags:
    """Return which demand points have people, and a candidate within the standard."""
    sites = walkable_city.model.snap(places[["x", "y"]].to_numpy(dtype=np.float64))
    nearest_m, _ = walkable_city.model.nearest(walkable_city.demand, sites)
    people = walkable_city.city.demand.people[str(query.group)]
    counts: Flags = (people > 0) & (nearest_m <= limit_m(query))
    return counts
