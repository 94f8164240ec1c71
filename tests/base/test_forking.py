"""A family of processes: each comes again when it ends, and all end together."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from locator.base import forking
from locator.base.forking import Family, Job, Part
from locator.base.shared import Rows, shared_array
from tests.forking import needs_fork
from tests.waiting import wait_until

pytestmark = [
    needs_fork,
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning"),
]


class Seen:
    """What the processes of a family leave in shared memory."""

    def __init__(self) -> None:
        self.pids = shared_array(8, "i8")
        self.starts = shared_array(8, "i8")
        self.told = shared_array(8, "i8")
        self.ready = shared_array(1, "i8")

    def worker(self, number: int, *, obeys: bool = True) -> Callable[[Part], None]:
        """Return a job that is ready at once and goes on until it is told to end."""

        def work(part: Part) -> None:
            def told(*_: object) -> None:
                self.told[number] += 1
                if obeys:
                    os._exit(0)

            signal.signal(signal.SIGTERM, told)
            self.pids[number] = os.getpid()
            self.starts[number] += 1
            part.ready()
            while True:
                signal.pause()

        return work


@contextmanager
def kept(
    jobs: list[Job],
    seen: Seen,
    *,
    grace_s: float = 60.0,
    prepare: Callable[[], None] = lambda: None,
) -> Iterator[tuple[int, int]]:
    """Keep a family in a process of its own: its number, and the file that it ends with."""
    ends, lives = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            os.close(lives)

            def ready() -> None:
                seen.ready[0] += 1

            code = Family(jobs, grace_s=grace_s).keep(ends=ends, ready=ready, prepare=prepare)
        finally:
            os._exit(code)
    os.close(ends)
    try:
        yield pid, lives
    finally:
        os.close(lives)


def code_of(pid: int) -> int:
    """Wait for a process and return its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def is_gone(pid: int) -> bool:
    """Tell whether there is no such process any more."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_all_are_ready_and_all_end_with_the_helper_last() -> None:
    seen = Seen()
    jobs = [
        Job("a", seen.worker(0)),
        Job("b", seen.worker(1)),
        Job("c", seen.worker(2), helps=True),
    ]
    with kept(jobs, seen) as (pid, _):
        wait_until(lambda: bool(seen.ready[0]))
        assert seen.starts[:3].tolist() == [1, 1, 1]
        os.kill(pid, signal.SIGTERM)
        assert code_of(pid) == 0
    assert seen.told[:3].tolist() == [1, 1, 0]  # the helper has nothing to finish
    assert all(map(is_gone, seen.pids[:3].tolist()))
    assert seen.ready[0] == 1


def test_one_that_is_killed_comes_again_and_what_it_counted_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(forking, "PAUSE_S", 0.0)
    seen, rows = Seen(), Rows(1)
    rows.values[:2] = 5
    with kept([Job("a", seen.worker(0)), Job("b", seen.worker(1))], seen) as (pid, _):
        wait_until(lambda: bool(seen.ready[0]))
        first, other = int(seen.pids[0]), int(seen.pids[1])
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: seen.starts[0] == 2)
        assert rows.values[:2, 0].tolist() == [0, 5]
        assert (seen.starts[1], int(seen.pids[1])) == (1, other)
        assert is_gone(first)  # not a zombie either
        os.kill(pid, signal.SIGTERM)
        assert code_of(pid) == 0


def test_an_early_one_works_while_the_others_are_prepared_and_no_longer() -> None:
    seen, prepared = Seen(), shared_array(1, "i8")

    def prepare() -> None:
        wait_until(lambda: bool(seen.starts[2]))  # it works already
        prepared[0] = 1 + seen.starts[:2].sum() + seen.ready[0]

    jobs = [
        Job("a", seen.worker(0)),
        Job("b", seen.worker(1), helps=True),
        Job("early", seen.worker(2), early=True),
    ]
    with kept(jobs, seen, prepare=prepare) as (pid, _):
        wait_until(lambda: bool(seen.ready[0]))
        assert prepared[0] == 1  # nobody else had begun
        wait_until(lambda: is_gone(int(seen.pids[2])))
        os.kill(int(seen.pids[0]), signal.SIGKILL)
        wait_until(lambda: seen.starts[0] == 2)
        assert seen.starts[:3].tolist() == [2, 1, 1]  # it does not come again
        assert seen.told[:3].tolist() == [0, 0, 1]
        os.kill(pid, signal.SIGTERM)
        assert code_of(pid) == 0
    assert seen.ready[0] == 1


def test_told_to_end_while_it_prepares_the_family_ends_and_the_early_one_with_it() -> None:
    seen = Seen()

    def prepare() -> None:
        wait_until(lambda: bool(seen.starts[1]))
        os.kill(os.getpid(), signal.SIGTERM)

    jobs = [Job("a", seen.worker(0)), Job("early", seen.worker(1), early=True)]
    with kept(jobs, seen, prepare=prepare) as (pid, _):
        assert code_of(pid) == 0
    assert seen.told[1] == 1
    assert is_gone(int(seen.pids[1]))


def test_the_family_ends_with_whoever_started_it() -> None:
    seen = Seen()
    with kept([Job("a", seen.worker(0))], seen) as (pid, lives):
        wait_until(lambda: bool(seen.ready[0]))
        os.dup2(os.open(os.devnull, os.O_RDONLY), lives)  # closes it, as an end of the starter does
        assert code_of(pid) == 0
    assert seen.told[0] == 1


def test_one_that_does_not_end_is_killed_when_its_time_is_over() -> None:
    seen = Seen()
    with kept([Job("a", seen.worker(0, obeys=False))], seen, grace_s=0.0) as (pid, _):
        wait_until(lambda: bool(seen.ready[0]))
        os.kill(pid, signal.SIGTERM)
        assert code_of(pid) == 0
    assert seen.told[0] == 1 and is_gone(int(seen.pids[0]))


def test_a_family_of_which_one_never_gets_ready_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forking, "PAUSE_S", 0.0)
    seen = Seen()

    def fails(part: Part) -> None:
        seen.starts[1] += 1

    with kept([Job("a", seen.worker(0)), Job("b", fails)], seen) as (pid, _):
        assert code_of(pid) == 1
    assert seen.starts[1] == forking.TRIES
    assert seen.ready[0] == 0
    assert is_gone(int(seen.pids[0]))


def test_one_that_ends_over_and_over_is_waited_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forking, "PAUSE_S", 3600.0)
    seen = Seen()
    with kept([Job("a", seen.worker(0))], seen) as (pid, _):
        wait_until(lambda: bool(seen.ready[0]))
        first = int(seen.pids[0])
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: is_gone(first))
        begun_s = time.process_time()
        os.kill(pid, signal.SIGTERM)  # it is heard while it waits
        assert code_of(pid) == 0
        assert seen.starts[0] == 1 and time.process_time() - begun_s < 60
