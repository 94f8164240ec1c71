"""Rank the facilities that people reach first from each of many places, all places at once.

The same answers as `locator.analysis.nearest.nearest` gives one by one. Few starts are searched
from; for many it is cheaper to index what is nearest of every crossing of the streets, once.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from locator.analysis.clock import Clock
from locator.analysis.nearest import (
    SAME_DIGITS,
    WIDEN,
    NearestQuery,
    asked_rows,
    local_moment,
)
from locator.base.geo import FloatArray, IntArray
from locator.walking import SnappedPoints
from locator.walking.walkable_city import WalkableCity

SAME_M = 1e-6
"""Walks that differ by less are equally long."""

ONE_BY_ONE = 100
"""Up to so many starts are searched from: an index is made in the time of some hundred searches."""


def nearest_many(
    walkable_city: WalkableCity, lonlat: FloatArray, query: NearestQuery
) -> pd.DataFrame:
    """Return the nearest facilities of each layer from each of many places, by walking time.

    Parameters
    ----------
    walkable_city : WalkableCity
    lonlat : (n, 2) float array
        Where the walks start, WGS84; inside the city.
    query : NearestQuery
        What is looked for; its own start is of no account.

    Returns
    -------
    DataFrame
        Columns ``origin`` (row of `lonlat`), ``rank`` (from 1), ``row`` (of
        ``city.facilities``), ``layer``, ``walk_m``, ``walk_s``, ``open_state``,
        ``next_change``; sorted by origin and rank. A start from which nothing is reached has no
        row.

    Raises
    ------
    NotFoundError
        For a layer that the city does not have.
    InvalidParameterError
        For `k` or a pace that makes no sense.
    """
    city = walkable_city.city
    clock = Clock(city, local_moment(city, query.at))
    origins = walkable_city.model.snap(city.projection.to_metric(lonlat.reshape(-1, 2)))
    parts = []
    for layer, of_layer in asked_rows(walkable_city, query).items():
        rows = of_layer
        if query.open_now:
            rows = of_layer[clock.are_open(of_layer)]
        part = _of_layer(walkable_city, origins, rows, query.k)
        pace_m_s = query.pace_m_s or city.catalogue.layers[layer].pace_m_s
        parts.append(part.assign(layer=layer, walk_s=part["walk_m"] / pace_m_s))
    found = pd.concat(parts, ignore_index=True)
    rounded = found["walk_s"].round(SAME_DIGITS).to_numpy()
    found = found.iloc[np.lexsort((found["row"], rounded, found["origin"]))].reset_index(drop=True)
    states = [clock.state(row) for row in found["row"].tolist()]
    return found.assign(
        rank=found.groupby("origin").cumcount().to_numpy(dtype=np.int64) + 1,
        open_state=pd.array([one.state for one in states], dtype=object),
        next_change=pd.array([one.next_change for one in states], dtype=object),
    )[["origin", "rank", "row", "layer", "walk_m", "walk_s", "open_state", "next_change"]]


def _of_layer(
    walkable_city: WalkableCity, origins: SnappedPoints, rows: IntArray, k: int
) -> pd.DataFrame:
    """Return origin, row and metres of the first `k` of `rows` from each origin.

    More are looked at wherever the first ones are sites of fewer than `k` centres, or the last of
    them is as near as one that was not looked at may be.
    """
    targets, centre = walkable_city.snapped(rows), walkable_city.centre[rows]
    waiting, seen = np.arange(len(origins)), k + 1
    parts = [_pairs(np.empty(0, int), np.empty(0, int), np.empty(0))]
    while len(waiting) and len(rows):
        pairs = _walks(walkable_city, origins.take(waiting), targets, min(seen, len(rows)))
        last_m = pairs.groupby("origin")["walk_m"].last()
        is_full = pairs.groupby("origin").size() == seen
        chosen = pairs[~_repeats(pairs["origin"], centre[pairs["target"]])]
        chosen = chosen[chosen.groupby("origin").cumcount() < k]
        short = chosen.groupby("origin").size() < k
        tied = chosen.groupby("origin")["walk_m"].last() >= last_m - SAME_M
        again = (is_full & (short | tied)).to_numpy() & (seen < len(rows))
        unsure = last_m.index.to_numpy()[again]
        settled = chosen[~chosen["origin"].isin(unsure)]
        parts.append(settled.assign(origin=waiting[settled["origin"]]))
        waiting, seen = waiting[unsure], seen * WIDEN
    found = pd.concat(parts, ignore_index=True)
    return found.assign(row=rows[found["target"]])[["origin", "row", "walk_m"]]


def _walks(
    walkable_city: WalkableCity, origins: SnappedPoints, targets: SnappedPoints, seen: int
) -> pd.DataFrame:
    """Return the `seen` nearest targets of each origin, the nearest first, equal ones in order."""
    model = walkable_city.model
    if len(origins) <= ONE_BY_ONE:
        metres = np.vstack(
            [
                model.k_nearest_m(origins.take(slice(one, one + 1)), targets, k=seen)
                for one in range(len(origins))
            ]
        )
        target = np.broadcast_to(np.arange(len(targets)), metres.shape)
    else:
        target, metres = model.few_nearest(origins, targets, k=seen)
    origin = np.broadcast_to(np.arange(len(origins))[:, None], metres.shape)
    there = np.isfinite(metres)
    pairs = _pairs(origin[there], target[there], metres[there])
    order = np.lexsort((pairs["target"], pairs["walk_m"].round(SAME_DIGITS), pairs["origin"]))
    pairs = pairs.iloc[order]
    pairs = pairs[~_repeats(pairs["origin"], pairs["target"].to_numpy())]
    return pairs[pairs.groupby("origin").cumcount() < seen]


def _pairs(origin: IntArray, target: IntArray, walk_m: FloatArray) -> pd.DataFrame:
    return pd.DataFrame({"origin": origin, "target": target, "walk_m": walk_m})


def _repeats(origin: pd.Series, value: IntArray) -> pd.Series:
    """Return which rows have a value that an earlier row of the same origin has."""
    return pd.DataFrame({"origin": origin, "value": value}, index=origin.index).duplicated()
