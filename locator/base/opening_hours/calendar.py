"""Look up what opening hours depend on: public holidays, Easter, the sun."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import (  # type: ignore[attr-defined]  # its stubs leave the error out
    OpeningHours,
    UnknownCountryError,
)


@dataclass(frozen=True)
class Where:
    """Where a place is, as far as its hours depend on it.

    Attributes
    ----------
    country : str
        ISO 3166-1 alpha-2, for public holidays.
    timezone : str
        IANA name.
    coordinates : tuple of float or None
        Lon, lat, for the sun.
    """

    country: str
    timezone: str
    coordinates: tuple[float, float] | None = None


@lru_cache(maxsize=4096)
def is_public(day: date, country: str) -> bool | None:
    """Tell whether a day is a public holiday; None for a country whose holidays are not known.

    Parameters
    ----------
    day : date
    country : str
        ISO 3166-1 alpha-2.

    Returns
    -------
    bool or None
    """
    calendar = _holidays(country)
    return None if calendar is None else bool(calendar.is_open(datetime.combine(day, time(12))))


@lru_cache(maxsize=8)
def _holidays(country: str) -> OpeningHours | None:
    try:
        return OpeningHours("PH", country=country)
    except UnknownCountryError:
        return None


@lru_cache(maxsize=64)
def easter_of(year: int) -> date:
    """Return Easter Sunday of a year."""
    found = OpeningHours("easter").next_change(datetime(year, 1, 1))
    assert found is not None  # there is one in every year
    return found.date()


@lru_cache(maxsize=4096)
def sun_min(event: str, day: date, where: Where) -> int | None:
    """Return when a day has its ``sunrise`` or the like, minutes of the clock; None: not known.

    Without coordinates it is not known, nor where the sun does not rise or set on that day.
    """
    if where.coordinates is None:
        return None
    lon, lat = where.coordinates
    zone = ZoneInfo(where.timezone)
    hours = OpeningHours(f"{event}-24:00", timezone=zone, coords=(lat, lon))
    found = hours.next_change(datetime.combine(day, time(0), tzinfo=zone))
    if found is None or found.date() != day:
        return None
    return found.hour * 60 + found.minute
