"""Read the helplines of a city folder: numbers to call before, or instead of, going anywhere.

``helplines.toml`` holds known facts only, each with its source; hours only where a source says
them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from locator.base.opening_hours.state import is_valid_hours
from locator.base.reading import FaultLog
from locator.base.toml import declared, fits, read_tables
from locator.city.field_types import Date, Name, Text, Word, Words, matches

FILE = "helplines.toml"

Hours = Annotated[
    Word, fits(is_valid_hours), Field(description="the grammar of OpenStreetMap", examples=["24/7"])
]


@declared
@dataclass(frozen=True)
class Helpline:
    """A number that helps by telephone.

    Attributes
    ----------
    id : str
    number : str
        As people write it: ``"116 123"``.
    layers : tuple of str
        Whose pages it stands on.
    names, purposes : Text
        Who answers, and what for, in every language.
    source, source_date, licence : str
    opening_hours : str or None
        OpenStreetMap's grammar; None where no source says when somebody answers.
    """

    id: Name
    number: Annotated[str, matches(r"\+?[0-9]+( [0-9]+)*", "digits, spaces between", "112")]
    layers: Words
    names: Text
    purposes: Text
    source: Word
    source_date: Date
    licence: Word
    opening_hours: Hours | None = None


def read_helplines(folder: Path, layers: Collection[str], log: FaultLog) -> tuple[Helpline, ...]:
    """Return the helplines in the order of the file, the most urgent first; faults go to `log`.

    A folder without the file has none.
    """
    helplines = read_tables(Helpline, folder, log)
    for line in helplines:
        for layer in line.layers:
            if layer not in layers and not log.noted(line.id, "layers"):
                log.add(line.id, "layers", f"names the layer {layer!r}", ", ".join(layers))
    return helplines
