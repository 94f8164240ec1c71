"""List the messages that a translation lacks, has too many of, or gets wrong.

``python -m locator.cli.messages`` reads every ``_()``, ``ngettext()`` and ``N_()`` in the templates
and the package and compares them with ``translations/<language>/*.po``; exit 1 if anything is
missing.
"""

from __future__ import annotations

import string
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.extract import extract_from_dir

from locator.city.field_types import LANGUAGES
from locator.web.i18n import TRANSLATIONS, read_catalogue

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {
    ROOT / "locator": [("**.py", "python")],
    ROOT / "templates": [("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.svg", "jinja2")],
}
KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}
TRANSLATED = tuple(language for language in LANGUAGES if language != "en")

Message = tuple[str, ...]
"""A msgid: ``(singular,)`` or ``(singular, plural)``."""


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that a translation gets wrong.

    Attributes
    ----------
    language : str
    problem : str
        ``missing``, ``unused``, ``twice`` or ``placeholders``.
    message : str
        The msgid.
    place : str
        File and line of its use, or the ``.po`` file.
    """

    language: str
    problem: str
    message: str
    place: str

    def __str__(self) -> str:
        """One line: language, problem, message, place."""
        return f"{self.language}: {self.problem}: {self.message!r} ({self.place})"


@cache
def used_messages() -> dict[Message, str]:
    """Return every message of the sources and where it first stands."""
    found: dict[Message, str] = {}
    for folder, methods in SOURCES.items():
        if not folder.is_dir():
            continue
        for file, line, ids, _comments, _context in extract_from_dir(
            folder, method_map=methods, keywords=KEYWORDS
        ):
            message = (ids,) if isinstance(ids, str) else tuple(part for part in ids if part)
            found.setdefault(message, f"{folder.name}/{file}:{line}")
    return found


def translated_messages(language: str) -> Iterator[tuple[Message, tuple[str, ...], str]]:
    """Yield msgid, translations and file name of every entry of a language."""
    for path in sorted((TRANSLATIONS / language).glob("*.po")):
        for entry in read_catalogue(path, language):
            if entry.id and not entry.fuzzy:
                ids = (entry.id,) if isinstance(entry.id, str) else tuple(entry.id)
                strings = entry.string if isinstance(entry.string, tuple) else (entry.string,)
                yield ids, tuple(str(text or "") for text in strings), f"{language}/{path.name}"


def findings(language: str) -> list[Finding]:
    """Return all that is missing, unused, contradictory or broken in `language`."""
    used = used_messages()
    known: dict[Message, tuple[str, ...]] = {}
    found: list[Finding] = []
    for message, strings, place in translated_messages(language):
        if not all(strings):
            continue
        if known.get(message, strings) != strings:
            found.append(Finding(language, "twice", message[0], place))
        known[message] = strings
        if message not in used:
            found.append(Finding(language, "unused", message[0], place))
        if any(placeholders(text) != placeholders(message[-1]) for text in strings):
            found.append(Finding(language, "placeholders", message[0], place))
    for message, place in used.items():
        if message not in known:
            found.append(Finding(language, "missing", message[0], place))
    return sorted(found)


def placeholders(message: str) -> frozenset[str]:
    """Return the names of the ``{placeholders}`` of a message."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(message) if name)


def main() -> int:
    """Print the findings of every language; return 1 if something is missing or broken."""
    found = [finding for language in TRANSLATED for finding in findings(language)]
    for finding in found:
        print(finding)
    broken = [finding for finding in found if finding.problem != "unused"]
    print(f"{len(used_messages())} messages; {len(broken)} to do, {len(found)} findings in all.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
