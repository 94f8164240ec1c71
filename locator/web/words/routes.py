"""Give the addresses of what shows the way somewhere: maps of others, and the phone's own.

Plain links: nothing is asked of anybody before one is chosen. `static/map/ways.js` says the same of
the places on a map.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from locator.web.i18n import gettext


@dataclass(frozen=True)
class Route:
    """A way to be shown; `app` is True where the device chooses what shows it."""

    name: str
    url: str
    app: bool = False


def routes(
    goal: tuple[float, float], *, start: tuple[float, float] | None = None
) -> tuple[Route, ...]:
    """Return what shows the way on foot, the one that works everywhere first.

    Parameters
    ----------
    goal, start : (lon, lat)
        Without a start the map that is opened asks for it, or takes the position of the device.
    """
    to, origin = _written(*goal), _written(*start) if start else ""
    osm = {"engine": "fossgis_osrm_foot", "route": f"{origin};{to}"}
    google = {"api": "1", "destination": to, "travelmode": "walking"}
    apple = {"daddr": to, "dirflg": "w"}
    if start:
        google["origin"] = apple["saddr"] = origin
    return (
        Route("OpenStreetMap", "https://www.openstreetmap.org/directions?" + urlencode(osm)),
        Route("Google Maps", "https://www.google.com/maps/dir/?" + urlencode(google)),
        Route("Apple Maps", "https://maps.apple.com/?" + urlencode(apple)),
        Route(gettext("another app"), f"geo:{to}?q={to}", app=True),
    )


def _written(lon: float, lat: float) -> str:
    return f"{lat:.5f},{lon:.5f}"
