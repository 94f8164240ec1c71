"""Send the headers that keep every page to itself, and keep the expensive questions in bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import RequestURITooLarge, ServiceUnavailable, TooManyRequests

from locator.api.context import AppState
from locator.base.freeing import Freeing
from locator.web.apart import LET_IN, aside_of, is_gone
from locator.web.lanes import Urgency, may_wait
from locator.web.limits import WINDOW_S, Limiter

P = ParamSpec("P")
R = TypeVar("R")

MAX_QUERY_BYTES = 64 * 1024
MAX_BODY_BYTES = 1024 * 1024
URGENT_TIMES = 20
"""So many times as many urgent requests are allowed: a whole hospital may share one address."""

WAIT_S = 15.0
"""So long a slow question stands in line: as long as two long ones take, so that they turn nobody
away. More of them at once would not be done sooner, and take the memory of more."""

HEADERS = {
    "Referrer-Policy": "same-origin",  # an address searched for stays with us
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
"""On every answer, beside the policy; what an answer says of itself counts instead."""


FOR_EVERYBODY = [
    ("Access-Control-Allow-Origin", "*"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
]
"""On every answer of the API: open data without cookies, which any page may read."""

COUNTED = "locator.counted"
"""Says of a request that its visitor has been counted before."""


def content_security_policy(
    tiles: str | None = None, *, frame_ancestors: str = "'none'", frame_src: str = "'none'"
) -> str:
    """Return the policy: only ourselves, and the tile server where one is configured.

    Parameters
    ----------
    tiles : str, optional
        Tile address as Leaflet writes it, ``https://{s}.example.org/{z}/{x}/{y}.png``.
    frame_ancestors, frame_src : str
        Whose pages may frame the answer, and what it may frame.

    Raises
    ------
    ValueError
        If `tiles` is not an http(s) address.
    """
    origin = f" {tile_origin(tiles)}" if tiles else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data:{origin}",
            "font-src 'self'",
            f"connect-src 'self'{origin}",
            "worker-src 'self'",
            "manifest-src 'self'",
            f"frame-src {frame_src}",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {frame_ancestors}",
        )
    )


def tile_origin(tiles: str) -> str:
    """Return the origin of a tile address, ``{s}`` as a wildcard."""
    parts = urlsplit(tiles.replace("{s}", "*"))
    host = parts.netloc
    if parts.scheme not in ("http", "https") or not host or set(host) & set(" ;,'\"{}@"):
        raise ValueError(
            f"TILES is not a tile address: {tiles!r}; allowed: https://host/{{z}}/{{x}}/{{y}}.png"
        )
    return f"{parts.scheme}://{host}"


def counted(view: Callable[P, R]) -> Callable[P, R]:
    """Keep a quick view in bounds: 429 for one visitor's flood.

    It never waits for the expensive ones: whoever looks for an AED is not to stand behind a
    planner.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not is_allowed(current_app, request.environ):
            raise TooManyRequests(retry_after=int(WINDOW_S))
        return view(*args, **kwargs)

    return guarded


def urgent(view: Callable[P, R]) -> Callable[P, R]:
    """Let an emergency through: counted apart, for many may share one address, and never queued.

    While it is worked on nothing dear begins.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not is_allowed(current_app, request.environ, urgent=True):
            raise TooManyRequests(retry_after=int(WINDOW_S))
        with urgency_of(current_app).under_way():
            return view(*args, **kwargs)

    return guarded


def expensive(view: Callable[P, R]) -> Callable[P, R]:
    """Keep a slow view in bounds: as `counted`, and 503 when every place is taken.

    Where there is a process apart it is answered there; in this one it would take the interpreter
    from whoever needs an AED, and so it waits for those. Who sends it there has counted it and
    holds its place: if it took another one there, as many as there are places would all be in vain.
    """

    @may_wait
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        aside = aside_of(current_app)
        if aside is None:
            urgency_of(current_app).wait()
        with _place() as got:
            if not got:
                raise ServiceUnavailable(retry_after=5)
            if aside is not None:
                return cast(R, aside.answer(request.environ, request.get_data()))
            try:
                with _first():
                    return view(*args, **kwargs)
            finally:
                current_app.extensions["locator.base.freeing"].now_and_then()

    return counted(guarded)


def _place() -> AbstractContextManager[bool]:
    """Hold a place for what is dear, once for each question; False if none came free in time."""
    if LET_IN in request.environ:
        return nullcontext(True)
    return _limiter(current_app).slot(wait_s=WAIT_S, is_gone=partial(is_gone, request.environ))


def _first() -> AbstractContextManager[None]:
    """Let nothing begin in the background that nobody waits for, while this is answered."""
    app: AppState | None = current_app.extensions.get("locator")
    if app is None:
        return nullcontext()
    places = _limiter(current_app).places
    return app.counting.elsewhere(in_line=lambda: places.waiting)


def is_allowed(app: Flask, environ: WSGIEnvironment, *, urgent: bool = False) -> bool:
    """Count who asks, once for each request; False if it is one too many.

    Parameters
    ----------
    app : Flask
    environ : WSGI environment
        It is marked as counted.
    urgent : bool
        Whether emergencies are counted, which many may ask about from one address.
    """
    if COUNTED in environ or LET_IN in environ:
        return True
    if not _limiter(app, urgent=urgent).allow(environ.get("REMOTE_ADDR") or "-"):
        return False
    environ[COUNTED] = True
    return True


def _limiter(app: Flask, *, urgent: bool = False) -> Limiter:
    limiter: Limiter = app.extensions["locator.limiter.urgent" if urgent else "locator.limiter"]
    return limiter


def urgency_of(app: Flask) -> Urgency:
    """Return what knows whether somebody is waiting for an AED."""
    urgency: Urgency = app.extensions["locator.urgency"]
    return urgency


def install(app: Flask) -> None:
    """Set limits and headers on `app`; called last, so that nothing answers outside of it."""
    policy = content_security_policy(app.config["TILES"])
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BODY_BYTES
    app.extensions["locator.urgency"] = Urgency()
    app.extensions["locator.limiter.urgent"] = Limiter(
        per_minute=URGENT_TIMES * app.config["LIMIT_PER_MINUTE"], at_once=1
    )
    app.extensions["locator.base.freeing"] = Freeing()
    app.extensions["locator.limiter"] = Limiter(
        per_minute=app.config["LIMIT_PER_MINUTE"], at_once=app.config["LIMIT_AT_ONCE"]
    )

    @app.before_request
    def refuse_long_addresses() -> None:
        if len(request.query_string) > MAX_QUERY_BYTES:
            raise RequestURITooLarge

    @app.after_request
    def open_data(response: Response) -> Response:
        if request.path.startswith("/api/"):
            response.headers.update(FOR_EVERYBODY)
        return response

    app.wsgi_app = headed(  # type: ignore[assignment, method-assign]
        app.wsgi_app, HEADERS | {"Content-Security-Policy": policy}
    )


def headed(application: WSGIApplication, headers: Mapping[str, str]) -> WSGIApplication:
    """Return `application` with `headers` on every answer that does not set its own.

    This is the outermost layer: what never reaches a view, such as the redirect of a language's
    prefix, carries them too.
    """

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(
            status: str, given: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            known = {name.lower() for name, _ in given}
            more = [(name, value) for name, value in headers.items() if name.lower() not in known]
            return start_response(status, [*given, *more], exc_info)

        return application(environ, start)

    return serve
