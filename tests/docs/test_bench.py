"""The benchmarks' own arithmetic and command line; no time is measured here."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from urllib.request import urlopen

import pytest
from rich.console import Console

from tests.bench import __main__ as table
from tests.bench import asking, measuring
from tests.bench.__main__ import AREAS, HERE, LONG
from tests.bench.measuring import Row, by_wall, once, p50_p95, times_ms


@pytest.mark.parametrize(
    ("value", "budget", "verdict"), [(4.0, 5.0, "ok"), (5.0, 5.0, "ok"), (6.0, 5.0, "over")]
)
def test_a_row_keeps_its_budget_or_not(value: float, budget: float, verdict: str):
    assert Row("a walk", value, "ms", budget).verdict == verdict


def test_without_a_promise_there_is_no_verdict():
    assert Row("a walk", 1.0, "ms").verdict == ""


def test_a_call_is_warmed_up_and_told_its_number():
    numbers: list[int] = []
    assert times_ms(numbers.append, repeat=3, warm_up=1).shape == (2, 3)
    assert numbers == [0, 0, 1, 2]


def test_a_budget_of_time_is_kept_by_the_processors_clock():
    assert Row("a walk", 9.0, "ms", 5.0, processor=4.0).verdict == "ok"
    assert Row("a walk", 4.0, "ms", 5.0, processor=6.0).verdict == "over"


def test_waiting_takes_time_on_the_wall_and_none_of_the_processor(monkeypatch):
    # Clocks that only this call moves: the processor's real one counts other threads, too.
    clocks = SimpleNamespace(
        perf_counter=iter([10.0, 10.05]).__next__, process_time=iter([3.0, 3.002]).__next__
    )
    monkeypatch.setattr(measuring, "time", clocks)
    taken_ms = measuring.clocked_ms(lambda: None)
    assert taken_ms == pytest.approx((50, 2))


def test_what_another_process_does_is_told_by_the_wall_alone():
    (row,) = by_wall([once("a walk", lambda: None, budget=10)])
    assert row.processor is None


def test_two_percentiles_are_two_rows():
    rows = p50_p95("a walk", lambda _: None, repeat=5, budget=10)
    assert [row.what for row in rows] == ["a walk, p50", "a walk, p95"]


def test_what_takes_minutes_runs_only_when_it_is_named():
    assert set(LONG) < set(AREAS)


def test_every_area_says_what_it_measures():
    assert {"queries", "gazetteer", "web"} <= set(AREAS)
    for area in AREAS:
        assert "def rows(" in (HERE / f"bench_{area}.py").read_text(encoding="utf-8")


def test_an_unknown_area_is_refused_by_name():
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "tea"],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "no benchmark tea" in done.stderr


@pytest.mark.parametrize("code", [0, 1])
def test_each_row_is_said_as_it_comes(tmp_path: Path, monkeypatch, code: int) -> None:
    rows = [Row("a walk [there]", 4, "ms", 5), Row("a bench", 400, "MB")]
    area = tmp_path / "tests" / "bench"
    area.mkdir(parents=True)
    for folder in (area, area.parent):
        (folder / "__init__.py").touch()
    lines = [f"print({json.dumps(asdict(row))!r})" for row in rows]
    stands_in = "\n".join(["import sys", *lines, f"sys.exit({code})"])
    (area / "__main__.py").write_text(stands_in, encoding="utf-8")
    monkeypatch.setattr(table, "HERE", area)
    said = io.StringIO()
    found = table._run_apart("tea", None, Console(file=said))
    assert found == (rows if code == 0 else None)
    assert said.getvalue().split("\n") == ["  a walk [there]: 4 ms", "  a bench: 400 MB", ""]


def test_a_budget_is_missed_by_the_processors_clock_or_in_size() -> None:
    assert Row("what", 5, "ms", 10, processor=11).fails
    assert not Row("what", 50, "ms", 10, processor=9).fails
    assert not Row("what", 50, "ms", 10).fails and not Row("what", 50, "s", 10).fails
    assert Row("what", 50, "MB", 10).fails and not Row("what", 50, "MB", None).fails


def test_how_quick_the_machine_is_is_told_by_the_processors_clock(monkeypatch) -> None:
    clocks = SimpleNamespace(process_time=iter([3.0, 3.041]).__next__)
    monkeypatch.setattr(measuring, "time", clocks)
    assert measuring.turns_ms() == pytest.approx(41)


def test_the_server_of_another_checkout_is_measured(tmp_path: Path, monkeypatch) -> None:
    served = (
        "import os\n"
        "from http.server import BaseHTTPRequestHandler, HTTPServer\n"
        "class Other(BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        self.send_response(200)\n"
        "        self.end_headers()\n"
        "        self.wfile.write(os.environ['PYTHONPATH'].encode())\n"
        "HTTPServer(('127.0.0.1', int(os.environ['PORT'])), Other).serve_forever()\n"
    )
    (tmp_path / "app.py").write_text(served, encoding="utf-8")
    monkeypatch.setattr(asking, "ROOT", tmp_path)
    with asking.served() as (port, _), urlopen(f"http://127.0.0.1:{port}/") as given:
        assert given.read().decode() == str(tmp_path)
