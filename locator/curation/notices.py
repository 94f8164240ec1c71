"""Say what in a sound city folder still deserves a look: doubts, decisions, dates that passed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from locator.base.opening_hours.state import is_valid_hours, understood_twice
from locator.city.completeness import completeness
from locator.city.districts import district_of
from locator.city.dwellings import FILE as DWELLINGS_FILE
from locator.city.kinds import FILE as KINDS_FILE
from locator.city.model import City
from locator.city.population import EVENLY
from locator.city.population import FILE as GRID_FILE
from locator.city.usability import BARRED
from locator.vehicles.own import OWN_FILE, imported_timetable, own_timetable
from locator.vehicles.timetable_file import FILE_NAME as IMPORTED_FILE

NEAR_M = 10.0
"""Two points of one layer nearer than this may be the same thing twice."""


@dataclass(frozen=True, order=True)
class Notice:
    """One thing that is not wrong, but that a keeper of the data should know.

    Attributes
    ----------
    file : str
    feature : str
        Id, or ``"-"`` for the whole file.
    message : str
    """

    file: str
    feature: str
    message: str

    def __str__(self) -> str:
        """One line: file, feature, message."""
        return f"{self.file}: {self.feature}: {self.message}"


def notices(city: City, *, today: date | None = None) -> list[Notice]:
    """Return the notices of a sound city, in the order of files and features.

    Parameters
    ----------
    city : City
    today : date, optional
        For what should have happened by now; the current day where None.

    Returns
    -------
    list of Notice
    """
    day = (today or date.today()).isoformat()
    found = [
        *_about_facilities(city, day),
        *_near_duplicates(city),
        *_other_district(city),
        *_about_counts(city),
        *_about_kinds(city),
        *_about_people(city),
        *_about_timetable(city, day),
    ]
    return sorted(found)


def _about_facilities(city: City, day: str) -> Iterator[Notice]:
    frame = city.facilities
    hours = frame["opening_hours"].dropna()
    wrong = hours[~hours.map(is_valid_hours).astype(bool)]
    for name, text in wrong.items():
        yield _of(frame, name, f"opening_hours {text!r} cannot be read: they count as unknown")
    yield from _hours_with_two_meanings(city, day)
    for name, access in frame.loc[_is_barred(frame), "access"].items():
        yield _of(frame, name, f"access is {access}: it is listed, but not counted as usable")
    for name, rule in frame["rule"].dropna().items():
        said = " ".join(filter(None, frame.loc[str(name), ["status_note", "note"]]))
        yield _of(frame, name, f"decided by {rule} of README.md: {said}")
    late = frame[frame["expected_opening"].notna() & frame["status"].ne("open")]
    for name, opening in late["expected_opening"].items():
        if str(opening) < day[: len(str(opening))]:
            status = frame.at[name, "status"]
            yield _of(frame, name, f"was to open {opening}, but is still {status}: ask again")


def _hours_with_two_meanings(city: City, today: str) -> Iterator[Notice]:
    hours = city.facilities["opening_hours"].dropna()
    first = {
        text: understood_twice(
            text,
            country=city.catalogue.country,
            timezone=city.catalogue.timezone,
            around=date.fromisoformat(today),
        )
        for text in hours.unique()
    }
    for name, text in hours.items():
        if first[text]:
            message = (
                f"opening_hours {text!r} can be understood in two ways, first on {first[text]}: "
                "where they differ, they count as unknown"
            )
            yield _of(city.facilities, name, message)


def _is_barred(frame: pd.DataFrame) -> pd.Series[bool]:
    return frame["access"].isin(BARRED) & frame["status"].eq("open")


def _of(frame: pd.DataFrame, name: object, message: str) -> Notice:
    layer = str(frame.at[str(name), "layer"])
    return Notice(f"{layer}.geojson", str(name), message)


def _near_duplicates(city: City) -> Iterator[Notice]:
    from scipy.spatial import cKDTree

    frame = city.facilities
    # Two facilities at one address are two; what has no address may be one thing mapped twice.
    apart = frame[
        frame["location_precision"].eq("exact") & frame["street"].isna() & frame["centre"].isna()
    ]
    for _, layer in apart.groupby("layer", sort=False):
        xy = layer[["x", "y"]].to_numpy(dtype=np.float64)
        for i, j in sorted(cKDTree(xy).query_pairs(NEAR_M)):
            away = float(np.hypot(*(xy[i] - xy[j])))
            other = str(layer.index[j])
            yield _of(frame, layer.index[i], f"lies {away:.0f} m from {other}: both are kept")


def _other_district(city: City) -> Iterator[Notice]:
    frame = city.facilities
    sure = frame[frame["location_precision"].eq("exact") & frame["district"].notna()]
    if sure.empty:
        return
    points = np.column_stack([sure.geometry.x, sure.geometry.y])
    found = district_of(points, city.districts)
    stated = sure["district"].to_numpy(dtype=np.int64)
    for i in np.flatnonzero((found > 0) & (found != stated)):
        message = f"district {stated[i]} is stated, the point lies in {found[i]}"
        yield _of(frame, sure.index[i], message)


def _about_counts(city: City) -> Iterator[Notice]:
    for layer, row in completeness(city).iterrows():
        expected = row["expected"]
        if pd.notna(expected) and row["listed"] != expected:
            more = "more" if row["listed"] > expected else "fewer"
            yield Notice(
                f"{layer}.geojson",
                "-",
                f"{row['listed']} listed, {more} than the {expected} there should be",
            )
        if row["all_not_located"]:
            yield Notice(
                f"{layer}.geojson",
                "-",
                f"{row['all_not_located']} of {row['all_listed']} are not on the map",
            )


def _about_kinds(city: City) -> Iterator[Notice]:
    used = set(city.facilities["kind"].dropna())
    for kind in city.kinds:
        if kind not in used:
            yield Notice(KINDS_FILE, kind, "no facility is of this kind")


def _about_people(city: City) -> Iterator[Notice]:
    grid = city.grid
    secret = int(grid.isna().any(axis=1).sum())
    if secret:
        message = f"{secret} cells have secret ages: divided by the city's shares (assumed)"
        yield Notice(GRID_FILE, "-", message)
    outside = city.demand.cell_share == 0
    people = int(grid["people"].to_numpy()[outside].sum())
    if outside.any():
        message = f"{int(outside.sum())} cells with {people} people have no square in the city"
        yield Notice(GRID_FILE, "-", message)
    if city.demand.method == EVENLY and len(grid):
        message = "without it every census cell is spread evenly, also where nobody lives"
        yield Notice(DWELLINGS_FILE, "-", message)


def _about_timetable(city: City, day: str) -> Iterator[Notice]:
    own = own_timetable(city)
    if own is not None and str(own.valid_to) < day:
        yield Notice(OWN_FILE, "-", f"ended on {own.valid_to}")
    if (city.folder / "timetable.json").exists():
        message = f"is not read: put the publisher's GTFS feed into the folder as {OWN_FILE}"
        yield Notice("timetable.json", "-", message)
    imported = imported_timetable(city)
    if imported is None:
        return
    first, last = str(imported.valid_from), str(imported.valid_to)
    if last < day:
        message = f"ended on {last}: the folder's own timetable is used"
        yield Notice(IMPORTED_FILE, "-", message)
    elif first > day:
        message = f"begins on {first}: until then the folder's own timetable is used"
        yield Notice(IMPORTED_FILE, "-", message)
