"""Index the nearest facilities of every layer, so that nobody waits for a search."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from itertools import chain, product
from threading import Timer
from typing import get_args

import numpy as np

from locator.city.model import City
from locator.walking import SnappedPoints
from locator.walking.graph.osm import Progress, silent
from locator.walking.network.k_nearest_file import is_kept, kept_index
from locator.walking.network.model import NetworkModel
from locator.walking.network.profile import Profile
from locator.walking.walkable_city import WalkableCity, walkable

KNOWN = 6
"""Facilities of a layer that a vertex knows: a page shows 5, and the next one tells how far these
are all there is."""

AFTER_S = 2.0
"""The first page takes its part of the start; it is not made to share the processor."""

MORE = 4
"""At most so many more where a centre has several sites, of which only the nearest is shown, or
several facilities share one place: which of them comes first is not for an index to say."""


def warm(walkable_city: WalkableCity) -> int:
    """Make what coverage needs, and index the usable facilities of each layer.

    Nothing to do for the estimate, which knows no searches.

    Parameters
    ----------
    walkable_city : WalkableCity

    Returns
    -------
    int
        How many layers were indexed.
    """
    if isinstance(walkable_city.model, NetworkModel):
        import_module("scipy.spatial")  # gaps are named after stops near them
        _ = walkable_city.demand, walkable_city.completeness
    return with_indexes(walkable_city)


def with_indexes(walkable_city: WalkableCity) -> int:
    """Index the usable facilities of each layer: what the first who ask for a walk need.

    Parameters
    ----------
    walkable_city : WalkableCity

    Returns
    -------
    int
        How many layers were indexed.
    """
    model = walkable_city.model
    if not isinstance(model, NetworkModel):
        return 0
    wanted = _indexed(walkable_city)
    for facilities, k in wanted:
        model.index_nearest(facilities, k=k)
    return len(wanted)


def with_kept_indexes(walkable_city: WalkableCity) -> WalkableCity:
    """Return a city with the indexes that are kept in files: none is made.

    Parameters
    ----------
    walkable_city : WalkableCity
        Its model gets to know them.

    Returns
    -------
    WalkableCity
        The same.
    """
    model = walkable_city.model
    if isinstance(model, NetworkModel):
        for facilities, k in _indexed(walkable_city):
            model.index_nearest(facilities, k=k, make=False)
    return walkable_city


def keep_variant(walkable_city: WalkableCity, profile: Profile, *, at_night: bool = False) -> bool:
    """Make the indexes of other ways through a city and keep them in files, if they are not there.

    Parameters
    ----------
    walkable_city : WalkableCity
        Walked on foot.
    profile : str
        Whose ways.
    at_night : bool
        Without those closed then.

    Returns
    -------
    bool
        Whether any had to be made.
    """
    model = walkable_city.model
    if not isinstance(model, NetworkModel):
        return False
    variant = model.variant(profile, at_night=at_night)
    missing = [
        (facilities, k)
        for facilities, k in _indexed(walkable_city)
        if not is_kept(variant.ways, facilities.xy, k=k)
    ]
    for facilities, k in missing:
        begun_s = time.thread_time()
        kept_index(variant.ways, variant.snap(facilities.xy), k=k)
        if not is_kept(variant.ways, facilities.xy, k=k):
            return False  # nothing can be written, so that it would be made in vain
        # Whoever asks meanwhile has the interpreter for as long as this has had it.
        time.sleep(time.thread_time() - begun_s)
    return len(missing) > 0


def other_ways(model: NetworkModel) -> Iterator[tuple[Profile, bool]]:
    """Yield how else the same streets are walked: for whom, and whether at night.

    Parameters
    ----------
    model : NetworkModel
        On foot. Without anything closed at night, the night is as the day.

    Yields
    ------
    tuple of (str, bool)
    """
    for profile, night in product(get_args(Profile), (False, True)):
        if (profile, night) != ("foot", False) and night <= model.closes_at_night:
            yield profile, night


def keep_indexes(walkable_city: WalkableCity, *, progress: Progress = silent) -> int:
    """Make the indexes of a city on foot and of all its other ways, where none are kept in files.

    The next start finds them.

    Parameters
    ----------
    walkable_city : WalkableCity
        Walked on foot.
    progress : callable
        See `locator.walking.graph.osm.Progress`.

    Returns
    -------
    int
        How many were made.
    """
    model = walkable_city.model
    if not isinstance(model, NetworkModel):
        return 0
    wanted = _indexed(walkable_city)
    others = (model.variant(profile, at_night=night) for profile, night in other_ways(model))
    number, made, total = 0, 0, len(wanted) * (1 + len([*other_ways(model)]))
    for walked in chain((model,), others):  # of the others, one is held at a time
        for facilities, k in wanted:
            if not is_kept(walked.ways, facilities.xy, k=k):
                kept_index(walked.ways, walked.snap(facilities.xy), k=k)
                made += 1
            number += 1
            progress("indexes", number, total)
    return made


def _indexed(walkable_city: WalkableCity) -> list[tuple[SnappedPoints, int]]:
    """Return the usable facilities of each layer that stands, and how many a vertex knows."""
    layers = walkable_city.city.catalogue.layers
    wanted = []
    # The rarest first: a search for those crosses the whole city.
    for layer, rows in sorted(walkable_city.usable_rows.items(), key=lambda pair: len(pair[1])):
        if len(rows) and not layers[layer].moves:
            facilities = walkable_city.snapped(rows)
            sites = np.bincount(walkable_city.centre[rows]).max()
            at_one_place = np.unique(facilities.xy, axis=0, return_counts=True)[1].max()
            more = min(int(max(sites, at_one_place)) - 1, MORE)
            wanted.append((facilities, KNOWN + more))
    return wanted


def walkable_anew(city: City, before: WalkableCity) -> WalkableCity:
    """Return another reading of a city, walked on the same streets.

    What is indexed of layers that did not change is kept; what is known of the former facilities
    goes with the former city.

    Parameters
    ----------
    city : City
        With the streets of the former one.
    before : WalkableCity

    Returns
    -------
    WalkableCity
        With a memory of its own.
    """
    former = before.model
    if not isinstance(former, NetworkModel):
        return walkable(city, former)
    model = former.anew()
    new = walkable(city, model)
    for rows in new.usable_rows.values():
        known = former.k_nearest.of_all(new.snapped(rows)) if len(rows) else None
        if known is not None:
            model.k_nearest.add(known)
    return new


def warm_in_background(
    walkable_city: WalkableCity, *, then: Sequence[Callable[[], object]] = ()
) -> None:
    """Start `warm` a moment later: the first requests are answered sooner without it.

    Parameters
    ----------
    walkable_city : WalkableCity
        Nothing is warmed where walks are estimated.
    then : sequence of callable
        What else is made ready afterwards, one after the other.
    """
    if isinstance(walkable_city.model, NetworkModel):
        steps: list[Callable[[], object]] = [partial(warm, walkable_city), *then]
        warming = Timer(AFTER_S, lambda: [one() for one in steps])
        warming.name, warming.daemon = "warming", True
        warming.start()
