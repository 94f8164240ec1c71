"""Keep the ways that a profile may use in a file, mapped into memory when read again.

All processes look at the same pages then, and give them back between what is used. One file for
each profile, by day and by night, in the cache folder; its name says what it was made of. Whatever
is wrong with a file (`locator.base.mapped`), it is made again; where none can be kept, the ways
live in memory alone.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from locator.base.folders import cache_folder
from locator.base.mapped import made_once, read_arrays, write_arrays
from locator.walking.graph.file import Array, StreetGraph

MADE_AS = 1
"""Goes up when the same graph makes other arrays, or they are kept in another way."""

WORTH_KEEPING = 50_000
"""Of fewer edges the ways are made in a moment."""

UNUSED_S = 30 * 86_400.0
"""So long a file is kept that nobody reads: streets are built anew."""

WAIT_S = 60.0
"""So long another program is waited for that makes them; a second is usual."""

FOLDER, SUFFIX = "ways", ".ways"

Arrays = tuple[Array, ...]


def kept_arrays(graph: StreetGraph, who: str, make: Callable[[], Arrays]) -> Arrays:
    """Return what `make` makes of a graph, from its file where it is kept.

    Parameters
    ----------
    graph : StreetGraph
    who : str
        Whose ways they are.
    make : callable
        The widest numbers first.

    Returns
    -------
    tuple of arrays
        Read-only where they are kept.
    """
    if len(graph.edge_u) < WORTH_KEEPING:
        return make()
    about = json.dumps(dict(graph.about), sort_keys=True, default=str)
    name = hashlib.sha256(f"{MADE_AS} {about} {who}".encode()).hexdigest()[:32]
    try:
        place = cache_folder() / FOLDER / f"{name}{SUFFIX}"
    except RuntimeError:  # a user without a home has no cache either
        return make()
    read, keep = partial(read_arrays, place), partial(_keep, place)
    return made_once(place, read=read, make=make, keep=keep, wait_s=WAIT_S)


def _keep(place: Path, arrays: Arrays) -> None:
    """Write a file, and remove those that nobody reads any more."""
    for other in place.parent.glob(f"*{SUFFIX}"):
        if time.time() - other.stat().st_mtime > UNUSED_S:
            other.unlink(missing_ok=True)
    write_arrays(place, arrays)
