"""The environment is made with python3, or with one like it that computes clearly faster."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "fastest_python.py"
OUTSIDE = {"PATH": "", "LC_ALL": "C.UTF-8"}
"""No environment is activated, and there is no Python but those of a test."""


def python(folder: Path, name: str, said: str, *, code: int = 0) -> Path:
    """Write a program that says so much, whatever it is asked."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{said}'\nexit {code}\n")
    program.chmod(0o755)
    return program


def asked(path: str, *named: str) -> subprocess.CompletedProcess[str]:
    """Run the script as the Python that the environment of these tests was made with."""
    python3 = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    environment = {**OUTSIDE, "PATH": path}
    return subprocess.run(
        [python3, SCRIPT, *named], capture_output=True, text=True, env=environment, check=False
    )


def version(minor: int | None = None) -> str:
    return f"3 {sys.version_info.minor if minor is None else minor} 9"


def test_one_that_is_clearly_faster_is_taken_and_said(tmp_path: Path) -> None:
    fast = python(tmp_path / "a", "python3", f"{version()} 0.000001 {tmp_path}/a/python3")
    done = asked(str(tmp_path / "a"))
    assert (done.returncode, done.stdout.strip()) == (0, str(fast))
    assert "times as fast as Python 3." in done.stderr
    assert "PYTHON=" in done.stderr


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (f"{version()} 99 /elsewhere/python3", 0),  # slower
        (f"{version(sys.version_info.minor + 1)} 0.000001 /elsewhere/python3", 0),  # newer
        (f"{version(9)} 0.000001 /elsewhere/python3", 0),  # too old
        (f"{version()} 0.000001 /elsewhere/python3", 1),  # makes no environments
        ("Hello", 0),
    ],
)
def test_python3_is_taken_where_no_other_is_better(tmp_path: Path, said: str, code: int) -> None:
    python(tmp_path / "a", "python3", said, code=code)
    done = asked(str(tmp_path / "a"))
    assert done.returncode == 0
    assert Path(done.stdout.strip()).resolve().is_relative_to(Path(sys.base_prefix).resolve())
    assert done.stderr == ""


def test_who_names_one_gets_it_unless_it_is_too_old(tmp_path: Path) -> None:
    python(tmp_path / "fast", "python3", f"{version()} 0.000001 /fast/python3")
    slow = python(tmp_path / "slow", "python3", f"{version()} 9 {tmp_path}/slow/python3")
    done = asked(str(tmp_path / "fast"), str(slow))
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, str(slow), "")
    old = python(tmp_path / "old", "python3", "3 10 13 0.000001 /old/python3")
    done = asked(str(tmp_path / "fast"), str(old))
    assert (done.returncode, done.stdout) == (1, "")
    assert "3.11 or newer is needed" in done.stderr
    assert "Python 3.10.13 (/old/python3)" in done.stderr
    assert asked("", "/nowhere/python3").returncode == 1


def test_an_environment_that_is_activated_stays(tmp_path: Path) -> None:
    python(tmp_path, "python3", f"{version()} 0.000001 /fast/python3")
    done = subprocess.run(
        [sys.executable, SCRIPT],
        capture_output=True,
        text=True,
        env={**OUTSIDE, "PATH": str(tmp_path)},
        check=True,
    )
    assert done.stdout.strip() == sys.executable


def test_another_one_has_to_be_faster_by_a_fifth() -> None:
    script = runpy.run_path(str(SCRIPT))
    first, other = (script["Python"](f"3 11 {patch} 1.0 /{patch}/python3") for patch in (7, 2))
    for took_s, taken in ((0.9, first), (0.84, first), (0.83, other), (0.5, other), (1.5, first)):
        other.took_s = took_s
        assert script["chosen"](first, [first, other]) is taken
    assert script["chosen"](None, [first, other]) is first
    assert script["chosen"](first, [other]) is other  # the first one is too old
    assert script["chosen"](None, []) is None
