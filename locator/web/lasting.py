"""Make a page that is the same for everybody once, and not for each who asks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import brotli
from flask import Response, make_response, request

from locator.web.i18n import current_language
from locator.web.state import state

P = ParamSpec("P")

LEVEL = 6
"""Of compression: more takes longer than it saves on a page that lasts a minute."""


def lasting_a_minute(view: Callable[P, str]) -> Callable[P, Response]:
    """Keep the page of a view until the minute is over, and say 304 to whoever has it.

    For views that depend on their address, the city and the minute alone. With a query string
    the page is made anew: nobody fills the memory with questions that nobody else asks.
    """

    @wraps(view)
    def answered(*args: P.args, **kwargs: P.kwargs) -> Response:
        if request.query_string:
            return make_response(view(*args, **kwargs))
        app = state()
        minute = app.now().replace(second=0, microsecond=0)
        question = ("page", request.url, current_language(), minute)
        page, tag = app.memo.get(question, lambda: _tagged(view(*args, **kwargs)))
        response = make_response(page)
        if request.accept_encodings["br"] > 0:  # as small as it gets, since that is made once, too
            response.set_data(app.memo.get((*question, "br"), lambda: _squeezed(page)))
            response.content_encoding, tag = "br", f"{tag}:br"
        response.set_etag(tag)
        response.make_conditional(request)
        return response

    return answered


def _tagged(page: str) -> tuple[bytes, str]:
    """Return a page, and what tells it from all others."""
    sent = page.encode()  # as text it would take twice the memory
    return sent, hashlib.blake2b(sent, digest_size=12).hexdigest()


def _squeezed(page: bytes) -> bytes:
    return bytes(brotli.compress(page, quality=LEVEL, mode=brotli.MODE_TEXT))
