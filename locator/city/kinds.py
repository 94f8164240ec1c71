"""Name the kinds of facility in every language, as ``kinds.toml`` of a city folder declares them.

A feature says its ``kind`` in the words of its source; what visitors read is declared once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pandas as pd

from locator.base.reading import FaultLog
from locator.base.toml import read_declared
from locator.city.catalogue import FILE as CATALOGUE
from locator.city.catalogue import Layer
from locator.city.field_types import Text

FILE = "kinds.toml"
ALLOWED = f"a kind that {FILE} names in every language"


def read_kinds(folder: Path, log: FaultLog) -> dict[str, Text]:
    """Return the names of each kind by what the features say; faults go to `log`.

    A folder whose features say no kinds needs no such file.
    """
    return read_declared(dict[str, Text], folder, log, optional=True) or {}


def check_kinds(
    facilities: pd.DataFrame,
    layers: Iterable[Layer],
    kinds: Mapping[str, Text],
    log: Callable[[str], FaultLog],
) -> None:
    """Note each facility, and each layer that counts by kind, whose kind is not declared."""
    said = zip(facilities.index, facilities["layer"], facilities["kind"], strict=True)
    for name, layer, kind in said:
        # What is no text has its fault already.
        if isinstance(kind, str) and kind not in kinds:
            log(f"{layer}.geojson").add(name, "kind", f"is {kind!r}", ALLOWED)
    for declared in layers:
        for key in ("expected_where", "municipal_where"):
            for kind in getattr(declared, key).get("kind", ()):
                if kind not in kinds:
                    where = f"layers.{declared.id}"
                    log(CATALOGUE).add(where, key, f"names the kind {kind!r}", ALLOWED)
