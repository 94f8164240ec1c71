"""Tell which AEDs that stand can be had after a walk, by their hours, access and place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from locator.analysis.aed.option import (
    CLOSING_SOON,
    FIXED_LAYER,
    AedOption,
    Evidence,
    State,
    Sureness,
)
from locator.base.geo import FloatArray, IntArray
from locator.city.likely_open import LikelyRule, rule_for
from locator.city.model import City
from locator.city.opening import opening_in
from locator.city.usability import is_doorless, text_or_none
from locator.walking import SnappedPoints
from locator.walking.network.model import NetworkModel
from locator.walking.walkable_city import WalkableCity, remembered

WIDEN = 2
"""So many times as many are looked at while too few of them are sure."""
SAID = ("name", "place_note", "operator", "hours_text", "note")
"""Where sources say in words what kind of place it is."""


@dataclass(frozen=True)
class FixedAed:
    """What decides of an AED that stays where it is; texts are None where nothing is on file.

    Attributes
    ----------
    id, name : str
    lon, lat : float
        Degrees, WGS84.
    hours : str or None
        OpenStreetMap's grammar.
    access : str or None
        Who may take it, as OpenStreetMap has it.
    doorless : bool
        It stands outdoors for everyone, so that no hours are needed.
    indoor : bool or None
        None where nobody says.
    level : str or None
        Storey, as OpenStreetMap counts.
    rule : LikelyRule or None
        Why it is likelier, or not, to be had at unknown hours.
    """

    id: str
    name: str
    lon: float
    lat: float
    hours: str | None
    access: str | None
    doorless: bool
    indoor: bool | None = None
    level: str | None = None
    rule: LikelyRule | None = None


@remembered
def fixed_aeds(walkable_city: WalkableCity) -> tuple[tuple[FixedAed, ...], SnappedPoints]:
    """Return the usable AEDs that stand, and where, ready for the model; read once for a city.

    Parameters
    ----------
    walkable_city : WalkableCity

    Returns
    -------
    tuple of FixedAed
    SnappedPoints
        Their places, in the same order.
    """
    rows = walkable_city.usable_rows.get(FIXED_LAYER, np.empty(0, dtype=np.int64))
    found = walkable_city.city.facilities.iloc[rows]
    aeds = tuple(
        FixedAed(
            id=str(index),
            name=str(aed["name"]),
            lon=float(aed["geometry"].x),
            lat=float(aed["geometry"].y),
            hours=text_or_none(aed["opening_hours"]),
            access=text_or_none(aed["access"]),
            doorless=is_doorless(aed),
            indoor=bool(aed["indoor"]) if pd.notna(aed["indoor"]) else None,
            level=text_or_none(aed["level"]),
            rule=rule_for(
                walkable_city.city.likely_open,
                (text_or_none(aed[name]) for name in SAID),
            ),
        )
        for index, aed in found.iterrows()
    )
    return aeds, walkable_city.snapped(rows)


def index_aeds(walkable_city: WalkableCity) -> None:
    """Index the walks to all AEDs that stand: how many are too many is not known before the hour.

    Parameters
    ----------
    walkable_city : WalkableCity
        Nothing is indexed where walks are estimated.
    """
    if isinstance(walkable_city.model, NetworkModel):
        walkable_city.model.index_all(fixed_aeds(walkable_city)[1])


def fixed_options(
    walkable_city: WalkableCity, origin: SnappedPoints, at: datetime, *, pace_m_s: float, k: int
) -> list[AedOption]:
    """Return the fixed AEDs by walking time, as far as the k-th that is sure.

    So far none that lies beyond can be ranked before the k-th, whatever the others are.
    """
    aeds, snapped = fixed_aeds(walkable_city)
    model, seen = walkable_city.model, len(aeds)
    if not model.knows_all(snapped):
        straight_m = np.hypot(*(snapped.xy - origin.xy[0]).T)
        seen = _as_many(walkable_city, aeds, np.argsort(straight_m), at, k=k)
    while True:
        walk_m = model.k_nearest_m(origin, snapped, k=seen)
        found = _options(walkable_city.city, aeds, walk_m, at, pace_m_s=pace_m_s, k=k)
        enough = sum(option.sureness == "sure" for option in found) == k
        if enough or seen >= len(aeds) or np.isfinite(walk_m).all():
            return found
        seen *= WIDEN


def _as_many(
    walkable_city: WalkableCity, aeds: Sequence[FixedAed], order: IntArray, at: datetime, *, k: int
) -> int:
    """Return how many there are up to the k-th that is sure, as the crow flies."""
    minute = at.replace(second=0, microsecond=0)
    known = _surely_open(walkable_city, minute)
    sure = 0
    for seen, index in enumerate(order.tolist(), start=1):
        if known[index] < 0:
            option = _fixed_option(walkable_city.city, aeds[index], 0.0, minute, 1.0)
            known[index] = option.sureness == "sure"
        sure += int(known[index])
        if sure == k:
            return seen
    return len(aeds)


@remembered
def _surely_open(walkable_city: WalkableCity, minute: datetime) -> npt.NDArray[np.int8]:
    """Return for each fixed AED whether who stands before it has it for sure; -1: not known yet.

    Found out for those near who asks: a region has many, and a minute is soon over.
    """
    return np.full(len(fixed_aeds(walkable_city)[0]), -1, dtype=np.int8)


def _options(
    city: City,
    aeds: Sequence[FixedAed],
    walk_m: FloatArray,
    at: datetime,
    *,
    pace_m_s: float,
    k: int,
) -> list[AedOption]:
    """Return those with a walk, nearest first, as far as the k-th that is sure."""
    found: list[AedOption] = []
    sure_so_far = 0
    for i in np.argsort(walk_m, kind="stable"):
        if sure_so_far == k or not np.isfinite(walk_m[i]):
            break
        option = _fixed_option(city, aeds[i], float(walk_m[i]), at, pace_m_s)
        sure_so_far += option.sureness == "sure"
        found.append(option)
    return found


def _fixed_option(
    city: City, aed: FixedAed, walk_m: float, at: datetime, pace_m_s: float
) -> AedOption:
    walk_s = walk_m / pace_m_s
    state, next_change, evidence = fixed_state(city, aed, at=at, walk_s=walk_s)
    return AedOption(
        id=aed.id,
        layer=FIXED_LAYER,
        name=aed.name,
        kind="fixed",
        lon=aed.lon,
        lat=aed.lat,
        walk_m=walk_m,
        walk_s=walk_s,
        wait_s=0.0,
        total_s=2 * walk_s,
        state=state,
        next_change=next_change,
        evidence=evidence,
        sureness=_sureness(aed, state, next_change, at + timedelta(seconds=walk_s)),
        because=aed.rule if state == "unknown" else None,
        access=aed.access,
        indoor=aed.indoor,
        level=aed.level,
    )


def _sureness(
    aed: FixedAed, state: State, next_change: datetime | None, there: datetime
) -> Sureness | None:
    if state == "closed":
        return None
    if state == "unknown":
        return "likely" if aed.rule is not None and aed.rule.likely else "unknown"
    closes_soon = next_change is not None and there < next_change <= there + CLOSING_SOON
    return "less_sure" if closes_soon or aed.access == "permit" else "sure"


def fixed_state(
    city: City, aed: FixedAed, *, at: datetime, walk_s: float
) -> tuple[State, datetime | None, Evidence | None]:
    """Return whether a fixed AED can be had after a walk, the next change, and why.

    ``open`` and ``closed`` are about the moment of arrival; the next change is the one after
    `at`, which a person on the way wants to know.
    """
    if aed.hours is None:
        return ("open", None, "outdoors") if aed.doorless else ("unknown", None, None)
    state_at = partial(opening_in, city, aed.hours)
    now = state_at(at)
    state = now.state
    if now.next_change is not None and now.next_change <= at + timedelta(seconds=walk_s):
        state = state_at(at + timedelta(seconds=walk_s)).state
    return state, now.next_change, "hours" if state == "open" else None
