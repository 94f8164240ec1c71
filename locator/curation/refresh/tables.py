"""Read the rows of a table of the city folder that a source may fill."""

from __future__ import annotations

import csv
from pathlib import Path

from locator.curation.refresh.records import Record, address_key
from locator.curation.refresh.values import whole


def rows_on_file(path: Path) -> list[Record]:
    """Return the addresses or census cells that are on file, by the key that sources have, too.

    Parameters
    ----------
    path : Path
        ``addresses.csv`` or ``population_grid.csv`` of a sound folder.

    Returns
    -------
    list of Record
        In the order of the file.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return list(map(_address if rows and "street" in rows[0] else _cell, rows))


def _address(row: dict[str, str]) -> Record:
    values = {"street": row["street"], "number": row["number"]}
    key = address_key(row["street"], row["number"])
    return Record(key, values, (float(row["lon"]), float(row["lat"])))


def _cell(row: dict[str, str]) -> Record:
    """Return a census cell; an age that is not known is not there."""
    values = {name: whole(text) for name, text in row.items()}
    known = {name: value for name, value in values.items() if value is not None}
    return Record(f"E{known['east_km']}N{known['north_km']}", known)
