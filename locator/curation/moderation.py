"""Decide on residents' reports: an accepted one becomes an override of the city folder.

First the file of overrides is written, then the decision. Who is cut off between the two finds
both in agreement again with `Desk.repair`, by which the file counts: the city is read from it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from locator.base.echo import shortened
from locator.base.errors import N_, InvalidParameterError, NotFoundError
from locator.base.files import locked
from locator.base.opening_hours.state import is_valid_hours
from locator.city.model import City
from locator.curation.locate import located
from locator.curation.overrides_file import (
    overrides_text,
    reports_in,
    with_entry,
    without_report,
    write_overrides,
)
from locator.curation.report_store import ReportStore
from locator.curation.resident_reports import (
    RIGHT,
    Action,
    Decision,
    Kind,
    ResidentReport,
    moment_text,
    plain_words,
)
from locator.geocoding.query_parser import NUMBER_AT_END

KEEP_DAYS = 90
"""So long reports are kept that were decided on."""

REPAIRED_BY = "repair"
WHEELCHAIR = ("yes", "limited", "no")
PHONE = re.compile(r"\+?[0-9][0-9 ()/-]{1,30}(; \+?[0-9][0-9 ()/-]{1,30})*")

SOURCES: Mapping[str, Mapping[bool, str]] = {
    "pl": {False: "zgłoszenie mieszkańca z {day}", True: "potwierdzenie mieszkańca z {day}"},
    "en": {False: "a resident's report of {day}", True: "a resident's confirmation of {day}"},
}
"""What an override says of its source, in the language of the folder; True of confirmations."""

BY_HAND = {"pl": "współrzędne podane przy sprawdzeniu zgłoszenia", "en": "given with the decision"}

NEEDED: Mapping[Kind, tuple[str, str]] = {
    "moved": ("address", N_("Give the new address, or the coordinates of the new place.")),
    "hours": ("hours", N_("Give the right hours.")),
    "phone": ("phone", N_("Give the right telephone number.")),
    "other": (
        "changes",
        N_("Say what is to be changed; or reject the report, if nothing is."),
    ),
}
"""What has to be given before a report of this kind can be accepted, and how that is said."""


@dataclass(frozen=True)
class Changes:
    """What a moderator puts in the place of what is wrong; None leaves it as it is.

    Attributes
    ----------
    closed : date, optional
        Since when it is closed.
    phone : str, optional
    hours : str, optional
        In OpenStreetMap's grammar.
    hours_text : str, optional
        In words, where the grammar cannot say them.
    wheelchair : str, optional
        ``yes``, ``limited`` or ``no``.
    address : str, optional
        Street and number where it is now.
    lon, lat : float, optional
        Where it is now, degrees; without them `address` has to be on file.
    """

    closed: date | None = None
    phone: str | None = None
    hours: str | None = None
    hours_text: str | None = None
    wheelchair: str | None = None
    address: str | None = None
    lon: float | None = None
    lat: float | None = None


NO_CHANGE = Changes()


@dataclass(frozen=True)
class Desk:
    """Where reports are decided on.

    Attributes
    ----------
    city : City
        As it was read from the folder that is corrected.
    store : ReportStore
    who : str
        Who decides; written to the audit.
    now : callable
        This moment in the city's time zone.
    """

    city: City
    store: ReportStore
    who: str
    now: Callable[[], datetime] = field(repr=False)

    def accept(self, identifier: str, changes: Changes = NO_CHANGE) -> None:
        """Make an override of a report, in the place of an earlier one of the same report.

        Raises
        ------
        NotFoundError
            There is no such report.
        InvalidParameterError
            The changes are wrong, or not enough for this kind of report; with all that is.
        CityFolderError
            The overrides have faults already.
        LockedError, WriteError, NotKeptError
            Something could not be written.
        """
        report = self._known(identifier)
        changed = changed_fields(self.city, report, changes, today=self.now().date())
        language = _language(self.city)
        source = SOURCES[language][report.kind == RIGHT].format(day=report.reported_on)
        entry = {
            "facility": report.facility,
            "date": self.now().date().isoformat(),
            "source": source,
            "report": report.id,
            **changed,
        }
        with locked(self.city.folder):
            write_overrides(self.city, with_entry(overrides_text(self.city), entry))
            self._decide(report, "accepted", json.dumps(changed, ensure_ascii=False))

    def reject(self, identifier: str) -> None:
        """Reject a report; one that was accepted is undone by that. Raises as `accept` does."""
        self._take_back(identifier, "rejected")

    def undo(self, identifier: str) -> None:
        """Make a report undecided again, its override gone. Raises as `accept` does."""
        self._take_back(identifier, "undone")

    def delete(self, identifier: str) -> None:
        """Remove a report for good; what was corrected by it stays. Raises as `accept` does."""
        self._decide(self._known(identifier), "deleted")

    def repair(self) -> int:
        """Bring decisions into agreement with the overrides, and return how many were not.

        A report whose override is there counts as accepted, one whose override is gone as
        undecided. Raises as `accept` does.
        """
        if not any(True for _ in self._torn()):
            return 0
        with locked(self.city.folder):
            torn = list(self._torn())
            for identifier, action in torn:
                self._decide(self._known(identifier), action, who=REPAIRED_BY)
        return len(torn)

    def forget(self, *, keep_days: int = KEEP_DAYS) -> int:
        """Remove the reports that were decided on longer ago than that; return how many."""
        oldest = self.now().date() - timedelta(days=keep_days)
        return self.store.forget(decided_before=oldest.isoformat())

    def _torn(self) -> Iterator[tuple[str, Action]]:
        there = reports_in(overrides_text(self.city))
        for identifier, state in self.store.states().items():
            if identifier in there and state != "accepted":
                yield identifier, "accepted"
            elif identifier not in there and state == "accepted":
                yield identifier, "undone"

    def _take_back(self, identifier: str, action: Action) -> None:
        report = self._known(identifier)
        with locked(self.city.folder):
            text = overrides_text(self.city)
            left = without_report(text, report.id)
            if left != text:
                write_overrides(self.city, left)
            self._decide(report, action)

    def _known(self, identifier: str) -> ResidentReport:
        report = self.store.report(identifier)
        if report is None:
            raise NotFoundError(
                N_("There is no report {given}."), parameter="report", given=shortened(identifier)
            )
        return report

    def _decide(
        self, report: ResidentReport, action: Action, detail: str = "", *, who: str | None = None
    ) -> None:
        at = moment_text(self.now())
        self.store.decide(Decision(report.id, report.facility, who or self.who, at, action, detail))


def changed_fields(
    city: City, report: ResidentReport, changes: Changes, *, today: date
) -> dict[str, Any]:
    """Return the fields of an override (`locator.city.overrides`) that a decision changes.

    Parameters
    ----------
    city : City
    report : ResidentReport
        What it is of decides what goes without saying: closed since the day of the report, not
        step-free, verified on that day.
    changes : Changes
    today : date

    Raises
    ------
    InvalidParameterError
        With everything that is wrong, or missing.
    """
    if report.facility not in city.facilities.index:
        raise InvalidParameterError(
            N_("There is no facility {given} any more; its reports can only be rejected."),
            parameter="facility",
            given=shortened(report.facility),
        )
    faults: list[InvalidParameterError] = []
    changed: dict[str, Any] = {}
    if report.kind == RIGHT:
        changed["verified_on"] = report.reported_on
    closed = changes.closed
    if report.kind == "closed" and closed is None:
        closed = date.fromisoformat(report.reported_on)
    if closed is not None:
        changed |= {"status": "closed", "closed": closed.isoformat()}
        if closed > today:
            message = N_("A facility is closed from the day on which it closed, not before.")
            faults.append(InvalidParameterError(message, parameter="closed"))
    wheelchair = changes.wheelchair or ("no" if report.kind == "not_step_free" else None)
    if wheelchair is not None:
        changed["wheelchair"] = wheelchair
        if wheelchair not in WHEELCHAIR:
            faults.append(_wrong("wheelchair", wheelchair, ", ".join(WHEELCHAIR)))
    if changes.phone is not None:
        changed["phone"] = changes.phone.strip()
        if not PHONE.fullmatch(changed["phone"]):
            faults.append(_wrong("phone", changes.phone, "+48 12 345 67 89"))
    if changes.hours is not None:
        changed["opening_hours"] = changes.hours.strip()
        if not is_valid_hours(changes.hours):
            faults.append(_wrong("hours", changes.hours, "Mo-Fr 08:00-16:00; PH off"))
    if changes.hours_text is not None:
        changed["hours_text"] = plain_words(changes.hours_text)
    changed |= _place(city, report, changes, faults)
    if not changed and not faults:
        parameter, message = NEEDED[report.kind]
        faults.append(InvalidParameterError(message, parameter=parameter))
    if faults:
        faults[0].others = tuple(faults[1:])
        raise faults[0]
    return changed


def _place(
    city: City, report: ResidentReport, changes: Changes, faults: list[InvalidParameterError]
) -> dict[str, Any]:
    """Return the fields of the new place; what is wrong goes to `faults`."""
    place: dict[str, Any] = {}
    if changes.address is None and changes.lon is None and changes.lat is None:
        return place
    layer = city.catalogue.layers[city.facilities.at[report.facility, "layer"]]
    if layer.moves:
        message = N_("The place of what moves is not corrected by reports.")
        faults.append(InvalidParameterError(message, parameter="address"))
        return place
    street, number = _parted(changes.address)
    if street:
        place |= {"street": street} | ({"housenumber": number} if number else {})
    if changes.lon is not None and changes.lat is not None:
        if not city.gazetteer.covers(changes.lon, changes.lat):
            message = N_("The point {lat}, {lon} lies outside the city.")
            faults.append(
                InvalidParameterError(message, parameter="lon", lon=changes.lon, lat=changes.lat)
            )
        point, precision = (changes.lon, changes.lat), "exact"
        source = BY_HAND[_language(city)]
    elif changes.lon is not None or changes.lat is not None:
        message = N_("Give both longitude and latitude, or neither.")
        faults.append(InvalidParameterError(message, parameter="lon"))
        return place
    else:
        found = city.gazetteer.locate(street, number) if street else None
        if found is None:
            message = N_("{given} is not on file; give the coordinates as well.")
            given = shortened(changes.address)
            faults.append(InvalidParameterError(message, parameter="address", given=given))
            return place
        at = located(city, found)
        point, precision, source = (at.lon, at.lat), at.precision, at.source
    return place | {
        "lon": point[0],
        "lat": point[1],
        "location_precision": precision,
        "location_source": source,
    }


def _parted(address: str | None) -> tuple[str, str | None]:
    words = " ".join(plain_words(address or "").split())
    match = NUMBER_AT_END.match(words)
    return (match["name"].rstrip(","), match["number"]) if match else (words, None)


def _wrong(name: str, given: str, accepted: str) -> InvalidParameterError:
    message = N_("{given} is not accepted here; accepted: {allowed}.")
    return InvalidParameterError(message, parameter=name, given=shortened(given), allowed=accepted)


def _language(city: City) -> str:
    return "pl" if city.catalogue.country == "PL" else "en"
