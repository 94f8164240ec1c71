"""Name the types that values of a city folder's TOML files have, each with what is accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from locator.base.reading import is_iso_date
from locator.base.toml import NAME, fits

LANGUAGES = ("pl", "en", "uk")
UNSAID = dict.fromkeys(LANGUAGES, "?")
"""Stands in for a text that is wrong."""


def matches(pattern: str, allowed: str, *examples: str) -> Any:
    """Return the rule of a text that matches a pattern wholly.

    Parameters
    ----------
    pattern : str
        Regular expression.
    allowed : str
        What is accepted, in words.
    *examples : str
        The first stands in for a value that is wrong.

    Returns
    -------
    pydantic.fields.FieldInfo
    """
    return Field(pattern=f"^({pattern})$", description=allowed, examples=list(examples) or None)


def one_of(values: Iterable[str]) -> Any:
    """Return what to say of a text of a few.

    Parameters
    ----------
    values : iterable of str

    Returns
    -------
    pydantic.fields.FieldInfo
    """
    return Field(description=", ".join(values), examples=list(values))


def number(low: float, high: float) -> Any:
    """Return the rule of a number from `low` to `high`."""
    said = f"a number from {low:g} to {high:g}"
    return Field(strict=True, ge=low, le=high, description=said, examples=[low])


def whole(low: int, high: int) -> Any:
    """Return the rule of a whole number from `low` to `high`."""
    said = f"a whole number from {low} to {high}"
    return Field(strict=True, ge=low, le=high, description=said, examples=[low])


def _in_every_language(value: object) -> object:
    """Return a table of texts, each language in it, None for one that is missing or blank."""
    if not isinstance(value, dict):
        return value
    texts = {language: value.get(language) for language in LANGUAGES}
    return {key: None if str(text).isspace() or text == "" else text for key, text in texts.items()}


def _as_text(value: object) -> object:
    """Return a date that stands without quotes, which TOML knows, as the text it is."""
    return value.isoformat() if type(value) is date else value


Id = Annotated[str, Field(alias=NAME, pattern="^[a-z][_a-z0-9]*$", description="[a-z][_a-z0-9]*")]
"""The name of a table ``[layers.<id>]``."""
Name = Annotated[str, Field(alias=NAME)]
"""The name of a table of any letters."""
Word = Annotated[str, Field(pattern=r"\S", description="a text", examples=["?"])]
Words = Annotated[
    tuple[Word, ...], Field(min_length=1, description="a list of texts", examples=[["?"]])
]
Text = Annotated[
    Mapping[str, str],
    BeforeValidator(_in_every_language),
    Field(description="a text in " + ", ".join(LANGUAGES), examples=[UNSAID]),
]
"""One text in several languages: ``{"pl": ..., "en": ..., "uk": ...}``."""
Date = Annotated[
    str,
    BeforeValidator(_as_text),
    fits(is_iso_date),
    Field(description="an ISO 8601 date", examples=["2000"]),
]
Flag = Annotated[bool, Field(strict=True, description="true or false")]
Integer = Annotated[int, Field(strict=True, gt=-(2**63), lt=2**63)]
"""A whole number that fits 64 bits."""
Count = Annotated[Integer, Field(ge=0, description="a whole number, 0 or more")]
