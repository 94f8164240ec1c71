"""Tell what is known to have changed in a city, and when: openings, closures, newer sources."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from locator.city.history import span_of
from locator.city.model import City

ChangeKind = Literal["data", "source", "opened", "closed"]


@dataclass(frozen=True)
class Change:
    """One thing that changed.

    Attributes
    ----------
    kind : str
        ``data`` (the whole folder is of a newer day), ``source`` (a layer has data of that day),
        ``opened``, ``closed``.
    date : str
        As it is known: a day, a month or a year.
    layer : str or None
    facility : str or None
        Id of the facility that opened or closed.
    count : int
        How many facilities have that date of their source.
    """

    kind: ChangeKind
    date: str
    layer: str | None = None
    facility: str | None = None
    count: int = 0

    @property
    def id(self) -> str:
        """What names it for ever: another date is another change."""
        return "/".join((self.kind, self.facility or self.layer or "", self.date))


@dataclass(frozen=True)
class Opening:
    """A facility that is expected to open.

    Attributes
    ----------
    facility, layer : str
    date : str
        A day, a month or a year.
    """

    facility: str
    layer: str
    date: str


def changes_of(city: City) -> list[Change]:
    """Return what is known to have changed, the newest first.

    Parameters
    ----------
    city : City

    Returns
    -------
    list of Change
        What nobody has dated is not in it.
    """
    names = ("layer", "status", "opened", "closed", "source_date")
    columns = [city.columns[name] for name in names]
    found = [Change("data", city.catalogue.data_date)]
    sources: Counter[tuple[str, str]] = Counter()
    for id_, layer, status, opened, closed, of_source in zip(
        city.facilities.index, *columns, strict=True
    ):
        if span_of(opened):
            found.append(Change("opened", opened, layer, str(id_)))
        if status == "closed" and span_of(closed):
            found.append(Change("closed", closed, layer, str(id_)))
        if span_of(of_source):
            sources[layer, of_source] += 1
    found += [Change("source", day, layer, count=count) for (layer, day), count in sources.items()]
    return sorted(found, key=lambda one: (_first_day(one.date), one.id), reverse=True)


def openings_of(city: City) -> list[Opening]:
    """Return which facilities are expected to open, the next first.

    Parameters
    ----------
    city : City

    Returns
    -------
    list of Opening
        Of what is open or closed nothing is expected.
    """
    columns = (city.columns[name] for name in ("layer", "status", "expected_opening"))
    found = [
        Opening(str(id_), layer, day)
        for id_, layer, status, day in zip(city.facilities.index, *columns, strict=True)
        if status not in ("open", "closed") and span_of(day)
    ]
    return sorted(found, key=lambda one: (_first_day(one.date), one.facility))


def _first_day(value: str) -> str:
    span = span_of(value)
    return span[0].isoformat() if span else ""
