"""The same country on workers of Dask, one of which is killed on the way."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from locator.country.build import build_country
from locator.country.table import CountryError
from tests.country.toycountry import toy_plan

pytest.importorskip("pyarrow", reason="GeoParquet needs the extra country")
pytest.importorskip("distributed", reason="workers need the extra country")


@pytest.mark.slow
def test_a_worker_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    plan = toy_plan(tmp_path)
    alone = build_country(replace(plan, out=tmp_path / "alone"), workers=0)
    killed: list[int] = []

    def kill(step: str, _done: int, _total: int | None) -> None:
        if step == "units" and not killed:
            children = psutil.Process().children(recursive=True)
            (first, *_) = [one for one in children if "spawn_main" in " ".join(one.cmdline())]
            killed.append(first.pid)
            os.kill(first.pid, signal.SIGKILL)

    spread = build_country(plan, workers=1, progress=kill)
    assert killed
    assert (spread.made, list(spread.faults)) == (3, ["04"])
    assert spread.file.read_bytes() == alone.file.read_bytes()


def test_a_scheduler_that_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("locator.country.spread.PATIENCE_S", 0.2)
    with pytest.raises(CountryError, match="No worker answers at tcp://127.0.0.1:9"):
        build_country(toy_plan(tmp_path), scheduler="tcp://127.0.0.1:9")
