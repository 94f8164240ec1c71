"""Turn what a source writes into the values that a facility has, and tell when two are the same."""

from __future__ import annotations

import re
from typing import Any

from locator.base.opening_hours.state import is_valid_hours
from locator.city.facilities import FIELDS, value_fault
from locator.geocoding.names import fold, name_fits, parse_name, parse_number

_FIELDS = {field.name: field for field in FIELDS}
_NOTHING = {"", "-", "–", "brak", "brak danych", "nie dotyczy", "null", "none"}
_YES = {"tak", "yes", "true", "1", "t"}
_NO = {"nie", "no", "false", "0", "n"}

_DAYS = {
    "poniedzialek": "Mo",
    "wtorek": "Tu",
    "sroda": "We",
    "czwartek": "Th",
    "piatek": "Fr",
    "sobota": "Sa",
    "niedziela": "Su",
}
_ADDRESS = re.compile(r"(?P<street>.*\S)\s+(?P<number>\d{1,3}[a-zA-Z]?(?:[/–-]\w+)?)")
_TELEPHONE = re.compile(r"(?<!\d)(?:\+?\d\d[ -]?)?(?:\(?\d\)?[ -]?){8}\d(?!\d)")
"""Nine digits, which no date has, with or without the number of the country."""
_TIMES = re.compile(r"(.*?)(\d{1,2})[:.](\d{2})\s*[-–]\s*(\d{1,2})[:.](\d{2})[\s,;]*")


def text_or_none(value: object) -> str | None:
    """Return a value as a text in one line; None where it says that there is nothing."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = " ".join(str(value).split()) if value is not None else ""
    return None if text.casefold() in _NOTHING else text


def field_value(name: str, value: object) -> Any:
    """Return what a source writes as a value of a field; None where it is none of that field."""
    text = text_or_none(value)
    if text is None:
        return None
    kind = _FIELDS[name].kind if name in _FIELDS else "text"
    made: Any = text
    if kind == "boolean":
        folded = text.casefold()
        made = folded in _YES if folded in _YES | _NO else None
    elif kind == "integer":
        made = whole(text)
    elif kind == "choice":
        made = text.casefold()
    elif kind == "date":
        made = text[:10]
    if made is None or (name in _FIELDS and value_fault(name, made) is not None):
        return None
    return made


def without_telephones(text: str, instead: str) -> str:
    """Return a text of a map without telephone numbers, which may be somebody's own."""
    return _TELEPHONE.sub(instead, text)


def whole(text: str) -> int | None:
    """Return the whole number that a text is (``12``, ``12.0``); None where it is none."""
    match = re.fullmatch(r"(\d{1,9})([.,]0+)?", text)
    return int(match[1]) if match else None


def hours_values(text: str) -> dict[str, str]:
    """Return hours as the field that can hold them: the grammar, or the words of the source."""
    made = text if is_valid_hours(text) else hours_of_days(text)
    return {"hours_text": text} if made is None else {"opening_hours": made}


def hours_of_days(text: str) -> str | None:
    """Return the hours of Polish names of days in the grammar; None where more is said.

    ``"Poniedziałek, Wtorek 6:30-16:00"`` is ``"Mo,Tu 06:30-16:00"``.
    """
    rules, end = [], 0
    for match in _TIMES.finditer(text):
        if match.start() != end:
            return None
        end = match.end()
        days = [_DAYS.get(word) for word in fold(match[1]).split()]
        known = [day for day in days if day is not None]
        if not known or len(known) != len(days) or "-" in match[1] or "–" in match[1]:
            return None
        opens, closes = (f"{int(match[i]):02d}:{match[i + 1]}" for i in (2, 4))
        rules.append(f"{_runs(known)} {opens}-{closes}")
    made = "; ".join(rules)
    return made if rules and end == len(text) and is_valid_hours(made) else None


def _runs(days: list[str]) -> str:
    """Return days one after the other as a run (``Mo-Fr``), others one by one."""
    order = list(_DAYS.values())
    first = order.index(days[0])
    if len(days) > 2 and days == order[first : first + len(days)]:
        return f"{days[0]}-{days[-1]}"
    return ",".join(days)


def split_address(text: str) -> tuple[str, str | None]:
    """Return street and number of an address in one text."""
    match = _ADDRESS.fullmatch(text)
    return (match["street"], match["number"]) if match else (text, None)


def same(name: str, one: Any, other: Any) -> bool:
    """Tell whether two values of a field say the same, however they are written."""
    if one is None or other is None:
        return one is other
    some, others = comparable(name, one), comparable(name, other)
    if (
        name == "street" and some and others
    ):  # one of them may be shorter: "Bema", "gen. Józefa Bema"
        return name_fits(some, others) or name_fits(others, some)
    if name == "housenumber" and isinstance(some, tuple) and isinstance(others, tuple):
        return some[0] == others[0] and (None in (some[1], others[1]) or some[1] == others[1])
    return bool(some == others)


def comparable(name: str, value: Any) -> Any:
    """Return a value as it is compared: without what is only another way to write it."""
    if not isinstance(value, str):
        return value
    if name == "street":
        return parse_name(value).core
    if name in ("housenumber", "number"):
        number = parse_number(value)
        return value.casefold() if number is None else (number.key, number.last)
    if name == "phone":
        return frozenset(re.sub(r"\D", "", one)[-9:] for one in re.split("[;,]", value))
    if name == "website":
        return re.sub(r"^https?://(www\.)?", "", value.casefold()).rstrip("/")
    if name == "opening_hours":  # 4:30 is 04:30
        return re.sub(r"(?<!\d)(\d):", r"0\1:", "".join(value.split()))
    if name in ("name", "operator", "kind", "note", "place_note"):
        return fold(value)
    return " ".join(value.split()).casefold()
