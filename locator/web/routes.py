"""Give every operation of the API its address."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, request

from locator.api.asking import ask
from locator.api.json import encoded
from locator.api.openapi import document, some_place
from locator.api.operations import CACHE_S, JSON, Bounds, Operation, operations
from locator.web import quick_api, security
from locator.web.state import state

BOUNDS: dict[Bounds, Callable[[Callable[..., Response]], Callable[..., Response]]] = {
    "none": lambda view: view,
    "counted": security.counted,
    "expensive": security.expensive,
    "urgent": security.urgent,
}


VERSION = "v1"
"""Of the API: ``/api/v1/…`` is ``/api/…`` and stays what it is (`docs/api.md`)."""


def install(app: Flask) -> None:
    """Add the addresses of all operations, and of the document that describes them."""
    quick_api.install(app)
    app.wsgi_app = versioned(app.wsgi_app)  # type: ignore[assignment, method-assign]
    app.add_url_rule("/api/openapi.json", "api.openapi", openapi)
    for one in operations():
        app.add_url_rule(one.path, f"api.{one.name}", BOUNDS[one.bounds](view_of(one)))


def versioned(application: WSGIApplication) -> WSGIApplication:
    """Return `application` with its API at an address that names its version, too."""
    whole = f"/api/{VERSION}"

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == whole or path.startswith(f"{whole}/"):
            environ = environ | {"PATH_INFO": "/api" + path[len(whole) :]}
        return application(environ, start_response)

    return serve


def openapi() -> Response:
    """Serve the document of this API."""
    root = str(request.environ.get("locator.root", ""))
    app = state()

    def made() -> bytes:
        return encoded(document(operations(), app.catalogue, root=root, place=some_place(app.city)))

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
        conditional(response, len(body))
    else:
        response.headers["Cache-Control"] = "no-store"
    return response


def conditional(response: Response, length_b: int) -> None:
    """Make a whole answer the part that was asked for (206), or 304 where it is known.

    Readers such as GDAL's ``/vsicurl/`` take of a large file only the bytes that they need.
    Several parts at once are answered as none were asked for, which they may be.

    Raises
    ------
    RequestedRangeNotSatisfiable
        The part lies beyond the end.
    """
    response.make_conditional(request)
    response.headers.setdefault("Accept-Ranges", "bytes")
    asked = request.headers.get("Range", "")
    if response.status_code == 304 or "," in asked or not asked.startswith("bytes="):
        return
    # The bytes that are counted are those of the file, not of a compressed form of it.
    request.environ["HTTP_ACCEPT_ENCODING"] = "identity"
    response.make_conditional(request, accept_ranges=True, complete_length=length_b)
