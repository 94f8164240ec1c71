"""Read the streets that were added to a city folder by hand, each with its source.

``streets_added.geojson`` holds what the streets file lacks, one feature a line. A line is joined at
both ends to the nearest street within 30 m (`locator.walking.graph.joining`), and where it shares
a point with a street. A feature without geometry is a street known to be missing whose place no
source gives: it is named on the pages and walked by nobody.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from locator.base.errors import CityFolderError, Fault
from locator.base.geo import WGS84
from locator.base.reading import FaultLog, is_iso_date, is_number, read_features

FILE = "streets_added.geojson"
STREETS_FILE = "streets.npz"

HIGHWAYS = (
    "cycleway",
    "footway",
    "living_street",
    "path",
    "pedestrian",
    "residential",
    "service",
    "steps",
    "tertiary",
    "unclassified",
)
"""Kinds of street that can be added, as OpenStreetMap names them."""

REQUIRED = ("highway", "name", "source", "source_date")
OPTIONAL = ("bridge", "tunnel", "note")
FIELDS = (*REQUIRED, *OPTIONAL)

FARTHEST_DEG = 0.02
"""About 1.5 km: what lies farther from the city is a slip of the hand."""


def read_added(folder: Path, log: FaultLog, *, boundary: Any = None) -> gpd.GeoDataFrame:
    """Return the added streets of a city folder; none where it has no such file.

    Parameters
    ----------
    folder : Path
    log : FaultLog
        Takes the faults; a feature with a fault is left out.
    boundary : shapely geometry, optional
        The city in WGS84; lines have to lie in it or near it.

    Returns
    -------
    GeoDataFrame
        WGS84; `FIELDS`, None where not said, and lines or None.
    """
    found: list[dict[str, Any]] = []
    if (folder / FILE).exists():
        for position, feature in enumerate(read_features(folder, log), 1):
            before = len(log.faults)
            _check_properties(position, feature["properties"], log)
            line = _line(position, feature["geometry"], boundary, log)
            if len(log.faults) == before:
                values = {field: feature["properties"].get(field) for field in FIELDS}
                found.append(values | {"geometry": line})
    columns = [*FIELDS, "geometry"]
    return gpd.GeoDataFrame(found, columns=columns, geometry="geometry", crs=WGS84)


def added_streets(folder: Path) -> gpd.GeoDataFrame:
    """Return the added streets of a city folder; see `read_added`.

    Parameters
    ----------
    folder : Path
        City folder.

    Returns
    -------
    GeoDataFrame
        Lines, WGS84; empty where the folder adds none.

    Raises
    ------
    CityFolderError
        With every fault of the file.
    """
    faults: list[Fault] = []
    found = read_added(folder, FaultLog(FILE, faults))
    if faults:
        raise CityFolderError(faults)
    return found


def _check_properties(position: int, given: dict[str, Any], log: FaultLog) -> None:
    for field in sorted(set(given) - set(FIELDS)):
        log.add(position, field, "is not known", ", ".join(FIELDS))
    for field in REQUIRED:
        if not isinstance(given.get(field), str) or not given[field].strip():
            log.add(position, field, "is missing", "a text")
    highway, day = given.get("highway"), given.get("source_date")
    if isinstance(highway, str) and highway and highway not in HIGHWAYS:
        log.add(position, "highway", f"is {highway!r}", ", ".join(HIGHWAYS))
    if isinstance(day, str) and day and not is_iso_date(day):
        log.add(position, "source_date", f"is {day!r}", "a date, YYYY-MM-DD, YYYY-MM or YYYY")
    for field in ("bridge", "tunnel"):
        if given.get(field) not in (None, "yes"):
            log.add(position, field, f"is {given[field]!r}", "yes, or nothing")


def _line(position: int, geometry: Any, boundary: Any, log: FaultLog) -> Any:
    """Return the line of a feature, None where it has none."""
    if geometry is None:
        return None
    points = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if not isinstance(points, list) or geometry.get("type") != "LineString" or len(points) < 2:
        log.add(position, "geometry", "is no line", "a LineString of at least two points, or null")
        return None
    if not all(
        isinstance(point, list) and len(point) == 2 and all(map(is_number, point))
        for point in points
    ):
        log.add(position, "geometry", "has a point that is none", "[lon, lat] in degrees")
        return None
    line = shapely.LineString(points)
    if boundary is not None and not shapely.dwithin(boundary, line, FARTHEST_DEG):
        log.add(position, "geometry", "lies far from the city", "lon, lat of a place in the city")
    return line
