"""Fetching an extract from a server of our own: broken, wrong, full, gone."""

from __future__ import annotations

import errno
import hashlib
import json
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from locator.cli.commands.network import network
from locator.curation import extract as extracts
from locator.curation.extract import fetch_extract
from locator.walking.graph.file import GRAPH_FILE, read_about
from locator.walking.graph.osm import ExtractError
from tests.osmdata import write_town

NAME = "region-latest.osm.pbf"


@dataclass
class Site:
    """What the server offers, and what it was asked for."""

    content: bytes = b""
    checksum: str | None = "md5"
    wrong: bool = False
    resumable: bool = True
    moved: bool = False
    breaks_after: list[int] = field(default_factory=list)
    tag: str = '"one"'
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    url: str = ""


class Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        site = self.site
        site.asked.append((self.path, self.headers.get("Range")))
        if self.path == f"/{NAME}" and site.moved:
            self.send_response(302)
            self.send_header("Location", f"/mirror/{NAME}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path in (f"/{NAME}", f"/mirror/{NAME}"):
            self.send_extract(site)
        elif site.checksum and self.path == f"/{NAME}.{site.checksum}":
            value = hashlib.new(site.checksum, site.content + b"x" * site.wrong).hexdigest()
            self.answer(200, f"{value}  {NAME}\n".encode())
        else:
            self.answer(404, b"no such file")

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_extract(self, site: Site) -> None:
        begin = 0
        wanted = self.headers.get("Range")
        if wanted and site.resumable and self.headers.get("If-Range") == site.tag:
            begin = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if begin > len(site.content):
            self.answer(416, b"")
            return
        body = site.content[begin:]
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", site.tag)
        self.end_headers()
        self.wfile.write(body[: site.breaks_after.pop(0)] if site.breaks_after else body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a proxy of the environment out of the way to our own server."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    served = Site(content=write_town(tmp_path / "town.osm.pbf").read_bytes())
    handler = type("SiteHandler", (Handler,), {"site": served})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        served.url = f"http://127.0.0.1:{server.server_port}/{NAME}"
        yield served
        server.shutdown()
        thread.join()


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("checksum", ["md5", "sha256", None])
def test_a_file_is_fetched_and_its_checksum_named(
    site: Site, tmp_path: Path, checksum: str | None
) -> None:
    site.checksum = checksum
    progress: list[tuple[int, int | None]] = []
    found = fetch_extract(
        site.url, tmp_path / "x", progress=lambda _, done, total: progress.append((done, total))
    )
    assert (found.checksum, found.fetched) == (checksum, True)
    assert found.path.read_bytes() == site.content
    assert kept(tmp_path / "x") == [NAME]
    assert progress[-1] == (len(site.content), len(site.content))


def test_an_unchanged_file_is_not_fetched_again(site: Site, tmp_path: Path) -> None:
    fetch_extract(site.url, tmp_path)
    site.asked.clear()
    assert fetch_extract(site.url, tmp_path).fetched is False
    assert all(path != f"/{NAME}" for path, _ in site.asked)


def test_a_broken_connection_is_taken_up_where_it_broke(site: Site, tmp_path: Path) -> None:
    site.breaks_after = [100, 50]
    assert fetch_extract(site.url, tmp_path).path.read_bytes() == site.content
    ranges = [wanted for path, wanted in site.asked if path == f"/{NAME}"]
    assert ranges == [None, "bytes=100-", "bytes=150-"]


def test_a_download_given_up_is_continued_by_the_next_call(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "x"
    site.breaks_after = [40, 40, 40, 40]
    with pytest.raises(ExtractError, match="goes on from there"):
        fetch_extract(site.url, folder)
    assert kept(folder) == [f"{NAME}.part", f"{NAME}.part.json"]
    site.asked.clear()
    assert fetch_extract(site.url, folder).path.read_bytes() == site.content
    assert (f"/{NAME}", "bytes=160-") in site.asked
    assert kept(folder) == [NAME]


def test_a_server_that_cannot_resume_starts_again(site: Site, tmp_path: Path) -> None:
    site.resumable, site.breaks_after = False, [100]
    assert fetch_extract(site.url, tmp_path).path.read_bytes() == site.content


def test_a_file_that_changed_in_between_is_not_patched_together(site: Site, tmp_path: Path) -> None:
    site.breaks_after = [40, 40, 40, 40]
    with pytest.raises(ExtractError):
        fetch_extract(site.url, tmp_path)
    site.content, site.tag = site.content[::-1], '"two"'
    assert fetch_extract(site.url, tmp_path).path.read_bytes() == site.content


def test_a_part_longer_than_the_file_is_thrown_away(site: Site, tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.part").write_bytes(b"x" * (len(site.content) + 1))
    notes = json.dumps({"url": site.url, "tag": site.tag})
    (tmp_path / f"{NAME}.part.json").write_text(notes)
    assert fetch_extract(site.url, tmp_path).path.read_bytes() == site.content


def test_a_wrong_checksum_changes_nothing(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / NAME).write_bytes(b"the old one")
    site.wrong = True
    with pytest.raises(ExtractError, match="does not agree with its md5 checksum"):
        fetch_extract(site.url, folder)
    assert kept(folder) == [NAME]
    assert (folder / NAME).read_bytes() == b"the old one"


def test_a_disk_that_fills_up_is_cleared_again(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / NAME).write_bytes(b"the old one")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(extracts, "_check_space", full)
    with pytest.raises(ExtractError, match="No space left on device"):
        fetch_extract(site.url, folder)
    assert kept(folder) == [NAME]
    assert (folder / NAME).read_bytes() == b"the old one"


def test_a_disk_that_is_too_small_is_noticed_before_the_first_byte(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extracts.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 10})())
    with pytest.raises(ExtractError, match="No space left on device"):
        fetch_extract(site.url, tmp_path / "x")
    assert kept(tmp_path / "x") == []


def test_without_a_network_nothing_is_changed(tmp_path: Path) -> None:
    with pytest.raises(
        ExtractError, match=r"127\.0\.0\.1:9 cannot be reached \(Connection refused\)"
    ):
        fetch_extract(f"http://127.0.0.1:9/{NAME}", tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_file_that_is_not_there_is_said_with_its_status(site: Site, tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="answers 404"):
        fetch_extract(site.url.replace(NAME, "other.osm.pbf"), tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://x/y.pbf",
        "region.pbf",
        "http://x/",
        "http://[x/y.pbf",
        "http:///y",
    ],
)
def test_only_addresses_of_files_are_accepted(url: str, tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="is not the address of a file"):
        fetch_extract(url, tmp_path)


def test_the_command_fetches_and_builds(site: Site, tiny_folder: Path) -> None:
    arguments = ["download", "--city", str(tiny_folder), "--url", site.url]
    result = CliRunner().invoke(network, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert "agrees with its md5 checksum" in result.output
    assert read_about(tiny_folder / GRAPH_FILE)["source"] == NAME
    shown = CliRunner().invoke(network, ["show", "--city", str(tiny_folder), "--json"])
    assert json.loads(shown.output)["report"]["vertices"] == 7


def test_without_an_address_the_command_asks_for_one(tiny_folder: Path) -> None:
    with pytest.raises(ExtractError, match="give an address with --url"):
        CliRunner().invoke(
            network, ["download", "--city", str(tiny_folder)], catch_exceptions=False
        )


@pytest.mark.parametrize(("checksum", "left"), [(None, []), ("md5", [NAME])])
def test_a_useless_extract_is_kept_only_if_it_came_complete(
    site: Site, tiny_folder: Path, checksum: str | None, left: list[str]
) -> None:
    site.content, site.checksum = b"<html>not a map</html>", checksum
    arguments = ["download", "--city", str(tiny_folder), "--url", site.url]
    result = CliRunner().invoke(network, arguments)
    assert isinstance(result.exception, ExtractError)
    assert kept(tiny_folder / "extract") == left
    assert ("was removed" in result.stderr) == (not left)


@pytest.mark.parametrize("onward", ["http://mirror.example/x.osm.pbf", "ftp://mirror.example/x"])
def test_a_redirect_never_leaves_https(onward: str) -> None:
    asked = urllib.request.Request("https://example.org/x.osm.pbf")
    with pytest.raises(ExtractError, match="https"):
        extracts._Onward().redirect_request(asked, None, 302, "Found", {}, onward)
    moved = extracts._Onward().redirect_request(
        asked, None, 302, "Found", {}, "https://mirror.example/x.osm.pbf"
    )
    assert moved.full_url == "https://mirror.example/x.osm.pbf"


def test_a_mirror_is_followed(site: Site, tmp_path: Path) -> None:
    site.moved = True
    fetched = fetch_extract(site.url, tmp_path)
    assert fetched.path.read_bytes() == site.content
    assert [path for path, _ in site.asked if path.startswith("/mirror")] == [f"/mirror/{NAME}"]
