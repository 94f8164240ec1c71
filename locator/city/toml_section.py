"""Hand out checked values of a TOML file, noting every fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from locator.base.reading import FaultLog, is_integer, is_iso_date, is_number


@dataclass(frozen=True)
class Section:
    """One table of a TOML file.

    Every method takes a key, notes in `log` what is wrong with its value, and returns something
    of the right type in any case, so that reading goes on and every fault is found.

    Attributes
    ----------
    values : mapping
    where : str
        Name of the table, for the faults.
    log : FaultLog
    languages : tuple of str
        Languages that every text must be given in.
    asked : set of str
        Keys that were asked for; the others are unknown ones.
    """

    values: Mapping[str, Any]
    where: str
    log: FaultLog
    languages: tuple[str, ...]
    asked: set[str] = field(default_factory=set)

    def fault(self, key: str, problem: str, allowed: str) -> None:
        """Note a fault of a key."""
        self.log.add(self.where, key, problem, allowed)

    def has(self, key: str) -> bool:
        """Tell whether the key is there."""
        return key in self.values

    def take(self, key: str) -> Any:
        """Return the raw value, None where it is missing."""
        self.asked.add(key)
        return self.values.get(key)

    def checked(self, key: str, accept: Callable[[str], bool], allowed: str) -> str:
        """Return a text that `accept` accepts."""
        value = self.take(key)
        if isinstance(value, str) and value.strip() and accept(value):
            return value
        self.fault(key, "is missing" if value is None else f"is {value!r}", allowed)
        return ""

    def pattern(self, key: str, pattern: str, allowed: str) -> str:
        """Return a text that matches a pattern wholly."""
        return self.checked(key, lambda value: re.fullmatch(pattern, value) is not None, allowed)

    def optional(self, key: str) -> str | None:
        """Return a text, None where it is missing."""
        return self.checked(key, bool, "a text") if self.has(key) else None

    def optional_date(self, key: str) -> str | None:
        """Return an ISO 8601 date, None where it is missing."""
        return self.checked(key, is_iso_date, "an ISO 8601 date") if self.has(key) else None

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        """Return a number from `low` to `high`."""
        value = self.take(key)
        if value is None and default is not None:
            return default
        if is_number(value) and low <= value <= high:
            return float(value)
        said = "is missing" if value is None else f"is {value!r}"
        self.fault(key, said, f"a number from {low:g} to {high:g}")
        return low

    def whole(self, key: str, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`."""
        value = self.take(key)
        if is_integer(value) and low <= value <= high:
            return int(value)
        said = "is missing" if value is None else f"is {value!r}"
        self.fault(key, said, f"a whole number from {low} to {high}")
        return low

    def count(self, key: str) -> int | None:
        """Return a whole number from 0, None where it is missing."""
        value = self.take(key)
        if value is None:
            return None
        if is_integer(value) and value >= 0:
            return int(value)
        self.fault(key, f"is {value!r}", "a whole number, 0 or more")
        return None

    def flag(self, key: str) -> bool:
        """Return true or false; false where it is missing."""
        value = self.take(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.fault(key, f"is {value!r}", "true or false")
        return False

    def tags(self, key: str) -> tuple[str, ...]:
        """Return a list of ``key=value`` texts; empty where there is none."""
        value = self.take(key)
        if value is None:
            return ()
        if isinstance(value, list) and all(
            isinstance(tag, str) and re.fullmatch(r"[\w:]+=\S+", tag) for tag in value
        ):
            return tuple(value)
        self.fault(key, f"is {value!r}", "a list of texts key=value")
        return ()

    def words(self, key: str) -> tuple[str, ...]:
        """Return a list of texts that is not empty."""
        value = self.take(key)
        sound = isinstance(value, list) and value
        if sound and all(isinstance(word, str) and word.strip() for word in value):
            return tuple(value)
        self.fault(key, "is missing" if value is None else f"is {value!r}", "a list of texts")
        return ()

    def integers(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers that is not empty."""
        value = self.take(key)
        if isinstance(value, list) and value and all(map(is_integer, value)):
            return tuple(value)
        self.fault(key, f"is {value!r}", "a list of whole numbers")
        return ()

    def texts(self, key: str) -> dict[str, str]:
        """Return a text in every language."""
        value = self.take(key)
        table = value if isinstance(value, dict) else {}
        for language in self.languages:
            if not isinstance(table.get(language), str) or not table[language].strip():
                self.fault(
                    f"{key}.{language}", "is missing", "a text in " + ", ".join(self.languages)
                )
        return {language: str(table.get(language, "")) for language in self.languages}

    def choices(self, key: str) -> Mapping[str, tuple[object, ...]]:
        """Return columns, each with the values that are accepted."""
        value = self.take(key) or {}
        if isinstance(value, dict) and all(isinstance(item, list) for item in value.values()):
            return {column: tuple(accepted) for column, accepted in value.items()}
        self.fault(key, f"is {value!r}", "columns, each with a list of values")
        return {}

    def section(self, key: str) -> Section:
        """Return a table inside this one."""
        value = self.take(key)
        if not isinstance(value, dict):
            self.fault(key, "is missing", f"a table [{key}]")
        return Section(value if isinstance(value, dict) else {}, key, self.log, self.languages)

    def sections(self, key: str) -> dict[str, Section]:
        """Return the tables ``[key.<id>]``, by id."""
        table = self.take(key)
        if not isinstance(table, dict) or not table:
            self.fault(key, "is missing", f"tables [{key}.<id>]")
            return {}
        found = {}
        for name, value in table.items():
            if re.fullmatch(r"[a-z][a-z0-9_]*", name) and isinstance(value, dict):
                found[name] = Section(value, f"{key}.{name}", self.log, self.languages)
            else:
                self.fault(f"{key}.{name}", "is not a table with a sound id", "[a-z][a-z0-9_]*")
        return found

    def refuse_others(self) -> None:
        """Note every key that nobody asked for."""
        for key in sorted(set(self.values) - self.asked):
            self.fault(key, "is unknown", ", ".join(sorted(self.asked)))
