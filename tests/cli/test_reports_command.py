"""`locator reports`: the moderators' decisions without a browser, by the same functions."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from locator.city.model import load_city
from locator.cli.main import main
from locator.curation.passwords import is_password
from locator.curation.report_store import ReportStore
from locator.curation.resident_reports import Kind, ResidentReport


@pytest.fixture
def store(tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> ReportStore:
    monkeypatch.delenv("LOCATOR_REPORTS", raising=False)
    return ReportStore(tiny_folder.parent / "tiny-reports.sqlite")


def reported(store: ReportStore, name: str, kind: Kind, words: str = "słowa") -> None:
    store.add(ResidentReport(name, "nurseries-1", kind, words, "pl", "2026-11-27"))


def run(folder: Path, *args: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, ["--geodata", str(folder), "reports", *args], input=given)


def test_reports_are_listed_by_their_state(tiny_folder: Path, store: ReportStore) -> None:
    assert "0 report(s)" in run(tiny_folder, "list").output
    assert not store.path.exists()
    reported(store, "r1", "phone", "inny numer")
    shown = run(tiny_folder, "list")
    assert "r1" in shown.stdout and "inny numer" in shown.stdout
    (row,) = json.loads(run(tiny_folder, "list", "--state", "all", "--json").stdout)
    assert row == {
        "id": "r1",
        "facility": "nurseries-1",
        "kind": "phone",
        "words": "inny numer",
        "language": "pl",
        "reported_on": "2026-11-27",
        "state": "pending",
        "decided_on": None,
    }
    assert json.loads(run(tiny_folder, "list", "--state", "accepted", "--json").stdout) == []


def test_the_way_of_a_report_from_the_list_into_the_city(
    tiny_folder: Path, store: ReportStore
) -> None:
    reported(store, "r1", "phone")
    reported(store, "r2", "closed")
    assert run(tiny_folder, "accept", "r1").exit_code == 2  # which number, then?
    done = run(tiny_folder, "accept", "r1", "--phone", "+48 12 99")
    assert (done.exit_code, done.stdout) == (0, "Accepted: r1\n")
    assert run(tiny_folder, "accept", "r2", "--closed", "2026-11-01").exit_code == 0
    row = load_city(tiny_folder).facilities.loc["nurseries-1"]
    assert (row["phone"], row["status"], row["closed"]) == ("+48 12 99", "closed", "2026-11-01")
    assert run(tiny_folder, "undo", "r1", "r2").exit_code == 0
    assert load_city(tiny_folder).overrides == ()
    assert run(tiny_folder, "reject", "r1").exit_code == 0
    assert run(tiny_folder, "delete", "r2").exit_code == 0
    assert [report.state for report in store.reports()] == ["rejected"]
    assert {one.who for one in store.decisions()} == {"command line"}
    unknown = run(tiny_folder, "reject", "r9")
    assert unknown.exit_code == 1 and "no report “r9”" in unknown.stderr


def test_everything_is_exported(tiny_folder: Path, store: ReportStore, tmp_path: Path) -> None:
    reported(store, "r1", "other", '=HYPERLINK("x")\n"a",b')
    run(tiny_folder, "reject", "r1")
    assert run(tiny_folder, "export", "--out", str(tmp_path / "r.csv")).exit_code == 0
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert row["words"] == '\'=HYPERLINK("x")\n"a",b'  # no formula for a spreadsheet
    assert run(tiny_folder, "export", "--out", str(tmp_path / "r.json")).exit_code == 0
    whole = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert whole["reports"][0]["words"].startswith("=HYPERLINK")
    assert whole["decisions"][0]["action"] == "rejected"
    assert run(tiny_folder, "export", "--out", str(tmp_path / "r.txt")).exit_code == 2


def test_moderators_get_and_lose_their_passwords(tiny_folder: Path, store: ReportStore) -> None:
    assert run(tiny_folder, "password", "Anna", given="short\n").exit_code == 2
    assert store.moderators() == {}
    assert run(tiny_folder, "password", "Anna", given="three green trams\n").exit_code == 0
    assert is_password(store.moderators()["Anna"], "three green trams")
    assert run(tiny_folder, "password", "Ewa", "--remove").exit_code == 2
    assert run(tiny_folder, "password", "Anna", "--remove").exit_code == 0
    assert store.moderators() == {}


def test_what_a_cut_off_program_left_is_mended_first(tiny_folder: Path, store: ReportStore) -> None:
    reported(store, "r1", "closed")
    reported(store, "r2", "closed")
    run(tiny_folder, "accept", "r1")
    (tiny_folder / "overrides.toml").unlink()
    run(tiny_folder, "reject", "r2")
    assert [report.state for report in store.reports()] == ["pending", "rejected"]
