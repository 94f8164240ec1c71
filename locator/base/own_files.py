"""Keep what takes longer to make than to read in files of this user's own, among the caches.

As Python keeps what it compiled. A file begins with a key of all that its content was made of, and
a checksum of itself; when one of them differs, the content is made again. One that somebody else
can have written is not looked at.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from locator.base.files import WriteError, write_bytes_atomically
from locator.base.folders import cache_folder

_PACKAGE = Path(__file__).resolve().parents[1]
_DIGEST_B = hashlib.sha256().digest_size


def key_of(*parts: str | bytes, packages: Iterable[str] = ()) -> bytes:
    """Return what something is known by that this Python made of some parts.

    Parameters
    ----------
    *parts : str or bytes
        In this order.
    packages : iterable of str
        Packages of ours that made it: it is another one when a file of theirs was changed.

    Returns
    -------
    bytes
    """
    made = hashlib.sha256(sys.version.encode())
    for package in packages:
        for source in sorted((_PACKAGE / package).rglob("*.py")):
            known = source.stat()
            made.update(f" {source} {known.st_size} {known.st_mtime_ns}".encode())
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        made.update(b"\n%d " % len(content))
        made.update(content)
    return made.digest()


def kept(name: str, key: bytes) -> bytes | None:
    """Return what is kept under a name for this installation.

    Parameters
    ----------
    name : str
        May name a folder, too.
    key : bytes
        See `key_of`.

    Returns
    -------
    bytes or None
        None where nothing is that is whole and was made of the same.
    """
    with suppress(RuntimeError):  # a user without a home
        return read_own(_place(name), key)
    return None


def keep(name: str, key: bytes, content: bytes) -> None:
    """Keep something under a name for this installation, if anything can be written.

    Parameters
    ----------
    name : str
    key, content : bytes
        As for `kept`.
    """
    with suppress(OSError, RuntimeError, WriteError):
        write_own(_place(name), key, content)


def _place(name: str) -> Path:
    whose = hashlib.sha256(str(_PACKAGE).encode()).hexdigest()[:12]
    return cache_folder() / f"{whose}-{name}"


def read_own(place: Path, key: bytes) -> bytes | None:
    """Return the content of a file if it is whole, ours, and what a key stands for.

    Parameters
    ----------
    place : Path
        It need not be there.
    key : bytes

    Returns
    -------
    bytes or None
    """
    try:
        with place.open("rb") as stream:
            if not _only_ours(stream.fileno()) or stream.read(_DIGEST_B) != key:
                return None
            checksum, content = stream.read(_DIGEST_B), stream.read()
    except OSError:
        return None
    return content if hashlib.sha256(content).digest() == checksum else None


def write_own(place: Path, key: bytes, content: bytes) -> None:
    """Write a file that only this user can read.

    Parameters
    ----------
    place : Path
        Its folder need not be there.
    key, content : bytes

    Raises
    ------
    OSError, WriteError
        It cannot be written.
    """
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_bytes_atomically(place, key + hashlib.sha256(content).digest() + content)
    place.chmod(0o600)  # an old file would have left its mode


def _only_ours(descriptor: int) -> bool:
    """Tell whether nobody but this user can have written an open file."""
    if not hasattr(os, "getuid"):  # Windows: the cache folder lies in the user's own profile
        return True
    known = os.fstat(descriptor)
    return known.st_uid == os.getuid() and not known.st_mode & 0o022
