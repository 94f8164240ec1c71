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


def test_on_debian_the_list_of_packages_is_fetched_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    apt = tmp_path / "apt-get"
    apt.write_text("#!/bin/sh\n")
    apt.chmod(0o755)
    ran: list[str] = []
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(ensure_chromium, "_run", lambda command: ran.append(command[-1]))
    monkeypatch.setattr(
        ensure_chromium, "find_chromium", lambda: "/usr/bin/chromium" if len(ran) == 3 else None
    )
    assert ensure_chromium.install_chromium() == []
    assert ran == ["chromium", "-qq", "chromium"]


def test_a_failure_is_told_by_the_line_that_names_it() -> None:
    command = [sys.executable, "-c", "print('Error: no such host'); print('}'); exit(1)"]
    assert ensure_chromium._run(command) == "Error: no such host"
