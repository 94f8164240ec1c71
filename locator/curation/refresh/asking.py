"""Ask GUGiK's geocoder (UUG) for the facilities that nothing else places; never guess."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from locator.base.geo import in_city
from locator.city.facilities import joined_address
from locator.city.model import City
from locator.curation.refresh.difference import Change
from locator.curation.refresh.fetching import Get
from locator.curation.refresh.records import DECIMALS, Point, Record
from locator.curation.refresh.replies import json_of, list_of, not_readable, with_parameters
from locator.curation.refresh.sources import Source
from locator.curation.refresh.values import same
from locator.geocoding.names import fold


def asked_records(source: Source, city: City, get: Get) -> tuple[Record, ...]:
    """Return a record for each facility without a point that the geocoder surely finds.

    It has to find exactly one address, in this city, of this street and number; the middle of a
    street or of a town is no answer.

    Parameters
    ----------
    source : Source
    city : City
    get : callable
        Gives the reply to a url.

    Raises
    ------
    SourceError
        A reply cannot be read.
    """
    frame = city.facilities
    moving = {layer.id for layer in city.catalogue.layers.values() if layer.moves}
    pending = frame[frame.geometry.isna() & ~frame["layer"].isin(moving)]
    town = city.catalogue.names["pl"]
    found = []
    for name, row in pending.iterrows():
        street, number = row["street"], row["housenumber"]
        if isinstance(street, str) and isinstance(number, str):
            point = _ask(source, city, get, town=town, street=street, number=number)
            if point is not None:
                found.append(Record(str(name), {"name": row["name"]}, point))
    return tuple(found)


def _ask(
    source: Source, city: City, get: Get, *, town: str, street: str, number: str
) -> Point | None:
    address = f"{town}, {joined_address(street, number)}"
    url = with_parameters(source.url, request="GetAddress", address=address, srid="4326")
    reply = get(url, None)
    content = json_of(reply)
    results = content.get("results", ())
    if not isinstance(results, dict | None):
        raise not_readable(reply, "there are no results in it")
    answers = list_of(reply, {"results": [*(results or {}).values()]}, "results")
    if content.get("type") != "address" or len(answers) != 1:
        return None
    (only,) = answers
    if (
        fold(str(only.get("city"))) != fold(town)
        or not same("street", only.get("street"), street)
        or not same("housenumber", only.get("number"), number)
    ):
        return None
    try:
        point = round(float(only["x"]), DECIMALS), round(float(only["y"]), DECIMALS)
    except (KeyError, TypeError, ValueError) as error:
        raise not_readable(reply, "an address in it has no coordinates") from error
    return point if in_city(city.boundary, *point) else None


def asked_changes(
    records: Iterable[Record], features: dict[str, dict[str, Any]], cited: str
) -> tuple[Change, ...]:
    """Return the rows that give facilities the points that were found.

    Parameters
    ----------
    records : iterable of Record
        Of `asked_records`.
    features : dict of str to feature
        The facilities as their files have them.
    cited : str
        How the source is named.
    """
    changes = []
    for record in records:
        feature = features[record.key]
        located = {"location_precision": "exact", "location_source": cited}
        geometry = {"type": "Point", "coordinates": list(record.point or ())}
        changes.append(
            Change(
                record.key,
                "changed",
                record.name,
                key=record.key,
                fields={"location": (None, "exact")},
                after=record.point,
                becomes=feature
                | {"properties": feature["properties"] | located, "geometry": geometry},
            )
        )
    return tuple(changes)
