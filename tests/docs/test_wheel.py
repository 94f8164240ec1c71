"""Build the wheel, and use it in an empty folder as somebody who has nothing but the wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from locator.city.model import default_folder

ROOT = Path(__file__).resolve().parents[2]

USED = """
import json
import sys
from pathlib import Path
from click.testing import CliRunner
import locator
from locator.cli.main import main
from locator.curation.report_store import store_of
from locator.city.model import default_folder
from locator.web import create_app

package = Path(locator.__file__).parent
assert package.parent == Path(sys.argv[1]) and default_folder() == package / "geodata"
assert not store_of(default_folder()).path.is_relative_to(package)
found = CliRunner().invoke(main, ["nearest", "Rynek Główny 1", "--layer", "nurseries", "--json"])
assert found.exit_code == 0, found.output
assert json.loads(found.output)["model"] == "network"
visitor = create_app({"LIMIT_PER_MINUTE": 0}).test_client()
for path in (
    "/", "/en/nearest?q=Rynek%20G%C5%82%C3%B3wny%201&layer=nurseries", "/coverage/nurseries",
    "/uk/map", "/aed?lat=50.06&lon=19.94", "/data", "/embed", "/api/openapi.json",
):
    assert visitor.get(path).status_code == 200, path
"""


def build(kind: str, source: Path, into: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(into)],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (made,) = into.iterdir()
    return made


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked source distribution."""
    archive = build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))
    with tarfile.open(archive) as tar:
        # Python has had it since 3.11.4; a file of our own making needs none.
        tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
        tar.extractall(archive.parent)
    (folder,) = (entry for entry in archive.parent.iterdir() if entry.is_dir())
    return folder


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def test_the_source_distribution_builds_the_same_wheel(
    sdist: Path, wheel: Path, tmp_path: Path
) -> None:
    assert build("wheel", sdist, tmp_path / "again").read_bytes() == wheel.read_bytes()


def test_the_wheel_holds_all_that_is_used_and_nothing_that_can_be_made(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    kept = subprocess.run(
        ["git", "ls-files", "locator", "geodata", "templates"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if kept.returncode == 0:  # else this is not a clone of the repository
        wanted = {
            name if name.startswith("locator/") else f"locator/{name}"
            for name in kept.stdout.splitlines()
        }
        assert {name for name in names if ".dist-info/" not in name} == wanted
    assert {name for name in names if name.endswith((".graph", ".sqlite", ".lock"))} == set()
    assert "locator/py.typed" in names


@pytest.mark.slow
def test_the_wheel_works_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site-packages"
    zipfile.ZipFile(wheel).extractall(site)
    # The streets' graph is made at the first use; here the one that is there does as well.
    for graph in default_folder().glob("*.graph"):
        os.link(graph, site / "locator" / "geodata" / graph.name)
    empty = tmp_path / "empty"
    empty.mkdir()
    kept = {
        "PYTHONPATH": str(site),
        "LOCATOR_CACHE": str(tmp_path / "cache"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        # An address that nothing answers at: whatever asks the network fails.
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
    }
    done = subprocess.run(
        [sys.executable, "-c", USED, str(site)],
        cwd=empty,
        env={**{k: v for k, v in os.environ.items() if not k.startswith("LOCATOR_")}, **kept},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert list(empty.iterdir()) == []
