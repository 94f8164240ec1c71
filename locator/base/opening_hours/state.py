"""Say whether a place is open, from OpenStreetMap's opening_hours grammar.

A text is read once, into rules (`locator.base.opening_hours.grammar`): the state, the next change,
the words (`hours_in_words`) and the coverage by the hour all come from them. Hours that are
missing or malformed, that can be understood in two ways or depend on what nobody knows here (school
holidays, the sun without coordinates, an arrangement by telephone) are unknown; they are never
called open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from locator.base.opening_hours.calendar import Where
from locator.base.opening_hours.grammar import rules_of
from locator.base.opening_hours.rules import Rule
from locator.base.opening_hours.schedule import DAY, differs, pieces_of
from locator.base.opening_hours.words import hours_in_words as hours_in_words

State = Literal["open", "closed", "unknown"]

HORIZON_DAYS = 400
"""A change that is farther away is not looked for."""


@dataclass(frozen=True)
class OpenState:
    """Whether a place is open at a moment.

    Attributes
    ----------
    state : str
        ``open``, ``closed`` or ``unknown``.
    next_change : datetime or None
        When the state changes, with the time zone; None where it does not within
        `HORIZON_DAYS`, or where nothing can be read at all.
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

    Returns
    -------
    OpenState
        Unknown, too, at moments that the hours can be understood in two ways about.
    """
    if not isinstance(opening_hours, str):
        return UNKNOWN
    text = opening_hours.strip()
    moment = at.replace(tzinfo=ZoneInfo(timezone)) if at.tzinfo is None else at
    # Doors open and close on the minute. By way of UTC: a time that the clocks skip in spring
    # becomes the one an hour later, and one that they show twice is two.
    minute = moment.astimezone(UTC).replace(second=0, microsecond=0)
    return _state(text, minute, Where(country, timezone, coordinates))


@dataclass
class _Latest:
    """The latest answer for some hours, and the minutes (UTC) for which it holds."""

    held: tuple[datetime, datetime, OpenState] | None = None


@lru_cache(maxsize=4096)
def _latest(text: str, where: Where) -> _Latest:
    return _Latest()


def _state(text: str, minute: datetime, where: Where) -> OpenState:
    """Return the state at a minute, UTC; until it changes, without reading the hours again."""
    latest = _latest(text, where)
    if latest.held is not None and latest.held[0] <= minute < latest.held[1]:
        return latest.held[2]
    found = _read(text, minute, where)
    if found.next_change is not None:
        latest.held = (minute, found.next_change.astimezone(UTC), found)
    return found


@lru_cache(maxsize=4096)
def _read(text: str, minute: datetime, where: Where) -> OpenState:
    rules = rules_of(text)
    if rules is None:
        return UNKNOWN
    moment = minute.astimezone(ZoneInfo(where.timezone))
    state = _state_at(text, moment, where)
    if _never_changes(rules):
        return OpenState(state, None)
    return OpenState(state, _next_change(text, moment, state, where))


def is_valid_hours(text: str) -> bool:
    """Tell whether `text` can be read as OpenStreetMap's grammar for opening hours.

    Parameters
    ----------
    text : str

    Returns
    -------
    bool
    """
    return rules_of(text.strip()) is not None


def understood_twice(
    text: str, *, country: str, timezone: str, around: date | None = None
) -> date | None:
    """Return the first day of a year from `around` whose hours can be understood in two ways.

    None where there is no such day. On such days the moments in question count as unknown.

    Parameters
    ----------
    text : str
        OpenStreetMap's grammar; what cannot be read has no such day.
    country, timezone : str
        As for `opening_state`.
    around : date, optional
        First day of the year that is looked at; today by default.

    Returns
    -------
    date or None
    """
    rules = rules_of(text.strip()) or ()
    if len(rules) < 2:
        return None
    first = around or datetime.now(ZoneInfo(timezone)).date()
    where = Where(country, timezone)
    days = (first + timedelta(days=n) for n in range(366))
    return next((day for day in days if differs(text.strip(), day, where)), None)


def _never_changes(rules: tuple[Rule, ...]) -> bool:
    return all(rule.always for rule in rules)


def _state_at(text: str, moment: datetime, where: Where) -> State:
    minute = moment.hour * 60 + moment.minute
    pieces = pieces_of(text, moment.date(), where)
    return next(state for begin, end, state in pieces if begin <= minute < end)


def _next_change(text: str, moment: datetime, state: State, where: Where) -> datetime | None:
    zone = ZoneInfo(where.timezone)
    now = moment.astimezone(UTC)
    for n in range(HORIZON_DAYS):
        day = moment.date() + timedelta(days=n)
        for instant in _instants(text, day, where, zone):
            local = instant.astimezone(zone)
            if instant > now and _state_at(text, local, where) != state:
                return local
    return None


def _instants(text: str, day: date, where: Where, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the instants of a day at which the state may change, in their order, UTC.

    The clock on the wall decides. In the night when it goes back, a time is there twice; when it
    goes forward, the states of the hour that is skipped are skipped, too: so each hour counts.
    """
    midnight = datetime.combine(day, time(0), tzinfo=zone)
    walls = {begin for begin, _, _ in pieces_of(text, day, where)}
    if midnight.utcoffset() != (midnight + DAY).utcoffset():
        walls |= set(range(0, 24 * 60, 60))
    local = [midnight + timedelta(minutes=minute) for minute in walls]
    yield from sorted({one.replace(fold=fold).astimezone(UTC) for one in local for fold in (0, 1)})
