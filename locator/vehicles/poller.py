"""Poll realtime feeds in the background: one thread per feed, whatever the number of visitors.

A visitor's request only ever reads what is held. A feed that fails is asked again after a pause
that doubles up to `PAUSE_MAX_S`; when its last good answer is older than `DEAD_S`, nothing of it
is called live any more and the pages say that it is down.
"""

from __future__ import annotations

import http.client
import logging
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from locator.base.errors import N_, InvalidParameterError
from locator.base.shared import Board
from locator.vehicles.realtime import STALE_S, FeedError, ReportedPosition, read_feed

INTERVAL_S = 10.0
PAUSE_MAX_S = 300.0
DEAD_S = 60.0
TIMEOUT_S = 8.0
BYTES_MAX = 8_000_000

log = logging.getLogger(__name__)

Fetch = Callable[[str, str], bytes]
"""``fetch(url, feed) -> body``; raises `FeedError`."""


@dataclass(frozen=True)
class FeedState:
    """How a feed is doing.

    Attributes
    ----------
    feed : str
    reports : tuple of ReportedPosition
        Of the last good answer.
    answered_t : float or None
        POSIX time of the last good answer.
    error : FeedError or None
        Why the last attempt failed; None when it did not.
    failures : int
        Attempts failed in a row.
    """

    feed: str
    reports: tuple[ReportedPosition, ...] = ()
    answered_t: float | None = None
    error: FeedError | None = None
    failures: int = 0

    @cached_property
    def newest_t(self) -> float | None:
        """POSIX time of its newest position; None without any."""
        return max((report.observed_t for report in self.reports), default=None)

    def is_alive(self, at_t: float) -> bool:
        """Tell whether its positions may be used at POSIX time `at_t`.

        A feed that answers with the same old positions again and again is as dead as one that
        does not answer; one without any vehicle (at night) is not.
        """
        if self.answered_t is None or at_t - self.answered_t > DEAD_S:
            return False
        return self.newest_t is None or at_t - self.newest_t <= STALE_S


def parse_feeds(text: str) -> dict[str, str]:
    """Return feed name to address from ``"T=https://...,A=https://..."`` (empty: no feeds).

    Parameters
    ----------
    text : str
        As ``LOCATOR_FEEDS`` has it.

    Returns
    -------
    dict of str to str

    Raises
    ------
    InvalidParameterError
        A part without a name, a name given twice, or not an http(s) address.
    """
    feeds: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, url = part.partition("=")
        name, url = name.strip(), url.strip()
        address = urlsplit(url)
        if (
            not name.isalnum()
            or name in feeds
            or address.scheme not in ("http", "https")
            or not address.hostname
        ):
            raise InvalidParameterError(
                N_('"{part}" is not a feed: write NAME=https://address, each name once'),
                parameter="feeds",
                part=part,
            )
        feeds[name] = url
    return feeds


def fetch_feed(url: str, feed: str, *, timeout_s: float = TIMEOUT_S) -> bytes:
    """Return the body at `url`, whole, within `timeout_s` from start to end.

    Raises
    ------
    FeedError
        Unreachable, too slow, too large, cut short, or any status but 200.
    """
    deadline = time.monotonic() + timeout_s
    request = urllib.request.Request(url, headers={"User-Agent": "service-locator"})
    body = bytearray()
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:
            if answer.status != 200:
                raise FeedError(
                    N_("feed {feed}: the server answered {status}"), feed=feed, status=answer.status
                )
            length = answer.headers.get("Content-Length")
            # read1 returns what is there: a server that drips cannot hold the thread.
            while chunk := answer.read1(65_536):
                body += chunk
                if time.monotonic() > deadline:
                    raise TimeoutError
                if len(body) > BYTES_MAX:
                    raise FeedError(N_("feed {feed}: the answer is too large"), feed=feed)
    except urllib.error.HTTPError as error:
        error.close()
        raise FeedError(
            N_("feed {feed}: the server answered {status}"), feed=feed, status=error.code
        ) from None
    except TimeoutError:
        raise _too_slow(feed, timeout_s) from None
    except (OSError, http.client.HTTPException) as error:
        if isinstance(getattr(error, "reason", None), TimeoutError):
            raise _too_slow(feed, timeout_s) from None
        raise FeedError(N_("feed {feed}: the server cannot be reached"), feed=feed) from None
    if length is not None and length.isdigit() and len(body) != int(length):
        raise FeedError(N_("feed {feed}: the answer was cut short"), feed=feed)
    return bytes(body)


def _too_slow(feed: str, timeout_s: float) -> FeedError:
    return FeedError(
        N_("feed {feed}: no whole answer within {seconds} s"), feed=feed, seconds=round(timeout_s)
    )


def pause_s(failures: int, *, interval_s: float = INTERVAL_S) -> float:
    """Return the seconds until the next attempt after so many failures in a row."""
    return min(interval_s * 2.0 ** min(failures, 20), max(PAUSE_MAX_S, interval_s))


@dataclass
class Poller:
    """Hold the latest state of each feed and keep it fresh.

    One process polls; those that were forked with it read what it puts up.

    Attributes
    ----------
    feeds : mapping of str to str
        Name to address.
    interval_s : float
        Seconds between two attempts while all is well.
    fetch : callable
        How a body is had; replaced in tests.
    clock : callable
        POSIX seconds; replaced in tests.
    """

    feeds: Mapping[str, str]
    interval_s: float = INTERVAL_S
    fetch: Fetch = fetch_feed
    clock: Callable[[], float] = time.time
    _states: dict[str, FeedState] = field(default_factory=dict)
    _boards: dict[str, Board] = field(default_factory=dict)
    _read: dict[str, int] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._states.update({feed: FeedState(feed) for feed in self.feeds})
        self._boards.update({feed: Board() for feed in self.feeds})

    def start(self) -> None:
        """Begin to poll; a second call does nothing."""
        if self._threads:
            return
        for feed in self.feeds:
            thread = threading.Thread(
                target=self._run, args=(feed,), name=f"feed-{feed}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Stop polling and wait for attempts under way to end."""
        self._stop.set()
        for thread in self._threads:
            thread.join(TIMEOUT_S + 1)

    def states(self) -> tuple[FeedState, ...]:
        """Return the state of every feed, as it is held; no request is made."""
        return tuple(self._state(feed) for feed in self.feeds)

    def _state(self, feed: str) -> FeedState:
        """Return the state of a feed, read again where another process has polled it."""
        number = self._boards[feed].number
        if number != self._read.get(feed, 0):
            self._states[feed] = self._boards[feed].read()
            self._read[feed] = number
        return self._states[feed]

    def poll_once(self, feed: str) -> FeedState:
        """Ask one feed now and hold the outcome; a failure keeps the last good reports."""
        before = self._state(feed)
        try:
            reports = read_feed(self.fetch(self.feeds[feed], feed), feed=feed)
            state = FeedState(feed, reports, answered_t=self.clock())
        except FeedError as error:
            if before.failures == 0:
                log.warning("%s; the timetable takes over until it answers", error)
            state = FeedState(
                feed, before.reports, before.answered_t, error, failures=before.failures + 1
            )
        if before.failures and not state.failures:
            log.info("feed %s answers again", feed)
        # One assignment of one frozen value: readers need no lock.
        self._states[feed] = state
        if self._boards[feed].put(state):
            self._read[feed] = self._boards[feed].number
        else:
            log.warning("feed %s is too large for the other processes", feed)
        return state

    def _run(self, feed: str) -> None:
        while not self._stop.is_set():
            state = self.poll_once(feed)
            self._stop.wait(pause_s(state.failures, interval_s=self.interval_s))
