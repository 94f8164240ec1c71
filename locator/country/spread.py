"""Spread the work of a country over Dask's workers; the only module that knows Dask."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask
from distributed import Client, Future, LocalCluster, as_completed

from locator.base.errors import N_
from locator.country.cutting import cut_or_fault
from locator.country.passes import Pass
from locator.country.table import CountryError
from locator.country.unit import Outcome, UnitTask, make_unit

PATIENCE_S = 60
"""So long a scheduler may take to answer and to have a worker."""

SETTINGS = {
    # A machine that is busy with other things, or asleep for a while, has lost nobody yet.
    "distributed.comm.timeouts.tcp": "600s",
    "distributed.scheduler.worker-ttl": "1800s",
    # Looks at every worker a hundred times a second, and keeps what it saw for an hour.
    "distributed.worker.profile.enabled": False,
}
"""Of Dask, for what is started here."""


@dataclass(frozen=True)
class Spread:
    """Workers that were found or started."""

    client: Any

    def run(
        self, passes: Sequence[Pass], keys: Sequence[str], tasks: Mapping[str, UnitTask]
    ) -> Iterator[Outcome]:
        """Cut, and make the units as what they are cut from is there; yield what became of each.

        A worker that is lost is no fault: its tasks go to another one. One that several workers
        were lost with, is.

        Parameters
        ----------
        passes : sequence of Pass
            Outermost first.
        keys : sequence of str
            As for `locator.country.cutting.cut`.
        tasks : mapping of str to UnitTask
            By code.

        Yields
        ------
        Outcome
            In the order in which they are ready.

        Raises
        ------
        CountryError
            The scheduler is lost.
        """
        cuts: dict[Path, Future] = {}
        for number, one in enumerate(passes):
            before = [cuts[one.source]] if one.source in cuts else []
            key = f"cut-{number}-{one.source.name}"
            future = self.client.submit(cut_or_fault, one, keys, *before, key=key)
            cuts |= dict.fromkeys((part.target for part in one.parts), future)
        codes: dict[Any, str] = {}
        for code, task in tasks.items():
            before = [cuts[piece] for piece in task.pieces if piece in cuts]
            codes[self.client.submit(make_unit, task, *before, key=f"unit-{code}")] = code
        for future in as_completed(codes):
            if future.status == "finished":
                yield future.result()
            elif future.status == "error":
                error = future.exception()
                yield Outcome(codes[future], fault=f"{type(error).__name__}: {error}")
            else:
                raise CountryError(
                    N_(
                        "The scheduler is lost. What is done is kept: the same command goes on "
                        "from there."
                    )
                )


@contextmanager
def spread(scheduler: str | None, workers: int | None) -> Iterator[Spread]:
    """Give the workers of a scheduler, or some that are started here and end with this.

    Parameters
    ----------
    scheduler : str or None
        Address, as in ``tcp://10.0.0.1:8786``.
    workers : int or None
        How many are started here; by default one for each processor.

    Yields
    ------
    Spread

    Raises
    ------
    CountryError
        Nobody answers, or there is no worker.
    """
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(SETTINGS))
        if scheduler is None:
            cluster = LocalCluster(
                n_workers=workers or os.cpu_count() or 1,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",  # for this machine alone, at a free port
                silence_logs=logging.CRITICAL,
            )
            address: Any = stack.enter_context(cluster)
        else:
            address = scheduler
        try:
            client = Client(address, timeout=PATIENCE_S)
            stack.callback(_closed, client)
            client.wait_for_workers(1, timeout=PATIENCE_S)
        except (OSError, ValueError) as error:
            raise CountryError(
                N_("No worker answers at {scheduler}: {detail}"),
                scheduler=scheduler or "localhost",
                detail=str(error),
            ) from error
        yield Spread(client)


def _closed(client: Any) -> None:
    """Close a client; of one that lost its scheduler the loss is told, not how it is closed."""
    with suppress(Exception):
        client.close()
