"""Tell whether a place of a city is open: its hours, by its country, its clock and its sun."""

from __future__ import annotations

from datetime import datetime

from locator.base.opening_hours.state import OpenState, opening_state
from locator.city.model import City


def opening_in(city: City, opening_hours: str | None, at: datetime) -> OpenState:
    """Return whether a place of a city is open at a moment; see `opening_state`."""
    catalogue = city.catalogue
    return opening_state(
        opening_hours,
        at,
        country=catalogue.country,
        timezone=catalogue.timezone,
        coordinates=city.middle,
    )
