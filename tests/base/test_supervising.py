"""The supervisor starts a server anew without losing a request, and ends it in good order."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from locator.base import supervising
from locator.base.supervising import Supervisor, supervised
from tests.forking import needs_fork
from tests.waiting import wait_until

pytestmark = [
    needs_fork,
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning"),
]

SERVER = """
import os, select, signal, socket, sys
port, line, ends = map(int, os.environ["LOCATOR_GENERATION"].split(","))
said = open(sys.argv[1]).read()
with open(sys.argv[1] + ".pids", "a") as known:
    known.write(f"{os.getpid()}\\n")
if said == "faulty":
    sys.exit(3)
ending = []
signal.signal(signal.SIGTERM, lambda *_: ending.append(1))
with socket.socket(fileno=port) as listening:
    listening.listen(64)
    listening.settimeout(0.01)
    os.write(line, b"e" if said == "early" else b"r")
    while not ending and not select.select([ends], [], [], 0)[0]:
        try:
            visitor = listening.accept()[0]
        except OSError:
            continue
        with visitor:
            visitor.settimeout(60)
            asked = visitor.recv(9)
            if asked == b"die":
                os._exit(9)
            visitor.sendall(said.encode())
"""
"""A server of one word, which it reads when it starts."""


class Kept:
    """A supervisor in a process of its own, and its server."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.listening.listen(0)
        announced, said = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            code = 99
            try:
                command = [sys.executable, "-S", "-c", SERVER, str(file)]
                keeping = Supervisor(
                    command, self.listening, announce=lambda: os.write(said, b"!"), grace_s=60.0
                )
                code = keeping.run()
            finally:
                os._exit(code)
        os.close(said)
        self.announced = announced

    def ask(self, word: bytes = b"?") -> str:
        """Return what the server says; nothing where it goes away over it."""
        with socket.create_connection(self.listening.getsockname(), 60) as line:
            line.sendall(word)
            return line.recv(99).decode()

    def pids(self) -> list[int]:
        """Return the processes that were started so far."""
        return [int(pid) for pid in Path(f"{self.file}.pids").read_text().split()]

    def code(self) -> int:
        """Wait for the end and return the exit code."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@contextmanager
def kept(file: Path, said: str) -> Iterator[Kept]:
    """Have a server supervised that says a word."""
    file.write_text(said)
    one = Kept(file)
    try:
        yield one
    finally:
        os.close(one.announced)
        one.listening.close()


def is_gone(pid: int) -> bool:
    """Tell whether there is no such process any more."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_server_is_started_anew_and_nobody_who_asks_meanwhile_is_lost(tmp_path: Path) -> None:
    with kept(tmp_path / "word", "old") as one:
        assert os.read(one.announced, 9) == b"!"
        answers: list[str] = []
        enough = threading.Event()

        def visit() -> None:
            while not enough.is_set():
                answers.append(one.ask())

        visitor = threading.Thread(target=visit)
        visitor.start()
        wait_until(lambda: "old" in answers)
        one.file.write_text("new")
        os.kill(one.pid, signal.SIGHUP)
        wait_until(lambda: "new" in answers)
        former, present = one.pids()
        wait_until(lambda: is_gone(former))
        enough.set()
        visitor.join(60)
        assert set(answers) == {"old", "new"}
        assert one.ask() == "new"
        os.kill(one.pid, signal.SIGTERM)
        assert one.code() == 0
        assert is_gone(present)
        assert os.read(one.announced, 9) == b""  # announced once


def test_an_early_server_is_announced_and_takes_over_from_nobody(tmp_path: Path) -> None:
    with kept(tmp_path / "word", "early") as one:
        assert os.read(one.announced, 1) == b"!"
        assert one.ask() == "early"
        one.file.write_text("warm")
        os.kill(one.pid, signal.SIGHUP)
        wait_until(lambda: len(one.pids()) == 2 and one.ask() == "warm")
        wait_until(lambda: is_gone(one.pids()[0]))
        one.file.write_text("early")
        os.kill(one.pid, signal.SIGHUP)
        wait_until(lambda: len(one.pids()) == 3 and one.ask() == "early")
        os.kill(one.pids()[2], signal.SIGKILL)
        wait_until(lambda: is_gone(one.pids()[2]))
        assert one.ask() == "warm"  # it had gone on
        os.kill(one.pid, signal.SIGTERM)
        assert one.code() == 0
        assert os.read(one.announced, 9) == b""  # announced once


def test_a_server_that_does_not_get_ready_changes_nothing(tmp_path: Path) -> None:
    with kept(tmp_path / "word", "good") as one:
        os.read(one.announced, 1)
        one.file.write_text("faulty")
        os.kill(one.pid, signal.SIGHUP)
        wait_until(lambda: len(one.pids()) == 2)
        wait_until(lambda: is_gone(one.pids()[1]))
        assert one.ask() == "good"
        one.file.write_text("better")
        os.kill(one.pid, signal.SIGHUP)
        wait_until(lambda: one.ask() == "better")
        os.kill(one.pid, signal.SIGINT)  # as Ctrl+C does
        assert one.code() == 0


def test_a_server_that_crashes_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "PAUSE_S", 0.0)
    with kept(tmp_path / "word", "here") as one:
        os.read(one.announced, 1)
        assert one.ask(b"die") == ""
        assert one.ask() == "here"  # who comes meanwhile waits
        assert len(one.pids()) == 2
        os.kill(one.pid, signal.SIGTERM)
        assert one.code() == 0


def test_the_first_one_says_itself_why_it_cannot_serve(tmp_path: Path) -> None:
    with kept(tmp_path / "word", "faulty") as one:
        assert one.code() == 3
        assert os.read(one.announced, 9) == b""


def test_a_server_ends_with_its_supervisor_however_that_ends(tmp_path: Path) -> None:
    with kept(tmp_path / "word", "here") as one:
        os.read(one.announced, 1)
        os.kill(one.pid, signal.SIGKILL)
        one.code()
        wait_until(lambda: all(map(is_gone, one.pids())))


@pytest.mark.parametrize("given", ["-1", "two", "33", "1.5"])
def test_a_number_of_workers_that_is_none_is_explained(
    given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(supervising.WORKERS, given)
    with pytest.raises(SystemExit, match=f"LOCATOR_WORKERS is '{given}'; allowed: a number from 0"):
        supervised()


def test_without_workers_nobody_supervises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(supervising.WORKERS, "0")
    assert supervised() is None


def test_what_watches_loads_nothing_heavy() -> None:
    code = "import locator.base.supervising, sys; print({'numpy', 'flask'} & set(sys.modules))"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stdout == "set()\n"
