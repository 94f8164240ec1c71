"""Encode answers as JSON that every reader can take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


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
    text = json.dumps(answer, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").encode() + b"\n"
