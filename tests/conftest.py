"""Fixtures that every test file may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from locator.city.model import City, default_folder, load_city
from tests.tinycity import write_tiny_city

# A busy machine is no reason to fail: speed is measured in tests/bench, never in a test. Neither
# is chance: the same examples each time; `pytest --hypothesis-profile=search` looks for new ones.
settings.register_profile(
    "search", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=False
)
settings.register_profile("same", settings.get_profile("search"), derandomize=True, database=None)
settings.load_profile("same")


@pytest.fixture(scope="session", autouse=True)
def _caches_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what the program keeps for later out of the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCATOR_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


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
