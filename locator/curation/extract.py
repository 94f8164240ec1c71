"""Fetch a regional OpenStreetMap extract: resumed where it broke off, checked before it is used."""

from __future__ import annotations

import hashlib
import http.client
import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from locator.base.errors import N_
from locator.walking.graph.osm import ExtractError, Progress, silent

ATTEMPTS = 4
"""A broken connection is taken up again this often before giving up."""

TIMEOUT_S = 60.0
CHECKSUMS = ("sha256", "md5")
"""Looked for beside the extract, best first: ``<url>.sha256``, ``<url>.md5`` (Geofabrik's)."""

_CHUNK = 1 << 18
_BROKEN = (http.client.HTTPException, TimeoutError, ConnectionError, urllib.error.URLError)


@dataclass(frozen=True)
class Extract:
    """A fetched extract.

    Attributes
    ----------
    path : Path
    checksum : str or None
        Kind of the published checksum that it agrees with; None where none is published.
    fetched : bool
        False when the file that was there is still the published one.
    """

    path: Path
    checksum: str | None
    fetched: bool


class _Onward(urllib.request.HTTPRedirectHandler):
    """Follow a mirror's redirects, but never from an address with https to one without."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Any:
        """Return the request for where the server sends us."""
        if urlsplit(req.full_url).scheme == "https" and urlsplit(newurl).scheme != "https":
            raise ExtractError(N_("{url} is not an address with https."), url=newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_open = urllib.request.build_opener(_Onward).open


def fetch_extract(url: str, folder: Path, *, progress: Progress = silent) -> Extract:
    """Return the file at `url`, kept in `folder`; an unchanged one is not fetched again.

    What was fetched of an unfinished file stays beside it as ``*.part`` and is continued by the
    next call. A file that is there is replaced only by a complete and verified one.

    Parameters
    ----------
    url : str
        ``.osm.pbf``; a checksum beside it is looked for (`CHECKSUMS`).
    folder : Path
        Where it is kept.
    progress : callable
        Told of the bytes; see `locator.walking.graph.osm.Progress`.

    Returns
    -------
    Extract

    Raises
    ------
    ExtractError
        No connection, no such file, a wrong checksum, a full disk: with what to do.
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # such as brackets that are never closed
        parts = urlsplit("")
    name = unquote(Path(parts.path).name)
    if parts.scheme not in ("http", "https") or not parts.netloc or not name or name[0] == ".":
        raise ExtractError(N_("{url} is not the address of a file (http or https)."), url=url)
    published = _published_checksum(url)
    target, part = folder / name, folder / f"{name}.part"
    if published and target.is_file() and _digest(target, published[0]) == published[1]:
        return Extract(target, published[0], fetched=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _fetch(url, part, progress)
        if published and _digest(part, published[0]) != published[1]:
            _forget(part)
            raise ExtractError(
                N_(
                    "What came from {url} does not agree with its {kind} checksum and was thrown "
                    "away; nothing was changed. Try again later."
                ),
                url=url,
                kind=published[0],
            )
        part.replace(target)
        _notes(part).unlink(missing_ok=True)
    except OSError as error:
        _forget(part)
        raise ExtractError(
            N_(
                "{name} could not be written to {folder}: {detail}. What was fetched was removed; "
                "nothing else was changed."
            ),
            name=name,
            folder=str(folder),
            detail=error.strerror or str(error),
        ) from error
    return Extract(target, published[0] if published else None, fetched=True)


def _fetch(url: str, part: Path, progress: Progress) -> None:
    """Bring `part` to its full length, taking up a broken connection again."""
    for attempt in range(ATTEMPTS):
        try:
            if _continue(url, part, progress):
                return
        except urllib.error.HTTPError as error:
            if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and attempt == 0:
                _forget(part)
                continue
            raise ExtractError(
                N_("{url} answers {status} {reason}; nothing was changed."),
                url=url,
                status=error.code,
                reason=error.reason,
            ) from error
        except _BROKEN as error:
            if attempt == ATTEMPTS - 1:
                raise _unreachable(url, error) from error
    raise _unreachable(url, "the connection breaks off again and again")


def _continue(url: str, part: Path, progress: Progress) -> bool:
    """Fetch what is missing of `part`; tell whether it is complete."""
    notes = _read_notes(part) if part.is_file() else {}
    have = part.stat().st_size if notes.get("url") == url and notes.get("tag") else 0
    request = urllib.request.Request(url, headers={"User-Agent": "krakow-service-locator"})
    if have:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", notes["tag"])
    with _open(request, timeout=TIMEOUT_S) as answer:
        if answer.status != http.client.PARTIAL_CONTENT:
            have = 0
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else None
        tag = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
        if tag.startswith("W/"):
            tag = answer.headers.get("Last-Modified") or ""
        _notes(part).write_text(json.dumps({"url": url, "tag": tag}), encoding="utf-8")
        _check_space(part, total, have)
        with part.open("ab" if have else "wb") as file:
            while chunk := answer.read(_CHUNK):
                file.write(chunk)
                have += len(chunk)
                progress("download", have, total)
    return total is None or have == total


def _check_space(part: Path, total: int | None, have: int) -> None:
    """Give up before the first byte where the disk cannot hold the rest."""
    if total is not None and shutil.disk_usage(part.parent).free < total - have:
        raise OSError(28, "No space left on device")


def _published_checksum(url: str) -> tuple[str, str] | None:
    """Return kind and value of the checksum published beside a file, None where there is none."""
    for kind in CHECKSUMS:
        request = urllib.request.Request(
            f"{url}.{kind}", headers={"User-Agent": "krakow-service-locator"}
        )
        try:
            with _open(request, timeout=TIMEOUT_S) as answer:
                words = answer.read(1024).decode("ascii", "replace").split()
        except urllib.error.HTTPError:
            continue
        except _BROKEN as error:
            raise _unreachable(url, error) from error
        value = words[0].lower() if words else ""
        if len(value) == hashlib.new(kind, usedforsecurity=False).digest_size * 2:
            return kind, value
    return None


def _digest(path: Path, kind: str) -> str:
    with path.open("rb") as file:
        # Against broken transfers, not against an attacker: md5 is what Geofabrik publishes.
        made = hashlib.file_digest(file, lambda: hashlib.new(kind, usedforsecurity=False))
    return made.hexdigest()


def _unreachable(url: str, reason: object) -> ExtractError:
    cause = getattr(reason, "reason", reason)
    detail = getattr(cause, "strerror", None) or cause
    return ExtractError(
        N_(
            "{host} cannot be reached ({detail}). Nothing was changed; what was fetched so far is "
            "kept, and the same command goes on from there."
        ),
        host=urlsplit(url).netloc,
        detail=str(detail) or type(reason).__name__,
    )


def _notes(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _read_notes(part: Path) -> Mapping[str, Any]:
    with suppress(OSError, ValueError):
        notes = json.loads(_notes(part).read_text(encoding="utf-8"))
        if isinstance(notes, dict):
            return notes
    return {}


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _notes(part).unlink(missing_ok=True)
