"""Read the streets of a city folder from the small file that travels with it.

``streets.npz`` is a packed file (`locator.base.packed`) of lines, one for each OpenStreetMap way or
part of it that lies in the city or its margin. Its columns are tags as OpenStreetMap has them,
missing where not mapped: ``highway``, ``name``, ``bridge``, ``tunnel``, ``service`` and the others
of `WAY_KEYS`; ``source`` only where a way came from elsewhere than the file's own ``source``. All
roads are there, also those that nobody may walk along. Lines meet where they share a point, and
only there: nodes that are not one never have one point (`locator.walking.graph.packing` sees to
it). ``about`` says ``source``, ``source_date``, ``source_date_basis``, ``attribution``,
``licence``, ``margin_m``, and under ``nodes`` the tags of gates and kerbs: ``[lon, lat, tags]``,
in the units of the coordinates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from locator.base.errors import N_
from locator.base.geo import IntArray
from locator.base.packed import PackedFileError, read_packed
from locator.walking.graph.osm import Streets
from locator.walking.graph.tag_rules import node_marks, way_marks, why_not_walked

"""Name of the file inside a city folder."""

DRAWN_KEYS = ("highway", "name", "ref", "bridge", "tunnel", "ford", "service", "layer")
"""Tags that say what a way is."""

WALKING_KEYS = (
    "access",
    "access:conditional",
    "foot",
    "foot:conditional",
    "footway",
    "incline",
    "kerb",
    "motorroad",
    "oneway",
    "opening_hours",
    "public_transport",
    "railway",
    "ramp",
    "ramp:stroller",
    "ramp:wheelchair",
    "route",
    "sac_scale",
    "sidewalk",
    "sidewalk:both",
    "sidewalk:left",
    "sidewalk:right",
    "smoothness",
    "stroller",
    "surface",
    "tracktype",
    "wheelchair",
    "width",
)
"""Tags that say who may walk there (`locator.walking.graph.tag_rules`)."""

WAY_KEYS = (*DRAWN_KEYS, *WALKING_KEYS, "source")
"""Every tag of a way that is kept; a column that would be empty is left out."""


SAID = {
    "access": ("access", "foot"),
    "surface": ("surface",),
    "kerbs": ("kerb",),
    "wheelchair": ("wheelchair",),
    "gates": ("barrier",),
}
"""What a walker wants to know of streets, with the tags that say it."""

HARDLY_MAPPED = 0.01
"""What fewer than one way in a hundred says counts as not known."""


def read_streets_file(path: Path) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the ways of a streets file (WGS84) and what the file says of itself.

    Parameters
    ----------
    path : Path
        As `locator network pack` writes it.

    Returns
    -------
    GeoDataFrame
        Lines; each tag that decides about walking is a column.
    dict
        Members of ``about``: source, date, licence.

    Raises
    ------
    PackedFileError
        The file is missing, cut short, damaged, or does not hold streets.
    """
    frame, about = read_packed(path)
    if about["geometry"] != "linestring" or "highway" not in frame or frame.empty:
        raise PackedFileError(
            N_("{file} holds no streets: make it with `locator network pack`."), file=path.name
        )
    return frame, about


def with_added(frame: gpd.GeoDataFrame, added: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the ways of `frame` and those of `added` (`locator.city.added_streets`) that have a
    place.

    Column ``added`` tells them apart.
    """
    drawn = added[added.geometry.notna()]
    both = [frame.assign(added=False), drawn.assign(added=True)] if len(drawn) else [frame]
    return gpd.GeoDataFrame(pd.concat(both, ignore_index=True), crs=frame.crs)


def streets_of(frame: gpd.GeoDataFrame, about: Mapping[str, Any]) -> Streets:
    """Return the ways of `frame` that may be walked, with their nodes.

    Parameters
    ----------
    frame : GeoDataFrame
        Lines in WGS84 with columns of `WAY_KEYS`, as `read_streets_file` returns them.
    about : mapping
        What the file says of itself.
    """
    marks, dropped = marks_of(frame)
    walked = np.flatnonzero(marks >= 0)
    _, points, (start,) = shapely.to_ragged_array(frame.geometry.values[walked])
    units = np.rint(points * about["scale"]).astype(np.int64)
    nodes, refs = _numbered(units)
    names = frame["name"].iloc[walked].fillna("") if "name" in frame else [""] * len(walked)
    codes, known = pd.factorize(np.array(["", *names], dtype=object))
    return Streets(
        refs=refs,
        way_start=np.asarray(start, dtype=np.int64),
        way_marks=marks[walked].astype(np.uint8),
        way_name=codes[1:].astype(np.int64),
        names=tuple(str(name) for name in known),
        lonlat=nodes / about["scale"],
        node_marks=_node_marks(nodes, about.get("nodes", ())),
        loose=_loose(frame, walked, refs, np.asarray(start, dtype=np.int64)),
        source_date=about.get("source_date", ""),
        source_date_basis=about.get("source_date_basis", "unknown"),
        dropped=dropped,
    )


def marks_of(frame: gpd.GeoDataFrame) -> tuple[IntArray, dict[str, int]]:
    """Return the marks of each way, -1 for those not walked, and why so many are not."""
    keys = [key for key in WALKING_KEYS + ("highway",) if key in frame]
    columns = frame[keys].astype(object).where(frame[keys].notna(), None)
    combination, first = pd.factorize(pd.MultiIndex.from_frame(columns), use_na_sentinel=False)
    of_each = np.empty(len(first), dtype=np.int64)
    dropped: Counter[str] = Counter()
    counts = np.bincount(combination, minlength=len(first))
    for i, values in enumerate(first):
        tags = {key: value for key, value in zip(keys, values, strict=True) if pd.notna(value)}
        marks = way_marks(tags)
        of_each[i] = -1 if marks is None else int(marks)
        if marks is None:
            dropped[why_not_walked(tags)] += int(counts[i])
    return of_each[combination], dict(dropped.most_common())


def _numbered(units: IntArray) -> tuple[IntArray, IntArray]:
    """Return (n, 2) different points and for each of `units` which one it is."""
    _, first, refs = np.unique(_key(units), return_index=True, return_inverse=True)
    return units[first], refs.ravel().astype(np.int64)


def _key(units: IntArray) -> IntArray:
    """Return one whole number for each point."""
    return (units[:, 0] << 32) + units[:, 1]


def _loose(frame: gpd.GeoDataFrame, walked: IntArray, refs: IntArray, start: IntArray) -> IntArray:
    """Return the end nodes of added ways that are no node of another way."""
    if "added" not in frame:
        return np.empty(0, dtype=np.int64)
    ways = np.flatnonzero(frame["added"].to_numpy(dtype=bool)[walked])
    ends = np.concatenate([refs[start[ways]], refs[start[ways + 1] - 1]])
    return np.unique(ends[np.bincount(refs)[ends] == 1])


def what_is_known(frame: gpd.GeoDataFrame, about: Mapping[str, Any], crs: str) -> dict[str, Any]:
    """Return what has to be said of the ways of a streets file.

    Returns
    -------
    dict
        ``not_known``: those of `SAID` that next to nothing is mapped of. ``added``: ways from
        elsewhere than the file's source, as ``source``, ``ways``, ``length_km``.
    """
    shares = {key: float(frame[key].notna().mean()) for key in frame if key in WALKING_KEYS}
    nodes = [tags for _, _, tags in about.get("nodes", ())]
    shares["kerb"] = max(
        shares.get("kerb", 0.0), len([1 for t in nodes if "kerb" in t]) / len(frame)
    )
    shares["barrier"] = len([1 for tags in nodes if "barrier" in tags]) / len(frame)
    not_known = [
        what
        for what, keys in SAID.items()
        if max(shares.get(key, 0.0) for key in keys) < HARDLY_MAPPED
    ]
    added = []
    if "source" in frame:
        other = frame[frame["source"].notna()]
        length_km = other.geometry.to_crs(crs).length / 1000
        for source, ways in other.groupby("source").groups.items():
            km = round(float(length_km[ways].sum()), 1)
            added.append({"source": str(source), "ways": len(ways), "length_km": km})
    return {"not_known": not_known, "added": added}


def _node_marks(nodes: IntArray, tagged: Sequence[Any]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return the marks of nodes (ascending by `_key`); 0 for the many without any."""
    found = np.zeros(len(nodes), dtype=np.uint8)
    if len(tagged):
        wanted = _key(np.array([[lon, lat] for lon, lat, _ in tagged], dtype=np.int64))
        keys = _key(nodes)
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        for place, key, (_, _, tags) in zip(at, wanted, tagged, strict=True):
            if keys[place] == key:
                found[place] = int(node_marks(tags))
    return found
