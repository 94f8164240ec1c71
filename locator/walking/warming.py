"""Search once from the facilities of small layers, which people walk far to."""

from __future__ import annotations

from threading import Thread

import numpy as np

from locator.walking.network import NetworkModel
from locator.walking.walkable import WalkableCity

FEW = 24
"""A layer with at most so many usable facilities is small: its nearest may be far."""


def warm(ground: WalkableCity) -> int:
    """Make the network remember the facilities of small layers; return how many.

    Nothing to do for the estimate, which knows no searches.
    """
    model = ground.model
    if not isinstance(model, NetworkModel):
        return 0
    layers = ground.city.catalogue.layers
    small = [
        rows
        for layer, rows in ground.usable_rows.items()
        if len(rows) <= FEW and not layers[layer].moves
    ]
    chosen = np.unique(np.concatenate(small)) if small else np.empty(0, dtype=np.int64)
    for row in chosen:
        model.remember(ground.placed(np.array([row])))
    return len(chosen)


def warm_in_background(ground: WalkableCity) -> None:
    """Start `warm` beside the first requests, which are answered without it as well."""
    if isinstance(ground.model, NetworkModel):
        Thread(target=warm, args=(ground,), name="warming", daemon=True).start()
