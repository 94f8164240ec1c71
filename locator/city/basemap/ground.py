"""Gather what the base map draws: the city's own files, each left out where it is not there."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from locator.base.errors import LocatorError
from locator.base.packed import Packed, read_packed
from locator.city.added_streets import STREETS_FILE
from locator.city.basemap.files import (
    BUILDINGS,
    LAND,
    LAND_KINDS,
    LINE_KINDS,
    LINES,
    PLACES,
    MapFile,
    read_map_file,
)
from locator.city.basemap.lettering import Names, joined, names_of
from locator.city.basemap.placing import place_names, point_names
from locator.city.basemap.shapes import Shapes, coarsened, shapes_from_arrays, shapes_of
from locator.city.basemap.worldgrid import LOWEST, world_units
from locator.city.catalogue import River
from locator.city.model import City

log = logging.getLogger("locator.city.basemap")

STREET_CLASSES = (
    "path",
    "drive",
    "service",
    "minor",
    "pedestrian",
    "tertiary",
    "secondary",
    "primary",
    "motorway",
)
"""In the order in which they are drawn."""

CLASS_OF = {
    "footway": "path",
    "path": "path",
    "steps": "path",
    "cycleway": "path",
    "bridleway": "path",
    "track": "path",
    "service": "service",
    "pedestrian": "pedestrian",
    "living_street": "minor",
    "residential": "minor",
    "unclassified": "minor",
    "road": "minor",
    "tertiary": "tertiary",
    "secondary": "secondary",
    "primary": "primary",
    "trunk": "motorway",
    "motorway": "motorway",
}
DRIVES = ("driveway", "parking_aisle", "drive-through", "emergency_access")

STREET_ZOOMS = dict(zip(STREET_CLASSES, (14, 15, 14, 12, 13, 11, 10, 9, 9), strict=True))
NAME_ZOOMS = dict(zip(STREET_CLASSES, (15, 16, 15, 14, 14, 13, 13, 12, 12), strict=True))
LAND_ZOOMS = {"school": 12, "hospital": 12, "grass": 12, "pitch": 14, "military": 11}
LINE_ZOOMS = {"river": 9, "stream": 12, "rail": 9, "siding": 13, "tram": 12}
BUILDING_ZOOM = 15
"""Zooms of tiles from which each is drawn; a map says one more."""

LEVELS = ("tunnel", "ground", "bridge")
"""In the order in which they are drawn."""

COARSE = 12
"""Up to this zoom of tiles shapes are made simple once for all tiles, not for each."""

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class MapGround:
    """What the tiles of a city are cut from.

    Attributes
    ----------
    layers : mapping of str to Shapes
        ``land``, ``lines``, ``streets``, ``buildings``, ``borders``; those that there are.
    coarse : mapping of int to mapping
        The same for the zooms up to `COARSE`.
    along, at : Names
        Names along lines and at points.
    faults : tuple of str
        Files that could not be read, with why.
    """

    layers: Mapping[str, Shapes]
    coarse: Mapping[int, Mapping[str, Shapes]]
    along: Names
    at: Names
    faults: tuple[str, ...]


def map_ground(city: City) -> MapGround:
    """Read and prepare all that the base map of `city` draws."""
    faults: list[str] = []
    land, lines, buildings, places = (
        _read(city, file, faults) for file in (LAND, LINES, BUILDINGS, PLACES)
    )
    streets = _streets(city, faults)
    layers = {"borders": _borders(city)}
    along = []
    if land is not None:
        layers["land"] = _coded(
            land, _kinds(land, LAND), [LAND_ZOOMS.get(k, LOWEST) for k in LAND_KINDS]
        )
    if lines is not None:
        layers["lines"] = _coded(lines, _kinds(lines, LINES), [LINE_ZOOMS[k] for k in LINE_KINDS])
        along.append(_water_names(lines))
    elif (river := _river(city)) is not None:
        layers["lines"] = river
    if streets is not None:
        layers["streets"] = _street_shapes(streets)
        along.insert(0, _street_names(streets))
    if buildings is not None:
        rows = buildings.about["rows"]
        layers["buildings"] = _coded(buildings, np.zeros(rows, dtype=np.uint8), [BUILDING_ZOOM])
    coarse = {
        zoom: {
            name: simple
            for name, shapes in layers.items()
            if (simple := coarsened(shapes, zoom)) is not None
        }
        for zoom in range(LOWEST, COARSE + 1)
    }
    nothing = names_of(np.array([], dtype=object), [], [], [])
    return MapGround(
        layers=layers,
        coarse=coarse,
        along=joined(nothing, *along),
        at=joined(place_names(city, places), point_names(city, streets is not None)),
        faults=tuple(faults),
    )


def _read(city: City, file: MapFile, faults: list[str]) -> Packed | None:
    try:
        return read_map_file(city.folder, file)
    except LocatorError as error:
        log.warning("The map is drawn without %s: %s", file.name, error.message)
        faults.append(file.name)
        return None


def _streets(city: City, faults: list[str]) -> gpd.GeoDataFrame | None:
    """Return the streets with ``class`` and ``level``; None where there are none."""
    path = city.folder / STREETS_FILE
    if not path.exists():
        return None
    try:
        frame, _ = read_packed(path)
        highway = frame["highway"].astype(str)
        link = highway.str.endswith("_link")
        kind = highway.str.removesuffix("_link").map(CLASS_OF)
        kind = kind.mask((kind == "service") & frame["service"].isin(DRIVES), "drive")
        level = np.where(frame["bridge"].map(_is_set), "bridge", "ground")
        level = np.where(frame["tunnel"].map(_is_set), "tunnel", level)
        frame = frame.assign(**{"class": kind, "level": level, "link": link})
        return frame.dropna(subset=["class"]).reset_index(drop=True)
    except (LocatorError, KeyError, AttributeError) as error:
        log.warning("The map is drawn without %s: %s", STREETS_FILE, error)
        faults.append(STREETS_FILE)
        return None


def _is_set(value: object) -> bool:
    return value not in (None, "", "no", False, 0)


def _kinds(found: Packed, file: MapFile) -> Array:
    codes = {kind: code for code, kind in enumerate(file.kinds)}
    return found.columns["kind"].map(codes).to_numpy(dtype=np.uint8)


def _coded(found: Packed, codes: Array, zooms: Sequence[int]) -> Shapes:
    return shapes_from_arrays(
        world_units(found.points),
        found.offsets,
        codes,
        np.asarray(zooms)[codes],
        polygons=found.geometry == "polygon",
    )


def _street_shapes(streets: gpd.GeoDataFrame) -> Shapes:
    """Return the streets of each class as the longest lines that they make."""
    place = streets["class"].map({name: code for code, name in enumerate(STREET_CLASSES)})
    level = streets["level"].map({name: code for code, name in enumerate(LEVELS)})
    code = (level * len(STREET_CLASSES) + place).to_numpy()
    zoom = streets["class"].map(STREET_ZOOMS).to_numpy() + streets["link"].to_numpy()
    lines, group = merged(streets.geometry.values, code * 32 + zoom)
    return shapes_of(lines, group // 32, group % 32)


def street_kind(code: int) -> dict[str, str]:
    """Return what the streets of a code are, in words."""
    level, place = divmod(code, len(STREET_CLASSES))
    named = {"class": STREET_CLASSES[place]}
    return named if LEVELS[level] == "ground" else {**named, "level": LEVELS[level]}


def merged(lines: Array, groups: Array) -> tuple[Array, Array]:
    """Return the lines of each group joined where nothing branches off, and their groups."""
    order = np.argsort(groups, kind="stable")
    found, place = np.unique(groups[order], return_inverse=True)
    bundles = shapely.multilinestrings(lines[order], indices=place)
    parts, index = shapely.get_parts(shapely.line_merge(bundles), return_index=True)
    return parts, found[index]


def _street_names(streets: gpd.GeoDataFrame) -> Names:
    named = streets[streets["name"].notna()]
    if named.empty:
        return names_of(np.array([], dtype=object), [], [], [])
    rank = named["class"].map({name: code for code, name in enumerate(STREET_CLASSES)})
    best = rank.groupby(named["name"]).transform("max")  # one name, one look
    lines, group = merged(named.geometry.values, pd.factorize(named["name"])[0])
    text = pd.factorize(named["name"])[1]
    classes = [STREET_CLASSES[code] for code in best.groupby(named["name"], sort=False).first()]
    important = np.array([-STREET_CLASSES.index(classes[g]) for g in group])
    order = np.lexsort((-shapely.length(lines), important))
    lines, group = lines[order], group[order]
    return names_of(
        shapely.transform(lines, lambda points: world_units(points).astype(float)),
        [text[g] for g in group],
        [_name_kind(classes[g]) for g in group],
        [NAME_ZOOMS[classes[g]] for g in group],
    )


def _name_kind(kind: str) -> str:
    if kind in ("motorway", "primary", "secondary"):
        return "major"
    return "street" if kind in ("tertiary", "minor", "pedestrian") else "path"


def _water_names(lines: Packed) -> Names:
    kind, name = lines.columns["kind"], lines.columns["name"]
    rows = np.flatnonzero(kind.isin(("river", "stream")) & name.notna())
    units = shapely.from_ragged_array(
        shapely.GeometryType.LINESTRING, world_units(lines.points).astype(float), lines.offsets
    )
    zooms = kind.iloc[rows].map({"river": 11, "stream": 14})
    return names_of(units[rows], name.iloc[rows].tolist(), ["water"] * len(rows), zooms.tolist())


def _river(city: City) -> Shapes | None:
    """Return the river as a line where only its banks are known."""
    river = city.catalogue.river
    if river is None:
        return None
    line = river_line(city.districts.index.to_list(), city.districts.geometry.values, river)
    if line.is_empty:
        return None
    parts = shapely.get_parts(line)
    code = np.full(len(parts), LINE_KINDS.index("river"))
    return shapes_of(parts, code, np.full(len(parts), LOWEST))


def river_line(numbers: Sequence[int], shapes: Sequence[Any], river: River) -> Any:
    """Return the shared border of the districts on the two banks of `river`."""
    shape = dict(zip(numbers, shapes, strict=True))
    bank_a = shapely.union_all([shape[n].boundary for n in river.bank_a if n in shape])
    bank_b = shapely.union_all([shape[n].boundary for n in river.bank_b if n in shape])
    shared = shapely.intersection(bank_a, bank_b, grid_size=1e-7)
    lines = [part for part in shapely.get_parts(shared) if part.geom_type == "LineString"]
    return shapely.line_merge(shapely.union_all(lines))


def _borders(city: City) -> Shapes:
    """Return the borders of the districts (code 0) and of the city (code 1)."""
    outline = shapely.boundary(city.boundary)
    inner = shapely.difference(
        shapely.union_all(city.districts.geometry.boundary.values), outline, grid_size=1e-7
    )
    parts = [shapely.get_parts(shapely.line_merge(line)) for line in (inner, outline)]
    lines = np.concatenate(parts)
    codes = np.repeat([0, 1], [len(part) for part in parts])
    kept = shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING
    return shapes_of(lines[kept], codes[kept], np.full(kept.sum(), LOWEST))
