"""Keep the indexes of the nearest facilities in files, mapped into memory when read again.

One file for each index (`locator.walking.network.graph_files`); its name says what it was made of:
the graph, the ways of the profile, the facilities and how many of them a vertex knows.

Distances keep their eight bytes: in four, a walk of 8 km would be up to half a millimetre off, and
an index would no longer say what a search says.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from locator.base.geo import FloatArray
from locator.base.mapped import read_arrays
from locator.walking import SnappedPoints
from locator.walking.network.graph_files import Arrays, kept_arrays, place_of
from locator.walking.network.k_nearest import KNearestIndex, k_nearest_index
from locator.walking.network.profile import Ways

MADE_AS = 2
"""Goes up when the same facilities make other arrays, or the arrays are kept in another way."""

WORTH_KEEPING_B = 1_000_000
"""What is smaller is made in a moment."""

ARRAYS = ("distance_m", "onward", "facility")
"""The widest numbers first, so that each array stands where its numbers are read at one go."""

WAIT_S = 180.0
"""So long another program is waited for that makes an index; some seconds are usual."""

KIND = "k-nearest"

_ENTRY_B = 13
"""What one facility of one vertex takes: distance, way and number."""


def kept_index(ways: Ways, facilities: SnappedPoints, *, k: int) -> KNearestIndex:
    """Return the index that `k_nearest_index` makes, from its file where it is kept.

    Parameters
    ----------
    ways, facilities, k
        As for `k_nearest_index`.
    """
    place = _place(ways, facilities.xy, k)
    make = partial(k_nearest_index, ways, facilities, k=k)
    if not _is_worth_keeping(ways, len(facilities), k):
        return read_index(ways, facilities, k=k) or make()

    def arrays() -> Arrays:
        made = make()
        return tuple(getattr(made, name) for name in ARRAYS)

    return _of(facilities, kept_arrays(place, arrays, wait_s=WAIT_S))


def read_index(ways: Ways, facilities: SnappedPoints, *, k: int) -> KNearestIndex | None:
    """Return the index of a file; None where none is kept that is whole."""
    place = _place(ways, facilities.xy, k)
    arrays = None if place is None else read_arrays(place)
    return None if arrays is None else _of(facilities, arrays)


def is_kept(ways: Ways, xy: FloatArray, *, k: int) -> bool:
    """Tell whether the index of facilities at `xy` need not, or cannot, be made and kept."""
    place = _place(ways, xy, k)
    return place is None or place.is_file() or not _is_worth_keeping(ways, len(xy), k)


def _place(ways: Ways, xy: FloatArray, k: int) -> Path | None:
    """Return where an index is kept; None where nothing is.

    Where the facilities stand on the streets follows from where they are and from the ways.
    """
    made_of = f"{ways.profile} {ways.at_night} {k} "
    xy = np.ascontiguousarray(xy, dtype=np.float64)
    return place_of(ways.graph, KIND, MADE_AS, made_of, xy.tobytes())


def _is_worth_keeping(ways: Ways, facilities: int, k: int) -> bool:
    return len(ways.graph.vertex_xy) * min(k, facilities) * _ENTRY_B >= WORTH_KEEPING_B


def _of(facilities: SnappedPoints, arrays: Arrays) -> KNearestIndex:
    return KNearestIndex(facilities, **dict(zip(ARRAYS, arrays, strict=True)))
