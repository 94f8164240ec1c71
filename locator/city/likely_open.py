"""Tell which places of unknown hours are likelier to be open, by the rules of a city folder.

``likely_open.toml`` names words of the sources (a guard, a hotel, a hospital) with a reason in
every language. A rule says which unknown one to try first; it never makes a place open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from locator.base.reading import FaultLog
from locator.base.toml import declared, read_tables
from locator.city.field_types import Flag, Name, Text, Word
from locator.geocoding.names import fold

FILE = "likely_open.toml"


@declared
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

    id: Name
    likely: Flag
    words: Annotated[
        tuple[Annotated[Word, AfterValidator(fold)], ...],
        Field(min_length=1, description="a list of texts", examples=[["?"]]),
    ]
    because: Text


def read_likely_open(folder: Path, log: FaultLog) -> tuple[LikelyRule, ...]:
    """Return the rules in their order, the first that fits counts; faults go to `log`.

    A folder without the file has none: all places of unknown hours are alike then.
    """
    return read_tables(LikelyRule, folder, log)


def rule_for(rules: Iterable[LikelyRule], texts: Iterable[str | None]) -> LikelyRule | None:
    """Return the first rule that fits what the sources say of a place; None where none does.

    Parameters
    ----------
    rules : iterable of LikelyRule
        In the order in which they count.
    texts : iterable of str or None
        What the sources say: a name, a place inside, hours in words; None is nothing.

    Returns
    -------
    LikelyRule or None
    """
    said = " " + " ".join(fold(text) for text in texts if text)
    return next((rule for rule in rules if any(f" {word}" in said for word in rule.words)), None)
