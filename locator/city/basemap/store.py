"""Keep the tiles that were drawn: in one file on disk, bounded; each is drawn by one, once."""

from __future__ import annotations

import logging
import sqlite3
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import brotli

log = logging.getLogger("locator.city.basemap")

MAX_BYTES = 64 * 1024 * 1024
"""So much is kept on disk; the tiles drawn first go first."""

IN_LINE = 12
"""So many may wait for a tile to be drawn; who comes then is asked to come again."""

IN_MEMORY_BYTES = 8 * 1024 * 1024
"""So much where there is no disk to keep them on."""

WAIT_S = 20.0
QUALITY = 6

_TABLE = """
CREATE TABLE IF NOT EXISTS tiles (
    zoom INTEGER, x INTEGER, y INTEGER, data BLOB, PRIMARY KEY (zoom, x, y)
)
"""

TileKey = tuple[int, int, int]


class BusyError(Exception):
    """So many wait for tiles already that another one would keep others from their answers."""


class TileStore:
    """Tiles as brotli makes them, from memory's file or drawn now.

    Parameters
    ----------
    draw : callable
        From zoom, x and y to the bytes of a tile.
    file : Path, optional
        Where they are kept; in memory, and fewer, without it or where it cannot be written.
    max_bytes : int
    in_line : int
    """

    def __init__(
        self,
        draw: Callable[[int, int, int], bytes],
        file: Path | None = None,
        *,
        max_bytes: int = MAX_BYTES,
        in_line: int = IN_LINE,
    ) -> None:
        self._draw = draw
        self._drawing = threading.Lock()
        self._line = threading.Semaphore(in_line)
        self._reading = threading.Lock()
        self._file = file
        self._max_bytes = max_bytes
        self._since = max_bytes  # the first tile looks what is there

    @cached_property
    def _kept(self) -> sqlite3.Connection:
        """What is kept, opened by the first tile: no process may use what another one opened."""
        kept = None if self._file is None else _opened(self._file)
        if kept is None:
            kept = sqlite3.connect(":memory:", check_same_thread=False)
            kept.execute(_TABLE)
            self._since = self._max_bytes = IN_MEMORY_BYTES
        weakref.finalize(self, kept.close)
        return kept

    def kept(self, key: TileKey) -> bytes | None:
        """Return a tile that was drawn before, squeezed; None where it was not."""
        return self._find(key)

    def tile(self, key: TileKey) -> bytes:
        """Return a tile, squeezed.

        Raises
        ------
        BusyError
            Too many wait already, or the wait was too long.
        """
        found = self._find(key)
        if found is not None:
            return found
        if not self._line.acquire(blocking=False):
            raise BusyError
        try:
            # One at a time: another tile would only make both slower, the same one is done then.
            if not self._drawing.acquire(timeout=WAIT_S):
                raise BusyError
            try:
                found = self._find(key)
                if found is None:
                    found = bytes(brotli.compress(self._draw(*key), quality=QUALITY))
                    self._keep(key, found)
                return found
            finally:
                self._drawing.release()
        finally:
            self._line.release()

    def _find(self, key: TileKey) -> bytes | None:
        with self._reading, suppress(sqlite3.Error):
            row = self._kept.execute(
                "SELECT data FROM tiles WHERE zoom = ? AND x = ? AND y = ?", key
            ).fetchone()
            return None if row is None else bytes(row[0])
        return None

    def _keep(self, key: TileKey, data: bytes) -> None:
        """Keep a tile; a full or read-only disk only means that it is drawn again."""
        with self._reading, suppress(sqlite3.Error), self._kept:
            self._kept.execute("INSERT OR IGNORE INTO tiles VALUES (?, ?, ?, ?)", (*key, data))
            self._since += len(data)
            if self._since > self._max_bytes / 16:
                self._since = 0
                self._shorten()

    def _shorten(self) -> None:
        """Forget the oldest tiles where there are too many."""
        kept = self._kept
        count, size = kept.execute("SELECT count(*), total(length(data)) FROM tiles").fetchone()
        if size > self._max_bytes * 15 / 16:
            oldest = "SELECT rowid FROM tiles ORDER BY rowid LIMIT ?"
            kept.execute(f"DELETE FROM tiles WHERE rowid IN ({oldest})", (max(1, count // 4),))


def _opened(file: Path) -> sqlite3.Connection | None:
    """Open the file of tiles and remove those of other versions; None where that cannot be."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        for other in file.parent.glob(f"*{file.suffix}*"):
            if not other.name.startswith(file.stem):
                other.unlink(missing_ok=True)
        kept = sqlite3.connect(file, check_same_thread=False, timeout=0.5)
        kept.execute("PRAGMA journal_mode = WAL")
        kept.execute("PRAGMA synchronous = OFF")  # a lost tile is drawn again
        kept.execute(_TABLE)
        return kept
    except (OSError, sqlite3.Error) as error:
        log.warning("Tiles are not kept on disk (%s): %s", file, error)
        return None
