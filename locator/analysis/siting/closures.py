"""Say which facility would be missed least, and which would serve more people elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from locator.analysis.siting.query import (
    SitingQuery,
    candidate_places,
    completed,
    existing_rows,
    limit_m,
    walks_to,
)
from locator.analysis.siting.vacating import closures_by_places, relocations_by_places
from locator.base.geo import FloatArray, IntArray
from locator.base.rounding import lost_and_gained, whole
from locator.walking.reach_matrix import covers_of
from locator.walking.walkable_city import WalkableCity, walks_to_rows


def closures(walkable_city: WalkableCity, query: SitingQuery) -> pd.DataFrame:
    """Return how many people each facility that is open alone serves, the least missed first.

    A centre with several sites is one facility: who closes it closes them all, so its sites do
    not stand in for one another.

    Parameters
    ----------
    walkable_city : WalkableCity
    query : SitingQuery
        Its count and its method do not matter here. With the objective ``"places"`` people count
        who would be left without a place (`locator.analysis.siting.vacating`).

    Returns
    -------
    DataFrame
        Index: facility id, that of the first site of a centre. Columns ``name``, ``lost`` (people
        who would fall out of the standard if it closed), ``served`` (people within the standard
        of it), ``sites`` (tuple of the ids that close with it). People are whole, counted as
        `locator.analysis.scenario.compare.compare` counts them.
    """
    walkable_city = walkable_city.choosing(query.which)
    query = completed(walkable_city, query)
    if query.objective == "places":
        return closures_by_places(walkable_city, query)
    walks, rows, people = _existing_walks(walkable_city, query)
    _, first, centre = np.unique(walkable_city.centre[rows], return_index=True, return_inverse=True)
    centre = centre.ravel()
    of_centre = sparse.csc_array(
        (np.ones(len(rows)), (np.arange(len(rows)), centre)), shape=(len(rows), len(first))
    )
    covers = covers_of(covers_of(walks) @ of_centre)
    served_by = covers.sum(axis=1)
    alone = _weighed(covers, np.where(served_by == 1, people, 0.0))
    before = _by_district(walkable_city, _column(people * (served_by > 0)))
    facilities = walkable_city.city.facilities.iloc[rows]
    ids = facilities.index.to_numpy(dtype=object)
    frame = pd.DataFrame(
        {
            "name": facilities["name"].to_numpy()[first],
            "lost": -_change(before, -_by_district(walkable_city, alone)),
            "served": whole(_by_district(walkable_city, _weighed(covers, people))).sum(axis=0),
            "sites": pd.Series([tuple(ids[centre == one]) for one in range(len(first))]).array,
        },
        index=facilities.index[first],
    )
    is_open = np.isin(rows[first], walkable_city.usable_rows[query.layer])
    return frame[is_open].sort_values(["lost", "served"], kind="stable")


def relocations(walkable_city: WalkableCity, query: SitingQuery) -> pd.DataFrame:
    """Return, for each site that is open, the place to move it to that serves most people then.

    One site moves; the other sites of its centre stay where they are.

    Parameters
    ----------
    walkable_city : WalkableCity
    query : SitingQuery
        Its districts limit where something may move to. With the objective ``"places"`` people
        with a place count (`locator.analysis.siting.vacating`).

    Returns
    -------
    DataFrame
        Index: facility id. Columns ``name``, ``site``, ``lon``, ``lat``, ``lost`` (people served
        before and not after), ``gained`` (after and not before), ``net`` (people served after
        the move less those served before), best move first. People are whole, counted as
        `locator.analysis.scenario.compare.compare` counts them.
    """
    walkable_city = walkable_city.choosing(query.which)
    query = completed(walkable_city, query)
    if query.objective == "places":
        return relocations_by_places(walkable_city, query)
    walks, rows, people = _existing_walks(walkable_city, query)
    covers = covers_of(walks)
    served_by = covers.sum(axis=1)
    unserved = np.where(served_by == 0, people, 0.0)
    alone = _weighed(covers, np.where(served_by == 1, people, 0.0))
    places = candidate_places(walkable_city, query)
    reaches = covers_of(
        walks_to(walkable_city, places, query, np.where(served_by <= 1, people, 0.0))
    )
    best = ((reaches.T @ unserved)[:, np.newaxis] + (reaches.T @ alone).toarray()).argmax(axis=0)
    there = reaches[:, best]
    gained = _by_district(walkable_city, _weighed(there, unserved))
    kept = _by_district(walkable_city, sparse.csc_array(there.multiply(alone)))
    lost = _by_district(walkable_city, alone) - kept
    before = _by_district(walkable_city, _column(people - unserved))
    fewer, more = lost_and_gained(
        whole(before + gained - lost) - whole(before), lost=lost, gained=gained
    )
    facilities = walkable_city.city.facilities.iloc[rows]
    frame = pd.DataFrame(
        {
            "name": facilities["name"].to_numpy(),
            "site": places["name"].to_numpy()[best],
            "lon": places["lon"].to_numpy()[best],
            "lat": places["lat"].to_numpy()[best],
            "lost": fewer.sum(axis=0),
            "gained": more.sum(axis=0),
            "net": (more - fewer).sum(axis=0),
        },
        index=facilities.index,
    )
    is_open = np.isin(rows, walkable_city.usable_rows[query.layer])
    return frame[is_open].sort_values("net", ascending=False, kind="stable")


def _existing_walks(
    walkable_city: WalkableCity, query: SitingQuery
) -> tuple[sparse.csc_array, IntArray, FloatArray]:
    rows = np.array(existing_rows(walkable_city, query), dtype=np.int64)
    walks = walks_to_rows(walkable_city, query.layer, rows, limit_m=limit_m(query))
    return walks, rows, walkable_city.city.demand.people[str(query.group)]


def _weighed(covers: sparse.csc_array, people: FloatArray) -> sparse.csc_array:
    """Return the people of each demand point that each column covers."""
    return sparse.csc_array(covers.multiply(people[:, np.newaxis]))


def _column(people: FloatArray) -> sparse.csc_array:
    return sparse.csc_array(people[:, np.newaxis])


def _by_district(walkable_city: WalkableCity, people: sparse.csc_array) -> FloatArray:
    """Return the sums of each column over each row of ``city.districts``."""
    city = walkable_city.city
    points = np.arange(len(city.demand.district))
    position = city.districts.index.get_indexer(city.demand.district)
    inside = sparse.csr_array(
        (np.ones(len(points)), (position, points)), shape=(len(city.districts), len(points))
    )
    sums: FloatArray = sparse.csc_array(inside @ people).toarray()
    return sums


def _change(before: FloatArray, change: FloatArray) -> IntArray:
    """Return by how many whole people a change of each district changes the city."""
    difference: IntArray = (whole(before + change) - whole(before)).sum(axis=0)
    return difference
