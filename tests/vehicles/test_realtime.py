from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from google.transit import gtfs_realtime_pb2

from locator.vehicles.realtime import (
    FeedError,
    Region,
    ReportedPosition,
    age_s,
    freshness_of,
    read_feed,
    region_round,
)

CAPTURES = Path(__file__).resolve().parents[3] / "shared" / "testdata" / "gtfs_rt"
REGION = Region(19.5, 49.8, 20.4, 50.3)
NOW = 1_764_000_000.0
SEEN = ReportedPosition("T:302", "T", ("302", "RF302"), 19.93, 50.06, NOW)


def message(*vehicles: tuple[str, float, float, int], stamp: int = int(NOW)) -> bytes:
    whole = gtfs_realtime_pb2.FeedMessage()
    whole.header.gtfs_realtime_version = "2.0"
    whole.header.timestamp = stamp
    for number, lon, lat, seen in vehicles:
        entity = whole.entity.add(id=number)
        entity.vehicle.vehicle.id = number
        entity.vehicle.position.longitude = lon
        entity.vehicle.position.latitude = lat
        if seen:
            entity.vehicle.timestamp = seen
    data: bytes = whole.SerializeToString()
    return data


@pytest.mark.parametrize(
    ("seconds", "verdict", "age"),
    [
        (0, "live", 0),
        (-180, "live", 180),
        (-181, "stale", 181),
        (-86_400, "stale", 86_400),
        (57, "live", 0),  # clocks on board run ahead: seen in the real captures
        (120, "live", 0),
        (121, "future", 0),
        (86_400, "future", 0),
    ],
)
def test_the_rule_of_times(seconds: float, verdict: str, age: float) -> None:
    report = replace(SEEN, observed_t=NOW + seconds)
    assert freshness_of(report, at_t=NOW, region=REGION) == verdict
    assert age_s(report, NOW) == age


@pytest.mark.parametrize(
    ("lon", "lat"), [(18.7, 54.6), (0.0, 0.0), (50.06, 19.93), (float("nan"), 50.06)]
)
def test_a_vehicle_in_the_sea_is_not_live(lon: float, lat: float) -> None:
    assert freshness_of(replace(SEEN, lon=lon, lat=lat), at_t=NOW, region=REGION) == "outside"


def test_the_region_is_the_city_with_a_margin() -> None:
    region = region_round((19.8, 50.0, 20.2, 50.1), margin_m=11_132.0)
    assert (region.south, region.north) == pytest.approx((49.9, 50.2))
    assert region.holds(19.7, 49.95)
    assert not region.holds(19.6, 50.05)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"<!doctype html><title>502</title>", "not a whole"),
        (message(("302", 19.9, 50.0, int(NOW)))[:-7], "not a whole"),
        (b"\x0a\x00", "not a whole"),
        (b"\x00" * 64, "not a whole"),
    ],
)
def test_what_is_not_a_feed_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        read_feed(data, feed="T")


def test_a_vehicle_without_a_time_has_the_one_of_the_feed() -> None:
    (report,) = read_feed(message(("302", 19.9, 50.0, 0)), feed="T")
    assert report.observed_t == NOW


def test_the_later_of_two_reports_of_a_vehicle_counts() -> None:
    now = int(NOW)
    data = message(("302", 19.9, 50.0, now - 5), ("302", 19.8, 50.0, now - 90))
    (report,) = read_feed(data, feed="T")
    assert report.lon == pytest.approx(19.9)


def test_ids_that_collide_between_feeds_are_kept_apart() -> None:
    data = message(("302", 19.9, 50.0, 0))
    (tram,), (bus,) = read_feed(data, feed="T"), read_feed(data, feed="A")
    assert (tram.id, bus.id) == ("T:302", "A:302")


# A second, naive reader of the wire format: no library, no schema but the field numbers.


def fields(data: bytes) -> Iterator[tuple[int, bytes | int]]:
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            value, at = varint(data, at)
            yield number, value
        elif kind == 2:
            size, at = varint(data, at)
            yield number, data[at : at + size]
            at += size
        else:
            size = 8 if kind == 1 else 4
            yield number, data[at : at + size]
            at += size


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        shift, at = shift + 7, at + 1
        if byte < 128:
            return value, at


def one(data: bytes, number: int) -> bytes:
    found = [value for key, value in fields(data) if key == number]
    assert len(found) == 1 and isinstance(found[0], bytes)
    return found[0]


def naive(data: bytes) -> tuple[int, dict[str, tuple[float, float, int]]]:
    stamp = next(v for k, v in fields(one(data, 1)) if k == 3)
    assert isinstance(stamp, int)
    vehicles = {}
    for key, entity in fields(data):
        if key != 2:
            continue
        assert isinstance(entity, bytes)
        seen = one(entity, 4)
        place = dict(fields(one(seen, 2)))
        lat, lon = (struct.unpack("<f", place[n])[0] for n in (1, 2))  # type: ignore[arg-type]
        observed = next(v for k, v in fields(seen) if k == 5)
        assert isinstance(observed, int)
        vehicles[one(one(seen, 8), 1).decode()] = (lon, lat, observed)
    return stamp, vehicles


@pytest.mark.real_data
@pytest.mark.skipif(not CAPTURES.exists(), reason="../shared/testdata is not there")
def test_the_eleven_real_captures_equal_a_naive_second_reading() -> None:
    captures = sorted(CAPTURES.glob("*.pb"))
    assert len(captures) == 11
    for path in captures:
        data = path.read_bytes()
        stamp, vehicles = naive(data)
        reports = read_feed(data, feed="A")
        assert len(reports) == len(vehicles)
        assert 108 <= len(reports) <= 366
        for report in reports:
            lon, lat, observed = vehicles[report.numbers[0]]
            assert (report.lon, report.lat, report.observed_t) == (lon, lat, observed)
            assert age_s(report, stamp) == max(stamp - observed, 0)
            expected = "stale" if stamp - observed > 180 else "live"
            assert freshness_of(report, at_t=stamp, region=REGION) == expected


@pytest.mark.real_data
@pytest.mark.skipif(not CAPTURES.exists(), reason="../shared/testdata is not there")
def test_no_truncation_of_a_real_capture_is_an_accident() -> None:
    data = next(iter(sorted(CAPTURES.glob("*_t_*.pb")))).read_bytes()
    whole = len(read_feed(data, feed="T"))
    for size in range(1, len(data), 97):
        try:
            fewer = len(read_feed(data[:size], feed="T"))
        except FeedError:
            continue
        # Cut between two entities it is a message all the same; the length header tells then.
        assert fewer < whole
