"""Ask any operation by its name, as the web, the command line and programs do."""

from __future__ import annotations

from locator.api import (
    aed,
    combined,
    compare,
    coverage,
    data,
    equity,
    hourly,
    nearest,
    network,
    scenario,
    scenarios,
    siting,
    supply,
    two_years,
)
from locator.api.context import AppState
from locator.api.json import encoded
from locator.api.operations import Answer, Operation, operations
from locator.api.parsing import Args, parse
from locator.base.i18n import current_language

DECLARING = (
    data,
    nearest,
    coverage,
    equity,
    network,
    aed,
    hourly,
    scenario,
    scenarios,
    siting,
    supply,
    combined,
    compare,
    two_years,
)
"""Modules that declare operations; the document lists them in this order."""

OPERATIONS = {one.name: one for one in operations()}


def ask(app: AppState, one: Operation, args: Args, **path: str) -> bytes:
    """Return the body that answers a question, the same to whoever asks it.

    Parameters
    ----------
    app : AppState
    one : Operation
    args : Args
        The query string: ``request.args``, or `locator.api.parsing.Pairs`.
    **path : str
        What the address itself gives.

    Returns
    -------
    bytes
        As `body_of` has it.

    Raises
    ------
    LocatorError
        For a question that is not understood or has no answer.
    """
    question = parse(one.params, args, strict=True, names=app.names, **path)
    if not one.remembered:
        return body_of(one.handler(app, question))
    key = (one.name, question, current_language())
    return app.memo.get(key, lambda: body_of(one.handler(app, question)))


def body_of(answer: Answer) -> bytes:
    """Return an answer as it is sent, printed or written: JSON, or a table in UTF-8.

    Parameters
    ----------
    answer : mapping or str
        What the handler of an operation returned.

    Returns
    -------
    bytes
    """
    return answer.encode() if isinstance(answer, str) else encoded(answer)
