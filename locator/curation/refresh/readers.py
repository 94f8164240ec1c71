"""Read the sources that are no lists in JSON: tables, registers, feeds, figures; and name all."""

from __future__ import annotations

import csv
import io
import re
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit
from xml.etree import ElementTree

from locator.curation.refresh.fetching import Get, Reply
from locator.curation.refresh.replies import (
    ID,
    LAT,
    LON,
    Row,
    Rows,
    archive_of,
    json_of,
    list_of,
    member_of,
    not_readable,
    read_arcgis,
    read_city_api,
    read_geojson,
    read_overpass,
    text_of,
    with_parameters,
)
from locator.curation.refresh.sources import Source
from locator.vehicles.gtfs import GtfsError, import_feeds
from locator.vehicles.timetable import Timetable

PAGE = 10_000
_WFS = "{http://www.opengis.net/wfs/2.0}"


def read_csv(source: Source, get: Get) -> Rows:
    """Return the rows of a table, which may lie in an archive."""
    reply = get(source.url, None)
    with _text(source, reply) as text:
        return Rows(tuple(_table(source, reply, text)), reply.modified)


@contextmanager
def _text(source: Source, reply: Reply) -> Iterator[TextIO]:
    """Give the text of a table; one in an archive is read while it is unpacked."""
    if source.member is None:
        yield io.StringIO(text_of(reply, source.encoding), newline="")
        return
    with archive_of(reply) as archive:
        member = member_of(reply, archive, source.member)
        with archive.open(member) as stream:
            yield io.TextIOWrapper(stream, source.encoding, newline="")


def _table(source: Source, reply: Reply, text: TextIO) -> Iterator[Row]:
    """Yield the rows of a table, each as wide as its header."""
    wanted = re.compile(source.lines or "")
    chosen = (line for i, line in enumerate(text) if i == 0 or wanted.search(line))
    lines = csv.reader(chosen, delimiter=source.delimiter, strict=True)
    try:
        header = [name.strip() for name in next(lines, [])]
        for values in lines:
            if values and len(values) != len(header):
                raise not_readable(
                    reply, f"row {lines.line_num} has {len(values)} values, not {len(header)}"
                )
            if values:
                yield dict(zip(header, values, strict=True))
    except csv.Error as error:
        raise not_readable(reply, f"row {lines.line_num}: {error}") from error
    except (UnicodeDecodeError, zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise not_readable(reply, f"it is damaged, or not in {source.encoding}") from error


def read_wfs(source: Source, get: Get) -> Rows:
    """Return the features of a WFS 2.0, page by page, as many as it says that there are.

    Its ``gml:pos`` in EPSG:2180 is northing, easting.
    """
    rows: list[Row] = []
    while True:
        url = with_parameters(source.url, count=str(PAGE), startIndex=str(len(rows)))
        reply = get(url, None)
        root = _xml(reply)
        if root.tag != f"{_WFS}FeatureCollection":
            raise not_readable(reply, f"it says “{' '.join(root.itertext()).strip()[:200]}”")
        found = [
            _of_wfs(reply, feature) for member in root.iter(f"{_WFS}member") for feature in member
        ]
        rows += found
        matched = root.get("numberMatched", "")
        if not matched.isdigit():
            raise not_readable(reply, "it does not say how many there are")
        if len(rows) >= int(matched):
            return Rows(tuple(rows), reply.modified)
        if not found:
            raise not_readable(reply, f"it ends after {len(rows)} of {matched}")


def _xml(reply: Reply) -> ElementTree.Element:
    text = text_of(reply)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:  # nothing that expands without an end
        raise not_readable(reply, "it declares entities")
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise not_readable(reply, "it is no XML, or cut off") from error


def _of_wfs(reply: Reply, feature: ElementTree.Element) -> Row:
    row: Row = {}
    for element in feature.iter():
        name = element.tag.rpartition("}")[2]
        if name == "pos":
            try:
                row[LAT], row[LON] = map(float, (element.text or "").split())
            except ValueError as error:
                raise not_readable(reply, "a point in it has no two numbers") from error
            system = next((e.get("srsName") for e in feature.iter() if e.get("srsName")), "")
            if system and not system.endswith("2180"):
                raise not_readable(reply, f"its coordinates are in {system}, not in EPSG:2180")
        elif not len(element):
            row[name] = element.text
    return row


def read_bdl(source: Source, get: Get) -> Rows:
    """Return figures of the Local Data Bank: one row for each variable, of its latest year."""
    rows = []
    for url in source.addresses:
        reply = get(url, None)
        for item in list_of(reply, json_of(reply), "results"):
            known = [one for one in list_of(reply, item, "values") if one.get("val") is not None]
            if known:
                latest = max(known, key=lambda one: str(one.get("year")))
                rows.append(
                    {ID: str(item.get("id")), "year": latest["year"], "value": latest["val"]}
                )
    return Rows(tuple(rows))


def read_gtfs(source: Source, get: Get) -> Rows:
    """Return the lines of a timetable with their trips and when it holds."""
    table, reply = timetable_of(source, get)
    trips = Counter(table.lines[path] for path in table.trip_path.tolist())
    days = [day for service in table.services for day in (service.start, service.end)]
    valid = {"first_day": str(min(days)), "last_day": str(max(days))}
    lines = [{ID: f"line {line}", "trips": count} for line, count in sorted(trips.items())]
    return Rows(({ID: "timetable", **valid}, *lines), reply.modified)


def timetable_of(source: Source, get: Get) -> tuple[Timetable, Reply]:
    """Return the timetable of all feeds of a source, and the last reply."""
    with tempfile.TemporaryDirectory(prefix="locator-") as folder:
        feeds = {}
        for name, url in zip(source.parts or ("T",), source.addresses, strict=True):
            reply = get(url, None)
            with archive_of(reply):
                feeds[name] = Path(folder, f"{name}.zip")
            feeds[name].write_bytes(reply.body)
        try:
            return import_feeds(feeds)[0], reply
        except GtfsError as error:
            raise not_readable(reply, error.message) from error


def read_extract(source: Source, get: Get) -> Rows:
    """Return the published checksum of an extract: one row, which changes with the extract."""
    reply = get(f"{source.url}.md5", None)
    checksum = text_of(reply).split()
    if not checksum or len(checksum[0]) != 32:
        raise not_readable(reply, "there is no checksum in it")
    row = {ID: Path(urlsplit(source.url).path).name, "md5": checksum[0].lower()}
    return Rows((row | {"modified": reply.modified},), reply.modified)


READERS: Mapping[str, Callable[[Source, Get], Rows]] = {
    "city_api": read_city_api,
    "arcgis": read_arcgis,
    "overpass": read_overpass,
    "geojson": read_geojson,
    "csv": read_csv,
    "wfs": read_wfs,
    "bdl": read_bdl,
    "gtfs": read_gtfs,
    "extract": read_extract,
}
"""How each kind of reply is read; a geocoder is asked for each facility, see `asking`."""
