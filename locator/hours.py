"""Say whether a place is open, from OpenStreetMap's opening_hours grammar.

Hours that are missing, malformed or depend on what nobody knows here (school holidays, the sun
without coordinates, an arrangement by telephone) are unknown; they are never called open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from opening_hours import (  # type: ignore[attr-defined]  # its stubs leave the errors out
    OpeningHours,
    ParserError,
    UnknownCountryError,
)

from locator.hours_words import hours_in_words as hours_in_words

State = Literal["open", "closed", "unknown"]

_COMMENT = re.compile(r'"[^"]*"')
_SUN = re.compile(r"\b(?:dawn|sunrise|sunset|dusk)\b", re.IGNORECASE)
_SCHOOL_HOLIDAY = re.compile(r"\bSH\b")
_HOLIDAY = re.compile(r"\bPH\b")
_ALWAYS_CLOSED = re.compile(r"^(?:24/7\s+)?(?:off|closed)$", re.IGNORECASE)
_CLOSING_RULE = re.compile(r"\b(?:off|closed)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class OpenState:
    """Whether a place is open at a moment.

    Attributes
    ----------
    state : str
        ``open``, ``closed`` or ``unknown``.
    next_change : datetime or None
        When the state changes, with the time zone; None where it never does or is not known.
    """

    state: State
    next_change: datetime | None


UNKNOWN = OpenState("unknown", None)


def opening_state(
    opening_hours: str | None,
    at: datetime,
    *,
    country: str,
    timezone: str,
    coordinates: tuple[float, float] | None = None,
) -> OpenState:
    """Return whether a place with these hours is open at a moment, and until when.

    Parameters
    ----------
    opening_hours : str or None
        OpenStreetMap's grammar. None, empty and malformed hours are unknown.
    at : datetime
        The moment; without a time zone it is local time of `timezone`.
    country : str
        ISO 3166-1 alpha-2, for public holidays.
    timezone : str
        IANA name, e.g. ``"Europe/Warsaw"``.
    coordinates : tuple of float, optional
        Lon, lat, for hours that follow the sun; without them such hours are unknown.
    """
    if not isinstance(opening_hours, str) or not opening_hours.strip():
        return UNKNOWN
    text = opening_hours.strip()
    rules = _COMMENT.sub("", text)
    if not rules.strip() or (_SUN.search(rules) and coordinates is None):
        return UNKNOWN
    if _only_exceptions(rules):
        return UNKNOWN
    hours = _parsed(text, country, timezone, coordinates)
    if hours is None:
        return UNKNOWN
    zone = ZoneInfo(timezone)
    moment = at.replace(tzinfo=zone) if at.tzinfo is None else at
    # By way of UTC: a time that the clocks skip in spring becomes the one an hour later.
    moment = moment.astimezone(UTC).astimezone(zone)
    state = _state_at(hours, moment)
    if state == "open" and _SCHOOL_HOLIDAY.search(rules):
        return UNKNOWN  # no calendar of school holidays is at hand
    return OpenState(state, _next_change(hours, moment, state, zone))


def is_valid_hours(text: str) -> bool:
    """Tell whether `text` follows OpenStreetMap's grammar for opening hours."""
    return _parsed(text.strip(), None, None, None) is not None


def _only_exceptions(rules: str) -> bool:
    # "PH off" alone says nothing of the other days; "off" alone says that it is closed.
    parts = [part.strip() for part in rules.split(";") if part.strip()]
    return all(
        _CLOSING_RULE.search(part) is not None and _ALWAYS_CLOSED.match(part) is None
        for part in parts
    )


@lru_cache(maxsize=4096)
def _parsed(
    text: str,
    country: str | None,
    timezone: str | None,
    coordinates: tuple[float, float] | None,
) -> Any:
    options: dict[str, Any] = {}
    if timezone is not None:
        options["timezone"] = ZoneInfo(timezone)
    if coordinates is not None:
        options["coords"] = (coordinates[1], coordinates[0])
    try:
        return OpeningHours(text, country=country, **options)
    except UnknownCountryError:
        if _HOLIDAY.search(text):
            return None  # its public holidays are not at hand
        return OpeningHours(text, **options)
    except ParserError:
        return None


def _state_at(hours: Any, moment: datetime) -> State:
    if hours.is_open(moment):
        return "open"
    return "closed" if hours.is_closed(moment) else "unknown"


def _next_change(hours: Any, moment: datetime, state: State, zone: tzinfo) -> datetime | None:
    later: datetime | None = moment
    for _ in range(20):  # a change of the comment alone is no change of the state
        later = hours.next_change(later)
        if later is None:
            return None
        if _state_at(hours, later) != state:
            return later.astimezone(zone)
    return None
