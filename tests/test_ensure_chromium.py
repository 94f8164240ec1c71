"""The browser tests find their browser, or say how to get one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.browser import ensure_chromium


def test_the_browser_named_in_the_environment_comes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHROMIUM", sys.executable)
    assert ensure_chromium.find_chromium() == sys.executable


def test_a_named_browser_that_is_not_there_is_not_replaced_in_silence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    assert ensure_chromium.main() == 1
    assert "CHROMIUM=/nowhere/chromium: there is no such program" in capsys.readouterr().err


def test_a_browser_on_the_path_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    browser = tmp_path / "google-chrome"
    browser.write_text("#!/bin/sh\n")
    browser.chmod(0o755)
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ensure_chromium.find_chromium() == str(browser)


def test_when_nothing_helps_it_says_what_was_tried_and_what_would(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(ensure_chromium, "find_chromium", lambda: None)
    monkeypatch.setattr(ensure_chromium, "_run", lambda command: "no network")
    assert ensure_chromium.main() == 1
    said = capsys.readouterr().err
    assert "playwright install chromium: no network" in said
    assert "set CHROMIUM to the path" in said
