"""Put up signposts to the facilities of every layer, so that nobody waits for a search."""

from __future__ import annotations

from threading import Thread

from locator.walking.network import NetworkModel
from locator.walking.walkable import WalkableCity

KNOWN = 7
"""Facilities of a layer that a vertex knows: a page shows 5, and one centre may have two sites."""


def warm(ground: WalkableCity) -> int:
    """Put up the signposts to the usable facilities of each layer; return of how many layers.

    Nothing to do for the estimate, which knows no searches.
    """
    model = ground.model
    if not isinstance(model, NetworkModel):
        return 0
    layers = ground.city.catalogue.layers
    wanted = [
        rows for layer, rows in ground.usable_rows.items() if len(rows) and not layers[layer].moves
    ]
    # The rarest first: a search for those crosses the whole city.
    for rows in sorted(wanted, key=len):
        model.post(ground.placed(rows), k=KNOWN)
    return len(wanted)


def warm_in_background(ground: WalkableCity) -> None:
    """Start `warm` beside the first requests, which are answered without it as well."""
    if isinstance(ground.model, NetworkModel):
        Thread(target=warm, args=(ground,), name="warming", daemon=True).start()
