"""Answer what the API is asked from a place without making one of Flask's requests of it.

Of such an answer nothing can be kept, and all that Flask does round one takes half as long as it
takes itself. Whatever is out of the ordinary is the application's: faults, limits, other methods.
"""

from __future__ import annotations

import gzip
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from http import HTTPStatus
from typing import Literal
from wsgiref.types import StartResponse, WSGIEnvironment

import brotli
from flask import Flask, Request

from locator.api.asking import ask
from locator.api.context import AppState
from locator.api.operations import JSON, Operation, operations
from locator.base.i18n import current_language
from locator.web.access_log import tell
from locator.web.ahead import OK
from locator.web.reloading import Reloading
from locator.web.security import FOR_EVERYBODY, MAX_QUERY_BYTES, is_allowed, urgency_of

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Encoding = Literal["zstd", "br", "gzip", ""]
"""How an answer is sent, the best first; the last one: as it is."""

SQUEEZES: dict[Encoding, Callable[[bytes, Flask], bytes]] = {
    "zstd": lambda body, app: zstd.compress(body, app.config["COMPRESS_ZSTD_LEVEL"]),
    "br": lambda body, app: brotli.compress(body, quality=app.config["COMPRESS_BR_LEVEL"]),
    "gzip": lambda body, app: gzip.compress(body, app.config["COMPRESS_LEVEL"]),
}


def is_quick(one: Operation) -> bool:
    """Tell whether an operation is answered here: quickly, and from where somebody stands."""
    kept = one.cache_s or one.remembered or one.filename
    return not kept and one.bounds != "expensive"


class QuickApi:
    """What stands before the application, and asks it for all that is not quick.

    Parameters
    ----------
    app : Flask
        Its ``wsgi_app`` as it is now is what is asked.
    """

    def __init__(self, app: Flask) -> None:
        self._app, self._application = app, app.wsgi_app
        self._operations = {one.path: one for one in operations() if is_quick(one)}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, as WSGI wants it."""
        begun_s = time.perf_counter()
        one = self._operations.get(environ.get("PATH_INFO", ""))
        if one is None or not _is_ordinary(environ):
            return self._application(environ, start_response)
        encoding = encoding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
        body = None if encoding is None else self._body(one, environ)
        if encoding is None or body is None:
            return self._application(environ, start_response)
        headers = [("Content-Type", one.media_type), ("Cache-Control", "no-store")]
        if one.media_type == JSON:
            headers.append(("Content-Language", current_language()))
        if encoding and len(body) >= self._app.config["COMPRESS_MIN_SIZE"]:
            body = SQUEEZES[encoding](body, self._app)
            headers.append(("Content-Encoding", encoding))
        headers += [("Content-Length", str(len(body))), ("Vary", "Accept-Encoding")]
        start_response(OK, headers + FOR_EVERYBODY)
        tell("GET", one.path, HTTPStatus.OK, time.perf_counter() - begun_s)
        return [body]

    def _body(self, one: Operation, environ: WSGIEnvironment) -> bytes | None:
        """Return the answer; None where it is the application that has to say why there is none."""
        reloading: Reloading = self._app.extensions["locator.reloading"]
        reloading.look()
        app: AppState = self._app.extensions["locator"]
        urgent = one.bounds == "urgent"
        if one.bounds != "none" and not is_allowed(self._app, environ, urgent=urgent):
            return None
        try:
            with urgency_of(self._app).under_way() if urgent else nullcontext():
                return ask(app, one, Request(environ).args)
        except Exception:  # found again by the application, which tells and logs all faults alike
            return None


def encoding_for(accepted: str) -> Encoding | None:
    """Return how whoever accepts so much is answered; None where that has to be weighed."""
    if ";" in accepted or "*" in accepted:
        return None
    names = {name.strip() for name in accepted.lower().split(",")}
    return next((encoding for encoding in SQUEEZES if encoding in names), "")


def _is_ordinary(environ: WSGIEnvironment) -> bool:
    return (
        environ["REQUEST_METHOD"] == "GET"
        and len(environ.get("QUERY_STRING", "")) <= MAX_QUERY_BYTES
    )


def install(app: Flask) -> None:
    """Let `app` be asked only for what is not quick."""
    app.wsgi_app = QuickApi(app)  # type: ignore[method-assign]
