"""Declare an operation of the API in one place: its address, its question, its answer.

To add one, write a frozen dataclass for its parameters (like those of `locator.api.queries`), the
types of its answer (like those of `locator.api.schemas`: closed ``typing_extensions.TypedDict``),
and a function in a module that `locator.web` imports::

    @operation("/api/aed", AedParams, AedAnswer, summary="AEDs to be had now", errors=(422,))
    def aed(app: AppState, asked: AedParams) -> Answer:
        return {...}

Parsing (strict: unknown names are refused), the JSON encoding, caching, limits and the OpenAPI
document follow from that declaration. The address is called ``url("api.aed")`` in templates.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Blueprint, Flask, Response, request

from locator.api.context import AppState, state
from locator.api.json import encoded
from locator.api.queries import parse
from locator.web import security

Q = TypeVar("Q")

JSON = "application/json"
GEOJSON = "application/geo+json"
CSV = "text/csv"
KEY = "locator.operations"

Answer = Mapping[str, Any] | bytes | str
"""What a handler returns: something to encode, or an encoded body."""

Handler = Callable[[AppState, Q], Answer]


@dataclass(frozen=True)
class Operation:
    """One ``GET`` address of the API.

    Attributes
    ----------
    name : str
        Unique; also the ``operationId``.
    path : str
        As Flask writes it, ``/api/layers/<layer>``.
    params, answer : type
        Question and answer; ``str`` for a body that is not JSON.
    summary, description, tag : str
    media_type : str
    errors : tuple of int
        Statuses that its own logic can answer, beside 400 and 500.
    example : mapping of str to str
        What an example asks beside the parameters that are required.
    """

    name: str
    path: str
    params: type[Any]
    answer: Any
    summary: str
    description: str
    tag: str
    media_type: str
    errors: tuple[int, ...]
    example: Mapping[str, str]


blueprint = Blueprint("api", __name__)


def operation(
    path: str,
    params: type[Q],
    answer: Any,
    *,
    summary: str,
    tag: str = "services",
    media_type: str = JSON,
    errors: tuple[int, ...] = (),
    cache_s: int = 0,
    counted: bool = False,
    expensive: bool = False,
    urgent: bool = False,
    filename: str | None = None,
    example: Mapping[str, str] | None = None,
) -> Callable[[Handler[Q]], Handler[Q]]:
    """Register a handler as an operation; its docstring is the description.

    Parameters
    ----------
    path, params, answer
        See `Operation`.
    summary, tag, media_type, errors, example
        See `Operation`.
    cache_s : int
        How long a copy is good for; 0 means never kept, as for every question that says where
        somebody is.
    counted, expensive, urgent : bool
        Keep it in bounds, as a quick, a slow or an urgent question (see `locator.web.security`).
    filename : str, optional
        Name of the download, with ``{name}`` for parameters.
    """
    limits = (429, 503) if expensive else (429,) if counted or urgent else ()
    bounds = security.expensive if expensive else security.counted if counted else _unbounded
    bounds = security.urgent if urgent else bounds

    def register(handler: Handler[Q]) -> Handler[Q]:
        def view(**given: str) -> Response:
            asked = parse(params, request.args, strict=True, **given)
            made = respond(handler(state(), asked), media_type=media_type, cache_s=cache_s)
            if filename:
                name = filename.format(**given)
                made.headers["Content-Disposition"] = f'attachment; filename="{name}"'
            return made

        name = handler.__name__
        described = Operation(
            name=name,
            path=path,
            params=params,
            answer=answer,
            summary=summary,
            description=" ".join((handler.__doc__ or "").split()),
            tag=tag,
            media_type=media_type,
            errors=tuple(sorted({400, 500, *errors, *limits})),
            example=example or {},
        )
        blueprint.add_url_rule(path, endpoint=name, view_func=bounds(view))
        blueprint.record(lambda setup: setup.app.extensions.setdefault(KEY, []).append(described))
        return handler

    return register


def _unbounded(view: Callable[..., Response]) -> Callable[..., Response]:
    return view


def operations_of(app: Flask) -> tuple[Operation, ...]:
    """Return every operation of `app`, in the order of registration."""
    return tuple(app.extensions.get(KEY, ()))


def respond(answer: Answer, *, media_type: str = JSON, cache_s: int = 0) -> Response:
    """Return the response for `answer`: encoded, with its ETag, or 304 where it is known."""
    if isinstance(answer, str):
        body = answer.encode()
    else:
        body = answer if isinstance(answer, bytes) else encoded(answer)
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    response = Response(body, content_type=media_type + charset)
    if cache_s:
        response.headers["Cache-Control"] = f"public, max-age={cache_s}"
        response.set_etag(hashlib.blake2b(body, digest_size=12).hexdigest())
        response.make_conditional(request)
    else:
        response.headers["Cache-Control"] = "no-store"
    return response
