"""Draw the units of a country, shaded by share: one path for each shade, however many units."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from locator.reports.canvas import Canvas
from locator.reports.mapdrawing import shade_of
from locator.reports.smallmap import CLASSES

WIDE, EDGE = 640.0, 4.0


def country_map(shapes: npt.NDArray[Any], shares: npt.NDArray[np.float64], *, label: str) -> str:
    """Return a map as SVG.

    Parameters
    ----------
    shapes : array of shapely geometry
        Areas in WGS84.
    shares : array of float
        0 to 1, of each; NaN is left white.
    label : str
        What it shows, for those who do not see it.

    Returns
    -------
    str
        An ``svg`` element without a style; its legend is left to the page.
    """
    west, south, east, north = shapely.total_bounds(shapes)
    narrower = np.cos(np.radians((south + north) / 2))
    scale = (WIDE - 2 * EDGE) / max((east - west) * narrower, (north - south) / 1.5)
    drawn = shapely.transform(
        shapes,
        lambda lonlat: EDGE + (lonlat - [west, north]) * [scale * narrower, -scale],
    )
    canvas = Canvas(
        2 * EDGE + scale * narrower * (east - west), 2 * EDGE + scale * (north - south), label=label
    )
    shade = np.array([shade_of(float(share), CLASSES) for share in shares])
    for one in ("paper", *(f"class{place}" for place in range(len(CLASSES) + 1))):
        rings = shapely.get_rings(drawn[shade == one])
        corners = [shapely.get_coordinates(ring)[:-1].tolist() for ring in rings]
        if corners:
            canvas.area([[(x, y) for x, y in ring] for ring in corners], one, outline="muted")
    return canvas.markup()
