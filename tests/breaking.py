"""Break single values of a tiny city folder and collect what is said about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from locator.curation.check import check_folder


def faults(folder: Path) -> list[str]:
    """Return the faults of a folder as lines."""
    return [str(fault) for fault in check_folder(folder)]


def fault(folder: Path) -> str:
    """Return the one fault of a folder."""
    (only,) = faults(folder)
    return only


def edit_text(folder: Path, file: str, old: str, new: str) -> None:
    """Replace the first `old` of a text file, which has to be there."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def edit_json(folder: Path, file: str, change: Any) -> None:
    """Let `change` alter the content of a JSON file in place."""
    path = folder / file
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def edit_feature(
    folder: Path,
    file: str = "nurseries.geojson",
    position: int = 0,
    *,
    geometry: Any = ...,
    **properties: Any,
) -> None:
    """Change properties (None stays null) or the geometry of one feature."""

    def change(content: dict[str, Any]) -> None:
        feature = content["features"][position]
        feature["properties"].update(properties)
        if geometry is not ...:
            feature["geometry"] = geometry

    edit_json(folder, file, change)
