"""Sites that can take only so many: by hand, brute force with its own flow, and what must hold."""

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

from locator.analysis.siting import capacitated
from locator.analysis.siting.capacitated import Loads, best_loads
from locator.analysis.siting.mclp import exact_cover, greedy_cover
from locator.analysis.siting.work import Work

# Two houses of ten. The first site reaches both, the second only the first house. Each takes ten.
# Nearest first, the first site takes the first house and nothing is left for the second; sent to
# where room is, everybody is served.
WALKS = sparse.csc_array(np.array([[1.0, 3.0], [2.0, 0.0]]))
PEOPLE = np.array([10.0, 10.0])


def random_walks(seed: int, *, houses: int = 25, sites: int = 12) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.where(rng.random((houses, sites)) < 0.25, rng.uniform(10, 900, (houses, sites)), 0)


def most_served(walks: np.ndarray, people: np.ndarray, trio: tuple[int, ...], room: int) -> float:
    """The people that three sites can take, as the greatest flow of another library."""
    graph = nx.DiGraph()
    graph.add_nodes_from(["all", "served"])
    for house, number in enumerate(people):
        graph.add_edge("all", ("house", house), capacity=int(number))
        for site in trio:
            if walks[house, site] > 0:
                graph.add_edge(("house", house), ("site", site))
    for site in trio:
        graph.add_edge(("site", site), "served", capacity=room)
    return float(nx.maximum_flow_value(graph, "all", "served"))


def test_people_are_sent_to_where_room_is() -> None:
    assert greedy_cover(WALKS, PEOPLE, 2, capacity=10).people == 10
    exact = exact_cover(WALKS, PEOPLE, 2, capacity=10)
    assert sorted(exact.chosen.tolist()) == [0, 1]
    assert exact.gains.tolist() == pytest.approx([10, 10])
    assert exact.gap == pytest.approx(0, abs=1e-6)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([15, 60, 110, 400]))
def test_exact_equals_brute_force_and_is_never_less_than_greedy(seed: int, room: int) -> None:
    walks = random_walks(seed)
    people = np.random.default_rng(seed + 1).integers(0, 50, 25).astype(float)
    best = max(most_served(walks, people, trio, room) for trio in combinations(range(12), 3))
    listed = sparse.csc_array(walks)
    exact = exact_cover(listed, people, 3, capacity=room)
    greedy = greedy_cover(listed, people, 3, capacity=room)
    assert exact.people == pytest.approx(best, rel=2e-6)
    assert exact.gap == pytest.approx(0, abs=3e-6)
    assert greedy.people <= exact.people * (1 + 1e-9)
    assert best <= greedy.bound * (1 + 1e-9)
    assert (exact.gains <= room).all()
    assert (np.diff(exact.gains) <= 1e-6 * room).all(), "each further site adds no more"


@pytest.mark.slow
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 10_000), st.sampled_from([60, 110, 150, 400]))
def test_the_solver_alone_finds_it_too(
    monkeypatch: pytest.MonkeyPatch, seed: int, room: int
) -> None:
    monkeypatch.setattr(capacitated, "BOUND_ROUNDS", 1)
    monkeypatch.setattr(Loads, "bettered", lambda _loads, chosen, _work, **_: chosen)
    walks = random_walks(seed)
    people = np.random.default_rng(seed + 1).integers(1, 50, 25).astype(float)
    best = max(most_served(walks, people, trio, room) for trio in combinations(range(12), 3))
    loads = Loads.of(sparse.csc_array(walks), people, room)
    found = best_loads(loads, 3, [[0]], work=Work(60))
    assert sum(found.added) == pytest.approx(best, rel=2e-6)
    assert found.bound == pytest.approx(best, rel=3e-6)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_without_a_limit_that_binds_it_is_the_answer_without_capacity(seed: int) -> None:
    walks = sparse.csc_array(random_walks(seed))
    people = np.random.default_rng(seed + 1).integers(0, 50, 25).astype(float)
    free = exact_cover(walks, people, 3)
    assert exact_cover(walks, people, 3, capacity=5000).people == pytest.approx(free.people)


def test_the_best_load_of_a_site_takes_the_cheapest_first() -> None:
    loads = Loads.of(WALKS, PEOPLE, 15)
    # Prices of 2 and 8 for ten people each: a head of the first house is worth 0.8, of the other
    # 0.2. The first site takes ten and five, the second ten.
    assert loads.beyond(np.array([2.0, 8.0])).tolist() == pytest.approx([9, 8])
    assert loads.serving(np.array([0]), np.array([2.0, 8.0])).tolist() == [1, 0.5]


def test_without_time_the_best_known_comes_back_with_its_gap() -> None:
    rng = np.random.default_rng(3)
    walks = sparse.csc_array(np.where(rng.random((600, 200)) < 0.05, 100.0, 0.0))
    people = rng.integers(1, 50, 600).astype(float)
    answer = exact_cover(walks, people, 12, capacity=780, work=Work(0.0))
    assert answer.timed_out
    assert answer.people >= greedy_cover(walks, people, 12, capacity=780).people - 1e-6
    assert 0 < answer.gap < 1


def test_nobody_to_serve_is_an_empty_answer() -> None:
    assert exact_cover(WALKS, np.zeros(2), 2, capacity=5).chosen.tolist() == []
    assert best_loads(Loads.of(WALKS, np.zeros(2), 5), 2, [[]], work=Work(1)).chosen == []


def test_a_last_site_that_reaches_nobody_takes_nobody() -> None:
    loads = Loads.of(sparse.csc_array(np.array([[9.0, 0.0], [9.0, 0.0]])), np.array([5.0, 7.0]), 8)
    assert loads.total([0, 1]) == pytest.approx(8)
