"""Cut what cities are made of out of extracts of a country: in passes, in bounded memory.

A pass reads one file and writes the parts of it that lie in up to `FAN` boxes; the parts are cut
further until a box is that of one unit. The first pass lets go of all that no city is made of, and
writes the places of nodes into the ways, so that no later one has to remember any node but those
of the few units that it finishes. The places of the first pass stand in a file on the disk.
"""

from __future__ import annotations

import hashlib
import heapq
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from locator.base.errors import LocatorError
from locator.base.geo import Box
from locator.curation.osmcity import STOP_TAGS
from locator.walking.graph.osm import NODE_KEYS, objects

FAN = 16
"""So many parts are written in one pass: each has a file open and a buffer of its own."""

BEYOND_M = 1_000.0
"""Boxes are this much larger than what is needed of them: an area that reaches across the edge of
what is needed has to come whole, or its middle is not known."""

CUT_AS = 1
"""Number of the way in which files are cut here: one more, and kept ones are cut again."""

INLINE = "pbf,locations_on_ways=true"
"""A file whose ways know the places of their nodes."""

STREET_KEYS = ("highway", "railway", "public_transport")


@dataclass(frozen=True)
class Part:
    """One part of a file.

    Attributes
    ----------
    target : Path
        Its name has the digest of all that it depends on: where it is, it is right.
    box : (west, south, east, north)
        What reaches into it belongs to it.
    """

    target: Path
    box: Box


@dataclass(frozen=True)
class Pass:
    """One reading of a file.

    Attributes
    ----------
    source : Path
    parts : tuple of Part
    finishing : bool
        The parts are those of units: with their nodes, as any program reads them.
    first : bool
        The source is an extract as it was given.
    """

    source: Path
    parts: tuple[Part, ...]
    finishing: bool
    first: bool


def wanted_keys(tags: Iterable[str]) -> tuple[str, ...]:
    """Return the keys of all objects that a city is made of.

    Parameters
    ----------
    tags : iterable of str
        ``key=value`` of the layers.

    Returns
    -------
    tuple of str
    """
    keys = {tag.partition("=")[0] for tag in tags} | {key for key, _ in STOP_TAGS}
    return tuple(sorted(keys | {*STREET_KEYS, *NODE_KEYS, "addr:housenumber"}))


def passes(
    source: Path, digest: str, units: Sequence[tuple[str, Box]], *, folder: Path
) -> tuple[list[Pass], dict[str, Path]]:
    """Return how a file is cut into units, outermost passes first, and where each will be.

    Units that lie together go together: the boxes are halved along their longer side until there
    are as many groups as one pass can write.

    Parameters
    ----------
    source : Path
        Extract.
    digest : str
        Of the extract and of whatever else decides what is cut.
    units : sequence of (code, box)
    folder : Path
        Where the parts go.

    Returns
    -------
    list of Pass, dict of str to Path
    """
    made: list[Pass] = []
    targets: dict[str, Path] = {}

    def plan(file: Path, key: str, inside: Sequence[tuple[str, Box]], *, first: bool) -> None:
        if len(inside) <= FAN:
            parts = []
            for code, box in inside:
                name = f"{code}.{_key(key, [box])}.osm.pbf"
                targets[code] = folder / name
                parts.append(Part(folder / name, box))
            made.append(Pass(file, tuple(parts), finishing=True, first=first))
            return
        groups = [(_key(key, [box for _, box in one]), one) for one in _groups(inside)]
        parts = [
            Part(folder / f"group.{name}.osm.pbf", _outer(box for _, box in one))
            for name, one in groups
        ]
        made.append(Pass(file, tuple(parts), finishing=False, first=first))
        for part, (name, one) in zip(parts, groups, strict=True):
            plan(part.target, name, one, first=False)

    plan(source, digest, units, first=True)
    return made, targets


def _key(above: str, boxes: Sequence[Box]) -> str:
    return hashlib.sha256(f"{CUT_AS} {above} {sorted(boxes)}".encode()).hexdigest()[:20]


def _groups(units: Sequence[tuple[str, Box]]) -> list[list[tuple[str, Box]]]:
    """Return at most `FAN` groups of neighbours, about equally large."""
    groups = [list(units)]
    while len(groups) < FAN and max(map(len, groups)) > FAN:
        largest = max(groups, key=len)
        groups.remove(largest)
        middle = np.array([((w + e) / 2, (s + n) / 2) for _, (w, s, e, n) in largest])
        order = np.argsort(middle[:, int(np.ptp(middle, axis=0).argmax())], kind="stable")
        half = len(order) // 2
        groups += [[largest[i] for i in part] for part in (order[:half], order[half:])]
    return groups


def cut_or_fault(task: Pass, keys: Sequence[str], *before: str | None) -> str | None:
    """Cut as `cut` does; say what is wrong in place of raising it, for those who wait for a part.

    Parameters
    ----------
    task, keys
        As for `cut`.
    *before : str or None
        What was wrong with the passes that made the source.

    Returns
    -------
    str or None
    """
    wrong = [fault for fault in before if fault]
    if wrong:
        return wrong[0]
    try:
        cut(task, keys)
    except LocatorError as error:
        return error.message
    except Exception as error:  # a full disk, a broken file: it concerns these units alone
        return f"{task.source.name}: {type(error).__name__}: {error}"
    return None


def cut(task: Pass, keys: Sequence[str]) -> None:
    """Write the parts of a pass, each whole or not at all; those that are there stay.

    Parameters
    ----------
    task : Pass
    keys : sequence of str
        As `wanted_keys` returns them.

    Raises
    ------
    ExtractError
        The source cannot be read.
    """
    missing = [part for part in task.parts if not part.target.is_file()]
    if not missing:
        return
    folder = missing[0].target.parent
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".cutting.", dir=folder) as work:
        made = [Path(work) / part.target.name for part in missing]
        _write(task, missing, made, keys, Path(work))
        for part, path in zip(missing, made, strict=True):
            path.replace(part.target)


def _write(
    task: Pass, parts: Sequence[Part], made: Sequence[Path], keys: Sequence[str], work: Path
) -> None:
    import osmium

    members = _members(task.source, keys) if task.first else None
    box = _outer(part.box for part in parts)
    nodes = [_Nodes() for _ in parts]
    with ExitStack() as open_:
        kept = [set[int]() for _ in parts]  # ways that relations are made of, by part
        reached: dict[int, list[int]] = {}  # parts, by way
        if task.finishing:
            for item in _wanted(task, keys, members, work / "places"):
                if item.is_way():
                    known = _known_nodes(item)
                    reached[item.id] = _reached(_box_of(known), parts, box)
                    for i in reached[item.id]:
                        nodes[i].add(known)
        writers = [
            open_.enter_context(
                osmium.SimpleWriter(
                    osmium.io.File(str(path), "pbf" if task.finishing else INLINE),
                    header=_header(task.source, part),
                )
            )
            for path, part in zip(made, parts, strict=True)
        ]
        rest = [one.ascending() for one in nodes]
        before_ways = True
        for item in _wanted(task, keys, members, work / "places"):
            if item.is_node():
                place = item.location
                if not place.valid():
                    continue
                for i in _reached((place.lon, place.lat, place.lon, place.lat), parts, box):
                    rest[i].write_until(writers[i], item.id)
                    writers[i].add_node(item)
                continue
            if before_ways:
                before_ways = False
                for one, writer in zip(rest, writers, strict=True):
                    one.write_until(writer, None)
            if item.is_way():
                there = reached.get(item.id)
                if there is None:
                    there = _reached(_box_of(_known_nodes(item)), parts, box)
                for i in there:
                    writers[i].add_way(item)
                    if members is None or item.id in members:
                        kept[i].add(item.id)
            else:
                ways = {member.ref for member in item.members if member.type == "w"}
                for i, some in enumerate(kept):
                    if not some.isdisjoint(ways):
                        writers[i].add_relation(item)
        if before_ways:
            for one, writer in zip(rest, writers, strict=True):
                one.write_until(writer, None)


def _members(source: Path, keys: Sequence[str]) -> set[int]:
    """Return the ways that places and administrative areas are made of."""
    import osmium

    chosen = osmium.filter.KeyFilter(*keys, "boundary")
    return {
        member.ref
        for relation in objects(source, osmium.osm.RELATION, chosen)
        if _is_area(relation)
        for member in relation.members
        if member.type == "w"
    }


def _is_area(relation: Any) -> bool:
    kind = relation.tags.get("type")
    administrative = relation.tags.get("boundary") == "administrative"
    return bool(kind == "multipolygon" or (kind == "boundary" and administrative))


def _wanted(
    task: Pass, keys: Sequence[str], members: set[int] | None, places: Path
) -> Iterator[Any]:
    """Yield what cities are made of, in the order of the file; the ways know where they are."""
    import osmium

    if not task.first:  # sifted already
        yield from objects(task.source, osmium.osm.ALL)
        return
    sieve = osmium.filter.KeyFilter(*keys, "boundary")
    sieve.enable_for(osmium.osm.NODE | osmium.osm.RELATION)
    index = osmium.index.create_map(f"sparse_file_array,{places}")
    try:
        for item in objects(task.source, osmium.osm.ALL, sieve, places=index):
            if item.is_way():
                tags = item.tags
                if not (item.id in members or any(key in tags for key in keys)):  # type: ignore[operator]
                    continue
            elif item.is_relation() and not _is_area(item):
                continue
            yield item
    finally:
        del index
        places.unlink(missing_ok=True)


def _known_nodes(way: Any) -> list[tuple[int, float, float]]:
    """Return number, lon and lat of the nodes of a way whose place is known."""
    return [
        (node.ref, place.lon, place.lat) for node in way.nodes if (place := node.location).valid()
    ]


def _box_of(known: Sequence[tuple[int, float, float]]) -> Box | None:
    """Return the box of nodes, None of none."""
    if not known:
        return None
    _, lons, lats = zip(*known, strict=True)
    return min(lons), min(lats), max(lons), max(lats)


def _outer(boxes: Iterable[Box]) -> Box:
    west, south, east, north = np.array([*boxes]).T
    return float(west.min()), float(south.min()), float(east.max()), float(north.max())


def _meet(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _reached(box: Box | None, parts: Sequence[Part], outer: Box) -> list[int]:
    """Return the parts that a box reaches into."""
    if box is None or not _meet(box, outer):
        return []
    return [i for i, part in enumerate(parts) if _meet(box, part.box)]


def _header(source: Path, part: Part) -> Any:
    """Return a file's header: the moment of the data is the source's, the box its own."""
    import osmium

    old = osmium.FileProcessor(str(source)).header
    header = osmium.io.Header()
    stamp = old.get("osmosis_replication_timestamp")
    if stamp:
        header.set("osmosis_replication_timestamp", stamp)
    header.set("generator", "locator")
    west, south, east, north = part.box
    low, high = osmium.osm.Location(west, south), osmium.osm.Location(east, north)
    header.add_box(osmium.osm.Box(low, high))
    return header


class _Nodes:
    """Nodes of the ways of one part, as compact arrays; written in the order of their numbers."""

    def __init__(self) -> None:
        self.ids = array("q")
        self.places = array("d")
        self.next = 0

    def add(self, known: Sequence[tuple[int, float, float]]) -> None:
        """Add numbers, lons and lats."""
        for number, lon, lat in known:
            self.ids.append(number)
            self.places.extend((lon, lat))

    def ascending(self) -> _Nodes:
        """Return the same, each node once."""
        ids, first = np.unique(np.frombuffer(self.ids, dtype=np.int64), return_index=True)
        self.lonlat = np.frombuffer(self.places, dtype=np.float64).reshape(-1, 2)[first].tolist()
        self.sorted: list[int] = ids.tolist()
        return self

    def write_until(self, writer: Any, number: int | None) -> None:
        """Write those before a node that is written with its tags; with None all that are left."""
        from osmium.osm import mutable

        while self.next < len(self.sorted):
            id_ = self.sorted[self.next]
            if number is not None and id_ >= number:
                self.next += id_ == number
                return
            writer.add_node(mutable.Node(id=id_, location=self.lonlat[self.next], version=1))
            self.next += 1


def joined(pieces: Sequence[Path], target: Path) -> None:
    """Write what several extracts hold of one unit as one file, each object once.

    Parameters
    ----------
    pieces : sequence of Path
        Finished parts of extracts that meet in the unit.
    target : Path
        Must not be there.
    """
    import osmium

    def ordered(number: int, path: Path) -> Iterator[tuple[tuple[int, int], int, Any]]:
        for item in objects(path, osmium.osm.ALL):
            kind = 0 if item.is_node() else 1 if item.is_way() else 2
            yield (kind, item.id), number, item

    header = osmium.FileProcessor(str(pieces[0])).header
    last = None
    with osmium.SimpleWriter(str(target), header=header) as writer:
        for order, _, item in heapq.merge(
            *(ordered(number, path) for number, path in enumerate(pieces)), key=lambda one: one[:2]
        ):
            if order != last:
                writer.add(item)
            last = order
