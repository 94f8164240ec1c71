"""Say which parts the maps' own script and style are made of, and which part needs which."""

from __future__ import annotations

from collections.abc import Iterable

ASSET = "asset:"
"""Prefix of the files that the elements of a map declare: ``"asset:leaflet/leaflet.css"``."""

PART = "part:"
"""Prefix of the parts of our own script that they declare: ``"part:features"``."""

NEEDS: dict[str, tuple[str, ...]] = {
    "namespace": (),
    "turns": ("namespace",),
    "vectortile": ("namespace",),
    "painting": ("namespace",),
    "writing": ("namespace",),
    "lettering": ("vectortile", "painting", "writing"),
    "studio": ("lettering", "turns"),
    "core": ("turns",),
    "gestures": ("core",),
    "popups": ("core",),
    "address": ("core",),
    "asking": ("popups",),
    "printing": ("core",),
    "stage": ("gestures", "asking", "printing"),
    "obstacles": ("core",),
    "names": ("obstacles", "studio"),
    "fetching": ("turns",),
    "carrying": ("namespace",),
    "basemap": ("stage", "names", "fetching"),
    "symbols": ("core",),
    "legend": ("symbols", "stage"),
    "clusters": ("core",),
    "moving": ("popups",),
    "lighting": ("core",),
    "spreading": ("core",),
    "ways": ("core",),
    "crowding": ("core",),
    "features": ("symbols", "stage", "ways"),
    "shades": ("stage",),
    "areas": ("shades",),
    "lines": ("stage",),
    "origin": ("stage",),
    "tiles": ("core",),
    "start": ("stage",),
}
"""Part, a script of ``static/map`` and perhaps a style sheet, and what has to come before it.

Each stands after all that it needs.
"""

WORKS_ALONE = "studio"
"""The part that runs in a worker, too: with what it needs it is a file of its own."""


def in_order(parts: Iterable[str]) -> tuple[str, ...]:
    """Return `parts` and all that they need, in the order in which they have to run.

    Raises
    ------
    ValueError
        For a part that there is not.
    """
    wanted = set(parts)
    if unknown := wanted - set(NEEDS):
        raise ValueError(f"the maps' script has no parts {sorted(unknown)}")
    for part in reversed(NEEDS):
        if part in wanted:
            wanted.update(NEEDS[part])
    return tuple(part for part in NEEDS if part in wanted)


def files(parts: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return `parts` and all that they need, shared out to the files that a page loads, in order.

    Raises
    ------
    ValueError
        For a part that there is not.
    """
    wanted = in_order(parts)
    alone = in_order([WORKS_ALONE]) if WORKS_ALONE in wanted else ()
    rest = tuple(part for part in wanted if part not in alone)
    return tuple(file for file in (alone, rest) if file)
