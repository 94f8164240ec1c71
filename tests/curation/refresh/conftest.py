"""One server of our own that answers as sources do, in every way in which they may fail."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

RECORDED = Path(__file__).resolve().parents[4] / "shared" / "testdata" / "recorded"


@dataclass(frozen=True)
class Answer:
    """What the server says to one path; `promised` more bytes never come."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    promised: int = 0
    late: bool = False


@dataclass
class Site:
    """What the server offers, and what it was asked."""

    port: int
    released: threading.Event
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def url(self, path: str = "/data") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def says(self, body: bytes | str, path: str = "/data", **more: object) -> None:
        """Answer a path, with its query or without, by this."""
        content = body.encode() if isinstance(body, str) else body
        self.answers[path] = Answer(content, **more)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.site.asked.append((unquote(self.path), self.headers["User-Agent"], sent))
        bare = self.path.partition("?")[0]
        answers = self.site.answers
        answer = answers.get(unquote(self.path)) or answers.get(bare) or Answer(b"", 404)
        if answer.late:
            self.site.released.wait(5)
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(answer.body) + answer.promised))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="session")
def server() -> Iterator[Site]:
    """The server, started once."""
    handler = type("SiteHandler", (Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as made:
        site = Site(made.server_port, threading.Event())
        handler.site = site  # type: ignore[attr-defined]
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield site
        site.released.set()
        made.shutdown()
        thread.join()


@pytest.fixture
def site(server: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The server, which offers nothing yet; what is kept of it goes to a folder of the test."""
    server.answers.clear()
    server.asked.clear()
    monkeypatch.setenv("LOCATOR_SOURCES", str(tmp_path / "sources"))
    return server


def recorded(name: str) -> bytes:
    """Return a reply that somebody recorded; skip where it is not at hand."""
    path = RECORDED / name
    if not path.exists():
        pytest.skip(f"../shared/testdata/recorded/{name} is not here")
    return path.read_bytes()
