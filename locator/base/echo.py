"""Show what was given in a message, whatever it holds: one line, and a short one."""

from __future__ import annotations

VALUE, WORDS = 40, 100
"""Characters shown of a value, and of what somebody typed as words."""


def shortened(value: object, *, most: int = VALUE) -> str:
    """Return what was given, fit to be shown: one line, at most `most` characters, in quotes.

    Parameters
    ----------
    value, most
        As for `cut`.

    Returns
    -------
    str
        In English quotes; `locator.base.i18n.error_text` puts those of the language.
    """
    return f"“{cut(value, most=most)}”"


def cut(value: object, *, most: int = VALUE) -> str:
    """Return what was given as `shortened` does, without quotes.

    Parameters
    ----------
    value : object
        Shown as ``str`` has it; line breaks and signs that cannot be printed become spaces.
    most : int
        Characters that are kept; an ellipsis stands for the rest.

    Returns
    -------
    str
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    return f"{line[:most]}…" if len(line) > most else line
