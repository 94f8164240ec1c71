"""Whatever is in the files of a folder: it is read, or its faults are listed. Nothing else."""

from __future__ import annotations

import json
import tempfile
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locator.city.model import load_city
from locator.curation.check import check_folder
from locator.curation.notices import notices
from locator.vehicles.positions import load_fleet, positions
from tests.tinycity import write_tiny_city

JSON_FILES = ("nurseries.geojson", "vehicles.geojson", "districts.geojson")
MOMENT = datetime(2026, 11, 24, 6, 3, tzinfo=ZoneInfo("Europe/Warsaw"))
TABLES = ("population_grid.csv", "addresses.csv", "stops.csv", "crossings.csv")

odd_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)


def paths(value: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value inside a JSON value."""
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    else:
        return [prefix]
    return [prefix, *(path for key, item in inner for path in paths(item, (*prefix, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Return a copy of a JSON value with the one at `path` replaced."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


def as_toml(value: Any) -> str:
    """Return a JSON value as an inline TOML value."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {as_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=True)


def starts(folder: Path) -> None:
    """Start with a folder that was called sound: what is read later must not fail either."""
    city = load_city(folder)
    notices(city)
    fleet = load_fleet(city)
    assert len(positions(fleet, MOMENT)) == len(fleet.vehicles)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.data(), st.sampled_from(JSON_FILES), odd_values)
def test_any_odd_value_in_a_json_file(data: st.DataObject, file: str, odd: Any) -> None:
    with tempfile.TemporaryDirectory() as parent:
        folder = write_tiny_city(Path(parent))
        content = json.loads((folder / file).read_text(encoding="utf-8"))
        path = data.draw(st.sampled_from(paths(content)))
        changed = json.dumps(replaced(content, path, odd))
        (folder / file).write_text(changed, encoding="utf-8")
        found = check_folder(folder)
        assert all(fault.file for fault in found)
        if not found:
            starts(folder)


@settings(max_examples=25, deadline=None)
@given(st.data(), odd_values.filter(lambda value: value is not None))
def test_any_odd_value_in_the_catalogue(data: st.DataObject, odd: Any) -> None:
    with tempfile.TemporaryDirectory() as parent:
        folder = write_tiny_city(Path(parent))
        content = tomllib.loads((folder / "catalogue.toml").read_text(encoding="utf-8"))
        path = data.draw(st.sampled_from(paths(content)[1:]))
        changed = replaced(content, path, odd)
        text = "\n".join(f"{json.dumps(key)} = {as_toml(value)}" for key, value in changed.items())
        (folder / "catalogue.toml").write_text(text, encoding="utf-8")
        assert all(fault.file for fault in check_folder(folder))


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.data(), st.sampled_from(TABLES), st.text(max_size=8))
def test_any_odd_text_in_a_table(data: st.DataObject, file: str, odd: str) -> None:
    with tempfile.TemporaryDirectory() as parent:
        folder = write_tiny_city(Path(parent))
        lines = (folder / file).read_text(encoding="utf-8").splitlines()
        row = data.draw(st.integers(0, len(lines) - 1))
        cells = lines[row].split(",")
        cells[data.draw(st.integers(0, len(cells) - 1))] = odd
        lines[row] = ",".join(cells)
        (folder / file).write_text("\n".join(lines), encoding="utf-8", errors="replace")
        assert all(fault.file for fault in check_folder(folder))
