"""Read a pair of coordinates that somebody pasted.

Read are decimal degrees with point or comma, with or without N/E letters, and degrees, minutes
and seconds as map sites copy them. Whole numbers alone ("12 14") are not coordinates.
"""

from __future__ import annotations

import re

_SIGN = r"[-+\u2212]?"
_DECIMAL = rf"{_SIGN}\d{{1,3}}[.,]\d+"
_LETTER = r"[NSEWnsew]"
_PAIR = re.compile(
    rf"^(?:geo:)?\s*(?P<l1>{_LETTER})?\s*(?P<a>{_DECIMAL})\s*°?\s*(?P<r1>{_LETTER})?"
    rf"(?:\s*[,;/]\s*|\s+|(?<=[°NSEWnsew]))"
    rf"(?P<l2>{_LETTER})?\s*(?P<b>{_DECIMAL})\s*°?\s*(?P<r2>{_LETTER})?$"
)
_DMS_PART = (
    r"(?P<l{n}>[NSEWnsew])?\s*(?P<d{n}>\d{{1,3}})\s*°\s*(?P<m{n}>\d{{1,2}})\s*['′’]\s*"
    r"(?:(?P<s{n}>\d{{1,2}}(?:[.,]\d+)?)\s*(?:[\"″”]|''))?\s*(?P<r{n}>[NSEWnsew])?"
)
_DMS = re.compile(rf"^{_DMS_PART.format(n=1)}[\s,;]*{_DMS_PART.format(n=2)}$")


def parse_pair(text: str) -> tuple[float, float] | None:
    """Return lat, lon in degrees as they are written, or None where `text` is no such pair.

    Letters settle the order ("19.94 E, 50.06 N" is turned round); without letters the first is
    taken for the latitude. Ranges are not checked.
    """
    cleaned = text.strip().strip("()[]").strip()
    match = _PAIR.match(cleaned)
    if match:
        first, second = _decimal(match["a"]), _decimal(match["b"])
    else:
        match = _DMS.match(cleaned)
        if match is None:
            return None
        first, second = _sexagesimal(match, 1), _sexagesimal(match, 2)
    letters = [(match[f"l{n}"] or match[f"r{n}"] or "").upper() for n in (1, 2)]
    first, second = (
        -value if letter in ("S", "W") else value
        for value, letter in zip((first, second), letters, strict=True)
    )
    if letters[0] in ("E", "W") or letters[1] in ("N", "S"):
        first, second = second, first
    return first, second


def _decimal(text: str) -> float:
    return float(text.replace(",", ".").replace("\u2212", "-"))


def _sexagesimal(match: re.Match[str], part: int) -> float:
    seconds = _decimal(match[f"s{part}"] or "0")
    return int(match[f"d{part}"]) + int(match[f"m{part}"]) / 60 + seconds / 3600
