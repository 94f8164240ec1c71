"""Hold what a source is compared with, and say where facilities and their places are from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from locator.city.facilities import FIELDS
from locator.city.model import City
from locator.curation.locate import located, place_of
from locator.curation.refresh.kept import Base
from locator.curation.refresh.matching import Feature
from locator.curation.refresh.records import Point, Record
from locator.curation.refresh.source_ids import OSM, Ids, osm_ids
from locator.curation.refresh.sources import Source

ORDER = {field.name: i for i, field in enumerate(FIELDS)}
"""In which the properties of a facility are written."""

_SAID = {
    "pl": ("{title}, stan na {date}", "Brak w wykazie: {title}, stan na {date}."),
    "en": ("{title}, as of {date}", "Not listed any more: {title}, as of {date}."),
}


@dataclass(frozen=True)
class Layer:
    """What a source is compared with.

    Attributes
    ----------
    source : Source
    city : City
    features : mapping of str to feature
        As the layer's file has them, without overrides.
    base : mapping of str to Record or None
        What was accepted of the source before.
    ids : mapping
        ``source_ids.csv``.
    date : str
        Of the source's data.
    """

    source: Source
    city: City
    features: Mapping[str, Feature]
    base: Base
    ids: Ids
    date: str

    @property
    def language(self) -> str:
        """In which the folder is written."""
        return "pl" if self.city.catalogue.country == "PL" else "en"

    @property
    def known_ids(self) -> dict[str, str]:
        """Facility by id at the source."""
        places = {
            name: feature["properties"].get("location_source")
            for name, feature in self.features.items()
        }
        known = {**osm_ids(places), **self.ids}
        return {key: name for (whose, key), name in known.items() if whose == self.source.ids_of}


def cited(source: Source, date: str, country: str) -> str:
    """Return how a facility names a source, in the language of its folder."""
    return _SAID["pl" if country == "PL" else "en"][0].format(title=source.title, date=date)


def cited_beside(layer: Layer, before: str) -> str:
    """Return the sources of a facility, this one as it is now beside the others."""
    own = cited(layer.source, layer.date, layer.city.catalogue.country)
    return "; ".join([*(part for part in before.split("; ") if not marks(layer, part)), own])


def marks(layer: Layer, text: str | None) -> bool:
    """Tell whether a text names this source."""
    marks = filter(None, (layer.source.marker, layer.source.title))
    return any(mark.casefold() in (text or "").casefold() for mark in marks)


def not_listed(layer: Layer) -> str:
    """Return what is said of a facility that the source does not list any more."""
    return _SAID[layer.language][1].format(title=layer.source.title, date=layer.date)


def place_of_record(
    layer: Layer, record: Record, values: Mapping[str, Any]
) -> tuple[dict[str, Any], Point | None]:
    """Return the place of a record: its own point, or that of its address; never a guess."""
    if record.point is not None:
        title = "OpenStreetMap" if layer.source.ids_of == OSM else layer.source.title
        named = f"{title} {record.key}" if layer.source.ids_of == OSM else title
        text = _SAID[layer.language][0].format(title=named, date=layer.date)
        about = {"location_precision": layer.source.precision, "location_source": text}
        return about, record.point
    place, _ = place_of(
        layer.city, values.get("street"), values.get("housenumber"), values.get("district")
    )
    if place is None:
        return {}, None
    found = located(layer.city, place)
    about = {"location_precision": found.precision, "location_source": found.source}
    return about, (found.lon, found.lat)


def feature_of(properties: Mapping[str, Any], point: Point | None) -> dict[str, Any]:
    """Return a facility as its file has it: what is not known is not there."""
    known = {name: value for name, value in properties.items() if value is not None}
    ordered = dict(sorted(known.items(), key=lambda item: ORDER[item[0]]))
    geometry = None if point is None else {"type": "Point", "coordinates": list(point)}
    return {"type": "Feature", "properties": ordered, "geometry": geometry}
