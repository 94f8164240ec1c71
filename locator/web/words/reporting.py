"""Put residents' reports and what was corrected into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from locator.base.errors import N_
from locator.city.overrides import Override, overrides_of
from locator.curation.resident_reports import Kind
from locator.web.i18n import day, gettext
from locator.web.state import state
from locator.web.words.cards import Card, hours_said
from locator.web.words.details import details_of

WRONG: Mapping[Kind, str] = {
    "closed": N_("It is closed for good"),
    "moved": N_("It has moved"),
    "hours": N_("The opening hours are wrong"),
    "phone": N_("The telephone number is wrong"),
    "not_step_free": N_("It cannot be entered without steps"),
    "other": N_("Something else"),
}
"""What can be wrong, as the form says it."""

SAID: Mapping[Kind, str] = {**WRONG, "right": N_("All of this is right")}

FIELDS: Mapping[str, str] = {
    **dict.fromkeys(("status", "closed", "status_note"), N_("Status")),
    **dict.fromkeys(("street", "housenumber", "postcode", "place_note"), N_("Address")),
    **dict.fromkeys(("lon", "lat"), N_("Place on the map")),
    "phone": N_("Telephone"),
    **dict.fromkeys(("opening_hours", "hours_text"), N_("Hours")),
    "wheelchair": N_("Wheelchair"),
}
"""What an override may change, in the words of the facility's page."""


@dataclass(frozen=True)
class Corrected:
    """A correction in words: the day, and which facts it is about."""

    date: str
    facts: tuple[str, ...]
    by_resident: bool

    @property
    def line(self) -> str:
        """The correction as a sentence."""
        facts = ", ".join(self.facts)
        if self.by_resident:
            return gettext(
                "Corrected on {date} after a report by a resident: {facts}.",
                date=day(self.date),
                facts=facts,
            )
        return gettext("Corrected on {date}: {facts}.", date=day(self.date), facts=facts)


def corrected(facility_id: str) -> list[Corrected]:
    """Return the corrections of a facility, the latest first."""
    found = overrides_of(state().city.overrides, facility_id)
    return [_corrected(one) for one in found if one.corrects]


def _corrected(override: Override) -> Corrected:
    names = [gettext(name) for key, name in FIELDS.items() if key in override.changes]
    facts = tuple(name.lower() for name in dict.fromkeys(names))
    return Corrected(override.date, facts, override.report is not None)


def kept_words(keep_days: int) -> str:
    """Return what is kept of a report, and how long."""
    return gettext(
        "The place, what is wrong, your words, the language and the day; no name, no address of "
        "your device, no position. Reports are read by those who run this site, and removed "
        "{days} days after a decision. To stop floods, your connection is counted for a day, in "
        "memory only and as a number that leads back to nobody.",
        days=keep_days,
    )


def present_facts(facility: Card) -> dict[str, str]:
    """Return what is known at present of all that reports are about, by its name."""
    facts, details = facility.facts, details_of(facility)
    checked = day(facts["verified_on"]) if facts.get("verified_on") else None
    known = {
        gettext("Status"): details.status,
        gettext("Address"): facility.where,
        gettext("Place on the map"): details.precision,
        gettext("Telephone"): facts.get("phone"),
        gettext("Hours"): hours_said(facts) or facts.get("hours_text"),
        gettext("Wheelchair"): details.wheelchair,
        gettext("Last checked"): checked,
        gettext("Source"): facts["source"],
    }
    return {name: value or gettext("not known") for name, value in known.items()}
