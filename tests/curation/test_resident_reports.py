"""Residents' reports are on the disk before anybody is thanked, whole or not at all."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from locator.curation.report_store import NotKeptError, ReportStore, store_of
from locator.curation.resident_reports import MOST_LETTERS, Decision, ResidentReport, plain_words

ROOT = Path(__file__).resolve().parents[2]
ONE = ResidentReport("r1", "nurseries-1", "phone", "inny numer", "pl", "2026-11-27")


@pytest.fixture
def store(tmp_path: Path) -> ReportStore:
    return ReportStore(tmp_path / "reports.sqlite")


def fill(store: ReportStore, count: int, **changed: object) -> None:
    """Keep many reports in one transaction, as many as days bring."""
    store.add(replace(ONE, id="first"))
    rows = ((f"n{i}", f"nurseries-{i % 500}", "other", f"słowa {i}" * 10) for i in range(count))
    with sqlite3.connect(store.path) as connection:
        connection.executemany(
            "INSERT INTO reports VALUES (?, ?, ?, ?, 'pl', '2026-11-27', 'pending', NULL)", rows
        )
    connection.close()


def sound(store: ReportStore) -> bool:
    connection = sqlite3.connect(store.path)
    try:
        return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        connection.close()


def test_a_report_is_kept_as_it_was_said(store: ReportStore) -> None:
    assert store.add(ONE)
    assert ReportStore(store.path).reports() == (ONE,)
    assert store.report("r1") == ONE and store.report("r2") is None


def test_nothing_is_made_by_who_only_asks(store: ReportStore) -> None:
    assert store.reports() == () and store.report("r1") is None and store.decisions() == ()
    assert store.counts() == {"pending": 0, "accepted": 0, "rejected": 0}
    assert store.moderators() == {} and store.forget(decided_before="2030-01-01") == 0
    assert not store.path.exists()


def test_only_who_runs_the_site_reads_the_file(store: ReportStore) -> None:
    store.add(ONE)
    assert store.path.stat().st_mode & 0o777 == 0o600


def test_the_same_report_twice_is_one(store: ReportStore) -> None:
    assert store.add(ONE)
    assert not store.add(replace(ONE, words="etwas anderes"))
    assert store.reports() == (ONE,)


def test_a_decision_and_the_state_of_its_report_go_together(store: ReportStore) -> None:
    store.add(ONE)
    decision = Decision("r1", "nurseries-1", "Anna", "2026-11-28T10:00:00+01:00", "rejected")
    store.decide(decision)
    assert store.report("r1") == replace(ONE, state="rejected", decided_on="2026-11-28")
    assert store.decisions() == (decision,)
    undone = replace(decision, action="undone")
    store.decide(undone)
    assert store.reports(state="pending")[0].id == "r1"
    assert store.decisions() == (undone, decision)


def test_a_deleted_report_does_not_come_back_and_leaves_no_words(store: ReportStore) -> None:
    store.add(replace(ONE, words="mam na imię Józefina"))
    store.decide(Decision("r1", "nurseries-1", "Anna", "2026-11-28T10:00:00", "deleted"))
    assert not store.add(ONE)
    assert store.reports() == () and len(store.decisions()) == 1
    assert "Józefina".encode() not in store.path.read_bytes()


def test_reports_decided_long_ago_are_forgotten_and_their_audit_is_not(store: ReportStore) -> None:
    for name in ("old", "new", "open"):
        store.add(replace(ONE, id=name))
    store.decide(Decision("old", "nurseries-1", "Anna", "2026-08-01T10:00:00", "rejected"))
    store.decide(Decision("new", "nurseries-1", "Anna", "2026-11-01T10:00:00", "accepted"))
    assert store.forget(decided_before="2026-08-30") == 1
    assert [report.id for report in store.reports()] == ["new", "open"]
    assert len(store.decisions()) == 2


def test_facilities_with_most_reports_come_first_in_pages(store: ReportStore) -> None:
    for number, facility in enumerate(["a-1", "a-2", "a-2", "a-3"]):
        store.add(replace(ONE, id=str(number), facility=facility))
    assert store.facilities("pending", most=2) == ("a-2", "a-1")
    assert store.facilities("pending", first=2, most=2) == ("a-3",)
    assert len(store.reports(state="pending", facilities=("a-2", "a-3"))) == 3


def test_ten_thousand_reports_are_listed_and_added_to(store: ReportStore) -> None:
    fill(store, 10_000)
    assert len(store.reports(state="pending")) == 10_001
    assert len(store.facilities("pending")) == 20
    assert store.counts()["pending"] == 10_001
    assert store.add(replace(ONE, id="last"))
    assert store.path.stat().st_size < 5_000_000


WRITER = """
import sys
from pathlib import Path
from locator.curation.report_store import ReportStore
from locator.curation.resident_reports import ResidentReport
store = ReportStore(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    name = f"{sys.argv[2]}-{number}"
    store.add(ResidentReport(name, "nurseries-1", "other", name * 220, "pl", "2026-11-27"))
    print(name, flush=True)
"""


def writer(store: ReportStore, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(store.path), name, str(count)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_who_was_thanked_is_kept_though_the_program_is_killed(store: ReportStore) -> None:
    thanked: list[str] = []
    for round_ in range(2):
        with writer(store, f"k{round_}", 100_000) as program:
            assert program.stdout is not None
            thanked += [program.stdout.readline().strip() for _ in range(10 + 7 * round_)]
            os.kill(program.pid, signal.SIGKILL)
            # What it said before it died was kept as well; its last line may be half.
            thanked += [line.strip() for line in program.stdout if line.endswith("\n")]
    kept = {report.id: report for report in store.reports()}
    assert set(thanked) <= set(kept) and len(thanked) >= 27
    assert all(report.words == name * 220 for name, report in kept.items())
    assert len(kept) <= len(thanked) + 2  # of each round at most the one being written
    assert sound(store)
    assert store.add(ONE)


def test_two_programs_write_at_once(store: ReportStore) -> None:
    # Both find no file and make it.
    programs = [writer(store, name, 15) for name in ("a", "b")]
    assert [program.communicate()[0].count("\n") for program in programs] == [15, 15]
    assert [program.returncode for program in programs] == [0, 0]
    assert len(store.reports()) == 30 and sound(store)


def test_a_full_store_says_so_and_keeps_what_it_has_and_can_still_decide(tmp_path: Path) -> None:
    store = ReportStore(tmp_path / "reports.sqlite", largest_b=200 * 1024)
    kept = 0
    with pytest.raises(NotKeptError, match="full"):
        for number in range(1000):
            store.add(replace(ONE, id=str(number), words="ż" * MOST_LETTERS))
            kept += 1
    assert len(store.reports()) == kept > 5 and sound(store)
    assert store.path.stat().st_size <= 200 * 1024
    # What is left to moderators takes their decisions, and is enough to make room.
    for number in range(2):
        store.decide(Decision(str(number), "f", "Anna", "2026-11-28T10:00", "rejected", "x" * 3500))
    for number in range(kept):
        store.decide(Decision(str(number), "nurseries-1", "Anna", "2026-11-28T10:00", "deleted"))
    assert store.add(ONE) is True


FULL_DISK = WRITER.replace(
    "for number",
    "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (200_000,) * 2)\nfor number",
)


def test_a_full_disk_loses_nothing_and_leaves_nothing_half_written(store: ReportStore) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(store.path), "f", "100000"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert "NotKeptError: Reports cannot be kept at the moment" in done.stderr
    thanked = done.stdout.split()
    assert [report.id for report in store.reports()] == thanked and len(thanked) > 5
    assert sound(store) and store.add(ONE)


def test_a_folder_that_cannot_be_written_is_told_beforehand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not ReportStore(tmp_path / "nowhere" / "reports.sqlite").can_keep()
    assert ReportStore(tmp_path / "reports.sqlite").can_keep()
    with pytest.raises(NotKeptError, match="No such file"):
        ReportStore(tmp_path / "nowhere" / "reports.sqlite").add(ONE)


def test_a_file_that_is_something_else_is_told(store: ReportStore) -> None:
    store.path.write_text("Lipowa 1\n" * 1000, encoding="utf-8")
    with pytest.raises(NotKeptError, match="not a database"):
        store.reports()
    with pytest.raises(NotKeptError):
        store.add(ONE)
    assert store.path.read_text(encoding="utf-8").startswith("Lipowa")


def test_a_file_of_a_later_version_is_left_alone(store: ReportStore) -> None:
    with sqlite3.connect(store.path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(NotKeptError, match="another version"):
        store.add(ONE)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  zamknięte\tod  maja \r\n\r\n\r\n\r\nserio ", "zamknięte od maja\n\nserio"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("ok\u202eevil\u2066x\u200f", "okevilx"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("e\u0301\u00a0\u2028z", "é\nz"),
        ("\udc80\ufffe", ""),
    ],
)
def test_words_are_kept_without_what_does_not_show(given: str, kept: str) -> None:
    assert plain_words(given) == kept


def test_the_file_lies_beside_the_city_folder_or_where_the_setting_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOCATOR_REPORTS", raising=False)
    assert store_of(tmp_path / "city").path == tmp_path.resolve() / "city-reports.sqlite"
    monkeypatch.setenv("LOCATOR_REPORTS", str(tmp_path / "x.db"))
    assert store_of(tmp_path / "city").path == tmp_path / "x.db"
    assert store_of(tmp_path / "city", tmp_path / "y.db").path == tmp_path / "y.db"
