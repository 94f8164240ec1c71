"""Show what was given in a message, whatever it holds: one line, and a short one."""

from __future__ import annotations

VALUE, WORDS = 40, 100
"""Characters shown of a value, and of what somebody typed as words."""


def shortened(value: object, *, most: int = VALUE) -> str:
    """Return what was given, fit to be shown: one line, at most `most` characters, in quotes."""
    return f"“{cut(value, most=most)}”"


def cut(value: object, *, most: int = VALUE) -> str:
    """Return what was given as `shortened` does, without quotes."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    return f"{line[:most]}…" if len(line) > most else line
