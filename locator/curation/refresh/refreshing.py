"""Look at a source: fetch, believe or refuse, compare with the folder, and take over."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from locator.base.errors import N_, CityFolderError, NotFoundError
from locator.base.reading import FaultLog
from locator.city.model import City
from locator.curation.extract import fetch_extract
from locator.curation.refresh.accepting import accept, accepted_base
from locator.curation.refresh.asking import asked_changes, asked_records
from locator.curation.refresh.difference import Change, Difference, table_changes
from locator.curation.refresh.facility_difference import facility_changes
from locator.curation.refresh.fetching import Get, Reply, SourceError, fetch
from locator.curation.refresh.kept import (
    Copy,
    accepted,
    copy_of,
    folder_of_source,
    keep_accepted,
    keep_copy,
    last_copy,
    last_time,
)
from locator.curation.refresh.layer import Layer, cited
from locator.curation.refresh.readers import READERS, timetable_of
from locator.curation.refresh.records import Record, records_of
from locator.curation.refresh.source_ids import FILE as IDS_FILE
from locator.curation.refresh.source_ids import read_source_ids
from locator.curation.refresh.sources import ADDRESSES, FILE, GRID, TIMETABLE, Source, read_sources
from locator.curation.refresh.tables import rows_on_file
from locator.vehicles.own import refuse_unfit
from locator.vehicles.timetable_file import save_timetable
from locator.walking.graph.osm import Progress, silent

REFUSED = N_("{source}: {problem} Nothing was changed.")


@dataclass(frozen=True)
class Looked:
    """What a look at a source found.

    Attributes
    ----------
    difference : Difference
    copy : Copy
        The good reply that it was made of, which is kept.
    """

    difference: Difference
    copy: Copy


def sources_of(city: City) -> dict[str, Source]:
    """Return the sources of a city folder by their id.

    Parameters
    ----------
    city : City

    Returns
    -------
    dict of str to Source
        In the order of the file; empty without it.

    Raises
    ------
    CityFolderError
        ``sources.toml`` has faults.
    """
    faults: list[Any] = []
    found = read_sources(city.folder, FaultLog(FILE, faults), layers=city.catalogue.layers)
    if faults:
        raise CityFolderError(faults)
    return {source.id: source for source in found}


def source_called(city: City, name: str) -> Source:
    """Return a source by its id.

    Parameters
    ----------
    city : City
    name : str

    Returns
    -------
    Source

    Raises
    ------
    NotFoundError
        There is none; the message names all.
    CityFolderError
        ``sources.toml`` has faults.
    """
    found = sources_of(city)
    if name not in found:
        raise NotFoundError(
            N_("There is no source {name}. There are: {known}."),
            parameter="source",
            name=name,
            known=", ".join(found) or "–",
        )
    return found[name]


def is_due(city: City, source: Source, now: datetime) -> bool:
    """Tell whether a source has not been looked at for as long as its interval.

    Parameters
    ----------
    city : City
    source : Source
    now : datetime
        With its time zone.

    Returns
    -------
    bool
    """
    last = last_time(folder_of_source(city, source.id))
    return last is None or now - last >= timedelta(days=source.every_days)


def look(
    city: City, source: Source, *, now: datetime, file: Path | None = None, again: bool = True
) -> Looked:
    """Return what a source says otherwise than the city folder; the folder is not changed.

    Parameters
    ----------
    city : City
        As read from its folder.
    source : Source
    now : datetime
        With its time zone.
    file : Path, optional
        A reply that somebody saved, taken in the place of the source's.
    again : bool
        False compares with the copy of the last look, where there is one.

    Returns
    -------
    Looked

    Raises
    ------
    SourceError
        No answer that can be believed; the copy of before stays.
    WriteError
        The copy cannot be kept.
    """
    kept = folder_of_source(city, source.id)
    old = None if again else last_copy(kept)
    replies: list[Reply] = []

    def get(url: str, data: str | None) -> Reply:
        if old is not None:
            return old.get(url, data)
        if file is not None and replies:
            raise SourceError(N_("The file is one page of several."))
        reply = (
            fetch(url, data, hosts=source.hosts, most_mb=source.most_mb)
            if file is None
            else Reply(url, data, file.read_bytes())
        )
        replies.append(reply)
        return reply

    try:
        records, stated = _listed(city, source, get)
    except SourceError as error:
        raise SourceError(REFUSED, source=source.id, problem=error.message) from error
    copy = old or copy_of(replies, now)
    date = stated or copy.fetched_at[:10]
    difference = compare(city, source, records, date)
    if old is None:
        keep_copy(kept, copy)
    return Looked(difference, copy)


def _listed(city: City, source: Source, get: Get) -> tuple[tuple[Record, ...], str | None]:
    """Return what a source lists, and the day that it gives for it."""
    try:
        if source.reader == "geocoder":
            return asked_records(source, city, get), None
        rows = READERS[source.reader](source, get)
        return records_of(source, rows, city), rows.date
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        # What others send may have any shape: whatever no reader foresaw is no answer either.
        raise SourceError(
            N_("Its answer has another shape than it had ({detail})."), detail=repr(error)[:200]
        ) from error


def compare(city: City, source: Source, records: tuple[Record, ...], date: str) -> Difference:
    """Return what records say otherwise than the folder.

    Parameters
    ----------
    city : City
    source : Source
    records : tuple of Record
        All that the source lists.
    date : str
        Of its data.
    """
    base = accepted(folder_of_source(city, source.id))
    named = cited(source, date, city.catalogue.country)
    made = partial(Difference, source, date, named, records)
    if source.reader == "geocoder":
        return made(asked_changes(records, _features(city, *city.catalogue.layers), named))
    if source.into in (ADDRESSES, GRID):
        ours = {record.key: record for record in rows_on_file(city.folder / source.into)}
        return made(table_changes(records, ours, complete=source.into == GRID))
    if source.into not in city.catalogue.layers:
        known = {key: record for key, record in base.items() if record is not None}
        return made(table_changes(records, known))
    ids = read_source_ids(city.folder, FaultLog(IDS_FILE, []))
    features = _features(city, source.into)
    changes, facilities = facility_changes(Layer(source, city, features, base, ids, date), records)
    return made(changes, facilities)


def take_over(
    city: City, looked: Looked, ids: Collection[str] = (), *, progress: Progress = silent
) -> tuple[Change, ...]:
    """Write accepted rows to the city folder, and remember what was accepted of the source.

    Parameters
    ----------
    city : City
    looked : Looked
        Of this folder as it is.
    ids : collection of str
        The rows; without any, all that are not doubtful.
    progress : callable
        Told of the bytes of an extract.

    Returns
    -------
    tuple of Change

    Raises
    ------
    InvalidParameterError
        There is no such row.
    LocatorError
        The folder would have faults, or cannot be written: nothing was changed.
    """
    difference, source = looked.difference, looked.difference.source
    wanted = difference.chosen(ids)
    if source.into == TIMETABLE and wanted:
        table, _ = timetable_of(source, looked.copy.get)
        refuse_unfit(table, city, source.id)
        save_timetable(table, city.folder)
    elif source.reader == "extract" and wanted:
        fetch_extract(source.url, folder_of_source(city, source.id), progress=progress)
    chosen = accept(city, difference, ids)
    _remember(city, difference, ids, chosen, taken=True)
    return chosen


def keep_ours(city: City, looked: Looked, ids: Collection[str]) -> tuple[Change, ...]:
    """Leave the folder as it is, and show these rows only when the source says another thing.

    Parameters
    ----------
    city : City
    looked : Looked
        Of this folder as it is.
    ids : collection of str

    Returns
    -------
    tuple of Change

    Raises
    ------
    InvalidParameterError
        There is no such row.
    WriteError
        It cannot be remembered.
    """
    chosen = looked.difference.chosen(ids)
    _remember(city, looked.difference, ids, chosen, taken=False)
    return chosen


def _remember(
    city: City,
    difference: Difference,
    ids: Collection[str],
    decided: tuple[Change, ...],
    *,
    taken: bool,
) -> None:
    folder = folder_of_source(city, difference.source.id)
    base = accepted_base(difference, accepted(folder), ids, decided=decided, taken=taken)
    keep_accepted(folder, base)


def _features(city: City, *layers: str) -> dict[str, dict[str, Any]]:
    """Return the features of layers as their files have them, without corrections."""
    found: dict[str, dict[str, Any]] = {}
    for layer in layers:
        text = (city.folder / f"{layer}.geojson").read_text(encoding="utf-8-sig")
        features: list[dict[str, Any]] = json.loads(text)["features"]
        found |= {feature["properties"]["id"]: feature for feature in features}
    return found


def next_step(source: Source, city: City) -> str | None:
    """Return what is still to be done by hand once a source was accepted.

    Parameters
    ----------
    source : Source
    city : City

    Returns
    -------
    str or None
    """
    folder = folder_of_source(city, source.id)
    return _NEXT.get(source.reader, _NEXT.get(source.into, "")).format(folder=folder) or None


_NEXT: Mapping[str, str] = {
    "extract": "Build the street graph of the extract in {folder}: locator network build",
    "bdl": "Change the factors of catalogue.toml if the figures ask for it.",
    ADDRESSES: "Make the other addresses again: locator addresses build",
    GRID: "Spread the people again: locator people spread",
}
