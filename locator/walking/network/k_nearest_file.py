"""Keep the indexes of the nearest facilities in files, mapped into memory when read again.

One file for each index, in the cache folder; its name says what it was made of: the graph, the
ways of the profile, the facilities and how many of them a vertex knows. After its arrays, as
``numpy.save`` writes them, come four bytes with the CRC-32 of all before. Whatever is wrong with
a file, the index is made again; where none can be kept, it lives in memory alone.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from locator.base.files import WriteError, write_bytes_atomically
from locator.base.folders import cache_folder
from locator.walking import SnappedPoints
from locator.walking.graph.file import Array
from locator.walking.network.k_nearest import KNearestIndex, k_nearest_index, name_of
from locator.walking.network.profile import Ways

MADE_AS = 1
"""Goes up when the same facilities make other arrays, or the arrays are kept in another way."""

WORTH_KEEPING_B = 1_000_000
"""What is smaller is made in a moment."""

UNUSED_S = 30 * 86_400.0
"""So long a file is kept that nobody reads: facilities change, and their index with them."""

ARRAYS = ("distance_m", "onward", "facility")
"""The widest numbers first, so that each array stands where its numbers are read at one go."""

FOLDER, SUFFIX = "k-nearest", ".index"

log = logging.getLogger("locator.walking")


def kept_index(ways: Ways, facilities: SnappedPoints, *, k: int) -> KNearestIndex:
    """Return the index that `k_nearest_index` makes, from its file where it is kept.

    Parameters
    ----------
    ways, facilities, k
        As for `k_nearest_index`.
    """
    place = _place(ways, facilities, k)
    if place is None:
        return k_nearest_index(ways, facilities, k=k)
    known = _read(place, facilities)
    if known is None:
        known = k_nearest_index(ways, facilities, k=k)
        if sum(getattr(known, name).nbytes for name in ARRAYS) >= WORTH_KEEPING_B:
            known = (_keep(place, known) and _read(place, facilities)) or known
    return known


def _place(ways: Ways, facilities: SnappedPoints, k: int) -> Path | None:
    """Return where an index is kept; None where nothing is."""
    about = json.dumps(dict(ways.graph.about), sort_keys=True, default=str)
    made_of = hashlib.sha256(f"{MADE_AS} {about} {ways.profile} {ways.at_night} {k} ".encode())
    made_of.update(name_of(facilities))
    try:
        return cache_folder() / FOLDER / f"{made_of.hexdigest()[:32]}{SUFFIX}"
    except RuntimeError:  # a user without a home has no cache either
        return None


def _keep(place: Path, known: KNearestIndex) -> bool:
    """Write an index and remove those that nobody reads any more; False where that fails."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        for other in place.parent.glob(f"*{SUFFIX}"):
            if time.time() - other.stat().st_mtime > UNUSED_S:
                other.unlink(missing_ok=True)
        content = io.BytesIO()
        for name in ARRAYS:
            npy.write_array(content, np.ascontiguousarray(getattr(known, name)), allow_pickle=False)
        content.write(zlib.crc32(content.getbuffer()).to_bytes(4, "little"))
        write_bytes_atomically(place, content.getvalue())
    except (OSError, WriteError) as error:
        log.warning("an index of the nearest facilities is not kept: %s", error)
        return False
    return True


def _read(place: Path, facilities: SnappedPoints) -> KNearestIndex | None:
    """Return the index kept in a file; None where there is none that is whole."""
    try:
        whole = np.memmap(place, dtype=np.uint8, mode="r")
        if zlib.crc32(whole.data[:-4]) != int.from_bytes(whole[-4:].tobytes(), "little"):
            log.warning("%s is damaged; it is made again", place.name)
            return None
        arrays = dict(zip(ARRAYS, _arrays(place, whole), strict=True))
        os.utime(place)
    except (OSError, ValueError):
        return None
    return KNearestIndex(facilities, **arrays)


def _arrays(place: Path, whole: Array) -> Iterator[Array]:
    """Yield the arrays of a file as views of its mapping."""
    with place.open("rb") as file:
        for _ in ARRAYS:
            npy.read_magic(file)
            shape, _, dtype = npy.read_array_header_1_0(file)
            begin, size = file.tell(), dtype.itemsize * int(np.prod(shape))
            # A plain view of the mapping: numpy's memmap subclass makes every small slice slower.
            yield np.asarray(whole[begin : begin + size]).view(dtype).reshape(shape)
            file.seek(begin + size)
