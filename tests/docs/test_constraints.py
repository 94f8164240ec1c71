"""The pinned versions can be installed with the oldest Python that is promised."""

from __future__ import annotations

import tomllib
from importlib.metadata import distributions
from pathlib import Path

from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[2]
OLDEST = "3.11.0"


def test_the_oldest_python_is_the_one_that_is_promised() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={OLDEST.removesuffix('.0')}"


def test_no_pinned_package_wants_a_newer_one() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.partition("==")[0].lower() for line in lines if "==" in line}
    told = {one.metadata["Name"]: one.metadata.get("Requires-Python") for one in distributions()}
    wanted = {name: versions for name, versions in told.items() if name.lower() in pinned}
    assert len(wanted) > 100
    assert not {
        name: versions
        for name, versions in wanted.items()
        if versions and OLDEST not in SpecifierSet(versions)
    }
