"""Read the city again when its overrides have changed, wholly or not at all."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask, current_app

from locator.base.errors import LocatorError
from locator.city.model import load_city
from locator.city.overrides import FILE
from locator.walking.warmup import warm_in_background

LOOK_EVERY_S = 2.0

Signature = tuple[int, int, int] | None

log = logging.getLogger(__name__)


def signature(folder: Path) -> Signature:
    """Return what tells one version of the overrides from another; None where there are none."""
    try:
        known = (folder / FILE).stat()
    except OSError:
        return None
    return known.st_mtime_ns, known.st_size, known.st_ino


class Reloading:
    """Keeps the city of an application as its overrides say.

    Whoever asks meanwhile is answered by the former city. A file with faults changes nothing:
    they are logged, and `fault` says them to the moderators.

    Parameters
    ----------
    app : Flask
    known : Signature
        Of the overrides with which the city was read.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(
        self, app: Flask, known: Signature, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._folder: Path = app.extensions["locator"].city.folder
        self._known = known
        self._clock = clock
        self._looked = clock()
        self._process = os.getpid()
        self._reading = threading.Lock()
        self.fault: LocatorError | None = None

    def look(self) -> None:
        """See now and then whether the overrides have changed, and read the city beside.

        In the process apart, where questions are dear, they are answered by what holds now.
        """
        if os.getpid() != self._process:
            self.now()
            return
        if self._clock() - self._looked < LOOK_EVERY_S:
            return
        self._looked = self._clock()
        if signature(self._folder) != self._known and not self._reading.locked():
            threading.Thread(target=self.now, name="reload", daemon=True).start()

    def now(self) -> None:
        """Read the city again if its overrides have changed."""
        with self._reading:
            found = signature(self._folder)
            if found == self._known:
                return
            # Whatever comes of it: the same file is not read over and over.
            self._known = found
            try:
                city = load_city(self._folder)
                state = self._app.extensions["locator"].with_city(city)
                state.warm_names()
            except LocatorError as error:
                self.fault = error
                log.error("The city stays as it was read before: %s", error)
                return
            self.fault = None
            self._app.extensions["locator"] = state
            log.info("The city was read again, with %d corrections", len(city.overrides))
            warm_in_background(state.walkable_city, then=(state.warm_aeds, state.keep_variants))


def install(app: Flask, known: Signature) -> None:
    """Let `app` follow the overrides of its city folder."""
    reloading = Reloading(app, known)
    app.extensions["locator.reloading"] = reloading
    app.before_request(reloading.look)


def reloading() -> Reloading:
    """Return what keeps the city of the application that answers the current request."""
    found: Reloading = current_app.extensions["locator.reloading"]
    return found
