"""The base map: reading its files, drawing tiles, and what a first view weighs."""

from __future__ import annotations

from collections.abc import Iterator

import brotli

from locator.city.basemap.ground import MapGround, map_ground
from locator.city.basemap.store import QUALITY
from locator.city.basemap.tiles import tile
from locator.city.basemap.worldgrid import HIGHEST, LOWEST, tile_units, world_units
from locator.city.model import default_folder, load_city
from tests.bench.measuring import Row, p50_p95, times_ms

PLACES = {
    "Rynek Główny": (19.9372, 50.0617),
    "os. Teatralne": (20.0352, 50.0782),
    "Ruczaj": (19.905, 50.023),
    "Swoszowice": (19.956, 49.979),
}
VIEW = ((0, 0), (1, 0), (0, 1), (1, 1))
"""A phone's map touches at most four tiles."""

TILE_MS = 30
VIEW_KB = 250


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    city = load_city(default_folder())
    read = times_ms(lambda _: map_ground(city), repeat=1, warm_up=0)
    yield Row("read and prepare the files", float(read[0, 0]) / 1000, "s", note="beside the start")
    ground = map_ground(city)
    keys = [
        (zoom, *(world_units([place]) // tile_units(zoom))[0].tolist())
        for place in PLACES.values()
        for zoom in range(LOWEST, HIGHEST + 1)
    ]
    yield from p50_p95(
        "draw a tile",
        lambda i: tile(ground, *keys[i % len(keys)]),
        repeat=5 * len(keys),
        budget=TILE_MS,
        note=f"{len(keys)} tiles, zoom {LOWEST} to {HIGHEST}; kept afterwards",
    )
    views = [(_weight(ground, key), key[0]) for key in keys]
    heaviest, zoom = max(views)
    yield Row("heaviest first view", heaviest, "kB", VIEW_KB, note=f"four tiles of zoom {zoom}")


def _weight(ground: MapGround, key: tuple[int, int, int]) -> float:
    zoom, x, y = key
    drawn = [tile(ground, zoom, x + right, y + down) for right, down in VIEW]
    return sum(len(brotli.compress(data, quality=QUALITY)) for data in drawn) / 1000
