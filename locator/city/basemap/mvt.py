"""Write vector tiles (Mapbox Vector Tile Specification 2.1), the geometry without a loop.

A layer holds few features: all lines of one kind are one feature, so that a tile of thousands of
ways is made of a few long arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from locator.base.geo import IntArray
from locator.city.basemap.shapes import Cut
from locator.city.basemap.worldgrid import EXTENT

POINT, LINE, POLYGON = 1, 2, 3
_MOVE, _CLOSE = 9, 15
_LINE_TO = 2

Attributes = Mapping[str, str | int]
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass
class TileLayer:
    """One layer of a tile while it is written.

    Attributes
    ----------
    name : str
    features : list of bytes
        Messages ``Feature``.
    """

    name: str
    features: list[bytes] = field(default_factory=list)
    _keys: dict[str, int] = field(default_factory=dict)
    _values: dict[str | int, int] = field(default_factory=dict)

    def add(self, kind: int, geometry: bytes, attributes: Attributes) -> None:
        """Add a feature of encoded geometry."""
        tags = b"".join(
            _varint(self._keys.setdefault(key, len(self._keys)))
            + _varint(self._values.setdefault(value, len(self._values)))
            for key, value in attributes.items()
        )
        head = _bytes_field(2, tags) if tags else b""
        self.features.append(head + b"\x18" + bytes([kind]) + _bytes_field(4, geometry))

    def encoded(self) -> bytes:
        """Return the message ``Layer``."""
        parts = [b"\x78\x02", _bytes_field(1, self.name.encode())]
        parts += [_bytes_field(2, feature) for feature in self.features]
        parts += [_bytes_field(3, key.encode()) for key in self._keys]
        parts += [_bytes_field(4, _value(value)) for value in self._values]
        return b"".join([*parts, b"\x28", _varint(EXTENT)])


def tile_bytes(layers: Iterable[TileLayer]) -> bytes:
    """Return a tile; a layer without features is left out."""
    return b"".join(_bytes_field(3, layer.encoded()) for layer in layers if layer.features)


def features_of(cut: Cut, *, polygons: bool) -> list[tuple[int, bytes]]:
    """Return for each code in `cut` all its lines or polygons as one encoded geometry."""
    counts = np.diff(cut.starts)
    if len(counts) == 0:
        return []
    extra = 3 if polygons else 2
    begins = cut.starts[:-1] + cut.starts[:-1] + extra * np.arange(len(counts))
    length = int(2 * cut.starts[-1] + extra * len(counts))
    stream = np.zeros(length, dtype=np.uint32)
    first_rings = np.flatnonzero(np.diff(cut.codes, prepend=-1))
    steps = np.diff(cut.xy, axis=0, prepend=np.zeros((1, 2), np.int64))
    anew = cut.starts[first_rings]
    steps[anew] = cut.xy[anew]
    ring = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(cut.xy)) - cut.starts[ring]
    at = begins[ring] + 1 + 2 * place + (place > 0)
    zigzag = _zigzag(steps)
    stream[at], stream[at + 1] = zigzag[:, 0], zigzag[:, 1]
    stream[begins] = _MOVE
    stream[begins + 3] = (counts - 1) << 3 | _LINE_TO
    if polygons:
        stream[begins + 2 + 2 * counts] = _CLOSE
    data, ends = _varints(stream)
    edges = np.append(begins[first_rings], length)
    limits = np.concatenate([[0], ends])[edges].tolist()
    codes = cut.codes[first_rings].tolist()
    return [
        (code, data[start:end].tobytes())
        for code, start, end in zip(codes, limits, limits[1:], strict=False)
    ]


def points_geometry(xy: IntArray) -> bytes:
    """Return the encoded geometry of one or several points."""
    return _joined([len(xy) << 3 | 1, *_steps(xy)])


def line_geometry(xy: IntArray) -> bytes:
    """Return the encoded geometry of one short line."""
    steps = _steps(xy)
    return _joined([_MOVE, *steps[:2], (len(xy) - 1) << 3 | _LINE_TO, *steps[2:]])


def _steps(xy: IntArray) -> list[int]:
    """Return the steps from corner to corner of a few, one by one: so few are no work for numpy."""
    steps, before_x, before_y = [], 0, 0
    for x, y in xy.tolist():
        for step in (x - before_x, y - before_y):
            steps.append((step << 1) ^ (step >> 63))
        before_x, before_y = x, y
    return steps


def _zigzag(steps: IntArray) -> IntArray:
    return (steps << 1) ^ (steps >> 63)


def _varints(values: Array) -> tuple[Array, IntArray]:
    """Return whole numbers as varints, and where the bytes of each end."""
    values = values.astype(np.uint64)
    sizes = np.ones(len(values), dtype=np.int64)
    for bits in (7, 14, 21, 28):
        sizes += values >= (1 << bits)
    ends = np.cumsum(sizes)
    data = np.zeros(int(ends[-1]), dtype=np.uint8)
    starts = ends - sizes
    for place in range(int(sizes.max())):
        here = sizes > place
        low = (values[here] >> np.uint64(7 * place)) & np.uint64(0x7F)
        more = np.where(sizes[here] > place + 1, 0x80, 0).astype(np.uint64)
        data[starts[here] + place] = (low | more).astype(np.uint8)
    return data, ends


def _joined(numbers: Iterable[int]) -> bytes:
    return b"".join(map(_varint, numbers))


_SHORT = tuple(bytes([number]) for number in range(0x80))


def _varint(number: int) -> bytes:
    if number <= 0x7F:
        return _SHORT[number]
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _bytes_field(tag: int, content: bytes) -> bytes:
    return bytes([tag << 3 | 2]) + _varint(len(content)) + content


def _value(value: str | int) -> bytes:
    if isinstance(value, str):
        return _bytes_field(1, value.encode())
    return b"\x28" + _varint(value)  # uint_value
