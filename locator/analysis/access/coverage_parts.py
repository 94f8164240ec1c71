"""Count who is served by a part of a layer: what the city runs itself, all that is public.

A share of all facilities together hides which of them a council decides on, and which a family
pays for. Of AEDs, those whose hours are on file are a part of their own: the others may be locked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from locator.analysis.access.aggregate import people_by_district, standard_m
from locator.analysis.access.counted import counted_facilities, counted_rows
from locator.analysis.aed.option import FIXED_LAYER
from locator.base.geo import FloatArray, IntArray
from locator.city.catalogue import Layer
from locator.city.completeness import matching
from locator.city.usability import is_doorless
from locator.walking.walkable_city import WalkableCity, nearest_facilities

Kind = Literal["municipal", "public", "known_hours", "all"]


@dataclass(frozen=True)
class Part:
    """What a part of a layer's facilities would serve alone.

    Attributes
    ----------
    kind : str
        ``"municipal"``: run by the city itself (`locator.city.catalogue.Layer.municipal_where`);
        ``"public"``: by it or on its behalf; ``"known_hours"``: AEDs that hang outdoors or whose
        hours are on file; ``"all"``.
    counted : int
        Facilities, a centre with several sites once.
    served : int
        People within the standard of the nearest of them.
    share : float
        Of all people of the group.
    """

    kind: Kind
    counted: int
    served: int
    share: float


def coverage_parts(
    walkable_city: WalkableCity, layer: Layer, *, group: str, minutes: float, pace_m_s: float
) -> tuple[Part, ...]:
    """Return the parts of a layer, the smallest first and all of it last.

    Empty where no part differs from the whole, or nobody knows which facilities are public.

    Parameters
    ----------
    walkable_city : WalkableCity
    layer : Layer
        One that stands still.
    group : str
        Id of an age group.
    minutes : float
        Standard.
    pace_m_s : float
        Walking speed, metres a second.

    Returns
    -------
    tuple of Part
    """
    rows = np.array(counted_rows(walkable_city, layer.id), dtype=np.int64)
    people = walkable_city.city.demand.people[group]
    limit_m = standard_m(minutes, pace_m_s)
    parts: list[Part] = []
    seen = {0, len(rows)}
    for kind, inside in _parts(walkable_city.city.facilities.iloc[rows], layer).items():
        if int(inside.sum()) not in seen:
            seen.add(int(inside.sum()))
            parts.append(_part(walkable_city, kind, rows[inside], people, limit_m))
    return (*parts, _part(walkable_city, "all", rows, people, limit_m)) if parts else ()


def _parts(facilities: pd.DataFrame, layer: Layer) -> dict[Kind, npt.NDArray[np.bool_]]:
    """Return which facilities each part holds."""
    if layer.id == FIXED_LAYER:
        known = [
            pd.notna(aed["opening_hours"]) or is_doorless(aed) for _, aed in facilities.iterrows()
        ]
        return {"known_hours": np.array(known, dtype=np.bool_)}
    public: Any = facilities["public"].eq(True).fillna(False).to_numpy(dtype=np.bool_)
    if not layer.municipal_where:
        return {"public": public}
    municipal = matching(facilities, layer.municipal_where).to_numpy(dtype=np.bool_)
    return {"municipal": municipal, "public": public}


def _part(
    walkable_city: WalkableCity, kind: Kind, rows: IntArray, people: FloatArray, limit_m: float
) -> Part:
    some = tuple(rows.tolist())
    within = nearest_facilities(walkable_city, some)[0] <= limit_m
    served = int(people_by_district(walkable_city.city, np.where(within, people, 0.0)).sum())
    total = int(people_by_district(walkable_city.city, people).sum())
    share = served / total if total else 0.0
    return Part(kind, counted_facilities(walkable_city, some), served, share)
