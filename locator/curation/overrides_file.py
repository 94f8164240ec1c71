"""Change the file of overrides of a city folder, what somebody wrote by hand left as it is."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from locator.base.errors import N_, CityFolderError, Fault, InvalidParameterError
from locator.base.files import write_text_atomically
from locator.base.reading import WHOLE, FaultLog
from locator.city.facilities import CityArea
from locator.city.model import City
from locator.city.overrides import FILE, TABLE, parse_overrides

HEAD = """\
# Corrections of facilities, the later over the earlier; `locator check` validates them.
# Written by `locator reports accept` and the moderators' page; may be changed by hand.
"""

ENTRY = re.compile(
    rf"^[ \t]*\[\[[ \t]*{TABLE}[ \t]*\]\].*?(?=^[ \t]*\[|\Z)", re.MULTILINE | re.DOTALL
)


def overrides_text(city: City) -> str:
    """Return the text of the file; empty where there is none."""
    path = city.folder / FILE
    return path.read_text(encoding="utf-8-sig") if path.exists() else ""


def reports_in(text: str) -> frozenset[str]:
    """Return the ids of the residents' reports that overrides came from.

    Raises
    ------
    CityFolderError
        The text is no TOML.
    """
    entries = _content(text).get(TABLE, [])
    tables = entries if isinstance(entries, list) else []
    return frozenset(
        str(one["report"]) for one in tables if isinstance(one, dict) and "report" in one
    )


def with_entry(text: str, entry: Mapping[str, Any]) -> str:
    """Return the text with one more override at its end, instead of one of the same report."""
    kept = without_report(text, str(entry["report"])).rstrip() or HEAD.rstrip()
    lines = (f"{key} = {_toml(value)}" for key, value in entry.items())
    return "\n".join([kept, "", f"[[{TABLE}]]", *lines, ""])


def without_report(text: str, report: str) -> str:
    """Return the text without the override of a report."""

    def kept(match: re.Match[str]) -> str:
        return "" if report in reports_in(match[0]) else match[0]

    return ENTRY.sub(kept, text) if report in reports_in(text) else text


def write_overrides(city: City, text: str) -> None:
    """Write the file, if the city could be read with it.

    Raises
    ------
    CityFolderError
        The file has faults already, which have nothing to do with this change.
    InvalidParameterError
        The change has faults.
    WriteError
        It could not be written.
    """
    before = _faults(city, overrides_text(city))
    if before:
        raise CityFolderError(before)
    after = _faults(city, text)
    if after:
        raise InvalidParameterError(
            N_("{name}: {problem}. Accepted: {allowed}."),
            parameter=after[0].field,
            name=after[0].field,
            problem=after[0].problem,
            allowed=after[0].allowed,
        )
    write_text_atomically(city.folder / FILE, text)


def _faults(city: City, text: str) -> list[Fault]:
    log = FaultLog(FILE, [])
    area = CityArea(
        city.boundary,
        city.projection,
        frozenset(city.districts.index),
        city.catalogue.facilities_margin_m,
    )
    try:
        content = _content(text)
    except CityFolderError as error:
        return list(error.faults)
    parse_overrides(
        content, log, facilities=city.facilities, layers=city.catalogue.layers, area=area
    )
    return log.faults


def _content(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = f"is not valid TOML: {error}"
        raise CityFolderError([Fault(FILE, WHOLE, WHOLE, said, "TOML 1.0")]) from None


def _toml(value: object) -> str:
    """Return a text or a number as TOML; JSON's are TOML's but for one sign."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
