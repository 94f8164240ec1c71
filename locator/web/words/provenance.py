"""Say where the data of each layer come from, how complete and how old they are."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from locator.city.catalogue import Layer
from locator.city.model import City
from locator.walking.walkable_city import WalkableCity


@dataclass(frozen=True)
class CompletenessRow:
    """How much of a layer is known; counts are of facilities, not of their sites.

    ``listed`` to ``open`` are about those that ``expected`` counts; ``all_listed`` about all of
    the layer; ``sites`` and ``sites_located`` are the lines of its list.
    """

    layer: Layer
    expected: int | None
    listed: int
    exact: int
    street: int
    area: int
    unlocated: int
    located: int
    open: int
    all_listed: int
    sites: int
    sites_located: int
    newest: str | None
    oldest: str | None


@dataclass(frozen=True)
class SourceRow:
    """One source of a layer."""

    source: str
    licence: str
    facilities: int
    newest: str | None


@dataclass(frozen=True)
class LayerSources:
    """The sources of one layer, the most used first."""

    layer: Layer
    rows: tuple[SourceRow, ...]


def completeness_rows(walkable_city: WalkableCity) -> list[CompletenessRow]:
    """Return the completeness of every layer, in catalogue order."""
    return [
        completeness_row(walkable_city, layer)
        for layer in walkable_city.city.catalogue.layers.values()
    ]


def completeness_row(walkable_city: WalkableCity, layer: Layer) -> CompletenessRow:
    """Return the completeness of one layer."""
    row: dict[Hashable, Any] = walkable_city.completeness.loc[layer.id].to_dict()
    return CompletenessRow(
        layer=layer,
        expected=_whole(row["expected"]),
        listed=int(row["listed"]),
        exact=int(row["located_exact"]),
        street=int(row["located_street"]),
        area=int(row["located_area"]),
        unlocated=int(row["not_located"]),
        located=int(row["located"]),
        open=int(row["open"]),
        all_listed=int(row["all_listed"]),
        sites=int(row["sites"]),
        sites_located=int(row["sites_located"]),
        newest=_text(row["newest"]),
        oldest=_text(row["oldest"]),
    )


def sources(city: City) -> list[LayerSources]:
    """Return the sources of every layer that has facilities, in catalogue order."""
    found = []
    for layer in city.catalogue.layers.values():
        mine = city.facilities[city.facilities["layer"] == layer.id]
        rows = [
            SourceRow(str(source), str(licence), len(frame), _newest(frame["source_date"]))
            for (source, licence), frame in mine.groupby(["source", "licence"], sort=False)
        ]
        if rows:
            rows.sort(key=lambda row: -row.facilities)
            found.append(LayerSources(layer, tuple(rows)))
    return found


def _newest(values: pd.Series[str]) -> str | None:
    known = values.dropna().astype(str)
    return None if known.empty else str(known.max())


def _whole(value: object) -> int | None:
    return None if pd.isna(value) else int(value)  # type: ignore[call-overload]


def _text(value: object) -> str | None:
    return None if pd.isna(value) else str(value)  # type: ignore[call-overload]
