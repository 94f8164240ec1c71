"""Write the files of a new city folder: catalogue, districts, facilities, tables."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import shapely

from locator.base.geojson import geometry_json
from locator.curation.osmcity import Mapped

DETOUR = 1.26
"""Walked metres per straight metre: the median of 6,300 measured walks in Kraków. It is used only
where there is no street graph, and said to be taken over from there."""

_CALIBRATION = {
    "pl": "Nie kalibrowano w tym mieście: współczynnik 1,26 zmierzono w Krakowie.",
    "en": "Not calibrated in this city: the factor 1.26 was measured in Kraków.",
    "uk": "Не калібровано в цьому місті: коефіцієнт 1,26 виміряно у Кракові.",
}
_GROUPS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "all": (
        "people",
        {"pl": "wszyscy mieszkańcy", "en": "all residents", "uk": "усі мешканці"},
    ),
    "age_0_14": (
        "age_0_14",
        {"pl": "dzieci w wieku 0–14 lat", "en": "children aged 0–14", "uk": "діти 0–14 років"},
    ),
    "age_65_plus": (
        "age_65_plus",
        {
            "pl": "osoby w wieku 65 lat i więcej",
            "en": "people aged 65 and over",
            "uk": "люди віком 65 років і більше",
        },
    ),
}


def catalogue_text(
    head: Mapping[str, Any], layers: Mapping[str, Mapping[str, Any]], *, has_ages: bool
) -> str:
    """Return the text of ``catalogue.toml``.

    Parameters
    ----------
    head : mapping
        What the catalogue says of the city itself.
    layers : mapping of str to mapping
        The layers, as they stand in ``newcity.toml``.
    has_ages : bool
        Whether the census grid knows ages; without them everybody is one group.
    """
    groups = _GROUPS if has_ages else {"all": _GROUPS["all"]}
    lines = [
        "# Made by `locator city new` from OpenStreetMap. Change what you know better:",
        "# layers, standards, expected counts (with their source). `locator check` validates it.",
        "",
        *_entries(head),
        "",
        "[estimate]",
        *_entries(
            {"detour_one_bank": DETOUR, "detour_across": DETOUR, "calibration": _CALIBRATION}
        ),
    ]
    for group, (column, names) in groups.items():
        lines += ["", f"[groups.{group}]", *_entries({"column": column, "names": names})]
    for layer, values in layers.items():
        group = values.get("group", "all")
        values = dict(values) | {"group": group if group in groups else "all"}
        lines += ["", f"[layers.{layer}]", *_entries(values)]
    return "\n".join(lines) + "\n"


def _entries(values: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_toml(value)}" for key, value in values.items()]


def _toml(value: Any) -> str:
    """Return a value as TOML; JSON's strings, numbers and lists are TOML's too."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def write_districts(work: Path, districts: Sequence[tuple[str, Any]]) -> None:
    """Write ``districts.geojson``: names and WGS84 areas, numbered in the order given."""
    features = []
    for number, (name, shape) in enumerate(districts, 1):
        oriented = shapely.orient_polygons(_polygons(shape))
        rounded = shapely.set_precision(oriented, 1e-7)
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "number": number,
                    "roman": "",
                    "name": name,
                    "residents": None,
                },
                "geometry": geometry_json(rounded),
            }
        )
    write_features(work / "districts.geojson", features)


def _polygons(shape: Any) -> Any:
    """Return only the polygons of a geometry."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def write_features(path: Path, features: Sequence[Mapping[str, Any]]) -> None:
    """Write a GeoJSON file, one feature per line."""
    lines = ",\n".join(json.dumps(item, ensure_ascii=False) for item in features)
    text = '{"type": "FeatureCollection", "features": [\n' + lines + "\n]}\n"
    path.write_text(text, encoding="utf-8")


def write_tables(work: Path, mapped: Mapped, grid: pd.DataFrame) -> None:
    """Write addresses, stops and census cells as CSV; a table without rows is its header."""
    stops = mapped.stops.rename_axis("index").reset_index()
    for name, frame in (
        ("addresses.csv", mapped.addresses),
        ("stops.csv", stops),
        ("population_grid.csv", grid),
    ):
        frame.to_csv(
            work / name, index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL, na_rep=""
        )
