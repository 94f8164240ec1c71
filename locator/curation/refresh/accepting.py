"""Take accepted rows of a difference over into the city folder: whole and sound, or not at all."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from locator.base.errors import CityFolderError
from locator.base.files import LOCK_FILE, locked, write_text_atomically
from locator.base.reading import FaultLog
from locator.city.model import City
from locator.curation.check import check_folder
from locator.curation.locate import one_per_line
from locator.curation.refresh.difference import Change, Difference
from locator.curation.refresh.kept import Base
from locator.curation.refresh.records import PLACE, Point, Record
from locator.curation.refresh.source_ids import FILE as IDS_FILE
from locator.curation.refresh.source_ids import osm_ids, read_source_ids, source_ids_text
from locator.curation.refresh.sources import ADDRESSES, GRID, TIMETABLE, WATCHED
from locator.curation.refresh.tables import rows_on_file

TABLES = {
    ADDRESSES: ("street", "number", "lon", "lat"),
    GRID: ("east_km", "north_km", "people", "age_0_14", "age_15_64", "age_65_plus"),
}
"""Columns of the tables that a source may fill."""


def accept(city: City, difference: Difference, ids: Collection[str] = ()) -> tuple[Change, ...]:
    """Write accepted rows to the city folder, if it is sound with them.

    Parameters
    ----------
    city : City
        As read from the folder.
    difference : Difference
        Of this folder as it is.
    ids : collection of str
        The rows; without any, all that are not doubtful, and the date of what is as it was.

    Returns
    -------
    tuple of Change
        What was written.

    Raises
    ------
    InvalidParameterError
        There is no such row.
    CityFolderError
        The folder would have faults; nothing was changed.
    LockedError, WriteError
        It could not be written.
    """
    chosen = difference.chosen(ids)
    into, asked = difference.source.into, difference.source.reader == "geocoder"
    if into == TIMETABLE or (into == WATCHED and not asked):
        return chosen  # what is watched has no file; a timetable is imported as a whole
    with locked(city.folder):
        if into in TABLES:
            texts = {into: _table(city.folder / into, chosen, TABLES[into])}
        else:
            texts = _layers(city, difference, chosen, seen=not ids)
        _refuse_unsound(city.folder, texts)
        for name, text in texts.items():
            write_text_atomically(city.folder / name, text)
    return chosen


def accepted_base(
    difference: Difference,
    base: Base,
    ids: Collection[str],
    *,
    decided: Iterable[Change],
    taken: bool,
) -> dict[str, Record | None]:
    """Return what is accepted of a source once some rows were decided on.

    Parameters
    ----------
    difference : Difference
    base : mapping of str to Record or None
        What was accepted before.
    ids : collection of str
        The rows that were named; without any, what is as it was counts as accepted, too.
    decided : iterable of Change
        The rows.
    taken : bool
        Whether they were taken over; else ours stays.
    """
    records = {record.key: record for record in difference.records}
    pending = {change.key for change in difference.changes}
    made = dict(base)
    if not ids:
        same = [record for key, record in records.items() if key not in pending]
        made |= {record.key: replace(record, ours=_ours(base, record.key)) for record in same}
    for change in decided:
        if change.key in records:
            otherwise = dict(_ours(base, change.key))
            for name, (old, _) in [*change.fields.items(), (PLACE, (change.before, None))]:
                otherwise.pop(name, None)
                if not taken:
                    otherwise[name] = old
            made[change.key] = replace(records[change.key], ours=otherwise)
        elif difference.source.into == WATCHED:
            made.pop(change.key, None)
        else:
            made[change.key] = None
    return made


def _ours(base: Base, key: str) -> Mapping[str, Any]:
    """Return what is otherwise here by an earlier decision."""
    record = base.get(key)
    return {} if record is None else record.ours


def _layers(
    city: City, difference: Difference, chosen: Iterable[Change], *, seen: bool
) -> dict[str, str]:
    """Return the new text of each file of facilities, and of the ids of the source."""
    becomes = {change.id: change.becomes for change in chosen if change.becomes is not None}
    texts = {}
    layers = (
        [difference.source.into]
        if difference.source.into in city.catalogue.layers
        else dict.fromkeys(city.facilities.loc[list(becomes), "layer"])
    )
    unchanged = _dated(difference, becomes) if seen else {}
    for layer in layers:
        path = city.folder / f"{layer}.geojson"
        collection = json.loads(path.read_text(encoding="utf-8-sig"))
        names = [feature["properties"]["id"] for feature in collection["features"]]
        features = [
            becomes.get(name) or unchanged.get(name, lambda feature: feature)(feature)
            for name, feature in zip(names, collection["features"], strict=True)
        ]
        features += [
            feature for name, feature in becomes.items() if name not in city.facilities.index
        ]
        if features != collection["features"]:
            texts[path.name] = one_per_line(collection | {"features": features})
    ids = None if difference.source.into == WATCHED else _ids(city, difference, chosen)
    return texts if ids is None else texts | {IDS_FILE: ids}


def _dated(difference: Difference, becomes: Mapping[str, Any]) -> dict[str, Any]:
    """Return, for what the source lists as it is here, how it gets the newer date."""

    def dated(feature: dict[str, Any]) -> dict[str, Any]:
        about = feature["properties"]
        marker = difference.source.marker or difference.source.title
        parts = str(about.get("source", "")).split("; ")
        ours = [part for part in parts if marker.casefold() in part.casefold()]
        if not ours or str(about.get("source_date") or "") >= difference.date:
            return feature
        source = "; ".join(
            difference.cited if part == ours[0] else part for part in parts if part not in ours[1:]
        )
        return feature | {"properties": about | {"source": source, "source_date": difference.date}}

    pending = {change.id for change in difference.changes}
    return {
        name: dated
        for name in difference.facilities.values()
        if name not in becomes and name not in pending
    }


def _ids(city: City, difference: Difference, chosen: Iterable[Change]) -> str | None:
    """Return the text of ``source_ids.csv``; None where it stays as it is."""
    whose = difference.source.ids_of
    there = read_source_ids(city.folder, FaultLog(IDS_FILE, []))
    known = {record.key for record in difference.records}
    pending = {change.key for change in difference.changes}
    meant = {key: name for key, name in difference.facilities.items() if key not in pending}
    meant |= {change.key: change.id for change in chosen if change.key in known}
    said = osm_ids(city.facilities["location_source"].to_dict())
    new = {(whose, key): name for key, name in meant.items() if said.get((whose, key)) != name}
    replaced = set(meant.values())
    stale = {
        pair
        for pair, name in there.items()
        if pair[0] == whose and pair[1] not in known and name in replaced
    }
    made = {pair: name for pair, name in {**there, **new}.items() if pair not in stale}
    return None if made == there else source_ids_text(made)


def _table(path: Path, chosen: Iterable[Change], columns: tuple[str, ...]) -> str:
    """Return a CSV file with its rows changed, those of others in their order."""
    left = {change.key: change for change in chosen}
    rows = []
    for record in rows_on_file(path):
        change = left.pop(record.key, None)
        if change is None:
            rows.append(_row(record.values, record.point))
        elif change.becomes is not None:
            rows.append(_row(change.becomes, change.after))
    rows += [_row(one.becomes, one.after) for one in left.values() if one.becomes is not None]
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def _row(values: Mapping[str, Any], point: Point | None) -> dict[str, Any]:
    return dict(values) if point is None else {**values, "lon": point[0], "lat": point[1]}


def _refuse_unsound(folder: Path, texts: Mapping[str, str]) -> None:
    """Raise CityFolderError where the folder would have faults with these files."""
    with TemporaryDirectory(prefix="locator-") as name:
        trial = Path(name)
        for path in folder.iterdir():
            if path.is_file() and path.name not in (*texts, LOCK_FILE):
                try:
                    (trial / path.name).symlink_to(path.resolve())
                except OSError:  # a system without links
                    with suppress(OSError):
                        shutil.copyfile(path, trial / path.name)
        for file, text in texts.items():
            (trial / file).write_text(text, encoding="utf-8")
        faults = check_folder(trial)
    if faults:
        raise CityFolderError(faults)
