"""Pack the streets of a city, cut out of an OpenStreetMap extract, into its streets file."""

from __future__ import annotations

from array import array
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from locator.base.geo import WGS84, FloatArray, IntArray, Projection
from locator.base.packed import SCALE, packed_bytes
from locator.walking.graph.build import MARGIN_M, no_overlap
from locator.walking.graph.osm import (
    ATTRIBUTION,
    NAME_KEYS,
    NODE_KEYS,
    Progress,
    placed_nodes,
    silent,
    source_date,
    street_objects,
)
from locator.walking.graph.streets_file import WAY_KEYS
from locator.walking.graph.tag_rules import node_marks

KEPT_OF_NODES = (*NODE_KEYS, "foot", "access", "locked", "stroller")
"""Tags of a gate or kerb that are kept."""


def packed_streets(
    extract: Path,
    *,
    boundary: Any,
    projection: Projection,
    source: str = "",
    margin_m: float = MARGIN_M,
    progress: Progress = silent,
) -> bytes:
    """Return the streets file of a city.

    Parameters
    ----------
    extract : Path
        An ``.osm.pbf`` file that covers the city.
    boundary : shapely geometry
        The city in WGS84.
    projection : Projection
        The city's metric CRS.
    source : str
        Where the extract comes from, in words; the name of the file where empty.
    margin_m : float
        How far outside the city streets are kept.

    Raises
    ------
    ExtractError
        The extract cannot be read, or holds no street in the city.
    """
    import osmium

    places = osmium.index.create_map("sparse_mem_array")
    read = _read(extract, places, progress)
    refs = np.frombuffer(read.refs, dtype=np.int64)
    ids, lonlat = placed_nodes(places, np.unique(refs), progress)
    start = np.frombuffer(read.start, dtype=np.int64)
    inside = _inside(lonlat, boundary, projection, margin_m)
    position = np.minimum(np.searchsorted(ids, refs), max(len(ids) - 1, 0))
    kept = np.zeros(len(refs), dtype=bool)
    if len(ids):
        kept = (ids[position] == refs) & inside[position]
    first, count, way = _runs(refs, start, kept)
    if not len(first):
        raise no_overlap(lonlat, boundary, extract.name)
    points = np.repeat(first - np.r_[0, np.cumsum(count)[:-1]], count) + np.arange(count.sum())
    units = apart(np.rint(lonlat * SCALE).astype(np.int64), used=position[points])
    frame = gpd.GeoDataFrame(
        _columns(read, way),
        geometry=shapely.linestrings(
            units[position[points]] / SCALE, indices=np.repeat(np.arange(len(first)), count)
        ),
        crs=WGS84,
    )
    date, basis = source_date(extract, read.newest)
    about = {
        "what": "streets: one line for each OpenStreetMap way or part of it; columns are its tags",
        "source": source or extract.name,
        "source_date": date,
        "source_date_basis": basis,
        "attribution": ATTRIBUTION,
        "licence": "ODbL-1.0",
        "margin_m": margin_m,
        "nodes": _tagged_nodes(read, ids, units, np.unique(position[points])),
    }
    return packed_bytes(frame, about=about)


def apart(units: IntArray, *, used: IntArray) -> IntArray:
    """Return the places of nodes, no two of the `used` ones the same.

    A node of a bridge may lie, to the unit, where one of the street below lies: the later of them
    is moved north, a unit (0.1 m) at a time, since equal places are how ways are joined.
    """
    moved = units.copy()
    nodes = np.unique(used)
    while True:
        _, first = np.unique(moved[nodes], axis=0, return_index=True)
        again = np.setdiff1d(np.arange(len(nodes)), first)
        if not len(again):
            return moved
        moved[nodes[again], 1] += 1


class _Read:
    """The ways while they are being collected; compact arrays, no objects."""

    def __init__(self) -> None:
        self.refs = array("q")
        self.start = array("q", [0])
        self.tags = array("i")
        self.combinations: dict[tuple[str | None, ...], int] = {}
        self.nodes: dict[int, dict[str, str]] = {}
        self.newest: datetime | None = None

    def add(self, way: Any) -> None:
        tags = {tag.k: tag.v for tag in way.tags}
        if "highway" not in tags and "platform" not in (
            tags.get("railway"),
            tags.get("public_transport"),
        ):
            return
        tags["name"] = next((tags[key] for key in NAME_KEYS if key in tags), None)
        values = tuple(tags.get(key) for key in WAY_KEYS)
        self.refs.extend(node.ref for node in way.nodes)
        self.start.append(len(self.refs))
        self.tags.append(self.combinations.setdefault(values, len(self.combinations)))
        if self.newest is None or way.timestamp > self.newest:
            self.newest = way.timestamp


def _read(extract: Path, places: Any, progress: Progress) -> _Read:
    read = _Read()
    for item in street_objects(extract, places, progress):
        if item.is_way():
            read.add(item)
        else:
            tags = {tag.k: tag.v for tag in item.tags}
            if node_marks(tags):
                read.nodes[item.id] = {key: tags[key] for key in KEPT_OF_NODES if key in tags}
    return read


def _inside(
    lonlat: FloatArray, boundary: Any, projection: Projection, margin_m: float
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    area = shapely.transform(boundary, projection.to_metric).buffer(margin_m)
    shapely.prepare(area)
    xy = projection.to_metric(lonlat)
    return np.asarray(shapely.contains_xy(area, xy[:, 0], xy[:, 1]))


def _runs(
    refs: IntArray, start: IntArray, kept: np.ndarray[Any, np.dtype[np.bool_]]
) -> tuple[IntArray, IntArray, IntArray]:
    """Return the first place, the number of nodes and the way of each stretch that is kept."""
    way = np.repeat(np.arange(len(start) - 1), np.diff(start))
    same = kept[1:] & kept[:-1] & (way[1:] == way[:-1])
    begins = kept & ~np.r_[False, same]
    first = np.flatnonzero(begins)
    count = np.bincount(np.cumsum(begins)[kept] - 1, minlength=len(first))
    long = count >= 2
    return first[long], count[long], way[first[long]]


def _columns(read: _Read, way: IntArray) -> pd.DataFrame:
    """Return the tags of the ways; columns without any value left out."""
    combinations = pd.DataFrame(list(read.combinations), columns=list(WAY_KEYS), dtype=object)
    of_way = np.frombuffer(read.tags, dtype=np.int32)[way]
    return combinations.iloc[of_way].reset_index(drop=True).dropna(axis="columns", how="all")


def _tagged_nodes(read: _Read, ids: IntArray, units: IntArray, used: IntArray) -> list[Any]:
    """Return lon, lat and tags of the gates and kerbs on the ways that are kept."""
    return [
        [*units[node].tolist(), read.nodes[id_]]
        for node, id_ in zip(used.tolist(), ids[used].tolist(), strict=True)
        if id_ in read.nodes
    ]
