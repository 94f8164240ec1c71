"""Hold what a source says otherwise than the city folder, row by row, to be accepted or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import shapely

from locator.base.errors import N_, InvalidParameterError
from locator.base.geojson import Collection as GeoJSON
from locator.base.geojson import collection, feature
from locator.curation.refresh.matching import apart_m
from locator.curation.refresh.records import Point, Record
from locator.curation.refresh.sources import Source
from locator.curation.refresh.values import same

Kind = Literal["new", "gone", "changed", "moved", "doubtful"]
KINDS: tuple[Kind, ...] = ("new", "gone", "changed", "moved", "doubtful")
"""In the order in which they are shown."""

STILL_M = 5.0
"""A point that is that near to the former one did not move."""


@dataclass(frozen=True)
class Change:
    """One row of a difference.

    Attributes
    ----------
    id : str
        By which it is accepted: the facility's id, or the key of a row of a table.
    kind : str
        One of `KINDS`; ``doubtful`` is accepted only by its id.
    name : str
    key : str
        Its id at the source.
    fields : mapping of str to (before, after)
    before, after : tuple of float or None
        Lon, lat.
    why : str
        Why it is doubtful.
    becomes : mapping or None
        What the folder has then: a feature, or the row of a table; None where it goes away.
    """

    id: str
    kind: Kind
    name: str
    key: str = ""
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    before: Point | None = None
    after: Point | None = None
    why: str = ""
    becomes: Mapping[str, Any] | None = None

    @property
    def moved_m(self) -> float | None:
        """How far it moved; None where it did not, or one of the places is not known."""
        return apart_m(self.before, self.after) if self.before != self.after else None


@dataclass(frozen=True)
class Difference:
    """What a source says otherwise than the folder.

    Attributes
    ----------
    source : Source
    date : str
        Of the source's data, or of the day when it was asked (ISO 8601).
    cited : str
        How a facility names the source as of that day.
    records : tuple of Record
        All that it lists.
    changes : tuple of Change
        By kind, then in the order of the source.
    facilities : mapping of str to str
        Facility of each key that is surely one.
    """

    source: Source
    date: str
    cited: str
    records: tuple[Record, ...]
    changes: tuple[Change, ...]
    facilities: Mapping[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows there are of each kind, and how much is as it was."""
        kinds = Counter(change.kind for change in self.changes)
        changed = {change.key for change in self.changes}
        same = sum(record.key not in changed for record in self.records)
        return {kind: kinds[kind] for kind in KINDS} | {"unchanged": same}

    def chosen(self, ids: Collection[str]) -> tuple[Change, ...]:
        """Return the rows with these ids; without any, all that are not doubtful.

        Raises
        ------
        InvalidParameterError
            There is no row of such an id.
        """
        if not ids:
            return tuple(change for change in self.changes if change.kind != "doubtful")
        unknown = sorted(set(ids) - {change.id for change in self.changes})
        if unknown:
            raise InvalidParameterError(
                N_("The difference has no row {unknown}."),
                parameter="id",
                unknown=", ".join(unknown),
            )
        return tuple(change for change in self.changes if change.id in ids)

    def geojson(self) -> GeoJSON:
        """Return the rows as features: a point, or the line along which something moved."""
        return collection(
            (_feature(change) for change in self.changes),
            source=self.source.title,
            source_date=self.date,
            licence=self.source.licence,
            attribution=self.source.attribution,
        )


def _feature(change: Change) -> dict[str, Any]:
    ends = [point for point in (change.before, change.after) if point is not None]
    moved = change.moved_m
    shape = shapely.LineString(ends) if moved else shapely.Point(ends[-1]) if ends else None
    properties = {
        "id": change.id,
        "change": change.kind,
        "name": change.name,
        "fields": {name: list(values) for name, values in change.fields.items()},
        "moved_m": None if moved is None else round(moved, 1),
        "why": change.why or None,
    }
    return feature(properties, shape)


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return rows by their kind, otherwise in their order."""
    return tuple(sorted(changes, key=lambda change: KINDS.index(change.kind)))


def table_changes(
    records: Iterable[Record], ours: Mapping[str, Record], *, complete: bool = True
) -> tuple[Change, ...]:
    """Return what is new, gone, changed or moved in a table whose rows have keys.

    Parameters
    ----------
    records : iterable of Record
        What the source lists.
    ours : mapping of str to Record
        What is on file, by key.
    complete : bool
        False where the source is not expected to list all that is on file.
    """
    theirs = {record.key: record for record in records}
    changes = [_table_change(record, ours.get(key)) for key, record in theirs.items()]
    if complete:
        changes += [
            Change(key, "gone", record.name, key=key, before=record.point)
            for key, record in ours.items()
            if key not in theirs
        ]
    return in_order(change for change in changes if change is not None)


def _table_change(record: Record, old: Record | None) -> Change | None:
    becomes = dict(record.values)
    if old is None:
        return Change(
            record.key, "new", record.name, key=record.key, after=record.point, becomes=becomes
        )
    fields = {
        name: (old.values.get(name), value)
        for name, value in record.values.items()
        if not same(name, old.values.get(name), value)
    }
    metres = apart_m(old.point, record.point)
    moved = metres is not None and metres > STILL_M
    if not fields and not moved:
        return None
    return Change(
        record.key,
        "changed" if fields else "moved",
        record.name,
        key=record.key,
        fields=fields,
        before=old.point,
        after=record.point if moved else old.point,
        becomes={**old.values, **becomes},
    )
