"""Choose the sites that shorten all walks most in sum: the p-median, over squares of people."""

from __future__ import annotations

import numpy as np
import pandas as pd

from locator.analysis.siting.choice import SiteChoice
from locator.analysis.siting.pmedian import by_walks, p_median, saved_walks
from locator.analysis.siting.query import SitingQuery, work_of
from locator.analysis.siting.ties import ties
from locator.analysis.siting.walks import inhabited_squares, searched_square_walks, square_walks
from locator.base.errors import N_, NotComputableError
from locator.base.geo import FloatArray
from locator.walking.walkable_city import WalkableCity


def median_choice(
    walkable_city: WalkableCity,
    query: SitingQuery,
    places: pd.DataFrame,
    current_m: FloatArray,
    people: FloatArray,
) -> SiteChoice:
    """Choose by p-median over squares of people; gains are person-minutes saved.

    Parameters
    ----------
    walkable_city : WalkableCity
    query : SitingQuery
        Completed.
    places : DataFrame
        The candidates.
    current_m, people : (n,) float arrays
        Of each demand point: the walk to what exists, and who lives there.

    Raises
    ------
    NotComputableError
        Nothing exists yet.
    """
    if not np.isfinite(current_m).any():
        raise NotComputableError(
            N_("No facility of this layer exists yet, so there is no walk to shorten.")
        )
    which, weights, now_m = inhabited_squares(walkable_city, current_m, people)
    sites = places.index.to_numpy()
    walk_m = square_walks(walkable_city, sites, which, shorter_m=now_m)
    work = None if query.method == "greedy" else work_of(query)
    median = p_median(walk_m.T, now_m, weights, query.count, work=work)
    chosen_m = searched_square_walks(
        walkable_city, sites[median.chosen], which, limit_m=float(now_m.max())
    )
    median = by_walks(median, chosen_m.T, now_m, weights)
    per_minute = 60 * float(query.pace_m_s or 1.0)
    return SiteChoice(
        median.chosen,
        median.saved_person_m / per_minute,
        median.bound_person_m / per_minute,
        median.gap,
        median.timed_out,
        ties(saved_walks(walk_m.T, now_m, weights), median.chosen.tolist()),
    )
