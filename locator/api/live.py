"""Hold the vehicles of a city, and the poller of their feeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from locator.city.model import City
from locator.vehicles import VehiclePosition
from locator.vehicles.poller import FeedState, Poller, parse_feeds
from locator.vehicles.positions import Fleet, load_fleet, positions


@dataclass(frozen=True)
class LiveFleet:
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

    def positions(self, at: datetime) -> tuple[VehiclePosition, ...]:
        """Return where every vehicle is at `at`."""
        return positions(self.fleet, at, self.feeds)


def load_live_fleet(city: City, feeds: str = "") -> LiveFleet:
    """Return the vehicles of `city`; what polls their feeds is not started yet.

    Parameters
    ----------
    city : City
    feeds : str
        ``NAME=https://address``, comma between.

    Raises
    ------
    InvalidParameterError
        `feeds` is not such a list.
    TimetableFileError
        The imported timetable of the city folder cannot be read.
    """
    return LiveFleet(load_fleet(city), Poller(parse_feeds(feeds)))
