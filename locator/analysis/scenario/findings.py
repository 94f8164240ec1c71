"""Collect what the report of a scenario says: the comparison, where people are reached, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from locator.analysis.access.aggregate import SAME_TIME_S, people_by_district, standard_m
from locator.analysis.access.gain_ranges import GainRanges
from locator.analysis.access.gaps import outline
from locator.analysis.scenario.change import rows_of, site_points
from locator.analysis.scenario.compare import ScenarioComparison
from locator.analysis.scenario.supply import SupplyChange
from locator.base.geo import WGS84, FloatArray
from locator.city.history import span_of
from locator.walking.walkable_city import WalkableCity, nearest_facilities

REACH = ("beyond", "lost", "kept", "gained")
"""What becomes of where people live, as in `ScenarioFindings.reach`."""


@dataclass(frozen=True)
class ScenarioFindings:
    """All that the report of a scenario says.

    Attributes
    ----------
    compared : ScenarioComparison
    supply : SupplyChange or None
        Places within reach before and after; None where no capacity is known.
    reach : GeoDataFrame
        Where people of the group live, WGS84: column ``state``, one of `REACH`; those that are
        empty are left out.
    stages : DataFrame
        Columns ``opens`` (ISO 8601 text; empty where no date is known), ``names`` (tuple),
        ``served`` (whole people, once these and all before them have opened), ``gained`` (by
        these). No rows where no date is known.
    gains : GainRanges or None
        Between which values lies what is gained less what is lost; None where nobody counted it.
    """

    compared: ScenarioComparison
    supply: SupplyChange | None
    reach: gpd.GeoDataFrame
    stages: pd.DataFrame
    gains: GainRanges | None = None


def scenario_findings(
    walkable_city: WalkableCity, found: ScenarioComparison, supply: SupplyChange | None
) -> ScenarioFindings:
    """Return what the report of a scenario says.

    Parameters
    ----------
    walkable_city : WalkableCity
    found : ScenarioComparison
    supply : SupplyChange or None
        Of the same scenario.

    Returns
    -------
    ScenarioFindings
    """
    return ScenarioFindings(
        found, supply, reach_areas(walkable_city, found), stages(walkable_city, found)
    )


def reach_areas(walkable_city: WalkableCity, found: ScenarioComparison) -> gpd.GeoDataFrame:
    """Return where people are reached before and after, and where not.

    Parameters
    ----------
    walkable_city : WalkableCity
    found : ScenarioComparison

    Returns
    -------
    GeoDataFrame
        As ``ScenarioFindings.reach``.
    """
    lived_in = walkable_city.city.demand.people[found.before.group] > 0
    was = found.before.walk_s <= found.before.minutes * 60 + SAME_TIME_S
    is_now = found.after.walk_s <= found.after.minutes * 60 + SAME_TIME_S
    states = {
        "beyond": ~was & ~is_now,
        "lost": was & ~is_now,
        "kept": was & is_now,
        "gained": ~was & is_now,
    }
    shapes = {
        state: outline(walkable_city, np.flatnonzero(states[state] & lived_in)) for state in REACH
    }
    kept = [(state, shape) for state, shape in shapes.items() if not shapely.is_empty(shape)]
    return gpd.GeoDataFrame(kept, columns=["state", "geometry"], geometry="geometry", crs=WGS84)


def stages(walkable_city: WalkableCity, found: ScenarioComparison) -> pd.DataFrame:
    """Return how many are reached as one opening after the other comes.

    What closes, and another standard or pace, hold from the first stage on; what has no date
    comes last. A date reduced to a month or a year is its last day.

    Parameters
    ----------
    walkable_city : WalkableCity
    found : ScenarioComparison

    Returns
    -------
    DataFrame
        As ``ScenarioFindings.stages``.
    """
    openings = _openings(walkable_city, found)
    dates = sorted({when for when, *_ in openings if when}, key=_last_day)
    empty = pd.DataFrame({"opens": [], "names": [], "served": [], "gained": []})
    if not dates:
        return empty
    dates += [""] if any(not when for when, *_ in openings) else []
    limit_s = found.after.minutes * 60 + SAME_TIME_S
    people = walkable_city.city.demand.people[found.after.group]
    opened = rows_of(walkable_city, found.opened)
    walk_m, _ = nearest_facilities(walkable_city, tuple(sorted(set(found.rows_after) - opened)))

    def served() -> int:
        within = walk_m / found.after.pace_m_s <= limit_s
        return int(people_by_district(walkable_city.city, people * within).sum())

    rows, before = [], served()
    for opens in dates:
        now = [(name, walk) for when, name, walk in openings if when == opens]
        for _, walk in now:
            walk_m = np.minimum(walk_m, walk)
        then = served()
        names = tuple(name for name, _ in now)
        rows.append({"opens": opens, "names": names, "served": then, "gained": then - before})
        before = then
    return pd.DataFrame(rows)


def _last_day(opens: str) -> date:
    span = span_of(opens)
    return span[1] if span else date.max


def _openings(
    walkable_city: WalkableCity, found: ScenarioComparison
) -> list[tuple[str, str, FloatArray]]:
    """Return date, name, and everybody's walk of each facility or site that opens.

    Walks to a site that are longer than the standard are ``inf``.
    """
    facilities = walkable_city.city.facilities
    openings = []
    for one in found.opened:
        expected = facilities.at[one, "expected_opening"]
        walk_m, _ = nearest_facilities(walkable_city, tuple(rows_of(walkable_city, [one])))
        opens = expected if isinstance(expected, str) else ""
        openings.append((opens, str(facilities.at[one, "name"]), walk_m))
    sites = found.scenario.add
    snapped = walkable_city.model.snap(site_points(walkable_city, sites))
    within_m = standard_m(found.after.minutes, found.after.pace_m_s) + 1.0  # all that is asked
    for place, site in enumerate(sites):
        walk_m = walkable_city.model.walk_m(
            snapped.take(slice(place, place + 1)), walkable_city.demand, limit_m=within_m
        )
        openings.append((site.opens, site.name or f"{site.lat:.5f}, {site.lon:.5f}", walk_m))
    return openings
