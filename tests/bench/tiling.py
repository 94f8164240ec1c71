"""Tile a real city until its streets are as many as a large city's."""

from __future__ import annotations

import numpy as np

from locator.base.geo import Projection
from locator.walking.graph.build import build_graph
from locator.walking.graph.file import StreetGraph
from locator.walking.graph.osm import Streets, read_streets
from tests.osmdata import helsinki

Box = tuple[float, float, float, float]

CRS = "EPSG:32635"
LINKS = 6
"""Streets that join each tile to its neighbour."""


def tiled_helsinki(
    side: int = 8, *, projection: Projection | None = None, fill: Box | None = None
) -> StreetGraph:
    """Return the streets of central Helsinki, side x side times, joined to one network.

    Parameters
    ----------
    side : int
    projection : Projection, optional
        Metric CRS of the result.
    fill : (low x, low y, high x, high y), optional
        Stretch the tiles so that together they fill this box: as many streets, on as much ground
        as another city has.
    """
    into = projection or Projection(CRS)
    streets = tile(read_streets(helsinki()), into, side, fill)
    return build_graph(streets, projection=into, source=f"Helsinki x {side * side}")


def tile(one: Streets, into: Projection, side: int, fill: Box | None = None) -> Streets:
    """Return `one` repeated on a square of tiles, neighbours joined by `LINKS` ways each."""
    xy = Projection(CRS).to_metric(one.lonlat)
    low, high = np.quantile(xy, [0.01, 0.99], axis=0)
    used = np.unique(one.refs[one.refs >= 0])
    inner = used[((xy[used] >= low) & (xy[used] <= high)).all(axis=1)]
    n, size = len(xy), high - low
    places = [(column, row) for row in range(side) for column in range(side)]
    refs = [np.where(one.refs >= 0, one.refs + n * k, -1) for k in range(len(places))]
    counts = [np.diff(one.way_start)] * len(places)
    for axis, step in ((0, 1), (1, side)):
        order = inner[np.argsort(xy[inner, axis])]
        first, last = order[: LINKS * 5 : 5], order[-LINKS * 5 :: 5]
        for k, place in enumerate(places):
            if place[axis] + 1 < side:
                link = np.column_stack([last + n * k, first + n * (k + step)])
                refs.append(link.ravel())
                counts.append(np.full(LINKS, 2))
    ways = sum(len(count) for count in counts)
    times = len(places)
    plain = np.zeros(ways - times * len(one.way_marks), dtype=np.int64)
    everywhere = np.vstack([xy + np.array(place) * size for place in places])
    if fill is not None:
        # Ways run on outside the extract; their far ends are not what is stretched to the box.
        least, most = np.quantile(everywhere, [0.01, 0.99], axis=0)
        everywhere = fill[:2] + (everywhere - least) / (most - least) * np.subtract(
            fill[2:], fill[:2]
        )
    return Streets(
        refs=np.concatenate(refs),
        way_start=np.concatenate([[0], np.cumsum(np.concatenate(counts))]),
        way_marks=np.concatenate([np.tile(one.way_marks, times), plain.astype(np.uint8)]),
        way_name=np.concatenate([np.tile(one.way_name, times), plain]),
        names=one.names,
        lonlat=into.to_lonlat(everywhere),
        node_marks=np.tile(one.node_marks, times),
        source_date=one.source_date,
        source_date_basis=one.source_date_basis,
        dropped=one.dropped,
    )
