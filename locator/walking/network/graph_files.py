"""Keep what was made of a graph in files, mapped into memory when read again.

All processes look at the same pages then, and give them back between what is used. The files stand
in the cache folder, and their names say what they were made of. Whatever is wrong with one
(`locator.base.mapped`), it is made again; where none can be kept, what was made lives in memory
alone. One program makes it, and the others wait for it.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from locator.base.folders import cache_folder
from locator.base.mapped import made_once, read_arrays, write_arrays
from locator.walking.graph.file import Array, StreetGraph

UNUSED_S = 30 * 86_400.0
"""So long a file is kept that nobody reads: streets and facilities change."""

WAIT_S = 60.0
"""So long another program is waited for that makes one; a second is usual."""

Arrays = tuple[Array, ...]


def place_of(
    graph: StreetGraph, kind: str, made_as: int, made_of: str = "", more: bytes = b""
) -> Path | None:
    """Return where something that was made of a graph is kept; None where nothing is.

    Parameters
    ----------
    graph : StreetGraph
    kind : str
        What the files are called.
    made_as : int
        Goes up when the same makes other arrays, or they are kept in another way.
    made_of : str
    more : bytes
        What else it was made of.
    """
    about = json.dumps(dict(graph.about), sort_keys=True, default=str)
    name = hashlib.sha256(f"{made_as} {about} {made_of}".encode())
    name.update(more)
    try:
        return cache_folder() / kind / f"{name.hexdigest()[:32]}.{kind}"
    except RuntimeError:  # a user without a home has no cache either
        return None


def kept_arrays(
    place: Path | None, make: Callable[[], Arrays], *, wait_s: float = WAIT_S
) -> Arrays:
    """Return what `make` makes, from its file where it is kept.

    Parameters
    ----------
    place : Path or None
        As `place_of` tells it.
    make : callable
        The widest numbers first.
    wait_s : float
        So long another program is waited for.

    Returns
    -------
    tuple of arrays
        Read-only where they are kept.
    """
    if place is None:
        return make()
    read, keep = partial(read_arrays, place), partial(_keep, place)
    return made_once(place, read=read, make=make, keep=keep, wait_s=wait_s)


def _keep(place: Path, arrays: Iterable[Array]) -> None:
    """Write a file, and remove those of its kind that nobody reads any more."""
    for other in place.parent.glob(f"*{place.suffix}"):
        if time.time() - other.stat().st_mtime > UNUSED_S:
            other.unlink(missing_ok=True)
    write_arrays(place, arrays)
