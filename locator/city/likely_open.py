"""Tell which places of unknown hours are likelier to be open, by the rules of a city folder.

``likely_open.toml`` names words of the sources (a guard, a hotel, a hospital) with a reason in
every language. A rule says which unknown one to try first; it never makes a place open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from locator.base.reading import WHOLE, FaultLog, read_toml
from locator.city.catalogue import LANGUAGES, Text
from locator.city.toml_section import Section
from locator.geocoding.names import fold

FILE = "likely_open.toml"


@dataclass(frozen=True)
class LikelyRule:
    """Why places that say one of some words are likelier, or less likely, to be open.

    Attributes
    ----------
    id : str
    likely : bool
        False: they are certainly no likelier than the others.
    words : tuple of str
        Folded (`locator.geocoding.names.fold`); each may begin a longer word.
    because : Text
        The reason, in every language.
    """

    id: str
    likely: bool
    words: tuple[str, ...]
    because: Text


def read_likely_open(folder: Path, log: FaultLog) -> tuple[LikelyRule, ...]:
    """Return the rules in their order, the first that fits counts; faults go to `log`.

    A folder without the file has none: all places of unknown hours are alike then.
    """
    if not (folder / FILE).exists():
        return ()
    content = read_toml(folder, log) or {}
    return tuple(_rule(name, values, log) for name, values in content.items())


def _rule(name: str, values: object, log: FaultLog) -> LikelyRule:
    if not isinstance(values, dict):
        log.add(name, WHOLE, f"is {values!r}", "a table with likely, words and because")
        values = {}
    section = Section(values, name, log, LANGUAGES)
    rule = LikelyRule(
        id=name,
        likely=section.flag("likely"),
        words=tuple(fold(word) for word in section.words("words")),
        because=section.texts("because"),
    )
    section.refuse_others()
    return rule


def rule_for(rules: Iterable[LikelyRule], texts: Iterable[str | None]) -> LikelyRule | None:
    """Return the first rule that fits what the sources say of a place; None where none does."""
    said = " " + " ".join(fold(text) for text in texts if text)
    return next((rule for rule in rules if any(f" {word}" in said for word in rule.words)), None)
