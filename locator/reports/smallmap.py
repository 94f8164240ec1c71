"""Draw a city's districts small, many beside each other: shaded by share, readable in grey."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from locator.city.model import City
from locator.reports.canvas import Canvas, Point
from locator.reports.mapdrawing import shade_of

WIDE, EDGE = 200.0, 3.0
CLASSES = (0.2, 0.4, 0.6, 0.8)
"""The same on all of them, so that services are compared."""

SIMPLIFY_UNITS = 0.8


@dataclass(frozen=True)
class SmallOutlines:
    """The districts of a city as they are drawn on a small map.

    Attributes
    ----------
    height : float
        Of a drawing that is `WIDE` units wide.
    parts : tuple of (number, rings)
        A district has one part or several; the shell of each comes first, then its holes.
    """

    height: float
    parts: tuple[tuple[int, tuple[tuple[Point, ...], ...]], ...]


def small_outlines(city: City) -> SmallOutlines:
    """Return how the districts of a city are drawn on any of its small maps.

    Parameters
    ----------
    city : City

    Returns
    -------
    SmallOutlines
    """
    districts = city.districts.to_crs(city.projection.crs)
    left, bottom, right, top = districts.total_bounds
    scale = (WIDE - 2 * EDGE) / (right - left)
    plain = shapely.simplify(districts.geometry.to_numpy(), SIMPLIFY_UNITS / scale)
    drawn = shapely.transform(plain, lambda xy: EDGE + (xy - [left, top]) * [scale, -scale])
    return SmallOutlines(
        height=2 * EDGE + scale * (top - bottom),
        parts=tuple(
            (int(number), tuple(_corners(ring) for ring in (part.exterior, *part.interiors)))
            for number, outline in zip(districts.index, drawn, strict=True)
            for part in shapely.get_parts(outline)
        ),
    )


def _corners(ring: shapely.LinearRing) -> tuple[Point, ...]:
    return tuple((float(x), float(y)) for x, y in ring.coords[:-1])


def small_map(outlines: SmallOutlines, shares: pd.Series[float], *, label: str) -> str:
    """Return a small map as SVG.

    Parameters
    ----------
    outlines : SmallOutlines
    shares : Series
        By number of the district, 0 to 1; NaN is left white.
    label : str
        What it shows, for those who do not see it.

    Returns
    -------
    str
        An ``svg`` element without a style; a legend for all maps is left to the page.
    """
    canvas = Canvas(WIDE, outlines.height, label=label)
    for number, rings in outlines.parts:
        canvas.area(rings, shade_of(float(shares.get(number, np.nan)), CLASSES), outline="muted")
    return canvas.markup()
