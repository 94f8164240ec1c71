"""``locator refresh`` as a person uses it: look, accept, keep, list; and what goes wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from filelock import FileLock

from locator.base.files import LOCK_FILE
from tests.cli.running import answer, locator
from tests.curation.refresh.register import AS_IT_IS, CHANGED, register, row, write_sources

TABLE = """\
new | nurseries-zlobek-nowy | Żłobek Nowy | street: Lipowa; housenumber: 5A; places: 12 | –
new | nurseries-klub-malucha | Klub Malucha | street: Daleka; housenumber: 1; hours_text: \
po uzgodnieniu; no place is known | –
gone | nurseries-5 | Żłobek bez punktu | status_basis: confirmed → last_known; \
status_note: – → Brak w wykazie: Invented register, stan na {day}. | –
changed | nurseries-1 | Żłobek Pod Lipą | opening_hours: Mo-Fr 07:00-17:00 → Mo-Fr 06:30-17:00; \
places: 40 → 45; note: – → Według źródła: zapisanych dzieci: 44. | –
doubtful | nurseries-3 | Żłobek Południowy | street: ul. Polna → Lipowa; housenumber: 3 → 5; \
status_basis: last_known → confirmed; (the same name, but at ul. Polna 3) | 3,009"""


@pytest.fixture
def saved(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reply that somebody saved: the register a year later."""
    monkeypatch.setenv("LOCATOR_SOURCES", str(tmp_path / "sources"))
    write_sources(folder, "http://127.0.0.1:9/")  # nobody answers there
    path = tmp_path / "register.csv"
    path.write_text(register(*CHANGED), encoding="utf-8")
    return path


def rows(output: str) -> str:
    """Return a drawn table as its rows, cells that take several lines joined."""
    found: list[list[str]] = []
    for line in output.splitlines():
        cells = [cell.strip() for cell in line.strip("│").split("│")]
        if not line.startswith("│"):
            continue
        if cells[0]:
            found.append(cells)
        else:
            found[-1] = [
                " ".join(filter(None, pair)) for pair in zip(found[-1], cells, strict=True)
            ]
    return "\n".join(" | ".join(cells) for cells in found)


def test_the_table_says_of_each_row_what_the_source_says_otherwise(
    folder: Path, saved: Path
) -> None:
    result = locator(folder, "refresh", "register", "--from", str(saved))
    assert result.exit_code == 0, result.output
    title = result.stdout.splitlines()[0].rstrip()
    assert title.startswith("register: Invented register, 20")
    assert rows(result.stdout) == TABLE.format(day=title[-10:])
    counts = "2 new, 1 gone, 1 changed, 0 moved, 1 doubtful, 1 unchanged.\n"
    assert counts in result.stdout
    assert "To take it over: locator refresh register --accept\n" in result.stdout
    assert "--accept ID, or --keep ID." in result.stdout


def test_what_was_shown_is_accepted_then_nothing_is_left_but_doubts(
    folder: Path, saved: Path
) -> None:
    shown = answer(folder, "refresh", "register", "--from", str(saved))
    assert shown["counts"]["new"] == 2
    assert shown["accepted"] == []
    done = answer(folder, "refresh", "register", "--accept")
    assert len(done["accepted"]) == 4
    assert done["sha256"] == shown["sha256"]
    result = locator(folder, "refresh", "register", "--keep", "nurseries-3")
    assert "Rows left as they are: 1." in result.stdout
    assert answer(folder, "refresh", "register", "--from", str(saved))["changes"] == []


def test_a_folder_that_another_program_changes_is_left_alone(
    folder: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locator(folder, "refresh", "register", "--from", str(saved))
    monkeypatch.setattr("locator.base.files.WAIT_S", 0.0)
    with FileLock(folder.resolve() / LOCK_FILE, is_singleton=False):
        result = locator(folder, "refresh", "register", "--accept")
    assert result.exit_code == 1
    assert "Another program is changing" in result.stderr
    assert locator(folder, "refresh", "register", "--accept").exit_code == 0


def test_rows_that_change_a_note_alone_are_counted_not_drawn(folder: Path, saved: Path) -> None:
    first = row("Żłobek Pod Lipą", "Lipowa", "1", Liczba_dzieci_zapisanych="3")
    saved.write_text(register(first, *AS_IT_IS[1:]), encoding="utf-8")
    result = locator(folder, "refresh", "register", "--from", str(saved))
    assert "nurseries-1 " not in result.stdout
    assert "1 more change a note alone; --out and --json have all.\n" in result.stdout


def test_the_difference_is_written_as_geojson(folder: Path, saved: Path, tmp_path: Path) -> None:
    out = tmp_path / "difference.geojson"
    locator(folder, "refresh", "register", "--from", str(saved), "--out", str(out))
    content = json.loads(out.read_text(encoding="utf-8"))
    assert (content["type"], len(content["features"])) == ("FeatureCollection", 5)
    shown = locator(
        folder, "refresh", "register", "--from", str(saved), "--out", "-", "--format", "geojson"
    )
    assert json.loads(shown.stdout) == content


def test_a_source_that_cannot_be_reached_ends_with_1_and_says_so(folder: Path, saved: Path) -> None:
    before = (folder / "nurseries.geojson").read_bytes()
    for args in (["register"], []):
        result = locator(folder, "refresh", *args)
        assert result.exit_code == 1
        assert "Error: register: 127.0.0.1:9 cannot be reached" in result.stderr
        assert "Nothing was changed." in result.stderr
    assert (folder / "nurseries.geojson").read_bytes() == before


def test_only_sources_that_are_due_are_asked(folder: Path, saved: Path) -> None:
    saved.write_text(register(*AS_IT_IS), encoding="utf-8")
    locator(folder, "refresh", "register", "--from", str(saved))
    result = locator(folder, "refresh")
    assert (result.exit_code, result.stdout) == (0, "No source is due.\n")
    (source,) = answer(folder, "refresh", "--list")
    assert (source["id"], source["tried"], source["due"]) == ("register", "columns only", False)
    assert "columns only" in locator(folder, "refresh", "--list").stdout


def test_a_folder_without_sources_says_so(folder: Path) -> None:
    assert locator(folder, "refresh").stdout == "This folder names no sources.\n"
    assert "There is no source register." in locator(folder, "refresh", "register").stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--accept"], "--accept needs a SOURCE"),
        (["--out", "x.geojson"], "--out needs a SOURCE"),
        (["register", "--accept", "--keep", "a"], "Either --accept or --keep."),
        (["--format", "geojson"], "--format geojson needs a SOURCE"),
        (["register", "--keep"], "--keep needs the IDs"),
        (["register", "nurseries-1"], "IDs go with --accept or --keep."),
        (["register", "--out", "x.csv"], "has to end in one of: .geojson."),
        (["other"], "There is no source other. There are: register."),
    ],
)
def test_wrong_usage_is_said(folder: Path, saved: Path, args: list[str], said: str) -> None:
    result = locator(folder, "refresh", *args)
    assert said in result.stderr
    assert result.exit_code == (1 if args == ["other"] else 2)
