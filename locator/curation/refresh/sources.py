"""Read the official sources of a city folder: where each is, and which of its columns is what.

``sources.toml`` holds one table for each source; a new source of a known kind needs no code.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field

from locator.base.reading import WHOLE, FaultLog
from locator.base.toml import declared, read_tables
from locator.city.catalogue import PRECISIONS
from locator.city.facilities import FIELDS
from locator.city.field_types import Count, Id, Word, Words, matches, one_of

FILE = "sources.toml"

Reader = Literal[
    "city_api", "arcgis", "overpass", "geojson", "csv", "wfs", "bdl", "gtfs", "extract", "geocoder"
]
Tried = Literal["recorded", "shape", "columns only"]
"""How near to a real reply its reader was tried: on one that somebody recorded, on one of the same
shape, or only on the columns that other programs read."""
Gone = Literal["last_known", "closed"]
"""What a facility becomes that its source does not list any more."""

ADDRESSES, GRID, TIMETABLE = "addresses.csv", "population_grid.csv", "timetable"
WATCHED = "-"
"""What a source is for that no file of the folder is made of: it is compared with its last copy."""

VIRTUAL = ("address", "lonlat", "suspended", "source_id")
"""What a column may be beside a field: an address in one text, ``lon;lat``, whether it is given up
for now, its id."""

_TABLES: Mapping[str, tuple[str, ...]] = {
    ADDRESSES: ("street", "number"),
    GRID: ("cell", "people"),
}
_OPEN = ("overpass", "geojson", "bdl", "gtfs", "extract", "geocoder")
"""Readers whose rows need not all have the same columns."""

_LOCAL = r"http://(127\.0\.0\.1|localhost)(:[0-9]+)?(/\S*)?"
Address = Annotated[
    str, matches(rf"https://\S+|{_LOCAL}", "an address with https", "https://example.org/")
]
Few = Annotated[Count, Field(ge=1, description="a whole number, 1 or more", examples=[1])]
Columns = Mapping[str, str | tuple[str, ...]]


@declared
@dataclass(frozen=True)
class Source:
    """An official source and what is taken from it.

    Attributes
    ----------
    id, title, licence, attribution : str
    url : str
        Where it is; ``{part}`` stands for each of `parts`.
    reader : str
        What kind of reply it gives.
    into : str
        Layer, ``addresses.csv``, ``population_grid.csv``, ``timetable``, or ``-``.
    every_days, least_rows : int
        How often it is to be looked at; fewer rows than that are not believed.
    tried : str
        On what its reader was tried; see `Tried`.
    columns, maybe : mapping
        Our field to its column, or the first of several that says something; those of `columns`
        have to be there.
    constants : mapping
        What every new facility of this source is.
    only : mapping
        Column to the value that rows have to have, capitals apart.
    first_only : tuple of str
        Fields that are taken for new facilities alone, since people word them better.
    note : mapping
        Words to columns: what becomes a note, for which there is no field.
    name_prefix : str or None
        Stands before a name, or for one.
    marker : str or None
        Words by which the ``source`` of a facility names this source.
    ids : str or None
        Whose ids its rows carry, where several sources share them.
    gone, precision : str
    crs : str
        Of its coordinates.
    parts, hosts : tuple of str
        Parts of the url; hosts that a redirect may go to beside its own.
    query : str or None
        What is sent, where it has to be asked by POST.
    encoding, delimiter, member : str
        Of a table, and its name inside an archive.
    lines : str or None
        Pattern of the lines of a table that are read; the rest of Europe is not.
    most_mb : int
        A longer reply is not read.
    """

    id: Id
    title: Word
    url: Address
    reader: Annotated[Reader, one_of(get_args(Reader))]
    licence: Word
    attribution: Word
    every_days: Few
    least_rows: Few
    tried: Annotated[Tried, one_of(get_args(Tried))]
    into: Word = WATCHED
    columns: Columns = Field(default_factory=dict)
    maybe: Columns = Field(default_factory=dict)
    constants: Mapping[str, str | bool | int] = Field(default_factory=dict)
    only: Mapping[str, str] = Field(default_factory=dict)
    first_only: tuple[str, ...] = ()
    note: Mapping[str, str] = Field(default_factory=dict)
    name_prefix: Word | None = None
    marker: Word | None = None
    ids: Word | None = None
    gone: Annotated[Gone, one_of(get_args(Gone))] = "last_known"
    precision: Annotated[str, one_of(PRECISIONS)] = "exact"
    crs: Annotated[str, matches("EPSG:[0-9]+", "EPSG:<number>", "EPSG:4326")] = "EPSG:4326"
    parts: Words | tuple[()] = ()
    hosts: Words | tuple[()] = ()
    query: Word | None = None
    encoding: Word = "utf-8"
    delimiter: Word = ","
    member: Word | None = None
    lines: Word | None = None
    most_mb: Few = 20

    @property
    def ids_of(self) -> str:
        """Whose ids its rows carry."""
        return self.ids or self.id

    @property
    def addresses(self) -> tuple[str, ...]:
        """The url with each of its parts."""
        return tuple(self.url.replace("{part}", part) for part in self.parts) or (self.url,)


def read_sources(
    folder: Path, log: FaultLog, *, layers: Collection[str] | None = None
) -> tuple[Source, ...]:
    """Return the sources of a city folder; faults go to `log`.

    Parameters
    ----------
    folder : Path
    log : FaultLog
        Of `FILE`.
    layers : collection of str, optional
        The layers of the folder; not asked for where they are not known.

    Returns
    -------
    tuple of Source
        In the order of the file; none without it.
    """
    found = read_tables(Source, folder, log)
    targets = [*(layers or ()), ADDRESSES, GRID, TIMETABLE, WATCHED]
    for source in found:
        if layers is not None and source.into not in targets:
            log.add(source.id, "into", f"is {source.into!r}", ", ".join(targets))
        fields = _TABLES.get(source.into) or tuple(field.name for field in FIELDS)
        for table in ("columns", "maybe", "constants"):
            for name in sorted(set(getattr(source, table)) - {*fields, *VIRTUAL, *_more(source)}):
                log.add(source.id, f"{table}.{name}", "is no field", ", ".join(fields))
        if source.reader not in _OPEN and not source.columns:
            log.add(source.id, "columns", "is missing", "our field = its column")
        if ("{part}" in source.url) != bool(source.parts):
            log.add(source.id, "parts", "does not fit the url", "{part} in the url, and parts")
        if source.reader == "overpass" and source.query is None:
            log.add(source.id, "query", "is missing", "what Overpass is asked")
    twice = [one.id for one in found if [*map(_target, found)].count(_target(one)) > 1]
    for name in twice:
        log.add(name, WHOLE, "is the same as another source", "each source once")
    return found


def _target(source: Source) -> tuple[str, str | None, str]:
    return source.url, source.query, source.into


def _more(source: Source) -> tuple[str, ...]:
    """Return what a source may name that is no field of a facility: a watched one may say all."""
    if source.into == WATCHED:
        return (*source.columns, *source.maybe)
    return ("age_0_14", "age_15_64", "age_65_plus") if source.into == GRID else ()
