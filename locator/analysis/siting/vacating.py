"""Say which facility can close, or move, by the people who would be left without a place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from locator.analysis.access.placement import Competition
from locator.analysis.siting.placing import Placing, placing_of
from locator.analysis.siting.query import (
    MAX_SITES,
    SitingQuery,
    candidate_places,
    known_places,
    walks_to,
)
from locator.analysis.siting.walks import rows_of
from locator.base.geo import FloatArray
from locator.base.rounding import whole
from locator.walking.walkable_city import WalkableCity


def closures_by_places(walkable_city: WalkableCity, query: SitingQuery) -> pd.DataFrame:
    """Return how many people would lose their place for each facility that closes.

    People are sent to other places within the standard as far as there is room. Facilities whose
    number of places is not known take nobody, and are not ranked.

    Parameters
    ----------
    walkable_city : WalkableCity
    query : SitingQuery
        Completed.

    Returns
    -------
    DataFrame
        As `locator.analysis.siting.closures.closures` has it: ``lost`` are people who would have
        no place, ``served`` those within the standard; least lost first, and of equals the one
        with the most places first, which saves most.
    """
    table, rows = _table(walkable_city, query)
    competition = Competition.of(table.existing, table.people)
    before = competition.placed(table.places)
    centre = walkable_city.centre[np.array(rows, dtype=np.int64)]
    _, first, of = np.unique(centre, return_index=True, return_inverse=True)
    facilities = walkable_city.city.facilities.iloc[list(rows)]
    ids = facilities.index.to_numpy(dtype=object)
    lost, served = [], []
    for one in range(len(first)):
        open_ = np.where(of.ravel() == one, 0.0, table.places)
        lost.append(before - competition.placed(open_))
        within = np.asarray(table.existing[:, of.ravel() == one].sum(axis=1)).ravel() > 0
        served.append(table.people[within].sum())
    frame = pd.DataFrame(
        {
            "name": facilities["name"].to_numpy()[first],
            "lost": whole(np.maximum(lost, 0.0)),
            "served": whole(np.array(served)),
            "places": np.bincount(of.ravel(), table.places).astype(np.int64),
            "sites": pd.Series([tuple(ids[of.ravel() == one]) for one in range(len(first))]).array,
        },
        index=facilities.index[first],
    )
    is_open = np.isin(np.array(rows)[first], walkable_city.usable_rows[query.layer])
    order = frame[is_open].sort_values(["lost", "places"], ascending=[True, False], kind="stable")
    return order


def relocations_by_places(walkable_city: WalkableCity, query: SitingQuery) -> pd.DataFrame:
    """Return, for sites that are not full, the place to move each to that places most people.

    A site that is full gains nobody elsewhere; so those are asked about first whose places stand
    empty most, until no other can gain more than those that were found.

    Parameters
    ----------
    walkable_city : WalkableCity
    query : SitingQuery
        Completed.

    Returns
    -------
    DataFrame
        As `locator.analysis.siting.closures.relocations` has it; people who have a place before
        and not after, after and not before, and the difference. At most `MAX_SITES` rows, and
        none that gains nobody.
    """
    places = candidate_places(walkable_city, query)
    table, rows = _table(walkable_city, query, places)
    competition = Competition.of(table.existing, table.people)
    before = competition.placed(table.places)
    without = [
        competition.placed(np.where(np.arange(len(rows)) == one, 0.0, table.places))
        for one in range(len(rows))
    ]
    empty = table.places - (before - np.array(without))
    usable = np.isin(np.array(rows), walkable_city.usable_rows[query.layer])
    facilities = walkable_city.city.facilities.iloc[list(rows)]
    found: list[tuple[int, int, int, int, int]] = []
    for one in np.argsort(-empty, kind="stable"):
        nets = sorted((net for *_, net in found), reverse=True)
        enough = nets[MAX_SITES - 1] if len(nets) >= MAX_SITES else 0
        if not usable[one] or whole(empty[one]) <= enough:
            if whole(empty[one]) <= enough:
                break
            continue
        site, lost, gained = _best_move(table, competition, int(one))
        if gained > lost:
            found.append((int(one), site, lost, gained, gained - lost))
    found.sort(key=lambda move: -move[-1])
    moved, sites = [move[0] for move in found], places.iloc[[move[1] for move in found]]
    return pd.DataFrame(
        {
            "name": facilities["name"].to_numpy()[moved],
            "site": sites["name"].to_numpy(),
            "lon": sites["lon"].to_numpy(),
            "lat": sites["lat"].to_numpy(),
            "lost": np.array([move[2] for move in found], dtype=np.int64),
            "gained": np.array([move[3] for move in found], dtype=np.int64),
            "net": np.array([move[4] for move in found], dtype=np.int64),
        },
        index=facilities.index[moved],
    ).head(MAX_SITES)


def _best_move(table: Placing, today: Competition, one: int) -> tuple[int, int, int]:
    """Return where to move a facility to, and how many people lose and gain a place by that.

    Who loses and gains is told by the chances of people (`Competition.shares`) before and after.
    """
    rest = np.where(np.arange(len(table.places)) == one, 0.0, table.places)
    elsewhere = replace(table, places=rest, capacity=float(table.places[one]), _shares={})
    adds, most = elsewhere.adds([]), elsewhere.may_add([])
    site = int(np.argmax(adds))
    without = today.placed(rest)
    worth = elsewhere.placed_with(today, site) - without
    for other in np.argsort(-most, kind="stable")[:TRIED]:
        if most[other] <= worth + 0.5:
            break
        gained = elsewhere.placed_with(today, int(other)) - without
        if gained > worth + 0.5:
            site, worth = int(other), gained
    change: FloatArray = table.people * (elsewhere.shares([site]) - table.shares([]))
    net = int(whole(float(change.sum())))
    fewer = int(whole(float(-change[change < 0].sum())))
    return site, fewer, net + fewer


TRIED = 40
"""Candidates that are tried beside the one that surely gains most."""


def _table(
    walkable_city: WalkableCity, query: SitingQuery, places: pd.DataFrame | None = None
) -> tuple[Placing, tuple[int, ...]]:
    """Return who wants a place and where, without candidates unless they are given."""
    people = walkable_city.city.demand.people[str(query.group)] * (query.demand_percent / 100)
    points = np.flatnonzero(people > 0)
    places = candidate_places(walkable_city, query).iloc[:0] if places is None else places
    walks = rows_of(walks_to(walkable_city, places, query, people), points)
    rows, _ = known_places(walkable_city, query)
    return placing_of(walkable_city, query, walks, people[points], points), rows
