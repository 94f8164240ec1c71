"""The proof of the best sites: brute force, with prices alone, with HiGHS alone, without time."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

from locator.analysis.siting import exact as proving
from locator.analysis.siting.benefit_matrix import BenefitMatrix, one_by_one, swapped
from locator.analysis.siting.exact import best_choice
from locator.analysis.siting.lagrangian import lagrangian_bound
from locator.analysis.siting.work import Work

# Four points, three sites. Alone A gains 9, B 8, C 8; together B and C gain 16, A and B 13.
TABLE = np.array([[5.0, 4, 0], [4, 0, 4], [0, 4, 0], [0, 0, 4]])


def random_table(seed: int, *, points: int = 30, sites: int = 12) -> np.ndarray:
    rng = np.random.default_rng(seed)
    where, what = rng.uniform(0, 1000, (points, 2)), rng.uniform(0, 1000, (sites, 2))
    walk = np.linalg.norm(where[:, None] - what, axis=2)
    return np.maximum(300 - walk, 0) * rng.integers(1, 9, points)[:, None]


def brute_force(table: np.ndarray, count: int) -> float:
    choices = combinations(range(table.shape[1]), count)
    return max(float(table[:, list(choice)].max(axis=1).sum()) for choice in choices)


def test_greedy_swap_and_proof_are_worked_out_by_hand() -> None:
    gains = BenefitMatrix.of(sparse.csc_array(TABLE))
    assert one_by_one(gains, 1) == ([0], [9.0])
    assert one_by_one(gains, 2) == ([0, 1], [9.0, 4.0])
    assert sorted(swapped(gains, [0, 1])) == [1, 2]
    best = best_choice(gains, 2, work=Work(20))
    assert sorted(best.chosen) == [1, 2]
    assert (best.added, best.bound) == ([8.0, 8.0], 16.0)


def test_what_each_site_adds_sums_to_the_total() -> None:
    gains = BenefitMatrix.of(sparse.csc_array(random_table(1)))
    order, added = gains.ordered([3, 7, 5])
    assert sorted(order) == [3, 5, 7]
    assert sum(added) == pytest.approx(gains.total([3, 7, 5]))
    assert added == sorted(added, reverse=True)


def test_the_gains_of_some_sites_are_those_columns() -> None:
    table = random_table(2)
    some = BenefitMatrix.of(sparse.csc_array(table)).only(np.array([4, 0, 9]))
    floor = np.full(30, 50.0)
    for left, expected in ((some, table), (some.above(floor), np.maximum(table - 50, 0))):
        dense = sparse.csc_array((left.worth, left.rows, left.starts), shape=(30, 3)).toarray()
        np.testing.assert_allclose(dense, expected[:, [4, 0, 9]])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5))
def test_the_proven_best_equals_brute_force(seed: int, count: int) -> None:
    table = random_table(seed)
    best = best_choice(BenefitMatrix.of(sparse.csc_array(table)), count, work=Work(20))
    assert sum(best.added) == pytest.approx(brute_force(table, count))
    assert best.bound == pytest.approx(sum(best.added), rel=2e-6)
    assert not best.timed_out


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 10_000))
def test_the_solver_alone_finds_it_too(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(proving, "BOUND_ROUNDS", 1)
    monkeypatch.setattr(proving, "swapped", lambda _gains, chosen, **_: chosen)
    table = random_table(seed)
    best = best_choice(BenefitMatrix.of(sparse.csc_array(table)), 3, work=Work(20), known=[0])
    assert sum(best.added) == pytest.approx(brute_force(table, 3), rel=2e-6)
    assert best.bound == pytest.approx(brute_force(table, 3), rel=3e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_no_struck_site_is_in_the_best_choice_and_every_needed_one_is(seed: int) -> None:
    table = random_table(seed)
    gains = BenefitMatrix.of(sparse.csc_array(table))
    start = one_by_one(gains, 3)[0]
    known = gains.total(start)
    found = lagrangian_bound(gains, 3, start, rounds=15)
    for choice in combinations(range(12), 3):
        total = gains.total(list(choice))
        assert total <= found.bound * (1 + 1e-9)
        if total > max(found.total, known) * (1 + 1e-6):
            assert set(choice) <= set(found.kept.tolist())
            assert set(found.needed.tolist()) <= set(choice)


def test_without_time_the_best_known_comes_back_with_its_bound() -> None:
    table = random_table(3, points=400, sites=120)
    gains = BenefitMatrix.of(sparse.csc_array(table))
    best = best_choice(gains, 12, work=Work(0.0))
    assert best.timed_out
    assert len(best.chosen) == 12
    assert sum(best.added) == pytest.approx(gains.total(one_by_one(gains, 12)[0]))
    assert best.bound > sum(best.added)


def test_more_sites_than_there_are_gain_all_that_can_be_had() -> None:
    best = best_choice(BenefitMatrix.of(sparse.csc_array(TABLE)), 20, work=Work(20))
    assert sum(best.added) == best.bound == 17
    none = best_choice(BenefitMatrix.of(sparse.csc_array((4, 3))), 2, work=Work(20))
    assert (none.chosen, none.bound) == ([], 0.0)
