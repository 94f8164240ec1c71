"""Count who is served by every layer, at a glance: by the rules of one layer in full."""

from __future__ import annotations

import pandas as pd

from locator.analysis.access.aggregate import SAME_TIME_S, finite, people_by_district, walking_times
from locator.analysis.access.counted import counted_facilities, counted_rows
from locator.city.catalogue import Layer
from locator.walking.walkable_city import WalkableCity, nearest_facilities


def coverage_overview(walkable_city: WalkableCity, *, minutes: float | None = None) -> pd.DataFrame:
    """Return every layer at a glance, at its own group and pace; without gaps, so it is quick.

    Parameters
    ----------
    walkable_city : WalkableCity
        Its chosen facilities count.
    minutes : float, optional
        One standard for all; by default each layer's own.

    Returns
    -------
    DataFrame
        Index: layer id, in catalogue order. Columns ``computable`` (False for layers that move,
        whose numbers are missing), ``group``, ``minutes``, ``pace_m_s``, ``people``, ``served``,
        ``unserved``, ``share``, ``mean_s``, ``median_s``, ``p90_s``, ``counted``.
    """
    return pd.DataFrame(
        [
            _glance(walkable_city, layer, minutes)
            for layer in walkable_city.city.catalogue.layers.values()
        ],
        index=pd.Index(list(walkable_city.city.catalogue.layers), name="layer", dtype=object),
    ).astype(dict.fromkeys(("people", "served", "unserved", "counted"), "Int64"))


def _glance(walkable_city: WalkableCity, layer: Layer, minutes: float | None) -> dict[str, object]:
    """Return the row of one layer in the overview."""
    minutes = float(layer.standard_min if minutes is None else minutes)
    known: dict[str, object] = {
        "computable": not layer.moves,
        "group": layer.group,
        "minutes": minutes,
        "pace_m_s": layer.pace_m_s,
    }
    numbers = ("people", "served", "unserved", "share", "mean_s", "median_s", "p90_s", "counted")
    if layer.moves:
        return known | dict.fromkeys(numbers)
    rows = counted_rows(walkable_city, layer.id)
    walk_s = nearest_facilities(walkable_city, rows)[0] / layer.pace_m_s
    people = walkable_city.city.demand.people[layer.group]
    served = walk_s <= minutes * 60 + SAME_TIME_S
    total, total_served = (
        int(people_by_district(walkable_city.city, weights).sum())
        for weights in (people, people * served)
    )
    times = (finite(time_s) for time_s in walking_times(walk_s, people))
    share = total_served / total if total else None
    found = (
        total,
        total_served,
        total - total_served,
        share,
        *times,
        counted_facilities(walkable_city, rows),
    )
    return known | dict(zip(numbers, found, strict=True))
