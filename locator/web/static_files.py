"""Serve static files under addresses that change with them, so that they keep for a year."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, request

STATIC = Path(__file__).parent / "static"


def install(app: Flask) -> None:
    """Give templates `static_url`, and the files it names their lifetime."""
    app.jinja_env.globals["static_url"] = static_url

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


def static_url(filename: str) -> str:
    """Return the address of a static file; static files do not depend on the language."""
    path = STATIC / filename
    version = _version(path, path.stat().st_mtime_ns)
    return f"{request.environ.get('locator.root', '')}/static/{filename}?v={version}"


@cache
def _version(path: Path, _modified_ns: int) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=6).hexdigest()
