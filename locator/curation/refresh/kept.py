"""Keep the last good reply of each source with its checksum, and what of it was accepted.

Both stand outside the city folder: ``LOCATOR_SOURCES``, or ``sources`` among the files that the
program may make again (`locator.base.folders.cache_folder`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from locator.base.errors import N_
from locator.base.files import write_bytes_atomically, write_text_atomically
from locator.base.folders import cache_folder
from locator.city.model import City
from locator.curation.refresh.fetching import Reply, SourceError
from locator.curation.refresh.records import Record

ABOUT, ACCEPTED = "about.json", "accepted.json"

Base = Mapping[str, Record | None]
"""What was accepted of a source, by key; None for what it does not list any more and was kept."""


@dataclass(frozen=True)
class Copy:
    """A good reply of a source.

    Attributes
    ----------
    fetched_at : str
        ISO 8601, with its offset.
    replies : tuple of Reply
        One for each request.
    """

    fetched_at: str
    replies: tuple[Reply, ...]

    @property
    def sha256(self) -> str:
        """Checksum over all replies."""
        return hashlib.sha256("".join(reply.sha256 for reply in self.replies).encode()).hexdigest()

    def get(self, url: str, data: str | None) -> Reply:
        """Return the reply to a request, as a source would give it."""
        for reply in self.replies:
            if (reply.url, reply.data) == (url, data):
                return reply
        raise SourceError(N_("The copy that was kept has no answer to {url}."), url=url)


def folder_of_source(city: City, source: str) -> Path:
    """Return where the copy of a source is kept for this city folder; need not be there."""
    named = os.environ.get("LOCATOR_SOURCES")
    place = hashlib.sha256(str(city.folder.resolve()).encode()).hexdigest()[:8]
    root = Path(named) if named else cache_folder() / "sources"
    return root / f"{city.catalogue.id}-{place}" / source


def keep_copy(folder: Path, copy: Copy) -> None:
    """Keep a good reply in the place of the one before; what describes it is written last.

    Raises
    ------
    WriteError
        It cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    about = []
    for reply in copy.replies:
        name = f"reply-{reply.sha256[:16]}"
        write_bytes_atomically(folder / name, reply.body)
        about.append(
            {
                "url": reply.url,
                "data": reply.data,
                "modified": reply.modified,
                "file": name,
                "sha256": reply.sha256,
            }
        )
    content = {"fetched_at": copy.fetched_at, "replies": about}
    write_text_atomically(folder / ABOUT, json.dumps(content, ensure_ascii=False, indent=1))
    for path in folder.glob("reply-*"):
        if path.name not in {one["file"] for one in about}:
            path.unlink(missing_ok=True)


def last_copy(folder: Path) -> Copy | None:
    """Return the last good reply; None where there is none, or it was changed since."""
    about = _json(folder / ABOUT)
    try:
        replies = [
            (one, (folder / one["file"]).read_bytes())
            for one in (about or {"replies": []})["replies"]
        ]
        made = [Reply(one["url"], one["data"], body, one["modified"]) for one, body in replies]
        whole = [one["sha256"] for one, _ in replies] == [reply.sha256 for reply in made]
        return Copy(about["fetched_at"], tuple(made)) if about and whole else None
    except (OSError, KeyError, TypeError):
        return None


def last_time(folder: Path) -> datetime | None:
    """Return when the last good reply came."""
    try:
        return datetime.fromisoformat(_json(folder / ABOUT)["fetched_at"])
    except (KeyError, TypeError, ValueError):
        return None


def accepted(folder: Path) -> dict[str, Record | None]:
    """Return what was accepted of a source; nothing where the file is not there or damaged."""
    try:
        return {
            key: None
            if one is None
            else Record(key, one["values"], _point(one["point"]), one["ours"])
            for key, one in (_json(folder / ACCEPTED) or {}).items()
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}


def keep_accepted(folder: Path, base: Base) -> None:
    """Keep what was accepted of a source.

    Raises
    ------
    WriteError
        It cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content = {key: record and asdict(record) for key, record in base.items()}
    write_text_atomically(folder / ACCEPTED, json.dumps(content, ensure_ascii=False))


def copy_of(replies: Sequence[Reply], when: datetime) -> Copy:
    """Return replies as a copy, fetched at a moment."""
    return Copy(when.isoformat(timespec="seconds"), tuple(replies))


def _point(value: Any) -> tuple[float, float] | None:
    return None if value is None else (float(value[0]), float(value[1]))


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
