"""Hold the base map of one city: which tiles there are, their version, and how to get one."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from locator.base.freeing import give_back_free
from locator.base.geo import Box
from locator.city.added_streets import STREETS_FILE
from locator.city.basemap.files import FILES
from locator.city.basemap.ground import MapGround
from locator.city.basemap.kept_ground import SUFFIX, kept_ground
from locator.city.basemap.store import TileStore
from locator.city.basemap.tiles import tile
from locator.city.basemap.worldgrid import HIGHEST, LOWEST, tile_range
from locator.city.model import City

log = logging.getLogger("locator.city.basemap")

DRAWN_FROM = (*(file.name for file in FILES), STREETS_FILE)
ALSO_FROM = (
    *("districts.geojson", "units.npz", "stops.csv", "landmarks.csv"),
    *("addresses*", "street_names.csv", "catalogue.toml"),
)
AROUND = 0.25
"""Tiles reach so many parts of the city's width beyond it on each side, as far as the maps do."""

WARM_AFTER_S = 1.0

UNUSED_S = 120.0
"""Without a tile to draw for so long, what they are cut from is let go: where no file of it can be
kept, 40 MB in a large city, and seconds of work for the next one that was not drawn before."""


class BaseMap:
    """The tiles of one city, read and drawn when they are first asked for.

    Parameters
    ----------
    city : City
    cache : Path, optional
        Folder for tiles that were drawn and for what they are cut from; nothing is kept without
        it.
    clock : callable
        Seconds, monotonic.

    Attributes
    ----------
    version : str
        Changes with the data and with what draws them.
    box : tuple of float
        West, south, east, north of what is drawn.
    """

    def __init__(
        self,
        city: City,
        cache: Path | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._city = city
        self._clock, self._used_s = clock, clock()
        self.version = _version(city.folder)
        self.box = _around(city.boundary.bounds)
        place = hashlib.blake2b(str(city.folder.resolve()).encode(), digest_size=6).hexdigest()
        kept = None if cache is None else cache / "tiles" / place / self.version
        self._kept_ground = kept and kept.with_suffix(SUFFIX)
        self._store = TileStore(self._draw, kept and kept.with_suffix(".sqlite"))
        self._reading = threading.Lock()

    def has(self, zoom: int, x: int, y: int) -> bool:
        """Tell whether there is such a tile."""
        if not LOWEST <= zoom <= HIGHEST:
            return False
        left, top, right, bottom = tile_range(self.box, zoom)
        return left <= x <= right and top <= y <= bottom

    def tile(self, zoom: int, x: int, y: int) -> bytes:
        """Return a tile that there is, squeezed by brotli."""
        return self._store.tile((zoom, x, y))

    def kept_tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """Return a tile that was drawn before, squeezed by brotli; None where it was not."""
        return self._store.kept((zoom, x, y))

    def warm(self) -> None:
        """Read the files a moment later, when the server listens; who comes first waits."""
        reading = threading.Timer(WARM_AFTER_S, lambda: self.ground)
        reading.daemon = True
        reading.start()

    @property
    def ground(self) -> MapGround:
        """What tiles are cut from; read by one, when it is needed."""
        with self._reading:
            self._used_s = self._clock()
            return self._ground

    def let_go(self) -> None:
        """Forget what tiles are cut from if none was drawn for `UNUSED_S`."""
        with self._reading:
            if self._clock() - self._used_s >= UNUSED_S:
                vars(self).pop("_ground", None)

    @cached_property
    def _ground(self) -> MapGround:
        made = kept_ground(self._city, self._kept_ground, is_current=self._is_current)
        give_back_free()  # twice what stays was needed while the files were read
        return made

    def _is_current(self) -> bool:
        return _version(self._city.folder) == self.version

    def _draw(self, zoom: int, x: int, y: int) -> bytes:
        return tile(self.ground, zoom, x, y)


def _around(bounds: Box) -> Box:
    west, south, east, north = bounds
    wide, high = AROUND * (east - west), AROUND * (north - south)
    return west - wide, south - high, east + wide, north + high


def _version(folder: Path) -> str:
    """Return a digest of the files that are drawn and of the code that draws them."""
    digest = hashlib.blake2b(digest_size=6)
    data = [folder / name for name in DRAWN_FROM]
    data += [file for pattern in ALSO_FROM for file in sorted(folder.glob(pattern))]
    for file in (*data, *sorted(Path(__file__).parent.glob("*.py"))):
        if file.is_file():
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()
