"""``python app.py`` as a visitor and an operator meet it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

import pytest

from locator.base.listening import bound
from locator.web import create_app
from locator.web.serving import Serving
from tests.tinycity import write_tiny_city
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
NEAREST = "api/nearest?layer=aeds&lat=50.1078&lon=19.8885"


def command(folder: Path, port: str = "0") -> dict[str, object]:
    environment = os.environ | {
        "LOCATOR_GEODATA": str(folder),
        "LOCATOR_LIMIT_PER_MINUTE": "0",
        "LOCATOR_WORKERS": "2",
        "PORT": port,
        "HOST": "127.0.0.1",
    }
    return {"args": [sys.executable, "app.py"], "cwd": ROOT, "env": environment, "text": True}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The file to which the server writes what it does."""
    return tmp_path / "log"


@pytest.fixture
def server(city_folder: Path, log: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with (
        log.open("w") as written,
        subprocess.Popen(
            **command(city_folder),  # type: ignore[call-overload]
            stdout=subprocess.PIPE,
            stderr=written,
        ) as process,
    ):
        try:
            ready = process.stdout.readline()
            found = re.fullmatch(r"Ready: (http://localhost:\d+/)  \(stop with Ctrl\+C\)\n", ready)
            assert found, (ready, process.poll())
            yield process, found[1]
        finally:
            process.terminate()


def answer_of(address: str, path: str) -> int:
    """Ask a running server for ``path`` and give its status."""
    with urllib.request.urlopen(f"{address}{path}", timeout=120) as answer:
        return answer.status


def test_it_says_where_it_is_and_answers_there(
    server: tuple[subprocess.Popen[str], str],
) -> None:
    _, address = server
    with urllib.request.urlopen(f"{address}healthz", timeout=120) as answer:
        assert answer.status == 200
        assert answer.headers["Server"] == "locator"
    assert answer_of(address, NEAREST) == 200


def test_its_log_says_nothing_of_where_anybody_is(
    server: tuple[subprocess.Popen[str], str], log: Path
) -> None:
    process, address = server
    assert answer_of(address, NEAREST) == 200
    process.terminate()
    assert process.wait(timeout=120) == 0
    said = log.read_text()
    assert "GET /api/nearest 200" in said
    assert "50.1" not in said and "127.0.0.1" not in said


def test_a_second_one_on_the_same_port_explains_itself(city_folder: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(**command(city_folder, port), capture_output=True, timeout=300)  # type: ignore[call-overload]
    assert ended.returncode == 1
    assert f"Port {port} is taken by another program." in ended.stderr


def test_every_fault_of_the_folder_is_listed_before_anything_is_served(tmp_path: Path) -> None:
    folder = write_tiny_city(tmp_path / "tiny")
    (folder / "stops.csv").unlink()
    (folder / "aeds.geojson").write_text("{", encoding="utf-8")
    ended = subprocess.run(**command(folder), capture_output=True, timeout=300)  # type: ignore[call-overload]
    assert ended.returncode == 1
    assert "stops.csv" in ended.stderr and "aeds.geojson" in ended.stderr
    assert "Traceback" not in ended.stderr and "Ready" not in ended.stdout


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no list of processes here")
def test_in_a_process_that_serves_one_looks_after_what_lies_free(city_folder: Path) -> None:
    app = create_app({"GEODATA": city_folder})
    with bound("127.0.0.1", 0) as listening:
        server = Serving(app, listening)
        assert app.extensions["locator.base.freeing"] is server._freeing
        server.end(0.0)
        server.run()


def test_its_processes_come_again_and_go_with_it(
    server: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = server
    (parent,) = children_of(process.pid)
    first, second, aside = children_of(parent)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: len(children_of(parent)) == 3 and first not in children_of(parent))
    os.kill(aside, signal.SIGKILL)
    assert answer_of(address, NEAREST) == 200
    wait_until(lambda: len(children_of(parent)) == 3 and aside not in children_of(parent))
    wait_until(lambda: status_of(address, "en/coverage") == 200)
    assert second in children_of(parent)
    last = children_of(parent)
    process.kill()
    wait_until(lambda: not any(map(is_alive, (parent, *last))))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes to fork here")
def test_started_anew_it_loses_no_request_and_keeps_its_forms(
    server: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = server
    begun = started(address)
    statuses: list[int] = []
    enough = threading.Event()

    def visit(path: str) -> None:
        while not enough.is_set():
            statuses.append(status_of(address, path))

    def stay() -> None:
        """Keep the connection as long as the server does."""
        line = HTTPConnection(address.split("/")[2], timeout=300)
        while not enough.is_set():
            line.request("GET", f"/{NEAREST}")
            with line.getresponse() as answer:
                answer.read()
                statuses.append(answer.status)
        line.close()

    visits = [partial(visit, NEAREST), partial(visit, "en/coverage"), stay]
    visitors = [threading.Thread(target=one) for one in visits]
    for one in visitors:
        one.start()
    process.send_signal(signal.SIGHUP)
    wait_until(lambda: started(address) != begun)
    enough.set()
    for one in visitors:
        one.join(60)
    assert set(statuses) == {200}
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0


def started(address: str) -> str:
    """Return when the server was started, as it says."""
    with urllib.request.urlopen(f"{address}healthz", timeout=120) as answer:
        return str(json.load(answer)["started"])


def status_of(address: str, path: str) -> int:
    """Return the status of an answer, also of one that is no success."""
    try:
        return answer_of(address, path)
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has forked."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that nobody has asked for its end does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
