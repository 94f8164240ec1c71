"""Other people's generators make clients of our document, and the clients call the server."""

from __future__ import annotations

import importlib
import json
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def document(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document of the stable address, in a file."""
    file = tmp_path_factory.mktemp("generated") / "openapi.json"
    file.write_bytes(app.test_client().get("/api/v1/openapi.json").data)
    return file


def test_a_python_client_is_made_and_calls(
    app: Flask, document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openapi_python_client")
    httpx = pytest.importorskip("httpx")
    made = document.parent / "made_client"
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    done = subprocess.run(
        [*command, "--path", str(document), "--output-path", str(made)],
        capture_output=True,
        text=True,
        check=True,
    )
    said = done.stdout + done.stderr
    assert "unsupported" not in said.casefold() and "unable to parse" not in said.casefold(), said
    monkeypatch.syspath_prepend(str(document.parent))
    package: Any = importlib.import_module("made_client")
    for module in pkgutil.walk_packages(package.__path__, "made_client."):
        importlib.import_module(module.name)
    operations = {
        one["get"]["operationId"] for one in json.loads(document.read_text())["paths"].values()
    }
    assert operations <= {file.stem for file in made.rglob("api/*/*.py")}

    nearest: Any = importlib.import_module("made_client.api.services.nearest_on_foot")
    options = {"transport": httpx.WSGITransport(app=app)}
    client = package.Client(base_url="http://localhost/en", httpx_args=options)
    layer = importlib.import_module("made_client.models").NearestOnFootLayerItem.NURSERIES
    found = nearest.sync(client=client, layer=[layer], q="Lipowa 1", k=2)
    assert [one.id for one in found.features] == ["nurseries-1", "nurseries-2"]
    assert found.features[0].properties.walk_m == 0
    lost = nearest.sync(client=client, layer=[layer], q="Nowhere 99")
    assert lost.error.code == "not_found"


@pytest.mark.skipif(not shutil.which("redocly"), reason="redocly is not installed")
def test_redocly_finds_nothing(document: Path) -> None:
    done = subprocess.run(
        ["redocly", "lint", str(document)],
        cwd=document.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (
        "warning" not in (done.stdout + done.stderr).replace("Deprecation warning", "").casefold()
    )


@pytest.mark.skipif(
    not (shutil.which("openapi-typescript") and shutil.which("tsc")),
    reason="openapi-typescript and tsc are not installed",
)
def test_types_for_typescript_are_made_and_compile(document: Path) -> None:
    types = document.with_name("api.d.ts")
    subprocess.run(["openapi-typescript", str(document), "-o", str(types)], check=True)
    subprocess.run(["tsc", "--strict", "--noEmit", str(types)], check=True)
