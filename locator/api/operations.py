"""Declare an operation of the API in one place: its address, its question, its answer.

To add one, write a frozen dataclass for its parameters (like those of `locator.api.queries`), the
types of its answer (like those of `locator.api.schemas`: closed ``typing_extensions.TypedDict``),
and a function in a module of this package that is listed in `locator.api.asking`::

    @operation("/api/aed", AedParams, AedAnswer, summary="AEDs to be had now", errors=(422,))
    def aed(app: AppState, asked: AedParams) -> AedAnswer:
        return {...}

Parsing (strict: unknown names are refused), the JSON encoding, caching, limits, the command
``locator api`` and the OpenAPI document follow from that declaration; `locator.web.routes` gives
it its address, which is called ``url("api.aed")`` in templates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from locator.api.context import AppState

Q = TypeVar("Q")
A = TypeVar("A", bound="Answer")

JSON = "application/json"
GEOJSON = "application/geo+json"
CSV = "text/csv"

CACHE_S = 300
"""So long may a copy be kept of what depends on nothing but the city."""

Answer = Mapping[str, Any] | str
"""What a handler returns: its declared answer, or a table that is text already."""

Bounds = Literal["none", "counted", "expensive", "urgent"]


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
    example : mapping of str to object
        What an example asks beside the parameters that are required.
    handler : callable
        Answers the question.
    cache_s : int
        How long a copy is good for; 0 means never kept, as for every question that says where
        somebody is.
    bounds : str
        Kept in bounds as a quick (``"counted"``), a slow (``"expensive"``) or an urgent question.
    filename : str or None
        Name of the download, with ``{name}`` for parameters.
    remembered : bool
        The encoded answer is kept: it is large, and depends on nothing but city and language.
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
    example: Mapping[str, object]
    handler: Callable[[AppState, Any], Answer]
    cache_s: int
    bounds: Bounds
    filename: str | None
    remembered: bool


_DECLARED: dict[str, Operation] = {}


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
    bounds: Bounds = "none",
    filename: str | None = None,
    example: Mapping[str, object] | None = None,
    remembered: bool = False,
) -> Callable[[Callable[[AppState, Q], A]], Callable[[AppState, Q], A]]:
    """Register a handler as an operation; its docstring is the description.

    Parameters
    ----------
    path, params, answer
        See `Operation`.
    summary, tag, media_type, errors, cache_s, bounds, filename, example, remembered
        See `Operation`.
    """
    limits = {"expensive": (429, 503), "counted": (429,), "urgent": (429,), "none": ()}[bounds]

    def register(handler: Callable[[AppState, Q], A]) -> Callable[[AppState, Q], A]:
        name = handler.__name__
        _DECLARED[name] = Operation(
            name=name,
            path=path,
            params=params,
            answer=answer,
            summary=summary,
            description=" ".join((handler.__doc__ or "").split()),
            tag=tag,
            media_type=media_type,
            errors=tuple(sorted({400, 414, 500, *errors, *limits})),
            example=example or {},
            handler=handler,
            cache_s=cache_s,
            bounds=bounds,
            filename=filename,
            remembered=remembered,
        )
        return handler

    return register


def operations() -> tuple[Operation, ...]:
    """Return every operation declared so far, in the order of declaration.

    Returns
    -------
    tuple of Operation
    """
    return tuple(_DECLARED.values())
