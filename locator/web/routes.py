"""Give every operation of the API its address."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from flask import Flask, Response, request

from locator.api.asking import ask
from locator.api.json import encoded
from locator.api.openapi import document
from locator.api.operations import CACHE_S, JSON, Bounds, Operation, operations
from locator.web import security
from locator.web.state import state

BOUNDS: dict[Bounds, Callable[[Callable[..., Response]], Callable[..., Response]]] = {
    "none": lambda view: view,
    "counted": security.counted,
    "expensive": security.expensive,
    "urgent": security.urgent,
}


def install(app: Flask) -> None:
    """Add the addresses of all operations, and of the document that describes them."""
    app.add_url_rule("/api/openapi.json", "api.openapi", openapi)
    for one in operations():
        app.add_url_rule(one.path, f"api.{one.name}", BOUNDS[one.bounds](view_of(one)))


def openapi() -> Response:
    """Serve the document of this API."""
    root = str(request.environ.get("locator.root", ""))
    app = state()

    def made() -> bytes:
        return encoded(document(operations(), app.catalogue, root=root))

    return respond(app.memo.get(("openapi", root), made), cache_s=CACHE_S)


def view_of(one: Operation) -> Callable[..., Response]:
    """Return the view that reads the question, has it answered and encodes the answer."""

    def view(**given: str) -> Response:
        body = ask(state(), one, request.args, **given)
        made = respond(body, media_type=one.media_type, cache_s=one.cache_s)
        if one.filename:
            name = one.filename.format(**given)
            made.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return made

    return view


def respond(body: bytes, *, media_type: str = JSON, cache_s: int = 0) -> Response:
    """Return the response for an encoded answer: with its ETag, or 304 where it is known."""
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    response = Response(body, content_type=media_type + charset)
    if cache_s:
        response.headers["Cache-Control"] = f"public, max-age={cache_s}"
        response.set_etag(hashlib.blake2b(body, digest_size=12).hexdigest())
        response.make_conditional(request)
    else:
        response.headers["Cache-Control"] = "no-store"
    return response
