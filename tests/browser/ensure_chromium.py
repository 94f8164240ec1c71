"""Find a Chromium for the browser tests, or install one.

``python tests/browser/ensure_chromium.py`` prints its path, exit 1 if there is none to be had. In
order: the environment's ``CHROMIUM``, a browser on the path, Playwright's own, then ``playwright
install chromium`` and, on Debian and its kin, ``apt-get update`` and ``apt-get install chromium``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL_S = 600

FAILED = """\
No Chromium for the browser tests, and none could be installed. Any one of these will do:
  - set CHROMIUM to the path of a Chromium or Chrome,
  - put chromium, chromium-browser or google-chrome on the PATH,
  - run: {python} -m playwright install --with-deps chromium
What was tried:
{tried}"""


def find_chromium() -> str | None:
    """Return the path of a browser that is here already, or None."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if shutil.which(named) else None
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    return on_path or _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install_chromium() -> list[str]:
    """Try every way to install a browser until one is found; return what went wrong."""
    # A fresh machine has no list of packages, or an old one: without the update, apt-get finds
    # nothing, or what is no longer there.
    ways: tuple[tuple[Callable[[], bool], list[list[str]]], ...] = (
        (lambda: True, [[sys.executable, "-m", "playwright", "install", "chromium"]]),
        (
            lambda: bool(shutil.which("apt-get")),
            [_apt("update", "-qq"), _apt("install", "-y", "-qq", "chromium")],
        ),
    )
    tried = []
    for possible, commands in ways:
        if not possible():
            continue
        problems = [_run(command) for command in commands]
        if find_chromium():
            return []
        tried += [
            f"  {' '.join(command)}: {problem or 'ran, but there is still no browser'}"
            for command, problem in zip(commands, problems, strict=True)
        ]
    return tried


def _apt(*words: str) -> list[str]:
    as_root = [] if os.name != "posix" or os.geteuid() == 0 else ["sudo", "-n"]
    return [*as_root, "apt-get", *words]


def _run(command: list[str]) -> str | None:
    """Return None if the command succeeded, else the line in which it says what is wrong."""
    print(f"Trying: {' '.join(command)}", file=sys.stderr)
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INSTALL_S,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        return str(failure)
    if done.returncode == 0:
        return None
    said = (done.stderr or done.stdout).strip().splitlines()
    telling = [line for line in said if line.startswith(("E:", "Error"))] or said[-1:]
    return telling[0] if telling else f"exit code {done.returncode}"


def main() -> int:
    """Print the path of a browser; install one if need be."""
    path = find_chromium()
    tried: list[str] = []
    if path is None and os.environ.get("CHROMIUM"):
        tried = [f"  CHROMIUM={os.environ['CHROMIUM']}: there is no such program"]
    elif path is None:
        tried = install_chromium()
        path = find_chromium()
    if path is None:
        print(FAILED.format(python=sys.executable, tried="\n".join(tried)), file=sys.stderr)
        return 1
    print(f"Chromium for the browser tests: {path}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
