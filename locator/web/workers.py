"""Serve with several processes that share one city, each with few threads.

The city is loaded and made warm once; then the processes are forked, and none of them takes more
memory than what it writes to. One more answers what is dear (`locator.web.apart`), for all.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Listener
from types import FrameType
from typing import Any, get_args

import numpy as np
from flask import Flask

from locator.api.context import AppState
from locator.base.errors import LocatorError
from locator.base.forking import Family, Job, Part
from locator.base.freeing import give_back_free, give_back_large_blocks, made_to_stay
from locator.base.shared import shared_array
from locator.base.supervising import GRACE_S, Generation
from locator.walking import warmup
from locator.walking.graph.osm import Progress, silent
from locator.walking.network.profile import Profile
from locator.web import access_log, apart, make_app, readiness, serving, tiles

HARD_END_S = 2.0
"""Where the parent was killed, what is under way may take so long."""

MEMO_B = 16_000_000
"""What the answers may take that a worker keeps."""

log = logging.getLogger("locator.processes")


def run(
    config: Mapping[str, Any] | None = None,
    *,
    generation: Generation | None,
    host: str | None = None,
    port: int | None = None,
    progress: Progress = silent,
) -> None:
    """Load the city and serve it until told to end; list the faults of its folder and exit 1.

    Parameters
    ----------
    config : mapping, optional
        Settings for `create_app`.
    generation : Generation or None
        What the supervisor gave; None: in this process alone (`locator.web.serving.run`).
    host, port : optional
        Where there is no supervisor, who has the port.
    progress : callable
        As for `create_app`.

    Raises
    ------
    SystemExit
        The processes that serve have ended, or never were ready.
    """
    if generation is None:
        serving.run(config, host=host, port=port, progress=progress)
        return
    serving.log_to_terminal()
    give_back_large_blocks()
    try:
        with made_to_stay():
            app = make_app(config, progress=progress)
            serving.prepare(app)
            # It answers while the rest is made; without streets there is next to nothing to make.
            early = warmup.with_indexes(app.extensions["locator"].walkable_city) > 0
        code = keep(app, generation, early=early)
    except (LocatorError, ValueError) as fault:
        sys.exit(str(fault))
    sys.exit(code)


@made_to_stay()
def warm(app: Flask) -> None:
    """Make what every process would make for itself, without a thread."""
    state: AppState = app.extensions["locator"]
    state.warm_names()
    if warmup.warm(state.walkable_city):
        state.warm_aeds()
        state.warm_transit()
        for profile in get_args(Profile):
            state.walkable_city_for(profile)  # some 30 MB each: once, for all
    visitor = app.test_client()
    access_log.log.disabled = True  # nobody has asked
    for path in _commonest(state):
        visitor.get(path)  # templates, texts and what is kept of pages: once, for all
    access_log.log.disabled = False
    readiness.readiness(app).warm.set()
    gc.collect()  # what the pages left would stay with what is made to stay
    give_back_free()


def _commonest(state: AppState) -> Iterator[str]:
    """Yield addresses of what is asked most: whatever they need is there before the fork."""
    facilities = state.city.facilities
    yield from ("/", "/sw.js", "/map")
    yield from (f"/layers/{layer}" for layer in facilities["layer"].iloc[:1])
    yield from (f"/facilities/{one}" for one in facilities.index[:1])
    if len(state.city.demand.lonlat):
        lon, lat = state.city.demand.lonlat[0]
        place = f"lat={lat:.5f}&lon={lon:.5f}"
        for path in ("/nearest", "/aed", "/api/nearest", "/api/aed"):
            yield f"{path}?{place}"
        for profile in get_args(Profile):
            yield f"/nearest?{place}&profile={profile}"


def keep(app: Flask, generation: Generation, *, early: bool) -> int:
    """Make the city warm, fork the processes and keep them until told to end.

    Parameters
    ----------
    app : Flask
    generation : Generation
    early : bool
        Whether one more process answers while the city is made warm.

    Returns
    -------
    int
        An exit code.
    """
    serves = [
        Job(f"Worker {number + 1}", partial(work, app, generation, polls=number == 0))
        for number in range(generation.workers)
    ]
    first = Job("Early worker", partial(_work_early, app, generation), early=True)
    with apart.listened(app) if app.config["APART"] else nullcontext() as listener:
        jobs = serves
        if listener is not None:
            aside = partial(_aside, app, listener, shared_array(1, "u1"))
            jobs = [*jobs, Job("Process apart", aside, helps=True)]
        if early:
            jobs = [*jobs, first]
        family = Family(jobs, grace_s=GRACE_S)
        return family.keep(ends=generation.ends, ready=generation.ready, prepare=partial(warm, app))


def _work_early(app: Flask, generation: Generation, part: Part) -> None:
    """Serve until the others do; what is dear waits until there is a process for it."""

    def ready() -> None:
        part.ready()
        generation.early()

    work(app, generation, replace(part, ready=ready), polls=False)


def work(app: Flask, generation: Generation, part: Part, *, polls: bool) -> None:
    """Serve, as one of several; the first one polls the vehicles' feeds for all."""
    state: AppState = app.extensions["locator"]
    if apart.aside_of(app) is not None:  # it keeps the answers that are large
        state.memo.limit_b = MEMO_B
    server = serving.Serving(app, generation.listening)

    def end(_number: int, _frame: FrameType | None) -> None:
        server.end(GRACE_S)

    signal.signal(signal.SIGTERM, end)

    def follow() -> None:
        os.read(part.ends, 1)
        server.end(HARD_END_S)

    threading.Thread(target=follow, name="parent", daemon=True).start()
    if polls:
        state.live_fleet.poller.start()
    part.ready()
    server.run()


def _aside(app: Flask, listener: Listener, renewed: np.ndarray, part: Part) -> None:
    """Answer what is dear, at lower priority; whoever waits for something quick comes first."""
    apart.become(app)
    if not renewed[0]:
        tiles.warm(app)
    part.ready()
    threads = app.config["LIMIT_AT_ONCE"] + apart.QUICK
    apart.work(app, listener, threads, part.ends, renewed=renewed)
