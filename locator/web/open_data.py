"""Serve what catalogues, readers of feeds, calendars and validators ask of open data."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import geopandas as gpd
from flask import Blueprint, Response, current_app, request

from locator.api.dcat import Publisher, catalogue_document
from locator.api.json import encoded
from locator.api.json_schemas import json_schemas
from locator.api.operations import CACHE_S
from locator.api.turtle import turtle
from locator.base.errors import N_, NotFoundError
from locator.base.i18n import current_language, day, gettext, ngettext, text
from locator.city.changes import Change, changes_of, openings_of
from locator.city.history import span_of
from locator.city.model import City
from locator.reports.exports import flatgeobuf, geopackage, layer_geojson
from locator.web.found import site
from locator.web.i18n import url
from locator.web.pages.accessibility import statement
from locator.web.routes import respond
from locator.web.security import counted
from locator.web.state import state

blueprint = Blueprint("open_data", __name__)

ATOM = "http://www.w3.org/2005/Atom"
MOST_ENTRIES = 200

NO_SCHEMA = N_("There is no schema of that name; /schemas lists them.")


@blueprint.get("/catalog.jsonld")
def catalogue() -> Response:
    """Describe the open data in DCAT-AP, as JSON-LD."""
    return _kept("dcat", lambda: encoded(_document()), "application/ld+json")


@blueprint.get("/catalog.ttl")
def catalogue_turtle() -> Response:
    """Describe the open data in DCAT-AP, as Turtle."""
    return _kept("dcat-turtle", lambda: turtle(_document()).encode(), "text/turtle")


def _document() -> dict[str, Any]:
    told = statement(current_app.config)
    publisher = Publisher(told.operator, told.email, told.phone)
    return catalogue_document(state().city, site=site(), publisher=publisher)


@blueprint.get("/schemas", strict_slashes=False)
def schemas() -> Response:
    """List the schemas of all files and answers."""
    here = site()
    return _kept(
        "schemas",
        lambda: encoded({"schemas": [f"{here}/schemas/{path}" for path in json_schemas(here)]}),
        "application/json",
    )


@blueprint.get("/schemas/<path:name>")
def schema(name: str) -> Response:
    """Give one schema."""
    known = state().memo.get(("json-schemas", site()), partial(json_schemas, site()))
    if name not in known:
        raise NotFoundError(NO_SCHEMA)
    return _answer(encoded(known[name]), "application/schema+json")


@blueprint.get("/changes.atom")
def changes() -> Response:
    """Tell what changed in the data, the newest first, as an Atom feed."""
    return _kept("atom", _feed, "application/atom+xml")


@blueprint.get("/openings.ics")
def openings() -> Response:
    """Give the expected openings as a calendar: those of which a day or a month is known."""
    return _kept("openings", _calendar, "text/calendar")


def _kept(name: str, made: Any, media_type: str) -> Response:
    key = (f"open-data-{name}", site(), current_language())
    return _answer(state().memo.get(key, made), media_type)


def _answer(body: bytes, media_type: str) -> Response:
    response = respond(body, media_type=media_type, cache_s=CACHE_S)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "Accept-Ranges, Content-Range, ETag"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


# Files --------------------------------------------------------------------------------------

FILES = {
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "fgb": "application/flatgeobuf",
}
"""Endings of downloads, and their media types."""

NO_FILE = N_("There is no download of that name; /catalog.jsonld lists them.")


@blueprint.get("/download/<name>.<kind>")
@counted
def download(name: str, kind: str) -> Response:
    """Give a layer, the districts or their units as a file, wholly or in parts (``Range``)."""
    city = state().city
    if kind not in FILES or name not in (*city.catalogue.layers, "districts", "units"):
        raise NotFoundError(NO_FILE)
    made = state().memo.get(("download", name, kind), lambda: _file(city, name, kind))
    answer = _answer(made, FILES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer


def _file(city: City, name: str, kind: str) -> bytes:
    frame = _frame(city, name)
    if kind == "gpkg":
        return geopackage(city, {name: frame})
    return flatgeobuf(frame, name=name) if kind == "fgb" else layer_geojson(frame).encode()


def _frame(city: City, name: str) -> gpd.GeoDataFrame:
    if name in ("districts", "units"):
        return (city.districts if name == "districts" else city.units).reset_index()
    rows = city.facilities[city.facilities["layer"] == name]
    return rows.drop(columns=["vehicle", "x", "y"]).reset_index(names="id")


# The feed -----------------------------------------------------------------------------------


def _feed() -> bytes:
    city = state().city
    entries = changes_of(city)[:MOST_ENTRIES]
    feed = Element("feed", {"xmlns": ATOM, "xml:lang": current_language()})
    said = f"{text(city.catalogue.names)} – {gettext('Changes of the data')}"
    _child(feed, "id", _urn(city, "feed"))
    _child(feed, "title", said)
    _child(feed, "updated", max(_moment(city, one.date) for one in entries))
    _child(_child(feed, "author"), "name", text(city.catalogue.attribution))
    for rel, kind, address in (
        ("self", "application/atom+xml", url("open_data.changes")),
        ("alternate", "text/html", url("data.page")),
    ):
        _child(feed, "link", rel=rel, type=kind, href=_whole(address))
    for one in entries:
        entry = _child(feed, "entry")
        _child(entry, "id", _urn(city, one.id))
        _child(entry, "title", _title(city, one))
        _child(entry, "updated", _moment(city, one.date))
        _child(entry, "link", rel="alternate", type="text/html", href=_whole(_page(one)))
        _child(entry, "summary", _summary(one))
        _child(entry, "category", term=one.kind)
        if one.layer:
            _child(entry, "category", term=one.layer)
    ElementTree.indent(feed)
    made: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def _child(
    parent: ElementTree.Element, name: str, words: str | None = None, **given: str
) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, name, given)
    made.text = words
    return made


def _title(city: City, one: Change) -> str:
    if one.kind == "data" or one.layer is None:
        return gettext("Data as of {date}.", date=day(one.date)).rstrip(".")
    layer = text(city.catalogue.layers[one.layer].names)
    if one.kind == "source":
        return f"{layer}: " + ngettext(
            "{n} entry, data of {date}",
            "{n} entries, data of {date}",
            one.count,
            date=day(one.date),
        )
    name = str(city.facilities.at[one.facility, "name"])
    if one.kind == "closed":
        return gettext("Closed: {name}", name=name)
    return gettext("Opened: {name}", name=name)


def _summary(one: Change) -> str:
    known = {4: N_("Only the year is known."), 7: N_("Only the month is known.")}
    rough = known.get(len(one.date))
    return f"{day(one.date)}. {gettext(rough)}" if rough else f"{day(one.date)}."


def _page(one: Change) -> str:
    if one.facility:
        return url("facility.page", facility_id=one.facility)
    return url("layer.page", layer_id=one.layer) if one.layer else url("data.page")


def _whole(path: str) -> str:
    return request.host_url.rstrip("/") + path


def _urn(city: City, name: str) -> str:
    """Return the lasting name of an entry: the same wherever the site runs, other by language."""
    whole = f"locator:{city.catalogue.id}:{current_language()}:{name}"
    return uuid.uuid5(uuid.NAMESPACE_URL, whole).urn


def _moment(city: City, value: str) -> str:
    """Return the first moment of a day, a month or a year, in the city's time."""
    span = span_of(value)
    assert span is not None
    zone = ZoneInfo(city.catalogue.timezone)
    return datetime.combine(span[0], time(), tzinfo=zone).isoformat()


# The calendar -------------------------------------------------------------------------------


def _calendar() -> bytes:
    from icalendar import Calendar, Event

    city = state().city
    calendar = Calendar()
    calendar.add("prodid", "-//locator//openings//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{text(city.catalogue.names)} – {gettext('Expected openings')}")
    as_of = span_of(city.catalogue.data_date)
    for one in openings_of(city):
        span = span_of(one.date)
        if span is None or len(one.date) == 4:
            continue  # a year is no date that a calendar could show
        event = Event()
        event.add("uid", f"{one.facility}-opening@{city.catalogue.id}.locator")
        if as_of:
            zone = ZoneInfo(city.catalogue.timezone)
            event.add("dtstamp", datetime.combine(as_of[0], time(), tzinfo=zone))
        event.add("dtstart", span[0])
        event.add("dtend", span[1] + timedelta(days=1))
        name = str(city.facilities.at[one.facility, "name"])
        event.add("summary", gettext("Expected to open: {name}", name=name))
        if len(one.date) == 7:
            event.add("description", gettext("Only the month is known."))
        page = url("facility.page", facility_id=one.facility)
        event.add("url", _whole(page))
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
