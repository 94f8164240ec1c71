"""Write files whole or not at all, and let one program at a time change a folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from locator.base.errors import N_, LocatorError

LOCK_FILE = ".locator.lock"
"""In a folder that is changed by more than one program; it stays there, empty."""

WAIT_S = 30.0
"""So long a command waits for another one that changes the same folder."""


class WriteError(LocatorError):
    """A file cannot be written: a full disk, a folder without permission."""

    code = "not_written"


class LockedError(LocatorError):
    """Another program is changing the folder, and does not come to an end."""

    code = "locked"


@contextmanager
def locked(folder: Path, *, wait_s: float | None = None) -> Iterator[None]:
    """Keep other programs from changing `folder` while something is read, changed and written.

    Whoever holds it already, in the same thread, goes on.

    Parameters
    ----------
    folder : Path
        Is there.
    wait_s : float, optional
        How long to wait for the others; `WAIT_S` by default.

    Raises
    ------
    LockedError
        The others take longer.
    WriteError
        Nothing can be written to `folder`.
    """
    from filelock import FileLock, Timeout  # most commands, and a server's start, hold none

    lock = FileLock(folder.resolve() / LOCK_FILE, is_singleton=True)
    try:
        folder.stat()  # a folder that is missing is not to be made by its lock
        lock.acquire(timeout=WAIT_S if wait_s is None else wait_s)
    except Timeout:
        raise LockedError(
            N_(
                "Another program is changing {folder}; nothing was changed here. Try again when "
                "it has finished."
            ),
            folder=str(folder),
        ) from None
    except OSError as error:
        raise _not_written(folder, error) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write into that becomes `path` at the end, whole or not at all.

    What is written goes to a temporary file beside `path`, which then takes its name and keeps
    its mode; when anything fails, the old file is as it was and the temporary one is gone.

    Parameters
    ----------
    path : Path
        In a folder that is there; an old file there is replaced.

    Yields
    ------
    binary file
        To write into.

    Raises
    ------
    WriteError
        The disk is full, or the folder cannot be written.
    """
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(name, mode)
            os.replace(name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise _not_written(path, error) from error


def _not_written(path: Path, error: OSError) -> WriteError:
    return WriteError(
        N_("{file} could not be written: {detail}. Nothing was changed."),
        file=str(path),
        detail=error.strerror or str(error),
    )


def write_text_atomically(path: Path, text: str) -> None:
    """Write `text` to `path` in UTF-8; see `written`.

    Parameters
    ----------
    path, text
        As for `write_bytes_atomically`; `text` is written in UTF-8, its line ends as they are.

    Raises
    ------
    WriteError
        As for `written`.
    """
    write_bytes_atomically(path, text.encode("utf-8"))


def write_bytes_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path`; see `written`.

    Parameters
    ----------
    path : Path
        In a folder that is there.
    content : bytes

    Raises
    ------
    WriteError
        As for `written`; the old file is as it was.
    """
    with written(path) as stream:
        stream.write(content)
