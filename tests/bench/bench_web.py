"""The server as it is run: start, pages over the wire, answers, memory."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Iterator
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import brotli

from tests.bench.asking import served, settle, spent_ms
from tests.bench.bench_emergency import points
from tests.bench.measuring import (
    Row,
    by_wall,
    family,
    median,
    p50_p95,
    processor_s,
    proportional_mb,
)

PAGES = {
    "home": "/",
    "nearest": "/nearest?layer=aeds&q=Rynek%20G%C5%82%C3%B3wny%201&k=5",
    "layer (all AEDs)": "/layers/aeds",
    "coverage of all layers": "/coverage",
    "coverage of one layer": "/coverage/senior_activity_centres?minutes=15",
    "map": "/map",
}
DATA = {
    "all facilities": "/maps/features.geojson",
    "tile of the main square": "/tiles/14/9098/5553.pbf",
}
PROCESSOR = (
    ("the nearest nurseries, as a page", "/nearest?layer=nurseries&{point}", 8),
    ("the nearest nurseries, of the API", "/api/nearest?layer=nurseries&k=5&{point}", 2),
    ("list of a layer", "/layers/aeds", 15),
    ("list of a layer, filtered", "/layers/nurseries?q=ul", 15),
    ("a place", "/facilities/nurseries-003", 9),
    ("home", "/", 2.5),
    ("map of everything", "/map", 3),
    ("map data", "/maps/features.geojson", 1),
)
"""What is asked, its address (``{point}``: a place where people live), milliseconds at most."""
PAGE_KB = 50
WHOLE_KB = 300
_LINKED = re.compile(r'<(?:script|link|img)\b[^>]*?\b(?:src|href)="([^"]+)"[^>]*>')


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    started = time.perf_counter()
    with served() as (port, pid):
        listening_s = time.perf_counter() - started
        _get(port, PAGES["nearest"], "br")
        taken_s = time.perf_counter() - started
        spent_s = sum(map(processor_s, family(pid))) if Path("/proc/self/stat").exists() else None
        said = f"the nearest AEDs as a page; listens after {listening_s:.2g} s"
        yield Row("start to the first answer", taken_s, "s", 3, said, spent_s)
        yield from _sizes(port)
        yield from _answers(port)
        settle(port, pid)
        yield from _processor(port, pid)
        held_mb = _held_mb(pid)
        if held_mb:
            said = "of all its processes, what they share counted once"
            yield Row("memory of the server after all this", held_mb, "MB", 600, said)


def _sizes(port: int) -> Iterator[Row]:
    for name, path in PAGES.items():
        page, wire_b = _get(port, path, "br")
        _, gzip_b = _get(port, path, "gzip")
        yield Row(
            f"page: {name}", wire_b / 1000, "kB", PAGE_KB, f"br; {gzip_b / 1000:.3g} kB with gzip"
        )
        linked = {
            urljoin(path, unescape(link))
            for tag, link in ((m.group(0), m.group(1)) for m in _LINKED.finditer(page))
            if "rel=" not in tag or "stylesheet" in tag or "icon" in tag
        }
        local = sorted(link for link in linked if not urlsplit(link).netloc)
        whole_b = wire_b + sum(_get(port, link, "br")[1] for link in local)
        yield Row(
            f"page: {name}, with all it links",
            whole_b / 1000,
            "kB",
            WHOLE_KB,
            f"br, empty cache, {len(local)} files",
        )
    for name, path in DATA.items():
        yield Row(f"map data: {name}", _get(port, path, "br")[1] / 1000, "kB", WHOLE_KB, "br")


def _answers(port: int) -> Iterator[Row]:
    asked = "/api/nearest?layer=aeds&lat={lat:.5f}&lon={lon:.5f}&k=5"
    yield from by_wall(_over_http(port, asked))


def _processor(port: int, pid: int) -> Iterator[Row]:
    """Yield what one answer costs: the clock on the wall says what else the machine does."""
    for said, path, budget_ms in PROCESSOR:
        asked = (path.format(point=point) for point in points(5))
        yield Row(f"{said}: processor time", spent_ms(port, pid, asked), "ms", budget_ms)


def _over_http(port: int, asked: str) -> Iterator[Row]:
    yield from p50_p95(
        "API nearest over HTTP",
        lambda i: _get(port, asked.format(lat=50.05 + i / 5000, lon=19.92 + i / 5000), "br"),
        repeat=100,
        budget=50,
    )
    yield median(
        "API coverage over HTTP",
        lambda i: _get(port, f"/api/coverage/aeds?minutes={3 + i}", "br"),
        repeat=10,
        budget=500,
        note="a new standard each time",
    )
    yield median("home page over HTTP", lambda i: _get(port, "/", "br"), repeat=20, budget=100)


def _get(port: int, path: str, encoding: str) -> tuple[str, int]:
    """Return the text of a resource and its bytes over the wire (body as sent)."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers={"Accept-Encoding": encoding})
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise RuntimeError(f"{path} answers {response.status}")
    decode = {"br": brotli.decompress, "gzip": gzip.decompress}.get(
        response.headers.get("Content-Encoding", ""), bytes
    )
    return decode(body).decode("utf-8", "replace"), len(body)


def _held_mb(pid: int) -> float | None:
    """Return the memory of a server and its processes; None where the system does not tell."""
    if not Path(f"/proc/{pid}/smaps_rollup").exists():
        return None
    return sum(map(proportional_mb, family(pid)))
