"""Keep a street graph in one file: written atomically, checked, mapped into memory when read.

Layout, little-endian (format version 1)::

    8 bytes   magic  b"LOCGRAPH"
    uint32    format version
    uint32    length of the header in bytes
    uint32    CRC-32 of the header
    uint32    CRC-32 of everything from the first array to the end of the file
    header    JSON in UTF-8: {"about", "grids", "arrays": {name: {dtype, shape, offset}}}
    arrays    raw, C order, each at an offset that is a multiple of 64

Both checksums are verified on every read (CRC-32 runs at more than a gigabyte a second), so that
a damaged file is noticed before the first answer and not by a strange one.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from locator.base.errors import N_, LocatorError
from locator.base.files import WriteError, written
from locator.base.freeing import may_be_let_go
from locator.base.geo import FloatArray

MAGIC = b"LOCGRAPH"
VERSION = 1
GRAPH_FILE = "streets.graph"
"""Name of the file inside a city folder."""

_PREAMBLE = struct.Struct("<8sIIII")
_ALIGNMENT = 64
_CHUNK = 1 << 24

Array = np.ndarray[Any, np.dtype[Any]]


class GraphFileError(LocatorError):
    """A street graph file that cannot be used."""

    code = "graph_file"


@dataclass(frozen=True)
class Grid:
    """A regular grid in the metric CRS; cells are numbered row by row from the lower left.

    Attributes
    ----------
    x, y : float
        Lower left corner, metres.
    size_m : float
    columns, rows : int
    """

    x: float
    y: float
    size_m: float
    columns: int
    rows: int


@dataclass(frozen=True)
class StreetGraph:
    """A street network: n vertices, e edges drawn by g points, a symmetric matrix of m entries.

    An edge is a stretch of one way between two vertices (junctions, ends of ways). The matrix
    keeps the shortest of parallel edges; the edges keep them all, since one may stand on any.

    Attributes
    ----------
    vertex_xy : (n, 2) float64
        Metres in the city's metric CRS.
    edge_u, edge_v : (e,) int32
        Vertices at both ends.
    edge_length_m : (e,) float64
        Along the line, at least 0.01.
    edge_marks : (e,) uint8
        `locator.walking.graph.tag_rules.Mark`.
    edge_name : (e,) int32
        Index into the names; 0 is "no name".
    line_start : (e + 1,) int64
        Where each edge's points begin in `line_xy`.
    line_xy : (g, 2) float64
        The line of each edge from u to v.
    line_along_m : (g,) float64
        Distance from u along the edge.
    indptr, indices, weight_m : CSR arrays (int32, int32, float64)
    entry_edge : (m,) int32
        The edge that each matrix entry stands for.
    cell_start, cell_segment : int32
        Segments (by their first point's index in `line_xy`) that touch each cell of `cells`.
    reach_edge, reach_along_m, reach_gap_m : int32, float32, float32
        Centre of each cell of `reach` set onto the streets; edge -1 where they are too far.
    name_start : (names + 1,) int64
        Where each name begins in `name_bytes`.
    name_bytes : uint8
        The names in UTF-8.
    cells, reach : Grid
    about : mapping
        ``crs``, ``source``, ``source_date``, ``source_date_basis``, ``attribution``, ``built_at``,
        ``program``, ``margin_m``, ``bounds`` (lon, lat) and ``report`` (counts read and dropped).
    """

    vertex_xy: FloatArray
    edge_u: Array
    edge_v: Array
    edge_length_m: FloatArray
    edge_marks: Array
    edge_name: Array
    line_start: Array
    line_xy: FloatArray
    line_along_m: FloatArray
    indptr: Array
    indices: Array
    weight_m: FloatArray
    entry_edge: Array
    cell_start: Array
    cell_segment: Array
    reach_edge: Array
    reach_along_m: Array
    reach_gap_m: Array
    name_start: Array
    name_bytes: Array
    cells: Grid
    reach: Grid
    about: Mapping[str, Any]

    @cached_property
    def _names(self) -> dict[int, str]:
        """Those that were asked for: a city has some thousands, and walks go along few of them."""
        return {}

    def name(self, index: int) -> str:
        """Return the name with that index."""
        known = self._names.get(index)
        if known is None:
            start, end = self.name_start[index], self.name_start[index + 1]
            known = self._names[index] = bytes(self.name_bytes[start:end]).decode()
        return known


ARRAYS: Mapping[str, str] = {
    "vertex_xy": "<f8",
    "edge_u": "<i4",
    "edge_v": "<i4",
    "edge_length_m": "<f8",
    "edge_marks": "|u1",
    "edge_name": "<i4",
    "line_start": "<i8",
    "line_xy": "<f8",
    "line_along_m": "<f8",
    "indptr": "<i4",
    "indices": "<i4",
    "weight_m": "<f8",
    "entry_edge": "<i4",
    "cell_start": "<i4",
    "cell_segment": "<i4",
    "reach_edge": "<i4",
    "reach_along_m": "<f4",
    "reach_gap_m": "<f4",
    "name_start": "<i8",
    "name_bytes": "|u1",
}
"""Every array of the file with its type, in the order of the file."""


def pack_names(names: tuple[str, ...]) -> tuple[Array, Array]:
    """Return `name_start` and `name_bytes` for a list of names."""
    encoded = [name.encode() for name in names]
    start = np.concatenate([[0], np.cumsum([len(name) for name in encoded])]).astype(np.int64)
    return start, np.frombuffer(b"".join(encoded), dtype=np.uint8)


def write_graph(graph: StreetGraph, path: Path) -> None:
    """Write `graph` to `path`; whatever goes wrong, the file that was there stays as it was.

    Raises
    ------
    GraphFileError
        The disk is full or the folder cannot be written.
    """
    arrays = {
        name: np.ascontiguousarray(getattr(graph, name), kind) for name, kind in ARRAYS.items()
    }
    try:
        with written(path) as file:
            _write(file, arrays, graph)
    except WriteError as error:
        raise GraphFileError(
            N_("The street graph could not be written to {folder}: {detail}. Nothing was changed."),
            folder=str(path.parent),
            detail=error.values["detail"],
        ) from error


def _write(file: BinaryIO, arrays: Mapping[str, Array], graph: StreetGraph) -> None:
    places: dict[str, dict[str, Any]] = {}
    offset = 0
    for name, values in arrays.items():
        places[name] = {"dtype": ARRAYS[name], "shape": list(values.shape), "offset": offset}
        offset += -(-values.nbytes // _ALIGNMENT) * _ALIGNMENT
    grids = {name: vars(getattr(graph, name)) for name in ("cells", "reach")}
    header = json.dumps(
        {"about": dict(graph.about), "grids": grids, "arrays": places}, ensure_ascii=False
    ).encode()
    header += b" " * (-(len(header) + _PREAMBLE.size) % _ALIGNMENT)
    checksum = 0
    for part in _body(arrays):
        checksum = zlib.crc32(part, checksum)
    file.write(_PREAMBLE.pack(MAGIC, VERSION, len(header), zlib.crc32(header), checksum))
    file.write(header)
    file.writelines(_body(arrays))


def _body(arrays: Mapping[str, Array]) -> Iterator[bytes | memoryview]:
    """Yield the arrays as they are in memory, with what fills them up; nothing is copied."""
    for values in arrays.values():
        yield values.reshape(-1).view(np.uint8).data
        yield bytes(-values.nbytes % _ALIGNMENT)


def read_graph(path: Path) -> StreetGraph:
    """Return the street graph kept in `path`, its arrays mapped read-only into memory.

    Parameters
    ----------
    path : Path
        As `locator network build` writes it.

    Returns
    -------
    StreetGraph
        Metres in the CRS that its ``about`` names.

    Raises
    ------
    GraphFileError
        The file is missing, is something else, is damaged, or is of another format version.
    """
    if not path.is_file():
        raise GraphFileError(
            N_("There is no street graph {file}: make one with `locator network build`."),
            file=str(path),
        )
    header, body_offset = _read_header(path)
    if set(header["arrays"]) != set(ARRAYS):
        raise _damaged(path)
    body = np.memmap(path, dtype=np.uint8, mode="r", offset=0)
    may_be_let_go(body)
    loaded: dict[str, Any] = {
        name: _view(body, body_offset + place["offset"], place["dtype"], place["shape"])
        for name, place in header["arrays"].items()
    }
    loaded |= {name: Grid(**values) for name, values in header["grids"].items()}
    return StreetGraph(**loaded, about=header["about"])


def read_about(path: Path) -> Mapping[str, Any]:
    """Return what a graph file says of itself, without looking at the graph.

    Raises
    ------
    GraphFileError
        As `read_graph`, except that the arrays are not checked.
    """
    about: Mapping[str, Any] = _read_header(path, whole=False)[0]["about"]
    return about


def _read_header(path: Path, *, whole: bool = True) -> tuple[dict[str, Any], int]:
    """Return the header and where the arrays begin; with `whole`, verify the arrays as well."""
    with path.open("rb") as file:
        start = file.read(_PREAMBLE.size)
        if len(start) < _PREAMBLE.size or not start.startswith(MAGIC):
            raise GraphFileError(
                N_("{file} is not a street graph: build it again with `locator network build`."),
                file=path.name,
            )
        _, version, length, header_crc, body_crc = _PREAMBLE.unpack(start)
        if version != VERSION:
            raise GraphFileError(
                N_(
                    "{file} has format version {found}, this program reads version {wanted}: "
                    "build it again with `locator network build`."
                ),
                file=path.name,
                found=version,
                wanted=VERSION,
            )
        header = file.read(length)
        if zlib.crc32(header) != header_crc:
            raise _damaged(path)
        checksum = 0
        while whole and (block := file.read(_CHUNK)):
            checksum = zlib.crc32(block, checksum)
        if whole and checksum != body_crc:
            raise _damaged(path)
    return json.loads(header), _PREAMBLE.size + length


def _damaged(path: Path) -> GraphFileError:
    return GraphFileError(
        N_(
            "{file} is damaged (its checksum is wrong): "
            "build it again with `locator network build`."
        ),
        file=path.name,
    )


def _view(body: Array, offset: int, dtype: str, shape: list[int]) -> Array:
    kind = np.dtype(dtype)
    size = kind.itemsize * int(np.prod(shape))
    # A plain view of the mapping: numpy's memmap subclass makes every small slice slower.
    return np.asarray(body[offset : offset + size]).view(kind).reshape(shape)
