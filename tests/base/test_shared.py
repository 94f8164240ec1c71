"""What processes share that are forked from one: counts, locks and a value."""

from __future__ import annotations

import os
import signal

import pytest

from locator.base.shared import Board, Lock, Rows, shared_array
from tests.forking import in_another, needs_fork

pytestmark = [
    needs_fork,
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning"),
]


def test_a_number_written_by_one_is_read_by_the_other() -> None:
    counts = shared_array((2, 3), "i8")
    assert (counts.shape, counts.sum()) == ((2, 3), 0)

    def write() -> None:
        counts[1, 2] = 7

    assert in_another(write) == 0
    assert counts.tolist() == [[0, 0, 0], [0, 0, 7]]


def test_each_process_has_a_row_that_is_forgotten_with_it() -> None:
    rows = Rows(2)
    rows.own[0] = 1

    def count() -> None:
        rows.own[:] = 5, 6

    assert in_another(count, row=3) == 0
    assert (rows.values[0].tolist(), rows.values[3].tolist()) == ([1, 0], [5, 6])
    Rows.forget(3)
    assert rows.values.sum() == 1


def test_processes_that_count_at_once_lose_nothing() -> None:
    lock, count = Lock(), shared_array(1, "i8")

    def many() -> None:
        for _ in range(3000):
            with lock:
                count[0] += 1

    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            many()
            os._exit(0)
        children.append(child)
    many()
    for child in children:
        os.waitpid(child, 0)
    assert count[0] == 9000


def test_a_lock_goes_with_whoever_held_it() -> None:
    lock = Lock()

    def hold_and_die() -> None:
        lock.__enter__()
        os.kill(os.getpid(), signal.SIGKILL)

    assert in_another(hold_and_die) == -signal.SIGKILL
    with lock:  # else this would wait for ever
        pass


def test_two_locks_do_not_exclude_each_other() -> None:
    one, other = Lock(), Lock()
    with one:

        def take_other() -> None:
            with other:
                pass

        assert in_another(take_other) == 0


def test_a_value_is_read_whole_or_is_the_former_one() -> None:
    board = Board(value_b=100)
    assert (board.number, board.read()) == (0, None)
    assert in_another(lambda: board.put({"a": 1})) == 0
    assert (board.number, board.read()) == (1, {"a": 1})
    assert board.put([2]) and board.read() == [2]
    assert not board.put("x" * 101)
    assert (board.number, board.read()) == (2, [2])
