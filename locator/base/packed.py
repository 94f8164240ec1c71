"""Keep many geometries with their attributes in one small file, and read them back.

A packed file is a NumPy archive (``.npz``: a zip of ``.npy`` members) that plain
``numpy.load(file, allow_pickle=False)`` opens. Its members:

``about``
    UTF-8 bytes of a JSON object: ``format`` (1), ``geometry`` (``point``, ``linestring``,
    ``polygon``), ``rows``, ``scale`` (units per degree), ``columns`` (name to ``text`` or
    ``number``), and whatever the maker says of it: ``source``, ``source_date``, ``licence``, ...
``xy``
    Coordinates as whole units of 1/``scale`` degree, lon and lat, each the difference from the
    point before (the first from 0), zigzag-coded, split into byte planes: shape (2, 4, n) uint8.
``length_0``, ``length_1``
    Points of each line or ring, and for polygons the rings of each polygon (shell first).
``column.<name>``
    A number column, or for text the place of each row's value in ``values.<name>``.
``values.<name>``
    UTF-8 bytes of a JSON list of strings; its first entry stands for "not known" and is null.

The same frame makes the same bytes, so that a file made again can be compared.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from locator.base.errors import N_, LocatorError
from locator.base.geo import WGS84

FORMAT = 1
SCALE = 1_000_000
"""A millionth of a degree: 0.11 m north to south, 0.07 m east to west at 50 degrees."""

_KINDS = {
    "point": shapely.GeometryType.POINT,
    "linestring": shapely.GeometryType.LINESTRING,
    "polygon": shapely.GeometryType.POLYGON,
}
_DAMAGE = (
    *(OSError, EOFError, ValueError, KeyError, IndexError, TypeError, AttributeError),
    # A zip whose header is damaged may ask for encryption or for an unknown compression.
    *(RuntimeError, zipfile.BadZipFile, zlib.error, shapely.errors.ShapelyError, MemoryError),
)
_MADE = (1980, 1, 1, 0, 0, 0)

Array = np.ndarray[Any, np.dtype[Any]]


class PackedFileError(LocatorError):
    """A packed file that cannot be read, or a frame that cannot be packed."""

    code = "packed_file"


def packed_bytes(
    frame: gpd.GeoDataFrame, *, about: Mapping[str, object], scale: int = SCALE
) -> bytes:
    """Return the packed file of a frame.

    Parameters
    ----------
    frame : GeoDataFrame
        WGS84; all geometries points, all lines or all polygons, none missing or empty. Columns of
        numbers or booleans are kept as they are, all others as text, missing values as missing.
    about : mapping
        What is to be said of the data: ``source``, ``source_date``, ``licence``, ...
    scale : int
        Units per degree that coordinates are rounded to.

    Returns
    -------
    bytes
        The same for the same frame: no time of writing is in it.

    Raises
    ------
    PackedFileError
        Geometries of several kinds, missing ones, or more than one part each.
    """
    kinds = set(shapely.get_type_id(frame.geometry.values).tolist())
    kind = next((name for name, code in _KINDS.items() if kinds <= {int(code)}), None)
    if kind is None:
        raise PackedFileError(N_("Only points, only lines or only polygons can be packed."))
    _, points, offsets = shapely.to_ragged_array(frame.geometry.values, include_z=False)
    columns = {name: frame[name] for name in frame.columns if name != frame.geometry.name}
    members: dict[str, Array] = {"xy": _to_planes(np.rint(points * scale).astype(np.int64))}
    for level, offset in enumerate(offsets or ()):
        members[f"length_{level}"] = np.diff(offset).astype(np.uint32)
    kept = {}
    for name, column in columns.items():
        kept[name], made = _column_members(name, column)
        members |= made
    head = {"format": FORMAT, "geometry": kind, "rows": len(frame), "scale": scale}
    return _archive(members | {"about": _json_array(head | {"columns": kept} | dict(about))})


@dataclass(frozen=True)
class Packed:
    """What is in a packed file, before any geometry is made of it.

    Attributes
    ----------
    geometry : str
        ``point``, ``linestring`` or ``polygon``.
    points : (n, 2) float
        Lon, lat of all corners.
    offsets : tuple of int arrays
        As `shapely.to_ragged_array` gives them.
    columns : DataFrame
    about : dict
        What the file says about itself.
    """

    geometry: str
    points: Array
    offsets: tuple[Array, ...]
    columns: pd.DataFrame
    about: dict[str, Any]


def read_packed(file: Path) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the frame (WGS84) of a packed file, and what the file says about itself.

    Parameters
    ----------
    file : Path

    Returns
    -------
    GeoDataFrame
        In the order in which it was packed; coordinates rounded to the file's scale.
    dict
        Members of ``about``.

    Raises
    ------
    PackedFileError
        The file is missing, cut short, damaged, or not of this format.
    """
    found = read_packed_arrays(file)
    try:
        geometry = shapely.from_ragged_array(
            _KINDS[found.geometry], found.points, found.offsets or None
        )
        return gpd.GeoDataFrame(found.columns, geometry=geometry, crs=WGS84), found.about
    except _DAMAGE as error:
        raise _unreadable(file, error) from error


def read_packed_arrays(file: Path, *, columns: Collection[str] | None = None) -> Packed:
    """Return what is in a packed file as arrays: a tenth of the memory of its frame.

    Parameters
    ----------
    file : Path
    columns : collection of str, optional
        Only these, as far as the file has them: each takes eight bytes a row.

    Returns
    -------
    Packed
        Points are (n, 2) degrees, lon before lat.

    Raises
    ------
    PackedFileError
        As `read_packed`; whether lengths and corners fit together is checked here too.
    """
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as archive:
            members = {name: archive[name] for name in archive.files}
        about: dict[str, Any] = json.loads(members["about"].tobytes())
        if about["format"] != FORMAT:
            raise PackedFileError(
                N_("{file} is of format {found}, this program reads format {wanted}."),
                file=file.name,
                found=about["format"],
                wanted=FORMAT,
            )
        lengths = [members[name] for name in ("length_0", "length_1") if name in members]
        found = Packed(
            geometry=about["geometry"],
            points=_from_planes(members["xy"]) / about["scale"],
            offsets=tuple(np.concatenate([[0], np.cumsum(n, dtype=np.int64)]) for n in lengths),
            columns=pd.DataFrame(
                {
                    name: _read_column(name, members)
                    for name in about["columns"]
                    if columns is None or name in columns
                }
            ),
            about=about,
        )
        _check_lengths(found)
        return found
    except _DAMAGE as error:
        raise _unreadable(file, error) from error


def _check_lengths(found: Packed) -> None:
    """Raise a ValueError where offsets, corners and columns do not belong together."""
    wanted = {"point": 0, "linestring": 1, "polygon": 2}[found.geometry]
    counts = [len(found.points), *(len(offset) - 1 for offset in found.offsets)]
    ends = [int(offset[-1]) for offset in found.offsets]
    if len(found.offsets) != wanted or ends != counts[:-1]:
        raise ValueError("the lengths do not fit the corners")
    if counts[-1] != found.about["rows"] or any(
        len(found.columns[name]) != counts[-1] for name in found.columns
    ):
        raise ValueError("the columns do not fit the rows")
    if any((np.diff(offset) <= 0).any() for offset in found.offsets):
        raise ValueError("a line or ring has no corners")


def _unreadable(file: Path, error: Exception) -> PackedFileError:
    return PackedFileError(
        N_("{file} cannot be read: {error}"), file=file.name, error=str(error) or repr(error)
    )


def _to_planes(units: Array) -> Array:
    """Return (2, 4, n) bytes of (n, 2) whole numbers: differences, zigzag, one plane a byte."""
    steps = np.diff(units, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    zigzag = ((steps << 1) ^ (steps >> 63)).astype("<u4")
    return np.stack([_planes_of(np.ascontiguousarray(zigzag[:, axis])) for axis in (0, 1)])


def _planes_of(values: Array) -> Array:
    return np.ascontiguousarray(values.view(np.uint8).reshape(-1, 4).T)


def _from_planes(planes: Array) -> Array:
    """Return the (n, 2) whole numbers that `_to_planes` was given."""
    axes = []
    for axis in (0, 1):
        zigzag = np.ascontiguousarray(planes[axis].T).view("<u4").ravel().astype(np.int64)
        axes.append(np.cumsum((zigzag >> 1) ^ -(zigzag & 1)))
    return np.column_stack(axes)


def _column_members(name: str, column: pd.Series) -> tuple[str, dict[str, Array]]:
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return "number", {f"column.{name}": column.to_numpy()}
    texts = column.astype(object).where(column.notna(), None)
    codes, values = pd.factorize(texts, sort=True)
    size = np.uint16 if len(values) < 2**16 - 1 else np.uint32
    return "text", {
        f"column.{name}": (codes + 1).astype(size),
        f"values.{name}": _json_array([None, *(str(value) for value in values)]),
    }


def _read_column(name: str, members: Mapping[str, Array]) -> pd.Series:
    column = members[f"column.{name}"]
    if f"values.{name}" not in members:
        return pd.Series(column)
    values = np.array(json.loads(members[f"values.{name}"].tobytes()), dtype=object)
    return pd.Series(values[column], dtype=object)


def _json_array(value: object) -> Array:
    return np.frombuffer(json.dumps(value, ensure_ascii=False).encode(), dtype=np.uint8)


def _archive(members: Mapping[str, Array]) -> bytes:
    """Return the bytes of an archive that holds nothing of the hour it was made."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(members):
            body = io.BytesIO()
            np.lib.format.write_array(body, np.asarray(members[name]), allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy", _MADE), body.getvalue(), zipfile.ZIP_DEFLATED, 9
            )
    return buffer.getvalue()
