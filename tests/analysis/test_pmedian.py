"""p-median: a toy street worked out by hand, and brute force."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locator.analysis.siting.pmedian import p_median
from locator.analysis.siting.work import Work

# Houses at 0, 100, 200, 900, 1000 m of one street, 10 people each; a facility stands at 0 m.
#   person-metres now: 10 x (0 + 100 + 200 + 900 + 1000) = 22,000
#   candidates at 200, 900 and 1000 m. With 900: 10 x (0 + 100 + 200 + 0 + 100) = 4,000.
HOUSES = np.array([0.0, 100, 200, 900, 1000])
SITES = np.array([200.0, 900, 1000])
WALK_M = np.abs(HOUSES[:, None] - SITES)
PEOPLE = np.full(5, 10.0)


def test_one_site_is_worked_out_by_hand() -> None:
    answer = p_median(WALK_M, HOUSES, PEOPLE, 1)
    assert answer.chosen.tolist() == [1]
    assert answer.person_m_before == 22_000
    assert answer.person_m == 4_000
    assert answer.saved_person_m.tolist() == [18_000]


def test_two_sites_are_worked_out_by_hand() -> None:
    # 900 and 200: 10 x (0 + 100 + 0 + 0 + 100) = 2,000; 900 and 1000 would leave 3,000.
    answer = p_median(WALK_M, HOUSES, PEOPLE, 2)
    assert answer.chosen.tolist() == [1, 0]
    assert answer.person_m == 2_000


def test_a_site_that_shortens_nobodys_walk_is_not_chosen() -> None:
    answer = p_median(WALK_M, np.zeros(5), PEOPLE, 3)
    assert answer.chosen.tolist() == []
    assert answer.gap == 0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_is_near_brute_force_and_never_below_its_bound(seed: int) -> None:
    rng = np.random.default_rng(seed)
    houses, sites = rng.uniform(0, 3000, (30, 2)), rng.uniform(0, 3000, (12, 2))
    walk_m = np.linalg.norm(houses[:, None] - sites, axis=2)
    current_m = np.linalg.norm(houses - [1500, 1500], axis=1)
    people = rng.integers(1, 40, 30).astype(float)
    best = min(
        float(people @ np.minimum(current_m, walk_m[:, list(trio)].min(axis=1)))
        for trio in combinations(range(12), 3)
    )
    answer = p_median(walk_m, current_m, people, 3)
    assert answer.person_m_before - answer.bound_person_m <= best + 1e-6
    assert best - 1e-6 <= answer.person_m <= best * 1.05
    assert answer.person_m == pytest.approx(answer.person_m_before - answer.saved_person_m.sum())
    exact = p_median(walk_m, current_m, people, 3, work=Work(20))
    assert exact.person_m == pytest.approx(best)
    assert exact.gap == pytest.approx(0, abs=2e-6)
    assert not exact.timed_out


def test_without_time_the_best_known_comes_back_with_its_gap() -> None:
    rng = np.random.default_rng(5)
    walk_m = rng.uniform(0, 3000, (300, 100))
    answer = p_median(walk_m, np.full(300, 3000.0), np.ones(300), 8, work=Work(0.0))
    assert answer.timed_out
    assert len(answer.chosen) == 8
    assert 0 < answer.gap < 1
