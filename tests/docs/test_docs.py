"""What the guide to another city shows is a whole city, and its commands are those that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.city.model import load_city
from locator.cli.main import main
from locator.curation.check import check_folder
from locator.walking.choose import choose_model
from locator.walking.walkable_city import walkable
from tests.serving import client_of

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "another-city.md"
FILES = re.findall(
    r"(?m)^`([a-z_]+\.(?:toml|csv|geojson))` [^\n]+\n\n```\w+\n(.*?)^```",
    GUIDE.read_text(encoding="utf-8"),
    re.DOTALL,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The city that the guide writes out, file by file."""
    for name, content in FILES:
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def test_the_city_of_the_guide_is_whole_and_counts_its_people(folder: Path) -> None:
    assert check_folder(folder) == []
    city = load_city(folder)
    found = coverage(walkable(city, choose_model(city)), CoverageQuery("nurseries"))
    # 60 children in the cell, a fifth of them up to two years old. The nursery stands in its
    # middle: 707 m x 1.26 to a corner, and 15 minutes are 990 m.
    assert (found.people, found.served, found.counted) == (12, 12, 1)


def test_the_second_nursery_of_the_guide_is_located_by_its_address(folder: Path) -> None:
    done = CliRunner().invoke(main, ["locate", str(folder)])
    assert done.exit_code == 0, done.output
    placed = load_city(folder).facilities.loc["nurseries-2"]
    assert placed["location_precision"] == "exact"
    assert (placed.geometry.x, placed.geometry.y) == (19.023, 52.008)


def test_the_city_of_the_guide_is_served(folder: Path) -> None:
    client = client_of(folder)
    for path in ("/", "/map", "/data", "/coverage", "/nearest?q=Long+Street+1&layer=nurseries"):
        assert client.get(f"/en{path}").status_code == 200
