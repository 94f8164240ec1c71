"""Turn a row of the facilities into what a page shows of it, every fact in words."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from locator.base.opening_hours.state import hours_in_words, is_valid_hours
from locator.city.catalogue import Layer
from locator.city.model import City
from locator.city.opening import opening_in
from locator.city.usability import is_assumed
from locator.web.i18n import current_language, day, gettext, ngettext, text
from locator.web.words.texts import ACCESS, PRECISION, PRECISION_SHORT, STATUS, opening_words

DIALLED = re.compile(r"[^0-9+]")
WEB = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True)
class Phone:
    """A telephone number, as shown and as dialled."""

    shown: str
    dial: str


@dataclass(frozen=True)
class Chip:
    """A short remark; `kind` (good, bad, attention, unknown, plain) chooses its sign."""

    kind: str
    label: str


@dataclass(frozen=True)
class Card:
    """One facility in words.

    Attributes
    ----------
    id, name : str
    layer : Layer
    kind, address, district, place_note : str
        Empty where not known; the kind as ``kinds.toml`` names it.
    tells_kind : bool
        Whether the kind says more than the layer does, since the layer has several.
    status, precision : str
        Codes; ``precision`` is ``"none"`` for a facility that is not located.
    facts : mapping
        The row, missing values as None.
    """

    id: str
    name: str
    layer: Layer
    kind: str
    tells_kind: bool
    address: str
    district: str
    place_note: str
    status: str
    precision: str
    phones: tuple[Phone, ...]
    website: str | None
    chips: tuple[Chip, ...]
    facts: Mapping[str, Any]

    @property
    def located(self) -> bool:
        """Whether it is on the map."""
        return self.precision != "none"

    @property
    def where(self) -> str:
        """Address and district on one line."""
        known = [part for part in (self.address, self.district) if part]
        return ", ".join(known) or gettext("Address not known")

    @property
    def precision_label(self) -> str:
        """Precision of the place in two or three words."""
        return gettext(PRECISION_SHORT[self.precision])

    @property
    def precision_warning(self) -> str:
        """A sentence where the place is not exact; empty where it is."""
        if self.precision in ("exact", "none"):
            return ""
        return gettext(PRECISION[self.precision])

    @property
    def precision_brief(self) -> str:
        """The same in a few words."""
        words = {
            "street": gettext("place known to the street only"),
            "area": gettext("place known to the neighbourhood only"),
        }
        return words.get(self.precision, "")

    @property
    def places(self) -> str:
        """How many places it has, or nothing."""
        count = self.facts.get("places")
        if count is None:
            return ""
        if self.facts.get("places_basis") == "approximate":
            return ngettext("about {n} place", "about {n} places", int(count))
        return ngettext("{n} place", "{n} places", int(count))

    @property
    def checked(self) -> str:
        """When the facts were last verified, or how old they are."""
        if self.facts.get("verified_on"):
            return gettext("checked on {date}", date=day(self.facts["verified_on"]))
        if self.facts.get("source_date"):
            return gettext("data of {date}", date=day(self.facts["source_date"]))
        return gettext("date of the data not known")


def card(
    city: City,
    facility_id: str,
    *,
    opening: tuple[str, datetime | None, datetime] | None = None,
) -> Card:
    """Return the card of one facility.

    Parameters
    ----------
    city : City
    facility_id : str
        In the index of ``city.facilities``.
    opening : tuple of (state, next change, now), optional
        Opening state; without it nothing is said of it.

    Raises
    ------
    KeyError
        If there is no such facility.
    """
    row = city.facilities.index.get_loc(facility_id)
    facts = city.facts(row)
    layer = city.catalogue.layers[facts["layer"]]
    return Card(
        id=facility_id,
        name=facts["name"],
        layer=layer,
        kind=text(city.kinds.get(facts.get("kind") or "")),
        tells_kind=bool(facts.get("kind")) and layer.id in city.mixed_layers,
        address=facts.get("address") or "",
        district=district_name(city, facts.get("district")),
        place_note=facts.get("place_note") or "",
        status=facts["status"],
        precision=precision_of(facts),
        phones=phones(facts.get("phone")),
        website=web_address(facts.get("website")),
        chips=chips(facts, layer, opening),
        facts=facts,
    )


def opening_of(
    city: City, hours: str | None, at: datetime
) -> tuple[str, datetime | None, datetime]:
    """Return the opening state at `at`, the next change, and `at` itself."""
    found = opening_in(city, hours, at)
    return found.state, found.next_change, at


def hours_said(facts: Mapping[str, Any]) -> str:
    """Return the hours of a facility in the reader's words, or nothing.

    What cannot be read is quoted, and said to be a quotation.
    """
    hours = facts.get("opening_hours")
    if not hours:
        return ""
    if is_valid_hours(hours):
        return hours_in_words(hours, current_language())
    return gettext("written in OpenStreetMap as “{hours}”, which cannot be read", hours=hours)


def _located(facts: Mapping[Hashable, Any] | Mapping[str, Any]) -> bool:
    return facts.get("x") is not None and facts.get("y") is not None


def district_name(city: City, district_number: Any) -> str:
    """Return ``"IV Prądnik Biały"`` for a district's number, or nothing."""
    return "" if district_number is None else city.district_titles.get(int(district_number), "")


def precision_of(facts: Mapping[str, Any]) -> str:
    """Return the code of how precisely a facility is located; ``"none"`` where it is not."""
    return (facts.get("location_precision") or "none") if _located(facts) else "none"


def phones(value: str | None) -> tuple[Phone, ...]:
    """Return the numbers in ``"+48 12 644 23 95; 12 644 00 00"``."""
    parts = (part.strip() for part in (value or "").split(";"))
    return tuple(Phone(part, DIALLED.sub("", part)) for part in parts if DIALLED.sub("", part))


def web_address(value: str | None) -> str | None:
    """Return an address that is safe to link to, or None."""
    if not value:
        return None
    if WEB.match(value):
        return value
    # "javascript:" and the like are never linked; a bare host is.
    return None if ":" in value.split("/")[0] else f"https://{value}"


def chips(
    facts: Mapping[str, Any],
    layer: Layer,
    opening: tuple[str, datetime | None, datetime] | None,
) -> tuple[Chip, ...]:
    """Return the remarks on a facility, the most important first."""
    found = []
    status = facts["status"]
    if status != "open":
        kind = "bad" if status == "closed" else "attention"
        found.append(Chip(kind, gettext(STATUS[status])))
        if status != "closed" and facts.get("expected_opening"):
            label = gettext("Expected opening: {date}", date=day(facts["expected_opening"]))
            found.append(Chip("plain", label))
    elif opening and not layer.moves:
        state, next_change, at = opening
        kind = {"open": "good", "closed": "bad"}.get(state, "unknown")
        label = opening_words(state, next_change, at)
        if state == "unknown" and facts.get("opening_hours"):
            label = gettext("Not known whether it is open now")  # hours there are
        found.append(Chip(kind, label))
    if facts["status_basis"] == "last_known":
        label = gettext("Open by an older list, not confirmed since")
        if phones(facts.get("phone")):
            label = gettext("Open by an older list: call before you go")
        found.append(Chip("attention", label))
    if is_assumed(facts.get("vehicle")):
        found.append(Chip("unknown", gettext("Maybe; not confirmed")))
    elif layer.moves:
        found.append(Chip("attention", gettext("On a vehicle")))
    access = facts.get("access")
    if access in ("customers", "permit", "private", "no"):
        found.append(Chip("attention", gettext(ACCESS[access])))
    if facts.get("is_new"):
        found.append(Chip("plain", gettext("New")))
    if not _located(facts):
        found.append(Chip("unknown", gettext("Not on the map")))
    return tuple(found)
