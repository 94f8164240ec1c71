"""Take apart what a person typed into a name and a house number, in every sensible way."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from locator.base.errors import N_, InvalidParameterError
from locator.geocoding.declension import PREPOSITIONS
from locator.geocoding.names import HouseNumber, Name, fold, parse_name, parse_number, spelt

MAX_LENGTH = 200
"""Characters of a query that are accepted."""

_POSTCODE = re.compile(r"(?<![.\d])\d{2}-?\d{3}\b")  # no house has a number of five digits
_UNIT = re.compile(
    r"(?<=\d)(?P<letter>[a-z]?)[\s,]+(?:m|lok|lokal|mieszkanie|klatka|kl|pi[eę]tro|p|bud|budynek)\b"
    r"\.?\s*\w{1,4}\s*$",
    re.IGNORECASE,
)
_HOUSE = r"(?:nr\.?\s*|numer\s+|bl\.?\s*|blok\s+)?\d{1,4}\s?[a-zA-Z]{0,2}(?:\s?[/–\\-]\s?\w{1,6})?"
NUMBER_AT_END = re.compile(rf"^(?P<name>.*?[^\W\d_].*?)[\s,]+(?P<number>{_HOUSE})$")
_INNER = re.compile(
    rf"^(?P<name>[^,]*?[^\W\d_][^,]*?)[\s,]+(?P<number>{_HOUSE})\s*,\s*(?P<rest>[^,].*)$"
)
_GLUED = re.compile(r"(?<=[^\W\d_]{3})(?P<number>\d{1,4}[a-zA-Z]?)$")
_BEFORE_NUMBER = re.compile(r"^\D+")
_LEADING = re.compile(r"^(?P<number>\d{1,4}[a-zA-Z]?(?:/\w{1,5})?)[\s,]+(?P<name>\D.*)$")


@dataclass(frozen=True)
class ParsedQuery:
    """One way to read a query.

    Attributes
    ----------
    name : Name
    number : HouseNumber or None
    written : str
        The number as it was typed.
    spelling : tuple of str
        The words of the name with their accents, where they were typed.
    declined : bool
        True where the words were brought back from a declined form.
    """

    name: Name
    number: HouseNumber | None = None
    written: str = ""
    spelling: tuple[str, ...] = ()
    declined: bool = False


def reading_of(name: str, number: HouseNumber | None = None, written: str = "") -> ParsedQuery:
    """Return the reading of a name as it was typed."""
    return ParsedQuery(parse_name(name), number, written, spelt(name))


def checked_query(text: str) -> str:
    """Return `text` without the blanks round it.

    Raises
    ------
    InvalidParameterError
        For an empty text and for one of more than `MAX_LENGTH` characters.
    """
    stripped = " ".join(text.split())
    if not stripped:
        raise InvalidParameterError(
            N_("Nothing to search for: type an address, a street, a stop or a place."),
            parameter="q",
        )
    if len(stripped) > MAX_LENGTH:
        raise InvalidParameterError(
            N_("The search text has {length} characters; at most {limit} are accepted."),
            parameter="q",
            length=len(stripped),
            limit=MAX_LENGTH,
        )
    return stripped


def without_postcode(text: str) -> str:
    """Return `text` without a postcode."""
    return _POSTCODE.sub(" ", text).strip(" ,.;")


def readings(text: str, ignored: Collection[tuple[str, ...]]) -> list[ParsedQuery]:
    """Return the ways to read `text`, the one with everything in the name first.

    Parameters
    ----------
    text : str
        What was typed. A postcode and a flat ("m. 5", "lok. 3") are left out.
    ignored : collection of tuples of str
        Folded names that say nothing new, such as the city's own: there is a reading without
        them where they stand between commas, first or last, unless nothing else remains.
    """
    whole = _UNIT.sub(r"\g<letter>", without_postcode(text)).strip(" ,.;")
    found: list[ParsedQuery] = []
    plain = (whole, _without(whole, ignored))
    texts = (*plain, *(_apart(text) for text in plain))
    for cleaned in dict.fromkeys((*texts, *(_bare(text) for text in texts))):
        found.append(reading_of(cleaned))
        for pattern in (NUMBER_AT_END, _LEADING, _INNER):
            match = pattern.match(cleaned)
            number = parse_number(match["number"]) if match else None
            if match and number:
                written = _BEFORE_NUMBER.sub("", match["number"]).strip()
                name = " ".join((match["name"], match.groupdict().get("rest") or ""))
                found.append(reading_of(name, number, written))
    return list(dict.fromkeys(reading for reading in found if reading.name.core))


def _apart(text: str) -> str:
    """Return `text` with a blank before a number that was typed without one."""
    return _GLUED.sub(r" \g<number>", text)


def _bare(text: str) -> str:
    """Return `text` without a word before the name that only says "at"."""
    first, _, rest = text.partition(" ")
    return rest if rest and fold(first) in PREPOSITIONS else text


def _without(text: str, ignored: Collection[tuple[str, ...]]) -> str:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    words = ", ".join(
        [part for part in parts if tuple(fold(part).split()) not in ignored] or parts
    ).split()
    for length in range(min(3, len(words) - 1), 0, -1):
        if tuple(fold(" ".join(words[-length:])).split()) in ignored:
            words = words[:-length]
            break
        if tuple(fold(" ".join(words[:length])).split()) in ignored:
            words = words[length:]
            break
    return " ".join(words).strip(" ,")
