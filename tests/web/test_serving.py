"""``python app.py`` as a visitor and an operator meet it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tinycity import write_tiny_city
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
NEAREST = "api/nearest?layer=aeds&lat=50.1078&lon=19.8885"


def command(folder: Path, port: str = "0") -> dict[str, object]:
    environment = os.environ | {"LOCATOR_GEODATA": str(folder), "PORT": port, "HOST": "127.0.0.1"}
    return {"args": [sys.executable, "app.py"], "cwd": ROOT, "env": environment, "text": True}


@pytest.fixture
def server(city_folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with subprocess.Popen(
        **command(city_folder),  # type: ignore[call-overload]
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            ready = process.stdout.readline()
            found = re.fullmatch(r"Ready: (http://localhost:\d+/)  \(stop with Ctrl\+C\)\n", ready)
            assert found, (ready, process.poll())
            yield process, found[1]
        finally:
            process.terminate()


def answer_of(address: str, path: str) -> int:
    """Ask a running server for ``path`` and give its status."""
    with urllib.request.urlopen(f"{address}{path}", timeout=30) as answer:
        return answer.status


def test_it_says_where_it_is_and_answers_there(
    server: tuple[subprocess.Popen[str], str],
) -> None:
    _, address = server
    with urllib.request.urlopen(f"{address}healthz", timeout=30) as answer:
        assert answer.status == 200
        assert answer.headers["Server"] == "locator"
    assert answer_of(address, NEAREST) == 200


def test_its_log_says_nothing_of_where_anybody_is(
    server: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = server
    assert answer_of(address, NEAREST) == 200
    process.terminate()
    _, log = process.communicate(timeout=30)
    assert "GET /api/nearest 200" in log
    assert "50.1" not in log and "127.0.0.1" not in log


def test_a_second_one_on_the_same_port_explains_itself(city_folder: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(**command(city_folder, port), capture_output=True, timeout=60)  # type: ignore[call-overload]
    assert ended.returncode == 1
    assert f"Port {port} is taken by another program." in ended.stderr


def test_every_fault_of_the_folder_is_listed_before_anything_is_served(tmp_path: Path) -> None:
    folder = write_tiny_city(tmp_path / "tiny")
    (folder / "stops.csv").unlink()
    (folder / "aeds.geojson").write_text("{", encoding="utf-8")
    ended = subprocess.run(**command(folder), capture_output=True, timeout=60)  # type: ignore[call-overload]
    assert ended.returncode == 1
    assert "stops.csv" in ended.stderr and "aeds.geojson" in ended.stderr
    assert "Traceback" not in ended.stderr and "Ready" not in ended.stdout


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no list of processes here")
def test_what_is_dear_has_a_process_apart_that_comes_again_and_goes_with_the_server(
    server: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = server
    (keeper,) = children_of(process.pid)
    wait_until(lambda: children_of(keeper) != [])  # forked beside the server's own start
    (first,) = children_of(keeper)
    assert answer_of(address, "coverage") == 200
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: children_of(keeper) not in ([], [first]))
    assert answer_of(address, "en/coverage") == 200
    (second,) = children_of(keeper)
    process.kill()
    wait_until(lambda: not any(map(is_alive, (keeper, second))))


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has forked."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that nobody has asked for its end does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
