"""Index the nearest facilities of every layer, so that nobody waits for a search."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from threading import Timer

import numpy as np

from locator.city.model import City
from locator.walking.network.model import NetworkModel
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

    Returns
    -------
    int
        How many layers were indexed.
    """
    model = walkable_city.model
    if not isinstance(model, NetworkModel):
        return 0
    layers = walkable_city.city.catalogue.layers
    import_module("scipy.spatial")  # gaps are named after stops near them
    _ = walkable_city.demand, walkable_city.completeness
    wanted = [
        rows
        for layer, rows in walkable_city.usable_rows.items()
        if len(rows) and not layers[layer].moves
    ]
    # The rarest first: a search for those crosses the whole city.
    for rows in sorted(wanted, key=len):
        facilities = walkable_city.snapped(rows)
        sites = np.bincount(walkable_city.centre[rows]).max()
        at_one_place = np.unique(facilities.xy, axis=0, return_counts=True)[1].max()
        model.index_nearest(facilities, k=KNOWN + min(int(max(sites, at_one_place)) - 1, MORE))
    return len(wanted)


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
    walkable_city: WalkableCity, *, then: Callable[[], object] = lambda: None
) -> None:
    """Start `warm` a moment later: the first requests are answered sooner without it.

    Parameters
    ----------
    walkable_city : WalkableCity
        Nothing is warmed where walks are estimated.
    then : callable
        What else is made ready afterwards.
    """
    if isinstance(walkable_city.model, NetworkModel):
        warming = Timer(AFTER_S, lambda: (warm(walkable_city), then()))
        warming.name, warming.daemon = "warming", True
        warming.start()
