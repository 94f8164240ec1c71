"""Read the streets that may be walked from an OpenStreetMap PBF file.

The file is streamed once. Places of nodes go into a compact table inside libosmium (16 bytes
each), ways and tagged nodes that matter come through a filter, and only the nodes of streets are
looked up in the end: a voivodeship takes well under a gigabyte.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from locator.base.errors import N_, LocatorError
from locator.base.geo import FloatArray, IntArray
from locator.walking.graph.tag_rules import node_marks, way_marks, why_not_walked

ATTRIBUTION = "© OpenStreetMap contributors, ODbL"

Progress = Callable[[str, int, int | None], None]
"""Called with a step's name, how much is done and how much there is (None: not known)."""

NAME_KEYS = ("name", "is_sidewalk:of:name", "street:name")
"""Where the name of a street is looked for, first found first used."""

NODE_KEYS = (
    "barrier",
    "kerb",
    "wheelchair",
    "opening_hours",
    "foot:conditional",
    "access:conditional",
)
"""Tags of nodes that may stop somebody (`locator.walking.graph.tag_rules.node_marks`)."""

_REPORT_EVERY = 20_000


class ExtractError(LocatorError):
    """An OpenStreetMap file that cannot be used."""

    code = "extract"


def silent(step: str, done: int, total: int | None) -> None:
    """Report progress to nobody.

    Parameters
    ----------
    step : str
        Key of what is being done, such as ``"ways"``.
    done, total : int
        In units of the step; `total` is None where nobody knows it.
    """


@dataclass(frozen=True)
class Streets:
    """What was read: w ways over n nodes.

    Attributes
    ----------
    refs : (r,) int array
        Positions of the ways' nodes, way after way; -1 where the file does not hold the node.
    way_start : (w + 1,) int array
        Where each way begins in `refs`.
    way_marks : (w,) uint8 array
        `locator.walking.graph.tag_rules.Mark` of each way.
    way_name : (w,) int array
        Index into `names`; 0 is the empty name.
    names : tuple of str
    lonlat : (n, 2) float array
        WGS84.
    node_marks : (n,) uint8 array
    source_date, source_date_basis : str
        ISO 8601 moment of the data, and whether the file's header or its newest way says so.
    dropped : mapping of str to int
        Ways left out, by reason.
    loose : (k,) int array
        Nodes that end at a street although they are none of its own: drawn by hand.
    """

    refs: IntArray
    way_start: IntArray
    way_marks: np.ndarray[Any, np.dtype[np.uint8]]
    way_name: IntArray
    names: tuple[str, ...]
    lonlat: FloatArray
    node_marks: np.ndarray[Any, np.dtype[np.uint8]]
    source_date: str
    source_date_basis: str
    dropped: Mapping[str, int]
    loose: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))


def read_streets(path: Path, *, progress: Progress = silent) -> Streets:
    """Return the walkable ways of a PBF file with their nodes.

    Parameters
    ----------
    path : Path
        An ``.osm.pbf`` file (any format that libosmium recognises by its suffix).
    progress : callable
        See `Progress`.

    Raises
    ------
    ExtractError
        The file is missing, is not OpenStreetMap data, is cut short or holds no street.
    """
    import osmium

    places = osmium.index.create_map("sparse_mem_array")
    ways = _read_ways(path, places, progress)
    if not ways.marks:
        raise ExtractError(
            N_("{file} holds no street that may be walked: is it a complete extract?"),
            file=path.name,
        )
    refs = np.frombuffer(ways.refs, dtype=np.int64)
    ids, lonlat = placed_nodes(places, np.unique(refs), progress)
    if len(ids) == 0:
        raise ExtractError(
            N_("{file} holds ways but none of their nodes: it cannot be used."), file=path.name
        )
    position = np.searchsorted(ids, refs)
    position[position == len(ids)] = 0
    date, basis = source_date(path, ways.newest)
    return Streets(
        refs=np.where(ids[position] == refs, position, -1),
        way_start=np.frombuffer(ways.start, dtype=np.int64),
        way_marks=np.frombuffer(ways.marks, dtype=np.uint8),
        way_name=np.frombuffer(ways.name, dtype=np.int32).astype(np.int64),
        names=tuple(ways.names),
        lonlat=lonlat,
        node_marks=_marks_of(ids, ways.node_marks),
        source_date=date,
        source_date_basis=basis,
        dropped=dict(ways.dropped.most_common()),
    )


def objects(
    path: Path, entities: Any, *filters: Any, areas: Any = None, places: Any = None
) -> Iterator[Any]:
    """Yield the objects of a PBF file that pass `filters`.

    With `areas`, a filter for relations, complete areas are put together and yielded as well;
    `entities` has to be everything then. With `places`, a table of libosmium, the places of all
    nodes are put into it on the way, whether they pass the filters or not.

    Parameters
    ----------
    path : Path
        ``.osm.pbf``.
    entities : osmium.osm.osm_entity_bits
        Kinds of object that are read.
    *filters : osmium filter
        Each object has to pass all of them.
    areas, places : optional
        See above.

    Yields
    ------
    osmium.osm.OSMObject
        Good only until the next one is asked for.

    Raises
    ------
    ExtractError
        The file cannot be read to its end.
    """
    import osmium

    if path.is_dir():
        raise ExtractError(N_("{file} is a folder, not a file."), file=str(path))
    if not path.is_file():
        raise ExtractError(N_("There is no file {file}."), file=str(path))
    if path.stat().st_size == 0:
        raise ExtractError(N_("{file} is empty: download it again."), file=path.name)
    processor = osmium.FileProcessor(str(path), entities)
    if places is not None:
        processor = processor.with_locations(places)
    if areas is not None:
        processor = processor.with_areas(areas)
    for condition in filters:
        processor = processor.with_filter(condition)
    try:
        yield from processor
    except RuntimeError as error:
        raise ExtractError(
            N_(
                "{file} cannot be read as OpenStreetMap data ({detail}). It may be cut short or "
                "something else altogether: download it again."
            ),
            file=path.name,
            detail=str(error),
        ) from error


class _Ways:
    """The ways while they are being collected; compact arrays, no objects."""

    def __init__(self) -> None:
        self.refs = array("q")
        self.start = array("q", [0])
        self.marks = array("B")
        self.name = array("i")
        self.names: dict[str, int] = {"": 0}
        self.dropped: Counter[str] = Counter()
        self.newest: datetime | None = None
        self.node_marks: dict[int, int] = {}

    def add(self, way: Any) -> None:
        tags = {tag.k: tag.v for tag in way.tags}
        marks = way_marks(tags)
        if marks is None:
            if "highway" in tags:
                self.dropped[why_not_walked(tags)] += 1
            return
        self.refs.extend(node.ref for node in way.nodes)
        self.start.append(len(self.refs))
        self.marks.append(int(marks))
        name = next((tags[key] for key in NAME_KEYS if key in tags), "")
        self.name.append(self.names.setdefault(name, len(self.names)))
        if self.newest is None or way.timestamp > self.newest:
            self.newest = way.timestamp


def street_objects(path: Path, places: Any, progress: Progress) -> Iterator[Any]:
    """Yield the ways that may be streets and the nodes that may stand in their way.

    Errors and `places` as for `objects`; `progress` is told the number of objects.
    """
    import osmium

    wanted = osmium.filter.KeyFilter("highway", "railway", "public_transport", *NODE_KEYS)
    both = osmium.osm.NODE | osmium.osm.WAY
    count = 0
    for count, item in enumerate(objects(path, both, wanted, places=places), 1):
        if count % _REPORT_EVERY == 1:
            progress("ways", count - 1, None)
        yield item
    progress("ways", count, count)


def _read_ways(path: Path, places: Any, progress: Progress) -> _Ways:
    """Return the ways and the marks of nodes, and fill `places` with where all nodes are."""
    ways = _Ways()
    for item in street_objects(path, places, progress):
        if item.is_way():
            ways.add(item)
        else:
            marks = node_marks({tag.k: tag.v for tag in item.tags})
            if marks:
                ways.node_marks[item.id] = int(marks)
    return ways


def placed_nodes(places: Any, needed: IntArray, progress: Progress) -> tuple[IntArray, FloatArray]:
    """Return those of the `needed` nodes (ascending) that the file holds, with lon and lat."""
    lonlat = np.full((len(needed), 2), np.nan)
    for i, node in enumerate(needed.tolist()):
        try:
            place = places.get(node)
        except KeyError:
            continue
        if place.valid():
            lonlat[i] = place.lon, place.lat
        if i % _REPORT_EVERY == 0:
            progress("nodes", i, len(needed))
    progress("nodes", len(needed), len(needed))
    known = np.isfinite(lonlat[:, 0])
    return needed[known], lonlat[known]


def _marks_of(ids: IntArray, marks: Mapping[int, int]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return the marks of nodes by their ascending ids; 0 for the many without any."""
    found = np.zeros(len(ids), dtype=np.uint8)
    if marks:
        marked = np.fromiter(marks, dtype=np.int64, count=len(marks))
        values = np.fromiter(marks.values(), dtype=np.uint8, count=len(marks))
        at = np.searchsorted(ids, marked)
        at[at == len(ids)] = 0
        on_street = ids[at] == marked
        found[at[on_street]] = values[on_street]
    return found


def stated_date(path: Path) -> str:
    """Return the moment of the data that a file's header states, "" where it does not.

    Parameters
    ----------
    path : Path
        ``.osm.pbf``.

    Returns
    -------
    str
        ISO 8601, UTC.
    """
    import osmium

    return str(osmium.FileProcessor(str(path)).header.get("osmosis_replication_timestamp") or "")


def source_date(path: Path, newest: datetime | None) -> tuple[str, str]:
    """Return the moment of the data and who says it: the file's header, or its newest way."""
    stated = stated_date(path)
    if stated:
        return stated, "header"
    if newest is not None and newest.year > 1970:
        return newest.strftime("%Y-%m-%dT%H:%M:%SZ"), "newest way"
    return "", "unknown"
