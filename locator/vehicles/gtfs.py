"""Read full GTFS feeds (zip files) into one timetable, every id in its feed's namespace.

Why not a library: partridge, the light one, was last released in December 2023 and brings
networkx and isoweek along; of a feed we need eight tables, which pandas reads. The rules of the
format that matter here: times past 24:00, empty times between two known ones, calendars with
exceptions or exceptions alone, trips repeated by a headway, blocks, stops where one may not get
on or off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from locator.base.errors import N_
from locator.base.geo import FloatArray
from locator.vehicles.calendar import Service
from locator.vehicles.gtfs_tables import (
    WEEKDAYS,
    GtfsError,
    Tables,
    mode_of,
    read_tables,
    seconds_of,
    wheelchair_codes,
)
from locator.vehicles.timetable import PathRow, Timetable, TripRow, build_timetable

__all__ = ["FeedReport", "GtfsError", "feed_name", "import_feeds"]


@dataclass(frozen=True)
class FeedReport:
    """What was read of one feed.

    Attributes
    ----------
    feed : str
    stops, trips, services, calls : int
        Kept.
    dropped_trips : int
        Trips without service, route or at least two timed stops on file.
    first_day, last_day : date or None
        Validity.
    """

    feed: str
    stops: int
    trips: int
    services: int
    calls: int
    dropped_trips: int
    first_day: date | None
    last_day: date | None


def feed_name(path: Path) -> str:
    """Return the short name of a feed from its file: ``GTFS_KRK_T.zip`` is ``T``.

    Parameters
    ----------
    path : Path
        Zip file of the feed.

    Returns
    -------
    str
        What follows the last ``_`` of the file's name; the whole name without one.
    """
    return path.stem.rpartition("_")[2] or path.stem


def import_feeds(feeds: Mapping[str, Path]) -> tuple[Timetable, tuple[FeedReport, ...]]:
    """Return one timetable of all `feeds` (name to zip file) and what was read of each.

    Parameters
    ----------
    feeds : mapping of str to Path
        The names stand before the ids of stops and trips, which need not differ between feeds.

    Returns
    -------
    Timetable
    tuple of FeedReport
        In the order of `feeds`.

    Raises
    ------
    GtfsError
        Not a zip, a table or column missing, a value that is no time or date, two feeds of
        different timezones, or nothing left to keep.
    """
    services: list[Service] = []
    stops: list[pd.DataFrame] = []
    paths: dict[tuple[str, str, str, bytes, bytes, bytes], int] = {}
    rows: list[PathRow] = []
    trips: list[TripRow] = []
    blocks: dict[str, int] = {}
    reports = []
    zones = set()
    sources = []
    for feed, path in feeds.items():
        tables = read_tables(path, feed)
        zones.add(str(tables["agency"]["agency_timezone"].iloc[0]))
        sources.append(f"{feed}: {_publisher(tables) or path.name}")
        own = _services(tables, feed)
        numbered = {service.id: len(services) + i for i, service in enumerate(own)}
        services += own
        kept_stops = _stops(tables, feed)
        first_stop = sum(len(frame) for frame in stops)
        stop_number = {key: first_stop + i for i, key in enumerate(kept_stops["id"])}
        stops.append(kept_stops)
        before = len(trips)
        calls = _calls(tables, feed, stop_number)
        for trip in _trips(tables, feed, numbered, calls):
            shape = (trip.stops.tobytes(), trip.offsets.tobytes(), trip.allowed.tobytes())
            key = (trip.line, trip.headsign, trip.mode, *shape)
            number = paths.setdefault(key, len(rows))
            if number == len(rows):
                rows.append(_path_row(trip))
            block = blocks.setdefault(trip.block, len(blocks)) if trip.block else -1
            trips += [
                TripRow(name, number, trip.service, start_s, block, trip.wheelchair)
                for name, start_s in trip.starts
            ]
        reports.append(_report(feed, tables, own, kept_stops, calls, trips[before:]))
    if len(zones) > 1:
        raise GtfsError(
            N_("the feeds are of different timezones: {zones}"), zones=", ".join(sorted(zones))
        )
    if not trips:
        raise GtfsError(N_("the feeds hold no trip that runs on any day"))
    all_stops = pd.concat(stops, ignore_index=True)
    timetable = build_timetable(
        source=", ".join(sources),
        timezone=zones.pop(),
        services=services,
        stop_ids=all_stops["id"],
        stop_names=all_stops["name"],
        stop_lonlat=all_stops[["lon", "lat"]].to_numpy(dtype=np.float64),
        paths=rows,
        trips=trips,
        stop_wheelchair=all_stops["wheelchair"].to_numpy(dtype=np.int64),
    )
    return timetable, tuple(reports)


def _publisher(tables: Tables) -> str:
    """Return who publishes a feed, and which edition it is; empty where the feed does not say."""
    return " ".join(tables["feed_info"].head(1).to_numpy().ravel()).strip()


def _report(
    feed: str,
    tables: Tables,
    services: list[Service],
    stops: pd.DataFrame,
    calls: pd.DataFrame,
    trips: list[TripRow],
) -> FeedReport:
    kept = {trip.id.partition("@")[0] for trip in trips}
    return FeedReport(
        feed=feed,
        stops=len(stops),
        trips=len(trips),
        services=len(services),
        calls=len(calls),
        dropped_trips=len(tables["trips"]) - len(kept),
        first_day=min((min([s.start, *s.added]) for s in services), default=None),
        last_day=max((max([s.end, *s.added]) for s in services), default=None),
    )


def _services(tables: Tables, feed: str) -> list[Service]:
    exceptions = tables["calendar_dates"]
    added: dict[str, set[date]] = {}
    removed: dict[str, set[date]] = {}
    for service, day, kind in exceptions.itertuples(index=False):
        side = {"1": added, "2": removed}.get(kind)
        if side is not None:
            side.setdefault(service, set()).add(_date(day, feed))
    found = []
    for row in tables["calendar"].itertuples(index=False):
        runs = [str(getattr(row, name)) == "1" for name in WEEKDAYS]
        found.append(
            Service(
                id=f"{feed}:{row.service_id}",
                weekdays=frozenset(i for i, on in enumerate(runs) if on),
                start=_date(str(row.start_date), feed),
                end=_date(str(row.end_date), feed),
                added=frozenset(added.get(str(row.service_id), ())),
                removed=frozenset(removed.get(str(row.service_id), ())),
            )
        )
    known = set(tables["calendar"]["service_id"])
    for service, days in added.items():
        if service not in known:  # a feed may list dates alone
            found.append(
                Service(
                    f"{feed}:{service}",
                    frozenset(),
                    min(days),
                    max(days),
                    added=frozenset(days),
                )
            )
    return found


def _date(text: str, feed: str) -> date:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise GtfsError(N_('feed {feed}: "{text}" is not a date'), feed=feed, text=text) from None


def _stops(tables: Tables, feed: str) -> pd.DataFrame:
    raw = tables["stops"]
    said = raw["wheelchair_boarding"].replace("0", "")
    stations = dict(zip(raw["stop_id"], said, strict=True))
    of_station = raw["parent_station"].map(stations).fillna("")
    frame = pd.DataFrame(
        {
            "id": feed + ":" + raw["stop_id"],
            "name": raw["stop_name"],
            "lon": pd.to_numeric(raw["stop_lon"], errors="coerce"),
            "lat": pd.to_numeric(raw["stop_lat"], errors="coerce"),
            "wheelchair": wheelchair_codes(said.where(said != "", of_station)),
        }
    )
    return frame.dropna().drop_duplicates("id").reset_index(drop=True)


def _calls(tables: Tables, feed: str, stop_number: Mapping[str, int]) -> pd.DataFrame:
    """Return the stop times: trip, stop (number), arrive_s, depart_s, in order of each trip."""
    raw = tables["stop_times"]
    calls = pd.DataFrame(
        {
            "trip": raw["trip_id"],
            "stop": (feed + ":" + raw["stop_id"]).map(stop_number),
            "order": pd.to_numeric(raw["stop_sequence"], errors="coerce"),
            "arrive_s": seconds_of(raw["arrival_time"], feed=feed),
            "depart_s": seconds_of(raw["departure_time"], feed=feed),
            "board": raw["pickup_type"] != "1",
            "alight": raw["drop_off_type"] != "1",
        }
    )
    calls = calls.dropna(subset=["stop", "order"]).sort_values(["trip", "order"], kind="stable")
    calls["arrive_s"] = calls["arrive_s"].fillna(calls["depart_s"])
    calls["depart_s"] = calls["depart_s"].fillna(calls["arrive_s"])
    if calls["arrive_s"].isna().any():  # between two timed stops: evenly
        timed = calls.groupby("trip")[["arrive_s", "depart_s"]]
        filled = timed.transform(lambda s: s.interpolate(limit_area="inside"))
        calls[["arrive_s", "depart_s"]] = filled
    return calls.dropna(subset=["arrive_s"])


@dataclass(frozen=True)
class _Trip:
    line: str
    headsign: str
    service: int
    block: str
    starts: list[tuple[str, float]]  # id and first departure of each time that it runs
    stops: npt.NDArray[np.int64]
    offsets: FloatArray  # (2, n) arrivals, departures after the start
    mode: str
    allowed: npt.NDArray[np.bool_]  # (2, n) to get on, to get off
    wheelchair: int


def _trips(
    tables: Tables, feed: str, services: Mapping[str, int], calls: pd.DataFrame
) -> Iterable[_Trip]:
    routes = tables["routes"]
    names = routes["route_short_name"].where(
        routes["route_short_name"] != "", routes["route_long_name"]
    )
    lines = dict(zip(routes["route_id"], names, strict=True))
    modes = dict(zip(routes["route_id"], map(mode_of, routes["route_type"]), strict=True))
    headways = _headways(tables, feed)
    trip_of = calls["trip"].to_numpy()
    begins = np.concatenate([[0], np.flatnonzero(trip_of[1:] != trip_of[:-1]) + 1, [len(calls)]])
    spans = {trip_of[a]: (a, b) for a, b in zip(begins[:-1], begins[1:], strict=True) if b > a}
    stop = calls["stop"].to_numpy(dtype=np.int64)
    times = calls[["arrive_s", "depart_s"]].to_numpy().T
    allowed = calls[["board", "alight"]].to_numpy(dtype=np.bool_).T
    trips = tables["trips"].assign(
        wheelchair=wheelchair_codes(tables["trips"]["wheelchair_accessible"])
    )
    fields = trips.drop(columns="wheelchair_accessible").itertuples(index=False)
    for trip_id, route, service, headsign, block, wheelchair in fields:
        first, end = spans.get(trip_id, (0, 0))
        number = services.get(f"{feed}:{service}")
        if end - first < 2 or number is None or route not in lines:
            continue
        start_s = float(times[1, first])
        offsets = np.maximum.accumulate(np.ravel(times[:, first:end] - start_s, order="F"))
        whole = np.ascontiguousarray(offsets.reshape(-1, 2).T)
        repeated = headways.get(trip_id)
        yield _Trip(
            lines[route],
            headsign,
            number,
            # A trip repeated by a headway is run by many vehicles at once.
            "" if repeated else f"{feed}:{service}:{block}" if block else "",
            [(f"{feed}:{trip_id}{at}", start) for at, start in repeated or [("", start_s)]],
            stop[first:end],
            whole,
            modes[route],
            np.ascontiguousarray(allowed[:, first:end]),
            int(wheelchair),
        )


def _headways(tables: Tables, feed: str) -> dict[str, list[tuple[str, float]]]:
    raw = tables["frequencies"]
    starts: dict[str, list[tuple[str, float]]] = {}
    from_s = seconds_of(raw["start_time"], feed=feed).tolist()
    until_s = seconds_of(raw["end_time"], feed=feed).tolist()
    every_s = pd.to_numeric(raw["headway_secs"], errors="coerce").fillna(0).tolist()
    trips = raw["trip_id"].tolist()
    for trip, begin, end, step in zip(trips, from_s, until_s, every_s, strict=True):
        if step >= 1:
            repeated = range(int(begin), int(end), int(step))
            starts.setdefault(trip, []).extend((f"@{at}", float(at)) for at in repeated)
    return starts


def _path_row(trip: _Trip) -> PathRow:
    arrive_s, depart_s = map(tuple, trip.offsets.tolist())
    board, alight = map(tuple, trip.allowed.tolist())
    stops = tuple(trip.stops.tolist())
    return PathRow(trip.line, trip.headsign, stops, arrive_s, depart_s, trip.mode, board, alight)
