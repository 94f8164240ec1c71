"""Serve static files under addresses that change with them, so that they keep for a year."""

from __future__ import annotations

import hashlib
import os
import time
from functools import cache, lru_cache
from pathlib import Path

import brotli
from flask import Flask, Response, abort, request

from locator.web.ahead import SAME_FOR_ALL

STATIC = Path(__file__).parent / "static"

COMPONENTS = (
    "tokens",
    "ground",
    "frame",
    "controls",
    "search",
    "home",
    "kept",
    "results",
    "transit",
    "reports",
    "preferences",
)
"""Style sheets of ``static/css`` that every page has, as one file; later ones overrule."""

WIDGET = ("tokens", "ground", "controls", "search", "results", "widget")
"""Those of a page that stands in a frame of another page."""

JOINED = {
    f"{sheet}.css": tuple(STATIC / "css" / f"{name}.css" for name in names)
    for sheet, names in (("site", COMPONENTS), ("widget", WIDGET))
}
"""File of ``/static`` -> what it is made of."""


KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
"""Files that are text."""

now_s = time.monotonic

TEXTS = 256
"""Texts that are kept small: more than there are."""


def install(app: Flask) -> None:
    """Give templates `static_url`, and the files it names their lifetime."""
    app.jinja_env.globals["static_url"] = static_url

    def static(filename: str) -> Response:
        kind = KINDS.get(Path(filename).suffix)
        if filename in JOINED or (kind and filename in _files()):
            response = squeezed(_known(filename)[0], kind or "text/css")
            response.add_etag()
            response.make_conditional(request)
        else:
            response = app.send_static_file(filename)
        if request.args.get("v", version(filename)) != version(filename):
            response.close()
            abort(404)  # a page of then never meets a script of now
        if "v" in request.args:
            request.environ[SAME_FOR_ALL] = True
        return response

    app.view_functions["static"] = static

    @app.after_request
    def keep_versioned_files(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 304):
            forever = "public, max-age=31536000, immutable"
            response.headers["Cache-Control"] = forever if "v" in request.args else "no-cache"
            if response.is_streamed:
                # Compression would read the open file and never close it.
                response.direct_passthrough = False
                response.make_sequence()
        return response


def squeezed(data: bytes, kind: str) -> Response:
    """Return a text that hardly changes, as small as brotli makes it where that is read."""
    small = kind in KINDS.values() and request.accept_encodings["br"] > 0
    response = Response(_smallest(data) if small else data, mimetype=kind)
    if small:
        response.content_encoding = "br"
    if kind in KINDS.values():
        response.vary.add("Accept-Encoding")
    return response


def static_url(filename: str) -> str:
    """Return the address of a static file; static files do not depend on the language."""
    return f"{request.environ.get('locator.root', '')}/static/{filename}?v={version(filename)}"


def version(filename: str) -> str:
    """Return the version of a static file, which its content decides."""
    return _known(filename)[1]


def _known(filename: str) -> tuple[bytes, str]:
    """Return the content of a static file and its version."""
    files = _made_of(filename)
    return _read(files, modified_ns(files))


def modified_ns(files: tuple[str, ...]) -> tuple[int, ...]:
    """Return when each file was changed last, as of this second: a page asks of dozens."""
    return _modified_ns(files, int(now_s()))


@lru_cache(maxsize=TEXTS)
def _modified_ns(files: tuple[str, ...], _second: int) -> tuple[int, ...]:
    return tuple([os.stat(file).st_mtime_ns for file in files])


@lru_cache(maxsize=TEXTS)
def _made_of(filename: str) -> tuple[str, ...]:
    return tuple(map(str, JOINED.get(filename, (STATIC / filename,))))


@cache
def _files() -> frozenset[str]:
    """Return the names of the files that there are."""
    return frozenset(str(file.relative_to(STATIC)) for file in STATIC.rglob("*") if file.is_file())


@lru_cache(maxsize=TEXTS)
def _smallest(data: bytes) -> bytes:
    return bytes(brotli.compress(data))


@cache
def _read(files: tuple[str, ...], _modified_ns: tuple[int, ...]) -> tuple[bytes, str]:
    content = b"".join(Path(file).read_bytes() for file in files)
    return content, hashlib.blake2b(content, digest_size=6).hexdigest()
