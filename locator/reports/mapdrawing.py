"""Draw a small map as vectors: walks in squares, districts shaded, gaps and sites numbered."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from locator.city.basemap.backdrop import Backdrop
from locator.reports.canvas import Canvas, Point, corners
from locator.reports.maplabels import Box, Label, place_labels
from locator.reports.maplegend import Entry, draw_legend, legend_high

UNITS_WIDE = 560.0
MARGIN = 8.0
# Narrower than this in drawing units is noise on paper.
SIMPLIFY_UNITS = 0.4
SMALLEST_UNITS = 6.0
"""Green and water of less, in square units, is left out."""

LESSER_STREETS_M = 12_000
"""Widest map that shows the streets between the main ones."""

SHADE, NO_SHADE = 0.72, 0.3
"""How much an area covers of what lies under it."""

WALK_SHADE = 0.85
MANY_MARKS = 100
"""More markers than this are drawn smaller."""

LETTER, LINE = 4.6, 8.5
"""Width and height of a letter of a label."""

LEAST_ROOM = 7.0
"""An area whose largest circle is smaller, in drawing units, has no label."""


@dataclass(frozen=True)
class MapFigure:
    """What a map shows. All geometry in the city's metric CRS.

    Attributes
    ----------
    areas : GeoDataFrame
        Columns ``label`` (written inside, a second line after a line break; without one an area
        has no outline), ``value`` (0 to 1; NaN is left white), geometry.
    classes : tuple of float
        Upper bounds of the shades but the last, ascending; at most four.
    legend : tuple of str
        One text for each shade; empty where no area has it.
    walks : sequence of (words, geometry)
        Where people live, from the shortest walks to the longest; at most five.
    outlines : GeoDataFrame
        Areas drawn as thick outlines (gaps), with ``label``.
    marks : list of (x, y, shape)
        Facilities.
    sites : list of (x, y, label)
        Suggested sites, drawn above all else with their number.
    mark_legend : sequence of (sign, words)
    backdrop : callable, optional
        Returns what lies under the areas; asked for when the map is drawn.
    frame : tuple of float or None
        Bounds to draw; the areas' own otherwise.
    focus : geometry or None
        What the map is about, if not all of it.
    source : str
        Whose data they are.
    """

    areas: gpd.GeoDataFrame
    classes: tuple[float, ...] = ()
    legend: tuple[str, ...] = ()
    walks: Sequence[tuple[str, Any]] = ()
    outlines: gpd.GeoDataFrame | None = None
    marks: Sequence[tuple[float, float, str]] = ()
    sites: Sequence[tuple[float, float, str]] = ()
    mark_legend: Sequence[tuple[str, str]] = ()
    backdrop: Callable[[], Backdrop] | None = None
    frame: tuple[float, float, float, float] | None = None
    focus: Any = None
    source: str = ""

    @property
    def entries(self) -> list[Entry]:
        """The signs of the map and what each means."""
        shades = [(f"class{place}", words) for place, words in enumerate(self.legend) if words]
        walks = [
            (f"walk{place}", words)
            for place, (words, shape) in enumerate(self.walks)
            if not shape.is_empty
        ]
        return [*walks, *shades, *self.mark_legend]


@dataclass(frozen=True)
class _Ground:
    """A canvas, and where on it a place of the city is."""

    canvas: Canvas
    scale: float
    left: float
    top: float
    indent: float

    def at(self, x: float, y: float) -> Point:
        return self.indent + (x - self.left) * self.scale, MARGIN / 2 + (self.top - y) * self.scale

    def box(self, geometry: Any) -> Box:
        west, south, east, north = geometry.bounds
        return *self.at(west, north), *self.at(east, south)

    def polygons(self, geometry: Any) -> Iterator[list[list[Point]]]:
        for polygon in shapely.get_parts(shapely.simplify(geometry, SIMPLIFY_UNITS / self.scale)):
            if polygon.geom_type != "Polygon" or polygon.is_empty:
                continue
            rings = [polygon.exterior, *polygon.interiors]
            yield [[self.at(x, y) for x, y in ring.coords[:-1]] for ring in rings]

    def outline(self, geometry: Any, tone: str, *, width: float) -> None:
        for rings in self.polygons(geometry):
            for ring in rings:
                self.canvas.line([*ring, ring[0]], tone, width=width)


def map_ratio(figure: MapFigure) -> float:
    """Return height by width that fits `figure` on a canvas 560 units wide."""
    left, bottom, right, top = _frame(figure)
    high = (UNITS_WIDE - 2 * MARGIN) * (top - bottom) / (right - left) + MARGIN
    return float(high + legend_high(figure.entries, UNITS_WIDE, figure.source)) / UNITS_WIDE


def draw_map(canvas: Canvas, figure: MapFigure) -> None:
    """Draw `figure` over the whole of `canvas`, the legend below."""
    ground = _ground(canvas, figure)
    under = figure.backdrop() if figure.backdrop is not None else None
    city = None if under is None else _all_areas(ground, figure)
    if under is not None:
        _backdrop(ground, city, under)
    _shades(ground, figure)
    for place, (_, shape) in enumerate(figure.walks):
        for rings in ground.polygons(shape):
            canvas.area(rings, f"walk{place}", opacity=WALK_SHADE)
    if figure.walks:
        if under is not None:
            _streets(ground, city, under.main, "street", 0.4)
        for area in figure.areas.geometry:
            ground.outline(area, "muted", width=0.6)
    if figure.focus is not None:
        ground.outline(figure.focus, "ink", width=1.6)
    if figure.outlines is not None:
        for area in figure.outlines.geometry:
            # On paper, so that it is seen in grey as well.
            ground.outline(area, "paper", width=3)
            ground.outline(area, "warn", width=1.4)
    radius = 2.4 if len(figure.marks) <= MANY_MARKS else 1.7
    for x, y, sign in figure.marks:
        canvas.dot(ground.at(x, y), "ink", radius=radius, shape=sign, outline="paper")
    _labels(ground, figure)
    draw_legend(canvas, figure.entries, source=figure.source, scale=ground.scale, shade=SHADE)


def _shades(ground: _Ground, figure: MapFigure) -> None:
    areas = figure.areas
    for words, value, area in zip(areas["label"], areas["value"], areas.geometry, strict=True):
        shade = shade_of(value, figure.classes)
        opacity = NO_SHADE if shade == "paper" else SHADE
        for rings in ground.polygons(area):
            outline = "muted" if words else None
            ground.canvas.area(rings, shade, outline=outline, opacity=opacity)


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


def _backdrop(ground: _Ground, city: Any, under: Backdrop) -> None:
    """Draw green, waters and streets as far as the areas go; small streets on large maps only."""
    for shapes, tone in ((under.green, "green"), (under.water, "river")):
        whole = shapely.union_all(_inside(ground, city, shapes, SMALLEST_UNITS))
        for rings in ground.polygons(whole):
            ground.canvas.area(rings, tone)
    _streets(ground, city, under.rivers, "river", 1.6)
    if ground.scale * LESSER_STREETS_M >= ground.canvas.width:
        _streets(ground, city, under.lesser, "street", 0.3)
    _streets(ground, city, under.main, "street", 0.9)


def _streets(ground: _Ground, city: Any, lines: Any, tone: str, width: float) -> None:
    parts = shapely.get_parts(_inside(ground, city, lines))
    is_line = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
    paths = [
        [ground.at(x, y) for x, y in part.coords]
        for part in parts[is_line & ~shapely.is_empty(parts)]
    ]
    if paths:
        ground.canvas.network(paths, tone, width=width)


def _all_areas(ground: _Ground, figure: MapFigure) -> Any:
    """Return the areas of a map as one, prepared."""
    plain = shapely.simplify(figure.areas.geometry.to_numpy(), 1 / ground.scale)
    city = shapely.union_all(plain)
    shapely.prepare(city)
    return city


def _inside(ground: _Ground, city: Any, shapes: Any, least_units: float = 0) -> Any:
    """Return the parts of some shapes in the areas, without what nobody could see."""
    scale = ground.scale
    large = shapely.area(shapes) >= least_units / scale**2
    plain = shapely.simplify(
        shapes[shapely.intersects(city, shapes) & large], SIMPLIFY_UNITS / scale
    )
    within = shapely.contains_properly(city, plain)
    plain[~within] = shapely.intersection(plain[~within], city)
    return plain


def _frame(figure: MapFigure) -> tuple[float, float, float, float]:
    if figure.frame is not None:
        return figure.frame
    left, bottom, right, top = figure.areas.total_bounds
    return float(left), float(bottom), float(right), float(top)


def _ground(canvas: Canvas, figure: MapFigure) -> _Ground:
    left, bottom, right, top = _frame(figure)
    high = canvas.height - legend_high(figure.entries, canvas.width, figure.source) - MARGIN
    scale = min((canvas.width - 2 * MARGIN) / (right - left), high / (top - bottom))
    return _Ground(canvas, scale, left, top, (canvas.width - scale * (right - left)) / 2)


def _labels(ground: _Ground, figure: MapFigure) -> None:
    """Number sites and gaps and name the areas, none over another."""
    canvas = ground.canvas
    sites = [
        Label(words, (*ground.at(x, y), *ground.at(x, y)), 15, 15, is_inside=True)
        for x, y, words in figure.sites
    ]
    gaps = [] if figure.outlines is None else list(_gap_labels(ground, figure.outlines))
    areas = list(_area_labels(ground, figure.areas))
    dots = [ground.at(x, y) for x, y, _ in figure.marks]
    _, bottom, _, top = _frame(figure)
    within = (0.0, 0.0, canvas.width, ground.at(0, bottom)[1])
    labels = [*sites, *gaps, *areas]
    placed = place_labels(labels, within=within, dots=dots)
    shown = dict(zip(map(id, labels), placed, strict=True))
    for label in areas:
        x, y = shown[id(label)]
        lines = label.words.split("\n")
        for row, words in enumerate(lines):
            baseline = y + 3.2 + LINE * (row - (len(lines) - 1) / 2)
            is_head = row == 0
            canvas.text(
                (x, baseline),
                words,
                anchor="middle",
                size=9 if is_head else 8,
                bold=is_head,
                has_halo=True,
            )
    for label in (*sites, *gaps):
        _leader(canvas, label, shown[id(label)])
    for label in gaps:
        _gap(canvas, label, shown[id(label)])
    for label in sites:
        _site(canvas, label.words, shown[id(label)])


def _gap_labels(ground: _Ground, outlines: gpd.GeoDataFrame) -> Iterator[Label]:
    for words, area in zip(outlines["label"], outlines.geometry, strict=True):
        largest = max(shapely.get_parts(area), key=shapely.area)
        ring = next(ground.polygons(largest), [[]])[0]
        wide, edge = 3 + LETTER * len(str(words)), tuple(ring)
        yield Label(str(words), ground.box(largest), wide, 10, is_inside=False, edge=edge)


def _area_labels(ground: _Ground, areas: gpd.GeoDataFrame) -> Iterator[Label]:
    for words, area in zip(areas["label"], areas.geometry, strict=True):
        if not words:
            continue
        circle = shapely.maximum_inscribed_circle(area, 2 / ground.scale)
        room = shapely.length(circle) * ground.scale
        if room < LEAST_ROOM:
            continue
        x, y = ground.at(*circle.coords[0])
        lines = str(words).split("\n")
        wide = LETTER * max(map(len, lines)) + 2
        yield Label(
            str(words), (x, y, x, y), wide, LINE * len(lines) + 2, is_inside=True, reach=room
        )


def _leader(canvas: Canvas, label: Label, centre: Point) -> None:
    """Draw a line from a label to what it names, where they stand apart."""
    named = label.named(centre)
    if math.dist(named, centre) > math.hypot(label.wide, label.high) / 2 + 4:
        canvas.line([centre, named], "paper", width=2)
        canvas.line([centre, named], "ink", width=0.7)
        canvas.dot(named, "ink", radius=1.4)


def _gap(canvas: Canvas, label: Label, centre: Point) -> None:
    left, top, right, bottom = label.at(centre)
    box = [(left, top), (right, top), (right, bottom), (left, bottom)]
    canvas.area([box], "paper", outline="warn")
    at = (centre[0], centre[1] + 2.9)
    canvas.text(at, label.words, anchor="middle", size=8, tone="warn", bold=True)


def _site(canvas: Canvas, words: str, at: Point) -> None:
    """Draw a diamond with the number of the site in it."""
    canvas.area([corners(at, 8, "diamond")], "paper", outline="ink")
    canvas.text((at[0], at[1] + 2.6), words, anchor="middle", size=7.5, bold=True)
