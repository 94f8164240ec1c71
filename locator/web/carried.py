"""Write what one takes along of a facility: its hours as a calendar, its contact as a card.

Both are written by icalendar, whose lines and escapes they share (RFC 5545, RFC 2426).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, Event
from icalendar.prop import vAdr, vGeo, vN, vOrg

from locator.base.opening_hours.week import week_of
from locator.city.model import City
from locator.web.i18n import gettext, text
from locator.web.words.cards import Card

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def calendar_of(city: City, facility: Card, *, url: str, now: datetime) -> bytes:
    """Return the weekly hours as an iCalendar file, an event for the days of the same times.

    Parameters
    ----------
    city : City
    facility : Card
        Its hours are such that `locator.web.words.hours.has_calendar`.
    url : str
        Address of its page.
    now : datetime
        Events begin on this day, in the city's time zone.
    """
    zone = ZoneInfo(city.catalogue.timezone)
    calendar = Calendar()
    calendar.add("prodid", "-//locator//hours//")
    calendar.add("version", "2.0")
    together: dict[tuple[int, int], list[int]] = {}
    for day, times in enumerate(week_of(facility.facts["opening_hours"]) or ()):
        for span in times:
            together.setdefault(span, []).append(day)
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    for (start, end), days in together.items():
        wait = min((day - today.weekday()) % 7 for day in days)
        first = today + timedelta(days=wait)
        event = Event()
        event.add("uid", f"{facility.id}-{start}-{end}@{city.catalogue.id}.locator")
        event.add("dtstamp", now)
        event.add("dtstart", (first + timedelta(minutes=start)).replace(tzinfo=zone))
        event.add("dtend", (first + timedelta(minutes=end)).replace(tzinfo=zone))
        event.add("rrule", {"freq": "weekly", "byday": [DAYS[day] for day in days]})
        event.add("summary", gettext("Open: {name}", name=facility.name))
        event.add("location", ", ".join(filter(None, _address(city, facility))))
        event.add("url", url)
        event.add("transp", "TRANSPARENT")  # it fills nobody's day
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


class _Card(Component):
    name = "VCARD"


def contact_of(city: City, facility: Card, *, url: str) -> bytes:
    """Return the contact as a vCard 3.0, which every telephone reads."""
    facts, contact = facility.facts, _Card()
    contact.add("version", "3.0")
    contact.add("n", vN((facility.name, "", "", "", "")))
    contact.add("fn", facility.name)
    contact.add("org", vOrg((facts.get("operator") or facility.name,)))
    for phone in facility.phones:
        contact.add("tel", phone.dial, parameters={"TYPE": "WORK"})
    if "@" in (facts.get("email") or ""):
        contact.add("email", facts["email"])
    if facility.address:
        contact.add("adr", vAdr(_address(city, facility)), parameters={"TYPE": "WORK"})
    if facility.precision == "exact":
        contact.add("geo", vGeo((round(facts["geometry"].y, 6), round(facts["geometry"].x, 6))))
    contact.add("url", facility.website or url)
    return bytes(contact.to_ical(sorted=False))


def _address(city: City, facility: Card) -> tuple[str, str, str, str, str, str, str]:
    """Return the address as vCard parts it: street, city and postcode are the ones we know."""
    postcode = facility.facts.get("postcode") or ""
    return "", "", facility.address, text(city.catalogue.names), "", postcode, ""
