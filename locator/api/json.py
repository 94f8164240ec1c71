"""Encode answers as JSON that every reader can take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from locator.base.compact import compact_json


def encoded(answer: Mapping[str, Any]) -> bytes:
    """Return a line of UTF-8 JSON, without NaN, and without ``<`` for whoever puts it into HTML.

    Parameters
    ----------
    answer : mapping
        What JSON can hold.

    Returns
    -------
    bytes
        Ends with a line break.

    Raises
    ------
    ValueError
        A number that is not finite.
    """
    return compact_json(answer).replace(b"<", b"\\u003c") + b"\n"
