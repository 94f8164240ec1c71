"""Turn what pydantic objects to into problems of our own: of queries and of files alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError


@dataclass(frozen=True)
class Problem:
    """One thing wrong with what was given.

    Attributes
    ----------
    names : tuple of str
        The parameter or member, and the field inside it.
    position : int or None
        Which one of several, from 0.
    kind : str
        As pydantic calls it: ``missing``, ``extra_forbidden``, ``string_too_long``, ….
    given : object
        What stands there.
    limits : mapping
        What was exceeded: ``max_length``, ``ge``, ….
    """

    names: tuple[str, ...]
    position: int | None
    kind: str
    given: Any
    limits: Mapping[str, Any]


def problems(error: ValidationError) -> tuple[Problem, ...]:
    """Return everything that pydantic found, in the order of the fields.

    Parameters
    ----------
    error : pydantic.ValidationError

    Returns
    -------
    tuple of Problem
    """
    return tuple(
        Problem(
            names=tuple(str(part) for part in one["loc"] if not isinstance(part, int)),
            position=next((part for part in one["loc"] if isinstance(part, int)), None),
            kind=one["type"],
            given=one["input"],
            limits=one.get("ctx", {}),
        )
        for one in error.errors(include_url=False)
    )
