"""A search counts its work: what it finds and proves does not hang on how fast the machine is."""

import time
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

import locator.analysis.siting as siting
from locator.analysis.siting.benefit_matrix import BenefitMatrix
from locator.analysis.siting.exact import (
    ENTRIES_A_SECOND,
    NODE_STEPS,
    ROOT_STEPS,
    best_choice,
    count_nodes,
    solvable,
    solver_options,
)
from locator.analysis.siting.solve import SitingQuery, where_next
from locator.analysis.siting.work import STEPS_A_SECOND, Work
from locator.walking.walkable_city import WalkableCity

ASKED = SitingQuery(layer="nurseries", minutes=10, group="all", count=2)
QUESTIONS = [
    ASKED,
    replace(ASKED, method="exact"),
    replace(ASKED, capacity=50),
    replace(ASKED, objective="median"),
    replace(ASKED, objective="target_share", target_percent=60),
    replace(ASKED, objective="budget", budget=3, price=1),
    replace(ASKED, objective="centre"),
    replace(ASKED, objective="places", capacity=40),
]
CLOCKS = ("monotonic", "perf_counter", "time", "process_time", "thread_time")


def test_parts_of_the_work_are_counted_in_the_whole() -> None:
    work = Work(4.0)
    part = work.part(0.5)
    part.add(3 * STEPS_A_SECOND)
    assert part.over and not work.over and work.left_s == 1.0
    free = work.unbounded()
    free.add(2 * STEPS_A_SECOND)
    assert work.over and not free.over and work.left_s == 0.0
    assert work.part(0.5).over, "of nothing a part is nothing"
    assert part.whole_s == free.whole_s == 4.0
    assert not Work().over and Work(0).over


def test_the_solver_is_asked_for_as_many_nodes_as_there_is_work_left() -> None:
    entries = 10_000
    work = Work(2 * ROOT_STEPS * entries / STEPS_A_SECOND + 1)
    work.add(STEPS_A_SECOND)
    assert solvable(work, entries) and not solvable(work, 3 * entries)
    assert not solvable(Work(1), ENTRIES_A_SECOND + 1)
    nodes = solver_options(work, entries)["node_limit"]
    assert nodes == pytest.approx(ROOT_STEPS / NODE_STEPS, abs=2)

    class Unanswered:
        mip_node_count, status = None, 1

    count_nodes(work, entries, Unanswered())
    assert work.over, "it came to its limit"


@pytest.mark.parametrize("query", QUESTIONS, ids=lambda one: f"{one.objective} {one.method}")
def test_a_clock_that_runs_away_changes_no_answer(
    walkable_city: WalkableCity, query: SitingQuery, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = where_next(walkable_city, query)
    later = count(1e6, 1e4)
    for clock in CLOCKS:
        monkeypatch.setattr(time, clock, lambda: float(next(later)))
    hurried = where_next(walkable_city, query)
    monkeypatch.undo()
    assert hurried.sites.equals(calm.sites)
    assert replace(hurried, sites=calm.sites) == replace(calm, sites=calm.sites)


def test_a_search_that_does_not_come_to_its_end_ends_at_the_same_point() -> None:
    rng = np.random.default_rng(11)
    table = sparse.csc_array(rng.random((300, 80)) * (rng.random((300, 80)) < 0.3))
    found = [best_choice(BenefitMatrix.of(table), 12, work=Work(0.02)) for _ in range(3)]
    assert found[0].timed_out
    assert found[0] == found[1] == found[2]


def test_no_search_looks_at_a_clock() -> None:
    for path in sorted(Path(str(siting.__file__)).parent.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert "from time import" not in text and "import time\n" not in text, path.name
