"""Journeys by tram and bus: the folder's own trams, and the full feeds of 2020 where they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.analysis.nearest import NearestQuery, nearest
from locator.analysis.transit.coverage import Ride, transit_coverage
from locator.analysis.transit.journeys import WALK_LIMIT_S, transit
from locator.analysis.transit.stop_walks import stop_walks
from locator.base.geo import FloatArray
from locator.city.model import default_folder, load_city
from locator.vehicles.gtfs import import_feeds
from locator.vehicles.own import OWN_FILE
from locator.vehicles.raptor import search
from locator.vehicles.transit import transit_network
from locator.walking import SnappedPoints
from locator.walking.choose import choose_model
from locator.walking.walkable_city import WalkableCity, walkable
from tests.bench.measuring import Row, once, p50_p95

TESTDATA = Path(__file__).resolve().parents[3] / "shared" / "testdata"
FULL = {name: TESTDATA / f"GTFS_KRK_{name}.zip" for name in "AT"}
STARTS = 150
PACE_M_S = 0.9
WITHIN_S = 7200.0


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    city = load_city(default_folder())
    walkable_city = walkable(city, choose_model(city))
    own = {"timetable": city.folder / OWN_FILE}
    yield from _of_feeds(walkable_city, "trams", own, datetime(2026, 12, 1, 8, 5))
    if all(path.exists() for path in FULL.values()):
        yield from _of_feeds(walkable_city, "full feeds", FULL, datetime(2020, 12, 1, 8, 5))


def _of_feeds(
    walkable_city: WalkableCity, name: str, feeds: dict[str, Path], at: datetime
) -> Iterator[Row]:
    city = walkable_city.city
    network = transit_network([import_feeds(feeds)[0]])
    at = at.replace(tzinfo=ZoneInfo(city.catalogue.timezone))
    yield once(
        f"{name}: walks between stops",
        lambda: stop_walks(walkable_city, network),
        budget=6000,
        note=f"{len(network.stop_names):,} stops, once a start",
    )
    yield once(f"{name}: arrange a working day", lambda: network.running_at(at), budget=1000)
    today = network.running_at(at)[-1].trips
    yield Row(f"{name}: arrays of a working day", today.size_b / 1e6, "MB", 10)
    stops = stop_walks(walkable_city, network)
    footpaths = stops.footpaths(PACE_M_S)
    starts, access_s = _starts(walkable_city, stops.stops)
    depart_t = at.timestamp()
    yield from p50_p95(
        f"{name}: earliest arrivals at every stop",
        lambda i: search(
            network.running_at(at),
            footpaths,
            access_s[i],
            depart_t=depart_t,
            latest_t=depart_t + WITHIN_S,
        ),
        repeat=STARTS,
        budget=10,
        note="up to two changes, two hours",
    )
    for layer, minutes in (("senior_activity_centres", 30.0), ("nurseries", 15.0)):
        query = CoverageQuery(layer, minutes)
        found = coverage(walkable_city, query)
        for note in ("with the walks to stops, once", "60 minutes of departure"):
            yield once(
                f"{name}: {layer} within {minutes:g} min from door to door",
                lambda query=query, found=found: transit_coverage(
                    walkable_city, network, query, found, Ride(at)
                ),
                budget=8000 if "once" in note else 1000,
                note=note,
            )
    usable = {
        layer: len(rows) for layer, rows in walkable_city.usable_rows.items() if len(rows) > 4
    }
    rarest = min(usable, key=lambda layer: usable[layer])  # long walks
    asked = [
        nearest(walkable_city, NearestQuery((rarest,), lon, lat, pace_m_s=PACE_M_S, at=at))
        for lon, lat in city.demand.lonlat[starts]
    ]
    yield from p50_p95(
        f"{name}: journeys beside five walks",
        lambda i: transit(walkable_city, network, asked[i]),
        repeat=STARTS,
        budget=60,
        note="walks to stops, next departures and legs included",
    )


def _starts(
    walkable_city: WalkableCity, stops: SnappedPoints
) -> tuple[list[int], list[FloatArray]]:
    """Return demand points that have a stop within a walk, and the seconds to every stop."""
    model, limit_m = walkable_city.model, WALK_LIMIT_S * PACE_M_S
    points = np.random.default_rng(1).permutation(len(walkable_city.demand))
    starts: list[int] = []
    access_s: list[FloatArray] = []
    for point in points.tolist():
        walk_m = model.walk_m(walkable_city.demand.take(np.array([point])), stops, limit_m=limit_m)
        if np.isfinite(walk_m).any():
            starts.append(point)
            access_s.append(walk_m / PACE_M_S)
        if len(starts) == STARTS:
            break
    return starts, access_s
