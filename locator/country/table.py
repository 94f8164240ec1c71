"""Hold the table of a country's units: one GeoParquet file, and the ranks that it gives."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from locator.base.errors import N_, LocatorError, NotFoundError
from locator.base.files import written
from locator.base.geo import WGS84
from locator.country.result import MEASURES, read_result

if TYPE_CHECKING:
    from locator.country.units import Unit

FILE = "country.parquet"
COUNTS = ("people", "served", "unserved", "facilities", "inside", "listed", "located", "expected")
"""Those of `MEASURES` that are whole numbers."""

MAP_VERTICES = 30_000
"""The boundaries of the map have about so many vertices together, however many units there are."""

EQUAL = 1e-9
"""Shares that differ by less are the same."""


class CountryError(LocatorError):
    """A table of a country's units that cannot be made, read or ranked."""

    code = "country"


@dataclass(frozen=True)
class Service:
    """One service of the table.

    Attributes
    ----------
    id : str
    names, descriptions, pace_basis : mapping of str to str
        By language.
    minutes, pace_m_s : float
        The standard: so many minutes at this pace.
    group : str
        Whom it is for: the id of an age group.
    """

    id: str
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    pace_basis: Mapping[str, str]
    minutes: float
    pace_m_s: float
    group: str


@dataclass(frozen=True, eq=False)
class CountryTable:
    """What is known of a country.

    Attributes
    ----------
    units : GeoDataFrame
        Index: code. ``name``, ``fault`` (why nothing is known; else None), ``data_date``,
        ``model``, ``vertices``, ``<service>_<measure>`` for each of `services` and
        `locator.country.result.MEASURES`, and simplified boundaries in WGS84.
    services : mapping of str to Service
    about : mapping
        ``name``, ``country``, ``margin_m``, ``extracts``, ``grid``, ``grid_source``,
        ``not_measured``: causes of doubt of whose size nothing is known.
    """

    units: gpd.GeoDataFrame
    services: Mapping[str, Service]
    about: Mapping[str, Any]

    def service(self, wanted: str) -> Service:
        """Return one service by its id.

        Parameters
        ----------
        wanted : str

        Returns
        -------
        Service

        Raises
        ------
        NotFoundError
        """
        if wanted not in self.services:
            raise NotFoundError(
                N_("There is no service “{wanted}”; there are: {known}."),
                wanted=wanted,
                known=", ".join(self.services),
            )
        return self.services[wanted]

    def ranked(self, service: str) -> pd.DataFrame:
        """Return what is known of one service in each unit, with its rank.

        Parameters
        ----------
        service : str
            Id.

        Returns
        -------
        DataFrame
            Index: code, in the order of `units`. ``name``, ``fault``, `MEASURES`; ``rank`` (1: the
            largest share; equal shares have one rank), ``rank_low`` and ``rank_high``: a unit is
            surely behind those whose whole range lies above its own, and may be behind those whose
            range meets it. Int64, null where no share is known.

        Raises
        ------
        NotFoundError
        """
        self.service(service)
        columns = {f"{service}_{measure}": measure for measure in MEASURES}
        frame = pd.DataFrame(self.units[["name", "fault", *columns]]).rename(columns=columns)
        return pd.concat([frame, ranks(frame)], axis=1)


def ranks(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the ranks of shares, with between which ranks each may lie.

    Parameters
    ----------
    frame : DataFrame
        ``share``, ``low`` and ``high``; NaN where they are not known.

    Returns
    -------
    DataFrame
        ``rank``, ``rank_low``, ``rank_high``: Int64, as `CountryTable.ranked` has them.
    """
    known = frame["share"].notna().to_numpy(dtype=bool)
    shares = frame.loc[known, ["share", "low", "high"]].to_numpy(dtype=np.float64)
    share, low, high = shares.T
    total = len(shares)

    def above(values: np.ndarray[Any, Any], limit: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Count for each limit how many of `values` are larger."""
        return total - np.searchsorted(np.sort(values), limit + EQUAL, side="right")

    # All whose best may be better than this one's worst; itself is one of them if it has a range.
    itself = high > low + EQUAL
    found = {
        "rank": 1 + above(share, share),
        "rank_low": 1 + above(low, high),
        "rank_high": 1 + above(high, low) - itself,
    }
    return pd.DataFrame(found, index=frame.index[known], dtype="Int64").reindex(frame.index)


def gathered(
    units: Sequence[Unit],
    folder_of: Mapping[str, Path],
    faults: Mapping[str, str],
    services: Iterable[Service],
    about: Mapping[str, Any],
) -> CountryTable:
    """Return the table of all units, made of their results.

    Parameters
    ----------
    units : sequence of Unit
    folder_of : mapping of str to Path
        Where the result of each is.
    faults : mapping of str to str
        Why there is none, by code.
    services : iterable of Service
    about : mapping

    Returns
    -------
    CountryTable
    """
    asked = {service.id: service for service in services}
    rows: list[dict[str, Any]] = []
    not_measured: set[str] = set()
    for unit in units:
        fault = faults.get(unit.code)
        result = {} if fault else read_result(folder_of[unit.code])
        row: dict[str, Any] = {
            "name": unit.name,
            "fault": fault,
            "data_date": result.get("data_date"),
            "model": result.get("model"),
            "vertices": result.get("vertices"),
        }
        for service in asked:
            counted = result.get("services", {}).get(service, {})
            not_measured.update(counted.get("not_measured", ()))
            row |= {f"{service}_{measure}": counted.get(measure) for measure in MEASURES}
        rows.append(row)
    frame = pd.DataFrame(rows, index=pd.Index([unit.code for unit in units], name="code"))
    whole = ("vertices", *(f"{service}_{count}" for service in asked for count in COUNTS))
    for column in frame.columns:
        if column in whole:
            frame[column] = frame[column].astype("Int64")
        elif column not in ("name", "fault", "data_date", "model"):
            frame[column] = frame[column].astype(np.float64)
        else:
            frame[column] = frame[column].astype(object)
    shapes = simplified([unit.shape for unit in units])
    made = gpd.GeoDataFrame(frame, geometry=shapes, crs=WGS84)
    return CountryTable(made, asked, {**about, "not_measured": sorted(not_measured)})


def simplified(shapes: Sequence[Any], *, vertices: int = MAP_VERTICES) -> Any:
    """Return areas with about so many vertices together; neighbours still share their borders.

    Parameters
    ----------
    shapes : sequence of shapely geometry
        WGS84.
    vertices : int
        Of all of them.

    Returns
    -------
    array of shapely geometry
        To five decimals of a degree: about a metre.
    """
    areas = np.array(shapes, dtype=object)
    tolerance = 0.0005
    while shapely.get_num_coordinates(areas).sum() > vertices and tolerance < 0.1:
        areas = shapely.coverage_simplify(np.array(shapes, dtype=object), tolerance)
        tolerance *= 1.5
    rounded = shapely.set_precision(areas, 1e-5, mode="pointwise")
    return np.where(shapely.is_empty(rounded), areas, rounded)


def write_table(table: CountryTable, path: Path) -> None:
    """Write the table as GeoParquet, whole or not at all; the same table gives the same bytes.

    Parameters
    ----------
    table : CountryTable
    path : Path

    Raises
    ------
    CountryError
        What writes GeoParquet is not installed.
    """
    frame = table.units.copy()
    services = {name: dict(vars(service)) for name, service in table.services.items()}
    frame.attrs = {"services": json.dumps(services), "about": json.dumps(dict(table.about))}
    _needs_pyarrow()
    with written(path) as file:
        frame.to_parquet(file, compression="zstd")


def read_table(path: Path) -> CountryTable:
    """Return the table of a file that `write_table` wrote.

    Parameters
    ----------
    path : Path

    Returns
    -------
    CountryTable

    Raises
    ------
    CountryError
        The file is missing or is something else, or what reads GeoParquet is not installed.
    """
    if not path.is_file():
        raise CountryError(
            N_("There is no file {file}: `locator country build` makes it."), file=str(path)
        )
    _needs_pyarrow()
    try:
        frame = gpd.read_parquet(path)
        services = json.loads(frame.attrs["services"])
        about = json.loads(frame.attrs["about"])
        found = {name: Service(**values) for name, values in services.items()}
        for service in found:
            for measure in MEASURES:
                frame[f"{service}_{measure}"]
    except Exception as error:  # pyarrow's errors are of many kinds; all mean "not such a file"
        raise CountryError(
            N_("{file} is no table that `locator country build` made."), file=path.name
        ) from error
    frame.attrs = {}
    return CountryTable(frame, found, about)


def _needs_pyarrow() -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise CountryError(MISSING, package="pyarrow") from error


MISSING = N_(
    "For a country the package {package} is needed, which is not installed: "
    "pip install 'krakow-service-locator[country]'."
)
