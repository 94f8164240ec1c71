"""Maximal covering: a toy street worked out by hand, brute force, bounds, and no time left."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from locator.analysis.siting.benefit_matrix import BenefitMatrix, swapped
from locator.analysis.siting.mclp import exact_cover, greedy_cover
from locator.analysis.siting.walks import rows_of
from locator.analysis.siting.work import Work
from locator.walking.reach_matrix import Joined

# Five houses in a row, three candidates. A reaches houses 0-2, B 1-3, C 3-4.
#   people 10, 30, 10, 25, 20
#   A 50, B 65, C 45: one site is B (65). Two are A and C (95); greedy takes B first and ends with
#   B + C = 85, because A adds only 10 and C only 20.
WALKS = sparse.csc_array(
    np.array([[100.0, 0, 0], [50, 90, 0], [90, 10, 0], [0, 60, 80], [0, 0, 40]])
)
PEOPLE = np.array([10.0, 30, 10, 25, 20])


def test_one_site_is_worked_out_by_hand() -> None:
    for answer in (greedy_cover(WALKS, PEOPLE, 1), exact_cover(WALKS, PEOPLE, 1)):
        assert answer.chosen.tolist() == [1]
        assert answer.people == 65
        assert answer.gap == 0


def test_two_sites_show_what_greedy_misses() -> None:
    greedy = greedy_cover(WALKS, PEOPLE, 2)
    assert (greedy.chosen.tolist(), greedy.people) == ([1, 2], 85)
    assert greedy.bound >= 95
    exact = exact_cover(WALKS, PEOPLE, 2)
    assert sorted(exact.chosen.tolist()) == [0, 2]
    assert exact.people == 95
    assert exact.gap == pytest.approx(0, abs=1e-6)
    assert exact.gains.tolist() == [50, 45]


def test_no_more_sites_come_back_than_gain_anybody() -> None:
    answer = greedy_cover(WALKS, PEOPLE, 20)
    assert len(answer.chosen) == 3
    assert answer.people == PEOPLE.sum()


def test_nobody_to_gain_is_an_empty_answer() -> None:
    answer = exact_cover(WALKS, np.zeros(5), 3)
    assert answer.chosen.tolist() == []
    assert answer.gap == 0


def test_with_a_capacity_the_nearest_people_are_taken_first() -> None:
    answer = greedy_cover(WALKS, PEOPLE, 2, capacity=30)
    # Every site can fill its 30; the first (A) takes house 1 (50 m) whole and is full.
    assert answer.chosen.tolist() == [0, 1]
    assert answer.gains.tolist() == [30, 30]


def random_problem(seed: int, *, houses: int = 25, sites: int = 12) -> sparse.csc_array:
    rng = np.random.default_rng(seed)
    dense = np.where(rng.random((houses, sites)) < 0.25, rng.uniform(10, 900, (houses, sites)), 0)
    return sparse.csc_array(dense)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_exact_equals_brute_force_and_greedy_keeps_its_bound(seed: int) -> None:
    walks = random_problem(seed)
    people = np.random.default_rng(seed + 1).integers(0, 50, 25).astype(float)
    covered = walks.toarray() > 0
    best = max(
        float(people[covered[:, list(trio)].any(axis=1)].sum())
        for trio in combinations(range(12), 3)
    )
    exact = exact_cover(walks, people, 3)
    greedy = greedy_cover(walks, people, 3)
    assert exact.people == pytest.approx(best)
    assert greedy.people <= best <= greedy.bound + 1e-9
    assert greedy.people >= (1 - 1 / np.e) * best


def test_a_solver_without_time_still_answers_with_its_best_and_the_gap() -> None:
    rng = np.random.default_rng(3)
    walks = sparse.csc_array(np.where(rng.random((600, 200)) < 0.05, 100.0, 0.0))
    people = rng.integers(1, 50, 600).astype(float)
    answer = exact_cover(walks, people, 12, work=Work(0.0))
    assert answer.timed_out
    assert answer.people >= greedy_cover(walks, people, 12).people
    assert 0 < answer.gap < 1


def test_with_a_capacity_no_place_is_chosen_twice() -> None:
    walks = sparse.csc_array(np.array([[1.0, 3.0], [2.0, 0.0]]))
    answer = greedy_cover(walks, np.array([10.0, 10.0]), 2, capacity=10)
    # The first column takes the nearest ten; they are all that the second could have served.
    assert answer.chosen.tolist() == [0]
    assert answer.gains.tolist() == [10]
    assert answer.bound >= 20, "the best is both: ten from the second row, ten from the first"


def test_gains_in_parts_are_those_of_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(8)
    worth = np.where(chance.random((40, 25)) < 0.5, chance.integers(1, 9, (40, 25)), 0.0)
    gains = BenefitMatrix.of(sparse.csc_array(worth))
    floor = chance.integers(0, 9, 40).astype(float)
    for part in (1, 20, 10_000):
        monkeypatch.setattr("locator.analysis.siting.benefit_matrix.PART", part)
        plain = np.maximum(worth - floor[:, np.newaxis], 0).sum(axis=0)
        assert gains.beyond(floor) == pytest.approx(plain)
        best = swapped(gains, [0, 1, 2])
        swaps = [[*(set(best) - {one}), other] for one in best for other in range(25)]
        totals = [worth[:, swap].max(axis=1).sum() for swap in swaps]
        assert max(totals) == pytest.approx(worth[:, best].max(axis=1).sum())


def test_rows_of_walks_are_those_of_a_dense_table() -> None:
    chance = np.random.default_rng(9)
    table = np.where(chance.random((30, 12)) < 0.4, chance.random((30, 12)), 0.0)
    for rows in (np.arange(30), np.array([2, 3, 17, 29]), np.empty(0, dtype=np.int64)):
        taken = rows_of(sparse.csc_array(table), rows)
        assert taken.toarray().tolist() == table[rows].tolist()


def test_arrays_that_are_joined_are_those_that_were_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locator.walking.reach_matrix.BLOCK", 7)
    for lengths in ([], [0], [7], [3, 0, 5, 20, 1], [14, 14]):
        joined, parts = Joined(np.int32), [np.arange(length) for length in lengths]
        for part in parts:
            joined.add(part)
        whole = joined.whole()
        assert whole.dtype == np.int32
        assert whole.tolist() == [value for part in parts for value in part]
