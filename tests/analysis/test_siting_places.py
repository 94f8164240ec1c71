"""Places and longest walks: against all choices of a toy, and on the tiny city."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy import sparse

from locator.analysis.access.placement import Competition, shares_placed
from locator.analysis.siting.capacitated import Loads
from locator.analysis.siting.closures import closures, relocations
from locator.analysis.siting.pcentre import p_centre
from locator.analysis.siting.placing import Placing, _bettered, most_placed
from locator.analysis.siting.placing_bound import placing_bound
from locator.analysis.siting.query import SitingQuery, candidate_places, completed
from locator.analysis.siting.solve import where_next
from locator.analysis.siting.vacating import _table
from locator.analysis.siting.work import Work
from locator.base.errors import InvalidParameterError, NotComputableError
from locator.base.geo import FloatArray
from locator.walking.walkable_city import WalkableCity

SEEDS = range(12)


def most_by_cuts(reach: FloatArray, people: FloatArray, places: FloatArray) -> float:
    """The most people that can have a place: the least of all cuts (Ford and Fulkerson)."""
    least = np.inf
    for kept in range(2 ** len(places)):
        full = np.array([kept >> one & 1 for one in range(len(places))], dtype=bool)
        others = reach[:, ~full].any(axis=1)  # who reaches a facility outside pays with themselves
        least = min(least, places[full].sum() + people[others].sum())
    return float(least)


def toy(seed: int, points: int = 8, facilities: int = 3, sites: int = 5):
    some = np.random.default_rng(seed)
    reach = (some.random((points, sites)) < 0.4).astype(float)
    existing = (some.random((points, facilities)) < 0.4).astype(float)
    people = some.integers(1, 9, points).astype(float)
    places = some.integers(1, 12, facilities).astype(float)
    return reach, existing, people, places


@pytest.mark.parametrize("seed", SEEDS)
def test_as_many_have_a_place_as_the_least_cut_lets_through(seed: int) -> None:
    _, existing, people, places = toy(seed)
    shares = shares_placed(sparse.csr_array(existing), people, places)
    assert people @ shares == pytest.approx(most_by_cuts(existing, people, places), abs=1e-3)
    competition = Competition.of(sparse.csr_array(existing), people)
    assert competition.placed(places) == pytest.approx(people @ shares, abs=1e-3)
    assert ((shares >= 0) & (shares <= 1)).all()
    assert (shares[~existing.any(axis=1)] == 0).all()


def test_who_competes_for_the_same_places_has_the_same_chance() -> None:
    # 10 places for 20 people who reach nothing else, and 30 more for whom the others can go to.
    reach = sparse.csr_array(np.array([[1, 0], [1, 0], [1, 1], [0, 0]], dtype=float))
    people = np.array([5.0, 15.0, 40.0, 7.0])
    shares = shares_placed(reach, people, np.array([10.0, 30.0]))
    assert shares == pytest.approx([0.5, 0.5, 0.75, 0.0])
    # Room for all: everybody has one.
    assert shares_placed(reach, people, np.array([30.0, 60.0])) == pytest.approx([1, 1, 1, 0])
    # One facility for all: one chance.
    assert shares_placed(reach[:, [0]], people, np.array([30.0])) == pytest.approx(
        [0.5, 0.5, 0.5, 0]
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_choice_exceeds_the_bound_and_a_better_one_holds_only_what_is_kept(
    seed: int, count: int
) -> None:
    reach, existing, people, places = toy(seed)
    placed = {
        chosen: most_by_cuts(
            np.hstack([existing, reach[:, chosen]]), people, np.append(places, [6.0] * count)
        )
        for chosen in combinations(range(5), count)
    }
    best = max(placed.values())
    for known in placed:
        shares = shares_placed(
            sparse.csc_array(np.hstack([existing, reach[:, known]])),
            people,
            np.append(places, [6.0] * count),
        )
        found = placing_bound(
            sparse.csc_array(existing),
            sparse.csc_array(reach),
            places,
            people,
            capacity=6.0,
            count=count,
            known=placed[known],
            shares=shares,
            work=Work(60),
        )
        assert best - 1e-6 <= found.bound <= placed[known] + 6.0 * count + 1e-6
        better = [chosen for chosen, total in placed.items() if total > placed[known] + 1e-6]
        assert all(set(chosen) <= set(found.kept.tolist()) for chosen in better)
        assert len(set(found.chosen)) == count


def test_the_bound_is_close_where_sites_compete() -> None:
    # Ten sites for the same 10 people and one for 4 others: two serve 10, however they are chosen.
    reach = np.zeros((2, 11))
    reach[0, :10], reach[1, 10] = 1.0, 1.0
    people, none = np.array([10.0, 4.0]), sparse.csc_array(np.zeros((2, 0)))
    found = placing_bound(
        none,
        sparse.csc_array(reach),
        np.array([]),
        people,
        capacity=10.0,
        count=2,
        known=14.0,
        shares=np.array([1.0, 1.0]),
        work=Work(60),
    )
    assert found.bound == pytest.approx(14.0, abs=0.01)
    table = Placing(sparse.csc_array(reach), none, np.array([]), people, 10.0)
    assert most_placed(table, 2, work=Work(0.0)).bound == pytest.approx(14.0, abs=0.05)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_sites_are_the_best_of_all_choices(seed: int, count: int) -> None:
    reach, existing, people, places = toy(seed)
    table = Placing(sparse.csc_array(reach), sparse.csc_array(existing), places, people, 6.0)
    before = most_by_cuts(existing, people, places)
    gained = {
        chosen: most_by_cuts(
            np.hstack([existing, reach[:, chosen]]), people, np.append(places, [6.0] * count)
        )
        - before
        for chosen in combinations(range(5), count)
    }
    best = max(gained.values())
    found = most_placed(table, count, work=Work(10.0))
    assert sum(found.added) == pytest.approx(best, abs=0.05)
    assert found.bound == pytest.approx(best, abs=0.05), "proven"
    today = Competition.of(table.existing, people)
    for site in range(5):
        alone_with = table.placed_with(today, site)
        assert alone_with == pytest.approx(table.placed([site]), abs=1e-3)
    at_once = most_placed(table, count, work=Work(0.0))
    assert sum(at_once.added) <= best + 0.05 <= at_once.bound + 0.1
    for site in range(5):  # what a site adds lies between what it surely does and what it may
        alone = gained[(site,)] if count == 1 else None
        if alone is not None:
            assert table.adds([])[site] - 0.05 <= alone <= table.may_add([])[site] + 0.05


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_longest_walk_is_the_shortest_of_all_choices(seed: int, count: int) -> None:
    some = np.random.default_rng(seed)
    points, sites = some.random((30, 2)) * 1000, some.random((8, 2)) * 1000
    walk_m = np.hypot(*(points[:, np.newaxis] - sites[np.newaxis]).transpose(2, 0, 1))
    current_m = some.random(30) * 900
    counts = some.random(30) < 0.8

    def longest(chosen: tuple[int, ...]) -> float:
        with_m = np.minimum(current_m, walk_m[:, chosen].min(axis=1))
        return float(with_m[counts].max())

    all_of_them = {chosen: longest(chosen) for chosen in combinations(range(8), count)}
    best = min(all_of_them.values())
    found = p_centre(
        current_m, counts, walk_m.__getitem__, walk_m.T.__getitem__, count, work=Work(10.0)
    )
    assert found.longest_m[0] == pytest.approx(current_m[counts].max())
    assert found.longest_m[-1] == pytest.approx(best)
    assert found.bound_m == pytest.approx(best), "proven"
    assert len(found.chosen) <= count
    if len(found.chosen) == count == 1:  # all that are as good are counted
        assert found.ties == [sum(one == best for one in all_of_them.values()) - 1]


PLACES = SitingQuery(layer="nurseries", group="all", objective="places", capacity=100.0, count=2)


def test_in_the_city_places_are_kept_and_people_add_up(walkable_city: WalkableCity) -> None:
    found = where_next(walkable_city, PLACES)
    # 90 places for 2100 people; each of two sites takes 100.
    assert (found.people, found.unserved_before) == (2100, 2010)
    assert found.sites["gained"].tolist() == [100, 100]
    assert found.proven and not found.timed_out
    assert (found.sites["ties"] > 0).all(), "many places fill up, and that is said"
    usual = where_next(walkable_city, replace(PLACES, capacity=None))
    assert usual.query.capacity == 30  # the middle of 40, 30 and 20
    few = where_next(walkable_city, replace(PLACES, demand_percent=1.0))
    assert few.people == 21


def test_what_asks_for_places_needs_them(walkable_city: WalkableCity) -> None:
    with pytest.raises(NotComputableError, match="known number of places"):
        where_next(walkable_city, replace(PLACES, layer="aeds"))
    with pytest.raises(InvalidParameterError, match="demand_percent"):
        where_next(walkable_city, replace(PLACES, demand_percent=0))
    with pytest.raises(NotComputableError, match="belongs to the objective places"):
        where_next(
            walkable_city, replace(PLACES, objective="cover", capacity=None, demand_percent=40)
        )


def test_a_full_facility_loses_its_places_and_an_empty_one_none(
    walkable_city: WalkableCity,
) -> None:
    full = closures(walkable_city, PLACES)
    assert full["lost"].tolist() == sorted(full["places"]) == [20, 30, 40]
    assert relocations(walkable_city, PLACES).empty, "what is full gains nobody elsewhere"
    # Of 400, 600 and 1000 people around them one in twenty wants a place: 20, 30 and 50 for 30, 20
    # and 40 places, and no two of the facilities are within reach of the same people.
    few = closures(walkable_city, replace(PLACES, demand_percent=5.0))
    assert few[["lost", "served", "places"]].to_numpy().tolist() == [
        [20, 20, 30],
        [20, 30, 20],
        [40, 50, 40],
    ]


@pytest.mark.parametrize("percent", [2.0, 5.0, 10.0])
def test_a_move_is_the_best_of_all_moves(walkable_city: WalkableCity, percent: float) -> None:
    query = replace(PLACES, demand_percent=percent, minutes=35.0)
    places = candidate_places(walkable_city, completed(walkable_city, query))
    table, rows = _table(walkable_city, completed(walkable_city, query), places)
    before = table.placed([])
    best = {}
    for one in range(len(rows)):
        room = np.where(np.arange(len(rows)) == one, 0.0, table.places)
        moved = replace(table, places=room, capacity=float(table.places[one]), _shares={})
        best[one] = max(moved.placed([site]) - before for site in range(table.sites))
    found = relocations(walkable_city, query)
    nets = sorted((round(net) for net in best.values() if net >= 0.5), reverse=True)
    assert found["net"].tolist() == pytest.approx(nets, abs=1)
    assert (found["net"] == found["gained"] - found["lost"]).all()


def test_the_longest_walk_of_the_city_is_shortened(walkable_city: WalkableCity) -> None:
    query = SitingQuery(layer="nurseries", group="all", objective="centre", count=2, minutes=5)
    found = where_next(walkable_city, query)
    assert found.proven
    assert (found.sites["gained"] > 0).all()
    one = where_next(walkable_city, replace(query, count=1))
    assert one.sites["total"].iloc[-1] <= found.sites["total"].iloc[-1]
    # Nobody has a candidate within reach who walks further than all the others.
    none = where_next(walkable_city, replace(query, minutes=15))
    assert none.sites.empty and none.proven


def test_prices_move_to_where_too_many_sites_would_serve_the_same_people() -> None:
    # Six sites of 10 places, three for each dozen: no three serve more than all 24; at the first
    # prices, of two sites here and one there, the bound is 42.
    reach = np.zeros((2, 6))
    reach[0, :3], reach[1, 3:] = 1.0, 1.0
    found = placing_bound(
        sparse.csc_array(np.zeros((2, 0))),
        sparse.csc_array(reach),
        np.array([]),
        np.array([12.0, 12.0]),
        capacity=10.0,
        count=3,
        known=22.0,
        shares=np.array([1.0, 10 / 12]),
        work=Work(60),
    )
    assert 24.0 - 1e-6 <= found.bound <= 24.5


def test_a_poor_site_is_swapped_for_the_one_that_adds_most_to_the_others() -> None:
    reach = sparse.csc_array(np.eye(3))
    people, none = np.array([3.0, 10.0, 9.0]), sparse.csc_array(np.zeros((3, 0)))
    table = Placing(reach, none, np.array([]), people, 20.0)
    loads = Loads.of(reach, people, 20.0)
    for bettered in (_bettered(table, [0, 2], Work(60)), loads.bettered([0, 2], Work(60))):
        assert sorted(bettered) == [1, 2]
