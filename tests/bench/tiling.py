"""Tile a real city until its streets are as many as a large city's, or a region's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import affinity

from locator.base.geo import FloatArray, Projection
from locator.city.model import City
from locator.city.population import DemandPoints
from locator.walking.graph.osm import Streets

LINKS = 6
"""Streets that join each tile to its neighbour."""

DISTRICTS = 1_000
"""The districts of the next tile are numbered from so much on."""

Shape = tuple[int, int]
"""Columns and rows of tiles."""


def tile_steps(one: Streets, projection: Projection) -> FloatArray:
    """Return the metres from one tile to the next, to the east and to the north."""
    low, high = _inner_box(projection.to_metric(one.lonlat))
    step: FloatArray = high - low
    return step


def tile_streets(one: Streets, projection: Projection, shape: Shape) -> Streets:
    """Return `one` repeated on tiles, neighbours joined by `LINKS` ways each."""
    xy = projection.to_metric(one.lonlat)
    low, high = _inner_box(xy)
    used = np.unique(one.refs[one.refs >= 0])
    inner = used[((xy[used] >= low) & (xy[used] <= high)).all(axis=1)]
    n, places = len(xy), _places(shape)
    refs = [np.where(one.refs >= 0, one.refs + n * k, -1) for k in range(len(places))]
    counts = [np.diff(one.way_start)] * len(places)
    for axis, step in ((0, 1), (1, shape[0])):
        order = inner[np.argsort(xy[inner, axis])]
        first, last = order[: LINKS * 5 : 5], order[-LINKS * 5 :: 5]
        for k, place in enumerate(places):
            if place[axis] + 1 < shape[axis]:
                link = np.column_stack([last + n * k, first + n * (k + step)])
                refs.append(link.ravel())
                counts.append(np.full(LINKS, 2))
    ways, times = sum(len(count) for count in counts), len(places)
    plain = np.zeros(ways - times * len(one.way_marks), dtype=np.int64)
    return Streets(
        refs=np.concatenate(refs),
        way_start=np.concatenate([[0], np.cumsum(np.concatenate(counts))]),
        way_marks=np.concatenate([np.tile(one.way_marks, times), plain.astype(np.uint8)]),
        way_name=np.concatenate([np.tile(one.way_name, times), plain]),
        names=one.names,
        lonlat=projection.to_lonlat(_repeated(xy, shape, high - low)),
        node_marks=np.tile(one.node_marks, times),
        source_date=one.source_date,
        source_date_basis=one.source_date_basis,
        dropped=one.dropped,
    )


def tile_city(city: City, shape: Shape, steps: FloatArray) -> City:
    """Return `city` with its people, facilities and districts repeated on tiles.

    Numbers of districts and ids of facilities say which tile they are of; texts, hours and
    addresses are those of the one city, and so is all that is not asked where people walk to.
    """
    if shape == (1, 1):
        return city
    moves = np.array(_places(shape)) * steps
    return replace(
        city,
        demand=_tile_demand(city.demand, city.projection, shape, steps),
        facilities=_tile_frame(city.facilities, city.projection, moves, by="facility"),
        districts=_tile_frame(city.districts, city.projection, moves, by="district"),
        boundary=_tile_boundary(city, moves),
    )


def _tile_boundary(city: City, moves: FloatArray) -> Any:
    outline = shapely.transform(city.boundary, city.projection.to_metric)
    tiles = [affinity.translate(outline, *move) for move in moves]
    return shapely.transform(shapely.union_all(tiles), city.projection.to_lonlat)


def _tile_demand(
    one: DemandPoints, projection: Projection, shape: Shape, steps: FloatArray
) -> DemandPoints:
    times = shape[0] * shape[1]
    xy = _repeated(one.xy, shape, steps)
    tile = np.repeat(np.arange(times), len(one))
    # A step is no whole number of squares: the tiles' squares are numbered apart.
    apart = np.array([int(one.column.max()) + 3, int(one.row.max()) + 3])
    column, row = np.array(_places(shape))[tile].T * apart[:, None]
    return replace(
        one,
        xy=xy,
        lonlat=projection.to_lonlat(xy),
        district=np.tile(one.district, times) + DISTRICTS * tile,
        column=np.tile(one.column, times) + column,
        row=np.tile(one.row, times) + row,
        square_xy=_repeated(one.square_xy.reshape(-1, 2), shape, steps).reshape(-1, 4, 2),
        people={group: np.tile(people, times) for group, people in one.people.items()},
        cell=np.tile(one.cell, times) + len(one.cell_share) * tile,
        cell_share=np.tile(one.cell_share, times),
    )


def _tile_frame(
    one: gpd.GeoDataFrame, projection: Projection, moves: FloatArray, *, by: str
) -> gpd.GeoDataFrame:
    metric = one.geometry.to_crs(projection.crs)
    tiles = []
    for number, (east_m, north_m) in enumerate(moves):
        moved = one.set_geometry(metric.translate(east_m, north_m).to_crs(one.crs))
        if by == "district":
            moved.index = moved.index + DISTRICTS * number
        else:
            moved["x"], moved["y"] = moved["x"] + east_m, moved["y"] + north_m
            moved.index = [f"{name}~{number}" for name in moved.index] if number else moved.index
        tiles.append(moved)
    return gpd.GeoDataFrame(pd.concat(tiles), crs=one.crs)


def _places(shape: Shape) -> list[tuple[int, int]]:
    """Return column and row of each tile, row by row."""
    return [(column, row) for row in range(shape[1]) for column in range(shape[0])]


def _repeated(xy: FloatArray, shape: Shape, steps: FloatArray) -> FloatArray:
    return np.vstack([xy + np.array(place) * steps for place in _places(shape)])


def _inner_box(xy: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the corners of the box without the farthest hundredth on each side."""
    low, high = np.quantile(xy, [0.01, 0.99], axis=0)
    return low, high
