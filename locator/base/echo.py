"""Show what was given in a message, whatever it holds: one line, and a short one."""

from __future__ import annotations

SHORT = 40


def shortened(value: object, *, most: int = SHORT) -> str:
    """Return what was given, fit to be shown: one line, at most `most` characters, in quotes."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    return f"“{line[:most]}…”" if len(line) > most else f"“{line}”"
