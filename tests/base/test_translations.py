"""Every message is there in Polish and Ukrainian, with the same placeholders, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from locator.cli import messages
from locator.cli.messages import TRANSLATED, findings, placeholders, used_messages


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("problem", ["missing", "placeholders", "twice"])
def test_a_translation_is_whole(language: str, problem: str) -> None:
    found = [str(finding) for finding in findings(language) if finding.problem == problem]
    assert not found, "\n".join(found)


def test_messages_are_found_in_templates_and_code() -> None:
    places = set(used_messages().values())
    assert any(place.startswith("locator/api/queries.py") for place in places)
    assert any(place.startswith("templates/") for place in places)


@pytest.mark.parametrize(
    ("message", "names"),
    [("no names", set()), ("{a} of {b}", {"a", "b"}), ("{{x}} {a:.1f}", {"a"})],
)
def test_placeholders_are_found_by_name(message: str, names: set[str]) -> None:
    assert placeholders(message) == names


def test_what_a_translation_gets_wrong_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pl").mkdir()
    (tmp_path / "pl" / "one.po").write_text(
        'msgid "{n} m"\nmsgstr "{m} m"\n\nmsgid "gone"\nmsgstr "nie ma"\n\n'
        'msgid "two"\nmsgstr "dwa"\n\nmsgid "empty"\nmsgstr ""\n',
        encoding="utf-8",
    )
    (tmp_path / "pl" / "two.po").write_text('msgid "two"\nmsgstr "dwoje"\n', encoding="utf-8")
    used = {("{n} m",): "a.py:1", ("two",): "a.py:2", ("empty",): "a.py:3"}
    monkeypatch.setattr(messages, "TRANSLATIONS", tmp_path)
    monkeypatch.setattr(messages, "used_messages", lambda: used)
    assert [(one.problem, one.message) for one in findings("pl")] == [
        ("missing", "empty"),
        ("placeholders", "{n} m"),
        ("twice", "two"),
        ("unused", "gone"),
    ]
