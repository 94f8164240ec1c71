"""Find in an OpenStreetMap file what a city folder is made of."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pandas as pd
import shapely

from locator.base.geo import Box, inner_box
from locator.base.opening_hours.state import is_valid_hours
from locator.walking.graph.osm import Progress, objects, silent

LICENCE = "ODbL-1.0"

STOP_TAGS = (
    ("highway", "bus_stop"),
    ("railway", "tram_stop"),
    ("railway", "halt"),
    ("railway", "station"),
    ("amenity", "ferry_terminal"),
)
"""What counts as a public-transport stop, where it has a name."""

NAME_TAGS = ("name", "operator", "brand")
STREET_TAGS = ("addr:street", "addr:place")

_REPORT_EVERY = 5_000

_FIELD_TAGS: Mapping[str, tuple[str, ...]] = {
    "operator": ("operator",),
    "housenumber": ("addr:housenumber",),
    "postcode": ("addr:postcode",),
    "place_note": ("defibrillator:location",),
    "phone": ("phone", "contact:phone"),
    "email": ("email", "contact:email"),
    "website": ("website", "contact:website"),
    "level": ("level",),
}
"""Fields of a facility that are taken over as they are, from the first tag that is there."""


@dataclass(frozen=True)
class AdminArea:
    """One complete administrative area.

    Attributes
    ----------
    name : str
    names : mapping of str to str
        ``name:<language>`` of the languages that are tagged.
    level : int
        ``admin_level``: 2 is a country, 8 often a municipality.
    country : str or None
        ISO 3166-1 code where it is tagged.
    shape : shapely geometry
        WGS84.
    """

    name: str
    names: Mapping[str, str]
    level: int
    country: str | None
    shape: Any


@dataclass(frozen=True)
class Mapped:
    """What is mapped inside a boundary.

    Attributes
    ----------
    facilities : list of (layer id, feature) pairs
        Features are GeoJSON, with the properties of `locator.city.facilities.FIELDS`.
    addresses, stops : DataFrame
        As `locator.city.model.City` has them.
    unnamed : int
        Facilities without any name, named after their kind.
    newest : str
        Day of the newest change among all that was looked at; "" where the file does not say.
    extent : (west, south, east, north) or None
        Box of what was looked at, inside or not, but for the outermost twentieth on each side;
        None where there was nothing.
    """

    facilities: list[tuple[str, dict[str, Any]]]
    addresses: pd.DataFrame
    stops: pd.DataFrame
    unnamed: int
    newest: str
    extent: Box | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is mapped inside the boundary."""
        return not (self.facilities or len(self.addresses) or len(self.stops))


def admin_areas(path: Path, *, progress: Progress = silent) -> tuple[list[AdminArea], set[str]]:
    """Return the complete administrative areas of a file, and the countries it names.

    Raises
    ------
    ExtractError
        The file cannot be read.
    """
    factory = osmium.geom.WKBFactory()
    found: list[AdminArea] = []
    countries: set[str] = set()
    chosen = osmium.filter.TagFilter(("boundary", "administrative"))
    for item in objects(path, osmium.osm.ALL, chosen, areas=chosen):
        tags = item.tags
        level = tags.get("admin_level", "")
        code = tags.get("ISO3166-1") or tags.get("ISO3166-1:alpha2")
        if item.is_relation() and level == "2" and code:
            countries.add(code)
        if not item.is_area() or not level.isdigit() or "name" not in tags:
            continue
        shape = _shape(factory, item)
        if shape is not None:
            names = {tag.k[5:]: tag.v for tag in tags if tag.k.startswith("name:")}
            found.append(AdminArea(tags["name"], names, int(level), code, shape))
            progress("areas", len(found), None)
    return found, countries


def extract_box(path: Path) -> Any:
    """Return the box that a file's header says it covers, None where it does not say.

    Parameters
    ----------
    path : Path
        ``.osm.pbf``.

    Returns
    -------
    shapely geometry or None
        WGS84.
    """
    box = osmium.FileProcessor(str(path)).header.box()
    if not box.valid():
        return None
    low, high = box.bottom_left, box.top_right
    return shapely.box(low.lon, low.lat, high.lon, high.lat)


def mapped_inside(
    path: Path,
    boundary: Any,
    layers: Mapping[str, Sequence[str]],
    names: Mapping[str, str],
    *,
    around: Any = None,
    progress: Progress = silent,
) -> Mapped:
    """Return facilities, addresses and stops inside `boundary`.

    Parameters
    ----------
    path : Path
    boundary : shapely geometry
        WGS84.
    layers : mapping of str to sequence of str
        Tags (``key=value``) that make an object a facility of the layer; the first layer wins.
    names : mapping of str to str
        What a facility of each layer is called where it has no name.
    around : shapely geometry, optional
        Where facilities are looked for, if not only inside the boundary.

    Raises
    ------
    ExtractError
        The file cannot be read.
    """
    layer_of = {tag: layer for layer, tags in reversed([*layers.items()]) for tag in tags}
    around = boundary if around is None else around
    shapely.prepare([boundary, around])
    facilities: list[tuple[str, dict[str, Any]]] = []
    addresses: list[tuple[str, str, float, float]] = []
    stops: list[tuple[str, float, float]] = []
    unnamed, newest = 0, ""
    seen = array("d")
    for count, (item, tags) in enumerate(_tagged(path, layer_of)):
        if count % _REPORT_EVERY == 0:
            progress("places", count, None)
        point = _point(item)
        if point is None:
            continue
        seen.extend(point)
        if not shapely.contains_xy(around, *point):
            continue
        lon, lat = (round(float(value), 7) for value in point)
        inside = shapely.contains_xy(boundary, *point)
        newest = max(newest, _day(item) or "")
        street = next((tags[key] for key in STREET_TAGS if key in tags), None)
        if inside and street and "addr:housenumber" in tags:
            addresses += [
                (street, number.strip(), lon, lat)
                for number in tags["addr:housenumber"].replace(",", ";").split(";")
                if number.strip()
            ]
        if inside and "name" in tags and any(tags.get(key) == value for key, value in STOP_TAGS):
            stops.append((tags["name"], lon, lat))
        layer = next((layer_of[f"{k}={v}"] for k, v in tags.items() if f"{k}={v}" in layer_of), "")
        if layer:
            unnamed += not any(key in tags for key in NAME_TAGS)
            feature = _feature(layer, item, tags, names[layer], (lon, lat))
            facilities.append((layer, feature))
    address_frame = pd.DataFrame(addresses, columns=["street", "number", "lon", "lat"])
    return Mapped(
        facilities=facilities,
        addresses=address_frame.drop_duplicates(["street", "number"])
        .sort_values(["street", "number"])
        .reset_index(drop=True),
        stops=pd.DataFrame(stops, columns=["name", "lon", "lat"])
        .sort_values(["name", "lon"])
        .reset_index(drop=True),
        unnamed=unnamed,
        newest=newest,
        extent=inner_box(np.frombuffer(seen).reshape(-1, 2)) if len(seen) else None,
    )


def _tagged(path: Path, layer_of: Mapping[str, str]) -> Iterator[tuple[Any, dict[str, str]]]:
    """Yield nodes and areas that may be a facility, an address or a stop, with their tags."""
    keys = {tag.partition("=")[0] for tag in layer_of} | {key for key, _ in STOP_TAGS}
    chosen = osmium.filter.KeyFilter("addr:housenumber", *sorted(keys))
    for item in objects(path, osmium.osm.ALL, chosen, areas=chosen):
        if item.is_node() or item.is_area():
            yield item, {tag.k: tag.v for tag in item.tags}


def _feature(
    layer: str, item: Any, tags: Mapping[str, str], kind: str, lonlat: tuple[float, float]
) -> dict[str, Any]:
    """Return one facility as a GeoJSON feature, its fields taken from its tags."""
    letter, number, word = _identity(item)
    hours = tags.get("opening_hours")
    readable = bool(hours and is_valid_hours(hours))
    properties: dict[str, Any] = {
        "id": f"{layer}-{letter}{number}",
        "name": next((tags[key] for key in NAME_TAGS if tags.get(key, "").strip()), kind),
        "street": next((tags[key] for key in STREET_TAGS if key in tags), None),
        "opening_hours": hours if readable else None,
        "hours_text": hours if hours and not readable else None,
        "places": int(tags["capacity"]) if tags.get("capacity", "").isdecimal() else None,
        "status": "open",
        "status_basis": "confirmed",
        "access": tags["access"] if tags.get("access") in _ACCESS else None,
        "indoor": {"yes": True, "no": False}.get(tags.get("indoor", "")),
        "wheelchair": tags["wheelchair"] if tags.get("wheelchair") in _WHEELCHAIR else None,
        "source": "OpenStreetMap",
        "source_date": _day(item),
        "licence": LICENCE,
        "location_precision": "exact",
        "location_source": f"OpenStreetMap {word} {number}",
    }
    for field, keys in _FIELD_TAGS.items():
        properties[field] = next((tags[key] for key in keys if tags.get(key, "").strip()), None)
    if properties["places"] is not None:
        properties["places_basis"] = "stated"
    return {
        "type": "Feature",
        "properties": {key: value for key, value in properties.items() if value is not None},
        "geometry": {"type": "Point", "coordinates": list(lonlat)},
    }


_ACCESS = frozenset(("yes", "permissive", "customers", "permit", "private", "no"))
_WHEELCHAIR = frozenset(("yes", "limited", "no"))
_FACTORY = osmium.geom.WKBFactory()


def _day(item: Any) -> str | None:
    """Return the day of an object's last change, None where the file leaves it out."""
    return item.timestamp.date().isoformat() if item.timestamp.year > 1970 else None


def _identity(item: Any) -> tuple[str, int, str]:
    """Return letter, number and word of an object's own id, not that of its area."""
    if item.is_node():
        return "n", item.id, "node"
    if item.from_way():
        return "w", item.orig_id(), "way"
    return "r", item.orig_id(), "relation"


def _point(item: Any) -> tuple[float, float] | None:
    """Return lon, lat of a node, or of a point inside an area."""
    if item.is_node():
        place = item.location
        return (place.lon, place.lat) if place.valid() else None
    shape = _shape(_FACTORY, item)
    if shape is None:
        return None
    centre = shape.centroid
    inside = centre if shape.contains(centre) else shape.representative_point()
    return inside.x, inside.y


def _shape(factory: Any, area: Any) -> Any:
    """Return an area's geometry, None where it is broken in the file."""
    try:
        shape = shapely.from_wkb(bytes.fromhex(factory.create_multipolygon(area)))
    except RuntimeError:
        return None
    return shape if shape.is_valid and not shape.is_empty else None


def divided(boundary: Any, areas: Sequence[AdminArea]) -> list[tuple[str, Any]]:
    """Return the districts that divide the boundary, by name; [] where none are mapped.

    Taken is the coarsest level that covers nearly all of the boundary with at least four areas,
    or else with at least two.
    """
    by_level: dict[int, list[tuple[str, Any]]] = {}
    for area in areas:
        part = shapely.intersection(area.shape, boundary)
        if 0.5 * area.shape.area < part.area < 0.9 * boundary.area:
            by_level.setdefault(area.level, []).append((area.name, part))
    whole = boundary.area
    for fewest in (4, 2):
        for _, parts in sorted(by_level.items()):
            covered = shapely.union_all([part for _, part in parts]).area
            total = float(np.sum([part.area for _, part in parts]))
            if len(parts) >= fewest and covered > 0.95 * whole and total < 1.01 * covered:
                return sorted(parts, key=lambda part: part[0])
    return []
