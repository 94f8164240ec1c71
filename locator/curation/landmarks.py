"""Choose the named places of a city that people use to say where they are."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from locator.base.files import write_text_atomically
from locator.geocoding.names import fold

FILE = "landmarks.csv"

CLASSES = {
    "attraction": ("attraction", "viewpoint"),
    "castle": ("castle",),
    "monument": ("monument",),
    "museum": ("museum",),
    "theatre": ("theatre",),
    "cinema": ("cinema",),
    "hospital": ("hospital", "clinic", "nursing_home"),
    "college": ("university", "college"),
    "school": ("school",),
    "mall": ("mall",),
    "grocery": ("marketplace",),
    "stadium": ("stadium",),
    "multi": ("multi",),
    "sports_centre": ("sports_centre",),
    "swimming": ("swimming",),
    "park": ("park",),
    "garden": ("garden",),
    "zoo": ("zoo",),
    "cemetery": ("cemetery",),
    "town_hall": ("townhall", "community_centre", "courthouse", "public_building"),
    "library": ("library",),
    "police": ("police",),
    "fire_station": ("fire_station",),
    "place_of_worship": ("place_of_worship",),
    "bus": ("bus_station",),
    "railway": ("station", "halt"),
    "lodging": ("dormitory",),
    "art_gallery": ("arts_centre",),
}
"""Classes of places (OpenMapTiles) that last: no shops, no restaurants, no firms."""

AREAS = ("suburb", "quarter", "neighbourhood", "village", "hamlet", "locality")
"""Classes of places that are neighbourhoods."""

DECIMALS = 5


def landmarks(
    *, pois: Path, places: Path, units: Path, boundary: Any, streets: Collection[str]
) -> pd.DataFrame:
    """Return the landmarks and neighbourhoods inside the city, by name.

    Parameters
    ----------
    pois : Path
        CSV: ``name``, ``class``, ``subclass``, ``lon``, ``lat``.
    places : Path
        CSV: ``name``, ``class``, ``lon``, ``lat``.
    units : Path
        Polygons of the city's neighbourhood units, ``Nazwa_SIM`` their name.
    boundary : shapely geometry
        WGS84.
    streets : collection of str
        Names of streets and estates, which are found as such and left out here.

    Returns
    -------
    DataFrame
        ``name``, ``kind`` (``landmark`` or ``quarter``), ``lon``, ``lat``. A unit's point lies
        inside its polygon; a place that a unit is named after is given by the unit.
    """
    found = pd.read_csv(pois)
    wanted = {(name, sub) for name, subs in CLASSES.items() for sub in subs}
    kept = [pair in wanted for pair in zip(found["class"], found["subclass"], strict=True)]
    points = found[kept].assign(kind="landmark")
    named = pd.read_csv(places, on_bad_lines="skip")
    squares = named[named["class"] == "square"].assign(kind="landmark")
    areas = named[named["class"].isin(AREAS)].assign(kind="quarter")
    columns = ["name", "kind", "lon", "lat"]
    every = pd.concat([_units(units), areas[columns], squares[columns], points[columns]])
    every = every.dropna()
    every["name"] = every["name"].str.strip()
    inside = shapely.contains_xy(boundary, every[["lon", "lat"]].to_numpy())
    known = {fold(name) for name in streets}
    folded = every["name"].map(fold)
    # A neighbourhood may bear the name of a street (Ruczaj); an estate is found by its houses.
    taken = folded.isin(known) & ((every["kind"] == "landmark") | folded.str.startswith("osiedle"))
    every = every[inside & ~taken.to_numpy() & (folded.str.len() > 1).to_numpy()]
    every[["lon", "lat"]] = every[["lon", "lat"]].round(DECIMALS)
    once = every.assign(folded=every["name"].map(fold))
    areas_once = once[once["kind"] == "quarter"].drop_duplicates("folded")
    # A name that several places bear (branches, chapels) says where only beside another word.
    near = once[once["kind"] == "landmark"].round({"lon": 2, "lat": 2})
    others = once.loc[near.drop_duplicates(["folded", "lon", "lat"]).index]
    others = others[others["kind"] == "landmark"]
    joined = pd.concat([areas_once, others])[columns]
    return joined.sort_values(columns).reset_index(drop=True)


def _units(file: Path) -> pd.DataFrame:
    path = f"/vsigzip/{file}" if file.suffix == ".gz" else str(file)
    frame = gpd.read_file(path)
    inside = frame.geometry.representative_point()
    return pd.DataFrame(
        {"name": frame["Nazwa_SIM"], "kind": "quarter", "lon": inside.x, "lat": inside.y}
    )


def write_landmarks(folder: Path, frame: pd.DataFrame) -> int:
    """Write ``landmarks.csv`` and return how many rows.

    Parameters
    ----------
    folder : Path
        City folder.
    frame : DataFrame
        Columns ``name``, ``kind``, ``lon``, ``lat``.

    Returns
    -------
    int
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["name", "kind", "lon", "lat"])
    writer.writerows(frame[["name", "kind", "lon", "lat"]].itertuples(index=False))
    write_text_atomically(folder / FILE, buffer.getvalue())
    return len(frame)
