"""Run a command as somebody at a terminal would, and read what it answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from locator.cli.main import main


def locator(folder: Path, *args: str) -> Result:
    """Run ``locator`` over a city folder."""
    return CliRunner().invoke(main, ["--geodata", str(folder), *args])


def answer(folder: Path, *args: str) -> Any:
    """Return what a command answers with ``--json``, which has to go well."""
    result = locator(folder, *args, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
