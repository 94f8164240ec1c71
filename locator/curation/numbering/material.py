"""Read what house numbers are assigned with: streets, numbers, known addresses, names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import osmium
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from locator.base.geo import FloatArray, IntArray, Projection
from locator.curation.numbering.streets import (
    is_estate,
    official_form,
    one_label,
    street_of_addresses,
)
from locator.geocoding.names import fold, parse_number

SAME_HOUSE_M = 30.0
"""Points of one number this near to each other are one house."""

LINK_M = 40.0
"""A known address is the house of the same number within this distance."""

BESIDE_CITY_M = 150.0
"""Streets up to this far outside the city are read: houses at the edge may belong to them."""

NUMBERED = ("ul.", "al.", "pl.", "os.", "rynek", "bulw.")
"""Kinds in the official register that have house numbers; parks and roundabouts have none."""

FAR_APART_M = 1e6
"""What keeps different numbers apart in a tree of points."""

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Files:
    """Where the material lies.

    Attributes
    ----------
    streets : Path
        OpenStreetMap PBF with named ways.
    numbers : Path
        CSV: ``housenumber``, ``lon``, ``lat``; several numbers of a point apart by ``;``.
    known : tuple of Path
        CSV: ``street``, ``number``, ``lat``, ``lon``; what names the source is taken from the
        columns ``source_path`` and ``date`` where they are there.
    official : Path
        CSV: ``kind``, ``name`` of the streets in the official register.
    places : Path
        CSV: ``name``, ``lon``, ``lat`` of the middles of estates.
    """

    streets: Path
    numbers: Path
    known: tuple[Path, ...]
    official: Path
    places: Path


@dataclass(frozen=True)
class Material:
    """What is known before anything is assigned; n points, s streets, m ways.

    Attributes
    ----------
    labels : tuple of str
        Of the streets.
    aliases : mapping of str to str
        Other ways to write a street, to its label.
    lines : (m,) array of LineString
        Named ways in metres.
    line_street : (m,) int array
    geometry : (s,) array of MultiLineString
        Empty for estates and for streets that are known by their houses only.
    middles : mapping of int to (2,) float array
        Middles of estates.
    xy : (n, 2) float array
        Metres.
    number : (n,) array of str
        As it stands in the source.
    key : (n,) int array
        The same for equal numbers.
    base : (n,) float array
        The number without letters.
    known : (n,) int array
        Street of the points whose address is known, -1 for others.
    observed : (n,) bool array
        True for house numbers of the numbers file, False for known addresses without one.
    source : (n,) array of str or None
        Of the known addresses; "" for those of a file that names no source.
    exact_xy : (n, 2) float array
        Where the known address itself has its point.
    official : mapping of str to list of str
        Official names and the labels they may stand for.
    """

    labels: tuple[str, ...]
    aliases: Mapping[str, str]
    lines: Array
    line_street: IntArray
    geometry: Array
    middles: Mapping[int, FloatArray]
    xy: FloatArray
    number: Array
    key: IntArray
    base: FloatArray
    known: IntArray
    observed: npt.NDArray[np.bool_]
    source: Array
    exact_xy: FloatArray
    official: Mapping[str, list[str]]


def read_material(files: Files, *, boundary: Any, projection: Projection) -> Material:
    """Return the material of a city.

    Parameters
    ----------
    files : Files
    boundary : shapely geometry
        The city in WGS84.
    projection : Projection

    Returns
    -------
    Material
    """
    city = shapely.transform(boundary, projection.to_metric)
    names, lines = _named_ways(files.streets, city, projection)
    register = pd.read_csv(files.official, dtype=str).dropna(subset=["name"])
    official = register.loc[register["kind"].isin(NUMBERED), "name"].tolist()
    known = _known(files.known, projection)
    one = one_label(names, lines)
    way_labels = np.array([one[name] for name in names], dtype=object)
    labels = sorted(set(way_labels))
    whole = {label: shapely.multilinestrings(lines[way_labels == label]) for label in labels}

    def away_m(label: str, points: FloatArray) -> float:
        return float(np.median(shapely.distance(whole[label], shapely.points(points))))

    grouped = {str(name): group[["x", "y"]].to_numpy() for name, group in known.groupby("street")}
    streets = street_of_addresses(grouped, labels, away_m)
    used = {*streets.values(), *(name for name in official if is_estate(name))}
    forms = official_form(official, {*labels, *used})
    right = used.union(*forms.values())
    ways = np.isin(way_labels, list(right))
    labels = sorted(right | used)
    place = {label: row for row, label in enumerate(labels)}
    points = _points(files.numbers, city, projection)
    joined = _joined(points, known.assign(street=[place[streets[s]] for s in known["street"]]))
    return Material(
        labels=tuple(labels),
        aliases={k: v for k, v in (one | streets).items() if k != v and v in place},
        lines=lines[ways],
        line_street=np.array([place[label] for label in way_labels[ways]], dtype=np.int64),
        geometry=np.array(
            [
                shapely.MultiLineString() if is_estate(label) else whole.get(label, _NOTHING)
                for label in labels
            ],
            dtype=object,
        ),
        middles=_middles(files.places, labels, projection),
        official=forms,
        **joined,
    )


_NOTHING = shapely.MultiLineString()


def _named_ways(file: Path, city: Any, projection: Projection) -> tuple[list[str], Array]:
    around = shapely.buffer(city, BESIDE_CITY_M)
    shapely.prepare(around)
    names, lines = [], []
    wanted = osmium.filter.KeyFilter("name")
    reader = osmium.FileProcessor(str(file)).with_locations().with_filter(wanted)
    for way in reader:
        if not isinstance(way, osmium.osm.Way) or way.tags.get("highway") in (
            None,
            "platform",
            "cycleway",
        ):
            continue
        lonlat = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
        if len(lonlat) > 1:
            names.append(way.tags["name"])
            lines.append(shapely.LineString(projection.to_metric(lonlat)))
    made = np.array(lines, dtype=object)
    kept = shapely.intersects(around, made)
    return [name for name, keep in zip(names, kept, strict=True) if keep], made[kept]


def _known(files: Sequence[Path], projection: Projection) -> pd.DataFrame:
    frames = []
    for file in files:
        frame = pd.read_csv(file, dtype={"street": str, "number": str})
        named = [column for column in ("source_path", "date") if column in frame]
        frame["source"] = frame[named].agg(", ".join, axis=1) if named else ""
        frames.append(frame[["street", "number", "lon", "lat", "source"]])
    known = pd.concat(frames, ignore_index=True)
    parsed = [parse_number(number) for number in known["number"]]
    known["key"] = [number.key if number else None for number in parsed]
    known = known[known["key"].notna()]
    known[["x", "y"]] = projection.to_metric(known[["lon", "lat"]].to_numpy())
    return known


def _points(file: Path, city: Any, projection: Projection) -> pd.DataFrame:
    frame = pd.read_csv(file, dtype={"housenumber": str})
    frame["number"] = frame["housenumber"].astype(str).str.split(";")
    frame = frame.explode("number")
    frame["number"] = frame["number"].str.strip()
    unique = {text: parse_number(text) for text in frame["number"].unique()}
    keys = {text: number.key for text, number in unique.items() if number}
    frame["key"] = frame["number"].map(keys)
    frame = frame[frame["key"].notna()]
    frame[["x", "y"]] = projection.to_metric(frame[["lon", "lat"]].to_numpy())
    shapely.prepare(city)
    frame = frame[shapely.contains_xy(city, frame[["x", "y"]].to_numpy())]
    return _houses(frame)


def _houses(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each house: points of one number that lie near each other are one."""
    spread = _apart(frame[["x", "y"]].to_numpy(), pd.factorize(frame["key"])[0])
    pairs = cKDTree(spread).query_pairs(SAME_HOUSE_M, output_type="ndarray")
    shape = (len(frame), len(frame))
    near = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=shape)
    house = connected_components(near, directed=False)[1]
    joined = frame.groupby(house)
    return joined.agg({"number": "first", "key": "first", "x": "mean", "y": "mean"})


def _apart(xy: FloatArray, key: IntArray) -> FloatArray:
    return np.column_stack([xy, key * FAR_APART_M])


def _joined(points: pd.DataFrame, known: pd.DataFrame) -> dict[str, Any]:
    """Return the points with their known addresses; known ones without a house stand behind."""
    once = known.drop_duplicates(["street", "key"]).reset_index(drop=True)
    codes = pd.factorize(pd.concat([points["key"], once["key"]]))[0]
    tree = cKDTree(_apart(points[["x", "y"]].to_numpy(), codes[: len(points)]))
    found = tree.query(_apart(once[["x", "y"]].to_numpy(), codes[len(points) :]))
    away, house = np.asarray(found[0]), np.asarray(found[1])
    linked = away <= LINK_M
    # The nearest one where several known addresses point at one house.
    first = pd.DataFrame({"house": house, "away": away}).loc[linked].sort_values("away")
    rows = first.drop_duplicates("house").index.to_numpy()
    alone = np.setdiff1d(np.arange(len(once)), rows)
    every = pd.concat([points, once.loc[alone, ["number", "key", "x", "y"]]], ignore_index=True)
    where = np.concatenate([house[rows], len(points) + np.arange(len(alone))])
    order = np.concatenate([rows, alone])
    street = np.full(len(every), -1)
    street[where] = once["street"].to_numpy()[order]
    source = np.full(len(every), None, dtype=object)
    source[where] = once["source"].to_numpy()[order]
    exact = every[["x", "y"]].to_numpy(copy=True)
    exact[where] = once[["x", "y"]].to_numpy()[order]
    number = every["number"].to_numpy(dtype=object, copy=True)
    number[where] = once["number"].to_numpy()[order]
    return {
        "xy": every[["x", "y"]].to_numpy(),
        "number": number,
        "key": pd.factorize(every["key"])[0],
        "base": np.array([_base(text) for text in every["key"]]),
        "known": street,
        "observed": np.arange(len(every)) < len(points),
        "source": source,
        "exact_xy": exact,
    }


def _base(text: str) -> float:
    number = parse_number(text)
    return float(number.base) if number else 0.0


def _middles(file: Path, labels: Sequence[str], projection: Projection) -> dict[int, FloatArray]:
    frame = pd.read_csv(file, on_bad_lines="skip")
    estates = {_bare(label): row for row, label in enumerate(labels) if is_estate(label)}
    wanted: dict[int, FloatArray] = {}
    for name, lon, lat in frame[["name", "lon", "lat"]].itertuples(index=False):
        row = estates.get(_bare(str(name)))
        if row is not None:
            wanted[row] = projection.to_metric([(lon, lat)])[0]
    return wanted


def _bare(text: str) -> str:
    return " ".join(word for word in fold(text).split() if word != "osiedle")


Progress = Callable[[str, int, int | None], None]
