"""Fixtures that every test file may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from locator.city.model import City, default_folder, load_city
from locator.walking.estimate import EstimateModel
from locator.walking.walkable_city import WalkableCity, walkable
from locator.web import create_app
from tests.tinycity import write_tiny_city

# A busy machine is no reason to fail: speed is measured in tests/bench, never in a test. Neither
# is chance: the same examples each time; `pytest --hypothesis-profile=search` looks for new ones,
# and for more of them wherever a test takes a share of what the profile has.
settings.register_profile(
    "search",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=False,
    max_examples=1000,
)
settings.register_profile(
    "same", settings.get_profile("search"), derandomize=True, database=None, max_examples=100
)
settings.load_profile("same")


REAL_SIZE = {"krakow", "krakow_app", "krakow_site"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever needs the city of the real size, so that it can be left out."""
    for item in items:
        if REAL_SIZE & set(getattr(item, "fixturenames", ())):
            item.add_marker("krakow")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Share the tests out among the workers of `-n`."""
    from tests.sharing_out import FileByFile

    return FileByFile(config, log)


@pytest.fixture(scope="session", autouse=True)
def _caches_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what the program keeps for later out of the home of whoever runs the tests.

    The workers of one run share it, as servers of one machine do: a tile is drawn once.
    """
    base = tmp_path_factory.getbasetemp()
    of_all = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCATOR_CACHE", str(of_all / "cache"))
        yield


@pytest.fixture
def tiny_folder(tmp_path: Path) -> Path:
    """A fresh, valid tiny city folder that a test may break."""
    return write_tiny_city(tmp_path / "tiny")


@pytest.fixture(scope="session")
def city_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tiny city, written once: a test may read it and nothing else."""
    return write_tiny_city(tmp_path_factory.mktemp("city") / "tiny")


@pytest.fixture(scope="session")
def tiny(city_folder: Path) -> City:
    """The tiny city, loaded once."""
    return load_city(city_folder)


@pytest.fixture(scope="session")
def walkable_city(tiny: City) -> WalkableCity:
    """The tiny city, walked by the estimate."""
    return walkable(tiny, EstimateModel.from_city(tiny))


@pytest.fixture(scope="session")
def app(city_folder: Path) -> Flask:
    """The application over the tiny city, made once; where others are needed, see `client_of`."""
    return create_app({"GEODATA": city_folder, "LIMIT_PER_MINUTE": 0})


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who asks the application of the module."""
    return app.test_client()


@pytest.fixture(scope="session")
def krakow() -> City:
    """The city folder of the repository, loaded once."""
    return load_city(default_folder())


@pytest.fixture(scope="session")
def krakow_app() -> Flask:
    """The application over the city folder of the repository, made once."""
    return create_app({"LIMIT_PER_MINUTE": 0})


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages wait for their ranges: a busy machine is no reason to leave one out."""
    monkeypatch.setattr("locator.api.context.PATIENCE_S", 60.0)
