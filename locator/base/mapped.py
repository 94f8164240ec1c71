"""Keep some arrays in one file, whole or not at all, and map them into memory when read again.

The arrays stand one after another as ``numpy.save`` writes them; four bytes with the CRC-32 of all
before come last. The widest numbers are best put first: then each array stands where its numbers
are read at one go.
"""

from __future__ import annotations

import logging
import mmap
import os
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import numpy as np
from numpy.lib import format as npy

from locator.base.files import LockedError, WriteError, locked, written
from locator.base.folders import cache_folder
from locator.base.freeing import may_be_let_go

_CHUNK, _CHECKSUM_B = 1 << 20, 4

Array = np.ndarray[Any, np.dtype[Any]]
T = TypeVar("T")

log = logging.getLogger("locator.files")


def write_arrays(place: Path, arrays: Iterable[Array]) -> None:
    """Write a file of arrays, of numbers or of texts of one width.

    Parameters
    ----------
    place : Path
        In a folder that is there.
    arrays : iterable of arrays

    Raises
    ------
    WriteError
        As for `locator.base.files.written`.
    """
    with written(place) as file:
        checked = _Checked(file)
        for array in arrays:
            npy.write_array(checked, np.ascontiguousarray(array), allow_pickle=False)
        file.write(checked.crc.to_bytes(_CHECKSUM_B, "little"))


def made_once(
    place: Path,
    *,
    read: Callable[[], T | None],
    make: Callable[[], T],
    keep: Callable[[T], None],
    wait_s: float,
) -> T:
    """Return what is kept in a file, made and kept before where it is not.

    One program makes it, and the others wait for it; where it cannot be kept, it is made for this
    one alone.

    Parameters
    ----------
    place : Path
    read : callable
        Returns what is kept; None where nothing is that is whole.
    make, keep : callable
    wait_s : float
        So long another program is waited for.

    Returns
    -------
    object
        As `read` gives it, or `make` if it could not be kept.
    """
    known = read()
    if known is not None:
        return known
    made = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with locked(place.parent, wait_s=wait_s):
            known = read()  # by the one who was waited for
            if known is None:
                made = make()
                keep(made)
                known = read()
    except (OSError, WriteError, LockedError) as error:
        log.warning("%s is not kept: %s", place.name, error)
    if known is not None:
        return known
    return make() if made is None else made


def scratch(shape: tuple[int, ...], dtype: type[np.generic]) -> Array:
    """Return an array of zeros to be written to, in a file without a name among the caches.

    The system writes its pages out when it needs room, and they are given back between what is
    used. It goes with the array. Where there is no room for such a file, it lies in memory.

    Parameters
    ----------
    shape : tuple of int
    dtype : type

    Returns
    -------
    array
        Of that shape.
    """
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    try:
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            # All of it now: on a full disk, who writes to a page that has no place is killed.
            os.posix_fallocate(file.fileno(), 0, size)
            whole = mmap.mmap(file.fileno(), size)
    except (AttributeError, OSError, RuntimeError, ValueError):  # not everywhere, or nothing to map
        return np.zeros(shape, dtype=dtype)
    may_be_let_go(whole)
    return np.ndarray(shape, dtype=dtype, buffer=whole)


def in_scratch(array: Array) -> Array:
    """Return a copy of an array in a nameless file, as `scratch` has it.

    Parameters
    ----------
    array : array

    Returns
    -------
    array
    """
    copy = scratch(array.shape, array.dtype.type)
    copy[:] = array
    return copy


class _Checked:
    """A file to write into that counts the checksum of what was written."""

    def __init__(self, file: BinaryIO) -> None:
        self.crc, self._file = 0, file

    def write(self, part: bytes) -> int:
        """Write `part`."""
        self.crc = zlib.crc32(part, self.crc)
        return self._file.write(part)


def read_arrays(place: Path) -> tuple[Array, ...] | None:
    """Return the arrays of a file, mapped; None where there is none that is whole.

    Its pages are given back between what is used (`locator.base.freeing`).

    Parameters
    ----------
    place : Path
        That it was read now is noted there.

    Returns
    -------
    tuple of arrays or None
        Read-only.
    """
    try:
        if not _is_whole(place):
            log.warning("%s is damaged; it is made again", place.name)
            return None
        whole = np.memmap(place, dtype=np.uint8, mode="r")
        arrays = tuple(_arrays(place, whole))
        os.utime(place)
    except (OSError, ValueError):
        return None
    for one in arrays[:1]:
        may_be_let_go(one)
    return arrays


def _is_whole(place: Path) -> bool:
    """Tell whether a file ends with its checksum.

    It is read, not mapped: what is looked at of a mapping counts as memory of the process.
    """
    checksum, left = 0, place.stat().st_size - _CHECKSUM_B
    with place.open("rb") as file:
        while left > 0 and (block := file.read(min(left, _CHUNK))):
            checksum = zlib.crc32(block, checksum)
            left -= len(block)
        return left == 0 and checksum == int.from_bytes(file.read(_CHECKSUM_B), "little")


def _arrays(place: Path, whole: Array) -> Iterator[Array]:
    """Yield the arrays of a file as views of its mapping."""
    with place.open("rb") as file:
        while file.tell() < len(whole) - _CHECKSUM_B:
            npy.read_magic(file)
            shape, _, dtype = npy.read_array_header_1_0(file)
            begin, size = file.tell(), dtype.itemsize * int(np.prod(shape))
            # A plain view of the mapping: numpy's memmap subclass makes every small slice slower.
            yield np.asarray(whole[begin : begin + size]).view(dtype).reshape(shape)
            file.seek(begin + size)
