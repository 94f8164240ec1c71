"""Read GTFS-Realtime VehiclePositions, and decide which of them may be called live.

The written rule for times (`freshness_of`): a position is as old as its own timestamp says (the
feed's where it has none). Older than `STALE_S` it is not live. Up to `FUTURE_S` in the future
(clocks on board run ahead) it counts as now; further ahead it is rejected. A position outside the
region is rejected whatever its time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from locator.base.errors import N_, LocatorError

if TYPE_CHECKING:
    from google.transit import gtfs_realtime_pb2

STALE_S = 180.0
FUTURE_S = 120.0

Freshness = Literal["live", "stale", "future", "outside"]


class FeedError(LocatorError):
    """A realtime feed that cannot be had or read; the timetable takes over."""

    code = "feed"


@dataclass(frozen=True)
class ReportedPosition:
    """What one vehicle said of itself.

    Attributes
    ----------
    id : str
        ``feed:vehicle``: vehicle ids repeat between feeds.
    feed : str
    numbers : tuple of str
        Every number it goes by in its feed: id, label, licence plate.
    lon, lat : float
        WGS84.
    observed_t : float
        POSIX seconds.
    trip_id, stop_id : str or None
        With the feed in front, as in the timetable.
    """

    id: str
    feed: str
    numbers: tuple[str, ...]
    lon: float
    lat: float
    observed_t: float
    trip_id: str | None = None
    stop_id: str | None = None


@dataclass(frozen=True)
class Region:
    """Where a vehicle can be at all: a box in degrees.

    Attributes
    ----------
    west, south, east, north : float
    """

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: float, lat: float) -> bool:
        """Tell whether the point is a number and inside."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north


def region_round(bounds: tuple[float, float, float, float], *, margin_m: float) -> Region:
    """Return `bounds` (west, south, east, north in degrees) widened by `margin_m`."""
    west, south, east, north = bounds
    dlat = margin_m / 111_320.0
    dlon = dlat / math.cos(math.radians((south + north) / 2))
    return Region(west - dlon, south - dlat, east + dlon, north + dlat)


def read_feed(data: bytes, *, feed: str) -> tuple[ReportedPosition, ...]:
    """Return the reports in a VehiclePositions message; later ones of a vehicle win.

    Parameters
    ----------
    data : bytes
        The body as received.
    feed : str
        Its short name, put in front of every id.

    Raises
    ------
    FeedError
        Empty, truncated, not a GTFS-Realtime message, or a message without a header.
    """
    from google.protobuf.message import DecodeError
    from google.transit import gtfs_realtime_pb2

    message = gtfs_realtime_pb2.FeedMessage()
    if not data:
        raise FeedError(N_("feed {feed}: the answer is empty"), feed=feed)
    try:
        message.ParseFromString(data)
    except DecodeError:
        raise FeedError(
            N_("feed {feed}: the answer is not a whole GTFS-Realtime message"), feed=feed
        ) from None
    if not message.IsInitialized() or not message.header.gtfs_realtime_version:
        raise FeedError(
            N_("feed {feed}: the answer is not a whole GTFS-Realtime message"), feed=feed
        )
    found: dict[str, ReportedPosition] = {}
    for report in _reports(message, feed):
        known = found.get(report.id)
        if known is None or report.observed_t >= known.observed_t:
            found[report.id] = report
    return tuple(found.values())


def _reports(message: gtfs_realtime_pb2.FeedMessage, feed: str) -> Iterable[ReportedPosition]:
    for entity in message.entity:
        if entity.is_deleted or not entity.HasField("vehicle"):
            continue
        seen = entity.vehicle
        if not seen.HasField("position"):
            continue
        named = seen.vehicle
        numbers = dict.fromkeys(n for n in (named.id, named.label, named.license_plate) if n)
        yield ReportedPosition(
            id=f"{feed}:{named.id or entity.id}",
            feed=feed,
            numbers=tuple(numbers),
            lon=float(seen.position.longitude),
            lat=float(seen.position.latitude),
            observed_t=float(seen.timestamp or message.header.timestamp),
            trip_id=f"{feed}:{seen.trip.trip_id}" if seen.trip.trip_id else None,
            stop_id=f"{feed}:{seen.stop_id}" if seen.stop_id else None,
        )


def age_s(report: ReportedPosition, at_t: float) -> float:
    """Return how old `report` is at POSIX time `at_t`; a tolerated future counts as 0."""
    return max(at_t - report.observed_t, 0.0)


def freshness_of(report: ReportedPosition, *, at_t: float, region: Region) -> Freshness:
    """Say whether `report` may be called live at POSIX time `at_t`, or why not."""
    if not region.holds(report.lon, report.lat):
        return "outside"
    if report.observed_t - at_t > FUTURE_S:
        return "future"
    if at_t - report.observed_t > STALE_S:
        return "stale"
    return "live"
