"""Change single values of a city, in its folder or as it is held, and collect what is said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from locator.city.model import City
from locator.curation.check import check_folder
from locator.walking.choose import choose_model
from locator.walking.walkable_city import WalkableCity, walkable


def changed(city: City, ids: str | Sequence[str], column: str, value: Any) -> WalkableCity:
    """Return the city with one column of some facilities changed, ready to be walked."""
    facilities = city.facilities.copy()
    facilities.loc[ids, column] = value
    city = replace(city, facilities=facilities)
    return walkable(city, choose_model(city))


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
