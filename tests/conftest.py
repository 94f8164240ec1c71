"""Fixtures that every test file may use."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from locator.city import City, default_folder, load_city
from tests.tinycity import write_tiny_city

# A busy machine is no reason to fail: speed is measured in tests/bench, never in a test.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def tiny_folder(tmp_path: Path) -> Path:
    """A fresh, valid tiny city folder that a test may break."""
    return write_tiny_city(tmp_path / "tiny")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> City:
    """The tiny city, loaded once."""
    return load_city(write_tiny_city(tmp_path_factory.mktemp("city") / "tiny"))


@pytest.fixture(scope="session")
def krakow() -> City:
    """The city folder of the repository, loaded once."""
    return load_city(default_folder())
