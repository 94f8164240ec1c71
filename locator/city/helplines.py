"""Read the helplines of a city folder: numbers to call before, or instead of, going anywhere.

``helplines.toml`` holds known facts only, each with its source; hours only where a source says
them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from locator.base.opening_hours.state import is_valid_hours
from locator.base.reading import WHOLE, FaultLog, is_iso_date, read_toml
from locator.city.catalogue import LANGUAGES, Text
from locator.city.toml_section import Section

FILE = "helplines.toml"


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
    opening_hours : str or None
        OpenStreetMap's grammar; None where no source says when somebody answers.
    source, source_date, licence : str
    """

    id: str
    number: str
    layers: tuple[str, ...]
    names: Text
    purposes: Text
    opening_hours: str | None
    source: str
    source_date: str
    licence: str


def read_helplines(folder: Path, layers: Collection[str], log: FaultLog) -> tuple[Helpline, ...]:
    """Return the helplines in the order of the file, the most urgent first; faults go to `log`.

    A folder without the file has none.
    """
    if not (folder / FILE).exists():
        return ()
    content = read_toml(folder, log) or {}
    return tuple(_helpline(name, values, layers, log) for name, values in content.items())


def _helpline(name: str, values: object, layers: Collection[str], log: FaultLog) -> Helpline:
    if not isinstance(values, dict):
        log.add(name, WHOLE, f"is {values!r}", "a table with number, layers, names and purposes")
        values = {}
    section = Section(values, name, log, LANGUAGES)
    shown_on = section.words("layers")
    for layer in shown_on:
        if layer not in layers:
            section.fault("layers", f"names the layer {layer!r}", ", ".join(layers))
    helpline = Helpline(
        id=name,
        number=section.pattern("number", r"\+?[0-9]+( [0-9]+)*", "digits, spaces between"),
        layers=shown_on,
        names=section.texts("names"),
        purposes=section.texts("purposes"),
        opening_hours=(
            section.checked("opening_hours", is_valid_hours, "the grammar of OpenStreetMap")
            if section.has("opening_hours")
            else None
        ),
        source=section.checked("source", bool, "a text"),
        source_date=section.checked("source_date", is_iso_date, "an ISO 8601 date"),
        licence=section.checked("licence", bool, "a text"),
    )
    section.refuse_others()
    return helpline
