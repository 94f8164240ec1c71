"""Cut what cities are made of out of extracts of a country: in passes, in bounded memory.

`locator.country.passes` says which. The first pass lets go of all that no city is made of, and
writes the places of nodes into the ways, so that no later one has to remember any node but those
of the few units that it finishes. The places of the first pass stand in a file on the disk.
"""

from __future__ import annotations

import heapq
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from locator.base.errors import LocatorError
from locator.base.geo import Box
from locator.country.passes import Part, Pass, outer_box
from locator.curation.osmcity import STOP_TAGS
from locator.walking.graph.osm import NODE_KEYS, objects

BEYOND_M = 1_000.0
"""Boxes are this much larger than what is needed of them: an area that reaches across the edge of
what is needed has to come whole, or its middle is not known."""

INLINE = "pbf,locations_on_ways=true"
"""A file whose ways know the places of their nodes."""

STREET_KEYS = ("highway", "railway", "public_transport")


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
    box = outer_box(part.box for part in parts)
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
