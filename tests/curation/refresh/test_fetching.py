"""What is taken for an answer of a source, and every way in which it is refused."""

from __future__ import annotations

import gzip
import hashlib
import socket
from urllib.parse import unquote_plus

import pytest

from locator.curation.refresh import fetching
from locator.curation.refresh.fetching import SourceError, fetch
from tests.curation.refresh.conftest import Site

DATED = {"Last-Modified": "Sat, 28 Nov 2026 10:00:00 GMT"}


def refused(url: str, **more: object) -> str:
    with pytest.raises(SourceError) as caught:
        fetch(url, **more)  # type: ignore[arg-type]
    return caught.value.message


def test_an_answer_comes_with_its_day_and_checksum_and_we_say_who_we_are(site: Site) -> None:
    site.says("ąę", headers=DATED)
    reply = fetch(site.url("/data?a=1"))
    assert (reply.body.decode(), reply.modified) == ("ąę", "2026-11-28")
    assert reply.sha256 == hashlib.sha256("ąę".encode()).hexdigest()
    ((path, agent, _),) = site.asked
    assert path == "/data?a=1"
    assert agent.startswith("krakow-service-locator/")


def test_a_day_that_is_none_is_not_believed(site: Site) -> None:
    site.says("x", headers={"Last-Modified": "yesterday"})
    assert fetch(site.url()).modified is None


def test_a_question_is_sent_by_post(site: Site) -> None:
    site.says("{}")
    fetch(site.url(), "[out:json];")
    assert unquote_plus(site.asked[0][2]) == "data=[out:json];"


def test_a_packed_answer_is_unpacked_and_measured_unpacked(site: Site) -> None:
    packed = {"Content-Encoding": "gzip"}
    site.says(gzip.compress(b"x" * 900_000), headers=packed)
    assert len(fetch(site.url(), most_mb=1).body) == 900_000
    site.says(gzip.compress(b"x" * 3_000_000), headers=packed)
    assert "more than 1 MB" in refused(site.url(), most_mb=1)


@pytest.mark.parametrize("status", [204, 404, 429, 500, 503])
def test_another_status_is_no_answer(site: Site, status: int) -> None:
    site.says("", status=status)
    assert f"answers {status}" in refused(site.url())


def test_an_answer_that_is_cut_off_is_refused(site: Site) -> None:
    site.says('{"value": [', promised=100)
    assert refused(site.url()) == f"The answer of 127.0.0.1:{site.port} is cut off."


def test_a_redirect_on_the_same_host_is_followed_and_another_is_not(site: Site) -> None:
    site.says("", status=302, headers={"Location": "/there"})
    site.says("found", "/there")
    assert fetch(site.url()).body == b"found"
    other = f"http://localhost:{site.port}/there"
    site.says("", status=302, headers={"Location": other})
    assert f"another host, localhost:{site.port}" in refused(site.url())
    assert fetch(site.url(), hosts=[f"localhost:{site.port}"]).body == b"found"


def test_a_redirect_without_an_end_or_to_an_insecure_address_is_refused(site: Site) -> None:
    site.says("", status=301, headers={"Location": "/data"})
    assert refused(site.url()).endswith("sends us on and on.")
    site.says("", status=301, headers={"Location": "http://example.org/"})
    assert "is not an address with https" in refused(site.url(), hosts=["example.org"])


def test_nobody_is_asked_without_encryption(site: Site) -> None:
    for url in ("http://example.org/data", "ftp://127.0.0.1/data", "file:///etc/passwd"):
        assert refused(url) == f"{url} is not an address with https."
    assert site.asked == []


def test_a_source_that_does_not_answer_in_time_is_given_up(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "READ_S", 0.05)
    site.says("late", late=True)
    assert refused(site.url()) == f"127.0.0.1:{site.port} does not answer in time."


def test_a_source_that_is_not_there_is_said_to_be_so() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{unused.getsockname()[1]}"
    assert refused(f"http://{host}/").startswith(f"{host} cannot be reached (")
