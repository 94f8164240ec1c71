"""Ask a source, and refuse whatever is not surely its whole answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode, urljoin, urlsplit

import certifi
import urllib3

from locator import __version__
from locator.base.errors import N_, LocatorError

AGENT = f"krakow-service-locator/{__version__} (locator refresh; open data of a city)"
HEADERS = {"User-Agent": AGENT, "Accept-Encoding": "gzip"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CONNECT_S, READ_S = 10.0, 60.0
"""So long a source may take to answer at all, and between two pieces of its answer."""

REDIRECTS = 3
"""So often a source may send us elsewhere on the hosts that are known of it."""

_LOCAL = ("127.0.0.1", "localhost")
_CHUNK = 1 << 16
_MOVED = (301, 302, 303, 307, 308)


class SourceError(LocatorError):
    """A source that gave no answer that can be believed: nothing was changed."""

    code = "source"


@dataclass(frozen=True)
class Reply:
    """What a source answered to one request.

    Attributes
    ----------
    url : str
        What was asked.
    data : str or None
        What was sent with it.
    body : bytes
    modified : str or None
        Day of ``Last-Modified`` (ISO 8601).
    """

    url: str
    data: str | None
    body: bytes
    modified: str | None = None

    @property
    def sha256(self) -> str:
        """Checksum of the body."""
        return hashlib.sha256(self.body).hexdigest()


Get = Callable[[str, str | None], Reply]
"""Gives the reply to a url and to what is sent with it."""


def fetch(
    url: str, data: str | None = None, *, hosts: Collection[str] = (), most_mb: int = 20
) -> Reply:
    """Return the answer of a source.

    Parameters
    ----------
    url : str
        With https, or a server of this machine.
    data : str, optional
        What Overpass is asked, sent by POST.
    hosts : collection of str
        Where a redirect may go, beside the host of `url`.
    most_mb : int
        A longer answer is not read to its end.

    Returns
    -------
    Reply

    Raises
    ------
    SourceError
        No connection, too slow, another status than 200, a redirect elsewhere, too long, cut off.
    """
    known = {*hosts, urlsplit(url).netloc}
    asked = url
    timeout = urllib3.Timeout(connect=CONNECT_S, read=READ_S)
    with urllib3.PoolManager(ca_certs=certifi.where(), timeout=timeout) as pool:
        for _ in range(REDIRECTS + 1):
            _refuse_insecure(asked)
            try:
                with closing(_answer(pool, asked, data)) as answer:
                    if answer.status not in _MOVED:
                        return Reply(url, data, _body(answer, url, most_mb), _modified(answer))
            except (urllib3.exceptions.HTTPError, OSError) as error:
                raise _unreachable(url, error) from error
            asked = urljoin(asked, answer.headers.get("Location", ""))
            if urlsplit(asked).netloc not in known:
                raise SourceError(
                    N_(
                        "{host} sends us on to another host, {other}. If that is right, name it "
                        "under hosts in sources.toml."
                    ),
                    host=urlsplit(url).netloc,
                    other=urlsplit(asked).netloc or asked,
                )
    raise SourceError(N_("{host} sends us on and on."), host=urlsplit(url).netloc)


def _answer(pool: urllib3.PoolManager, url: str, data: str | None) -> urllib3.BaseHTTPResponse:
    return pool.request(
        "GET" if data is None else "POST",
        url,
        body=None if data is None else urlencode({"data": data}),
        headers=HEADERS if data is None else HEADERS | FORM,
        redirect=False,
        retries=False,
        preload_content=False,
    )


def _refuse_insecure(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
        raise SourceError(N_("{url} is not an address with https."), url=url)


def _body(answer: urllib3.BaseHTTPResponse, url: str, most_mb: int) -> bytes:
    if answer.status != 200:
        raise SourceError(
            N_("{host} answers {status} {reason}."),
            host=urlsplit(url).netloc,
            status=answer.status,
            reason=answer.reason or "",
        )
    body = bytearray()
    for piece in answer.stream(_CHUNK, decode_content=True):
        body += piece
        if len(body) > most_mb * 1_000_000:
            raise SourceError(
                N_("{host} answers with more than {most} MB, which was not read."),
                host=urlsplit(url).netloc,
                most=most_mb,
            )
    return bytes(body)


def _modified(answer: urllib3.BaseHTTPResponse) -> str | None:
    try:
        return parsedate_to_datetime(answer.headers.get("Last-Modified", "")).date().isoformat()
    except ValueError:
        return None


def _unreachable(url: str, error: Exception) -> SourceError:
    host = urlsplit(url).netloc
    unconnected = isinstance(error, urllib3.exceptions.NewConnectionError)  # a timeout by its class
    if isinstance(error, urllib3.exceptions.TimeoutError | TimeoutError) and not unconnected:
        return SourceError(N_("{host} does not answer in time."), host=host)
    if isinstance(error, urllib3.exceptions.ProtocolError) and "IncompleteRead" in repr(error):
        return SourceError(N_("The answer of {host} is cut off."), host=host)
    detail = str(error).rpartition(": ")[2] or type(error).__name__
    return SourceError(N_("{host} cannot be reached ({detail})."), host=host, detail=detail)
