"""Take a reply apart into rows: what every reader needs, and the readers of JSON."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from locator.base.errors import N_
from locator.curation.refresh.fetching import Get, Reply, SourceError
from locator.curation.refresh.sources import Source

LON, LAT, ID = "@lon", "@lat", "@id"
"""Columns that a reader adds: where a row is, in the system of its source, and its id there."""

MOST_PAGES = 1000
"""A source that goes on for longer than that goes round in circles."""

MOST_UNPACKED = 500_000_000
"""Bytes: what an archive unpacks to may be longer than what was sent."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

Row = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """What a source lists.

    Attributes
    ----------
    rows : tuple of dict
        Column to value, as the source has it, with `LON`, `LAT` and `ID` where it says them.
    date : str or None
        The day that the source itself gives for its data.
    """

    rows: tuple[Row, ...]
    date: str | None = None


def not_readable(reply: Reply, detail: str) -> SourceError:
    """Return the error for a reply that is not what it should be."""
    return SourceError(
        N_("The answer of {host} is not what it should be: {detail}."),
        host=urlsplit(reply.url).netloc,
        detail=detail,
    )


def text_of(reply: Reply, encoding: str = "utf-8", body: bytes | None = None) -> str:
    """Return the text of a reply.

    Raises
    ------
    SourceError
        It is a web page, or in another encoding.
    """
    content = reply.body if body is None else body
    if re.match(rb"\s*<(!doctype\s+html|html|head|body)", content[:200], re.IGNORECASE):
        raise not_readable(reply, "it is a web page")
    try:
        text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise not_readable(reply, f"its text is not in {encoding}") from error
    if "\ufffd" in text:
        raise not_readable(reply, "letters were lost in it")
    return text


def json_of(reply: Reply, body: bytes | None = None) -> dict[str, Any]:
    """Return the object that a reply in JSON is, once it is whole and no error.

    Raises
    ------
    SourceError
        It is not.
    """
    text = text_of(reply, body=body)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise not_readable(reply, "it is no JSON, or cut off") from error
    if not isinstance(content, dict):
        raise not_readable(reply, "it is no object of JSON")
    error_said = content.get("error")
    if error_said:
        said = error_said.get("message") if isinstance(error_said, dict) else error_said
        raise not_readable(reply, f"it says “{str(said)[:200]}”")
    return content


def list_of(reply: Reply, content: Mapping[str, Any], name: str) -> list[Any]:
    """Return the objects that JSON lists under a name."""
    found = content.get(name)
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise not_readable(reply, f"there is no list “{name}” in it")
    return found


def with_parameters(url: str, **parameters: str) -> str:
    """Return a url with more parameters."""
    return url + ("&" if urlsplit(url).query else "?") + urlencode(parameters)


def read_city_api(source: Source, get: Get) -> Rows:
    """Return the rows of a table of the city's open data, page by page.

    The address of a next page names a host inside the city's network: only its cursor is used.
    """
    rows: list[Row] = []
    seen: set[str] = set()
    reply = get(source.url, None)
    while True:
        content = json_of(reply)
        rows += list_of(reply, content, "value")
        following = content.get("nextLink")
        if not following:
            return Rows(tuple(rows))
        cursor = parse_qs(urlsplit(str(following)).query).get("$after", [""])[0]
        if not cursor or cursor in seen or len(seen) >= MOST_PAGES:
            raise not_readable(reply, "its next page has no new cursor")
        seen.add(cursor)
        reply = get(with_parameters(source.url, **{"$after": cursor}), None)


def read_arcgis(source: Source, get: Get) -> Rows:
    """Return the features of an ArcGIS layer, page by page."""
    rows: list[Row] = []
    reply = get(source.url, None)
    for _ in range(MOST_PAGES):
        content = json_of(reply)
        features = list_of(reply, content, "features")
        wkid = (content.get("spatialReference") or {}).get("wkid", 4326)
        if wkid != 4326:
            raise not_readable(reply, f"its coordinates are in EPSG:{wkid}, not in EPSG:4326")
        rows += (_of_arcgis(item) for item in features)
        if not content.get("exceededTransferLimit"):
            return Rows(tuple(rows))
        if not features:
            raise not_readable(reply, "it says that there is more, and gives nothing")
        reply = get(with_parameters(source.url, resultOffset=str(len(rows))), None)
    raise not_readable(reply, "it never comes to an end")


def _of_arcgis(item: Mapping[str, Any]) -> Row:
    place = item.get("geometry") or {}
    return {**(item.get("attributes") or {}), LON: place.get("x"), LAT: place.get("y")}


def read_overpass(source: Source, get: Get) -> Rows:
    """Return the objects of OpenStreetMap that Overpass finds, with the state of its data."""
    reply = get(source.url, source.query)
    content = json_of(reply)
    if content.get("remark"):
        raise not_readable(reply, f"it is not whole, since “{str(content['remark'])[:200]}”")
    stamp = str((content.get("osm3s") or {}).get("timestamp_osm_base", ""))
    rows = []
    for item in list_of(reply, content, "elements"):
        place = item.get("center") or item
        name = f"{item.get('type')}/{item.get('id')}"
        tags = item.get("tags") or {}
        rows.append({**tags, ID: name, LON: place.get("lon"), LAT: place.get("lat")})
    return Rows(tuple(rows), stamp[:10] if _DAY.match(stamp) else None)


def read_geojson(source: Source, get: Get) -> Rows:
    """Return the points of a GeoJSON file, which may lie in an archive."""
    reply = get(source.url, None)
    body, date = reply.body, reply.modified
    if source.member is not None:
        with archive_of(reply) as archive:
            body = _unpacked(reply, archive, source.member)
            date = _stated_day(archive) or date
    content = json_of(reply, body)
    crs = ((content.get("crs") or {}).get("properties") or {}).get("name", "EPSG:4326")
    stated = "EPSG:4326" if "CRS84" in crs else "EPSG:" + crs.rpartition(":")[2]
    if stated != source.crs:
        raise not_readable(reply, f"its coordinates are in {crs}, not in {source.crs}")
    return Rows(tuple(_of_geojson(item) for item in list_of(reply, content, "features")), date)


def _of_geojson(item: Mapping[str, Any]) -> Row:
    row = dict(item.get("properties") or {})
    place = item.get("geometry") or {}
    lonlat = place.get("coordinates") if place.get("type") == "Point" else None
    row[LON], row[LAT] = lonlat[:2] if isinstance(lonlat, list) else (None, None)
    number = row.get("@osm_id")
    if number is not None:
        row[ID] = f"{row.get('@osm_type') or 'node'}/{number}"
    return row


def archive_of(reply: Reply) -> zipfile.ZipFile:
    """Return the archive that a reply is."""
    try:
        return zipfile.ZipFile(BytesIO(reply.body))
    except zipfile.BadZipFile as error:
        text_of(reply, "latin-1")  # says so if it is a web page
        raise not_readable(reply, "it is no archive, or cut off") from error


def member_of(reply: Reply, archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """Return a file of an archive by its name; it may lie in a folder."""
    for member in archive.infolist():
        if member.filename == name or member.filename.endswith(f"/{name}"):
            return member
    raise not_readable(reply, f"there is no {name} in it")


def _unpacked(reply: Reply, archive: zipfile.ZipFile, name: str) -> bytes:
    member = member_of(reply, archive, name)
    if member.file_size > MOST_UNPACKED:
        raise not_readable(reply, f"{name} in it is too long")
    try:
        return archive.read(member)
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise not_readable(reply, f"{name} in it is damaged") from error


def _stated_day(archive: zipfile.ZipFile) -> str | None:
    """Return the day that a text file beside the data gives for them."""
    return next(_days(archive), None)


def _days(archive: zipfile.ZipFile) -> Iterator[str]:
    for name in archive.namelist():
        if name.endswith(".txt"):
            found = _DAY.search(archive.read(name).decode("utf-8", "replace"))
            if found:
                yield found[0]
