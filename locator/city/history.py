"""Tell which facilities stood on a day, as far as anybody has written it down.

A date may be reduced to a month or a year: it is any day of that. Where nobody wrote down when a
facility opened, it did so at the latest on the day of its source; where its list says that it is
new (``is_new``), not before the years that the city's claims are about. A facility that is being
built may open from the first day on that its opening is expected, and never surely: a promise is
no opening.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from locator.base.geo import Flags
from locator.city.model import City
from locator.city.usability import BARRED

Span = tuple[date, date]

DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
"""A day in ISO 8601, maybe reduced to its month or its year."""


@dataclass(frozen=True, eq=False)
class Standing:
    """Which facilities could be used on a day.

    Attributes
    ----------
    at : date
    sure, possible : (n,) bool arrays
        In the order of ``city.facilities``: known to have stood then; not known not to have.
    """

    at: date
    sure: Flags
    possible: Flags


def span_of(value: object) -> Span | None:
    """Return the first and the last day that a date may be.

    Parameters
    ----------
    value : object
        An ISO 8601 text, maybe reduced to a month or a year; anything else is no date.

    Returns
    -------
    tuple of (date, date) or None
    """
    if not isinstance(value, str):
        return None
    parts = [int(part) for part in value.split("-")]
    year, month, day = (*parts, 0, 0)[:3]
    first = date(year, month or 1, day or 1)
    if day:
        return first, first
    last_month = month or 12
    return first, date(year, last_month, monthrange(year, last_month)[1])


def is_date(text: str) -> bool:
    """Tell whether a text is a date that `span_of` reads.

    Parameters
    ----------
    text : str

    Returns
    -------
    bool
        False also for a day that its month does not have.
    """
    if DATE.fullmatch(text) is None:
        return False
    try:
        return span_of(text) is not None
    except ValueError:
        return False


def opening_span(city: City, row: Mapping[str, Any]) -> Span:
    """Return the first and the last day on which a facility that is or was open may have opened.

    Parameters
    ----------
    city : City
    row : mapping
        A row of ``city.facilities``: ``opened``, ``is_new``, ``source_date``, ``verified_on``.

    Returns
    -------
    tuple of (date, date)
        From ``date.min`` on where nobody knows.
    """
    seen = [_last_day(city)]
    seen += [span[1] for key in SEEN if (span := span_of(row.get(key)))]
    known = span_of(row.get("opened"))
    if known:
        return known[0], max(known[0], min(known[1], *seen))
    period = city.claims.period
    new = span_of(period.since) if period and row.get("is_new") is True else None
    first = new[0] if new else date.min
    return first, max(first, min(seen))


SEEN = ("source_date", "verified_on")


def standing(city: City, at: date) -> Standing:
    """Return which facilities could be used on a day.

    Parameters
    ----------
    city : City
    at : date
        From the date of the data on all that is open now surely stands; what is being built may
        join it.

    Returns
    -------
    Standing
    """
    columns = ("status", "access", "opened", "closed", "expected_opening", "is_new", *SEEN)
    values = [city.columns[name] for name in columns]
    found = [
        _stands(city, dict(zip(columns, row, strict=True)), at) for row in zip(*values, strict=True)
    ]
    sure, possible = np.array(found, dtype=np.bool_).reshape(-1, 2).T
    return Standing(at, sure, possible)


def _stands(city: City, row: Mapping[str, Any], at: date) -> tuple[bool, bool]:
    if row["access"] in BARRED:
        return False, False
    first, last = opening_span(city, row)
    if row["status"] == "open":
        return last <= at, first <= at
    seen = min([span[1] for key in SEEN if (span := span_of(row[key]))] or [_last_day(city)])
    if row["status"] == "closed":
        gone = span_of(row["closed"]) or (date.min, seen)
        known = span_of(row["opened"]) is not None
        return known and last <= at < gone[0], first <= at < gone[1]
    expected = span_of(row["expected_opening"])
    soon = expected is not None and expected[0] <= at and at > seen
    # What is being modernised was open before, until a day that nobody wrote down.
    return False, soon or (row["status"] == "modernisation" and first <= at <= seen)


def _last_day(city: City) -> date:
    span = span_of(city.catalogue.data_date)
    return span[1] if span else date.max
