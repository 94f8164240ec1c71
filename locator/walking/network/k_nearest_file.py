"""Keep the indexes of the nearest facilities in files, mapped into memory when read again.

One file for each index, in the cache folder; its name says what it was made of: the graph, the
ways of the profile, the facilities and how many of them a vertex knows. Whatever is wrong with
a file (`locator.base.mapped`), the index is made again; where none can be kept, it lives in memory
alone. One program makes an index, and the others wait for it.

Distances keep their eight bytes: in four, a walk of 8 km would be up to half a millimetre off, and
an index would no longer say what a search says.
"""

from __future__ import annotations

import hashlib
import json
import time
from functools import partial
from pathlib import Path

import numpy as np

from locator.base.folders import cache_folder
from locator.base.geo import FloatArray
from locator.base.mapped import made_once, read_arrays, write_arrays
from locator.walking import SnappedPoints
from locator.walking.network.k_nearest import KNearestIndex, k_nearest_index
from locator.walking.network.profile import Ways

MADE_AS = 2
"""Goes up when the same facilities make other arrays, or the arrays are kept in another way."""

WORTH_KEEPING_B = 1_000_000
"""What is smaller is made in a moment."""

UNUSED_S = 30 * 86_400.0
"""So long a file is kept that nobody reads: facilities change, and their index with them."""

ARRAYS = ("distance_m", "onward", "facility")
"""The widest numbers first, so that each array stands where its numbers are read at one go."""

WAIT_S = 180.0
"""So long another program is waited for that makes an index; some seconds are usual."""

FOLDER, SUFFIX = "k-nearest", ".index"

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
    if place is None:
        return make()
    read = partial(_read, place, facilities)
    if not _is_worth_keeping(ways, len(facilities), k):
        return read() or make()
    keep = partial(_keep, place)
    kept: KNearestIndex = made_once(place, read=read, make=make, keep=keep, wait_s=WAIT_S)
    return kept


def read_index(ways: Ways, facilities: SnappedPoints, *, k: int) -> KNearestIndex | None:
    """Return the index of a file; None where none is kept that is whole."""
    place = _place(ways, facilities.xy, k)
    return None if place is None else _read(place, facilities)


def is_kept(ways: Ways, xy: FloatArray, *, k: int) -> bool:
    """Tell whether the index of facilities at `xy` need not, or cannot, be made and kept."""
    place = _place(ways, xy, k)
    return place is None or place.is_file() or not _is_worth_keeping(ways, len(xy), k)


def _place(ways: Ways, xy: FloatArray, k: int) -> Path | None:
    """Return where an index is kept; None where nothing is.

    Where the facilities stand on the streets follows from where they are and from the ways.
    """
    about = json.dumps(dict(ways.graph.about), sort_keys=True, default=str)
    made_of = hashlib.sha256(f"{MADE_AS} {about} {ways.profile} {ways.at_night} {k} ".encode())
    made_of.update(np.ascontiguousarray(xy, dtype=np.float64).tobytes())
    try:
        return cache_folder() / FOLDER / f"{made_of.hexdigest()[:32]}{SUFFIX}"
    except RuntimeError:  # a user without a home has no cache either
        return None


def _is_worth_keeping(ways: Ways, facilities: int, k: int) -> bool:
    return len(ways.graph.vertex_xy) * min(k, facilities) * _ENTRY_B >= WORTH_KEEPING_B


def _keep(place: Path, known: KNearestIndex) -> None:
    """Write an index, and remove those that nobody reads any more."""
    for other in place.parent.glob(f"*{SUFFIX}"):
        if time.time() - other.stat().st_mtime > UNUSED_S:
            other.unlink(missing_ok=True)
    write_arrays(place, (getattr(known, name) for name in ARRAYS))


def _read(place: Path, facilities: SnappedPoints) -> KNearestIndex | None:
    """Return the index kept in a file; None where there is none that is whole."""
    arrays = read_arrays(place)
    if arrays is None or len(arrays) != len(ARRAYS):
        return None
    return KNearestIndex(facilities, **dict(zip(ARRAYS, arrays, strict=True)))
