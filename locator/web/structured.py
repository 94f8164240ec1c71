"""Tell machines that read pages what a facility is, in the words of schema.org (JSON-LD).

Only what is known is said: a point only where it is exact, hours only where they are plain.
"""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from locator.base.opening_hours.rules import DAY_MIN
from locator.base.opening_hours.week import week_of
from locator.city.model import City
from locator.web.i18n import text
from locator.web.words.cards import Card

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def facility_data(city: City, facility: Card, url: str) -> Markup:
    """Return the JSON-LD of a facility, safe inside a data block of a page."""
    place = _place(city, facility)
    if facility.facts.get("public"):
        said: dict[str, Any] = {
            "@type": "GovernmentService",
            "name": facility.name,
            "serviceType": facility.kind or text(facility.layer.names),
            "url": url,
            "areaServed": {"@type": "City", "name": text(city.catalogue.names)},
            "availableChannel": {"@type": "ServiceChannel", "serviceLocation": place},
        }
    else:
        said = place | {"url": url}
    written = json.dumps({"@context": "https://schema.org"} | said, ensure_ascii=False)
    # Inside a page "</script" would end the block whatever the quotes.
    return Markup(written.replace("<", "\\u003c"))


def _place(city: City, facility: Card) -> dict[str, Any]:
    facts = facility.facts
    address = {
        "streetAddress": facility.address,
        "postalCode": facts.get("postcode"),
        "addressLocality": text(city.catalogue.names),
        "addressCountry": city.catalogue.country,
    }
    place: dict[str, Any] = {"@type": "Place", "name": facility.name}
    if facility.address:
        known = {key: value for key, value in address.items() if value}
        place["address"] = {"@type": "PostalAddress"} | known
    if facility.precision == "exact":
        point = facts["geometry"]
        place["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": round(point.y, 6),
            "longitude": round(point.x, 6),
        }
    if facility.phones:
        place["telephone"] = facility.phones[0].dial
    if isinstance(hours := facts.get("opening_hours"), str) and (said := _hours(hours)):
        place["openingHoursSpecification"] = said
    return place


def _hours(text: str) -> list[dict[str, object]]:
    """Return the hours of the week, days of the same times together; none where not plain."""
    together: dict[tuple[int, int], list[str]] = {}
    for day, times in zip(DAYS, week_of(text) or (), strict=False):
        for span in times:
            together.setdefault(span, []).append(day)
    return [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": days,
            "opens": _clock(start),
            "closes": _clock(end),
        }
        for (start, end), days in together.items()
    ]


def _clock(minutes: int) -> str:
    # Schema.org knows no 24:00.
    shown = min(minutes, DAY_MIN - 1)
    return f"{shown // 60:02d}:{shown % 60:02d}"
