"""The documentation's pages are whole and ask no server; its picture is that of the imports."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PYTHON = re.findall(
    r"(?ms)^```python\n(.*?)^```", "".join(p.read_text("utf-8") for p in sorted(DOCS.glob("*.md")))
)
ASKED = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"(?:https?:)?//[^\"]*"
    r"|<link\b(?![^>]*rel=\"(?:canonical|author)\")[^>]*\bhref=\"(?:https?:)?//[^\"]*"
    r"|(?:url\(|@import )[\"']?(?:https?:)?//[^\"')]*"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guides, built as `make docs` does but without the reference, which takes minutes."""
    out = tmp_path_factory.mktemp("docs")
    without = {
        "extensions": "myst_parser",
        "exclude_patterns": "modules",
        "suppress_warnings": "myst.header,toc.excluded,toc.not_readable",
    }
    given = [part for name, value in without.items() for part in ("-D", f"{name}={value}")]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-qW", *given, "-d", out / "trees", DOCS, out / "html"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return out / "html"


def test_every_guide_and_decision_is_a_page_that_the_list_leads_to(site: Path) -> None:
    pages = {path.relative_to(site).with_suffix("") for path in site.rglob("*.html")}
    assert {path.relative_to(DOCS).with_suffix("") for path in DOCS.rglob("*.md")} <= pages


def test_the_pages_ask_no_other_server(site: Path) -> None:
    files = [path for path in site.rglob("*") if path.suffix in {".html", ".css"}]
    assert {"index.html", "furo.css"} <= {path.name for path in files}
    asked = {path.name: ASKED.findall(path.read_text("utf-8")) for path in files}
    assert {name: found for name, found in asked.items() if found} == {}


def test_what_would_ask_another_server_is_seen() -> None:
    assert ASKED.search('<script async src="https://cdn.example.org/a.js">')
    assert ASKED.search('<link rel="stylesheet" href="//fonts.example.org/a.css">')
    assert ASKED.search("@import url(https://fonts.example.org/a.css)")
    assert not ASKED.search('<a href="https://example.org">')


@pytest.mark.parametrize("program", PYTHON)
def test_the_programs_of_the_guides_run(
    program: str, city_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("LOCATOR_GEODATA", str(city_folder))
    exec(program, {})
    said = re.search(r"[1-9]\d* of \d+ people within 15 minutes", capsys.readouterr().out)
    assert (said is not None) == (program == PYTHON[0])


def test_the_picture_of_the_packages_is_that_of_the_imports() -> None:
    drawn = runpy.run_path(str(DOCS / "architecture.py"))
    assert drawn["PICTURE"].read_text("utf-8") == drawn["draw"](), "run python docs/architecture.py"


def test_every_package_has_a_layer_and_no_arrow_goes_up() -> None:
    drawn = runpy.run_path(str(DOCS / "architecture.py"))
    layers = drawn["floors"]()
    packages = [package for layer in layers for package in layer]
    folders = {f"locator.{path.parent.name}" for path in (ROOT / "locator").glob("*/__init__.py")}
    assert set(packages) == folders
    floor = {package: number for number, layer in enumerate(layers) for package in layer}
    found = drawn["arrows"](packages)
    assert found and all(floor[upper] < floor[lower] for upper, lower in found)
