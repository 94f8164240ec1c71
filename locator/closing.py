"""Say which facility would be missed least, and which would serve more people elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from locator.geo import FloatArray, IntArray
from locator.siting import (
    SitingQuery,
    candidate_places,
    completed,
    existing_rows,
    limit_m,
    walks_to,
)
from locator.walking.reach import reach
from locator.walking.walkable import WalkableCity


def least_missed(ground: WalkableCity, query: SitingQuery) -> pd.DataFrame:
    """Return how many people each existing facility alone serves, the least missed first.

    Returns
    -------
    DataFrame
        Index: facility id. Columns ``name``, ``lost`` (people who would fall out of the standard
        if it closed), ``served`` (people within the standard of it).
    """
    query = completed(ground, query)
    walks, rows, people = _existing_walks(ground, query)
    covers = walks.astype(bool).astype(np.float64)
    alone = np.where(covers.sum(axis=1) == 1, people, 0.0)
    facilities = ground.city.facilities.iloc[rows]
    frame = pd.DataFrame(
        {"name": facilities["name"], "lost": covers.T @ alone, "served": covers.T @ people},
        index=facilities.index,
    )
    return frame.sort_values(["lost", "served"], kind="stable")


def best_move(ground: WalkableCity, query: SitingQuery) -> pd.DataFrame:
    """Return, for each facility, the site to move it to that serves most people after the move.

    Returns
    -------
    DataFrame
        Index: facility id. Columns ``name``, ``site``, ``lon``, ``lat``, ``lost``, ``gained``,
        ``net`` (people served after the move less those served before), best move first.
    """
    query = completed(ground, query)
    walks, rows, people = _existing_walks(ground, query)
    covers = walks.astype(bool).astype(np.float64)
    served_by = covers.sum(axis=1)
    unserved = np.where(served_by == 0, people, 0.0)
    alone = covers.multiply(np.where(served_by == 1, people, 0.0)[:, np.newaxis]).tocsc()
    places = candidate_places(ground, query)
    reaches = walks_to(ground, places, query).astype(bool).astype(np.float64)
    gains = (reaches.T @ unserved)[:, np.newaxis] + (reaches.T @ alone).toarray()
    best = gains.argmax(axis=0)
    lost = np.asarray(alone.sum(axis=0)).ravel()
    gained = gains[best, np.arange(len(rows))]
    facilities = ground.city.facilities.iloc[rows]
    frame = pd.DataFrame(
        {
            "name": facilities["name"].to_numpy(),
            "site": places["name"].to_numpy()[best],
            "lon": places["lon"].to_numpy()[best],
            "lat": places["lat"].to_numpy()[best],
            "lost": lost,
            "gained": gained,
            "net": gained - lost,
        },
        index=facilities.index,
    )
    return frame.sort_values("net", ascending=False, kind="stable")


def _existing_walks(
    ground: WalkableCity, query: SitingQuery
) -> tuple[sparse.csc_array, IntArray, FloatArray]:
    rows = np.array(existing_rows(ground, query), dtype=np.int64)
    walks = reach(ground.model, ground.demand, ground.placed(rows), limit_m=limit_m(query))
    return walks, rows, ground.city.demand.people[str(query.group)]
