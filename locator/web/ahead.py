"""Give an answer that is the same for everybody without asking the application for it again."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import Any, ParamSpec, TypeVar
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, request

from locator.api.context import AppState
from locator.web.access_log import tell
from locator.web.reloading import Reloading

P = ParamSpec("P")
R = TypeVar("R")

LIMIT_B = 1_000_000
"""What the answers of a minute may take together; one more is made as often as it is asked for."""

EACH_B = 4_000
"""What one takes beside its body: headers, and what it is known by."""

OK = "200 OK"
"""What is given again has no other status."""

SAME_FOR_ALL = "locator.web.ahead"

TOLD_APART = (
    *("SCRIPT_NAME", "PATH_INFO", "QUERY_STRING"),
    *("wsgi.url_scheme", "HTTP_HOST", "HTTP_ACCEPT_ENCODING"),
)
"""What an answer may depend on, of all that a visitor sends."""

NOT_WHOLE = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_RANGE")
"""Who sends one of these may want less than the whole answer."""


def same_for_all(view: Callable[P, R]) -> Callable[P, R]:
    """Have the answers of a view given again to whoever asks the same within the minute.

    For views that depend on `TOLD_APART`, the city and the minute alone, and count nobody.
    """

    @wraps(view)
    def marked(*args: P.args, **kwargs: P.kwargs) -> R:
        request.environ[SAME_FOR_ALL] = True
        return view(*args, **kwargs)

    return marked


@dataclass(frozen=True)
class _Answer:
    """A whole answer, and the path that the log says; none where it says nothing."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    path: str | None


@dataclass
class _Minute:
    """What was answered in a minute, of one state of the city."""

    app: AppState | None = None
    minute: int = 0
    answers: dict[Hashable, _Answer] = field(default_factory=dict)
    held_b: int = 0


class Ahead:
    """What stands before the application; it is asked only for what is not at hand.

    Parameters
    ----------
    app : Flask
        Its ``wsgi_app`` as it is now is what is asked.
    """

    def __init__(self, app: Flask) -> None:
        self._app, self._application = app, app.wsgi_app
        self._now = _Minute()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, as WSGI wants it."""
        if environ["REQUEST_METHOD"] != "GET" or any(name in environ for name in NOT_WHOLE):
            return self._application(environ, start_response)
        begun_s = time.perf_counter()
        question = tuple(map(environ.get, TOLD_APART))
        now = self._of_now()
        found = now.answers.get(question)
        if found is None:
            return self._asked(environ, start_response, question, now)
        self._reloading.look()
        if found.path is not None:
            tell("GET", found.path, HTTPStatus.OK, time.perf_counter() - begun_s)
        start_response(OK, list(found.headers))
        return [found.body]

    @property
    def _reloading(self) -> Reloading:
        found: Reloading = self._app.extensions["locator.reloading"]
        return found

    def _of_now(self) -> _Minute:
        app: AppState = self._app.extensions["locator"]
        now, minute = self._now, int(app.now().timestamp()) // 60
        if now.app is not app or now.minute != minute:
            now = self._now = _Minute(app, minute)
        return now

    def _asked(
        self,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        question: Hashable,
        now: _Minute,
    ) -> Iterable[bytes]:
        """Ask the application, and keep what it says where that is the same for everybody."""
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            said[:] = [(status, headers)]
            return start_response(status, headers, exc_info)

        parts = self._application(environ, start)
        if not environ.get(SAME_FOR_ALL) or not said or said[0][0] != OK:
            return parts
        body = b"".join(parts)
        getattr(parts, "close", lambda: None)()
        if now.held_b + EACH_B + len(body) <= LIMIT_B:
            now.held_b += EACH_B + len(body)
            now.answers[question] = _kept(said[0][1], body, environ["PATH_INFO"])
        return [body]


def _kept(headers: list[tuple[str, str]], body: bytes, path: str) -> _Answer:
    # The server says when it sends it.
    lasting = tuple((name, value) for name, value in headers if name != "Date")
    return _Answer(lasting, body, None if path.startswith("/static/") else path)


def install(app: Flask) -> None:
    """Let `app` be asked only for what is not at hand; called last, for all headers to be there."""
    app.wsgi_app = Ahead(app)  # type: ignore[method-assign]
