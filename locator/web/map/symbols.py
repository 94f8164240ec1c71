"""Draw the symbol of a layer: a shape and a glyph, so that colour never stands alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from locator.city.catalogue import Layer

SHAPE_PATHS = {
    "circle": "M16 2.5a13.5 13.5 0 1 1 0 27a13.5 13.5 0 1 1 0-27z",
    "square": "M7 3h18a4 4 0 0 1 4 4v18a4 4 0 0 1-4 4H7a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4z",
    "diamond": "M18 1.9 30.1 14a2.8 2.8 0 0 1 0 4L18 30.1a2.8 2.8 0 0 1-4 0L1.9 18"
    "a2.8 2.8 0 0 1 0-4L14 1.9a2.8 2.8 0 0 1 4 0z",
    "triangle": "M18.2 3.2 30.4 26a2.6 2.6 0 0 1-2.3 3.9H3.9A2.6 2.6 0 0 1 1.6 26L13.8 3.2"
    "a2.5 2.5 0 0 1 4.4 0z",
    "hexagon": "M17.4 1.9 28 8a2.8 2.8 0 0 1 1.4 2.4v11.2A2.8 2.8 0 0 1 28 24l-10.6 6.1"
    "a2.8 2.8 0 0 1-2.8 0L4 24a2.8 2.8 0 0 1-1.4-2.4V10.4A2.8 2.8 0 0 1 4 8l10.6-6.1"
    "a2.8 2.8 0 0 1 2.8 0z",
}
"""Outline of each shape in a box of 32 by 32."""

_GLYPH_Y = {"triangle": 21.5}
_WHITE, _INK = "#ffffff", "#16181d"


@dataclass(frozen=True)
class Symbol:
    """How the facilities of one layer look on the map.

    Attributes
    ----------
    id, name : str
        Of the layer; the name in the reader's language.
    glyph : str
        Short letters inside the shape.
    path : str
        Outline, in a box of 32 by 32.
    glyph_y : float
        Where the letters' middle is.
    colour, ink : str
        ``#rrggbb`` of the shape, and of the letters on it.
    """

    id: str
    name: str
    glyph: str
    path: str
    glyph_y: float
    colour: str
    ink: str

    def as_dict(self) -> dict[str, Any]:
        """Return the symbol as the map's script expects it."""
        return {
            "id": self.id,
            "name": self.name,
            "glyph": self.glyph,
            "path": self.path,
            "glyphY": self.glyph_y,
            "colour": self.colour,
            "ink": self.ink,
        }


def symbol(layer: Layer, *, language: str) -> Symbol:
    """Return the symbol of `layer`, named in `language` (``"pl"``, ``"en"``, ``"uk"``)."""
    return Symbol(
        id=layer.id,
        name=layer.names[language],
        glyph=layer.icon,
        path=SHAPE_PATHS[layer.shape],
        glyph_y=_GLYPH_Y.get(layer.shape, 16.5),
        colour=layer.colour,
        ink=ink_on(layer.colour),
    )


@cache
def ink_on(colour: str) -> str:
    """Return white or near-black, whichever is easier to read on `colour` (WCAG contrast)."""
    light = _luminance(colour)
    on_white = 1.05 / (light + 0.05)
    on_ink = (light + 0.05) / (_luminance(_INK) + 0.05)
    return _WHITE if on_white >= on_ink else _INK


def _luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
