"""Draw the picture that stands for a layer where its page is shared: the city and its places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import shapely

from locator.base.geo import FloatArray
from locator.city.catalogue import Layer
from locator.city.model import City

WIDE, HIGH, MARGIN = 1200, 630, 40
"""Pixels; what sites that show a shared page cut pictures to."""

GROUND, LAND, EDGE = "#0d4d5d", "#f4f1e8", "#b9c7c4"
RADIUS = 6
OUTLINE_UNITS = 0.7

PAGE = """#set page(width: {wide}pt, height: {high}pt, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: {wide}pt, height: {high}pt)
"""


def cover_svg(city: City, layers: Sequence[Layer]) -> str:
    """Return the districts and the located facilities of `layers`, of none: of all, as SVG."""
    shown = layers or tuple(city.catalogue.layers.values())
    districts = [
        shapely.transform(area, city.projection.to_metric) for area in city.districts.geometry
    ]
    west, south, east, north = shapely.total_bounds(districts)
    scale = min((WIDE - 2 * MARGIN) / (east - west), (HIGH - 2 * MARGIN) / (north - south))
    left = (WIDE - scale * (east - west)) / 2
    top = (HIGH - scale * (north - south)) / 2

    def drawn(xy: FloatArray) -> FloatArray:
        return np.column_stack([left + (xy[:, 0] - west) * scale, top + (north - xy[:, 1]) * scale])

    parts = [f'<rect width="{WIDE}" height="{HIGH}" fill="{GROUND}"/>']
    for area in districts:
        flat = shapely.transform(shapely.simplify(area, OUTLINE_UNITS / scale), drawn)
        for polygon in shapely.get_parts(flat):
            path = " L".join(f"{x:.1f} {y:.1f}" for x, y in polygon.exterior.coords[:-1])
            parts.append(f'<path d="M{path}Z" fill="{LAND}" stroke="{EDGE}" stroke-width="1.5"/>')
    for layer in shown:
        mine = city.facilities[
            (city.facilities["layer"] == layer.id) & city.facilities["x"].notna()
        ]
        for x, y in drawn(mine[["x", "y"]].to_numpy(float)):
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}" fill="{layer.colour}" '
                'stroke="#fff" stroke-width="1.5"/>'
            )
    box = f'viewBox="0 0 {WIDE} {HIGH}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{"".join(parts)}</svg>'


def cover_png(city: City, layers: Sequence[Layer]) -> bytes:
    """Return the picture of `cover_svg` as PNG, 1200 by 630 pixels; no words, for all languages.

    Parameters
    ----------
    city : City
    layers : sequence of Layer
        Whose facilities are shown, each with its own mark.

    Returns
    -------
    bytes
    """
    source = PAGE.format(wide=WIDE, high=HIGH).encode()
    import typst  # a dear library: the start can do without it

    compiler = typst.Compiler(source, sys_inputs={"svg": cover_svg(city, layers)})
    return cast(bytes, compiler.compile(format="png", ppi=72))
