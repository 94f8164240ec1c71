"""The notebooks run, and what they keep is whole, small and of no machine."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import locator
from locator.api.context import AppState
from locator.city.model import City
from locator.walking.choose import choose_model
from locator.walking.walkable_city import walkable
from tests.osmdata import helsinki

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))
OURS = ("resident", "planner")
MOST_KB = 150
OF_A_MACHINE = re.compile(r"/(?:home|root|srv|tmp|Users|opt)/|[A-Z]:\\\\|\bsite-packages\b")


def cells(path: Path) -> list[dict[str, Any]]:
    known: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in known if cell["cell_type"] == "code"]


def test_there_is_one_for_each_reader() -> None:
    assert {path.stem for path in PATHS} == {"another-city", "planner", "resident"}
    guide = (FOLDER.parent / "library.md").read_text(encoding="utf-8")
    assert all(f"notebooks/{path.name}" in guide for path in PATHS)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_what_is_kept_is_whole_small_and_of_no_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text) / 1000 < MOST_KB
    assert OF_A_MACHINE.findall(text) == []
    assert "https://" not in text
    kept = cells(path)
    assert [cell["execution_count"] for cell in kept] == list(range(1, len(kept) + 1))
    kinds = {output["output_type"] for cell in kept for output in cell["outputs"]}
    assert kinds <= {"execute_result", "display_data", "stream"}
    names = {output.get("name", "stdout") for cell in kept for output in cell["outputs"]}
    assert names == {"stdout"}, "run make notebooks"


def test_what_would_be_of_a_machine_is_seen() -> None:
    for path in ("/home/anna/x", "/tmp/abc/map.html", "C:\\\\Users"):
        assert OF_A_MACHINE.search(path)
    assert not OF_A_MACHINE.search("../another-city.md, image/png, 5 / 7")


@pytest.fixture(scope="module")
def opened(krakow: City) -> locator.OpenCity:
    """Kraków as `locator.open()` opens it, once for all notebooks."""
    ready = walkable(krakow, choose_model(krakow))
    return locator.OpenCity(AppState(krakow, ready, datetime(2026, 11, 28, tzinfo=UTC)))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with pictures drawn nowhere."""
    matplotlib = pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    return tmp_path


def run(path: Path) -> str:
    """Run the code of a notebook as one program, and return what it prints."""
    from matplotlib import pyplot

    printed, names = io.StringIO(), {}
    for cell in cells(path):
        code = "".join(cell["source"])
        with contextlib.redirect_stdout(printed):
            exec(compile(ast.parse(code), path.name, "exec"), names)
    pyplot.close("all")
    return printed.getvalue()


@pytest.mark.parametrize("name", OURS)
def test_the_notebooks_of_this_city_run(
    name: str, here: Path, opened: locator.OpenCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locator, "open", lambda: opened)
    assert run(FOLDER / f"{name}.ipynb")
    assert [file.name for file in here.iterdir()] == (
        ["nurseries.html"] if name == "resident" else []
    )


@pytest.mark.slow
def test_the_notebook_of_another_city_runs(here: Path) -> None:
    shutil.copy(helsinki(), here)
    said = run(FOLDER / "another-city.ipynb")
    assert "is not known, so nobody can be counted" in said
    assert "km of ways without steps" in said
    assert (here / "helsinki.html").stat().st_size > 200_000
