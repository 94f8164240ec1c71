"""Name what is counted of a unit, and read it: who only looks at a country loads nothing more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RESULT = "result.json"

MEASURES = (
    "people",
    "served",
    "unserved",
    "share",
    "low",
    "high",
    "lowest",
    "highest",
    "mean_s",
    "p90_s",
    "facilities",
    "inside",
    "listed",
    "located",
    "expected",
)
"""What is known of a service in a unit; null where it cannot be. Counted are ``facilities`` in
the unit and within the margin, ``inside`` of them in the unit itself."""


def read_result(folder: Path) -> Mapping[str, Any]:
    """Return the result of a unit, empty where there is none.

    Parameters
    ----------
    folder : Path
        Of the unit.

    Returns
    -------
    mapping
    """
    try:
        result = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return result if isinstance(result, dict) else {}
