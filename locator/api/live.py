"""Hold the vehicles for the life of the application, and the background poller of their feeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import Flask, current_app

from locator.api.context import AppState
from locator.vehicles import Position
from locator.vehicles.poller import FeedState, Poller, parse_feeds
from locator.vehicles.positions import Fleet, load_fleet, positions

KEY = "locator.vehicles"


@dataclass(frozen=True)
class Moving:
    """The vehicles of the city and what is known of them live.

    Attributes
    ----------
    fleet : Fleet
    poller : Poller
        Without feeds it does nothing.
    """

    fleet: Fleet
    poller: Poller

    @property
    def feeds(self) -> tuple[FeedState, ...]:
        """The state of each feed, as held; nothing is asked."""
        return self.poller.states()

    def positions(self, at: datetime) -> tuple[Position, ...]:
        """Return where every vehicle is at `at`."""
        return positions(self.fleet, at, self.feeds)


def install(app: Flask) -> None:
    """Load the vehicles of `app`'s city; poll the feeds of its setting ``FEEDS``, if any.

    Raises
    ------
    InvalidParameterError
        The setting is not a list of ``NAME=https://address``.
    TimetableFileError
        The imported timetable of the city folder cannot be read.
    """
    state: AppState = app.extensions["locator"]
    poller = Poller(parse_feeds(app.config.get("FEEDS") or ""))
    app.extensions[KEY] = Moving(load_fleet(state.city), poller)
    poller.start()


def moving() -> Moving:
    """Return the vehicles of the application that answers the current request."""
    return cast(Moving, current_app.extensions[KEY])
