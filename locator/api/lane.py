"""Count in the background, what somebody waits for before what nobody does any more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any, TypeVar

T = TypeVar("T")

LEFT_S = 15.0
"""What nobody waits for begins after so long though others are being answered: they may never
stop."""

MOST = 64
"""So many batches are left to be counted; of more, the oldest are asked for anew or never."""


@dataclass(eq=False)
class _Job:
    """A call, its answer to come, since when it is to be counted, and whether somebody waits."""

    call: Callable[[], Any]
    waited: bool = True
    since_s: float = field(default_factory=lambda: monotonic())
    answer: Future[Any] = field(default_factory=Future)

    def run(self) -> None:
        try:
            self.answer.set_result(self.call())
        except BaseException as error:  # it belongs to whoever asks for the answer
            self.answer.set_exception(error)


class Lane:
    """One thread that counts, one thing after the other.

    Of what somebody waits for, the questions asked last come first: who asked before them has
    waited already, or has gone. What nobody waits for any more is counted on while no other
    question is being answered (`elsewhere`), so that it takes the processor from nobody; after
    `LEFT_S` it is counted all the same.
    """

    def __init__(self) -> None:
        self._in_line: Callable[[], object] = int
        self._batches: list[list[_Job]] = []
        self._elsewhere = 0
        self._runs = False
        self._changed = threading.Condition()

    def submit(self, call: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Return the answer to come of a call that is waited for."""
        return self._add([partial(call, *args, **kwargs)])[0].answer

    def ask(self, calls: Sequence[Callable[[], T]], *, within_s: float) -> list[T | None]:
        """Return the answers that come within some seconds; the others are counted on.

        Parameters
        ----------
        calls : sequence of callable
            In the order in which they are wanted.
        within_s : float
            Nobody waits while others stand in line to be answered at all.

        Returns
        -------
        list
            In the order of `calls`; None for an answer that is still to come.
        """
        if self._in_line():
            within_s = 0.0
        jobs = self._add(calls, waited=within_s > 0)
        wait([job.answer for job in jobs], timeout=within_s)
        with self._changed:
            for job in jobs:
                job.waited = False
        return [job.answer.result() if job.answer.done() else None for job in jobs]

    @contextmanager
    def elsewhere(self, *, in_line: Callable[[], object] = int) -> Iterator[None]:
        """Begin nothing that nobody waits for as long as this lasts.

        Parameters
        ----------
        in_line : callable
            How many stand in line to be answered, from now on.
        """
        with self._changed:
            self._elsewhere += 1
            self._in_line = in_line
        try:
            yield
        finally:
            with self._changed:
                self._elsewhere -= 1
                self._changed.notify_all()

    def _add(self, calls: Sequence[Callable[[], Any]], *, waited: bool = True) -> list[_Job]:
        jobs = [_Job(call, waited) for call in calls]
        if jobs:
            with self._changed:
                self._batches.append(list(jobs))
                left = [one for one in self._batches if not any(job.waited for job in one)]
                for batch in left[:-MOST]:
                    self._batches.remove(batch)
                self._changed.notify_all()
                if not self._runs:
                    self._runs = True
                    threading.Thread(target=self._work, name="counting", daemon=True).start()
        return jobs

    def _work(self) -> None:
        while True:
            with self._changed:
                while (job := self._next()) is None and self._batches:
                    self._changed.wait(LEFT_S)
                if job is None:
                    self._runs = False  # the next question begins a thread of its own
                    return
            job.run()

    def _next(self) -> _Job | None:
        """Take what comes next; None where there is nothing, or nothing that may begin."""
        since_s = monotonic() - (LEFT_S if self._elsewhere else 0.0)
        for waited in (True, False):
            for batch in reversed(self._batches):
                for job in batch:
                    if job.waited == waited and (waited or job.since_s <= since_s):
                        batch.remove(job)
                        self._batches = [one for one in self._batches if one]
                        return job
        return None
