"""Write the addresses and the names of the streets into the city folder."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from locator.base.files import write_bytes_atomically, write_text_atomically
from locator.base.geo import WGS84, Projection
from locator.base.packed import packed_bytes
from locator.curation.numbering.material import Material
from locator.curation.numbering.streets import middle_of

ADDRESSES, STREETS = "addresses.npz", "street_names.csv"

SCALE = 100_000
"""A hundred-thousandth of a degree, about a metre: a house number is no more exact than that."""

DECIMALS = 5


def write_addresses(folder: Path, rows: pd.DataFrame, *, about: Mapping[str, object]) -> int:
    """Write ``addresses.npz``: what ``addresses.csv`` does not hold. Return how many rows.

    Parameters
    ----------
    folder : Path
        City folder.
    rows : DataFrame
        As `locator.curation.numbering.outcome.outcome` returns them.
    about : mapping
        What the file says of itself: source, date, licence.

    Returns
    -------
    int
    """
    own = (rows["basis"] == "address") & (rows["source"] == "")
    kept = rows[~own].reset_index(drop=True)
    frame = gpd.GeoDataFrame(
        kept[["street", "number", "basis", "source"]],
        geometry=shapely.points(kept[["lon", "lat"]].to_numpy()),
        crs=WGS84,
    )
    write_bytes_atomically(folder / ADDRESSES, packed_bytes(frame, about=about, scale=SCALE))
    return len(kept)


def write_streets(
    folder: Path, material: Material, rows: pd.DataFrame, *, projection: Projection
) -> int:
    """Write ``street_names.csv``: every street, a point of it, other ways to write it.

    Parameters
    ----------
    folder : Path
        City folder.
    material : Material
    rows : DataFrame
        As `locator.curation.numbering.outcome.outcome` returns them.
    projection : Projection
        To the city's metres.

    Returns
    -------
    int
        Streets written.
    """
    others: dict[str, set[str]] = defaultdict(set)
    for alias, label in material.aliases.items():
        others[label].add(alias)
    places = _places(material, rows, projection)
    known = {label for labels in material.official.values() for label in labels}
    missing = {
        name
        for name, labels in material.official.items()
        if not labels and name not in material.aliases
    }
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["street", "lon", "lat", "official", "other_names"])
    every = sorted({*material.labels, *missing})
    for label in every:
        lon, lat = places.get(label, ("", ""))
        official = "yes" if label in known or label in missing else "no"
        writer.writerow([label, lon, lat, official, "|".join(sorted(others[label]))])
    write_text_atomically(folder / STREETS, buffer.getvalue())
    return len(every)


def _places(
    m: Material, rows: pd.DataFrame, projection: Projection
) -> dict[str, tuple[float, float]]:
    """Return lon, lat of each street: the middle of its course, or of its houses."""
    places = {
        label: projection.to_lonlat(middle_of(geometry))[0]
        for label, geometry in zip(m.labels, m.geometry, strict=True)
        if not shapely.is_empty(geometry)
    }
    houses = rows[~rows["street"].isin(places)]
    for label, group in houses[houses["basis"] != "possible"].groupby("street"):
        lonlat = group[["lon", "lat"]].to_numpy()
        near = np.abs(lonlat - np.median(lonlat, axis=0)).sum(axis=1).argmin()
        places[str(label)] = lonlat[near]
    for row, middle in m.middles.items():
        places.setdefault(m.labels[row], projection.to_lonlat(middle)[0])
    return {
        label: (round(float(lon), DECIMALS), round(float(lat), DECIMALS))
        for label, (lon, lat) in places.items()
    }
