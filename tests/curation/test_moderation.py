"""A decision on a report: an override of the city folder first, then the audit, or neither."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from locator.base.errors import (
    CityFolderError,
    InvalidParameterError,
    NotFoundError,
)
from locator.base.files import LockedError, WriteError
from locator.city.model import City, load_city
from locator.city.overrides import FILE
from locator.curation import moderation
from locator.curation.moderation import Changes, Desk
from locator.curation.report_store import NotKeptError, ReportStore
from locator.curation.resident_reports import Decision, Kind, ResidentReport
from tests.tinycity import at

NOW = datetime(2026, 11, 28, 10, 0, tzinfo=ZoneInfo("Europe/Warsaw"))


@pytest.fixture
def desk(tiny_folder: Path) -> Desk:
    store = ReportStore(tiny_folder.parent / "reports.sqlite")
    return Desk(load_city(tiny_folder), store, "Anna", lambda: NOW)


def reported(desk: Desk, kind: Kind, *, facility: str = "nurseries-1", name: str = "r1") -> str:
    desk.store.add(ResidentReport(name, facility, kind, "słowa", "pl", "2026-11-27"))
    return name


def now_of(desk: Desk) -> City:
    """The city as the next start reads it."""
    return load_city(desk.city.folder)


def text_of(desk: Desk) -> str:
    path = desk.city.folder / FILE
    return path.read_text(encoding="utf-8") if path.exists() else ""


LON, LAT = at(600, 600)


@pytest.mark.parametrize(
    ("kind", "changes", "fields"),
    [
        ("closed", Changes(), {"status": "closed", "closed": "2026-11-27"}),
        ("closed", Changes(closed=date(2026, 10, 1)), {"status": "closed", "closed": "2026-10-01"}),
        ("not_step_free", Changes(), {"wheelchair": "no"}),
        ("not_step_free", Changes(wheelchair="limited"), {"wheelchair": "limited"}),
        ("phone", Changes(phone=" +48 12 99 "), {"phone": "+48 12 99"}),
        ("hours", Changes(hours="Mo 08:00-10:00"), {"opening_hours": "Mo 08:00-10:00"}),
        ("hours", Changes(hours_text="po umówieniu"), {"hours_text": "po umówieniu"}),
        ("right", Changes(), {"verified_on": "2026-11-27"}),
        ("other", Changes(phone="112"), {"phone": "112"}),
        (
            "moved",
            Changes(address="ul. Nowa 7a", lon=LON, lat=LAT),
            {"street": "ul. Nowa", "housenumber": "7a", "location_precision": "exact"},
        ),
        ("moved", Changes(lon=LON, lat=LAT), {"street": "ul. Lipowa", "district": 2}),
        (
            "moved",
            Changes(address="ul. Lipowa 1"),
            {"street": "ul. Lipowa", "housenumber": "1", "location_precision": "exact"},
        ),
    ],
)
def test_an_accepted_report_changes_the_city_and_no_other_file(
    desk: Desk, kind: Kind, changes: Changes, fields: dict[str, Any]
) -> None:
    files = {path: path.read_bytes() for path in desk.city.folder.iterdir() if path.is_file()}
    desk.accept(reported(desk, kind), changes)
    row = now_of(desk).facilities.loc["nurseries-1"]
    assert {name: row[name] for name in fields} == fields
    assert {path: path.read_bytes() for path in files} == files
    (override,) = now_of(desk).overrides
    word = "potwierdzenie" if kind == "right" else "zgłoszenie"
    assert override.source == f"{word} mieszkańca z 2026-11-27"
    assert (override.date, override.report) == ("2026-11-28", "r1")
    (decision,) = desk.store.decisions()
    assert (decision.who, decision.at, decision.action) == (
        "Anna",
        "2026-11-28T10:00:00+01:00",
        "accepted",
    )
    assert desk.store.counts() == {"pending": 0, "accepted": 1, "rejected": 0}


@pytest.mark.parametrize(
    ("kind", "changes", "parameters"),
    [
        ("moved", Changes(), ["address"]),
        ("hours", Changes(), ["hours"]),
        ("phone", Changes(), ["phone"]),
        ("other", Changes(), ["changes"]),
        ("closed", Changes(closed=date(2026, 11, 29)), ["closed"]),
        ("phone", Changes(phone="call\nme"), ["phone"]),
        ("moved", Changes(address="ul. Nieznana 99"), ["address"]),
        ("moved", Changes(lon=19.0), ["lon"]),
        ("moved", Changes(lon=0.0, lat=0.0), ["lon"]),
        ("other", Changes(phone="x", hours="y", wheelchair="z"), ["wheelchair", "phone", "hours"]),
    ],
)
def test_what_is_not_enough_or_wrong_is_said_wholly_and_changes_nothing(
    desk: Desk, kind: Kind, changes: Changes, parameters: list[str]
) -> None:
    reported(desk, kind)
    with pytest.raises(InvalidParameterError) as caught:
        desk.accept("r1", changes)
    assert [fault.parameter for fault in caught.value.faults] == parameters
    assert (text_of(desk), desk.store.decisions()) == ("", ())


def test_the_place_of_a_vehicle_is_not_corrected_and_a_lost_facility_only_rejected(
    desk: Desk,
) -> None:
    reported(desk, "moved", facility="vehicles-1")
    with pytest.raises(InvalidParameterError, match="what moves"):
        desk.accept("r1", Changes(address="ul. Lipowa 1"))
    reported(desk, "closed", facility="nurseries-77", name="r2")
    with pytest.raises(InvalidParameterError, match="can only be rejected"):
        desk.accept("r2")
    desk.reject("r2")
    assert desk.store.counts()["rejected"] == 1


def test_an_unknown_report_is_told(desk: Desk) -> None:
    for decide in (desk.accept, desk.reject, desk.undo, desk.delete):
        with pytest.raises(NotFoundError, match="no report “r9”"):
            decide("r9")


def test_undone_everything_is_as_before_and_written_down(desk: Desk) -> None:
    before = desk.city.facilities
    desk.accept(reported(desk, "closed"))
    desk.undo("r1")
    assert now_of(desk).overrides == ()
    assert now_of(desk).facilities.equals(before)
    assert [one.action for one in desk.store.decisions()] == ["undone", "accepted"]
    assert desk.store.counts()["pending"] == 1


def test_rejecting_what_was_accepted_takes_its_override_away(desk: Desk) -> None:
    desk.accept(reported(desk, "closed"))
    desk.reject("r1")
    assert now_of(desk).overrides == () and desk.store.counts()["rejected"] == 1


def test_accepting_twice_leaves_one_override_with_the_latest_changes(desk: Desk) -> None:
    reported(desk, "phone")
    for phone in ("111", "222"):
        desk.accept("r1", Changes(phone=phone))
    assert [one.changes for one in now_of(desk).overrides] == [{"phone": "222"}]


def test_a_deleted_report_leaves_its_correction(desk: Desk) -> None:
    desk.accept(reported(desk, "closed"))
    desk.delete("r1")
    assert desk.store.reports() == () and len(now_of(desk).overrides) == 1
    assert desk.repair() == 0


def test_what_somebody_wrote_by_hand_stays(desk: Desk) -> None:
    by_hand = (
        "# Anna asked them on the telephone.\n[[override]]  # sure\nfacility = 'nurseries-2'\n"
        "date = '2026-11-20'\nsource = \"telefon\"\nphone = '12 1'  # new\n"
    )
    (desk.city.folder / FILE).write_text(by_hand, encoding="utf-8")
    desk.accept(reported(desk, "closed"))
    assert text_of(desk).startswith(by_hand)
    assert len(now_of(desk).overrides) == 2
    desk.undo("r1")
    assert text_of(desk).strip() == by_hand.strip()


def test_hostile_words_of_a_moderator_are_a_text_of_the_file_and_nothing_else(desk: Desk) -> None:
    words = 'a" \n[[override]]\nfacility = "nurseries-2"\\ \x7f {x} </script>'
    desk.accept(reported(desk, "hours"), Changes(hours_text=words))
    (override,) = now_of(desk).overrides
    assert override.changes["hours_text"] == words.replace("\x7f", "").replace(" \n", "\n").replace(
        "  ", " "
    )
    desk.undo("r1")
    assert now_of(desk).overrides == ()


def test_a_file_with_faults_is_not_made_worse(desk: Desk) -> None:
    (desk.city.folder / FILE).write_text("[[override]]\nfacility = 1\n", encoding="utf-8")
    reported(desk, "closed")
    with pytest.raises(CityFolderError):
        desk.accept("r1")
    assert text_of(desk) == "[[override]]\nfacility = 1\n" and desk.store.decisions() == ()


class Cut(BaseException):
    """The power fails."""


def test_cut_off_between_file_and_decision_both_agree_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported(desk, "closed")

    def cut(*_: object) -> None:
        raise Cut

    with monkeypatch.context() as patch, pytest.raises(Cut):
        patch.setattr(ReportStore, "decide", cut)
        desk.accept("r1")
    assert desk.store.counts()["pending"] == 1 and "r1" in text_of(desk)
    assert desk.repair() == 1 and desk.repair() == 0
    assert desk.store.counts()["accepted"] == 1
    assert desk.store.decisions()[0].who == moderation.REPAIRED_BY
    with monkeypatch.context() as patch, pytest.raises(Cut):
        patch.setattr(ReportStore, "decide", cut)
        desk.undo("r1")
    assert desk.store.counts()["accepted"] == 1 and "r1" not in text_of(desk)
    assert desk.repair() == 1
    assert desk.store.counts()["pending"] == 1


def test_who_is_cut_off_may_as_well_decide_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported(desk, "closed")
    with monkeypatch.context() as patch, pytest.raises(Cut):
        patch.setattr(ReportStore, "decide", lambda *_: (_ for _ in ()).throw(Cut))
        desk.accept("r1")
    desk.accept("r1")
    assert len(now_of(desk).overrides) == 1 and desk.store.counts()["accepted"] == 1


def test_when_the_override_cannot_be_written_nothing_is_decided(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported(desk, "closed")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(WriteError, match="No space left"):
        patch.setattr("locator.base.files.os.fsync", full)
        desk.accept("r1")
    assert (text_of(desk), desk.store.decisions()) == ("", ())
    assert desk.store.counts()["pending"] == 1


def test_when_the_decision_cannot_be_written_it_is_said_and_repaired(desk: Desk) -> None:
    reported(desk, "closed")
    path = desk.store.path
    for number in range(200):
        try:
            ReportStore(path, largest_b=48 * 1024).decide(
                Decision(f"x{number}", "f", "w" * 2000, "2026-11-28", "rejected")
            )
        except NotKeptError:
            break
    full = replace(desk, store=ReportStore(path, largest_b=48 * 1024), who="w" * 5000)
    with pytest.raises(NotKeptError, match="full"):
        full.accept("r1")
    assert desk.store.counts()["pending"] == 1
    assert desk.repair() == 1 and desk.store.counts()["accepted"] == 1


def test_who_finds_the_folder_taken_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    reported(desk, "closed")
    monkeypatch.setattr("locator.base.files.WAIT_S", 0.05)
    lock = __import__("filelock").FileLock(desk.city.folder.resolve() / ".locator.lock")
    with lock, pytest.raises(LockedError):
        # Another object of the same lock stands for another program.
        desk.accept("r1")
    assert (text_of(desk), desk.store.decisions()) == ("", ())


def test_reports_are_forgotten_after_the_days_of_the_setting(desk: Desk) -> None:
    desk.accept(reported(desk, "closed"))
    later = replace(desk, now=lambda: NOW + timedelta(days=31))
    assert later.forget(keep_days=31) == 0 and later.forget(keep_days=30) == 1
    assert len(now_of(desk).overrides) == 1
