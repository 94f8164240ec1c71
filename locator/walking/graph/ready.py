"""Have the street graph of a city folder ready: made once of its streets file, and kept.

A graph that `locator network build` made of an extract says nothing of a streets file and is used
as it is. One that was made of ``streets.npz`` carries the key of what it was made of: when those
files or this program's way of making graphs change, it is made again. It is kept in the city
folder or, where that cannot be written, in a cache folder (``LOCATOR_CACHE``, else the platform's
own). Who finds another program making it waits for that one.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path

from locator.base.errors import N_, LocatorError
from locator.base.folders import cache_folder
from locator.base.geo import Projection
from locator.city.added_streets import FILE as ADDED_FILE
from locator.city.added_streets import STREETS_FILE, added_streets
from locator.walking.graph.build import MADE_AS, build_graph
from locator.walking.graph.file import (
    GRAPH_FILE,
    VERSION,
    GraphFileError,
    StreetGraph,
    read_about,
    read_graph,
    write_graph,
)
from locator.walking.graph.osm import Progress, silent
from locator.walking.graph.streets_file import (
    read_streets_file,
    streets_of,
    what_is_known,
    with_added,
)

WAIT_S = 180.0
"""So long another program is waited for that makes the same graph; some seconds are usual."""

log = logging.getLogger("locator.geocoding.streets")


def has_streets(folder: Path) -> bool:
    """Tell whether a city folder holds a street graph, or the streets to make one of."""
    return (folder / GRAPH_FILE).is_file() or (folder / STREETS_FILE).is_file()


def ready_graph(folder: Path, crs: str, *, progress: Progress = silent) -> StreetGraph:
    """Return the street graph of a city folder, made first where it is not there yet.

    Parameters
    ----------
    folder : Path
        A city folder for which `has_streets` holds.
    crs : str
        The city's metric CRS.
    progress : callable
        Called only while a graph is being made; see `locator.walking.graph.osm.Progress`.

    Returns
    -------
    StreetGraph
        Metres in `crs`.

    Raises
    ------
    GraphFileError, PackedFileError, ExtractError
        There is no graph and none can be made or kept; nothing half made is left behind.
    """
    if not (folder / STREETS_FILE).is_file() or _is_of_an_extract(folder / GRAPH_FILE):
        return _in_crs(read_graph(folder / GRAPH_FILE), crs)
    key = key_of(folder, crs)
    for place in _places(folder):
        graph = _kept(place, key)
        if graph is not None:
            return graph
    made: StreetGraph | None = None
    from filelock import FileLock, Timeout  # a graph that is there is read without

    faults: list[OSError | GraphFileError] = []
    for place in _places(folder):
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(place.with_name(f".{place.name}.lock"), timeout=WAIT_S):
                graph = _kept(place, key)  # by the one who was waited for
                if graph is not None:
                    return graph
                made = made or _made(folder, crs, key, progress)
                write_graph(made, place)
            return read_graph(place)
        except Timeout as error:
            raise GraphFileError(
                N_(
                    "Another program has been making the street graph in {folder} for more than "
                    "{seconds} s."
                ),
                folder=str(place.parent),
                seconds=round(WAIT_S),
            ) from error
        except (OSError, GraphFileError) as error:
            faults.append(error)
    raise _not_kept(folder, faults) from faults[0]


def key_of(folder: Path, crs: str) -> str:
    """Return what a graph of the folder's streets is known by; it changes when they do."""
    key = hashlib.sha256(f"{MADE_AS} {VERSION} {crs} ".encode())
    try:
        key.update((folder / STREETS_FILE).read_bytes())
        if (folder / ADDED_FILE).exists():
            key.update((folder / ADDED_FILE).read_bytes())
    except OSError as error:
        raise GraphFileError(
            N_("{file} cannot be read: {error}"),
            file=STREETS_FILE,
            error=error.strerror or str(error),
        ) from error
    return key.hexdigest()


def graph_place(folder: Path, crs: str) -> Path:
    """Return the file that holds the graph in use; the city folder's where there is none yet.

    Parameters
    ----------
    folder : Path
        City folder.
    crs : str
        The city's metric CRS.

    Returns
    -------
    Path
        Whether it is there or not.
    """
    own = folder / GRAPH_FILE
    if not (folder / STREETS_FILE).is_file() or _is_of_an_extract(own):
        return own
    key = key_of(folder, crs)
    return next((place for place in _places(folder) if _key_in(place) == key), own)


def _places(folder: Path) -> Iterator[Path]:
    """Yield where the graph of a folder may be kept, best first."""
    yield folder / GRAPH_FILE
    whose = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    try:
        yield cache_folder() / f"{folder.resolve().name}-{whose}.graph"
    except RuntimeError:  # a user without a home has no cache either
        return


def _made(folder: Path, crs: str, key: str, progress: Progress) -> StreetGraph:
    log.info("making the street graph of %s, once; this takes some seconds", folder)
    frame, about = read_streets_file(folder / STREETS_FILE)
    added = added_streets(folder)
    ways = with_added(frame, added)
    missing = added[added.geometry.isna()]
    return build_graph(
        streets_of(ways, about),
        projection=Projection(crs),
        source=str(about.get("source", STREETS_FILE)),
        notes={
            "key": key,
            **what_is_known(ways, about, crs),
            "missing": missing[["name", "source", "source_date"]].to_dict("records"),
        },
        progress=progress,
    )


def _kept(place: Path, key: str) -> StreetGraph | None:
    """Return the graph kept at `place` if it was made of what `key` stands for and is whole."""
    if _key_in(place) != key:
        return None
    try:
        return read_graph(place)
    except (GraphFileError, OSError) as error:
        log.warning("%s; it is made again", error)
        return None


def _key_in(place: Path) -> str | None:
    """Return the key that a graph file carries; None where there is no such file or no key."""
    try:
        key = read_about(place).get("key")
    except (GraphFileError, OSError, ValueError):
        return None
    return str(key) if key else None


def _is_of_an_extract(place: Path) -> bool:
    """Tell whether a graph file is sound as far as it says, and made of an extract."""
    try:
        return place.is_file() and "key" not in read_about(place)
    except (GraphFileError, OSError, ValueError) as error:
        log.warning("%s; the streets file is used instead", error)
        return False


def _in_crs(graph: StreetGraph, crs: str) -> StreetGraph:
    if graph.about["crs"] != crs:
        raise GraphFileError(
            N_(
                "{file} is in {found}, the city's metric CRS is {wanted}: build it again "
                "with `locator network build`."
            ),
            file=GRAPH_FILE,
            found=graph.about["crs"],
            wanted=crs,
        )
    return graph


def _not_kept(folder: Path, faults: list[OSError | GraphFileError]) -> LocatorError:
    """Say why a graph could be kept nowhere, and what helps."""
    first = faults[0]
    detail = first.strerror or str(first) if isinstance(first, OSError) else first.message
    return GraphFileError(
        N_(
            "The street graph can be kept neither in {folder} nor in {cache}: {detail} Make room, "
            "or name a folder that can be written in LOCATOR_CACHE."
        ),
        folder=str(folder),
        cache=str(cache_folder()),
        detail=detail if detail.endswith(".") else f"{detail}.",
    )
