"""Read the tables of points of a city folder: addresses, stops, river crossings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from locator.base.packed import PackedFileError, read_packed_arrays
from locator.base.reading import WHOLE, FaultLog, read_table
from locator.geocoding.streets import BASES

HOUSES, STREET_NAMES = "addresses.npz", "street_names.csv"
LANDMARKS, ALIASES = "landmarks.csv", "aliases.csv"

_LONLAT = {"lon": (-180.0, 180.0), "lat": (-90.0, 90.0)}


@dataclass(frozen=True)
class Tables:
    """The point tables of a city folder; one is None where its file has faults.

    Attributes
    ----------
    addresses : DataFrame or None
        Columns ``street``, ``number``, ``lon``, ``lat``.
    houses : DataFrame
        The same and those of ``addresses.npz``: also ``basis`` (`locator.geocoding.streets.BASES`).
    street_names, landmarks, aliases : DataFrame or None
        As `locator.geocoding.gazetteer.build_gazetteer` wants them; None without the file.
    stops : DataFrame or None
        Columns ``name``, ``lon``, ``lat``; index: what the timetable refers to.
    crossings : DataFrame
        Columns ``name``, ``lon``, ``lat``, ``basis``; empty without the file.
    """

    addresses: pd.DataFrame | None
    stops: pd.DataFrame | None
    crossings: pd.DataFrame
    houses: pd.DataFrame = field(default_factory=pd.DataFrame)
    street_names: pd.DataFrame | None = None
    landmarks: pd.DataFrame | None = None
    aliases: pd.DataFrame | None = None

    @property
    def certain(self) -> pd.DataFrame:
        """The houses but for those that may belong to another street."""
        return self.houses[self.houses["basis"] != "possible"]

    @property
    def named_places(self) -> pd.DataFrame:
        """The landmarks, and ``known``: whether `aliases` has another name for them."""
        if self.landmarks is None:
            return pd.DataFrame(columns=["name", "kind", "lon", "lat", "known"])
        aliased = () if self.aliases is None else self.aliases["name"]
        return self.landmarks.assign(known=self.landmarks["name"].isin(aliased))

    @classmethod
    def read(cls, folder: Path, log: Callable[[str], FaultLog]) -> Tables:
        """Return the tables of `folder`."""
        addresses = read_table(
            folder, log("addresses.csv"), text=("street", "number"), numbers=_LONLAT
        )
        stops = read_table(
            folder, log("stops.csv"), text=("name",), numbers={"index": (0, 1e6)} | _LONLAT
        )
        if stops is not None:
            stops = _number_stops(stops, log("stops.csv"))
        crossings = None
        if (folder / "crossings.csv").exists():
            crossings = read_table(
                folder, log("crossings.csv"), text=("name", "basis"), numbers=_LONLAT
            )
        if crossings is None:
            crossings = pd.DataFrame(columns=["name", "lon", "lat", "basis"])
        names = _if_there(folder, log, STREET_NAMES, text=("street", "other_names"))
        places = _if_there(folder, log, LANDMARKS, text=("name", "kind"))
        aliases = _if_there(folder, log, ALIASES, text=("typed", "name"), numbers={})
        return cls(
            addresses,
            stops,
            crossings[["name", "lon", "lat", "basis"]],
            _houses(folder, addresses, log(HOUSES)),
            names,
            places,
            aliases,
        )

    def check_places(self, boundary: Any, log: Callable[[str], FaultLog]) -> None:
        """Note the rows that lie far from the city, such as those with lon and lat swapped."""
        west, south, east, north = boundary.bounds
        houses = self.houses
        if houses is not None and self.addresses is not None:
            houses = houses.iloc[len(self.addresses) :]  # those before are of addresses.csv
        for file, frame, margin in (
            ("addresses.csv", self.addresses, 0.02),
            (HOUSES, houses, 0.02),
            (STREET_NAMES, self.street_names, 0.02),
            (LANDMARKS, self.landmarks, 0.02),
            ("stops.csv", self.stops, 1.0),  # lines that leave the city keep their stops
            ("crossings.csv", self.crossings, 0.02),
        ):
            if frame is None or frame.empty:
                continue
            lon, lat = (frame[column].to_numpy(dtype=np.float64) for column in ("lon", "lat"))
            far = (lon < west - margin) | (lon > east + margin)
            far |= (lat < south - margin) | (lat > north + margin)
            for i in np.flatnonzero(far):
                said = f"lies at {lon[i]:g}, {lat[i]:g}: outside the city"
                log(file).add(f"row {i + 1}", "lon", said, "lon, lat in degrees, in this order")


def _if_there(
    folder: Path,
    log: Callable[[str], FaultLog],
    file: str,
    *,
    text: tuple[str, ...],
    numbers: Mapping[str, tuple[float, float]] = _LONLAT,
) -> pd.DataFrame | None:
    if not (folder / file).exists():
        return None
    optional = ("other_names", "lon", "lat") if file == STREET_NAMES else ()
    return read_table(folder, log(file), text=text, numbers=numbers, optional=optional)


def _houses(folder: Path, addresses: pd.DataFrame | None, log: FaultLog) -> pd.DataFrame:
    if addresses is None:
        return pd.DataFrame()
    own = addresses.assign(basis="address")
    if not (folder / HOUSES).exists():
        return own
    try:
        packed = read_packed_arrays(folder / HOUSES)
        if packed.geometry != "point":
            log.add(WHOLE, WHOLE, f"holds {packed.geometry}s", "points")
            return own
        lon, lat = packed.points.T
        columns = packed.columns[["street", "number", "basis"]]
        more = columns.assign(lon=lon, lat=lat)[[*own.columns]]
    except (PackedFileError, KeyError) as error:
        log.add(WHOLE, WHOLE, f"cannot be read: {error}", "a file of `locator addresses build`")
        return own
    wrong = np.flatnonzero(~more["basis"].isin(BASES).to_numpy())
    if len(wrong):
        said = f"is {more['basis'].iloc[wrong[0]]!r}"
        log.add(f"row {wrong[0] + 1}", "basis", said, ", ".join(BASES))
    return pd.concat([own, more], ignore_index=True)


def _number_stops(stops: pd.DataFrame, log: FaultLog) -> pd.DataFrame | None:
    wrong = np.flatnonzero(stops["index"].to_numpy() != np.arange(len(stops)))
    if len(wrong):
        row = int(wrong[0])
        log.add(f"line {row + 2}", "index", f"is {stops['index'].iloc[row]:g}", f"{row}")
        return None
    return stops[["name", "lon", "lat"]]
