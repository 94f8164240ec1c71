"""Count who reaches several kinds of facility at once: at least one of them, or all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from locator.analysis.access.aggregate import SAME_TIME_S, by_district
from locator.analysis.access.counted import counted_rows
from locator.base.errors import N_, InvalidParameterError, NotComputableError
from locator.base.geo import FloatArray
from locator.city.facility_filter import EVERYTHING, FacilityFilter
from locator.city.lookup import known_group, standing_layer
from locator.walking import ModelName
from locator.walking.walkable_city import WalkableCity, nearest_facilities

Need = Literal["all", "any"]


@dataclass(frozen=True, kw_only=True)
class CombinedQuery:
    """A question: who reaches several layers.

    Attributes
    ----------
    layers : tuple of str
        Two or more ids.
    need : str
        ``"all"``: each of the layers is within its standard; ``"any"``: at least one is.
    minutes : float or None
        One standard for all layers; None means each layer's own.
    group : str
        Id of an age group.
    pace_m_s : float or None
        One pace for all layers; None means each layer's own.
    which : FacilityFilter
        Which facilities of each layer count.
    """

    layers: tuple[str, ...]
    need: Need = "all"
    minutes: float | None = None
    group: str = "all"
    pace_m_s: float | None = None
    which: FacilityFilter = EVERYTHING


@dataclass(frozen=True)
class Combined:
    """Who reaches several layers.

    Attributes
    ----------
    query : CombinedQuery
    model : str
    people, served, unserved : int
    share : float
    single : dict of str to float
        Share of the same people that each layer alone serves.
    counts : DataFrame
        ``layers`` (0, 1, ...), ``people``, ``share``: how many have that many of the layers
        within the standard.
    districts : DataFrame
        As in `locator.analysis.access.coverage.Coverage`; times are to the last layer needed
        (``all``) or the
        first (``any``).
    """

    query: CombinedQuery
    model: ModelName
    people: int
    served: int
    unserved: int
    share: float
    single: dict[str, float]
    counts: pd.DataFrame
    districts: pd.DataFrame


def combined(walkable_city: WalkableCity, query: CombinedQuery) -> Combined:
    """Return who has all, or at least one, of several layers within the standard.

    Parameters
    ----------
    walkable_city : WalkableCity
    query : CombinedQuery

    Returns
    -------
    Combined

    Raises
    ------
    InvalidParameterError
        For fewer than two layers or an unknown group.
    NotFoundError
        For an unknown layer.
    NotComputableError
        For a layer that moves, or a group without people.
    """
    _check(walkable_city, query)
    walkable_city = walkable_city.choosing(query.which)
    people = walkable_city.city.demand.people[query.group]
    walk_s, within = _walks(walkable_city, query)
    join = np.logical_and if query.need == "all" else np.logical_or
    served: npt.NDArray[np.bool_] = join.reduce(within, axis=0)
    decisive_s = walk_s.max(axis=0) if query.need == "all" else walk_s.min(axis=0)
    districts = by_district(walkable_city.city, people, served, decisive_s)
    total, total_served = int(districts["people"].sum()), int(districts["served"].sum())
    alone = [float(people[one].sum() / people.sum()) for one in within]
    return Combined(
        query=query,
        model=walkable_city.model.name,
        people=total,
        served=total_served,
        unserved=total - total_served,
        share=total_served / total,
        single=dict(zip(query.layers, alone, strict=True)),
        counts=_counts(within.sum(axis=0), people),
        districts=districts,
    )


def _check(walkable_city: WalkableCity, query: CombinedQuery) -> None:
    catalogue = walkable_city.city.catalogue
    if len(set(query.layers)) < 2:
        raise InvalidParameterError(N_("Choose at least two layers."), parameter="layer")
    for layer in query.layers:
        standing_layer(catalogue, layer)
    known_group(catalogue, query.group)
    if not walkable_city.city.demand.people[query.group].sum() >= 0.5:
        raise NotComputableError(
            N_("How many people of this group live here is not known, so nobody can be counted."),
            parameter="group",
        )


def _walks(
    walkable_city: WalkableCity, query: CombinedQuery
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return seconds to each layer and whether that is within its standard, (layers, n) both."""
    times, within = [], []
    for name in query.layers:
        layer = walkable_city.city.catalogue.layers[name]
        walk_m, _ = nearest_facilities(walkable_city, counted_rows(walkable_city, name))
        walk_s = walk_m / (query.pace_m_s or layer.pace_m_s)
        times.append(walk_s)
        within.append(walk_s <= (query.minutes or layer.standard_min) * 60 + SAME_TIME_S)
    return np.array(times), np.array(within)


def _counts(reached: Sequence[int] | FloatArray, people: FloatArray) -> pd.DataFrame:
    number = np.asarray(reached, dtype=np.int64)
    amount = np.bincount(number, weights=people)
    return pd.DataFrame(
        {"layers": np.arange(len(amount)), "people": amount, "share": amount / amount.sum()}
    )
