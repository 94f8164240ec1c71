"""A city folder of its own for each command that is tried."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def folder(tiny_folder: Path) -> Path:
    """The tiny city, which a command may change."""
    return tiny_folder
