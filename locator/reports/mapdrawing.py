"""Draw a small map as vectors: districts shaded and numbered, gaps outlined, places marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from locator.city.basemap.backdrop import Backdrop
from locator.reports.canvas import Canvas, Point, corners

MARGIN = 8.0
LEGEND_HIGH = 30.0
LEGEND_ROW = 13.0
# Narrower than this in drawing units is noise on paper.
SIMPLIFY_UNITS = 0.4
SMALLEST_UNITS = 6.0
"""Green and water of less, in square units, is left out."""

LESSER_STREETS_M = 12_000
"""Widest map that shows the streets between the main ones."""

SHADE, NO_SHADE = 0.72, 0.3
"""How much an area covers of what lies under it."""


@dataclass(frozen=True)
class MapFigure:
    """What a map shows. All geometry in the city's metric CRS.

    Attributes
    ----------
    areas : GeoDataFrame
        Columns ``label`` (written inside; without one an area has no outline), ``value`` (0 to 1;
        NaN is left white), geometry.
    classes : tuple of float
        Upper bounds of the shades but the last, ascending; at most four.
    legend : tuple of str
        One text for each shade; empty where no area has it.
    outlines : GeoDataFrame
        Areas drawn as thick outlines (gaps), with ``label``.
    marks : list of (x, y, shape)
        Facilities.
    sites : list of (x, y, label)
        Suggested sites, drawn above all else with their number.
    backdrop : callable, optional
        Returns what lies under the areas; asked for when the map is drawn.
    frame : tuple of float or None
        Bounds to draw; the areas' own otherwise.
    """

    areas: gpd.GeoDataFrame
    classes: tuple[float, ...]
    legend: tuple[str, ...]
    outlines: gpd.GeoDataFrame | None = None
    marks: Sequence[tuple[float, float, str]] = ()
    sites: Sequence[tuple[float, float, str]] = ()
    mark_legend: Sequence[tuple[str, str]] = ()
    backdrop: Callable[[], Backdrop] | None = None
    frame: tuple[float, float, float, float] | None = None


def map_ratio(figure: MapFigure) -> float:
    """Return height by width that fits `figure` on a canvas 560 units wide."""
    left, bottom, right, top = _frame(figure)
    return float((top - bottom) / (right - left)) + LEGEND_HIGH / 560


def draw_map(canvas: Canvas, figure: MapFigure) -> None:
    """Draw `figure` over the whole of `canvas`, the legend below."""
    at, scale = _transform(canvas, figure)
    if figure.backdrop is not None:
        _backdrop(canvas, figure, figure.backdrop(), at, scale)
    for _, row in figure.areas.iterrows():
        shade = shade_of(row["value"], figure.classes)
        opacity = NO_SHADE if shade == "paper" else SHADE
        for rings in _polygons(row.geometry, at, scale):
            canvas.area(rings, shade, outline="muted" if row["label"] else None, opacity=opacity)
    for x, y, shape in figure.marks:
        canvas.dot(at(x, y), "ink", radius=2.4, shape=shape)
    if figure.outlines is not None:
        _outlines(canvas, figure.outlines, at, scale)
    for _, row in figure.areas.iterrows():
        centre = row.geometry.representative_point()
        tone = "paper" if shade_of(row["value"], figure.classes) in ("class3", "class4") else "ink"
        canvas.text(
            at(centre.x, centre.y), str(row["label"]), anchor="middle", bold=True, tone=tone
        )
    for x, y, label in figure.sites:
        _site(canvas, at(x, y), label)
    _legend(canvas, figure)


def _backdrop(
    canvas: Canvas,
    figure: MapFigure,
    ground: Backdrop,
    at: Callable[[float, float], Point],
    scale: float,
) -> None:
    """Draw green, waters and streets as far as the areas go; small streets on large maps only."""
    city = shapely.union_all(shapely.simplify(figure.areas.geometry.to_numpy(), 1 / scale))
    shapely.prepare(city)

    def inside(shapes: Any, least: float = 0) -> Any:
        kept = shapes[shapely.intersects(city, shapes) & (shapely.area(shapes) >= least)]
        plain = shapely.simplify(kept, SIMPLIFY_UNITS / scale)
        within = shapely.contains_properly(city, plain)
        plain[~within] = shapely.intersection(plain[~within], city)
        return plain

    def drawn(lines: Any, tone: str, width: float) -> None:
        parts = shapely.get_parts(lines)
        is_line = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
        paths = [
            [at(x, y) for x, y in part.coords] for part in parts[is_line & ~shapely.is_empty(parts)]
        ]
        if paths:
            canvas.network(paths, tone, width=width)

    for shapes, tone in ((ground.green, "green"), (ground.water, "river")):
        whole = shapely.union_all(inside(shapes, SMALLEST_UNITS / scale**2))
        for rings in _polygons(whole, at, scale):
            canvas.area(rings, tone)
    drawn(inside(ground.rivers), "river", 1.6)
    if scale * LESSER_STREETS_M >= canvas.width:
        drawn(inside(ground.lesser), "street", 0.3)
    drawn(inside(ground.main), "street", 0.9)


def _frame(figure: MapFigure) -> tuple[float, float, float, float]:
    if figure.frame is not None:
        return figure.frame
    left, bottom, right, top = figure.areas.total_bounds
    return float(left), float(bottom), float(right), float(top)


def _transform(canvas: Canvas, figure: MapFigure) -> tuple[Callable[[float, float], Point], float]:
    left, bottom, right, top = _frame(figure)
    legend_high = LEGEND_HIGH + LEGEND_ROW * (len(_legend_rows(canvas, figure)) - 1)
    scale = min(
        (canvas.width - 2 * MARGIN) / (right - left),
        (canvas.height - legend_high - MARGIN) / (top - bottom),
    )
    indent = (canvas.width - scale * (right - left)) / 2

    def at(x: float, y: float) -> Point:
        return indent + (x - left) * scale, MARGIN / 2 + (top - y) * scale

    return at, scale


def shade_of(value: float, classes: Sequence[float]) -> str:
    """Return the tone of a share (0 to 1), ``paper`` where it is not known.

    Parameters
    ----------
    value : float
    classes : sequence of float
        Upper bounds of the shades but the last, ascending.

    Returns
    -------
    str
    """
    if not np.isfinite(value):
        return "paper"
    return f"class{int(np.searchsorted(classes, value, side='left'))}"


def _polygons(
    geometry: Any, at: Callable[[float, float], Point], scale: float
) -> Iterable[list[list[Point]]]:
    for polygon in shapely.get_parts(shapely.simplify(geometry, SIMPLIFY_UNITS / scale)):
        if polygon.geom_type != "Polygon" or polygon.is_empty:
            continue
        rings = [polygon.exterior, *polygon.interiors]
        yield [[at(x, y) for x, y in ring.coords[:-1]] for ring in rings]


def _outlines(
    canvas: Canvas,
    outlines: gpd.GeoDataFrame,
    at: Callable[[float, float], Point],
    scale: float,
) -> None:
    for _, row in outlines.iterrows():
        for rings in _polygons(row.geometry, at, scale):
            for ring in rings:
                # On paper, so that it is seen in grey as well.
                canvas.line([*ring, ring[0]], "paper", width=3)
                canvas.line([*ring, ring[0]], "warn", width=1.4)
        # In the corner, on paper: the middle is where the dots and the sites are.
        _, _, right, top = row.geometry.bounds
        wide = 3 + 4.6 * len(str(row["label"]))
        x, y = at(right, top)[0] - wide, at(right, top)[1] + 5
        canvas.area(
            [[(x, y - 4), (x + wide, y - 4), (x + wide, y + 5), (x, y + 5)]],
            "paper",
            outline="warn",
        )
        canvas.text(
            (x + wide / 2, y + 3.2),
            str(row["label"]),
            anchor="middle",
            size=8,
            tone="warn",
            bold=True,
        )


def _site(canvas: Canvas, at: Point, label: str) -> None:
    """Draw a diamond with the number of the site in it."""
    canvas.area([corners(at, 7.5, "diamond")], "paper", outline="ink")
    canvas.text((at[0], at[1] + 2.6), label, anchor="middle", size=7.5, bold=True)


def _legend(canvas: Canvas, figure: MapFigure) -> None:
    """Name shades and marks in rows below the map, as many as the width asks for."""
    rows = _legend_rows(canvas, figure)
    for row, entries in enumerate(rows):
        y = canvas.height - 9 - LEGEND_ROW * (len(rows) - 1 - row)
        for x, sign, words in entries:
            _legend_sign(canvas, (x, y), sign)
            canvas.text((x + 18, y), words, size=8)


def _legend_rows(canvas: Canvas, figure: MapFigure) -> list[list[tuple[float, str, str]]]:
    """Return the entries of each row of the legend as (x, sign, words)."""
    named = [(f"class{place}", words) for place, words in enumerate(figure.legend) if words]
    rows: list[list[tuple[float, str, str]]] = [[]]
    x = MARGIN
    for sign, words in [*named, *figure.mark_legend]:
        wide = 26 + 4.4 * len(words)
        if rows[-1] and x + wide > canvas.width:
            rows.append([])
            x = MARGIN
        rows[-1].append((x, sign, words))
        x += wide
    return rows


def _legend_sign(canvas: Canvas, at: Point, sign: str) -> None:
    x, y = at
    box = [(x, y - 8), (x + 14, y - 8), (x + 14, y + 2), (x, y + 2)]
    if sign.startswith("class"):
        canvas.area([box], sign, outline="muted", opacity=SHADE)
    elif sign == "outline":
        canvas.line([*box, box[0]], "warn", width=1.4)
    elif sign == "site":
        canvas.area([corners((x + 7, y - 3), 6, "diamond")], "paper", outline="ink")
    else:
        canvas.dot((x + 7, y - 3), "ink", radius=3, shape=sign)
